import type { Sandbox } from "./folder.ts";
import { askAll } from "./health.ts";
import { launchOf, type Parts } from "./launch.ts";
import type { Launch } from "./process.ts";
import { bug } from "../core/errors.ts";
import { services, type ServiceName } from "./services.ts";
import type { Server } from "./supervise.ts";

/** The services of a sandbox for the supervisor. Without `parts` they can be stopped and asked, but not started. */
export function serversOf(names: readonly ServiceName[], sandbox: Sandbox, parts?: Parts): readonly Server[] {
  return names.map((name) => {
    const { needs, leansOn = [], healthy, grace = 10 } = services[name];
    return {
      name,
      needs,
      leansOn,
      launch: (): Launch => {
        if (parts === undefined) throw bug(`${name} is not to be started here`);
        return launchOf(name, parts);
      },
      unwell: () => askAll(healthy, sandbox.ports),
      grace: grace * 1000,
    };
  });
}
