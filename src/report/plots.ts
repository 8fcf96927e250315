import type { BarsPlot, NumberFormat, StackedPlot } from "../project/insights.ts";
import type { Cell } from "../project/query.ts";
import type { InsightFacts } from "./facts.ts";
import { escaped, tableHtml } from "./html.ts";

/** So many series have a colour of their own; the others share one. */
const coloured = 7;
/** Labels below the columns: more would not stand beside each other on a narrow page. */
const mostLabels = 6;
const height = 200;

/** An insight as a figure: the plot, what it says to a screen reader, and its rows as a table. */
export function insightHtml(insight: InsightFacts): string {
  const { title, describe, plot, error, rows, query } = insight;
  const head = `<figcaption><h3>${escaped(title)}</h3><p class="quiet">${escaped(describe)}</p></figcaption>`;
  if (error !== undefined) {
    const where = error.where === undefined ? "" : `<p class="quiet">at ${escaped(error.where)}</p>`;
    const next = error.next === undefined ? "" : `<p>→ ${escaped(error.next)}</p>`;
    return `<figure>${head}<div class="error"><p>No answer: ${escaped(error.message)}</p>${where}${next}</div></figure>`;
  }
  if (rows.length === 0)
    return `<figure>${head}<p class="nothing">The query ${escaped(query)} found no rows.</p></figure>`;
  const drawn = plot.kind === "bars" ? barsHtml(plot, insight) : stackedHtml(plot, insight);
  return `<figure>${head}${drawn}${rowsHtml(insight)}</figure>`;
}

function rowsHtml({ columns, rows, more }: InsightFacts): string {
  const numbers = new Set(columns.flatMap((_, i) => (rows.every((row) => isNumeric(row[i])) ? [i] : [])));
  const count = rows.length + more;
  const rest = more > 0 ? `<p class="quiet">and ${more.toLocaleString("en")} more rows</p>` : "";
  const texts = rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  return `<details><summary>Show as table (${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"})</summary>${tableHtml(columns, texts, numbers)}${rest}</details>`;
}

function isNumeric(cell: Cell | undefined): boolean {
  return cell === null || typeof cell === "number" || (typeof cell === "string" && /^-?\d+(\.\d+)?$/.test(cell));
}

/** A cell's number; what is none counts as nothing. */
function numberOf(cell: Cell | undefined): number {
  const value = Number(cell ?? 0);
  return Number.isFinite(value) ? value : 0;
}

function labelOf(cell: Cell | undefined): string {
  return cell === null || cell === undefined || cell === "" ? "(none)" : String(cell);
}

function formatted(value: number, format: NumberFormat): string {
  if (format === "percent") return `${(value * 100).toFixed(1)} %`;
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}

/** A share of a whole as an attribute's value. */
function percent(share: number): string {
  return `${Math.round(share * 100_000) / 1000}%`;
}

function barsHtml({ label, value, format, beside, most }: BarsPlot, { columns, rows, title }: InsightFacts): string {
  const at = (name: string): number => columns.indexOf(name);
  const drawn = rows.slice(0, most).map((row) => {
    const number = numberOf(row[at(value)]);
    const other = beside === undefined ? "" : `${formattedCell(row[at(beside)])} ${beside}`;
    return { name: labelOf(row[at(label)]), number, text: formatted(number, format), other };
  });
  const largest = Math.max(...drawn.map(({ number }) => number), 0);
  const start = commonStart(drawn.map(({ name }) => name));
  const lines = drawn.map(({ name, number, text, other }) => {
    const told = `${name}: ${text}${other === "" ? "" : ` (${other})`}`;
    const width = largest === 0 ? 0 : Math.max(0, number) / largest;
    const short = start === "" ? name : name.replaceAll(start, "…/");
    const quiet = other === "" ? "" : ` <span class="quiet">${escaped(other)}</span>`;
    return `<div class="bar"><span class="label">${escaped(short)}</span><svg width="100%" height="12"><title>${escaped(told)}</title><rect class="track" width="100%" height="12" rx="2"/><rect class="s0" width="${percent(width)}" height="12" rx="2"/></svg><span class="value">${escaped(text)}${quiet}</span></div>`;
  });
  const [first] = drawn;
  const summary = `Bar chart: ${title}. ${value} by ${label}, ${drawn.length} of ${rows.length} rows; first ${first!.name}: ${first!.text}; largest ${formatted(largest, format)}.`;
  return `<div class="bars" role="img" aria-label="${escaped(summary)}">${lines.join("")}</div>`;
}

function formattedCell(cell: Cell | undefined): string {
  return isNumeric(cell) ? formatted(numberOf(cell), "number") : labelOf(cell);
}

