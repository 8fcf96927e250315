import type { CoordinatorJob, WorkflowJob } from "../connect/oozie/index.ts";
import { isHowdahError } from "../core/errors.ts";
import { formatOozieTime, parseTimeBy, stepOf, timesBetween, type Instant } from "../core/time.ts";
import { isJob, type Job } from "../jobs/job.ts";
import { originOf } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import type { DataSet, Instances } from "../oozie/dataset.ts";
import { evaluate, type ElValue, type Scope } from "../oozie/el/index.ts";
import { gridOf, resolveInstances } from "../oozie/resolve.ts";
import { Simulation } from "../oozie/simulate.ts";
import type { Workflow, WorkflowPart } from "../oozie/workflow.ts";

/** A coordinator with the values that one job of it has, asked by the calendar. */
export interface Planned {
  readonly coordinator: Coordinator;
  readonly simulation: Simulation;
  readonly parameter: Scope["parameter"];
}

/** An instance of a data set. */
export interface Instance {
  readonly dataSet: DataSet;
  readonly time: Instant;
}

/** A time that Oozie tells, to the minute in UTC. */
export function utc(date: Date): string {
  return formatOozieTime(date.getTime() as Instant);
}

export function instantOf(date: Date): Instant {
  return date.getTime() as Instant;
}

/** The value of a property, what it refers to (`${nameNode}`) put in its place as Oozie does. */
export function expanded(configuration: Readonly<Record<string, string>>, name: string): string | undefined {
  const value = (of: string, within: readonly string[]): string | undefined => {
    if (!Object.hasOwn(configuration, of) || within.includes(of)) return undefined;
    return configuration[of]!.replace(
      /\$\{([^{}]+)\}/g,
      (whole, other: string) => value(other, [...within, of]) ?? whole,
    );
  };
  return value(name, []);
}

/**
 * Plans a coordinator by the values of one of its jobs, those of the target where the job gives none. Its end is the
 * job's, which may have been changed. Throws `EL_PARAMETER` for a value that neither has.
 */
export function planned(
  coordinator: Coordinator,
  job: Pick<CoordinatorJob, "configuration" | "end"> | undefined,
  otherwise: Scope["parameter"],
): Planned {
  const parameter = (name: string): ElValue | undefined =>
    (job === undefined ? undefined : expanded(job.configuration, name)) ?? otherwise(name);
  const simulation = new Simulation(coordinator, parameter, job?.end === undefined ? undefined : instantOf(job.end));
  return { coordinator, simulation, parameter };
}

/** As `planned`; undefined where a parameter has no value. */
export function plannedIfKnown(...args: Parameters<typeof planned>): Planned | undefined {
  try {
    return planned(...args);
  } catch (error) {
    if (isHowdahError(error) && error.code === "EL_PARAMETER") return undefined;
    throw error;
  }
}

/** What an action reads and makes, by its coordinator's word and by that of the jobs it runs. */
export interface ActionData {
  readonly reads: readonly Instance[];
  readonly writes: readonly Instance[];
}

/**
 * Asks the calendar what an action reads and makes. Whatever a decision may choose counts, and what `latest` and
 * `future` take is left out: it depends on what is there.
 */
export function dataOf(plan: Planned, nominal: Instant): ActionData {
  const { simulation, coordinator } = plan;
  const { reads, writes } = simulation.action(nominal);
  const flat = (events: typeof reads): readonly Instance[] =>
    events.flatMap(({ instances: { dataSet }, resolved: { times } }) => times.map((time) => ({ dataSet, time })));
  const units = unitsOf(coordinator, nominal, plan.parameter);
  return {
    reads: [
      ...flat(reads),
      ...units.flatMap(({ job, unit }) =>
        Object.values(job.reads).flatMap((read) => instancesOf(read, unit, plan.parameter)),
      ),
    ],
    writes: [
      ...flat(writes),
      ...units.flatMap(({ job, unit }) => job.writes.map((dataSet) => ({ dataSet, time: unit }))),
    ],
  };
}

/**
 * What an action asks for of data sets that its own coordinator makes, and that lies before their first instance: Oozie leaves
 * it out, so that whatever is handed on from action to action begins anew.
 */
export function leftOutOf(plan: Planned, nominal: Instant): readonly Instance[] {
  const { simulation, coordinator, parameter } = plan;
  const own = simulation
    .action(nominal)
    .reads.flatMap(({ instances: { dataSet }, resolved }) => resolved.dropped.map((time) => ({ dataSet, time })));
  const ofJobs = unitsOf(coordinator, nominal, parameter).flatMap(({ job, unit }) =>
    Object.values(job.reads).flatMap((read) => {
      const at = { grid: gridOf(read.dataSet, parameter), nominal: unit, parameter };
      return resolveInstances(read, at).dropped.map((time) => ({ dataSet: read.dataSet, time }));
    }),
  );
  const all = [...own, ...ofJobs].filter(({ dataSet }) => mayMake(plan, dataSet));
  return all.filter((one, i) => all.findIndex((other) => isSame(one, other)) === i);
}

