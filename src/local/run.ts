import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { didYouMean, HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import type { CheckWarning } from "./batch.ts";
import { nominalTimes } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import { timeAt } from "../oozie/calendar.ts";
import type { Workflow } from "../oozie/workflow.ts";
import { onDisk } from "../project/disk.ts";
import { refuseMissingInputs } from "./inputs.ts";
import { externalDataSets, landedTimes } from "../project/landed.ts";
import { lockJob } from "../project/lock.ts";
import { runRange } from "./range.ts";
import { checkReplacements, type Replacements } from "./replace.ts";
import { counts, tell, type ActionReport, type ActionStatus, type RunReport } from "./report.ts";
import { clearAfterKills } from "./runjob.ts";
import { Scheduler, type Window } from "./scheduler.ts";
import { logFile, type LocalTarget } from "./target.ts";
import { unitKey } from "./units.ts";
import { workflowRun } from "./scope.ts";
import { walkWorkflow, type WalkContext } from "./walk.ts";

export type { ActionReport, ActionStatus, RunReport } from "./report.ts";

export interface RunRequest {
  /** A bundle, coordinator, workflow or job. @default the only bundle, else the only coordinator */
  readonly name?: string;
  /** Nominal times in `from <= t < until`. @default all that the definitions and what has landed allow */
  readonly from?: Instant;
  readonly until?: Instant;
  /** Sends runs of consecutive units through each job at once. @default false */
  readonly asRange?: boolean;
  /** Makes everything again. @default false */
  readonly rerun?: boolean;
  /** Says what would be done. @default false */
  readonly dryRun?: boolean;
  /** Values of a workflow's inputs, when a workflow is run by itself. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What happens in place of some actions, by their names: for tests of a whole workflow. */
  readonly replace?: Replacements;
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
}

/**
 * Runs definitions on a folder. Throws for mistakes; failures of actions are in the report. One run at a time works on
 * a folder: a second one throws `LOCKED` with the owner of the first.
 */
export async function run(target: LocalTarget, request: RunRequest = {}): Promise<RunReport> {
  const started = new Date();
  const { chosen, name } = choose(target, request.name);
  if (request.replace !== undefined) checkReplacements(request.replace, workflowsOf(chosen));
  const window = chosen.kind === "workflow" ? undefined : windowOf(target, request);
  // What was mistyped is found before anything is written.
  const values = shownValues(target);
  const log = request.dryRun === true ? null : logFile(target.data, started);
  const lock = log === null ? undefined : lockJob(target.data.own("locks"), "_run");
  try {
    const emit = logged(log, request.emit);
    const warnings: CheckWarning[] = [];
    const warn = (warning: CheckWarning): void => {
      warnings.push(warning);
      emit({ event: "check.warned", ...warning });
    };
    if (log !== null) clearAfterKills(target.data);
    emit({ event: "run.started", name, log, values });
    const report: RunReport = {
      actions: await runChosen(target, chosen, window, request, { emit, warn }),
      warnings,
      log,
      seconds: (Date.now() - started.getTime()) / 1000,
      from: window === undefined ? null : formatOozieTime(window.from),
      until: window === undefined ? null : formatOozieTime(window.until),
    };
    emit({ event: "run.done", ...counts(report), seconds: report.seconds });
    return report;
  } finally {
    lock?.release();
  }
}

async function runChosen(
  target: LocalTarget,
  chosen: Chosen,
  window: Window | undefined,
  request: RunRequest,
  telling: Pick<WalkContext, "emit" | "warn">,
): Promise<readonly ActionReport[]> {
  const context: WalkContext = {
    data: target.data,
    jobs: target.project.jobs,
    engine: target.engine,
    project: target.project.root,
    ...telling,
    signal: request.signal ?? new AbortController().signal,
    force: request.rerun === true || chosen.kind !== "coordinators",
    limit: parallelBranches,
    replacements: request.replace,
  };
  if (chosen.kind === "workflow") return [await runWorkflowAlone(chosen.workflow, request, context)];
  if (chosen.kind === "job") return runJobAlone(chosen.compiled, window!, request, context);
  const options = { asRange: request.asRange === true, dryRun: request.dryRun === true };
  return new Scheduler(target, chosen.coordinators, window!, options, context).run();
}

/** Branches of a fork that run side by side here. */
const parallelBranches = 2;

/** Writes every event to the log as a line of JSON, and passes it on. */
function logged(log: string | null, emit: Emit | undefined): Emit {
  if (log === null) return emit ?? (() => undefined);
  onDisk("write the log", log, () => mkdirSync(dirname(log), { recursive: true }));
  return (event) => {
    appendFileSync(log, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    emit?.(event);
  };
}

/** The values that do not come from the definitions themselves, with where they come from; secrets are named alone. */
function shownValues({ values }: LocalTarget): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.names.flatMap((name) => {
      const origin = values.isSecret(name) ? "secret" : values.origin(name);
      if (origin === undefined || origin === "default") return [];
      return [[name, values.isSecret(name) ? "(secret)" : `${values.need(name)} (${origin})`]];
    }),
  );
}

