import { HowdahError, throwAll } from "../core/errors.ts";
import { hashOf, type Json } from "../core/hash.ts";
import { columnList, columnsHash } from "../hive/table.ts";
import { isParameter, type Parameter } from "../oozie/parameters.ts";
import { isExpr, parametersOf, partsOf, templateOf, type Expr } from "../oozie/el/index.ts";
import type { Engine } from "./functions.ts";
import {
  isRawDataSet,
  isTableDataSet,
  jobProblems,
  keyColumnOf,
  type Job,
  type JobInput,
  type TableDataSet,
} from "./job.ts";
import { recordFormat } from "./record.ts";
import { compileChecks, type CompiledChecks } from "./rowchecks/compile.ts";
import { readCheckHead } from "./rowchecks/declare.ts";
import type { JobSpec, ReadSpec } from "./spec.ts";
import { compileSelect, meaningOf, readJobFile, type SelectOf, type SqlParts } from "./sql.ts";

/** A SELECT of a job, for both engines. */
export interface CompiledSelect {
  /** The table that it is of; undefined for a relation that only the SELECTs below it see. */
  readonly write: TableDataSet | undefined;
  /** The table's full name, or the relation's name. */
  readonly name: string;
  readonly duckdb: SqlParts;
  readonly spark: SqlParts;
}

/** A job whose file was read and found to be in order. */
export interface CompiledJob {
  readonly job: Job;
  readonly keyColumn: string;
  /** Changes when its SQL, a macro it uses, its tables' columns or the raw formats it reads do. */
  readonly hash: string;
  /** In the order of the file. */
  readonly selects: readonly CompiledSelect[];
  /** No part of the hash: a check changes no rows. */
  readonly checks: CompiledChecks;
  /**
   * The order in which flags are placed, those that somebody waits for last, so that whoever sees such a flag sees the
   * whole unit; they go in the opposite order.
   */
  readonly flagOrder: readonly TableDataSet[];
  /** Every parameter that it, its paths and its raw formats use. */
  readonly parameters: readonly Parameter[];
}

/**
 * Checks a job against its file's text. `awaited` names the data sets that coordinators wait for.
 * Throws `JOB_FILE` when a table has no SELECT or a SELECT no table, `JOB_SQL` for what the engines read differently.
 */
export function compileJob(job: Job, text: string, awaited: ReadonlySet<string>): CompiledJob {
  throwAll(jobProblems(job));
  const inFile = readJobFile(text, job.sql);
  const selects = inFile.filter(({ is }) => is !== "check");
  const checks = inFile.flatMap(({ is, name, text: sql, line }) =>
    is === "check" ? [readCheckHead(name, { file: job.sql, line }, sql)] : [],
  );
  const refuse = (why: string, line?: number): never => {
    const where = line === undefined ? job.sql : `${job.sql}:${line}`;
    throw new HowdahError(`job ${job.name}: ${why}`, { code: "JOB_FILE", where });
  };
  const writes = new Map(job.writes.map((write) => [write.table.fullName, write]));
  const names = [...writes.keys(), ...Object.keys(job.reads), "units"];
  for (const { is, name, line } of selects) {
    if (is === "table" && !writes.has(name)) refuse(`${name} is not among its \`writes\``, line);
    if (is === "relation" && (names.includes(name) || !/^[a-z][a-z0-9_]*$/.test(name)))
      refuse(`${name} cannot name a relation, or something else has the name`, line);
    if (selects.filter((select) => select.name === name).length > 1) refuse(`${name} has two SELECTs`, line);
  }
  for (const table of writes.keys()) if (!selects.some(({ name }) => name === table)) refuse(`${table} has no SELECT`);
  const parameters = job.parameters.map(({ name }) => name);
  const compiled = selects.map((select, i): CompiledSelect => {
    const tables = selects.slice(0, i).map(({ name }) => name);
    const on = (engine: Engine): SqlParts => compileSelect(select, engine, { file: job.sql, parameters, tables });
    return { write: writes.get(select.name), name: select.name, duckdb: on("duckdb"), spark: on("spark") };
  });
  const relations = selects.flatMap(({ is, name }) => (is === "relation" ? [name] : []));
  const ownReads = Object.values(job.reads).map(({ dataSet }) => dataSet.name);
  const isAwaited = ({ name }: TableDataSet): boolean => awaited.has(name) || ownReads.includes(name);
  return {
    job,
    keyColumn: keyColumnOf(job),
    hash: jobHash(job, selects),
    selects: compiled,
    checks: compileChecks(job, checks, relations),
    flagOrder: [...job.writes.filter((write) => !isAwaited(write)), ...job.writes.filter(isAwaited)],
    parameters: usedParameters(job),
  };
}

function jobHash(job: Job, selects: readonly SelectOf[]): string {
  const formats = Object.entries(job.reads).flatMap(([name, { dataSet }]): [string, Json][] =>
    isRawDataSet(dataSet)
      ? [
          [
            name,
            { ...dataSet.files, header: dataSet.files.header ?? null, encoding: templateOf(dataSet.files.encoding) },
          ],
        ]
      : [],
  );
  return hashOf({
    format: recordFormat,
    selects: selects.map((select) => ({ name: select.name, ...meaningOf(select) })),
    columns: Object.fromEntries(job.writes.map(({ table }) => [table.fullName, columnList(table)])),
    reads: Object.entries(job.reads).map(([name, { dataSet, from, to }]) => [name, dataSet.name, from, to]),
    formats: Object.fromEntries(formats),
  });
}

