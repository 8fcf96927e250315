import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { didYouMean, HowdahError, isHowdahError } from "../core/errors.ts";
import { errorFacts, type Emit, type HowdahEvent } from "../core/events.ts";
import { hashOf } from "../core/hash.ts";
import { formatOozieTime, plus, stepOf, type Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { recordFile, recordFormat, type PartitionRecord } from "../jobs/record.ts";
import { reasonText, staleReasons } from "../jobs/staleness.ts";
import { instancesAt, nominalTimes } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { ElValue, Scope } from "../oozie/el.ts";
import type { Workflow } from "../oozie/workflow.ts";
import { currentUser, readRecord } from "./data.ts";
import { onDisk } from "./disk.ts";
import { landedTimes } from "./landed.ts";
import { runJob } from "./runjob.ts";
import { externalDataSets, logFile, type LocalTarget } from "./target.ts";
import { unitInputs, unitKey, unitState } from "./units.ts";
import {
  hasDecision,
  inputValues,
  jobsOnPath,
  walkWorkflow,
  workflowRun,
  type JobOnPath,
  type WalkContext,
} from "./walk.ts";

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
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
}

/** What became of an action. */
export type ActionStatus =
  /** It ran and succeeded. */
  | "ran"
  /** Its work had been done before. */
  | "fresh"
  /** Something it reads is not there. */
  | "waiting"
  | "failed"
  /** It is stale, but an input is gone for good; what it made before stays. */
  | "kept"
  /** A dry run found that it would run. */
  | "would-run"
  /** A dry run found that it would run if what comes before it changes its inputs. */
  | "may-run";

export interface ActionReport {
  /** The coordinator, workflow or job. */
  readonly name: string;
  /** Nominal time; null for a workflow by itself. */
  readonly nominal: string | null;
  readonly status: ActionStatus;
  /** Why it ran or would run. */
  readonly why: readonly string[];
  /** What a waiting action waits for. */
  readonly missing: readonly string[];
  readonly error: Readonly<Record<string, unknown>> | null;
}

export interface RunReport {
  readonly actions: readonly ActionReport[];
  /** Where every event of the run was written; null for a dry run. */
  readonly log: string | null;
  readonly seconds: number;
  readonly from: string | null;
  readonly until: string | null;
}

/** Runs definitions on a folder. Throws for mistakes; failures of actions are in the report. */
export async function run(target: LocalTarget, request: RunRequest = {}): Promise<RunReport> {
  const started = new Date();
  const log = request.dryRun === true ? null : logFile(target.data, started);
  const emit: Emit = (event) => {
    if (log !== null) appendLog(log, event);
    request.emit?.(event);
  };
  const { chosen, name } = choose(target, request.name);
  const context: WalkContext = {
    data: target.data,
    jobs: target.project.jobs,
    engine: target.engine,
    project: target.project.root,
    emit,
    signal: request.signal ?? new AbortController().signal,
    force: request.rerun === true || chosen.kind === "workflow" || chosen.kind === "job",
    limit: 2,
  };
  if (log !== null) onDisk("write the log", log, () => mkdirSync(dirname(log), { recursive: true }));
  emit({ event: "run.started", name, log, values: shownValues(target) });
  const finish = (actions: readonly ActionReport[], window: Partial<Window> = {}): RunReport => {
    const report: RunReport = {
      actions,
      log,
      seconds: (Date.now() - started.getTime()) / 1000,
      from: window.from === undefined ? null : formatOozieTime(window.from),
      until: window.until === undefined ? null : formatOozieTime(window.until),
    };
    emit({ event: "run.done", ...counts(report), seconds: report.seconds });
    return report;
  };
  if (chosen.kind === "workflow") return finish([await runWorkflowAlone(chosen.workflow, request, context)]);
  if (chosen.kind === "job") {
    const window = windowOf(target, request);
    return finish(await runJobAlone(chosen.compiled, window, request, context), window);
  }
  const window = windowOf(target, request);
  const scheduler = new Scheduler(target, chosen.coordinators, window, request, context);
  return finish(await scheduler.run(), window);
}