type Chosen =
  | { readonly kind: "coordinators"; readonly coordinators: readonly Coordinator[] }
  | { readonly kind: "workflow"; readonly workflow: Workflow }
  | { readonly kind: "job"; readonly compiled: CompiledJob };

function choose(
  { project }: LocalTarget,
  name: string | undefined,
): { readonly chosen: Chosen; readonly name: string } {
  const { bundles, coordinators, workflows } = project.definitions;
  const coordinatorsOf = (found: readonly Coordinator[], chosen: string): ReturnType<typeof choose> => ({
    chosen: { kind: "coordinators", coordinators: found },
    name: chosen,
  });
  if (name === undefined) {
    const [only, other] = [...bundles.values(), ...(bundles.size === 0 ? coordinators.values() : [])];
    if (only !== undefined && other === undefined)
      return coordinatorsOf(only.kind === "bundle" ? only.coordinators : [only], only.name);
    throw new HowdahError(
      only === undefined
        ? "the project has no bundle and no coordinator"
        : "the project has several bundles or coordinators",
      {
        code: "NAME_MISSING",
        next: `name one: ${[...bundles.keys(), ...coordinators.keys(), ...workflows.keys()].join(", ")}`,
      },
    );
  }
  const bundle = bundles.get(name);
  if (bundle !== undefined) return coordinatorsOf(bundle.coordinators, name);
  const coordinator = coordinators.get(name);
  if (coordinator !== undefined) return coordinatorsOf([coordinator], name);
  const workflow = workflows.get(name);
  if (workflow !== undefined) return { chosen: { kind: "workflow", workflow }, name };
  const compiled = project.jobs.get(name);
  if (compiled !== undefined) return { chosen: { kind: "job", compiled }, name };
  const names = [...bundles.keys(), ...coordinators.keys(), ...workflows.keys(), ...project.jobs.keys()];
  throw new HowdahError(`there is no bundle, coordinator, workflow or job ${name}${didYouMean(name, names)}`, {
    code: "NAME_UNKNOWN",
    next: `the project has ${names.join(", ")}`,
  });
}

/** The workflows that a run of what was chosen goes through. */
function workflowsOf(chosen: Chosen): readonly Workflow[] {
  switch (chosen.kind) {
    case "coordinators":
      return chosen.coordinators.map(({ run: call }) => call.workflow);
    case "workflow":
      return [chosen.workflow];
    case "job":
      return [];
  }
}

/** The nominal times that a run without others looks at. Throws `WINDOW`, `NOTHING_LANDED`. */
export function windowOf(target: LocalTarget, request: Pick<RunRequest, "from" | "until">): Window {
  if (request.from !== undefined && request.until !== undefined && request.from >= request.until)
    throw new HowdahError(
      `--from ${formatOozieTime(request.from)} is not before --until ${formatOozieTime(request.until)}`,
      { code: "WINDOW", next: "a range is from <= t < until" },
    );
  const { data, project, values } = target;
  for (const { name, spec } of project.definitions.parameters.values())
    if (spec.otherwise !== undefined && values.get(name) === undefined) throw nothingLanded(data.root, name);
  const starts = [...project.definitions.coordinators.values()].map(({ start }) => data.time(start));
  const from = request.from ?? (Math.min(...starts) as Instant);
  return { from, until: request.until ?? landedUntil(target) };
}

