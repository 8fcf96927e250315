import type { Box } from "./layout.ts";
import type { NodeKind } from "./model.ts";

/** How a kind of node is drawn: kinds differ in shape, not in colour alone. */
export interface Shape {
  /** A class of the style sheet. */
  readonly look: string;
  readonly draw: (box: Box) => string;
  /** Room beside the texts, in pixels. */
  readonly padding: number;
  /** Room above them. */
  readonly lid?: number;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** A number as it is written: a tenth of a pixel is fine enough, and the same everywhere. */
export const pixels = n;

function rounded({ x, y, width, height }: Box, radius: number, kind = "shape"): string {
  return `<rect class="${kind}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(radius)}"/>`;
}

function path(d: string, kind = "shape"): string {
  return `<path class="${kind}" d="${d}"/>`;
}

function polygon(points: readonly (readonly [number, number])[]): string {
  return `<polygon class="shape" points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(" ")}"/>`;
}

function inset({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

/** A store of rows, as diagrams have drawn it since there are disks. */
function cylinder({ x, y, width, height }: Box): string {
  const [right, bottom, curve] = [x + width, y + height, 5];
  const arc = (to: number, sweep: number, at: number): string =>
    `A${n(width / 2)} ${curve} 0 0 ${sweep} ${n(to)} ${n(at)}`;
  return (
    path(`M${n(x)} ${n(y + curve)}${arc(right, 1, y + curve)}V${n(bottom - curve)}${arc(x, 1, bottom - curve)}Z`) +
    path(`M${n(x)} ${n(y + curve)}${arc(right, 0, y + curve)}`, "inner")
  );
}

/** A folder with its tab. */
function folder({ x, y, width, height }: Box): string {
  const tab = Math.min(40, width / 3);
  return path(`M${n(x)} ${n(y)}h${n(tab)}l5 6H${n(x + width)}V${n(y + height)}H${n(x)}Z`);
}

/** Cut at all four corners. */
function octagon({ x, y, width, height }: Box): string {
  const [right, bottom, cut] = [x + width, y + height, 9];
  return polygon([
    [x + cut, y],
    [right - cut, y],
    [right, y + cut],
    [right, bottom - cut],
    [right - cut, bottom],
    [x + cut, bottom],
    [x, bottom - cut],
    [x, y + cut],
  ]);
}

function hexagon({ x, y, width, height }: Box): string {
  const [right, middle, cut] = [x + width, y + height / 2, 14];
  return polygon([
    [x + cut, y],
    [right - cut, y],
    [right, middle],
    [right - cut, y + height],
    [x + cut, y + height],
    [x, middle],
  ]);
}

/** A sheet with a line at its left: something that runs. */
function program(box: Box): string {
  return rounded(box, 3) + path(`M${n(box.x + 6)} ${n(box.y)}V${n(box.y + box.height)}`, "inner");
}

/** A round box with a clock's hands. */
function clock(box: Box): string {
  const [x, y] = [box.x + 15, box.y + box.height / 2];
  return `${rounded(box, 12)}<circle class="inner" cx="${n(x)}" cy="${n(y)}" r="7"/>${path(`M${n(x)} ${n(y - 4.5)}V${n(y)}h3.5`, "inner")}`;
}

const bar: Shape = { look: "plain", draw: (box) => rounded(box, 2, "bar"), padding: 0 };

export const shapes: Readonly<Record<NodeKind, Shape>> = {
  "raw-files": { look: "raw", draw: folder, padding: 24, lid: 4 },
  "data-set": { look: "raw dashed", draw: folder, padding: 24, lid: 4 },
  table: { look: "data", draw: cylinder, padding: 24, lid: 8 },
  view: { look: "data dashed", draw: cylinder, padding: 24, lid: 8 },
  coordinator: { look: "clock", draw: clock, padding: 64 },
  job: { look: "work", draw: program, padding: 32 },
  workflow: { look: "work", draw: (box) => rounded(box, 8) + rounded(inset(box, 3), 5, "inner"), padding: 32 },
  start: { look: "plain", draw: (box) => rounded(box, box.height / 2), padding: 28 },
  action: { look: "work", draw: (box) => rounded(box, 8), padding: 24 },
  "sub-workflow": { look: "work", draw: (box) => rounded(box, 8) + rounded(inset(box, 3), 5, "inner"), padding: 32 },
  fork: bar,
  join: bar,
  decision: { look: "choice", draw: hexagon, padding: 44 },
  kill: { look: "bad", draw: octagon, padding: 28 },
  end: {
    look: "plain",
    draw: (box) => rounded(box, box.height / 2) + rounded(inset(box, 3), box.height / 2 - 3, "inner"),
    padding: 32,
  },
};
