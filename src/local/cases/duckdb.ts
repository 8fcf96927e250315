import { HowdahError, isHowdahError } from "../../core/errors.ts";
import { columnList, type HiveType } from "../../hive/table.ts";
import type { CompiledJob } from "../../jobs/compile.ts";
import { isRawDataSet, type RawDataSet, type TableDataSet } from "../../jobs/job.ts";
import type { Row } from "../../jobs/cases/difference.ts";
import { mentions } from "../../jobs/sql.ts";
import type { Instant } from "../../core/time.ts";
import { compute, firstOverLimit, sumUp, type Contents } from "../compute.ts";
import { duckdbType, sqlName, sqlText, type Engine, type Workspace } from "../engine.ts";
import { makeRawTable, makeUnits, resolvedFormat } from "../inputs.ts";
import { appendTo, readRawBytes } from "../rawreader.ts";
import { firstFailing, judgeUnits, linesOfChecks, type CheckedRange } from "../rowchecks.ts";
import type { GivenFile, JobCase } from "./bind.ts";

/** What a job made of a case's rows. */
export interface CaseResult {
  /** Rows of the tables that were asked for, as texts: all columns of the table, then the key. */
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Why it failed; then of the tables that of its rejects alone means anything. */
  readonly failure: HowdahError | undefined;
}

/** Runs a case as the runner runs a job, from rows that stand in no file, and reads some of its tables. */
export async function runOnDuckdb(one: JobCase, tables: ReadonlySet<string>, engine: Engine): Promise<CaseResult> {
  const { units } = one;
  // A check may ask for any table.
  const whole = tables.size === 0 || one.checks;
  const compiled = whole ? one.compiled : neededFor(one.compiled, tables);
  return engine.workspace(async (workspace) => {
    try {
      await giveInputs(one, workspace);
      await makeUnits({ compiled }, units, workspace);
      await compute({ ...one, compiled }, workspace, { hashed: false });
      const { failure } = await firstOverLimit(one, units, workspace);
      const contents = await sumUp({ compiled }, units, workspace);
      const checked = units.filter((unit) => failure === undefined || unit < failure.unit);
      const broken = one.checks ? await brokenCheck(one, checked, contents, workspace) : undefined;
      return { tables: await readTables(one, tables, workspace), failure: broken ?? failure?.error };
    } catch (error) {
      if (!isHowdahError(error)) throw error;
      return { tables: new Map(), failure: error };
    }
  });
}

/** A job without the SELECTs that no expected table follows from: of a case most of the time is theirs. */
export function neededFor(compiled: CompiledJob, tables: ReadonlySet<string>): CompiledJob {
  const rejects = compiled.job.rejects?.table.table.fullName;
  const wanted = new Set([...tables, ...(rejects === undefined ? [] : [rejects])]);
  const selects = [...compiled.selects].reverse().filter(({ name, duckdb }) => {
    if (!wanted.has(name)) return false;
    for (const other of compiled.selects) if (mentions(duckdb, other.name)) wanted.add(other.name);
    return true;
  });
  return { ...compiled, selects: selects.reverse() };
}

/** Why the first of some units fails that does not hold its checks. */
async function brokenCheck(
  { compiled, units, data, file, line }: JobCase,
  checked: readonly Instant[],
  contents: Contents,
  workspace: Workspace,
): Promise<HowdahError | undefined> {
  const range: CheckedRange = { compiled, units, data, contents };
  const failing = firstFailing(range, checked, await judgeUnits(range, workspace));
  if (failing === undefined) return undefined;
  const lines = await linesOfChecks(range, failing.unit, failing.failed, workspace);
  return new HowdahError(lines.join("\n"), {
    code: "CHECK_FAILED",
    fault: "run",
    where: `${file}:${line}`,
    next: "give the columns that it asks for; or, where the case is to fail so: - fails: CHECK_FAILED",
  });
}

async function giveInputs(one: JobCase, workspace: Workspace): Promise<void> {
  for (const [name, { dataSet }] of Object.entries(one.compiled.job.reads)) {
    const given = one.given.get(name);
    if (isRawDataSet(dataSet)) await giveLines(one, name, dataSet, given?.is === "files" ? given.files : [], workspace);
    else await giveRows(one, name, dataSet, given?.is === "rows" ? given.rows : [], workspace);
  }
}

async function giveLines(
  { compiled, data }: JobCase,
  name: string,
  dataSet: RawDataSet,
  files: readonly GivenFile[],
  workspace: Workspace,
): Promise<void> {
  await makeRawTable(name, dataSet, compiled.keyColumn, workspace);
  if (files.length === 0) return;
  const format = resolvedFormat(dataSet, data);
  await workspace.append(name, (appender) => {
    for (const file of files) readRawBytes(file.bytes, file.name, format, appendTo(appender, file.key, file.name));
    return Promise.resolve();
  });
}

async function giveRows(
  { compiled }: JobCase,
  name: string,
  { table }: TableDataSet,
  rows: readonly Row[],
  workspace: Workspace,
): Promise<void> {
  const columns = [[compiled.keyColumn, "string"] as const, ...columnList(table)];
  await makeTable(name, columns, rows, workspace);
}

/** Makes a table that holds these rows. */
export async function makeTable(
  name: string,
  columns: readonly (readonly [string, HiveType])[],
  rows: readonly Row[],
  workspace: Workspace,
): Promise<void> {
  const types = columns.map(([column, type]) => `${sqlName(column)} ${duckdbType(type)}`);
  const value = (cell: Row[number]): string => (cell === null ? "null" : sqlText(cell));
  const values = rows.map((row) => `(${row.map(value).join(", ")})`).join(", ");
  const insert = rows.length === 0 ? "" : `; insert into ${name} values ${values}`;
  await workspace.run(`create table ${name} (${types.join(", ")})${insert}`);
}

async function readTables(
  { compiled: { job, keyColumn } }: JobCase,
  tables: ReadonlySet<string>,
  workspace: Workspace,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const found = new Map<string, readonly Row[]>();
  for (const { table } of job.writes) {
    if (!tables.has(table.fullName)) continue;
    const columns = [...columnList(table).map(([column]) => column), keyColumn];
    const texts = columns.map((column) => `cast(${sqlName(column)} as varchar)`).join(", ");
    found.set(table.fullName, (await workspace.rows(`select ${texts} from ${table.fullName}`)) as readonly Row[]);
  }
  return found;
}
