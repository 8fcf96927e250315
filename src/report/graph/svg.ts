import { escapeAttribute, escapeText } from "../../core/xml.ts";
import { thinned as thin, type ThinnedGraph } from "./thinned.ts";
import { layOut, type Box, type EdgeLine, type Layout, type Point, type Size } from "./layout.ts";
import { styleSheet } from "./look.ts";
import {
  contentWords,
  kindNames,
  nodeWords,
  type EdgeKind,
  type Graph,
  type GraphEdge,
  type GraphNode,
} from "./model.ts";
import { pixels as n, shapes } from "./shapes.ts";
import { fitted, readable, widthOf } from "./texts.ts";

const margin = 20;
const headHeight = 34;
const legendHeight = 34;
/** The widest texts of nodes, and of conditions beside arrows. */
const widest = { name: 250, detail: 260, edge: 200, group: 420 };
const nameSize = 13;
const smallSize = 11;
/** Names are bold. */
const nameWidth = (text: string): number => widthOf(text, nameSize) * 1.06;

/**
 * Draws a graph as SVG, in colours that follow the reader's preference for light or dark. The same graph gives the same
 * bytes. It can stand alone, or inside of an HTML page.
 */
export async function renderSvg(graph: Graph): Promise<string> {
  const thinned = thin(graph);
  const layout = await layOut(thinned, {
    node: (node) => sizeOf(node, thinned),
    groupTitle: (id) => groupTitleSize(thinned, id),
    edgeLabel: (label) => ({ width: Math.min(widest.edge, widthOf(readable(label), smallSize)) + 6, height: 15 }),
  });
  return drawn(thinned, layout);
}

const isBar = ({ kind }: GraphNode): boolean => kind === "fork" || kind === "join";

function sizeOf(node: GraphNode, { onError }: ThinnedGraph): Size {
  if (isBar(node)) return { width: 120, height: node.kind === "fork" ? 22 : 6 };
  const { name, lines } = textsOf(node, onError.get(node.id));
  const texts = Math.max(
    Math.min(widest.name, nameWidth(name)),
    ...lines.map(({ text }) => Math.min(widest.detail, widthOf(text, smallSize))),
  );
  const { padding, lid = 0 } = shapes[node.kind];
  return { width: Math.ceil(Math.max(56, texts + padding)), height: 30 + lid + 15 * lines.length };
}

interface Texts {
  readonly name: string;
  readonly lines: readonly { readonly look: "small" | "failure"; readonly text: string }[];
}

/** What stands in a node. A table's name is what tells it from others: its database stands below. */
function textsOf({ kind, label, detail }: GraphNode, onError: string | undefined): Texts {
  const [, database, name = label] = kind === "table" || kind === "view" ? (/^([^.]+)\.(.+)$/.exec(label) ?? []) : [];
  const small = [database, detail].filter((part) => part !== undefined).join(", ");
  return {
    name: readable(name),
    lines: [
      ...(small === "" ? [] : [{ look: "small", text: readable(small) } as const]),
      ...(onError === undefined ? [] : [{ look: "failure", text: `✕ ${readable(onError)}` } as const]),
    ],
  };
}

function groupTitleSize({ groups }: ThinnedGraph, id: string): Size {
  const group = groups.find((one) => one.id === id)!;
  const detail = group.detail === undefined ? 0 : widthOf(readable(group.detail), smallSize);
  return {
    width: Math.min(widest.group, Math.max(nameWidth(groupName(group)), detail)),
    height: group.detail === undefined ? 20 : 34,
  };
}

function groupName({ kind, label }: Graph["groups"][number]): string {
  return readable(kind === "errors" ? label : `${kindNames[kind]} ${label}`);
}

