import type { Graphviz } from "@hpcc-js/wasm-graphviz";
import type { GraphEdge, GraphNode } from "./model.ts";
import type { ThinnedGraph } from "./thinned.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box extends Point, Size {}

/** Where everything lies, in pixels from the top left. */
export interface Layout extends Size {
  readonly nodes: ReadonlyMap<string, Box>;
  readonly groups: ReadonlyMap<string, Box>;
  /** In the order of the graph's edges; those that could not be drawn are missing. */
  readonly edges: ReadonlyMap<GraphEdge, EdgeLine>;
}

/** A curve of Bézier pieces, its first point and then three for each, and where its arrow's tip is. */
export interface EdgeLine {
  readonly points: readonly Point[];
  readonly tip: Point;
  /** The middle of the label. */
  readonly label: Point | undefined;
}

/** How much room things take. */
export interface Sizes {
  readonly node: (node: GraphNode) => Size;
  readonly groupTitle: (id: string) => Size;
  readonly edgeLabel: (label: string) => Size;
}

/** Graphviz counts in inches and points, of which 72 are an inch; we take a point for a pixel. */
const perInch = 72;

/** Loads Graphviz, a megabyte of WebAssembly, when it is used: once, however often it is asked for. */
async function loadGraphviz(): Promise<Graphviz> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  return Graphviz.load();
}

/** Has Graphviz compiled by other threads while a graph is still to be found out. */
export function warmUp(): void {
  // Whoever draws hears of a failure.
  loadGraphviz().catch(() => undefined);
}

/** Lays a graph out with Graphviz's `dot`. The same graph gives the same layout. */
export async function layOut(graph: ThinnedGraph, sizes: Sizes): Promise<Layout> {
  const graphviz = await loadGraphviz();
  const ids = new Map(graph.nodes.map(({ id }, i) => [id, `n${i}`]));
  const groups = new Map(graph.groups.map(({ id }, i) => [id, `cluster_${i}`]));
  // As `dot`, not as JSON, for which Graphviz also works out how everything is drawn: that takes a third of the time.
  const laid = laidIn(graphviz.layout(dotFor(graph, sizes, ids, groups), "dot", "dot"));
  return read(graph, sizes, laid, ids, groups);
}

type Ids = ReadonlyMap<string, string>;

function dotFor(graph: ThinnedGraph, sizes: Sizes, ids: Ids, groups: Ids): string {
  const nodeLine = (node: GraphNode): string => {
    const { width, height } = sizes.node(node);
    return `${ids.get(node.id)!} [width=${width / perInch}, height=${height / perInch}];`;
  };
  const lines = graph.nodes.filter(({ group }) => group === undefined || !groups.has(group)).map(nodeLine);
  for (const { id } of graph.groups) {
    const inside = graph.nodes.filter(({ group }) => group === id).map(nodeLine);
    lines.push(`subgraph ${groups.get(id)!} { label=${roomFor(sizes.groupTitle(id))}; ${inside.join(" ")} }`);
  }
  for (const [i, edge] of graph.edges.entries()) {
    const ends = endsOf(edge, graph, ids, groups);
    if (ends === undefined) continue;
    const attributes = [
      `id=${i}`,
      ...(edge.label === undefined ? [] : [`label=${roomFor(sizes.edgeLabel(edge.label))}`]),
      ...(ends.group === undefined ? [] : [`lhead=${ends.group}`]),
      // Failures do not say what stands where.
      ...(edge.kind === "error" ? ["weight=0"] : []),
    ];
    // Laid beside the arrow by which its reader made it, rather than once around everything.
    const [tail, head] = edge.kind === "state" ? [ends.to, ends.from] : [ends.from, ends.to];
    lines.push(`${tail} -> ${head} [${[...attributes, ...(edge.kind === "state" ? ["dir=back"] : [])].join(", ")}];`);
  }
  const direction = graph.direction === "right" ? "LR" : "TB";
  return `digraph {
rankdir=${direction}; compound=true; nodesep=0.28; ranksep=${graph.direction === "right" ? 0.6 : 0.42}; pad=0; charset="utf-8";
graph [labeljust=l, margin=12]; node [shape=box, fixedsize=true, label=""]; edge [arrowsize=0.8];
${lines.join("\n")}
}`;
}

/** An empty label of a size: texts are measured here, not by Graphviz, which has no fonts. */
function roomFor({ width, height }: Size): string {
  return `<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" FIXEDSIZE="TRUE" WIDTH="${Math.ceil(width)}" HEIGHT="${Math.ceil(height)}"><TR><TD></TD></TR></TABLE>>`;
}

