import type { Graph, GraphEdge } from "./model.ts";

/** A graph as it is drawn: without the arrows that would cover everything else and say nothing of their own. */
export interface ThinnedGraph extends Graph {
  /** By the id of a node: where it goes on when it fails, in place of an arrow. */
  readonly onError: ReadonlyMap<string, string>;
  /** Arrows of rows that a coordinator waits for too, in place of a second arrow. */
  readonly awaited: ReadonlySet<GraphEdge>;
}

/** So many arrows of failure may lead to one node. */
const mostArrows = 3;

export function thinned(graph: Graph): ThinnedGraph {
  const { edges, onError } = thinFailures(graph);
  return { ...graph, onError, ...thinWaits({ ...graph, edges }) };
}

/** Replaces the arrows of failure to a node that many have by a note on each: they say the same. */
function thinFailures(graph: Graph): Pick<ThinnedGraph, "edges" | "onError"> {
  const counts = new Map<string, number>();
  for (const { to, kind } of graph.edges) if (kind === "error") counts.set(to, (counts.get(to) ?? 0) + 1);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  // What goes the same way whether it failed or not, such as a mail about a failure.
  const either = new Set(
    graph.edges.flatMap(({ from, to, kind }) => (kind === "ok" ? [JSON.stringify([from, to])] : [])),
  );
  const onError = new Map<string, string>();
  const edges = graph.edges.filter(({ from, to, kind }) => {
    if (kind === "error" && either.has(JSON.stringify([from, to]))) return false;
    // Among those that run on failure the way is short.
    if (kind !== "error" || counts.get(to)! <= mostArrows || nodes.get(from)?.group !== undefined) return true;
    onError.set(from, nodes.get(to)?.label ?? to);
    return false;
  });
  return { edges, onError };
}

/** Leaves out that a coordinator waits for what one of its jobs reads in the same way: that arrow says both. */
function thinWaits({ nodes, edges }: Graph): Pick<ThinnedGraph, "edges" | "awaited"> {
  const groupOf = new Map(nodes.map(({ id, group }) => [id, group ?? id]));
  const key = (from: string, to: string, label: string | undefined): string => JSON.stringify([from, to, label]);
  const waits = new Set(
    edges.filter(({ kind }) => kind === "waits").map(({ from, to, label }) => key(from, to, label)),
  );
  const awaited = new Set<GraphEdge>();
  const said = new Set<string>();
  for (const edge of edges) {
    if (edge.kind !== "feeds" && edge.kind !== "state") continue;
    const wait = key(edge.from, groupOf.get(edge.to) ?? edge.to, edge.label);
    if (!waits.has(wait)) continue;
    awaited.add(edge);
    said.add(wait);
  }
  return {
    edges: edges.filter(({ from, to, kind, label }) => kind !== "waits" || !said.has(key(from, to, label))),
    awaited,
  };
}
