import { isJob, type Job } from "../../jobs/job.ts";
import { actionsOf, withSubWorkflows } from "../../oozie/app/workflow.ts";
import type { Coordinator } from "../../oozie/coordinator.ts";
import type { DataSet, Instances } from "../../oozie/dataset.ts";
import type { Workflow } from "../../oozie/workflow.ts";
import { isEarlier } from "./instances.ts";

/** The jobs that a workflow, or one that it runs, sends to Spark; each once, in reading order. */
export function jobsIn(workflow: Workflow): readonly Job[] {
  const actions = withSubWorkflows(workflow).flatMap(actionsOf);
  return [...new Set(actions.flatMap((action) => (action.type === "spark" ? action.jobs.filter(isJob) : [])))];
}

/** What goes into a coordinator's actions and what comes out of them. */
export interface Flows {
  readonly jobs: readonly Job[];
  /** What its jobs read; all that it waits for when it runs none. */
  readonly reads: readonly Instances[];
  readonly waits: readonly Instances[];
  readonly writes: readonly DataSet[];
  /** Those of `writes` that none of its jobs makes. */
  readonly ownWrites: readonly DataSet[];
}

export function flowsOf({ reads, writes, run }: Coordinator): Flows {
  const jobs = jobsIn(run.workflow);
  const awaited = Object.values(reads);
  const made = new Set<DataSet>(jobs.flatMap((job) => job.writes));
  const ownWrites = Object.values(writes).flatMap(({ dataSet }) => (made.has(dataSet) ? [] : [dataSet]));
  const read = jobs.flatMap((job) => Object.values<Instances>(job.reads));
  return {
    jobs,
    reads: jobs.length === 0 ? awaited : read,
    waits: awaited,
    writes: [...made, ...ownWrites],
    ownWrites,
  };
}

/** How a reader that makes `writes` reads: its own rows of an earlier time are its state. */
export function readKind(instances: Instances, writes: Iterable<DataSet>): "state" | "feeds" {
  return isEarlier(instances) && [...writes].includes(instances.dataSet) ? "state" : "feeds";
}