/** The end of the latest instance that has landed. */
function landedUntil(target: LocalTarget): Instant {
  const ends = externalDataSets(target.project).flatMap((dataSet) => {
    const last = landedTimes(dataSet, target.values).at(-1);
    return last === undefined ? [] : [timeAt({ every: dataSet.every, initial: last, timezone: dataSet.timezone }, 1)];
  });
  if (ends.length === 0) throw nothingLanded(target.data.root);
  return Math.max(...ends) as Instant;
}

function nothingLanded(root: string, parameter?: string): HowdahError {
  const what = parameter === undefined ? "" : ` that ${parameter} could follow from`;
  return new HowdahError(`nothing has landed${what}`, {
    code: "NOTHING_LANDED",
    where: root,
    next: `land or ingest data first${parameter === undefined ? ", or say --until" : `, or say -D ${parameter}=…`}`,
  });
}

/** A workflow by itself runs always. */
async function runWorkflowAlone(workflow: Workflow, request: RunRequest, context: WalkContext): Promise<ActionReport> {
  const given = request.inputs ?? {};
  const missing = Object.keys(workflow.inputs).filter((name) => given[name] === undefined);
  if (missing.length > 0)
    throw new HowdahError(`workflow ${workflow.name} needs ${missing.join(", ")}`, {
      code: "INPUT_VALUE",
      where: workflow.at,
      next: `give ${missing.map((name) => `-D ${name}=…`).join(" ")}`,
    });
  const one = workflowRun(workflow.name, given);
  context.emit({ event: "action.started", name: workflow.name, nominal: null });
  if (request.dryRun !== true) await walkWorkflow(workflow, [one], context);
  const status = request.dryRun === true ? "would-run" : one.error === undefined ? "ran" : "failed";
  return tell(
    { name: workflow.name, nominal: null, status, why: ["it was named"], missing: [] },
    one.error,
    context.emit,
  );
}

/** A job by itself runs always, for the units of the window. */
async function runJobAlone(
  compiled: CompiledJob,
  window: Window,
  request: RunRequest,
  context: WalkContext,
): Promise<readonly ActionReport[]> {
  const { job } = compiled;
  const initial = Math.min(...job.writes.map((write) => context.data.grid(write).initial)) as Instant;
  const units = [...nominalTimes({ every: job.every, start: initial, end: window.until }, window.from, window.until)];
  const reports: ActionReport[] = [];
  const report = (unit: Instant, status: ActionStatus, error?: HowdahError): void => {
    const why = ["it was named"];
    reports.push(
      tell({ name: job.name, nominal: formatOozieTime(unit), status, why, missing: [] }, error, context.emit),
    );
  };
  if (request.dryRun === true) {
    for (const unit of units) report(unit, "would-run");
    return reports;
  }
  // Before the first of them is made: a range sent by hand over times that have not landed writes nothing.
  refuseMissingInputs(compiled, units, context.data);
  for (const range of request.asRange === true ? [units] : units.map((unit) => [unit])) {
    if (range.length === 0) continue;
    context.signal.throwIfAborted();
    const keys = { from: unitKey(compiled, range[0]!), to: unitKey(compiled, range.at(-1)!) };
    context.emit({ event: "job.started", job: job.name, ...keys, units: range.length });
    const outcome = await runRange(compiled, range, context.data, await context.engine(), context.signal);
    outcome.warnings.forEach(context.warn);
    for (const unit of outcome.published) report(unit, "ran");
    if (outcome.failure === undefined) continue;
    report(outcome.failure.unit, "failed", outcome.failure.error);
    break;
  }
  return reports;
}
