import { existsSync, rmSync } from "node:fs";
import type { Emit } from "../core/events.ts";
import { exists, type Sandbox } from "./folder.ts";
import { alone } from "./locked.ts";
import { endProcesses, forgetServer, serverProcess } from "./process.ts";
import { serversOf } from "./servers.ts";
import { serviceNames } from "./services.ts";
import { stopAll } from "./supervise.ts";

/** Stops all that the sandbox runs, and gives the names of the servers that were stopped. Data stay. */
export async function down(
  sandbox: Sandbox,
  options: { readonly emit: Emit; readonly signal?: AbortSignal },
): Promise<readonly string[]> {
  if (!existsSync(sandbox.run)) return [];
  return alone(sandbox, options, async () => {
    const format = serverProcess(sandbox.run, "format").pid;
    if (format !== undefined) await endProcesses([format], 0);
    forgetServer(sandbox.run, "format");
    return stopAll(serversOf(serviceNames, sandbox), { run: sandbox.run, emit: options.emit, leftovers: true });
  });
}

/** Stops the sandbox and removes its folder: data, settings and logs. */
export async function reset(
  sandbox: Sandbox,
  options: { readonly emit: Emit; readonly signal?: AbortSignal },
): Promise<boolean> {
  if (!exists(sandbox)) return false;
  await down(sandbox, options);
  rmSync(sandbox.folder, { recursive: true, force: true });
  return true;
}