/** The parameters in the partitions' identity: those the SQL declares, and what its raw formats depend on. */
export function identityParameters(job: Job): readonly string[] {
  const ofFormats = Object.values(job.reads).flatMap(({ dataSet }) =>
    isRawDataSet(dataSet) ? parametersOf(dataSet.files.encoding) : [],
  );
  const limits = job.rejects === undefined ? [] : [job.rejects.maxShare.name, job.rejects.min.name];
  return [...new Set([...job.parameters.map(({ name }) => name), ...ofFormats, ...limits])].sort();
}

function usedParameters(job: Job): readonly Parameter[] {
  const found = new Map<string, Parameter>();
  const add = (value: Expr): void => {
    for (const parameter of declaredParameters(value)) found.set(parameter.name, parameter);
  };
  job.parameters.forEach(add);
  for (const dataSet of [...Object.values(job.reads).map((read) => read.dataSet), ...job.writes]) {
    add(dataSet.uri);
    add(dataSet.initial);
    if (isRawDataSet(dataSet)) add(dataSet.files.encoding);
  }
  if (job.rejects !== undefined) [job.rejects.maxShare, job.rejects.min].forEach(add);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The declared parameters in an expression, those of their defaults included; a workflow's own inputs are none. */
export function declaredParameters(value: Expr): readonly Parameter[] {
  if (isParameter(value)) {
    const { default: otherwise } = value.spec;
    return [value, ...(isExpr(otherwise) ? declaredParameters(otherwise) : [])];
  }
  return partsOf(value).flatMap(declaredParameters);
}

/** The tables of a job in the order of its file. */
export function tablesInOrder({ selects }: Pick<CompiledJob, "selects">): readonly TableDataSet[] {
  return selects.flatMap(({ write }) => (write === undefined ? [] : [write]));
}

/** What `run_sql.py` reads: see {@link JobSpec}. `root` is the folder that holds `_howdah`. */
export function jobSpec(compiled: CompiledJob, root: Expr): JobSpec {
  const { job, hash, selects, checks, flagOrder, parameters, keyColumn } = compiled;
  const written = new Set(job.writes.map(({ name }) => name));
  const used = [...new Map([...parameters, ...declaredParameters(root)].map((p) => [p.name, p])).values()];
  return {
    format: 1,
    job: job.name,
    hash,
    every: { unit: job.every.unit, count: job.every.count },
    key: job.key,
    keyColumn,
    parameters: used.map(({ name, spec }) => ({
      name,
      type: spec.type,
      default:
        spec.default === undefined ? null : isExpr(spec.default) ? templateOf(spec.default) : String(spec.default),
      choices: spec.choices ?? null,
      min: spec.min ?? null,
      max: spec.max ?? null,
    })),
    declared: identityParameters(job),
    reads: Object.entries(job.reads).map(([name, input]) => readSpec(name, input, written)),
    selects: selects.map(({ name, write, spark }) => ({ name, table: write !== undefined, sql: spark })),
    writes: tablesInOrder({ selects }).map((write) => ({
      table: write.table.fullName,
      dataSet: write.name,
      uri: templateOf(write.uri),
      doneFlag: write.doneFlag,
      columns: columnList(write.table),
      columnsHash: columnsHash(write.table),
    })),
    flagOrder: flagOrder.map(({ table }) => table.fullName),
    rejects:
      job.rejects === undefined
        ? null
        : {
            table: job.rejects.table.table.fullName,
            maxShare: job.rejects.maxShare.name,
            min: job.rejects.min.name,
          },
    checks: checks.spark,
    root: templateOf(root),
  };
}

function readSpec(name: string, { dataSet, from, to }: JobInput, written: ReadonlySet<string>): ReadSpec {
  const { node } = dataSet.initial;
  const wholeDay = node.is === "call" && node.fn === "howdah:startOfDay" ? node.args[0] : undefined;
  const table = isTableDataSet(dataSet) ? dataSet.table : undefined;
  return {
    name,
    dataSet: dataSet.name,
    every: { unit: dataSet.every.unit, count: dataSet.every.count },
    from,
    to,
    initial: templateOf(wholeDay ?? dataSet.initial),
    initialStartOfDay: wholeDay !== undefined,
    uri: templateOf(dataSet.uri),
    key: dataSet.key,
    doneFlag: dataSet.doneFlag,
    own: written.has(dataSet.name),
    raw: isRawDataSet(dataSet)
      ? {
          layout: dataSet.files.layout,
          width: dataSet.files.width,
          header: dataSet.files.header ?? null,
          columns: Object.entries(dataSet.files.columns),
          encoding: templateOf(dataSet.files.encoding),
          root: templateOf(dataSet.root),
        }
      : null,
    table: table?.fullName ?? null,
    columns: table === undefined ? [] : columnList(table),
    columnsHash: table === undefined ? "" : columnsHash(table),
  };
}