function appendLog(log: string, event: HowdahEvent): void {
  appendFileSync(log, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
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

/** How many actions ended in each way. */
export function counts({ actions }: Pick<RunReport, "actions">): Readonly<Record<ActionStatus, number>> {
  const of = (status: ActionStatus): number => actions.filter((action) => action.status === status).length;
  return {
    ran: of("ran"),
    fresh: of("fresh"),
    waiting: of("waiting"),
    failed: of("failed"),
    kept: of("kept"),
    "would-run": of("would-run"),
    "may-run": of("may-run"),
  };
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

interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

function windowOf(target: LocalTarget, request: RunRequest): Window {
  if (request.from !== undefined && request.until !== undefined && request.from >= request.until)
    throw new HowdahError(
      `--from ${formatOozieTime(request.from)} is not before --until ${formatOozieTime(request.until)}`,
      { code: "WINDOW", next: "a range is from <= t < until" },
    );
  const from = request.from ?? (Number.MIN_SAFE_INTEGER as Instant);
  if (request.until !== undefined) return { from: limit(from, target), until: request.until };
  const ends = externalDataSets(target.project).flatMap((dataSet) => {
    const last = landedTimes(dataSet, target.values).at(-1);
    return last === undefined ? [] : [plus(last, dataSet.every)];
  });
  if (ends.length === 0)
    throw new HowdahError(`nothing has landed in ${target.data.root}`, {
      code: "NOTHING_LANDED",
      where: target.data.root,
      next: "land or ingest data first, or say --until",
    });
  return { from: limit(from, target), until: Math.max(...ends) as Instant };
}

/** An open beginning becomes the earliest start of the project's coordinators. */
function limit(from: Instant, { project, data }: LocalTarget): Instant {
  if (from !== Number.MIN_SAFE_INTEGER) return from;
  const starts = [...project.definitions.coordinators.values()].map(({ start }) => {
    try {
      return data.time(start);
    } catch (error) {
      throw nothingLanded(error, data.root);
    }
  });
  return Math.min(...starts) as Instant;
}

function nothingLanded(error: unknown, root: string): unknown {
  if (!isHowdahError(error) || error.code !== "EL_PARAMETER") return error;
  return new HowdahError(`${error.message}: it follows from what has landed, and nothing has`, {
    code: "NOTHING_LANDED",
    where: root,
    next: error.next ?? "land or ingest data first",
    cause: error,
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
  for (const range of request.asRange === true ? [units] : units.map((unit) => [unit])) {
    if (range.length === 0) continue;
    context.signal.throwIfAborted();
    const keys = { from: unitKey(compiled, range[0]!), to: unitKey(compiled, range.at(-1)!) };
    context.emit({ event: "job.started", job: job.name, ...keys, units: range.length });
    const outcome = await runJob(compiled, range, context.data, await context.engine(), context.signal);
    for (const unit of outcome.published) report(unit, "ran");
    if (outcome.failure === undefined) continue;
    report(outcome.failure.unit, "failed", outcome.failure.error);
    break;
  }
  return reports;
}

function tell(report: Omit<ActionReport, "error">, error: HowdahError | undefined, emit: Emit): ActionReport {
  const full: ActionReport = { ...report, error: error === undefined ? null : errorFacts(error) };
  emit({ event: `action.${report.status}`, ...full });
  return full;
}

/** An action of a coordinator that was materialised. */
interface Pending {
  readonly nominal: Instant;
  readonly inputs: Readonly<Record<string, ElValue>>;
}

/** How an action stands before it runs. */
interface Standing {
  readonly fresh: boolean;
  readonly why: readonly string[];
  /** An input of one of its jobs is gone. */
  readonly gone: boolean;
  readonly jobs: readonly JobOnPath[] | undefined;
}

/**
 * Materialises the actions of coordinators and runs those that are ready until nothing moves. It asks the flags on the
 * folder what is ready, and the partitions' records what is done.
 */
class Scheduler {
  readonly #target: LocalTarget;
  readonly #coordinators: readonly Coordinator[];
  readonly #request: RunRequest;
  readonly #context: WalkContext;
  readonly #pending = new Map<Coordinator, Pending[]>();
  readonly #reports: ActionReport[] = [];
  /** Flags that stand for work which failed in this run, or depends on such: nothing that needs them is sent. */
  readonly #tainted = new Set<string>();
  /** In a dry run: flags of what would be made, or might change. */
  readonly #wouldChange = new Set<string>();

  constructor(
    target: LocalTarget,
    coordinators: readonly Coordinator[],
    window: Window,
    request: RunRequest,
    context: WalkContext,
  ) {
    this.#target = target;
    this.#request = request;
    this.#context = context;
    this.#coordinators = inOrderOfNeed(coordinators);
    for (const coordinator of this.#coordinators) {
      const { data } = target;
      let start: Instant;
      try {
        start = data.time(coordinator.start);
      } catch (error) {
        throw nothingLanded(error, data.root);
      }
      const end = endOf(coordinator, target);
      const times = [...nominalTimes({ every: coordinator.every, start, end }, window.from, window.until)];
      this.#pending.set(
        coordinator,
        times.map((nominal) => ({
          nominal,
          inputs: inputValues(coordinator.run.values, actionScope(coordinator, nominal, target)),
        })),
      );
      context.emit({ event: "coordinator.materialised", coordinator: coordinator.name, actions: times.length });
    }
  }

  async run(): Promise<readonly ActionReport[]> {
    for (let moved = true; moved;) {
      moved = false;
      for (const coordinator of this.#coordinators) if (await this.#pass(coordinator)) moved = true;
    }
    for (const coordinator of this.#coordinators)
      for (const action of this.#pending.get(coordinator)!)
        this.#report(coordinator, action, "waiting", [], this.#missing(coordinator, action));
    return this.#reports;
  }

  /** Goes once through what is pending of a coordinator, in order of nominal time. */
  async #pass(coordinator: Coordinator): Promise<boolean> {
    const pending = this.#pending.get(coordinator)!;
    const left: Pending[] = [];
    const steps = this.#request.asRange === true && !hasDecision(coordinator.run.workflow.body);
    const feedsItself = steps && this.#feedsItself(coordinator, pending[0]);
    let lastEnd: Instant | undefined;
    let size = 1;
    for (let i = 0; i < pending.length;) {
      this.#context.signal.throwIfAborted();
      const action = pending[i]!;
      const missing = this.#missing(coordinator, action);
      const standing = this.#standing(coordinator, action);
      const tainted = this.#waitsForTaint(coordinator, action);
      if (standing.fresh && !this.#context.force && !tainted) {
        // Also when an input is gone or pruned since: what was made of it stands.
        if (this.#readsWhatWouldChange(coordinator, action, standing))
          this.#foresee(coordinator, action, standing, "may-run", ["what it reads may change"]);
        else this.#report(coordinator, action, "fresh", []);
        i += 1;
      } else if (missing.length > 0) {
        if (!standing.fresh && standing.gone && this.#isMade(standing) && !tainted) {
          this.#report(coordinator, action, "kept", standing.why);
        } else {
          if (tainted) this.#taint(coordinator, action, standing);
          left.push(action);
        }
        i += 1;
      } else if (this.#request.dryRun === true) {
        this.#foresee(coordinator, action, standing, "would-run", standing.why);
        i += 1;
      } else {
        // A state that changed is likely to change the next hour's too: ranges grow as they follow one another.
        size = feedsItself && lastEnd === action.nominal ? size * 2 : 1;
        const group = steps ? this.#group(coordinator, pending.slice(i), size, standing) : [{ action, standing }];
        await this.#runGroup(coordinator, group);
        size = Math.max(size, group.length);
        lastEnd = plus(group.at(-1)!.action.nominal, coordinator.every);
        i += group.length;
      }
    }
    this.#pending.set(coordinator, left);
    return left.length < pending.length;
  }

  /** Whether an action reads what an earlier one of the same coordinator writes. */
  #feedsItself(coordinator: Coordinator, action: Pending | undefined): boolean {
    if (action === undefined) return false;
    const written = this.#writtenBy(this.#standing(coordinator, action).jobs);
    return Object.values(coordinator.reads).some(({ dataSet }) => written.some(({ name }) => name === dataSet.name));
  }

  /** The action and those behind it that can go through the jobs together with it. */
  #group(
    coordinator: Coordinator,
    pending: readonly Pending[],
    size: number,
    first: Standing,
  ): readonly { readonly action: Pending; readonly standing: Standing }[] {
    const group = [{ action: pending[0]!, standing: first }];
    const made = new Set(this.#outputs(first));
    for (const action of pending.slice(1)) {
      if (action.nominal !== plus(group.at(-1)!.action.nominal, coordinator.every)) break;
      const missing = this.#missing(coordinator, action).filter((flag) => !made.has(flag));
      if (missing.length > 0) break;
      const standing = this.#standing(coordinator, action);
      if (standing.jobs === undefined) break;
      if (standing.fresh && !this.#context.force && group.length >= size) break;
      for (const flag of this.#outputs(standing)) made.add(flag);
      group.push({ action, standing });
    }
    return group;
  }

  async #runGroup(
    coordinator: Coordinator,
    group: readonly { readonly action: Pending; readonly standing: Standing }[],
  ): Promise<void> {
    const runs = group.map(({ action }) =>
      workflowRun(`${coordinator.name} ${formatOozieTime(action.nominal)}`, action.inputs),
    );
    const [first, last] = [group[0]!.action, group.at(-1)!.action];
    this.#context.emit({
      event: "action.started",
      name: coordinator.name,
      nominal: formatOozieTime(first.nominal),
      last: formatOozieTime(last.nominal),
      actions: group.length,
    });
    await walkWorkflow(coordinator.run.workflow, runs, this.#context);
    group.forEach(({ action, standing }, i) => {
      const { error, stopped } = runs[i]!;
      if (error === undefined && !stopped) {
        if (standing.jobs === undefined || standing.jobs.length === 0) this.#keepDone(coordinator, action);
        this.#report(coordinator, action, "ran", standing.why);
        return;
      }
      this.#taint(coordinator, action, standing);
      if (error !== undefined) this.#report(coordinator, action, "failed", standing.why, [], error);
      else this.#report(coordinator, action, "waiting", [], this.#missing(coordinator, action));
    });
  }

  #report(
    coordinator: Coordinator,
    action: Pending,
    status: ActionStatus,
    why: readonly string[],
    missing: readonly string[] = [],
    error?: HowdahError,
  ): void {
    const nominal = formatOozieTime(action.nominal);
    this.#reports.push(tell({ name: coordinator.name, nominal, status, why, missing }, error, this.#context.emit));
  }

  /** Flags of inputs that are not there, or stand for work that failed. */
  #missing(coordinator: Coordinator, action: Pending): readonly string[] {
    return inputFlags(coordinator, action.nominal, this.#target).filter(
      (flag) => this.#tainted.has(flag) || !(existsSync(flag) || this.#wouldChange.has(flag)),
    );
  }

  #waitsForTaint(coordinator: Coordinator, action: Pending): boolean {
    return inputFlags(coordinator, action.nominal, this.#target).some((flag) => this.#tainted.has(flag));
  }

  #taint(coordinator: Coordinator, action: Pending, standing: Standing): void {
    for (const flag of this.#made(coordinator, action, standing)) this.#tainted.add(flag);
  }

  #writtenBy(jobs: readonly JobOnPath[] | undefined): readonly DataSet[] {
    return (jobs ?? []).flatMap(({ compiled }) => compiled.job.writes);
  }

  /** Flags of what an action's jobs make. */
  #outputs({ jobs }: Standing): readonly string[] {
    return (jobs ?? []).flatMap(({ compiled, units }) =>
      units.flatMap((unit) => compiled.job.writes.map((write) => this.#target.data.flag(write, unit))),
    );
  }

  /** Flags of all that an action makes, also of what its coordinator alone says that it writes. */
  #made(coordinator: Coordinator, action: Pending, standing: Standing): readonly string[] {
    const { data } = this.#target;
    const declared = Object.values(coordinator.writes).flatMap(({ dataSet, from, to }) =>
      instancesAt({ from, to }, data.grid(dataSet), action.nominal).times.map((time) => data.flag(dataSet, time)),
    );
    return [...this.#outputs(standing), ...declared];
  }

  #isMade(standing: Standing): boolean {
    const outputs = this.#outputs(standing);
    return outputs.length > 0 && outputs.every(existsSync);
  }

  #standing(coordinator: Coordinator, action: Pending): Standing {
    const { data, project } = this.#target;
    const jobs = jobsOnPath(coordinator.run.workflow, action.inputs, { data, jobs: project.jobs });
    if (jobs === undefined || jobs.length === 0) {
      const expected = this.#expectedDone(coordinator, action);
      const reasons = staleReasons(expected, readRecord(this.#doneFolder(coordinator, action)));
      return { fresh: reasons.length === 0, why: reasons.map(reasonText), gone: false, jobs };
    }
    const states = jobs.flatMap(({ compiled, units }) => units.map((unit) => unitState(compiled, unit, data)));
    const why = jobs.flatMap(({ compiled, units }, j) => {
      const before = jobs.slice(0, j).reduce((sum, job) => sum + job.units.length, 0);
      return units.flatMap((_, u) =>
        states[before + u]!.reasons.map(({ reason }) => `${compiled.job.name}: ${reasonText(reason)}`),
      );
    });
    return {
      fresh: states.every(({ fresh }) => fresh),
      why: this.#context.force ? ["it was asked for"] : [...new Set(why)],
      gone: states.some(({ gone }) => gone.length > 0),
      jobs,
    };
  }

  /** Notes in a dry run that an action would run or may, and what that may change behind it. */
  #foresee(
    coordinator: Coordinator,
    action: Pending,
    standing: Standing,
    status: "would-run" | "may-run",
    why: readonly string[],
  ): void {
    for (const flag of this.#made(coordinator, action, standing)) this.#wouldChange.add(flag);
    this.#report(coordinator, action, status, why);
  }

  #readsWhatWouldChange(coordinator: Coordinator, action: Pending, { jobs = [] }: Standing): boolean {
    const { data } = this.#target;
    if (this.#wouldChange.size === 0) return false;
    const ofJobs = jobs.flatMap(({ compiled, units }) =>
      units.flatMap((unit) => unitInputs(compiled, unit, data).map(({ dataSet, time }) => data.flag(dataSet, time))),
    );
    const flags = [...inputFlags(coordinator, action.nominal, this.#target), ...ofJobs];
    return flags.some((flag) => this.#wouldChange.has(flag));
  }

  #doneFolder(coordinator: Coordinator, { nominal }: Pending): string {
    return this.#target.data.own("done", coordinator.name, formatOozieTime(nominal).replaceAll(":", ""));
  }

  /** What the record of an action that writes no table would say. */
  #expectedDone(coordinator: Coordinator, action: Pending): Parameters<typeof staleReasons>[0] {
    const { data } = this.#target;
    const inputs = Object.values(coordinator.reads).flatMap(({ dataSet, from, to }) =>
      instancesAt({ from, to }, data.grid(dataSet), action.nominal).times.map((time) => ({
        dataSet: dataSet.name,
        instance: formatOozieTime(time),
        content: contentOf(this.#target, dataSet, time),
      })),
    );
    return {
      job: hashOf({ workflow: definitionText(coordinator.run.workflow.body) }),
      columns: "",
      parameters: Object.fromEntries(Object.entries(action.inputs).map(([name, value]) => [name, String(value)])),
      inputs,
    };
  }

  #keepDone(coordinator: Coordinator, action: Pending): void {
    const folder = this.#doneFolder(coordinator, action);
    const expected = this.#expectedDone(coordinator, action);
    const record: PartitionRecord = {
      format: recordFormat,
      identity: {
        ...expected,
        table: `coordinator/${coordinator.name}`,
        partition: formatOozieTime(action.nominal),
        inputs: expected.inputs.map((input) => ({ ...input, content: input.content ?? "" })),
        rows: 0,
        rejects: {},
        checks: [],
        content: "",
      },
      run: {
        engine: "none",
        files: [],
        bytes: 0,
        started: new Date().toISOString(),
        seconds: 0,
        release: null,
        user: currentUser(),
      },
    };
    onDisk("keep that it is done", folder, () => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, recordFile), `${JSON.stringify(record)}\n`);
    });
  }
}

/** Everything of a definition but where it was written: equal definitions have equal texts. */
function definitionText(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => (key === "at" ? undefined : member));
}

function contentOf({ data }: LocalTarget, dataSet: DataSet, time: Instant): string | null {
  if ("key" in dataSet && ("table" in dataSet || "files" in dataSet)) return data.content(dataSet as never, time);
  return data.isComplete(dataSet, time) ? "complete" : null;
}

/** Coordinators so that each stands behind those that make what it reads. */
function inOrderOfNeed(coordinators: readonly Coordinator[]): readonly Coordinator[] {
  return [...coordinators].sort((a, b) => stepOf(a.every) - stepOf(b.every));
}

/** No nominal time is at or after it; a coordinator whose end has no value here has none. */
function endOf({ end }: Coordinator, { data }: LocalTarget): Instant {
  try {
    return data.time(end);
  } catch (error) {
    if (isHowdahError(error) && error.code === "EL_PARAMETER") return Number.MAX_SAFE_INTEGER as Instant;
    throw error;
  }
}

function inputFlags(coordinator: Coordinator, nominal: Instant, { data }: LocalTarget): readonly string[] {
  return Object.values(coordinator.reads).flatMap(({ dataSet, from, to }) =>
    instancesAt({ from, to }, data.grid(dataSet), nominal).times.map((time) => data.flag(dataSet, time)),
  );
}

/** The scope in which a coordinator gives values to its workflow. */
function actionScope(coordinator: Coordinator, nominal: Instant, { data, values }: LocalTarget): Scope {
  const uris = (events: Coordinator["reads"], name: ElValue | undefined): string | undefined => {
    const event = events[String(name)];
    if (event === undefined) return undefined;
    const { times } = instancesAt(event, data.grid(event.dataSet), nominal);
    return times.map((time) => data.folder(event.dataSet, time)).join(",");
  };
  return {
    parameter: (name) => values.get(name),
    call: (fn, args) => {
      switch (fn) {
        case "coord:nominalTime":
          return formatOozieTime(nominal);
        case "coord:name":
          return coordinator.name;
        case "coord:user":
          return currentUser();
        case "coord:dataIn":
          return uris(coordinator.reads, args[0]);
        case "coord:dataOut":
          return uris(coordinator.writes, args[0]);
        default:
          return undefined;
      }
    },
  };
}