/** An edge to a group is one to its first node that ends at the group's border. */
function endsOf(
  { from, to }: GraphEdge,
  graph: ThinnedGraph,
  ids: Ids,
  groups: Ids,
): { readonly from: string; readonly to: string; readonly group?: string } | undefined {
  const [start, end] = [ids.get(from), ids.get(to)];
  if (start === undefined) return undefined;
  if (end !== undefined) return { from: start, to: end };
  const first = graph.nodes.find(({ group }) => group === to);
  const group = groups.get(to);
  return first === undefined || group === undefined ? undefined : { from: start, to: ids.get(first.id)!, group };
}

/** Attributes in Graphviz's answer; y counts from the bottom there. */
type Attributes = Readonly<Partial<Record<"bb" | "pos" | "width" | "height" | "id" | "lp", string>>>;

interface Laid {
  readonly bb: string;
  /** By name: a node has a place and a size, a group has corners. */
  readonly objects: ReadonlyMap<string, Attributes>;
  readonly edges: readonly Attributes[];
}

/** Reads what Graphviz has written of a graph of {@link dotFor}: statements with their attributes in brackets. */
function laidIn(dot: string): Laid {
  const statements = dot
    .replaceAll("\\\n", "")
    .matchAll(/(?:subgraph (\w+) \{\s*)?(\w+)( -> \w+)?\s*\[((?:"[^"]*"|<<[^]*?>>|[^\]"<])*)\]/g);
  let bb = "";
  const objects = new Map<string, Attributes>();
  const edges: Attributes[] = [];
  for (const [, group, name, to, text] of statements) {
    const attributes = Object.fromEntries(
      [...text!.matchAll(/(\w+)=(?:"([^"]*)"|<<[^]*?>>|([^,\s]+))/g)].map(([, key, quoted, bare]) => [
        key!,
        quoted ?? bare,
      ]),
    ) as Attributes;
    if (group !== undefined) objects.set(group, attributes);
    else if (to !== undefined) edges.push(attributes);
    else if (name === "graph") bb = attributes.bb!;
    else objects.set(name!, attributes);
  }
  return { bb, objects, edges };
}

function read(graph: ThinnedGraph, sizes: Sizes, { bb, objects, edges }: Laid, ids: Ids, groups: Ids): Layout {
  const [, , width, height] = numbers(bb) as [number, number, number, number];
  const point = (text: string): Point => {
    const [x, y] = numbers(text) as [number, number];
    return { x, y: height - y };
  };
  const nodes = new Map<string, Box>();
  for (const [id, name] of ids) {
    const { pos, width: w, height: h } = objects.get(name)!;
    const [across, down] = [Number(w) * perInch, Number(h) * perInch];
    const { x, y } = point(pos!);
    nodes.set(id, { x: x - across / 2, y: y - down / 2, width: across, height: down });
  }
  const boxes = new Map<string, Box>();
  for (const [id, name] of groups) {
    // A group without nodes has no place.
    const corners = objects.get(name)?.bb;
    if (corners === undefined) continue;
    const [left, bottom, right, top] = numbers(corners) as [number, number, number, number];
    boxes.set(id, { x: left, y: height - top, width: right - left, height: top - bottom });
  }
  const lines = new Map<GraphEdge, EdgeLine>();
  for (const { id, pos, lp } of edges) {
    const edge = graph.edges[Number(id)]!;
    const words = pos!.split(" ");
    // `e` is the tip at its end, `s` one at its start.
    const tip = words.find((word) => /^[es],/.test(word))!;
    const points = words.filter((word) => /^[-\d]/.test(word)).map(point);
    if (tip.startsWith("s")) points.reverse();
    // Graphviz does not know where the label of an arrow goes that it cuts off at a group's border.
    const label = groups.has(edge.to)
      ? beside(middleOf(points), graph, sizes.edgeLabel(edge.label ?? ""))
      : lp === undefined
        ? undefined
        : point(lp);
    lines.set(edge, { points, tip: point(tip.slice(2)), label });
  }
  return { width, height, nodes, groups: boxes, edges: lines };
}

/** Beside a point of an arrow, where the arrow does not go on. */
function beside({ x, y }: Point, { direction }: ThinnedGraph, { width }: Size): Point {
  return direction === "right" ? { x, y: y - 12 } : { x: x + width / 2 + 6, y };
}

/** The middle of a curve's middle piece. */
function middleOf(points: readonly Point[]): Point {
  const pieces = (points.length - 1) / 3;
  const at = Math.floor((pieces - 1) / 2) * 3;
  const [a, b, c, d] = points.slice(at, at + 4) as [Point, Point, Point, Point];
  return { x: (a.x + 3 * b.x + 3 * c.x + d.x) / 8, y: (a.y + 3 * b.y + 3 * c.y + d.y) / 8 };
}

function numbers(text: string): readonly number[] {
  return text.split(",").map(Number);
}
