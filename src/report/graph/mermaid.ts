import { thinned } from "./thinned.ts";
import type { EdgeKind, Graph, GraphNode, NodeKind } from "./model.ts";
import { readable } from "./texts.ts";

/** What stands around a node's text. */
const shapes: Readonly<Record<NodeKind, readonly [open: string, close: string]>> = {
  "raw-files": ["[/", "/]"],
  "data-set": ["[/", "/]"],
  table: ["[(", ")]"],
  view: ["[(", ")]"],
  coordinator: ["([", "])"],
  job: ["[", "]"],
  workflow: ["[[", "]]"],
  start: ["([", "])"],
  action: ["(", ")"],
  "sub-workflow": ["[[", "]]"],
  fork: ["[/", "\\]"],
  join: ["[\\", "/]"],
  decision: ["{{", "}}"],
  kill: [">", "]"],
  end: ["([", "])"],
};
const arrows: Readonly<Record<EdgeKind, string>> = {
  feeds: "-->",
  state: "-.->",
  waits: "-.->",
  ok: "-->",
  error: "-.->",
  case: "-->",
};
/** Arrows that look alike say by a text which they are. */
const words: Partial<Readonly<Record<EdgeKind, string>>> = { waits: "awaited", error: "failed" };

/** A graph as a Mermaid flowchart, for Markdown that draws them. */
export function renderMermaid(graph: Graph): string {
  const { title, direction, nodes, edges, groups, onError, awaited } = thinned(graph);
  // Names may be words of Mermaid's own, such as `end`.
  const ids = new Map([
    ...nodes.map(({ id }, i) => [id, `n${i + 1}`] as const),
    ...groups.map(({ id }, i) => [id, `g${i + 1}`] as const),
  ]);
  const nodeLine = (node: GraphNode, indent: string): string => {
    const [open, close] = shapes[node.kind];
    return `${indent}${ids.get(node.id)!}${open}${textOf(node, onError.get(node.id))}${close}`;
  };
  const drawnGroups = groups.filter(({ id }) => nodes.some(({ group }) => group === id));
  const grouped = new Set(drawnGroups.map(({ id }) => id));
  const lines = [
    "---",
    `title: ${JSON.stringify(readable(title))}`,
    "---",
    `flowchart ${direction === "right" ? "LR" : "TB"}`,
    ...nodes.filter(({ group }) => group === undefined || !grouped.has(group)).map((node) => nodeLine(node, "  ")),
    ...drawnGroups.flatMap(({ id, kind, label, detail }) => [
      `  subgraph ${ids.get(id)!}[${quoted(kind === "errors" ? label : `${kind} ${label}`, detail)}]`,
      ...nodes.filter(({ group }) => group === id).map((node) => nodeLine(node, "    ")),
      "  end",
    ]),
    ...edges.flatMap((edge) => {
      const { from, to, kind, label } = edge;
      const [start, end] = [ids.get(from), ids.get(to)];
      if (start === undefined || end === undefined || (groups.some(({ id }) => id === to) && !grouped.has(to)))
        return [];
      const text = [words[kind], label].filter((one) => one !== undefined).join(": ");
      const arrow = awaited.has(edge) && kind === "feeds" ? "==>" : arrows[kind];
      return [`  ${start} ${arrow}${text === "" ? "" : `|${quoted(text)}|`} ${end}`];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function textOf({ label, detail }: GraphNode, onError: string | undefined): string {
  return quoted(label, detail, onError === undefined ? undefined : `✕ ${onError}`);
}

/** Lines of text between quotes; what would end them, or begin HTML or Markdown, is written by number. */
function quoted(...texts: readonly (string | undefined)[]): string {
  const lines = texts
    .filter((text) => text !== undefined)
    .map((text) => readable(text).replace(/[#"<>&`*_\\]/g, (character) => `#${character.charCodeAt(0)};`));
  return `"${lines.join("<br>")}"`;
}