function drawn(graph: ThinnedGraph, layout: Layout): string {
  const title = readable(graph.title);
  const legend = legendOf(graph);
  const width = Math.ceil(
    Math.max(layout.width, widthOf(title, 16) * 1.06, ...legend.map(({ x, text }) => x + widthOf(text, smallSize))) +
      2 * margin,
  );
  const height = Math.ceil(layout.height + headHeight + 2 * margin + (legend.length === 0 ? 0 : legendHeight));
  const left = margin + Math.max(0, (width - 2 * margin - layout.width) / 2);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="howdah-graph" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="graphics-document document" aria-label="${escapeAttribute(title)}">`,
    `<title>${escapeText(title)}</title>`,
    `<desc>${escapeText(contentWords(graph))}</desc>`,
    `<style>${styleSheet}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="${margin}" y="${margin + 12}">${escapeText(title)}</text>`,
    `<g transform="translate(${n(left)} ${margin + headHeight})">`,
    ...graph.groups.flatMap((group) => groupLines(group, layout.groups.get(group.id))),
    ...graph.edges.flatMap((edge) => edgeLines(graph, edge, layout.edges.get(edge))),
    ...graph.nodes.map((node) => nodeLine(node, layout.nodes.get(node.id)!, graph.onError.get(node.id))),
    // Above the arrows, which may cross them.
    ...graph.edges.flatMap((edge) => edgeLabel(edge, layout.edges.get(edge))),
    ...graph.groups.flatMap((group) => groupTitle(group, layout.groups.get(group.id))),
    "</g>",
    ...legendLines(legend, height - margin),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function groupLines(group: Graph["groups"][number], box: Box | undefined): readonly string[] {
  if (box === undefined) return [];
  const name = groupName(group);
  const detail = group.detail === undefined ? undefined : readable(group.detail);
  return [
    `<g class="group" role="graphics-object group" aria-label="${escapeAttribute(name)}">`,
    `<title>${escapeText(detail === undefined ? name : `${name}, ${detail}`)}</title>`,
    `<rect x="${n(box.x)}" y="${n(box.y)}" width="${n(box.width)}" height="${n(box.height)}" rx="8"/>`,
    "</g>",
  ];
}

function groupTitle(group: Graph["groups"][number], box: Box | undefined): readonly string[] {
  if (box === undefined) return [];
  const room = box.width - 20;
  const { detail } = group;
  const name = textAt("name", box.x + 12, box.y + 20, fitted(groupName(group), nameSize * 1.06, room), "start");
  const more =
    detail === undefined
      ? ""
      : textAt("small", box.x + 12, box.y + 36, fitted(readable(detail), smallSize, room), "start");
  return [`<g class="group">${name}${more}</g>`];
}

function nodeLine(node: GraphNode, box: Box, onError: string | undefined): string {
  const { look, draw } = shapes[node.kind];
  const words = readable(`${nodeWords(node)}${onError === undefined ? "" : `, on failure ${onError}`}`);
  const middle = box.x + box.width / 2 + (node.kind === "coordinator" ? 10 : node.kind === "job" ? 3 : 0);
  const texts = isBar(node) ? barTexts(node, box) : nodeTexts(node, box, middle, onError);
  const parts = `<title>${escapeText(words)}</title>${draw(shapeBox(node, box))}${texts.join("")}`;
  return `<g class="${look}" role="graphics-symbol img" aria-label="${escapeAttribute(words)}">${parts}</g>`;
}

/** A fork's bar lies below its name. */
function shapeBox({ kind }: GraphNode, box: Box): Box {
  return kind === "fork" ? { ...box, y: box.y + box.height - 6, height: 6 } : box;
}

function barTexts({ kind, label }: GraphNode, box: Box): readonly string[] {
  // What follows a join says so by its place; its name follows from the fork's.
  if (kind === "join") return [];
  return [textAt("name", box.x + box.width / 2, box.y + 11, fitted(readable(label), nameSize * 1.06, widest.name))];
}

function nodeTexts(node: GraphNode, box: Box, x: number, onError: string | undefined): readonly string[] {
  const { name, lines } = textsOf(node, onError);
  const { lid = 0 } = shapes[node.kind];
  const top = box.y + (box.height + lid) / 2 - (15 * lines.length) / 2 + 4.5;
  return [
    textAt("name", x, top, fitted(name, nameSize * 1.06, widest.name)),
    ...lines.map(({ look, text }, i) => textAt(look, x, top + 15 * (i + 1), fitted(text, smallSize, widest.detail))),
  ];
}

function textAt(kind: string, x: number, y: number, text: string, anchor = "middle"): string {
  const anchored = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${kind}" x="${n(x)}" y="${n(y)}"${anchored}>${escapeText(text)}</text>`;
}

