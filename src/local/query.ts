import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import { didYouMean, HowdahError, messageOf } from "../core/errors.ts";
import type { Table } from "../hive/table.ts";
import { isTableDataSet, type TableDataSet } from "../jobs/job.ts";
import { evaluate } from "../oozie/el/index.ts";
import { shortened, withValues, type Cell, type Query, type QueryResult } from "../project/query.ts";
import { duckdbType, engineError, sqlName, sqlText, type Workspace } from "./engine.ts";
import { landedTimes } from "../project/landed.ts";
import { viewPartitions } from "./inputs.ts";
import type { LocalTarget } from "./target.ts";
import { keyOfInstance } from "./data.ts";

/** Runs a query and hands its rows to `use` as they come. */
export type Ask = (asked: Query, use: (result: QueryResult) => Promise<void>) => Promise<void>;

/**
 * Runs a query over the project's tables and hands the rows to `use` as they come. Only complete partitions are seen;
 * one that was written with other columns is refused, never misread. Throws `QUERY` for mistakes in the SQL.
 */
export async function query(
  target: LocalTarget,
  asked: Query,
  use: (result: QueryResult) => Promise<void>,
): Promise<void> {
  await queries(target, (ask) => ask(asked, use));
}

/** Runs several queries, one after another, over the same tables: see {@link query}. */
export async function queries(target: LocalTarget, work: (ask: Ask) => Promise<void>): Promise<void> {
  const engine = await target.engine();
  await engine.workspace(async (workspace) => {
    const made = new Set<string>();
    await work(async (asked, use) => {
      const sql = withValues(asked, sqlText);
      try {
        await makeTables(target, tableNames(sql), made, workspace);
        const result = await (await selectOf(asked, sql, workspace)).stream();
        await use({
          columns: result.deduplicatedColumnNames(),
          rows: cells(result.yieldRowsJson(), result.columnTypes().map(String)),
        });
      } catch (error) {
        if (error instanceof HowdahError) throw error;
        throw queryError(error, asked, sql, target);
      }
    });
  });
}

async function* cells(batches: AsyncIterable<unknown[][]>, types: readonly string[]): AsyncIterable<readonly Cell[]> {
  for await (const rows of batches)
    for (const row of rows)
      yield row.map((value, i): Cell => {
        if (value === null || typeof value === "number" || typeof value === "boolean") return value;
        if (typeof value !== "string") return JSON.stringify(value);
        const isWhole = types[i] === "BIGINT" || types[i] === "HUGEINT" || types[i] === "UBIGINT";
        return isWhole && Number.isSafeInteger(Number(value)) ? Number(value) : value;
      });
}

/** One SELECT (or DESCRIBE, SHOW, EXPLAIN): a query must not be able to change what it asks about. */
async function selectOf(
  { name = "the query", file }: Query,
  sql: string,
  workspace: Workspace,
): Promise<DuckDBPreparedStatement> {
  const refuse = (why: string): HowdahError =>
    new HowdahError(`${name}: ${why}`, { code: "QUERY", where: file ?? shortened(sql) });
  const bare = sql.replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)+/, "");
  if (bare === "") throw refuse("there is no SELECT in it");
  const statements = await workspace.connection.extractStatements(sql);
  const statement = await statements.prepare(0);
  const { StatementType } = await import("@duckdb/node-api");
  if (![StatementType.SELECT, StatementType.EXPLAIN].includes(statement.statementType))
    throw refuse(`${StatementType[statement.statementType]} is no SELECT, and queries only read`);
  // EXPLAIN ANALYZE runs what it explains, be it a COPY, and DuckDB does not tell what that is.
  const explainsSelect = /^explain\s+(?:(?:analyze\s+)?(?:select|from|values)|with)\b/i;
  if (statement.statementType === StatementType.EXPLAIN && !explainsSelect.test(bare))
    throw refuse("only a SELECT can be explained: EXPLAIN SELECT …, EXPLAIN ANALYZE SELECT …");
  if (statements.count > 1) throw refuse(`it has ${statements.count} statements: a query is one SELECT`);
  return statement;
}

/**
 * What a SELECT may name as `database.table`, small letters. DuckDB's own answer (`getTableNames`) is empty for
 * statements that it cannot bind without the tables, such as `order by 4` of a `select *`.
 */
function tableNames(sql: string): ReadonlySet<string> {
  const tokens = sql.matchAll(
    /'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\/|("[^"]*"|[A-Za-z_]\w*)\s*\.\s*("[^"]*"|[A-Za-z_]\w*)/g,
  );
  const names = [...tokens].flatMap(([, database, table]) =>
    database === undefined || table === undefined ? [] : [`${database}.${table}`.replaceAll('"', "").toLowerCase()],
  );
  return new Set(names);
}

