import { HowdahError, isHowdahError, messageOf } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { parseTimeBy, stepOf, timesBetween, type Instant } from "../core/time.ts";
import { isJob, type Job } from "../jobs/job.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { consecutiveRuns } from "../oozie/calendar.ts";
import { evaluate, type ElValue, type Scope } from "../oozie/el/index.ts";
import type { Action, SparkAction, SqlJob, SubWorkflowAction } from "../oozie/actions/index.ts";
import type { Workflow, WorkflowPart } from "../oozie/workflow.ts";
import { mailOf, onClusterOnly, runDistcp, runFs, runHive2 } from "./actions.ts";
import { inputValues, workflowRun, workflowScope, type WorkflowRun } from "./scope.ts";
import { replacementOf, runReplacement, type Replacement, type Replacements } from "./replace.ts";
import { runShell } from "./shell.ts";
import type { CheckWarning } from "./batch.ts";
import type { Data } from "./data.ts";
import type { Engine } from "./engine.ts";
import { runRange } from "./range.ts";
import { unitKey, unitState } from "./units.ts";

/** What walking a workflow needs of its surroundings. */
export interface WalkContext {
  readonly data: Data;
  readonly jobs: ReadonlyMap<string, CompiledJob>;
  readonly engine: () => Promise<Engine>;
  readonly project: string;
  readonly emit: Emit;
  /** Takes what checks on rows warned of. */
  readonly warn: (warning: CheckWarning) => void;
  readonly signal: AbortSignal;
  /** Makes every unit, also fresh ones. */
  readonly force: boolean;
  /** Branches of a fork that run side by side. */
  readonly limit: number;
  /** What happens in place of some actions. */
  readonly replacements?: Replacements | undefined;
}

/** Whether the path through a workflow can differ from one run to the next. */
export function hasDecision(part: WorkflowPart): boolean {
  switch (part.kind) {
    case "decision":
      return true;
    case "sequence":
      return part.steps.some(hasDecision);
    case "parallel":
      return part.branches.some(hasDecision);
    case "action":
      return part.type === "sub-workflow" && hasDecision(part.run.workflow.body);
    case "kill":
      return false;
  }
}

/** Every job that a part of a workflow may run. */
export function jobsIn(part: WorkflowPart): readonly Job[] {
  switch (part.kind) {
    case "sequence":
      return part.steps.flatMap(jobsIn);
    case "parallel":
      return part.branches.flatMap(jobsIn);
    case "decision":
      return [...part.cases.map(({ then }) => then), part.otherwise].flatMap(jobsIn);
    case "kill":
      return [];
    case "action":
      if (part.type === "sub-workflow") return jobsIn(part.run.workflow.body);
      return part.type === "spark" ? part.jobs.filter(isJob) : [];
  }
}

/** A job on the path of a workflow, and the units it makes there. */
export interface JobOnPath {
  readonly compiled: CompiledJob;
  readonly units: readonly Instant[];
}

/**
 * The jobs on the path that a workflow's decisions take as things stand. Undefined when that cannot be known before it
 * runs (a decision asks for an action's output), or the path ends in a kill.
 */
export function jobsOnPath(
  workflow: Workflow,
  inputs: Readonly<Record<string, ElValue>>,
  context: Pick<WalkContext, "data" | "jobs">,
): readonly JobOnPath[] | undefined {
  const scope = workflowScope(workflowRun("", inputs), workflow, context.data);
  const all = (parts: readonly WorkflowPart[]): readonly JobOnPath[] | undefined => {
    const found = parts.map(on);
    return found.includes(undefined) ? undefined : found.flatMap((jobs) => jobs!);
  };
  const on = (part: WorkflowPart): readonly JobOnPath[] | undefined => {
    switch (part.kind) {
      case "sequence":
        return all(part.steps);
      case "parallel":
        return all(part.branches);
      case "decision":
        return on(part.cases.find(({ when }) => String(evaluate(when, scope)) === "true")?.then ?? part.otherwise);
      case "kill":
        return undefined;
      case "action":
        if (part.type === "spark") return part.jobs.map((job) => jobOf(job, part, scope, context));
        if (part.type === "sub-workflow")
          return jobsOnPath(part.run.workflow, inputValues(part.run.values, scope), context);
        return [];
    }
  };
  try {
    return on(workflow.body);
  } catch (error) {
    if (isHowdahError(error) && error.code === "EL_FUNCTION") return undefined;
    throw error;
  }
}

