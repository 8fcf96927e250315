import { thinned } from "./thinned.ts";
import type { EdgeKind, Graph, GraphNode, NodeKind } from "./model.ts";
import { readable } from "./texts.ts";

const shapes: Readonly<Record<NodeKind, string>> = {
  "raw-files": "shape=folder",
  "data-set": 'shape=folder, style="dashed"',
  table: "shape=cylinder",
  view: 'shape=cylinder, style="dashed"',
  coordinator: "shape=Mrecord",
  job: "shape=box",
  workflow: 'shape=box, style="rounded", peripheries=2',
  start: "shape=oval",
  action: 'shape=box, style="rounded"',
  "sub-workflow": 'shape=box, style="rounded", peripheries=2',
  fork: "shape=trapezium",
  join: "shape=invtrapezium",
  decision: "shape=hexagon",
  kill: "shape=octagon",
  end: "shape=oval, peripheries=2",
};
const lines: Readonly<Record<EdgeKind, string>> = {
  feeds: "",
  state: 'style="dashed", constraint=false',
  waits: 'style="dotted"',
  ok: "",
  error: 'style="dashed", color="red3"',
  case: "",
};

/** A graph in Graphviz's language, to be laid out and styled by others. */
export function renderDot(graph: Graph): string {
  const { title, direction, nodes, edges, groups, onError, awaited } = thinned(graph);
  const clusters = new Map(groups.map(({ id }) => [id, quoted(`cluster ${id}`)]));
  const nodeLine = (node: GraphNode, indent: string): string =>
    `${indent}${quoted(node.id)} [label=${labelOf(node, onError.get(node.id))}, ${shapes[node.kind]}];`;
  const outside = nodes.filter(({ group }) => group === undefined || !clusters.has(group));
  const clusterLines = groups.flatMap(({ id, label, detail, kind }) => [
    `  subgraph ${clusters.get(id)!} {`,
    `    label=${lineOf(kind === "errors" ? label : `${kind} ${label}`, detail)}; style="rounded";`,
    ...nodes.filter(({ group }) => group === id).map((node) => nodeLine(node, "    ")),
    "  }",
  ]);
  const edgeLines = edges.flatMap((edge) => {
    const { from, to, kind, label } = edge;
    const cluster = clusters.get(to);
    // An edge to a cluster ends at a node in it, and is cut off at the border.
    const end = cluster === undefined ? to : nodes.find(({ group }) => group === to)?.id;
    if (end === undefined) return [];
    const attributes = [
      ...(label === undefined ? [] : [`label=${quoted(label)}`]),
      ...(cluster === undefined ? [] : [`lhead=${cluster}`]),
      ...(lines[kind] === "" ? [] : [lines[kind]]),
      ...(awaited.has(edge) ? ["penwidth=2"] : []),
    ];
    return [`  ${quoted(from)} -> ${quoted(end)}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`};`];
  });
  return `${[
    `digraph ${quoted(title)} {`,
    `  rankdir=${direction === "right" ? "LR" : "TB"}; compound=true;`,
    '  node [fontname="Helvetica", fontsize=11]; edge [fontname="Helvetica", fontsize=9]; graph [fontname="Helvetica"];',
    ...outside.map((node) => nodeLine(node, "  ")),
    ...clusterLines,
    ...edgeLines,
    "}",
  ].join("\n")}\n`;
}

/** Only quotes and backslashes mean anything between quotes. */
function quoted(text: string): string {
  return `"${readable(text).replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

function lineOf(label: string, ...more: readonly (string | undefined)[]): string {
  const texts = [label, ...more].filter((text) => text !== undefined);
  return `"${texts.map((text) => quoted(text).slice(1, -1)).join("\\n")}"`;
}

function labelOf({ kind, label, detail }: GraphNode, onError: string | undefined): string {
  const lined = lineOf(label, detail, onError === undefined ? undefined : `✕ ${onError}`);
  // A record's label has a language of its own.
  return kind === "coordinator" ? lined.replace(/[{}|<>]/g, (character) => `\\${character}`) : lined;
}
