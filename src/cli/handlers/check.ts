import { exitCodes, HowdahError } from "../../core/errors.ts";
import { checkMade, outcomeOf, type MadeCheck } from "../../local/checkmade.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { isOnCluster, projectOf, withTarget } from "../project.ts";
import { defines, timeOption } from "../values.ts";

/** `howdah check` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  if (args.text("data") === undefined && isOnCluster(args, project))
    throw new HowdahError("check reads a folder of data; on a cluster partitions are checked when they are made", {
      code: "USAGE",
      next: "name a folder, --target or --data; on the cluster, make them again: howdah rerun, or spark submit --rerun",
    });
  const [from, until] = [timeOption(args, "from"), timeOption(args, "until")];
  if (from !== undefined && until !== undefined && from >= until)
    throw new HowdahError("--from lies not before --until", { code: "WINDOW" });
  const checks = await withTarget(args, project, defines(args), (target) =>
    checkMade(target, {
      tables: args.positionals,
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      signal: io.signal,
    }),
  );
  const of = (outcome: ReturnType<typeof outcomeOf>): number =>
    checks.filter((check) => outcomeOf(check) === outcome).length;
  const counts = { passed: of("passed"), warned: of("warned"), failed: of("failed"), unknown: of("unknown") };
  if (io.json)
    io.out(JSON.stringify({ checks: checks.map((one) => ({ ...one, outcome: outcomeOf(one) })), ...counts }));
  else {
    for (const check of checks) show(check, io);
    const word = counts.failed === 0 ? io.colors.green("done") : io.colors.red("failed");
    const unknown = counts.unknown === 0 ? "" : `, ${counts.unknown} without a verdict`;
    io.out(`${word}: ${counts.passed} checks hold, ${counts.warned} warn, ${counts.failed} fail${unknown}`);
  }
  return counts.failed === 0 ? exitCodes.done : exitCodes.failed;
}

function show(check: MadeCheck, io: Io): void {
  const { colors } = io;
  const { job, table, broken, passed, unknown, unchecked, lines, query } = check;
  const outcome = outcomeOf(check);
  const head = {
    passed: colors.green("ok    "),
    warned: colors.yellow("warns "),
    failed: colors.red("failed"),
    unknown: colors.dim("none  "),
  }[outcome];
  const judged = passed + unknown + broken.length;
  const count = broken.length === 0 ? `${judged} units` : `${broken.length} of ${judged} units: ${someOf(broken)}`;
  io.out(`${head}  ${job}  ${check.check}${table === null ? "" : ` of ${table}`}  ${count}`);
  const [first] = broken;
  if (first !== undefined) {
    io.out(`        ${first.unit}: ${first.text}`);
    for (const line of lines) io.out(`      ${line}`);
    if (query !== null) io.out(`        ${query}`);
    if (query !== null && table !== null) io.out(`        → howdah query "${query}"`);
  }
  if (unknown > 0) io.out(`        no verdict on ${unknown}: too few partitions lie before`);
  if (unchecked.length > 0) {
    const more = unchecked.length === 1 ? "" : ", and such";
    io.out(`        not checked: ${someOf(unchecked)} (${unchecked[0]!.why}${more})`);
  }
}

/** The first of some units, and how many more there are. */
function someOf(units: readonly { readonly unit: string }[]): string {
  const names = units.slice(0, 3).map(({ unit }) => unit);
  return units.length > 3 ? `${names.join(", ")} and ${units.length - 3} more` : names.join(", ");
}
