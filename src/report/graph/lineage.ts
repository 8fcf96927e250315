import type { Job } from "../../jobs/job.ts";
import { isTableDataSet } from "../../jobs/job.ts";
import { withSubWorkflows } from "../../oozie/app/workflow.ts";
import type { Bundle, Coordinator } from "../../oozie/coordinator.ts";
import type { DataSet, Instances } from "../../oozie/dataset.ts";
import { everyWords } from "../../oozie/every.ts";
import type { Workflow } from "../../oozie/workflow.ts";
import type { Definitions } from "../../project/definitions.ts";
import { addDataSet, addJob, dataSetId, liesIn, namedIn, readEdge, tableId, tableNode } from "./data.ts";
import { flowsOf, jobsIn, readKind } from "./flows.ts";
import { GraphParts, type Graph } from "./model.ts";

/**
 * Who feeds whom in a whole project: raw files, the jobs of its coordinators and workflows, tables and views. Every
 * definition has its node or its group, but parameters and workflows that others run.
 */
export function lineage(definitions: Definitions, name: string): Graph {
  const parts = new GraphParts();
  for (const dataSet of definitions.dataSets.values()) addDataSet(parts, dataSet);
  const run = new Set<Workflow>();
  const sent = new Set<Job>();
  const note = (workflow: Workflow): void => {
    for (const one of withSubWorkflows(workflow)) run.add(one);
    for (const job of jobsIn(workflow)) sent.add(job);
  };
  for (const coordinator of definitions.coordinators.values()) {
    note(coordinator.run.workflow);
    addCoordinator(parts, coordinator);
  }
  for (const workflow of definitions.workflows.values()) {
    if (run.has(workflow)) continue;
    note(workflow);
    addWorkflow(parts, workflow);
  }
  for (const job of definitions.jobs.values()) if (!sent.has(job)) addFlowingJob(parts, job);
  addTables(parts, definitions);
  // A page is scrolled down: a long chain to the right would be out of sight.
  return parts.graph(`${name}: who feeds whom`, "down");
}

/** A coordinator as a group: the jobs of its workflow, what they read and write, and what it waits for. */
function addCoordinator(parts: GraphParts, coordinator: Coordinator): void {
  const { name, every, run, at } = coordinator;
  const { jobs, reads, waits, writes, ownWrites } = flowsOf(coordinator);
  const group = parts.addGroup({
    id: coordinatorId(coordinator),
    kind: "coordinator",
    label: name,
    detail: `${everyWords(every)}, runs ${run.workflow.name}`,
    at,
  });
  for (const job of jobs) addFlowingJob(parts, job, group);
  if (jobs.length === 0 || ownWrites.length > 0) {
    const workflow = parts.addNode({
      id: `${group} › workflow ${run.workflow.name}`,
      kind: "workflow",
      label: run.workflow.name,
      group,
      at: run.workflow.at,
    });
    if (jobs.length === 0)
      for (const one of reads)
        parts.addEdge(readEdge(addDataSet(parts, one.dataSet), workflow, one, readKind(one, writes)));
    for (const dataSet of ownWrites) parts.addEdge({ from: workflow, to: addDataSet(parts, dataSet), kind: "feeds" });
  }
  for (const one of waits) parts.addEdge(readEdge(addDataSet(parts, one.dataSet), group, one, "waits"));
}

/** A workflow that no coordinator runs: a group when it sends jobs, else a node of its own. */
function addWorkflow(parts: GraphParts, workflow: Workflow): void {
  const { name, at } = workflow;
  const jobs = jobsIn(workflow);
  const id = `workflow ${name}`;
  if (jobs.length === 0) parts.addNode({ id, kind: "workflow", label: name, at });
  else {
    parts.addGroup({ id, kind: "workflow", label: name, at });
    for (const job of jobs) addFlowingJob(parts, job, id);
  }
}

function addFlowingJob(parts: GraphParts, job: Job, group?: string): string {
  const id = addJob(parts, job, group);
  for (const one of Object.values<Instances>(job.reads))
    parts.addEdge(readEdge(addDataSet(parts, one.dataSet), id, one, readKind(one, job.writes)));
  for (const dataSet of job.writes) parts.addEdge({ from: id, to: addDataSet(parts, dataSet), kind: "feeds" });
  return id;
}

