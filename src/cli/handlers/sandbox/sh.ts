import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { exitCodes, HowdahError, systemCode } from "../../../core/errors.ts";
import { clientPath } from "../../../sandbox/clients.ts";
import type { Sandbox } from "../../../sandbox/folder.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { madeSandbox } from "./which.ts";

/** `howdah sandbox env` */
export function handleEnv(args: Arguments, io: Io): Promise<number> {
  io.out(readFileSync(environmentFile(madeSandbox(args)), "utf8").trimEnd());
  return Promise.resolve(exitCodes.done);
}

/** `howdah sandbox sh`: ends as the command ends. */
export async function handleSh(args: Arguments, io: Io): Promise<number> {
  const file = environmentFile(madeSandbox(args));
  const shell = process.env["SHELL"] ?? "/bin/sh";
  const words = args.positionals.length === 0 ? [shell] : args.positionals;
  // The terminal sends Ctrl-C to the command too; it decides what to do. What ends this alone is passed on.
  let child: ChildProcess | undefined;
  const listeners = { SIGINT: () => undefined, SIGTERM: () => void child?.kill("SIGTERM") };
  for (const [signal, listener] of Object.entries(listeners)) {
    process.removeAllListeners(signal);
    process.on(signal, listener);
  }
  try {
    return await new Promise<number>((resolve, reject) => {
      child = spawn("/bin/sh", ["-c", '. "$0"; exec "$@"', file, ...words], { stdio: "inherit", cwd: io.cwd });
      child.on("error", (error) =>
        reject(
          systemCode(error) === undefined
            ? error
            : new HowdahError(error.message, { code: "SHELL", fault: "run", cause: error }),
        ),
      );
      child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
  } finally {
    for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
  }
}

function environmentFile(sandbox: Sandbox): string {
  const file = clientPath(sandbox, "env.sh");
  if (existsSync(file)) return file;
  throw new HowdahError(`the sandbox ${sandbox.name} was never started`, {
    code: "NO_SANDBOX",
    where: sandbox.folder,
    next: "howdah sandbox up",
  });
}