function jobOf(job: SqlJob, action: SparkAction, scope: Scope, context: Pick<WalkContext, "jobs">): JobOnPath {
  const compiled = isJob(job) ? context.jobs.get(job.name) : undefined;
  if (compiled === undefined)
    throw new HowdahError(`action ${action.name} runs a job that this project does not define`, {
      code: "CANNOT_RUN_HERE",
      fault: "run",
      where: action.at,
    });
  const [from, to] = [action.from, action.to].map((value) => {
    const text = String(evaluate(value, scope));
    const time = parseTimeBy(compiled.job.key, text);
    if (time === undefined)
      throw new HowdahError(`action ${action.name}: ${text} is no unit of ${compiled.job.name} (${compiled.job.key})`, {
        code: "UNIT",
        where: value.at,
      });
    return time;
  });
  return { compiled, units: timesBetween(from!, to!, compiled.job.every) };
}

/** Walks a workflow with runs of consecutive units in step. What became of each stands in the runs afterwards. */
export async function walkWorkflow(
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  const step = async (part: WorkflowPart, all: readonly WorkflowRun[]): Promise<void> => {
    const going = all.filter((run) => run.error === undefined && !run.stopped);
    if (going.length === 0) return;
    context.signal.throwIfAborted();
    switch (part.kind) {
      case "sequence":
        for (const next of part.steps) await step(next, going);
        return;
      case "parallel":
        return inParallel(part.branches, context.limit, (branch) => step(branch, going));
      case "decision":
        for (const run of going) {
          const [taken] = upToFailure([run], context, () => {
            const scope = workflowScope(run, workflow, context.data);
            return part.cases.findIndex(({ when }) => String(evaluate(when, scope)) === "true");
          });
          if (taken === undefined) continue;
          context.emit({ event: "decision", run: run.label, decision: part.name, case: taken });
          await step(part.cases[taken]?.then ?? part.otherwise, [run]);
        }
        return;
      case "kill":
        upToFailure(going, context, (run) => {
          const message = String(evaluate(part.message, workflowScope(run, workflow, context.data)));
          throw new HowdahError(message, { code: "KILLED", fault: "run", where: part.at });
        });
        return;
      case "action": {
        // On copies: a branch beside this one may fail the same runs meanwhile, which is no failure of this action.
        const own = going.map((run) => ({ ...run }));
        await actionWithRetries(part, workflow, own, context);
        if (part.handler !== undefined) await handleFailures(part.name, part.handler, own);
        own.forEach(({ error, stopped }, i) => {
          const run = going[i]!;
          run.error ??= error;
          run.stopped ||= stopped;
        });
      }
    }
  };
  /** Runs a handler as if nothing had failed, then lets the failure stand. */
  const handleFailures = async (
    action: string,
    handler: WorkflowPart,
    going: readonly WorkflowRun[],
  ): Promise<void> => {
    for (const run of going) {
      const { error } = run;
      if (error === undefined) continue;
      const handled: WorkflowRun = { ...run, error: undefined, failure: { action, error } };
      await step(handler, [handled]);
      // A kill is how a handler ends the workflow; what failed says more than it.
      if (handled.error !== undefined && handled.error.code !== "KILLED")
        context.emit({ event: "handler.failed", run: run.label, message: messageOf(handled.error) });
    }
  };
  await step(workflow.body, runs);
}

async function inParallel<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  const results = await Promise.allSettled(workers);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** The longest wait before a retry here, in ms: what fails on a laptop seldom mends itself within Oozie's minutes. */
const longestWait = 2000;

async function actionWithRetries(
  action: Action,
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  let left = runs;
  for (let tries = 0; ; tries++) {
    await runAction(action, workflow, left, context);
    // What a range stopped behind the failure goes again with it; what succeeded does not.
    left = left.filter(({ error, stopped }) => error !== undefined || stopped);
    const failed = left.filter(({ error }) => error !== undefined && error.fault !== "bug");
    if (failed.length === 0 || action.retry === undefined || tries >= action.retry.max) return;
    context.emit({
      event: "action.retry",
      action: action.name,
      runs: failed.length,
      message: failed[0]!.error!.message,
    });
    // What stands in for an action does not get better by waiting.
    if (replacementOf(action, workflow, context.replacements) === undefined)
      await new Promise((resolve) => setTimeout(resolve, Math.min(stepOf(action.retry!.every), longestWait)));
    context.signal.throwIfAborted();
    for (const run of left) Object.assign(run, { error: undefined, stopped: false });
  }
}

/**
 * Does something for each run, up to the first for which it fails: that run fails, and those behind it are stopped,
 * for they may need what it would have made.
 */
function upToFailure<T>(runs: readonly WorkflowRun[], { signal }: WalkContext, work: (run: WorkflowRun) => T): T[] {
  const done: T[] = [];
  for (const run of runs) {
    try {
      done.push(work(run));
    } catch (error) {
      failFrom(runs, run, asFailure(error, signal));
      break;
    }
  }
  return done;
}