function queryError(
  error: unknown,
  { name = "the query", file }: Query,
  sql: string,
  { project }: LocalTarget,
): HowdahError {
  const [, line, text] = /\n\nLINE (\d+): (.*)/.exec(messageOf(error)) ?? [];
  const where = file === undefined ? (text ?? shortened(sql)) : line === undefined ? file : `${file}:${line}`;
  const made = engineError(error, name, where);
  if (made.code !== "SQL") return made;
  const [, unknown] = /Table with name "?([\w.]+)"? does not exist/.exec(made.message) ?? [];
  const tables = [...project.definitions.tables.keys(), ...project.definitions.views.keys()];
  const why =
    unknown === undefined ? made.message : `${name}: there is no table ${unknown}${didYouMean(unknown, tables)}`;
  return new HowdahError(why, {
    code: "QUERY",
    where,
    next: "the tables are listed by: howdah query --tables",
    cause: error,
  });
}

/** Makes the tables and views that a query names, and the views' own tables; those in `made` are there. */
async function makeTables(
  target: LocalTarget,
  names: Iterable<string>,
  made: Set<string>,
  workspace: Workspace,
): Promise<void> {
  const { tables, views, dataSets } = target.project.definitions;
  const make = async (name: string): Promise<void> => {
    const [schema] = name.split(".");
    const table = tables.get(name);
    const view = views.get(name);
    if (made.has(name) || (table === undefined && view === undefined)) return;
    // An empty answer from a mistyped folder would be taken for the truth.
    if (!existsSync(target.data.root))
      throw new HowdahError("there is no such folder of data", {
        code: "NO_DATA",
        where: target.data.root,
        next: "land or ingest data first, or name another folder with --data",
      });
    await workspace.run(`create schema if not exists ${schema!}`);
    if (view !== undefined) {
      for (const inner of tableNames(view.query)) await make(inner);
      await workspace.run(`create view ${name} as ${view.query}`);
      made.add(name);
      return;
    }
    const dataSet = [...dataSets.values()].find(
      (one): one is TableDataSet => isTableDataSet(one) && one.table === table,
    );
    if (dataSet !== undefined) {
      const instances = landedTimes(dataSet, target.values).map((time) => ({
        time,
        instance: keyOfInstance(dataSet, time),
      }));
      await viewPartitions(name, dataSet, instances, target.data, Object.keys(table!.partitionedBy)[0]!, workspace);
    } else await viewFiles(table!, target, workspace);
    made.add(name);
  };
  for (const name of names) await make(name);
}

/** A table over files that no job wrote: text as Hive reads it, or Parquet. */
async function viewFiles(table: Table, { data }: LocalTarget, workspace: Workspace): Promise<void> {
  const location = data.path(String(evaluate(table.location, data.scope)), table.at);
  const partitions = Object.keys(table.partitionedBy);
  const files = existsSync(location) ? dataFilesBelow(location, partitions.length) : [];
  const columns = Object.entries(table.columns).map(([name, { type }]) => [name, duckdbType(type)] as const);
  if (files.length === 0) {
    const nulls = [...columns, ...partitions.map((name) => [name, "varchar"] as const)].map(
      ([name, type]) => `cast(null as ${type}) as ${sqlName(name)}`,
    );
    await workspace.run(`create view ${table.fullName} as select ${nulls.join(", ")} where false`);
    return;
  }
  const list = `[${files.map(sqlText).join(", ")}]`;
  const hive =
    partitions.length === 0
      ? "hive_partitioning = false"
      : `hive_partitioning = true, hive_types = {${partitions.map((name) => `${sqlText(name)}: varchar`).join(", ")}}`;
  const { format } = table;
  if (format.kind === "parquet") {
    await workspace.run(`create view ${table.fullName} as select * from read_parquet(${list}, ${hive})`);
    return;
  }
  const delimiter = format.properties["field.delim"] ?? format.properties["separatorChar"] ?? "\u0001";
  const quote = format.properties["quoteChar"] ?? "";
  const struct = columns.map(([name, type]) => `${sqlText(name)}: ${sqlText(type)}`).join(", ");
  await workspace.run(
    `create view ${table.fullName} as select * from read_csv(${list}, ${hive}, delim = ${sqlText(delimiter)}, quote = ${sqlText(quote)}, escape = ${sqlText(quote)}, header = ${format.headerLines > 0}, columns = {${struct}}, nullstr = '\\N', auto_detect = false, null_padding = true, strict_mode = false, parallel = false)`,
  );
}

/** Data files of a folder, or of its partitions' folders that carry a flag. */
function dataFilesBelow(folder: string, depth: number): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !/^[_.]/.test(name));
  if (depth === 0)
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => join(folder, name))
      .sort();
  return entries
    .filter((entry) => entry.isDirectory() && (depth > 1 || existsSync(join(folder, entry.name, "_SUCCESS"))))
    .flatMap(({ name }) => dataFilesBelow(join(folder, name), depth - 1));
}
