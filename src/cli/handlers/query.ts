import { existsSync, readFileSync } from "node:fs";
import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import {
  query,
  queryDescription,
  queryParameters,
  type Cell,
  type Query,
  type QueryResult,
} from "../../local/query.ts";
import { queriesOf, type Project } from "../../project/load.ts";
import { type Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { defines } from "../values.ts";
import { projectOf, withTarget } from "../project.ts";

/** `howdah query` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  if (args.flag("list")) return listQueries(project, io);
  if (args.flag("tables")) return listTables(project, io);
  const format = args.text("format") ?? (io.json ? "jsonl" : "table");
  const render = renderers[format];
  if (render === undefined)
    throw new HowdahError(`--format ${format}${didYouMean(format, Object.keys(renderers))}: table, csv or jsonl`, {
      code: "USAGE",
    });
  const asked = askedFor(args, project);
  // -D gives values to the query; the parameters of the project keep theirs.
  await withTarget(args, project, {}, (target) =>
    query(target, { ...asked, values: defines(args) }, (result) => render(result, io)),
  );
  return exitCodes.done;
}

function askedFor(args: Arguments, project: Project): Query {
  const file = args.text("file");
  const [given] = args.positionals;
  if ((file === undefined) === (given === undefined))
    throw new HowdahError("query takes a SELECT, a name, or --file", { code: "USAGE", next: "howdah query --help" });
  if (file !== undefined) {
    if (!existsSync(file)) throw new HowdahError(`there is no file ${file}`, { code: "NO_FILE", where: file });
    return { sql: readFileSync(file, "utf8"), name: file, file };
  }
  if (/\s/.test(given!)) return { sql: given!, name: "the query" };
  const queries = queriesOf(project);
  const named = queries.get(given!);
  if (named !== undefined) return { sql: named.sql, name: given!, file: named.file };
  throw new HowdahError(`there is no named query ${given!}${didYouMean(given!, queries.keys())}`, {
    code: "NAME_UNKNOWN",
    next: "howdah query --list",
  });
}

function listQueries(project: Project, io: Io): number {
  const queries = [...queriesOf(project)].map(([name, { sql }]) => ({
    name,
    describe: queryDescription(sql),
    parameters: queryParameters(sql),
  }));
  if (io.json) io.out(JSON.stringify(queries));
  else
    for (const { name, describe, parameters } of queries) {
      io.out(io.colors.bold(name));
      io.out(`    ${describe}`);
      for (const [parameter, value] of Object.entries(parameters)) io.out(`    -D ${parameter}=${value}`);
    }
  return exitCodes.done;
}

function listTables(project: Project, io: Io): number {
  const tables = [...project.definitions.tables.values()].map(({ fullName, comment, columns, partitionedBy }) => ({
    name: fullName,
    comment: comment ?? null,
    columns: Object.entries({ ...columns, ...partitionedBy }).map(([name, { type }]) => ({ name, type })),
  }));
  if (io.json) io.out(JSON.stringify(tables));
  else
    for (const { name, comment, columns } of tables) {
      io.out(io.colors.bold(name) + (comment === null ? "" : `  ${comment}`));
      const shown = columns.length > 30 ? [...columns.slice(0, 3), ...columns.slice(-2)] : columns;
      io.out(`    ${shown.map((column) => `${column.name} ${column.type}`).join(", ")}`);
    }
  return exitCodes.done;
}

const renderers: Readonly<Record<string, (result: QueryResult, io: Io) => Promise<void>>> = {
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
