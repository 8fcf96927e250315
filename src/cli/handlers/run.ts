import type { HowdahEvent } from "../../core/events.ts";
import { exitCodes } from "../../core/errors.ts";
import type { CheckWarning } from "../../local/batch.ts";
import { counts, type ActionReport, type RunReport } from "../../local/report.ts";
import { run } from "../../local/run.ts";
import type { Io } from "../io.ts";
import { defines, timeOption } from "../values.ts";
import { nearby } from "../nearby.ts";
import { projectOf, withTarget } from "../project.ts";
import type { Arguments } from "../command.ts";

/** `howdah run` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const all = defines(args);
  const [name] = args.positionals;
  const inputNames = Object.keys(
    (name === undefined ? undefined : project.definitions.workflows.get(name))?.inputs ?? {},
  );
  const isInput = ([key]: readonly [string, string]): boolean => inputNames.includes(key);
  const inputs = Object.fromEntries(Object.entries(all).filter(isInput));
  const given = Object.fromEntries(Object.entries(all).filter((entry) => !isInput(entry)));
  const [from, until] = [timeOption(args, "from"), timeOption(args, "until")];
  const report = await withTarget(args, project, given, async (target) => {
    const progress = new Progress(io);
    return run(target, {
      ...(name === undefined ? {} : { name }),
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      asRange: args.flag("as-range"),
      rerun: args.flag("rerun"),
      dryRun: args.flag("dry-run"),
      inputs,
      emit: (event) => progress.take(event),
      signal: io.signal,
    });
  });
  io.status("");
  if (io.json) io.out(JSON.stringify({ ...report, counts: counts(report) }));
  else renderReport(report, io);
  if (counts(report).failed > 0) return exitCodes.failed;
  return args.flag("require-complete") && counts(report).waiting > 0 ? exitCodes.waiting : exitCodes.done;
}

/** Shows what is going on: one line that changes on a terminal, failures as they come everywhere. */
class Progress {
  readonly #io: Io;
  #total = 0;
  #done = 0;
  #doing = "";

  constructor(io: Io) {
    this.#io = io;
  }

  take(event: HowdahEvent): void {
    const { colors } = this.#io;
    switch (event.event) {
      case "run.started": {
        const values = Object.entries(event["values"] as Readonly<Record<string, string>>);
        if (!this.#io.json) for (const [name, value] of values) this.#io.say(colors.dim(`${name} = ${value}`));
        break;
      }
      case "coordinator.materialised":
        this.#total += Number(event["actions"]);
        break;
      case "action.started":
        this.#doing = `${String(event["name"])} ${typeof event["nominal"] === "string" ? event["nominal"] : ""}`;
        break;
      case "job.started":
        this.#doing = `${String(event["job"])} ${String(event["from"])}${event["from"] === event["to"] ? "" : ` to ${String(event["to"])}`}`;
        break;
      case "mail":
        if (!this.#io.json)
          this.#io.say(`mail to ${String(event["to"])}, which is not sent here: ${String(event["subject"])}`);
        break;
      case "action.failed":
        this.#done += 1;
        break;
      case "action.ran":
      case "action.fresh":
      case "action.kept":
        this.#done += 1;
    }
    this.#io.status(`${this.#done}/${this.#total}  ${this.#doing}`);
  }
}

function renderReport(report: RunReport, io: Io): void {
  const { colors } = io;
  const of = (status: ActionReport["status"]): readonly ActionReport[] =>
    report.actions.filter((action) => action.status === status);
  const [ran, fresh, failed, waiting, kept] = [of("ran"), of("fresh"), of("failed"), of("waiting"), of("kept")];
  const foreseen = [...of("would-run"), ...of("may-run")];
  for (const [name, actions] of byName([...ran, ...foreseen, ...kept])) {
    const whys = new Map<string, ActionReport[]>();
    for (const action of actions) {
      const why = `${verb(action.status)}: ${action.why.slice(0, 3).join("; ") || "it was ready"}`;
      whys.set(why, [...(whys.get(why) ?? []), action]);
    }
    for (const [why, some] of whys) io.out(`${name}  ${times(some)}  ${why}`);
  }
  for (const action of failed) {
    io.out(`${colors.red("failed")}  ${action.name} ${action.nominal ?? ""}: ${String(action.error?.["message"])}`);
    const { where, next } = action.error ?? {};
    if (typeof where === "string") io.out(`        at ${where}`);
    if (typeof next === "string") io.out(`        → ${next}`);
  }
  renderWarnings(report.warnings, io);
  for (const [name, actions] of byName(waiting)) {
    io.out(`${colors.yellow("waits")}   ${name}  ${times(actions)}  for`);
    const missing = [...new Set(actions.flatMap((action) => action.missing))];
    for (const flag of missing.slice(0, 5)) io.out(`        ${nearby(flag, io)}`);
    if (missing.length > 5) io.out(`        and ${missing.length - 5} more`);
  }
  const parts = [
    `${ran.length} ran`,
    `${fresh.length} were done before`,
    ...(foreseen.length > 0 ? [`${foreseen.length} would run (an upper bound)`] : []),
    ...(kept.length > 0 ? [`${kept.length} cannot be made again (an input is gone)`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} wait`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(report.warnings.length > 0 ? [`${report.warnings.length} warnings of checks`] : []),
  ];
  const seconds = `${report.seconds.toFixed(1)} s`;
  const ended =
    report.log === null ? "nothing was changed" : failed.length > 0 ? colors.red("failed") : colors.green("done");
  io.out(`${ended}: ${parts.join(", ")} in ${seconds}`);
  if (report.log !== null) io.out(colors.dim(`log: ${nearby(report.log, io)}`));
}

/** Each check once, with the first unit that it warned of, some of its rows, and how many more there are. */
function renderWarnings(warnings: readonly CheckWarning[], io: Io): void {
  const byCheck = new Map<string, CheckWarning[]>();
  for (const warning of warnings) {
    const which = JSON.stringify([warning.job, warning.table, warning.check]);
    byCheck.set(which, [...(byCheck.get(which) ?? []), warning]);
  }
  for (const [first, ...more] of byCheck.values()) {
    if (first === undefined) continue;
    const { job, unit, text, lines } = first;
    io.out(`${io.colors.yellow("warns")}   ${job} ${unit}: ${text}`);
    for (const line of lines) io.out(`      ${line}`);
    const last = more.at(-1);
    if (last !== undefined) io.out(`        and of ${more.length} more, up to ${last.unit}: ${last.text}`);
  }
}

function verb(status: ActionReport["status"]): string {
  return status === "ran" ? "ran" : status === "kept" ? "stale, kept" : status === "may-run" ? "may run" : "would run";
}

function byName(actions: readonly ActionReport[]): ReadonlyMap<string, readonly ActionReport[]> {
  const map = new Map<string, ActionReport[]>();
  for (const action of actions) map.set(action.name, [...(map.get(action.name) ?? []), action]);
  return map;
}

/** `2012-03-01T00:00Z`, or the first and the last with their count. */
function times(actions: readonly ActionReport[]): string {
  const nominals = actions.flatMap(({ nominal }) => nominal ?? []).sort();
  const [first] = nominals;
  if (first === undefined) return "";
  return nominals.length === 1 ? first : `${first} … ${nominals.at(-1)!} (${nominals.length})`;
}