function failFrom(runs: readonly WorkflowRun[], failed: WorkflowRun, error: HowdahError): void {
  failed.error = error;
  for (const run of runs.slice(runs.indexOf(failed) + 1)) run.stopped = true;
}

async function runAction(
  action: Action,
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  const replacement = replacementOf(action, workflow, context.replacements);
  if (replacement !== undefined) return runReplaced(replacement, action, workflow, runs, context);
  if (action.type === "spark") return runSpark(action, workflow, runs, context);
  if (action.type === "sub-workflow") return runSubWorkflow(action, workflow, runs, context);
  for (const run of runs) {
    const scope = workflowScope(run, workflow, context.data);
    try {
      switch (action.type) {
        case "fs":
          runFs(action.operations, scope, context.data);
          break;
        case "hive2":
          runHive2(action, scope, context.data);
          break;
        case "shell":
          run.outputs.set(action.name, await runShell(action, scope, context));
          break;
        case "distcp":
          runDistcp(action, scope, context.data);
          break;
        case "email":
          context.emit({ event: "mail", run: run.label, action: action.name, ...mailOf(action, scope) });
          break;
        case "spark-application":
        case "java":
          throw onClusterOnly(action);
      }
    } catch (error) {
      failFrom(runs, run, asFailure(error, context.signal));
      return;
    }
  }
}

async function runReplaced(
  replacement: Replacement,
  action: Action,
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  for (const run of runs) {
    try {
      await runReplacement(replacement, action, workflow, run, context.data.root);
    } catch (error) {
      failFrom(runs, run, asFailure(error, context.signal));
      return;
    }
  }
}

async function runSubWorkflow(
  action: SubWorkflowAction,
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  const inner = upToFailure(runs, context, (run) =>
    workflowRun(run.label, inputValues(action.run.values, workflowScope(run, workflow, context.data))),
  );
  await walkWorkflow(action.run.workflow, inner, context);
  inner.forEach(({ error, stopped }, i) => {
    if (error !== undefined || stopped) Object.assign(runs[i]!, { error, stopped });
  });
}

function asFailure(error: unknown, signal: AbortSignal): HowdahError {
  if (signal.aborted || !isHowdahError(error)) throw error;
  return error;
}

/** Runs jobs one after another, each for the runs that the one before it has left unharmed. */
async function runSpark(
  action: SparkAction,
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  for (const job of action.jobs) {
    const going = runs.filter((run) => run.error === undefined && !run.stopped);
    await runJob(job, action, workflow, going, context);
  }
}

/** Runs a job's stale units: those of several runs as one range where they follow one another. */
async function runJob(
  job: SqlJob,
  action: SparkAction,
  workflow: Workflow,
  runs: readonly WorkflowRun[],
  context: WalkContext,
): Promise<void> {
  const wanted = upToFailure(runs, context, (run) => ({
    run,
    ...jobOf(job, action, workflowScope(run, workflow, context.data), context),
  }));
  const compiled = wanted[0]?.compiled;
  if (compiled === undefined) return;
  const units = [...new Set(wanted.flatMap((one) => one.units))].sort((a, b) => a - b);
  // From the first unit that is not fresh: what follows it in a range may depend on it.
  const first = context.force ? 0 : units.findIndex((unit) => !unitState(compiled, unit, context.data).fresh);
  if (first === -1) {
    context.emit({ event: "job.fresh", job: compiled.job.name, units: units.map((unit) => unitKey(compiled, unit)) });
    return;
  }
  let failed: { readonly unit: Instant; readonly error: HowdahError } | undefined;
  for (const range of consecutiveRuns(compiled.job.every, units.slice(first))) {
    const keys = { from: unitKey(compiled, range[0]!), to: unitKey(compiled, range.at(-1)!) };
    const started = performance.now();
    context.emit({ event: "job.started", job: compiled.job.name, ...keys, units: range.length });
    const outcome = await runRange(compiled, range, context.data, await context.engine(), context.signal);
    failed = outcome.failure;
    outcome.warnings.forEach(context.warn);
    context.emit({
      event: "job.done",
      job: compiled.job.name,
      ...keys,
      published: outcome.published.length,
      seconds: (performance.now() - started) / 1000,
    });
    context.signal.throwIfAborted();
    if (failed !== undefined) break;
  }
  if (failed === undefined) return;
  for (const one of wanted) {
    if (one.units.includes(failed.unit)) one.run.error = failed.error;
    else if (one.units.some((unit) => unit > failed.unit)) one.run.stopped = true;
  }
}