/** What a workflow that was submitted by itself makes, as far as its properties tell. */
export function madeByWorkflow(
  workflow: Workflow,
  { configuration }: Pick<WorkflowJob, "configuration">,
  otherwise: Scope["parameter"],
): readonly Instance[] {
  const parameter = (name: string): ElValue | undefined => expanded(configuration, name) ?? otherwise(name);
  const inputs = Object.fromEntries(
    Object.keys(workflow.inputs).flatMap((name) => {
      const value = expanded(configuration, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return unitsIn(workflow.body, inputs, parameter, undefined).flatMap(({ job, unit }) =>
    job.writes.map((dataSet) => ({ dataSet, time: unit })),
  );
}

function instancesOf(instances: Instances, unit: Instant, parameter: Scope["parameter"]): readonly Instance[] {
  const { dataSet } = instances;
  const { times } = resolveInstances(instances, { grid: gridOf(dataSet, parameter), nominal: unit, parameter });
  return times.map((time) => ({ dataSet, time }));
}

interface Unit {
  readonly job: Job;
  readonly unit: Instant;
}

/** Every unit of every job that an action's workflow may run. */
function unitsOf({ run, name }: Coordinator, nominal: Instant, parameter: Scope["parameter"]): readonly Unit[] {
  const scope: Scope = {
    parameter,
    call: (fn) =>
      fn === "coord:nominalTime" || fn === "coord:actualTime"
        ? formatOozieTime(nominal)
        : fn === "coord:name"
          ? name
          : undefined,
  };
  return unitsIn(run.workflow.body, inputsOf(run.values, scope), parameter, nominal);
}

/** What is known of the inputs before the workflow runs. */
function inputsOf(
  values: Readonly<Record<string, Parameters<typeof evaluate>[0]>>,
  scope: Scope,
): Readonly<Record<string, ElValue>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const known = valueIfKnown(value, scope);
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

function valueIfKnown(value: Parameters<typeof evaluate>[0], scope: Scope): ElValue | undefined {
  try {
    return evaluate(value, scope);
  } catch (error) {
    if (isHowdahError(error) && (error.code === "EL_FUNCTION" || error.code === "EL_PARAMETER")) return undefined;
    throw error;
  }
}

function unitsIn(
  part: WorkflowPart,
  inputs: Readonly<Record<string, ElValue>>,
  parameter: Scope["parameter"],
  nominal: Instant | undefined,
): readonly Unit[] {
  const within = (one: WorkflowPart): readonly Unit[] => unitsIn(one, inputs, parameter, nominal);
  switch (part.kind) {
    case "sequence":
      return part.steps.flatMap(within);
    case "parallel":
      return part.branches.flatMap(within);
    case "decision":
      return [...part.cases.map(({ then }) => then), part.otherwise].flatMap(within);
    case "kill":
      return [];
    case "action": {
      const scope: Scope = { parameter: (one) => (Object.hasOwn(inputs, one) ? inputs[one] : parameter(one)) };
      if (part.type === "sub-workflow")
        return unitsIn(part.run.workflow.body, inputsOf(part.run.values, scope), parameter, nominal);
      if (part.type !== "spark") return [];
      const { from, to } = part;
      return part.jobs.filter(isJob).flatMap((job) => {
        const [first, last] = [from, to].map((one) => {
          const text = valueIfKnown(one, scope);
          // What only the run knows is taken to be its own time.
          const time = text === undefined ? undefined : parseTimeBy(job.key, String(text));
          return time ?? (nominal === undefined ? undefined : floorToUnit(job, nominal, parameter));
        });
        if (first === undefined || last === undefined) return [];
        return timesBetween(first, last, job.every).map((unit) => ({ job, unit }));
      });
    }
  }
}

function floorToUnit(job: Job, nominal: Instant, parameter: Scope["parameter"]): Instant {
  const [written] = job.writes;
  const origin = written === undefined ? (0 as Instant) : originOf(gridOf(written, parameter));
  const step = stepOf(job.every);
  return (origin + Math.floor((nominal - origin) / step) * step) as Instant;
}

/** Whether two are the same: data sets are known by their names. */
export function isSame(a: Instance, b: Instance): boolean {
  return a.time === b.time && a.dataSet.name === b.dataSet.name;
}

/** How far, in actions, one is looked for that makes an instance. */
const lookedAt = 5000;

/** The action of a coordinator that makes an instance: its nominal time. */
export function makerOf(plan: Planned, instance: Instance): Instant | undefined {
  const { simulation } = plan;
  const { start, end } = simulation.schedule;
  if (!mayMake(plan, instance.dataSet)) return undefined;
  // Seldom far from the instance's own time: the nearest is asked first.
  const day = 86_400_000;
  for (const span of [2 * day, 40 * day, 400 * day]) {
    const from = Math.max(start, instance.time - span) as Instant;
    const until = Math.min(end, instance.time + span) as Instant;
    let seen = 0;
    for (const { nominal } of simulation.actions(from, until)) {
      if (dataOf(plan, nominal).writes.some((one) => isSame(one, instance))) return nominal;
      if (++seen === lookedAt) return undefined;
    }
  }
  return undefined;
}

/** Whether a coordinator or a job that it may run names the data set among what it makes. */
function mayMake({ coordinator, simulation, parameter }: Planned, dataSet: DataSet): boolean {
  return (
    Object.values(coordinator.writes).some((one) => one.dataSet.name === dataSet.name) ||
    unitsOf(coordinator, simulation.schedule.start, parameter).some(({ job }) =>
      job.writes.some(({ name }) => name === dataSet.name),
    )
  );
}