function edgeLines(graph: ThinnedGraph, edge: GraphEdge, line: EdgeLine | undefined): readonly string[] {
  if (line === undefined) return [];
  const name = (id: string): string =>
    readable([...graph.nodes, ...graph.groups].find((one) => one.id === id)?.label ?? id);
  const words = `${name(edge.from)} ${verbs[edge.kind]} ${name(edge.to)}${edge.label === undefined ? "" : `: ${readable(edge.label)}`}${graph.awaited.has(edge) ? ", which is awaited" : ""}`;
  const [first, ...rest] = line.points;
  const curve = `M${at(first!)}C${rest.map(at).join(" ")}`;
  const look = graph.awaited.has(edge) ? `${edge.kind} awaited` : edge.kind;
  return [
    `<g class="edge ${look}" role="graphics-symbol img" aria-label="${escapeAttribute(words)}"><title>${escapeText(words)}</title><path d="${curve}"/>${arrow(line)}</g>`,
  ];
}

function edgeLabel({ label }: GraphEdge, line: EdgeLine | undefined): readonly string[] {
  if (label === undefined || line?.label === undefined) return [];
  return [textAt("label", line.label.x, line.label.y + 4, fitted(readable(label), smallSize, widest.edge))];
}

const verbs: Readonly<Record<EdgeKind, string>> = {
  feeds: "→",
  state: "→",
  waits: "is awaited by",
  ok: "→",
  error: "fails →",
  case: "→",
};

function at({ x, y }: Point): string {
  return `${n(x)} ${n(y)}`;
}

/** The head of an arrow, from the end of its line to its tip. */
function arrow({ points, tip }: EdgeLine): string {
  const base = points.at(-1)!;
  const length = Math.hypot(tip.x - base.x, tip.y - base.y) || 1;
  const [across, down] = [((tip.y - base.y) / length) * 3.6, (-(tip.x - base.x) / length) * 3.6];
  const corners = [tip, { x: base.x + across, y: base.y + down }, { x: base.x - across, y: base.y - down }];
  return `<polygon points="${corners.map(at).join(" ")}"/>`;
}

interface LegendEntry {
  readonly look: string;
  readonly text: string;
  readonly x: number;
}

/** What lines mean that do not say it themselves. */
const legendTexts = {
  feeds: "feeds",
  "feeds awaited": "feeds, and is waited for",
  state: "was left by an earlier run",
  "state awaited": "was left by an earlier run, and is waited for",
  waits: "is waited for",
  error: "on failure",
};

function legendOf({ edges, awaited }: ThinnedGraph): readonly LegendEntry[] {
  const used = new Set<string>(edges.map((edge) => (awaited.has(edge) ? `${edge.kind} awaited` : edge.kind)));
  // A drawing with plain lines alone needs no key.
  if ([...used].every((look) => ["feeds", "ok", "case"].includes(look))) return [];
  const entries: LegendEntry[] = [];
  let x = 40;
  for (const [look, text] of Object.entries(legendTexts))
    if (used.has(look)) {
      entries.push({ look, text, x });
      x += widthOf(text, smallSize) + 64;
    }
  return entries;
}

function legendLines(entries: readonly LegendEntry[], y: number): readonly string[] {
  return entries.map(({ look, text, x }) => {
    const from = margin + x - 38;
    const line: EdgeLine = {
      points: [{ x: from, y: y - 4 }],
      tip: { x: from + 32, y: y - 4 },
      label: undefined,
    };
    const head = arrow({ ...line, points: [{ x: from + 24, y: y - 4 }] });
    return `<g class="edge ${look}" aria-hidden="true"><path d="M${n(from)} ${n(y - 4)}H${n(from + 24)}"/>${head}<text x="${n(margin + x)}" y="${n(y)}">${escapeText(text)}</text></g>`;
  });
}
