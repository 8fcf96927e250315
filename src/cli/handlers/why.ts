import { exitCodes } from "../../core/errors.ts";
import { presenceText } from "../../operate/why/action.ts";
import type { Explanation, InputNow, Verdict } from "../../operate/why/explanation.ts";
import { why } from "../../operate/why/why.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { timeOption } from "../values.ts";

const exitCodeOf: Readonly<Record<Verdict, number>> = {
  runs: exitCodes.done,
  done: exitCodes.done,
  waits: exitCodes.waiting,
  failed: exitCodes.failed,
};

/** Instances of one input that are shown by name. */
const shownInstances = 12;

/** `howdah why` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const at = timeOption(args, "at");
  const project = await projectOf(args, io);
  return withCluster(args, project, async (cluster) => {
    const options = at === undefined ? { signal: io.signal } : { at, signal: io.signal };
    const explanation = await why(cluster, project, args.positionals[0]!, options);
    if (io.json) io.out(JSON.stringify(explanation));
    else for (const line of linesOf(explanation, io)) io.out(line);
    return exitCodeOf[explanation.verdict];
  });
}

/** `brief` leaves the inputs out: their reasons say enough of who makes something. */
function linesOf(explanation: Explanation, io: Io, brief = false): readonly string[] {
  const { name, nominal, id, status, reasons, inputs, at, parts } = explanation;
  const { bold, dim } = io.colors;
  return [
    `${bold(nominal === undefined ? name : `${name} ${nominal}`)} ${colored(explanation, status ?? "not made yet", io)}${id === undefined ? "" : dim(`  ${id}`)}`,
    ...reasons.flatMap(({ text, next }) => [`  ${text}`, ...(next === undefined ? [] : [`    ${dim("→")} ${next}`])]),
    ...(brief ? [] : inputs).flatMap((input) => inputLines(input, io)),
    ...at.flatMap((place) => [
      `  ${place.name} (${place.type}) ${place.status}${place.since === undefined ? "" : ` since ${place.since}`}`,
      ...(place.errorCode === undefined ? [] : [`    ${place.errorCode}: ${place.errorMessage ?? ""}`.trimEnd()]),
      ...place.applications.map((one) => `    ${one.id} ${one.type} ${one.state} in the queue ${one.queue}`),
    ]),
    ...parts.flatMap((part) => linesOf(part, io).map((line) => `  ${line}`)),
  ];
}

function colored({ verdict }: Explanation, text: string, { colors }: Io): string {
  return { waits: colors.yellow, runs: colors.cyan, done: colors.green, failed: colors.red }[verdict](text);
}

function inputLines(input: InputNow, io: Io): readonly string[] {
  const { name, dataSet, choice, instances, dropped, resolution } = input;
  const { green, red, dim } = io.colors;
  const missing = instances.filter(({ presence }) => presence.is !== "there");
  const there = instances.length - missing.length;
  const mark = missing.length === 0 && input.resolved ? green("✓") : red("✗");
  const count = instances.length === 0 ? "" : `: ${there} of ${instances.length} there`;
  return [
    `  ${mark} ${name}: ${choice === "" ? "" : `${choice} of `}${dataSet}${count}`,
    ...(resolution === undefined ? [] : [`      ${resolution}`]),
    ...(dropped.length === 0
      ? []
      : [
          `      ${dropped.length} before the data set's first instance, which Oozie leaves out: ${dropped.slice(0, 3).join(", ")}`,
        ]),
    ...missing.slice(0, shownInstances).flatMap(({ time, uri, presence, maker }) => [
      `      ${time === undefined ? "" : `${time}  `}${uri}`,
      // Of a single one the reasons have said it.
      ...(missing.length === 1 ? [] : [`        ${presenceText(presence)}`]),
      ...(maker === undefined ? [] : [`        made by ${maker.coordinator} ${maker.nominal}: ${maker.status}`]),
      ...(maker?.why === undefined ? [] : linesOf(maker.why, io, true).map((line) => `          ${line}`)),
    ]),
    ...(missing.length > shownInstances ? [dim(`      and ${missing.length - shownInstances} more`)] : []),
  ];
}
