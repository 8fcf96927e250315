import { HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import type { FixedFrequency } from "../core/time.ts";
import type { HiveType, Table } from "../hive/table.ts";
import { dataset, isCurrent, type Current, type DataSet, type Instances } from "../oozie/dataset.ts";
import { DAY, HOUR, MINUTE, MONTH, path, toExpr, YEAR, type Expr, type Phase, type Value } from "../oozie/el/index.ts";
import type { Accept } from "../oozie/accept.ts";
import type { Parameter } from "../oozie/parameters.ts";
import type { SqlJob } from "../oozie/actions/index.ts";
import type { RawFormat } from "./format.ts";
import type { JobCheck } from "./rowchecks/declare.ts";

/** A data set whose instances are partitions of a table. */
export interface TableDataSet extends DataSet {
  readonly every: FixedFrequency;
  readonly table: Table;
  readonly key: string;
}

/** A data set whose instances are folders of raw files. */
export interface RawDataSet extends DataSet {
  readonly every: FixedFrequency;
  readonly files: RawFormat;
  readonly key: string;
  /** What `_file` is relative to. */
  readonly root: Expr<"path", Phase>;
}

export type JobDataSet = TableDataSet | RawDataSet;

export function isTableDataSet(dataSet: DataSet): dataSet is TableDataSet {
  return "table" in dataSet;
}

export function isRawDataSet(dataSet: DataSet): dataSet is RawDataSet {
  return "files" in dataSet;
}

interface Series {
  readonly every: FixedFrequency;
  readonly initial: Value<"time", Phase>;
  /** Warnings that are meant, by code, with the reason. */
  readonly accept?: Accept;
}

/** How the key of an instance is written when it is one a day, hour or some minutes. */
function keyOf(every: FixedFrequency): { readonly key: string; readonly uri: Expr<"path", "uri"> } {
  switch (every.unit) {
    case "days":
      return { key: "yyyyMMdd", uri: path`${YEAR}${MONTH}${DAY}` };
    case "hours":
      return { key: "yyyyMMdd_HH", uri: path`${YEAR}${MONTH}${DAY}_${HOUR}` };
    case "minutes":
      return { key: "yyyyMMdd_HHmm", uri: path`${YEAR}${MONTH}${DAY}_${HOUR}${MINUTE}` };
  }
}

/** The data set that a table's partitions are: one fact, so it takes its name, its folders and its key from there. */
export function partitionsOf(
  table: Table,
  options: Series & {
    /** @default the table's name, with - for _ */
    readonly name?: string;
  },
): TableDataSet {
  const { name = table.name.replaceAll("_", "-"), ...series } = options;
  const columns = Object.keys(table.partitionedBy);
  const [column] = columns;
  if (column === undefined || columns.length > 1)
    throw new HowdahError(`${table.fullName} has ${columns.length} partition columns: a data set of it takes one`, {
      code: "TABLE_DATA_SET",
      where: callerPlace(),
    });
  const { key, uri } = keyOf(series.every);
  return dataset(name, {
    ...series,
    uri: path`${table.location}/${column}=${uri}`,
    table,
    key,
  }) as TableDataSet;
}

/** A data set of raw files below `<root>/<folder>`, one folder an instance, named `<column>=<key>`. */
export function rawFiles(
  name: string,
  options: Series & {
    readonly root: Expr<"path", Phase>;
    readonly folder: string;
    readonly files: Omit<RawFormat, "encoding"> & { readonly encoding: Value<"string", Phase> };
    /** Name of the column that holds the key. @default "date_ts" */
    readonly column?: string;
  },
): RawDataSet {
  const { root, folder, files, column = keyColumn, ...series } = options;
  const { key, uri } = keyOf(series.every);
  const format: RawFormat = { ...files, encoding: toExpr<"string", Phase>(files.encoding) };
  return dataset(name, {
    ...series,
    uri: path`${root}/${folder}/${column}=${uri}`,
    files: format,
    key,
    root,
  }) as RawDataSet;
}

const keyColumn = "date_ts";

/** The partition column of everything that a job reads and writes by time. */
export function keyColumnOf(job: Job): string {
  return Object.keys(job.writes[0]!.table.partitionedBy)[0]!;
}

/**
 * A job in SQL: for each unit of time (an hour, a day) one partition of each table it writes, computed from its inputs
 * alone. Its file holds one SELECT a table, headed `-- table: database.name`.
 */
export interface Job extends SqlJob {
  /** Path of the SQL file, relative to the project. */
  readonly sql: string;
  /** What it reads for one unit, by the name that SQL knows it by. */
  readonly reads: Readonly<Record<string, JobInput>>;
  readonly writes: readonly TableDataSet[];
  readonly parameters: readonly Parameter[];
  readonly rejects: RejectLimit | undefined;
  /** What must hold of a unit before anybody sees it, beside the checks of its tables. */
  readonly checks: readonly JobCheck[];
  readonly at: Place;
}

export interface JobInput extends Current<number> {
  readonly dataSet: JobDataSet;
}

/**
 * Lines of raw files that are no rows go to `table` (columns data_set, file, line, reason, raw). A unit fails when those
 * of one data set are more than `maxShare` of its lines and more than `min`; then only `table` is published of it.
 */
export interface RejectLimit {
  readonly table: TableDataSet;
  readonly maxShare: Parameter<"decimal">;
  readonly min: Parameter<"int">;
}

export interface JobOptions {
  readonly sql: string;
  readonly every: FixedFrequency;
  readonly reads: Readonly<Record<string, Current<number>>>;
  readonly writes: readonly TableDataSet[];
  /** What its SQL uses as `:name`; part of a partition's identity. */
  readonly parameters?: readonly Parameter[];
  readonly rejects?: RejectLimit;
  /** Run on every unit before it is published, beside the checks of its tables. */
  readonly checks?: readonly JobCheck[];
}

/** Declares a job. {@link jobProblems} says what is wrong with one. */
export function job(name: string, options: JobOptions): Job {
  return Object.freeze({
    kind: "job",
    name,
    every: options.every,
    key: options.writes[0]?.key ?? "",
    sql: options.sql,
    reads: options.reads as Readonly<Record<string, JobInput>>,
    writes: options.writes,
    parameters: options.parameters ?? [],
    rejects: options.rejects,
    checks: options.checks ?? [],
    at: callerPlace(),
  });
}

/** By which rejects are counted, and told of when they are too many. */
const rejectColumns = ["data_set", "file", "line", "reason"] as const;

/** It names files and folders, locks, batches of Livy and applications of YARN, where `+` stands between jobs. */
const jobName = /^[A-Za-z][\w-]{0,99}$/;

/** All that is wrong with a job's declaration, each with the code `JOB`. */
export function jobProblems(job: Job): readonly HowdahError[] {
  const problems: string[] = [];
  if (!jobName.test(job.name))
    problems.push("its name must be a letter, then letters, digits, - and _, at most 100 characters");
  for (const [alias, input] of Object.entries<Instances>(job.reads)) {
    const { dataSet } = input;
    if (!/^[a-z][a-z0-9_]*$/.test(alias)) problems.push(`${alias} cannot name a relation in SQL`);
    if (!isTableDataSet(dataSet) && !isRawDataSet(dataSet))
      problems.push(`it reads ${dataSet.name}, which is neither a table's partitions nor raw files`);
    if (!isCurrent(input)) problems.push(`it reads ${dataSet.name} by other instances than current ones`);
  }
  if (job.writes.length === 0) problems.push("it writes no table");
  for (const dataSet of job.writes)
    if (dataSet.every.unit !== job.every.unit || dataSet.every.count !== job.every.count)
      problems.push(`it writes ${dataSet.table.fullName}, whose partitions are not as long as its own units`);
  for (const { table } of job.writes)
    for (const [column, { type }] of Object.entries(table.columns))
      if (!sameText(type))
        problems.push(`${table.fullName}.${column} is a ${type}, which the engines write as different texts`);
  if (job.rejects !== undefined) {
    const { table } = job.rejects.table;
    if (!job.writes.includes(job.rejects.table))
      problems.push(`its rejects go to ${table.fullName}, which it does not write`);
    const lacking = rejectColumns.filter((name) => !Object.hasOwn(table.columns, name));
    if (lacking.length > 0)
      problems.push(`its rejects go to ${table.fullName}, which has no column ${lacking.join(", ")}`);
  }
  return problems.map((why) => new HowdahError(`job ${job.name}: ${why}`, { code: "JOB", where: job.at }));
}

/** Whether the engines write values of a type as the same texts, from which a partition's content is summed. */
function sameText(type: HiveType): boolean {
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (scale !== undefined) return Number(scale) <= 6 && Number(scale) < Number(precision);
  return type !== "double";
}

export function isJob(value: SqlJob): value is Job {
  return "sql" in value && "writes" in value;
}
