import { didYouMean, HowdahError } from "../../core/errors.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import type { LoadedDefinitions } from "../../project/load.ts";
import { dataSetId } from "./data.ts";
import { bundleGraph, coordinatorGraph, jobGraph, lineage } from "./lineage.ts";
import type { Graph } from "./model.ts";
import { workflowGraph } from "./workflow.ts";

/**
 * The graph of what a name means in a project: a bundle, a coordinator, a workflow, a job, or a table, view or data set,
 * in this order; without a name the lineage of it all. Throws `NAME_UNKNOWN`, `NOTHING_TO_DRAW`.
 */
export function graphOf(project: Pick<LoadedDefinitions, "config" | "definitions" | "at">, name?: string): Graph {
  const graph = name === undefined ? lineage(project.definitions, project.config.name) : named(project, name);
  if (graph.nodes.length > 0) return graph;
  throw new HowdahError(`${name ?? `project ${project.config.name}`} holds nothing that could be drawn`, {
    code: "NOTHING_TO_DRAW",
    where: project.at,
    next: "give the project's bundles a coordinator, or list a workflow among its definitions",
  });
}

function named({ definitions, config }: Pick<LoadedDefinitions, "config" | "definitions">, name: string): Graph {
  const { bundles, coordinators, workflows, jobs, dataSets, tables, views } = definitions;
  const bundle = bundles.get(name);
  if (bundle !== undefined) return bundleGraph(bundle);
  const coordinator = coordinators.get(name);
  if (coordinator !== undefined) return coordinatorGraph(coordinator, coordinators.values());
  const workflow = workflows.get(name);
  if (workflow !== undefined) return workflowGraph(workflow);
  const job = jobs.get(name);
  if (job !== undefined) return jobGraph(job);
  const id = dataId(definitions, name);
  if (id !== undefined) return around(lineage(definitions, config.name), id, name);
  const names = [bundles, coordinators, workflows, jobs, tables, views, dataSets].flatMap((map) => [...map.keys()]);
  throw new HowdahError(
    `there is no bundle, coordinator, workflow, job, table or data set ${name}${didYouMean(name, names)}`,
    { code: "NAME_UNKNOWN", next: `the project has ${[...new Set(names)].join(", ")}` },
  );
}

function dataId({ tables, views, dataSets }: LoadedDefinitions["definitions"], name: string): string | undefined {
  if (tables.has(name)) return `table ${name}`;
  if (views.has(name)) return `view ${name}`;
  const dataSet: DataSet | undefined = dataSets.get(name);
  return dataSet === undefined ? undefined : dataSetId(dataSet);
}

/** What of a lineage leads to a node, and what comes of it. */
function around(whole: Graph, id: string, name: string): Graph {
  const groupOf = new Map(whole.nodes.map((node) => [node.id, node.group]));
  const inside = new Map<string, string[]>();
  for (const node of whole.nodes)
    if (node.group !== undefined) inside.set(node.group, [...(inside.get(node.group) ?? []), node.id]);
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  const link = (map: Map<string, string[]>, from: string, to: string): void => {
    const known = map.get(from);
    if (known === undefined) map.set(from, [to]);
    else known.push(to);
  };
  for (const { from, to, kind } of whole.edges) {
    // What was there before is no more than the past of the same.
    if (kind === "state") continue;
    for (const one of inside.get(to) ?? [to]) {
      link(before, one, from);
      link(after, from, one);
    }
  }
  const kept = new Set([...reached(before, id), ...reached(after, id)]);
  const groups = new Set([...kept].map((one) => groupOf.get(one)));
  return {
    ...whole,
    title: `${name}: what it is made of, and what is made of it`,
    nodes: whole.nodes.filter((node) => kept.has(node.id)),
    groups: whole.groups.filter((group) => groups.has(group.id)),
    edges: whole.edges.filter(({ from, to }) => kept.has(from) && (kept.has(to) || groups.has(to))),
  };
}

function reached(next: ReadonlyMap<string, readonly string[]>, from: string): ReadonlySet<string> {
  const found = new Set([from]);
  // What is added is gone through too.
  for (const one of found) for (const more of next.get(one) ?? []) found.add(more);
  return found;
}
