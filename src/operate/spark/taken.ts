import { isOver, type CoordinatorActionStatus, type CoordinatorJob } from "../../connect/oozie/index.ts";
import { HowdahError } from "../../core/errors.ts";
import type { Instant } from "../../core/time.ts";
import type { Job } from "../../jobs/job.ts";
import { evaluate, instanceScope, type Scope } from "../../oozie/el/index.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { Values } from "../../project/values.ts";
import { folderOn, pathOn } from "../paths.ts";
import { dataOf, expanded, instantOf, madeByWorkflow, plannedIfKnown, type Instance } from "../planned.ts";
import { timesText } from "./inputs.ts";
import { jobsIn, type BatchPlan } from "./plan.ts";

/** What is going to be written: the job and its unit, by the folder on HDFS. */
type Wanted = ReadonlyMap<string, { readonly job: Job; readonly unit: Instant }>;

/** Somebody who makes some of it. */
interface Maker {
  /** `coordinator hourly 0000001-…-C: 2 RUNNING, 3 WAITING`. */
  readonly text: string;
  readonly id: string;
  readonly units: readonly { readonly job: Job; readonly unit: Instant }[];
  /** Numbers of a coordinator's actions. */
  readonly actions: readonly number[];
}

/**
 * Refuses units that Oozie makes or is going to make: by workflows that run, and by actions of coordinators, whoever
 * submitted them. Actions that wait count too, and those that are not made yet: they begin by themselves, and would meet
 * the batch's lock and fail. Actions that are over do not, whatever became of them. @throws RUNS_ALREADY
 */
export async function refuseTaken(
  cluster: Cluster,
  project: Project,
  batches: readonly BatchPlan[],
  values: Values,
): Promise<void> {
  if (cluster.target.oozie === undefined) return;
  const wanted = new Map(
    batches
      .flatMap(jobsIn)
      .flatMap(({ job, units }) =>
        units.flatMap((unit) =>
          job.writes.map((write) => [folderOn(cluster, values, write, unit), { job, unit }] as const),
        ),
      ),
  );
  const makers = [
    ...(await coordinatorsMaking(cluster, project, wanted, values)),
    ...(await workflowsMaking(cluster, project, wanted, values)),
  ];
  if (makers.length > 0) throw taken(makers);
}

const aliveActions = ["WAITING", "READY", "SUBMITTED", "RUNNING", "SUSPENDED"] as const;
/** How far an action's time may lie from those of what it makes: a daily action makes hours of its day. */
const around = 2 * 86_400_000;

async function coordinatorsMaking(
  cluster: Cluster,
  { definitions }: Project,
  wanted: Wanted,
  values: Values,
): Promise<readonly Maker[]> {
  const units = [...wanted.values()].map(({ unit }) => unit);
  const [first, last] = [Math.min(...units) - around, Math.max(...units) + around] as [Instant, Instant];
  const makers: Maker[] = [];
  for (const [name, coordinator] of definitions.coordinators) {
    const ids: string[] = [];
    for await (const { id, status } of cluster.oozie.coordinators({ name })) if (!isOver(status)) ids.push(id);
    for (const id of ids) {
      const job = await cluster.oozie.coordinator(id);
      const plan = plannedIfKnown(coordinator, job, (one) => values.get(one));
      if (plan === undefined) continue;
      const made = (nominal: Instant): Maker["units"] =>
        among(cluster, wanted, dataOf(plan, nominal).writes, plan.parameter);
      const counts = new Map<CoordinatorActionStatus | "not made yet", number>();
      const found: { readonly job: Job; readonly unit: Instant }[] = [];
      const numbers: number[] = [];
      const take = (status: CoordinatorActionStatus | "not made yet", nominal: Instant): boolean => {
        const own = made(nominal);
        if (own.length > 0) counts.set(status, (counts.get(status) ?? 0) + 1);
        found.push(...own);
        return own.length > 0;
      };
      for await (const { number, nominal, status } of cluster.oozie.actions(id, { status: aliveActions }))
        if (take(status, instantOf(nominal))) numbers.push(number);
      const next = notMade(job, first);
      if (next !== undefined)
        for (const { nominal } of plan.simulation.actions(
          next,
          Math.min(last, plan.simulation.schedule.end) as Instant,
        ))
          take("not made yet", nominal);
      if (found.length === 0) continue;
      const how = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
      makers.push({ text: `coordinator ${name} ${id} (actions: ${how})`, id, units: found, actions: numbers });
    }
  }
  return makers;
}

/** From where on a coordinator has not made its actions yet; undefined where it has made all. */
function notMade({ nextMaterialized, start, end }: CoordinatorJob, first: Instant): Instant | undefined {
  const next = nextMaterialized ?? start;
  if (next === undefined || (end !== undefined && next >= end)) return undefined;
  return Math.max(first, next.getTime()) as Instant;
}

async function workflowsMaking(
  cluster: Cluster,
  { definitions }: Project,
  wanted: Wanted,
  values: Values,
): Promise<readonly Maker[]> {
  const makers: Maker[] = [];
  const parameter = (name: string): string | undefined => values.get(name);
  for (const [name, workflow] of definitions.workflows) {
    const ids: string[] = [];
    for await (const { id } of cluster.oozie.workflows({ name, status: ["PREP", "RUNNING", "SUSPENDED"] }))
      ids.push(id);
    for (const id of ids) {
      const job = await cluster.oozie.workflow(id);
      // Those that a coordinator began are looked at as its actions.
      if (/-C@\d+$/.test(job.parentId ?? "")) continue;
      const of = (one: string): string | undefined => expanded(job.configuration, one) ?? parameter(one);
      const units = among(cluster, wanted, madeByWorkflow(workflow, job, parameter), of);
      if (units.length > 0) makers.push({ text: `workflow ${name} ${id} (${job.status})`, id, units, actions: [] });
    }
  }
  return makers;
}

/** Which instances are among those that are wanted, by their folders. */
function among(
  { target }: Cluster,
  wanted: Wanted,
  instances: readonly Instance[],
  parameter: Scope["parameter"],
): Maker["units"] {
  return instances.flatMap(({ dataSet, time }) => {
    const uri = String(evaluate(dataSet.uri, instanceScope(time, parameter)));
    const path = pathOn(target.nameNode, uri)?.replace(/(?<=.)\/+$/, "");
    const found = path === undefined ? undefined : wanted.get(path);
    return found === undefined ? [] : [found];
  });
}

function taken(makers: readonly Maker[]): HowdahError {
  const list = makers.map(({ text, units }) => {
    const jobs = [...new Set(units.map(({ job }) => job))];
    const what = jobs.map((job) => {
      const times = units.filter((one) => one.job === job).map(({ unit }) => unit);
      return `${timesText(job, times)} of ${job.name}`;
    });
    return `${text} makes ${what.join(" and ")}`;
  });
  const [{ id, actions }] = makers as [Maker, ...Maker[]];
  const some = actions.length === 0 ? id : `${id} --actions ${numbersText(actions)}`;
  return new HowdahError(`${list.join("; ")}: nothing was sent`, {
    code: "RUNS_ALREADY",
    fault: "run",
    where: id,
    next: `howdah watch ${id} waits for it, howdah kill ${some} ends it; --beside sends nevertheless`,
  });
}

/** `3-7,9` */
function numbersText(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] + 1 === number) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(",");
}
