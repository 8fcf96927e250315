import type { SqlJob } from "../actions/index.ts";
import type { Bundle, Coordinator } from "../coordinator.ts";
import type { DataSet } from "../dataset.ts";
import type { Parameter } from "../parameters.ts";
import type { Workflow } from "../workflow.ts";
import type { Scope } from "./problem.ts";
import { viewOf, type WorkflowView } from "./views.ts";

/** Everything that is checked together, each thing once. */
export interface OozieDefinitions {
  readonly bundles: readonly Bundle[];
  readonly coordinators: readonly Coordinator[];
  readonly workflows: readonly Workflow[];
  readonly dataSets: readonly DataSet[];
  /** Those that something uses. */
  readonly parameters: readonly Parameter[];
  /** What a job reads and writes; undefined for one of which nothing is known. */
  readonly dataOf: (job: SqlJob) => JobData | undefined;
  /** Every job, also those that no workflow runs. */
  readonly jobs: readonly SqlJob[];
}

export interface JobData {
  readonly reads: readonly DataSet[];
  readonly writes: readonly DataSet[];
}

/** The definitions as the checks walk over them; what is found once is kept. */
export interface Checked extends OozieDefinitions {
  readonly views: readonly WorkflowView[];
  readonly viewOf: (workflow: Workflow) => WorkflowView;
  /** The jobs that a workflow runs, those of its sub-workflows included. */
  readonly jobsOf: (workflow: Workflow) => ReadonlySet<SqlJob>;
  /** The jobs that write a data set. */
  readonly writersOf: (dataSet: DataSet) => readonly SqlJob[];
}

export function checked(definitions: OozieDefinitions): Checked {
  const views = new Map(definitions.workflows.map((workflow) => [workflow, viewOf(workflow)]));
  const view = (workflow: Workflow): WorkflowView => {
    const known = views.get(workflow) ?? viewOf(workflow);
    views.set(workflow, known);
    return known;
  };
  const jobsOf = (workflow: Workflow): ReadonlySet<SqlJob> => {
    const jobs = new Set<SqlJob>();
    const seen = new Set<Workflow>();
    const visit = (one: Workflow): void => {
      if (seen.has(one)) return;
      seen.add(one);
      const { sparks, subWorkflows } = view(one);
      for (const { part } of sparks) part.jobs.forEach((job) => jobs.add(job));
      for (const { part } of subWorkflows) visit(part.run.workflow);
    };
    visit(workflow);
    return jobs;
  };
  const known = new Map<Workflow, ReadonlySet<SqlJob>>();
  const writers = new Map<DataSet, SqlJob[]>();
  for (const job of definitions.jobs)
    for (const dataSet of definitions.dataOf(job)?.writes ?? [])
      writers.set(dataSet, [...(writers.get(dataSet) ?? []), job]);
  return {
    ...definitions,
    views: [...views.values()],
    viewOf: view,
    writersOf: (dataSet) => writers.get(dataSet) ?? [],
    jobsOf: (workflow) => {
      const jobs = known.get(workflow) ?? jobsOf(workflow);
      known.set(workflow, jobs);
      return jobs;
    },
  };
}

export function scopeOfCoordinator({ name, at, accept }: Coordinator): Scope {
  return { label: `coordinator ${name}`, at, accept };
}

export function scopeOfDataSet({ name, at, accept }: DataSet): Scope {
  return { label: `data set ${name}`, at, accept };
}

export function scopeOfBundle({ name, at, accept }: Bundle): Scope {
  return { label: `bundle ${name}`, at, accept };
}

export function scopeOfParameter({ name, at }: Parameter): Scope {
  return { label: `parameter ${name}`, at };
}
