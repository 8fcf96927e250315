import { placeText } from "../../core/errors.ts";
import type { Place } from "../../core/source.ts";

/** What a node stands for. A table whose partitions are a data set is one node: they are one fact. */
export type NodeKind =
  | "raw-files"
  | "data-set"
  | "table"
  | "view"
  | "coordinator"
  | "job"
  | "workflow"
  | "start"
  | "action"
  | "sub-workflow"
  | "fork"
  | "join"
  | "decision"
  | "kill"
  | "end";

/** Each kind as people read it. */
export const kindNames: Readonly<Record<NodeKind, string>> = {
  "raw-files": "raw files",
  "data-set": "data set",
  table: "table",
  view: "view",
  coordinator: "coordinator",
  job: "job",
  workflow: "workflow",
  start: "start",
  action: "action",
  "sub-workflow": "sub-workflow",
  fork: "fork",
  join: "join",
  decision: "decision",
  kill: "kill",
  end: "end",
};

/**
 * How one thing leads to another. `feeds`: what the first holds goes into the second. `state`: the same, of an earlier
 * time, which the reader made itself. `waits`: the second, a coordinator, waits for the first. `ok`, `error` and `case`:
 * where a workflow goes on.
 */
export type EdgeKind = "feeds" | "state" | "waits" | "ok" | "error" | "case";

export interface GraphNode {
  /** Unique in its graph, and the same each time. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  /** A second line: how often, what an action runs. */
  readonly detail?: string;
  /** The id of the group it lies in: of a table, the one that alone makes it. */
  readonly group?: string;
  /** How deep it lies in forks and decisions, for who lists nodes instead of drawing them. */
  readonly depth?: number;
  readonly at?: Place;
}

export interface GraphEdge {
  /** Ids of nodes; `to` may be a group's. */
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** Which instances are read, or the condition of a case. */
  readonly label?: string;
}

/** Nodes that lie together. */
export interface GraphGroup {
  readonly id: string;
  /** `errors` holds what runs when an action has failed. */
  readonly kind: "coordinator" | "workflow" | "errors";
  readonly label: string;
  readonly detail?: string;
  readonly at?: Place;
}

/** Definitions as nodes and edges, apart from how they are drawn. */
export interface Graph {
  readonly title: string;
  /** Where arrows mostly go. */
  readonly direction: "right" | "down";
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly groups: readonly GraphGroup[];
}

/** Puts a graph together. What is added twice is there once. */
export class GraphParts {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges = new Map<string, GraphEdge>();
  readonly #groups = new Map<string, GraphGroup>();

  addNode(node: GraphNode): string {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node);
    return node.id;
  }

  addGroup(group: GraphGroup): string {
    if (!this.#groups.has(group.id)) this.#groups.set(group.id, group);
    return group.id;
  }

  /** Edges of one kind between the same two are one, with all their labels. */
  addEdge(edge: GraphEdge): void {
    const key = JSON.stringify([edge.from, edge.to, edge.kind]);
    const known = this.#edges.get(key);
    const labels = new Set([known?.label, edge.label].filter((label) => label !== undefined));
    const label = [...labels].join(", ");
    this.#edges.set(key, { ...edge, ...(label === "" ? {} : { label }) });
  }

  graph(title: string, direction: Graph["direction"]): Graph {
    const nodes = [...this.#nodes.values()];
    const groupOf = new Map(nodes.map(({ id, group }) => [id, group]));
    const makers = new Map<string, Set<string | undefined>>();
    for (const { from, to, kind } of this.#edges.values())
      if (kind === "feeds") makers.set(to, (makers.get(to) ?? new Set()).add(groupOf.get(from)));
    const placed = (node: GraphNode): GraphNode => {
      if (node.kind !== "table" && node.kind !== "data-set") return node;
      const [group, ...others] = makers.get(node.id) ?? [];
      return group === undefined || others.length > 0 ? node : { ...node, group };
    };
    return {
      title,
      direction,
      nodes: nodes.map(placed),
      edges: [...this.#edges.values()],
      groups: [...this.#groups.values()],
    };
  }
}

/** A node in words: `table warehouse.sales, every hour`. */
export function nodeWords({ kind, label, detail }: GraphNode): string {
  const name = kindNames[kind];
  return [name === label ? name : `${name} ${label}`, ...(detail === undefined ? [] : [detail])].join(", ");
}

/** What is in a graph, in words: `12 tables, 3 jobs`. */
export function contentWords({ nodes, groups }: Graph): string {
  const counts = new Map<string, number>();
  const count = (name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { kind } of groups) if (kind !== "errors") count(kindNames[kind]);
  for (const { kind } of nodes) count(kindNames[kind]);
  return [...counts].map(([name, number]) => `${number} ${number === 1 ? name : plural(name)}`).join(", ");
}

function plural(name: string): string {
  return name.endsWith("s") ? name : `${name}s`;
}

/** A graph as `--json` tells it. */
export function graphFacts({ title, direction, nodes, edges, groups }: Graph): object {
  const placed = ({ at, ...rest }: GraphNode | GraphGroup): object => ({
    ...rest,
    ...(at === undefined ? {} : { at: placeText(at) }),
  });
  return { title, direction, nodes: nodes.map(placed), edges, groups: groups.map(placed) };
}
