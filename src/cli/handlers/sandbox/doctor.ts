import { exitCodes } from "../../../core/errors.ts";
import { examine, examinePackages, type Finding } from "../../../sandbox/doctor.ts";
import { withChoices } from "../../../sandbox/folder.ts";
import { packageCache } from "../../../sandbox/packages.ts";
import { checkPorts } from "../../../sandbox/ports.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { choicesOf } from "./choices.ts";
import { namedSandbox } from "./which.ts";

/** `howdah sandbox doctor` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const found = namedSandbox(args);
  const sandbox = withChoices(found.name, found.folder, { ...found.choices, ...choicesOf(args, found.choices) });
  checkPorts(sandbox.ports);
  const findings = [
    ...(await examine(sandbox)),
    await examinePackages({ cache: packageCache(), thoroughly: args.flag("thorough") }),
  ];
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