/** The part up to a slash with which all names begin, such as a site's address: it says nothing in a plot. */
function commonStart(names: readonly string[]): string {
  const [first = ""] = names;
  if (names.length < 2) return "";
  let end = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, end))) end -= 1;
  return first.slice(0, first.lastIndexOf("/", end - 1) + 1);
}

interface Piece {
  readonly series: string;
  readonly value: number;
  readonly told: string;
}

function stackedHtml(
  { x, value, series, format, beside }: StackedPlot,
  { columns, rows, title }: InsightFacts,
): string {
  const at = (name: string): number => columns.indexOf(name);
  const stacks = new Map<string, Piece[]>();
  const sums = new Map<string, number>();
  for (const row of rows) {
    const [where, name, number] = [
      labelOf(row[at(x)]),
      labelOf(row[at(series)]),
      Math.max(0, numberOf(row[at(value)])),
    ];
    const more = beside === undefined ? "" : ` (${beside} ${formattedCell(row[at(beside)])})`;
    const piece = {
      series: name,
      value: number,
      told: `${where}, ${series} ${name}: ${formatted(number, format)}${more}`,
    };
    stacks.set(where, [...(stacks.get(where) ?? []), piece]);
    sums.set(name, (sums.get(name) ?? 0) + number);
  }
  const named = [...sums]
    .sort((a, b) => b[1] - a[1])
    .slice(0, coloured)
    .map(([name]) => name);
  const colour = (name: string): number => (named.includes(name) ? named.indexOf(name) : coloured);
  const totals = [...stacks.values()].map((pieces) => pieces.reduce((sum, piece) => sum + piece.value, 0));
  const { top, ticks } = axisOf(Math.max(...totals));
  const y = (number: number): number => Math.round((1 - number / top) * height * 10) / 10;
  const width = 1 / stacks.size;
  const every = Math.ceil(stacks.size / mostLabels);
  const bodies = [...stacks].map(([where, pieces], i) => {
    let below = 0;
    const drawn = piecesOf(pieces, colour, (value) => formatted(value, format)).map(
      ({ value: own, told, series: name }) => {
        const [from, to] = [y(below), y((below += own))];
        return `<rect class="s${colour(name)}" x="${percent(width * (i + 0.1))}" width="${percent(width * 0.8)}" y="${to}" height="${Math.max(0, Math.round((from - to) * 10) / 10)}"><title>${escaped(told)}</title></rect>`;
      },
    );
    const label =
      i % every === 0
        ? `<text x="${percent(width * (i + 0.5))}" y="${height + 16}" class="middle">${escaped(where)}</text>`
        : "";
    return drawn.join("") + label;
  });
  const lines = ticks.map((tick) => `<line x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/>`).join("");
  const axis = ticks
    .map((tick) => `<text x="100%" y="${y(tick) + 4}" class="end">${escaped(formatted(tick, format))}</text>`)
    .join("");
  const rest = sums.size - named.length;
  const keys = [
    ...named.map((name) => `${name} ${formatted(sums.get(name)!, format)}`),
    ...(rest > 0 ? [`${rest} others`] : []),
  ];
  const legend = keys.map(
    (key, i) =>
      `<li><svg width="12" height="12"><rect class="s${i}" width="12" height="12" rx="2"/></svg>${escaped(key)}</li>`,
  );
  const largest = [...stacks.keys()][totals.indexOf(Math.max(...totals))]!;
  const summary = `Stacked columns: ${title}. ${value} by ${x}, in pieces by ${series}; ${stacks.size} columns, the highest is ${largest} with ${formatted(Math.max(...totals), format)}.`;
  return `<div role="img" aria-label="${escaped(summary)}"><div class="stacked"><svg class="axis" width="60" height="${height + 24}">${axis}</svg><svg class="area" width="100%" height="${height + 24}">${lines}${bodies.join("")}</svg></div><ul class="keys"><li class="quiet">${escaped(series)}</li>${legend.join("")}</ul></div>`;
}

/** The pieces of a column from below: those with a colour of their own in its order, then the others as one. */
function piecesOf(
  pieces: readonly Piece[],
  colour: (series: string) => number,
  text: (value: number) => string,
): readonly Piece[] {
  const own = pieces.filter(({ series }) => colour(series) < coloured);
  const others = pieces.filter(({ series }) => colour(series) === coloured);
  const value = others.reduce((sum, piece) => sum + piece.value, 0);
  const [only] = others;
  const rest =
    others.length < 2 || only === undefined
      ? others
      : [{ ...only, value, told: `${others.length} others: ${text(value)}` }];
  return [...own.sort((a, b) => colour(a.series) - colour(b.series)), ...rest];
}

/** Round numbers up to the first at or above the largest value. */
function axisOf(largest: number): { readonly top: number; readonly ticks: readonly number[] } {
  if (largest <= 0) return { top: 1, ticks: [0] };
  const rough = largest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough)!;
  const count = Math.ceil(largest / step);
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, i) => i * step) };
}
