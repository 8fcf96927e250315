import { didYouMean, HowdahError } from "../../../core/errors.ts";
import { exists, openSandbox, sandboxNames, usualName, type Sandbox } from "../../../sandbox/folder.ts";
import type { Arguments } from "../../command.ts";

/** The sandbox that the arguments name, whether it exists or not. */
export function namedSandbox(args: Arguments): Sandbox {
  return openSandbox(args.text("name") ?? usualName());
}

/** The sandbox that the arguments name. Throws `NO_SANDBOX`. */
export function madeSandbox(args: Arguments): Sandbox {
  const sandbox = namedSandbox(args);
  if (exists(sandbox)) return sandbox;
  const others = sandboxNames();
  throw new HowdahError(`there is no sandbox ${sandbox.name}${didYouMean(sandbox.name, others)}`, {
    code: "NO_SANDBOX",
    where: sandbox.folder,
    next: others.length > 0 ? `--name names one of ${others.join(", ")}` : "howdah sandbox up makes one",
  });
}
