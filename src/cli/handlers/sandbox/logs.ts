import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { didYouMean, exitCodes, HowdahError } from "../../../core/errors.ts";
import { logFiles } from "../../../sandbox/launch.ts";
import { serviceNames } from "../../../sandbox/services.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { madeSandbox } from "./which.ts";

/** `howdah sandbox logs SERVICE` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const sandbox = madeSandbox(args);
  const [word] = args.positionals;
  const name = serviceNames.find((one) => one === word);
  if (name === undefined)
    throw new HowdahError(`there is no service ${word!}${didYouMean(word!, serviceNames)}`, {
      code: "NAME_UNKNOWN",
      next: `the services are ${serviceNames.join(", ")}`,
    });
  const lines = Number(args.text("lines") ?? "50");
  if (!Number.isInteger(lines) || lines < 0) throw new HowdahError("--lines takes a number", { code: "USAGE" });
  const file = logFiles(sandbox, name).find(existsSync);
  if (file === undefined)
    throw new HowdahError(`${name} has no log yet`, { code: "NOT_FOUND", next: "howdah sandbox up starts it" });
  const end = await printEnd(file, lines, io);
  if (args.flag("follow")) await follow(file, end, io);
  return exitCodes.done;
}

/** Prints the last lines and gives where they end. */
async function printEnd(file: string, lines: number, io: Io): Promise<number> {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    let [bytes, from] = [Buffer.alloc(0), size];
    // Read backwards, so that a log of gigabytes takes no longer.
    while (from > 0 && bytes.toString("latin1").split("\n").length <= lines + 1) {
      const length = Math.min(65_536, from);
      from -= length;
      bytes = Buffer.concat([readAt(descriptor, from, length), bytes]);
    }
    const all = bytes.toString("utf8").replace(/\n$/, "").split("\n");
    if (size > 0 && lines > 0) await io.write(`${all.slice(-lines).join("\n")}\n`);
    return size;
  } finally {
    closeSync(descriptor);
  }
}

/** Prints what comes, also when the file is begun anew, until Ctrl-C. */
async function follow(file: string, end: number, io: Io): Promise<void> {
  let decoder = new StringDecoder("utf8");
  for (let at = end; !io.signal.aborted;) {
    if (existsSync(file)) {
      const descriptor = openSync(file, "r");
      try {
        const { size } = fstatSync(descriptor);
        if (size < at) [at, decoder] = [0, new StringDecoder("utf8")];
        if (size > at) await io.write(decoder.write(readAt(descriptor, at, size - at)));
        at = size;
      } finally {
        closeSync(descriptor);
      }
    }
    await sleep(200, undefined, { signal: io.signal }).catch(() => undefined);
  }
}

function readAt(descriptor: number, from: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, from));
}
