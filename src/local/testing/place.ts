import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { didYouMean, HowdahError } from "../../core/errors.ts";
import type { Instant } from "../../core/time.ts";
import { columnList, columnsHash, type HiveType } from "../../hive/table.ts";
import type { Row } from "../../jobs/cases/difference.ts";
import { exampleOf, typedText } from "../../jobs/cases/value.ts";
import { isRawDataSet, isTableDataSet, type RawDataSet, type TableDataSet } from "../../jobs/job.ts";
import { recordFile, recordFormat, type PartitionRecord } from "../../jobs/record.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import { onDisk } from "../../project/disk.ts";
import { makeTable } from "../cases/duckdb.ts";
import { rawFileName, rawText } from "../cases/rawtext.ts";
import { currentUser, keyOfInstance, parquetFiles, type Data } from "../data.ts";
import { noRows, rowHashSql, sqlText, type Engine } from "../engine.ts";
import { resolvedFormat } from "../inputs.ts";
import { placeInstance } from "../instance.ts";

/** A value of a row; a `Date` is a timestamp in UTC. Decimals are exact as texts: `"2.50"`. */
export type TestValue = string | number | bigint | boolean | Date | null;

/** A row by its columns; those that it lacks are null. */
export type TestRow = Readonly<Record<string, TestValue>>;

/** What an instance holds: rows, or files by their names, header included. */
export type TestContent =
  | { readonly rows: readonly TestRow[]; readonly files?: never }
  | { readonly files: Readonly<Record<string, string | Uint8Array>>; readonly rows?: never };

/** Where an instance is put. */
export interface TestInstance {
  readonly dataSet: DataSet;
  readonly time: Instant;
  readonly data: Data;
}

/** Puts what an instance holds in its place, with its flag; what stood there goes. Throws `TEST_VALUE`. */
export async function place(
  instance: TestInstance,
  content: TestContent,
  engine: () => Promise<Engine>,
): Promise<void> {
  const { dataSet, data } = instance;
  if (isTableDataSet(dataSet)) {
    if (content.rows === undefined)
      throw refuse(`${dataSet.name} has rows, not files: a table's files are written here`, "give it { rows: […] }");
    return placeRows(instance, dataSet, content.rows, await engine());
  }
  if (content.files !== undefined) return placeFiles(instance, content.files);
  if (!isRawDataSet(dataSet))
    throw refuse(`${dataSet.name} declares no columns, so no rows can be put there`, "give it { files: { … } }");
  const format = resolvedFormat(dataSet, data);
  const text = rawRows(dataSet, content.rows, format);
  placeFiles(instance, {
    [rawFileName(format.layout, 1)]: format.encoding === "latin-1" ? Buffer.from(text, "latin1") : text,
  });
}

function refuse(why: string, next: string): HowdahError {
  return new HowdahError(why, { code: "TEST_VALUE", next });
}

