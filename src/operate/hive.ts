import type { HiveResult, HiveSession, HiveValue } from "../connect/hiveserver2/index.ts";
import { HowdahError } from "../core/errors.ts";
import { splitScript } from "../hive/script.ts";
import type { Cluster } from "../project/cluster.ts";
import { shortened, withValues, type Cell, type Query, type QueryResult } from "../project/query.ts";

export interface HiveRun {
  /** Cancels what runs on the server, and waits until it has ended there. */
  readonly signal?: AbortSignal;
  /** Told the lines of a statement's log while it runs. */
  readonly onLog?: (line: string) => void;
}

/** Statements that only read. Anything else is for {@link runScript}. */
const reads = /^\(*\s*(select|with|from|show|describe|desc|explain|values)\b/i;
/** `WITH … INSERT` and `FROM … INSERT` write; so does what EXPLAIN ANALYZE explains. */
const writes = /\binsert\s+(into|overwrite)\b|^explain\s+analyze\b/i;

/**
 * Asks HiveServer2, and hands the rows to `use` as they come. Throws `QUERY` for what is not one statement that reads, and
 * for what Hive does not take.
 */
export async function queryCluster(
  cluster: Cluster,
  asked: Query,
  use: (result: QueryResult) => Promise<void>,
  run: HiveRun = {},
): Promise<void> {
  const { name = "the query", file } = asked;
  const statements = splitScript(withValues(asked, hiveText), file ?? name);
  const [statement] = statements;
  const refuse = (why: string): HowdahError =>
    new HowdahError(`${name}: ${why}`, {
      code: "QUERY",
      where: file ?? shortened(asked.sql),
      next: "howdah hive run FILE runs statements of any kind",
    });
  if (statement === undefined) throw refuse("there is no SELECT in it");
  if (statements.length > 1) throw refuse(`it has ${statements.length} statements: a query is one SELECT`);
  const bare = withoutTexts(statement.text);
  if (!reads.test(bare) || writes.test(bare)) throw refuse("it is no SELECT, and queries only read");
  await inSession(cluster, async (session) => {
    const place = file === undefined ? {} : { place: statement.place };
    const result = await session.execute(statement.text, { ...run, ...place });
    // `table.column` of a `select *` (hive.resultset.use.unique.column.names) is the column's name to people.
    const bareName = (column: string): string => column.slice(column.lastIndexOf(".") + 1);
    const names = result.columns.map(({ name: column }) => column);
    const short = names.map(bareName);
    await use({ columns: new Set(short).size === short.length ? short : names, rows: cells(result) });
  });
}

/** What a script's statement did. */
export interface StatementRun {
  /** Where it begins: `file:line`. */
  readonly place: string;
  readonly statement: string;
  readonly seconds: number;
  /** Its rows, where it has any. */
  readonly result?: QueryResult;
}

/**
 * Runs the statements of a script in one session, one after another, and tells of each. Ends at the first that fails, with
 * the place of what is wrong; those before it stay done. `variables` stand for `${hivevar:name}` and `${name}`.
 */
export async function runScript(
  cluster: Cluster,
  script: { readonly text: string; readonly file: string; readonly variables: Readonly<Record<string, string>> },
  tell: (run: StatementRun) => Promise<void>,
  run: HiveRun = {},
): Promise<number> {
  const statements = splitScript(script.text, script.file);
  if (statements.length === 0)
    throw new HowdahError("there is no statement in the file", { code: "QUERY", where: script.file });
  await inSession(cluster, async (session) => {
    for (const [name, value] of Object.entries(script.variables)) await session.execute(`set hivevar:${name}=${value}`);
    for (const { text, place } of statements) {
      const begun = performance.now();
      const result = await session.execute(text, { ...run, place });
      await tell({
        place: `${place.file}:${place.line}`,
        statement: shortened(text),
        seconds: (performance.now() - begun) / 1000,
        ...(result.columns.length === 0
          ? {}
          : { result: { columns: result.columns.map(({ name }) => name), rows: cells(result) } }),
      });
    }
  });
  return statements.length;
}

async function inSession<T>(cluster: Cluster, work: (session: HiveSession) => Promise<T>): Promise<T> {
  const session = await cluster.hive();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** A text as Hive reads it: with a backslash before what has a meaning. */
function hiveText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** A statement without its strings and comments. */
function withoutTexts(statement: string): string {
  return statement.replace(/'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|`[^`]*`|--[^\n]*|\/\*[^]*?\*\//g, " ").trim();
}

async function* cells(result: HiveResult): AsyncGenerator<readonly Cell[]> {
  for await (const row of result) yield row.map(cellOf);
}

function cellOf(value: HiveValue): Cell {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Buffer.isBuffer(value)) return value.toString("hex");
  return value;
}
