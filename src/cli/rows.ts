import { didYouMean, HowdahError } from "../core/errors.ts";
import type { Cell, QueryResult } from "../project/query.ts";
import type { Io } from "./io.ts";

type Render = (result: QueryResult, io: Io) => Promise<void>;

/** How rows are shown: by `--format`, else as a table, or for machines as JSON. @throws USAGE */
export function rendererOf(format: string | undefined, io: Io): Render {
  const name = format ?? (io.json ? "jsonl" : "table");
  const render = renderers[name];
  if (render !== undefined) return render;
  throw new HowdahError(`--format ${name}${didYouMean(name, Object.keys(renderers))}: table, csv or jsonl`, {
    code: "USAGE",
  });
}

const renderers: Readonly<Record<string, Render>> = {
  table: renderTable,
  csv: async ({ columns, rows }, io) => {
    await io.write(`${columns.map(csvField).join(",")}\n`);
    for await (const row of rows) await io.write(`${row.map(csvField).join(",")}\n`);
  },
  jsonl: async ({ columns, rows }, io) => {
    for await (const row of rows)
      await io.write(`${JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, row[i]!])))}\n`);
  },
};

function csvField(value: Cell): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows that are laid out together; beyond them the widths of these stay. */
const laidOut = 1000;
const widest = 60;

async function renderTable({ columns, rows }: QueryResult, io: Io): Promise<void> {
  let widths: readonly number[] | undefined;
  let waiting: (readonly Cell[])[] = [];
  const flush = async (): Promise<void> => {
    const cells = waiting.map((row) => row.map(cellText));
    if (widths === undefined) {
      widths = columns.map((column, i) =>
        Math.min(widest, Math.max(column.length, ...cells.map((row) => Array.from(row[i]!).length))),
      );
      await io.write(`${layOut(columns, widths, [])}\n${widths.map((width) => "─".repeat(width)).join("  ")}\n`);
    }
    for (const [r, row] of cells.entries()) await io.write(`${layOut(row, widths, waiting[r]!)}\n`);
    waiting = [];
  };
  for await (const row of rows) {
    waiting.push(row);
    if (waiting.length === laidOut) await flush();
  }
  await flush();
}

function cellText(value: Cell): string {
  // Control characters would act on the terminal.

  return value === null ? "" : String(value).replace(/[\u0000-\u001f\u007f-\u009f]/g, "·");
}

function layOut(texts: readonly string[], widths: readonly number[], values: readonly Cell[]): string {
  return texts
    .map((text, i) => {
      const letters = Array.from(text);
      const cut = letters.length > widths[i]! ? `${letters.slice(0, widths[i]! - 1).join("")}…` : text;
      const space = " ".repeat(Math.max(0, widths[i]! - letters.length));
      return typeof values[i] === "number" ? space + cut : cut + space;
    })
    .join("  ")
    .trimEnd();
}
