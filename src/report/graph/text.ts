import { kindNames, type EdgeKind, type Graph, type GraphEdge, type GraphNode } from "./model.ts";
import { readable } from "./texts.ts";

/** A graph for terminals of a width, in letters: what stands under what, and where each goes on. */
export function renderText(graph: Graph, width = 80): string {
  const lines = graph.nodes.some(({ kind }) => kind === "start") ? flowLines(graph, width) : dataLines(graph, width);
  return `${[...wrapped(readable(graph.title), 0, width), "", ...lines].join("\n")}\n`;
}

/** A workflow in reading order, its branches indented. */
function flowLines(graph: Graph, width: number): readonly string[] {
  const { nodes, edges, groups } = graph;
  const nameOf = names(graph);
  const listed = nodes.filter(({ group }) => group === undefined);
  const depthOf = ({ depth = 0, group }: GraphNode): number => (group === undefined ? depth : depth + 1);
  const column = Math.max(...nodes.map((node) => 2 * depthOf(node) + headOf(node.kind, node.label).length));
  const from = (id: string, kind: EdgeKind): readonly GraphEdge[] =>
    edges.filter((edge) => edge.from === id && edge.kind === kind);

  const line = (node: GraphNode): readonly string[] => {
    const { id, kind, label, detail } = node;
    const indent = 2 * depthOf(node);
    const head = headOf(kind, label).padEnd(column - indent);
    const failed = from(id, "error").map(({ to }) => `✕ ${nameOf(to)}`);
    const rest = [...(detail === undefined ? [] : [detail]), ...failed].map(readable).join("  ");
    const cases = from(id, "case").map(({ to, label: when }) => `${when!} → ${nameOf(to)}`);
    return [
      ...wrapped(`${" ".repeat(indent)}${head}  ${rest}`.trimEnd(), column + 2, width),
      ...cases.flatMap((one) => wrapped(`${" ".repeat(indent + 2)}${readable(one)}`, indent + 4, width)),
    ];
  };
  return [
    ...listed.flatMap(line),
    ...groups.flatMap(({ id, label }) => [
      "",
      readable(label),
      ...nodes.filter(({ group }) => group === id).flatMap(line),
    ]),
  ];
}

/** Forks and decisions say what they are; what an action is its second text says. */
function headOf(kind: GraphNode["kind"], label: string): string {
  const said = ["fork", "join", "decision", "sub-workflow", "kill"].includes(kind);
  return readable(said && label !== kindNames[kind] ? `${kindNames[kind]} ${label}` : label);
}

/** Who reads and writes what: group by group, then all that lies in none. */
function dataLines(graph: Graph, width: number): readonly string[] {
  const { nodes, edges, groups } = graph;
  const nameOf = names(graph);
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  const list = (found: readonly GraphEdge[], end: "from" | "to"): string =>
    found.map((edge) => `${nameOf(edge[end])}${edge.label === undefined ? "" : ` (${edge.label})`}`).join(", ");
  const fact = (indent: number, what: string, text: string): readonly string[] =>
    text === "" ? [] : wrapped(`${" ".repeat(indent)}${what.padEnd(10)}${readable(text)}`, indent + 10, width);
  const waits = (id: string, indent: number): readonly string[] =>
    fact(
      indent,
      "waits for",
      list(
        edges.filter(({ to, kind }) => to === id && kind === "waits"),
        "from",
      ),
    );
  const head = ({ kind, label, detail }: Pick<GraphNode, "label" | "detail"> & { readonly kind: string }): string =>
    readable(`${kind} ${label}${detail === undefined ? "" : `, ${detail}`}`);
  const work = (node: GraphNode, indent: number): readonly string[] => [
    ...wrapped(`${" ".repeat(indent)}${head({ ...node, kind: kindNames[node.kind] })}`, indent + 2, width),
    ...waits(node.id, indent + 2),
    ...fact(
      indent + 2,
      "reads",
      list(
        edges.filter(({ to, kind }) => to === node.id && kind !== "waits"),
        "from",
      ),
    ),
    ...fact(
      indent + 2,
      "writes",
      list(
        edges.filter(({ from }) => from === node.id),
        "to",
      ),
    ),
  ];
  const data = (node: GraphNode): readonly string[] => [
    ...wrapped(head({ ...node, kind: kindNames[node.kind] }), 2, width),
    ...fact(
      2,
      "from",
      list(
        edges.filter(({ to }) => to === node.id),
        "from",
      ),
    ),
    ...fact(
      2,
      "goes to",
      list(
        edges.filter(({ from }) => from === node.id),
        "to",
      ),
    ),
  ];
  const isWork = (id: string): boolean => workKinds.has(kinds.get(id)!);
  const blocks = [
    ...groups.map((group) => [
      ...wrapped(head(group), 2, width),
      ...waits(group.id, 2),
      ...nodes.filter(({ id, group: own }) => own === group.id && isWork(id)).flatMap((node) => work(node, 2)),
    ]),
    ...nodes.filter(({ id, group }) => group === undefined && isWork(id)).map((node) => work(node, 0)),
    nodes.filter(({ id }) => !isWork(id)).flatMap(data),
  ].filter((block) => block.length > 0);
  return blocks.flatMap((block, i) => (i === 0 ? block : ["", ...block]));
}

const workKinds: ReadonlySet<GraphNode["kind"]> = new Set(["coordinator", "job", "workflow"]);

function names({ nodes, groups }: Graph): (id: string) => string {
  const labels = new Map([...groups, ...nodes].map(({ id, label }) => [id, readable(label)]));
  return (id) => labels.get(id) ?? id;
}

/** Lines no wider than that where spaces allow it; all but the first are indented. */
function wrapped(text: string, indent: number, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (letters(rest) > width) {
    const cut = breakBefore(rest, width, lines.length === 0 ? (/\S/.exec(rest)?.index ?? 0) : indent);
    if (cut === undefined) break;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = `${" ".repeat(indent)}${rest.slice(cut).trimStart()}`;
  }
  return [...lines, rest];
}

/** Where to break: the last space that fits, else the first there is. */
function breakBefore(text: string, width: number, from: number): number | undefined {
  let found: number | undefined;
  let taken = 0;
  let index = 0;
  for (const letter of text) {
    if (letter === " " && index > from) {
      if (taken > width) return found ?? index;
      found = index;
    }
    taken += letters(letter);
    index += letter.length;
  }
  return found;
}

/** How many columns a text takes: Chinese, Japanese, Korean letters and emoji take two each. */
function letters(text: string): number {
  let columns = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    columns += (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xffe6) || code > 0x1f000 ? 2 : 1;
  }
  return columns;
}
