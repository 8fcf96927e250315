import { exitCodes } from "../../../core/errors.ts";
import { examine, type Finding } from "../../../sandbox/doctor.ts";
import { withChoices } from "../../../sandbox/folder.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { namedSandbox } from "./which.ts";

/** `howdah sandbox doctor` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const found = namedSandbox(args);
  const sandbox = args.flag("small") ? withChoices(found.name, found.folder, { ...found.choices, small: true }) : found;
  const findings = await examine(sandbox);
  if (io.json) io.out(JSON.stringify({ findings }));
  else for (const finding of findings) render(finding, io);
  return findings.some(({ verdict }) => verdict === "missing") ? exitCodes.failed : exitCodes.done;
}

function render({ name, verdict, found, next, hints = [] }: Finding, io: Io): void {
  const colour = { good: io.colors.green, doubtful: io.colors.yellow, missing: io.colors.red }[verdict];
  io.out(`${colour(verdict.padEnd(8))} ${name.padEnd(9)} ${found}`);
  if (next !== undefined) io.out(`${" ".repeat(19)}→ ${next}`);
  for (const { system, command, tried } of hints)
    io.out(`${" ".repeat(19)}${system}: ${command}${tried ? "" : "  (this hint was not tried)"}`);
}