/** Tables and views beside those that are data sets: what lies in their folders feeds them. */
function addTables(parts: GraphParts, { dataSets, tables, views }: Definitions): void {
  const known = [...dataSets.values()];
  const ofDataSets = new Set(known.flatMap((one) => (isTableDataSet(one) ? [one.table.fullName] : [])));
  for (const table of tables.values()) {
    if (ofDataSets.has(table.fullName)) continue;
    parts.addNode(tableNode(table));
    for (const dataSet of known)
      if (liesIn(dataSet, table)) parts.addEdge({ from: dataSetId(dataSet), to: tableId(table), kind: "feeds" });
  }
  const viewId = (fullName: string): string => `view ${fullName}`;
  for (const { fullName, at } of views.values())
    parts.addNode({ id: viewId(fullName), kind: "view", label: fullName, at });
  for (const view of views.values())
    for (const name of namedIn(view, [...tables.keys(), ...views.keys()]))
      parts.addEdge({
        from: tables.has(name) ? `table ${name}` : viewId(name),
        to: viewId(view.fullName),
        kind: "feeds",
      });
}

function coordinatorId({ name }: Coordinator): string {
  return `coordinator ${name}`;
}

/**
 * A coordinator: all that it waits for, the jobs of its workflow with what they read and write, and the coordinators that
 * make what it reads or read what it makes.
 */
export function coordinatorGraph(coordinator: Coordinator, all: Iterable<Coordinator>): Graph {
  const parts = new GraphParts();
  const { reads, waits, writes } = flowsOf(coordinator);
  addCoordinator(parts, coordinator);
  const read = new Set([...reads, ...waits].map(({ dataSet }) => dataSet));
  for (const other of all) {
    if (other === coordinator) continue;
    const flows = flowsOf(other);
    for (const dataSet of flows.writes)
      if (read.has(dataSet)) parts.addEdge({ from: addNeighbour(parts, other), to: dataSetId(dataSet), kind: "feeds" });
    for (const one of flows.reads)
      if (writes.includes(one.dataSet))
        parts.addEdge(readEdge(dataSetId(one.dataSet), addNeighbour(parts, other), one, "feeds"));
    for (const one of flows.waits)
      if (writes.includes(one.dataSet))
        parts.addEdge(readEdge(dataSetId(one.dataSet), addNeighbour(parts, other), one, "waits"));
  }
  return parts.graph(`coordinator ${coordinator.name}`, "right");
}

/** A bundle: its coordinators, and the data sets that they read and write. */
export function bundleGraph(bundle: Bundle): Graph {
  const parts = new GraphParts();
  const flows = bundle.coordinators.map((coordinator) => ({ coordinator, ...flowsOf(coordinator) }));
  const readers = new Map<DataSet, Set<Coordinator>>();
  for (const { coordinator, reads, waits } of flows)
    for (const { dataSet } of [...reads, ...waits])
      readers.set(dataSet, (readers.get(dataSet) ?? new Set<Coordinator>()).add(coordinator));
  for (const { coordinator, reads, waits, writes } of flows) {
    const id = addNeighbour(parts, coordinator);
    for (const one of reads) {
      const kind = readKind(one, writes);
      // What one job of a coordinator leaves to the next is no matter between coordinators.
      if (kind === "state" || !writes.includes(one.dataSet))
        parts.addEdge(readEdge(addDataSet(parts, one.dataSet), id, one, kind));
    }
    for (const one of waits) parts.addEdge(readEdge(addDataSet(parts, one.dataSet), id, one, "waits"));
    const states = new Set(reads.filter((one) => readKind(one, writes) === "state").map(({ dataSet }) => dataSet));
    for (const dataSet of writes) {
      const readBy = readers.get(dataSet) ?? new Set<Coordinator>();
      const isInner = readBy.has(coordinator) && readBy.size === 1 && !states.has(dataSet);
      if (!isInner) parts.addEdge({ from: id, to: addDataSet(parts, dataSet), kind: "feeds" });
    }
  }
  return parts.graph(`bundle ${bundle.name}`, "right");
}

/** A job with what it reads and writes. */
export function jobGraph(job: Job): Graph {
  const parts = new GraphParts();
  addFlowingJob(parts, job);
  return parts.graph(`job ${job.name}`, "right");
}

/** A coordinator as one node. */
function addNeighbour(parts: GraphParts, coordinator: Coordinator): string {
  return parts.addNode({
    id: coordinatorId(coordinator),
    kind: "coordinator",
    label: coordinator.name,
    detail: everyWords(coordinator.every),
    at: coordinator.at,
  });
}
