import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import { exitCodes, HowdahError } from "../../../core/errors.ts";
import { down, reset } from "../../../sandbox/down.ts";
import { exists } from "../../../sandbox/folder.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { Progress } from "./progress.ts";
import { madeSandbox, namedSandbox } from "./which.ts";

/** `howdah sandbox down` */
export async function handleDown(args: Arguments, io: Io): Promise<number> {
  const sandbox = madeSandbox(args);
  const progress = new Progress(io);
  try {
    const stopped = await down(sandbox, { emit: (event) => progress.take(event), signal: io.signal });
    progress.end();
    if (io.json) io.out(JSON.stringify({ stopped }));
    else
      io.out(
        stopped.length === 0 ? "nothing ran" : `stopped ${stopped.length} servers; data stay in ${sandbox.folder}`,
      );
    return exitCodes.done;
  } finally {
    progress.end();
  }
}

/** `howdah sandbox reset` */
export async function handleReset(args: Arguments, io: Io): Promise<number> {
  const sandbox = namedSandbox(args);
  if (!exists(sandbox)) {
    if (io.json) io.out(JSON.stringify({ removed: false }));
    else io.out(`there is no sandbox ${sandbox.name}: nothing to remove`);
    return exitCodes.done;
  }
  if (!args.flag("yes") && !(await agreed(`remove ${sandbox.folder} with all its data?`, io.signal))) {
    io.say("nothing was changed");
    return exitCodes.failed;
  }
  const progress = new Progress(io);
  try {
    const removed = await reset(sandbox, { emit: (event) => progress.take(event), signal: io.signal });
    progress.end();
    if (io.json) io.out(JSON.stringify({ removed }));
    else io.out(`removed ${sandbox.folder}`);
    return exitCodes.done;
  } finally {
    progress.end();
  }
}

/** Asks on the terminal; without one nobody can agree. */
async function agreed(question: string, signal: AbortSignal): Promise<boolean> {
  if (!isatty(0))
    throw new HowdahError("reset asks before it removes data, and there is no terminal to ask at", {
      code: "USAGE",
      next: "howdah sandbox reset --yes",
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}