function placeFiles({ dataSet, time, data }: TestInstance, files: Readonly<Record<string, string | Uint8Array>>): void {
  const aside = mkdtempSync(join(tmpdir(), "howdah-put-"));
  try {
    const toPlace = Object.entries(files).map(([name, content], i) => {
      const path = join(aside, String(i));
      writeFileSync(path, content);
      return { path, name };
    });
    placeInstance(data.folder(dataSet, time), toPlace, { doneFlag: dataSet.doneFlag, mode: "replace" });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function rawRows(
  { name, files }: RawDataSet,
  rows: readonly TestRow[],
  format: ReturnType<typeof resolvedFormat>,
): string {
  const columns = Object.keys(files.columns);
  checkColumns(name, columns, rows);
  const cells = rows.map((row, i) => ({ cells: columns.map((column) => textOf(row[column])), line: i + 1 }));
  return rawText(format, columns, cells, (why, line) => {
    throw refuse(`${name}: row ${line}: ${why}`, "give the lines as they are: { files: { … } }");
  });
}

function checkColumns(name: string, columns: readonly string[], rows: readonly TestRow[]): void {
  for (const row of rows)
    for (const column of Object.keys(row))
      if (!columns.includes(column))
        throw refuse(
          `${name} has no column ${column}${didYouMean(column, columns)}`,
          `its columns are ${columns.join(", ")}`,
        );
}

function textOf(value: TestValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value.toISOString().slice(0, 19).replace("T", " ") : String(value);
}

/** Rows as the engines write such values. */
function typedRows(
  name: string,
  columns: readonly (readonly [string, HiveType])[],
  rows: readonly TestRow[],
): readonly Row[] {
  const names = columns.map(([column]) => column);
  checkColumns(name, names, rows);
  return rows.map((row, i) =>
    columns.map(([column, type]) => {
      const text = textOf(row[column]);
      if (text === null) return null;
      const typed = typedText(type, text);
      if (typed === undefined)
        throw refuse(`${name}: row ${i + 1}: ${column}: ${text} is no ${type}`, `write it as ${exampleOf(type)}`);
      return typed;
    }),
  );
}

/** Writes a partition as a job would leave it: its rows, its record, then its flag. */
async function placeRows(
  { time, data }: TestInstance,
  dataSet: TableDataSet,
  given: readonly TestRow[],
  engine: Engine,
): Promise<void> {
  const columns = columnList(dataSet.table);
  const rows = typedRows(dataSet.name, columns, given);
  const folder = data.folder(dataSet, time);
  const aside = join(dirname(folder), `.put-${randomUUID()}`);
  onDisk("make the folder", aside, () => mkdirSync(aside, { recursive: true }));
  try {
    const content = await engine.workspace(async (workspace) => {
      if (rows.length === 0) return noRows;
      await makeTable("given", columns, rows, workspace);
      await workspace.run(`copy given to ${sqlText(join(aside, "data_0.parquet"))} (format parquet)`);
      const [sum] = await workspace.rows(`select cast(sum(${rowHashSql(columns)}) as varchar) from given`);
      return `${rows.length}-${String(sum![0])}`;
    });
    const record = recordOf(dataSet, time, { rows: rows.length, content, aside, data, engine });
    onDisk("put the partition in place", folder, () => {
      writeFileSync(join(aside, recordFile), `${JSON.stringify(record)}\n`);
      rmSync(folder, { recursive: true, force: true });
      renameSync(aside, folder);
      if (dataSet.doneFlag !== "") writeFileSync(join(folder, dataSet.doneFlag), "");
    });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** The job of partitions that a test put there: the hash of none, so that a run that comes over them makes them anew. */
const putByTest = "put by a test";

function recordOf(
  dataSet: TableDataSet,
  time: Instant,
  own: {
    readonly rows: number;
    readonly content: string;
    readonly aside: string;
    readonly data: Data;
    readonly engine: Engine;
  },
): PartitionRecord {
  const { table } = dataSet;
  const files = parquetFiles(own.aside);
  return {
    format: recordFormat,
    identity: {
      table: table.fullName,
      partition: `${Object.keys(table.partitionedBy)[0]!}=${keyOfInstance(dataSet, time)}`,
      job: putByTest,
      columns: columnsHash(table),
      parameters: {},
      inputs: [],
      rows: own.rows,
      rejects: {},
      checks: [],
      content: own.content,
    },
    run: {
      engine: own.engine.name,
      files,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      started: new Date(own.data.now()).toISOString(),
      seconds: 0,
      release: null,
      user: currentUser(),
    },
  };
}

/** Takes an instance away, its flag with it. */
export function takeAway({ dataSet, time, data }: TestInstance): void {
  const folder = data.folder(dataSet, time);
  onDisk("remove the instance", folder, () => rmSync(folder, { recursive: true, force: true }));
}

/** Gives an instance its flag; one that is not there is made without rows or files. */
export async function giveFlag(instance: TestInstance, engine: () => Promise<Engine>): Promise<void> {
  const { dataSet, time, data } = instance;
  const folder = data.folder(dataSet, time);
  if (!existsSync(folder)) return place(instance, isTableDataSet(dataSet) ? { rows: [] } : { files: {} }, engine);
  const { doneFlag } = dataSet;
  if (doneFlag !== "") onDisk("write the flag", folder, () => writeFileSync(join(folder, doneFlag), ""));
}
