import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { bug, HowdahError, isHowdahError } from "../core/errors.ts";
import { plus, type Instant } from "../core/time.ts";
import { columnList, columnsHash, type HiveType } from "../hive/table.ts";
import { tablesInOrder, type CompiledJob } from "../jobs/compile.ts";
import { isRawDataSet, isTableDataSet, type RawDataSet, type TableDataSet } from "../jobs/job.ts";
import { recordFile, recordFormat, type PartitionRecord } from "../jobs/record.ts";
import { evaluate } from "../oozie/el.ts";
import { currentUser, keyOfInstance, parquetFiles, type Data } from "./data.ts";
import { onDisk } from "./disk.ts";
import {
  duckdbType,
  engineError,
  fillParts,
  noRows,
  rowHashSql,
  sqlName,
  sqlText,
  sqlValue,
  type Engine,
  type Workspace,
} from "./engine.ts";
import { lockJob, type Lock } from "./lock.ts";
import { appendTo, rawEncoding, readRawFile } from "./rawreader.ts";
import { contentsNow, inputRecords, isOwn, unitInputs, unitKey, unitParameters, type UnitInput } from "./units.ts";

export interface JobOutcome {
  /** The units that were made, in order. */
  readonly published: readonly Instant[];
  /** The first unit that failed; those after it were not tried. */
  readonly failure: { readonly unit: Instant; readonly error: HowdahError } | undefined;
}

/** Input files of one batch, in bytes: a range that reads more is made in several, so that memory does not grow with it. */
const batchBytes = 96 * 1024 * 1024;

/**
 * Makes the partitions of consecutive units. What is computed together is published unit by unit, each whole, so a
 * range leaves what single units would have left. Throws `INPUT_MISSING` before anything is computed, `LOCKED`, and
 * for what fails the whole range; a failure of one unit is in the outcome. An aborted signal stops it between the
 * statements; what was published by then is whole.
 */
export async function runJob(
  compiled: CompiledJob,
  units: readonly Instant[],
  data: Data,
  engine: Engine,
  signal: AbortSignal,
): Promise<JobOutcome> {
  refuseMissingInputs(compiled, units, data);
  const { name } = compiled.job;
  const work = data.own("work");
  const lock = lockJob(data.own("locks"), name);
  const interrupt = (): void => engine.interrupt();
  const scratch = join(work, `${name}-${randomUUID().replaceAll("-", "").slice(0, 16)}`);
  signal.addEventListener("abort", interrupt);
  try {
    clearLeftovers(work, name);
    const published: Instant[] = [];
    for (const batch of batches(compiled, units, data)) {
      signal.throwIfAborted();
      onDisk("make a folder for work in progress", scratch, () => mkdirSync(scratch, { recursive: true }));
      const started = new Date();
      // Asked before anything is read: a file that comes in meanwhile makes the partition stale, instead of standing in
      // its record without being among its rows.
      const contents = contentsNow(inputsFromOutside(compiled, batch, data), data);
      const run: BatchRun = { compiled, units: batch, data, engine, scratch, lock, started, contents };
      const outcome = await engine.workspace((workspace) => runBatch(run, workspace));
      published.push(...outcome.published);
      if (outcome.failure !== undefined) return { published, failure: outcome.failure };
    }
    return { published, failure: undefined };
  } finally {
    signal.removeEventListener("abort", interrupt);
    rmSync(scratch, { recursive: true, force: true });
    lock.release();
  }
}

/** A job's scratch folder, here or on Spark: its name, and something random. */
const scratchName = /^(.*)-[0-9a-f]+$/;

/** What killed runs of the same job left, here or on Spark; the lock says that none is alive. */
function clearLeftovers(work: string, name: string): void {
  if (!existsSync(work)) return;
  for (const entry of readdirSync(work))
    if (scratchName.exec(entry)?.[1] === name) rmSync(join(work, entry), { recursive: true, force: true });
}

/** Clears what killed runs of any job left, also of those that have nothing to do now. */
export function clearAfterKills(data: Data): void {
  const work = data.own("work");
  if (!existsSync(work)) return;
  for (const name of new Set(readdirSync(work).flatMap((entry) => scratchName.exec(entry)?.[1] ?? []))) {
    let lock: Lock;
    try {
      lock = lockJob(data.own("locks"), name);
    } catch (error) {
      if (isHowdahError(error) && error.code === "LOCKED") continue;
      throw error;
    }
    onDisk("clear what a killed run left", work, () => clearLeftovers(work, name));
    lock.release();
  }
}

/** Throws `INPUT_MISSING` for the first input that is neither there nor made by the units themselves. */
export function refuseMissingInputs(compiled: CompiledJob, units: readonly Instant[], data: Data): void {
  const made = new Set(units);
  for (const unit of units)
    for (const input of unitInputs(compiled, unit, data)) {
      if (isOwn(compiled, input.dataSet) && made.has(input.time)) continue;
      if (data.isComplete(input.dataSet, input.time)) continue;
      const pruned = isTableDataSet(input.dataSet) && data.record(input.dataSet, input.time)?.pruned !== undefined;
      throw new HowdahError(
        `${compiled.job.name} ${unitKey(compiled, unit)} needs ${input.dataSet.name} ${input.instance}, which is ${pruned ? "pruned" : "not there"}`,
        {
          code: "INPUT_MISSING",
          fault: "run",
          where: data.flag(input.dataSet, input.time),
          next: pruned ? "make it again first: run that hour with --rerun" : "make or land it first",
        },
      );
    }
}

/** Divides units into runs whose input files are not too many bytes together. */
function batches(compiled: CompiledJob, units: readonly Instant[], data: Data): readonly (readonly Instant[])[] {
  const all: Instant[][] = [];
  let bytes = Infinity;
  for (const unit of units) {
    const own =
      units.length === 1 ? 0 : unitInputs(compiled, unit, data).reduce((sum, i) => sum + inputBytes(i, data), 0);
    if (bytes + own > batchBytes) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)!.push(unit);
    bytes += own;
  }
  return all;
}

function inputBytes({ dataSet, time }: UnitInput, data: Data): number {
  const folder = data.folder(dataSet, time);
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

interface BatchRun {
  readonly compiled: CompiledJob;
  readonly units: readonly Instant[];
  readonly data: Data;
  readonly engine: Engine;
  readonly scratch: string;
  readonly lock: Lock;
  readonly started: Date;
  /** What its inputs held before it read them; what the units make for each other is not among them. */
  readonly contents: ReadonlyMap<string, string>;
}

async function runBatch(run: BatchRun, workspace: Workspace): Promise<JobOutcome> {
  const { compiled } = run;
  await workspace.threads(run.units.length === 1 ? 1 : availableParallelism());
  let units = run.units;
  let broken: JobOutcome["failure"];
  for (;;) {
    const failure = await loadInputs({ ...run, units }, workspace);
    if (failure === undefined) break;
    broken = failure;
    units = units.filter((unit) => unit < failure.unit);
    if (units.length === 0) return { published: [], failure };
    // Again for the units before it: no relation may hold rows of the others.
    await dropInputs(run, workspace);
  }
  await makeUnits(run, units, workspace);
  await compute(run, workspace);
  const rejected = await firstOverLimit(run, units, workspace);
  const failure = rejected.failure ?? broken;
  const good = units.filter((unit) => failure === undefined || unit < failure.unit);
  const alone = rejected.failure === undefined ? [] : [rejected.failure.unit];
  const partitions = await writeAside(run, [...good, ...alone], await sumUp(run, units, workspace), workspace);
  for (const unit of good) publish(run, unit, compiled.flagOrder, partitions, rejected.counts);
  for (const unit of alone) publish(run, unit, [compiled.job.rejects!.table], partitions, rejected.counts);
  return { published: good, failure };
}

/** The inputs of some units that they do not make for each other. */
function inputsFromOutside(
  compiled: CompiledJob,
  units: readonly Instant[],
  data: Data,
): readonly (UnitInput & { readonly unit: Instant })[] {
  const made = new Set(units);
  return units.flatMap((unit) =>
    unitInputs(compiled, unit, data)
      .filter(({ dataSet, time }) => !(isOwn(compiled, dataSet) && made.has(time)))
      .map((input) => ({ unit, ...input })),
  );
}

/** Makes each relation that the job reads. Returns the first unit whose raw files cannot be read. */
async function loadInputs(run: BatchRun, workspace: Workspace): Promise<JobOutcome["failure"]> {
  const { compiled, units, data } = run;
  const inputs = inputsFromOutside(compiled, units, data);
  let broken: JobOutcome["failure"];
  for (const [name, { dataSet }] of Object.entries(compiled.job.reads)) {
    const unique = new Map(inputs.filter((input) => input.name === name).map((input) => [input.time, input]));
    const own = [...unique.values()];
    if (isRawDataSet(dataSet)) {
      const failure = await loadRaw(run, name, dataSet, own, workspace);
      if (failure !== undefined && (broken === undefined || failure.unit < broken.unit)) broken = failure;
    } else await viewPartitions(name, dataSet, own, data, compiled.keyColumn, workspace);
  }
  return broken;
}

async function loadRaw(
  { compiled, data }: BatchRun,
  name: string,
  dataSet: RawDataSet,
  inputs: readonly (UnitInput & { readonly unit: Instant })[],
  workspace: Workspace,
): Promise<JobOutcome["failure"]> {
  const { keyColumn } = compiled;
  const columns = Object.keys(dataSet.files.columns).map((column) => `${sqlName(column)} varchar`);
  const own = "_file varchar, _line integer, _raw varchar, _reason varchar";
  await workspace.run(`create table ${name} (${keyColumn} varchar, ${columns.join(", ")}, ${own})`);
  const encoding = rawEncoding(String(evaluate(dataSet.files.encoding, data.scope)));
  const format = { ...dataSet.files, encoding };
  const root = data.path(String(evaluate(dataSet.root, data.scope)), dataSet.at);
  let broken: (UnitInput & { readonly unit: Instant; readonly error: HowdahError }) | undefined;
  await workspace.append(name, async (appender) => {
    for (const input of inputs) {
      const folder = data.folder(dataSet, input.time);
      try {
        for (const file of rawFileNames(folder)) {
          const below = relative(root, join(folder, file));
          await readRawFile(join(folder, file), below, format, appendTo(appender, input.instance, below));
        }
      } catch (error) {
        if (!isHowdahError(error)) throw error;
        broken = { ...input, error };
        return;
      }
    }
  });
  if (broken === undefined) return undefined;
  return { unit: broken.unit, error: broken.error };
}

async function dropInputs({ compiled }: BatchRun, workspace: Workspace): Promise<void> {
  for (const [name, { dataSet }] of Object.entries(compiled.job.reads))
    await workspace.run(`drop ${isRawDataSet(dataSet) ? "table" : "view"} ${name}`);
}

function rawFileNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith("_") && !name.startsWith("."))
    .sort();
}

/** A view of exactly the partitions named; refuses one whose columns are not those that the definitions declare. */
export async function viewPartitions(
  name: string,
  dataSet: TableDataSet,
  inputs: readonly Pick<UnitInput, "time" | "instance">[],
  data: Data,
  keyColumn: string,
  workspace: Workspace,
): Promise<void> {
  const { table } = dataSet;
  const columns = columnList(table);
  const hash = columnsHash(table);
  const files: string[] = [];
  for (const { time, instance } of inputs) {
    const folder = data.folder(dataSet, time);
    const record = data.record(dataSet, time);
    if (record?.identity.columns !== hash)
      throw new HowdahError(
        `${table.fullName} ${instance} was written ${record === undefined ? "without a record" : "with other columns than are declared now"}`,
        {
          code: "OTHER_COLUMNS",
          fault: "run",
          where: folder,
          next: "make it again: run that time with --rerun",
        },
      );
    files.push(...parquetFiles(folder).map((file) => join(folder, file.name)));
  }
  await workspace.run(`create view ${name} as ${selectFiles(columns, files, keyColumn)}`);
}

function selectFiles(
  columns: readonly (readonly [string, HiveType])[],
  files: readonly string[],
  keyColumn: string,
): string {
  if (files.length === 0) {
    const nulls = columns.map(([column, type]) => `cast(null as ${duckdbType(type)}) as ${sqlName(column)}`);
    return `select ${nulls.join(", ")}, cast(null as varchar) as ${keyColumn} where false`;
  }
  const names = columns.map(
    ([column, type]) => `cast(${sqlName(column)} as ${duckdbType(type)}) as ${sqlName(column)}`,
  );
  const list = files.map(sqlText).join(", ");
  return `select ${names.join(", ")}, ${keyColumn} from read_parquet([${list}], hive_partitioning = true, hive_types = {${sqlText(keyColumn)}: varchar})`;
}

/** The relation `units`: the key of each unit of the range, where it begins and ends. */
async function makeUnits({ compiled }: BatchRun, units: readonly Instant[], workspace: Workspace): Promise<void> {
  const rows = units.map((unit) => {
    const [begins, ends] = [unit, plus(unit, compiled.job.every)].map(
      (time) => `timestamp ${sqlText(new Date(time).toISOString().slice(0, 19).replace("T", " "))}`,
    );
    return `(${sqlText(unitKey(compiled, unit))}, ${begins}, ${ends})`;
  });
  await workspace.run(
    `create table units as select * from (values ${rows.join(", ")}) as t(${compiled.keyColumn}, begins, ends)`,
  );
}

/** Runs the SELECTs in the order of the file, each into a table that the next ones see. */
async function compute(run: BatchRun, workspace: Workspace): Promise<void> {
  const { compiled, data } = run;
  const types = new Map(compiled.parameters.map(({ name, spec }) => [name, spec.type]));
  const value = (name: string): string => sqlValue(types.get(name) ?? "string", data.values.need(name));
  for (const schema of new Set(compiled.job.writes.map(({ table }) => table.database.name)))
    await workspace.run(`create schema if not exists ${schema}`);
  for (const { name, write, duckdb } of compiled.selects) {
    const select = fillParts(duckdb, value);
    try {
      await workspace.run(`create table ${name} as ${write === undefined ? select : typed(write, select, compiled)}`);
    } catch (error) {
      throw engineError(error, `${compiled.job.name}: ${name}`, compiled.job.sql);
    }
  }
}

/** The column that holds a computed row's hash. */
const rowHash = "_hash";

/** A SELECT whose columns are the table's, by name, in its order and of its types, with each row's hash. */
function typed({ table }: TableDataSet, select: string, { keyColumn }: CompiledJob): string {
  const columns = columnList(table).map(
    ([column, type]) => `cast(${sqlName(column)} as ${duckdbType(type)}) as ${sqlName(column)}`,
  );
  return `select *, ${rowHashSql(columnList(table))} as ${rowHash} from (select ${columns.join(", ")}, cast(${keyColumn} as varchar) as ${keyColumn} from (\n${select}\n))`;
}

/** What was computed: rows and content of each partition, by table and key. */
type Contents = ReadonlyMap<string, ReadonlyMap<string, { readonly rows: number; readonly content: string }>>;

/** Sums up every table's partitions in one go, and refuses rows outside of the range: they would vanish. */
async function sumUp({ compiled }: BatchRun, units: readonly Instant[], workspace: Workspace): Promise<Contents> {
  const key = compiled.keyColumn;
  const tables = tablesInOrder(compiled).map(({ table }) => table.fullName);
  const sums = tables.map(
    (table, i) => `select ${i}, ${key}, count(*), cast(sum(${rowHash}) as varchar) from ${table} group by ${key}`,
  );
  const keys = new Set(units.map((unit) => unitKey(compiled, unit)));
  const contents = new Map(tables.map((table) => [table, new Map<string, { rows: number; content: string }>()]));
  for (const [table, unit, rows, sum] of await workspace.rows(sums.join(" union all "))) {
    const name = tables[Number(table)]!;
    if (typeof unit !== "string" || !keys.has(unit))
      throw new HowdahError(
        `${name} has a row whose ${key} is ${String(unit)}, which is not among the units that run`,
        {
          code: "STRAY_ROW",
          fault: "run",
          where: compiled.job.sql,
          next: "let the SELECT keep to the rows of the relation `units`",
        },
      );
    contents.get(name)!.set(unit, { rows: Number(rows), content: `${Number(rows)}-${String(sum)}` });
  }
  return contents;
}

/** Rejected lines of a unit by raw data set, by the unit's key. */
type RejectCounts = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Counts rejects, and finds the first unit that has more of them than its limits allow. */
async function firstOverLimit(
  { compiled, data }: BatchRun,
  units: readonly Instant[],
  workspace: Workspace,
): Promise<{ readonly counts: RejectCounts; readonly failure: JobOutcome["failure"] }> {
  const { rejects, reads } = compiled.job;
  if (rejects === undefined) return { counts: new Map(), failure: undefined };
  const key = compiled.keyColumn;
  const table = rejects.table.table.fullName;
  const raw = Object.entries(reads).filter(([, { dataSet }]) => isRawDataSet(dataSet));
  const rowsOf = new Map<string, number>();
  const rejectsOf = new Map<string, number>();
  for (const [alias, { dataSet }] of raw)
    for (const [unit, rows] of await workspace.rows(`select ${key}, count(*) from ${alias} group by 1`))
      rowsOf.set(`${String(unit)} ${dataSet.name}`, Number(rows));
  for (const [unit, dataSet, rows] of await workspace.rows(
    `select ${key}, data_set, count(*) from ${table} group by 1, 2`,
  ))
    rejectsOf.set(`${String(unit)} ${String(dataSet)}`, Number(rows));
  const maxShare = Number(data.values.need(rejects.maxShare.name));
  const min = Number(data.values.need(rejects.min.name));
  const counts = new Map<string, Record<string, number>>();
  let failure: JobOutcome["failure"];
  for (const unit of units) {
    const unitName = unitKey(compiled, unit);
    const own: Record<string, number> = {};
    counts.set(unitName, own);
    for (const [, { dataSet }] of raw) {
      const rows = rowsOf.get(`${unitName} ${dataSet.name}`) ?? 0;
      const rejected = rejectsOf.get(`${unitName} ${dataSet.name}`) ?? 0;
      own[dataSet.name] = rejected;
      if (failure !== undefined || rejected <= min || rejected <= maxShare * rows) continue;
      const some = await workspace.rows(
        `select file, line, reason from ${table} where ${key} = ${sqlText(unitName)} and data_set = ${sqlText(dataSet.name)} order by 1, 2 limit 3`,
      );
      const lines = some.map(([file, line, reason]) => `${String(file)}:${String(line)} ${String(reason)}`);
      failure = {
        unit,
        error: new HowdahError(
          `${compiled.job.name} ${unitName}: ${rejected} of ${rows} lines of ${dataSet.name} were rejected, more than ${rejects.maxShare.name} (${maxShare}) and ${rejects.min.name} (${min}) allow: ${lines.join(", ")}${rejected > some.length ? ", …" : ""}`,
          {
            code: "REJECTS",
            fault: "run",
            where: data.folder(rejects.table, unit),
            next: `howdah query "select * from ${table} where ${key} = '${unitName}'"`,
          },
        ),
      };
    }
  }
  return { counts, failure };
}

/** A partition that was computed, by table and key. */
interface Computed {
  readonly rows: number;
  readonly content: string;
  /** Its folder in the scratch; undefined when it has no rows. */
  readonly folder: string | undefined;
}
type Partitions = ReadonlyMap<string, ReadonlyMap<string, Computed>>;

/** Writes the partitions of some units into the scratch folder, where nobody reads. */
async function writeAside(
  { compiled, scratch }: BatchRun,
  units: readonly Instant[],
  contents: Contents,
  workspace: Workspace,
): Promise<Partitions> {
  const key = compiled.keyColumn;
  const keys = units.map((unit) => unitKey(compiled, unit));
  const all = new Map<string, Map<string, Computed>>();
  for (const write of tablesInOrder(compiled)) {
    const { fullName } = write.table;
    const columns = columnList(write.table);
    const partitions = new Map<string, Computed>();
    all.set(fullName, partitions);
    const withRows = keys.filter((unit) => contents.get(fullName)!.has(unit));
    if (withRows.length === 0) continue;
    const names = columns.map(([column]) => sqlName(column)).join(", ");
    const folder = join(scratch, fullName);
    const wanted = `${key} in (${withRows.map(sqlText).join(", ")})`;
    const [only] = withRows;
    try {
      if (withRows.length === 1) {
        mkdirSync(join(folder, `${key}=${only!}`), { recursive: true });
        const file = join(folder, `${key}=${only!}`, "data_0.parquet");
        await workspace.run(
          `copy (select ${names} from ${fullName} where ${wanted}) to ${sqlText(file)} (format parquet)`,
        );
      } else
        await workspace.run(
          `copy (select ${names}, ${key} from ${fullName} where ${wanted}) to ${sqlText(folder)} (format parquet, partition_by (${key}))`,
        );
    } catch (error) {
      throw engineError(error, `writing ${fullName}`, folder);
    }
    for (const unit of withRows)
      partitions.set(unit, { ...contents.get(fullName)!.get(unit)!, folder: join(folder, `${key}=${unit}`) });
  }
  return all;
}

/**
 * Publishes some tables of one unit: all their flags go, those that others wait for first; then table by table the old
 * folder aside and the new one, with its record, in; then the flags, those that others wait for last.
 */
function publish(
  run: BatchRun,
  unit: Instant,
  tables: readonly TableDataSet[],
  partitions: Partitions,
  rejects: RejectCounts,
): void {
  const { compiled, data, scratch, engine, started } = run;
  run.lock.check();
  const name = unitKey(compiled, unit);
  const inputs = inputRecords(compiled, unit, data, run.contents);
  const parameters = unitParameters(compiled, data);
  const publishing = "publish the partition";
  for (const write of [...tables].reverse()) {
    const flag = data.flag(write, unit);
    onDisk(publishing, flag, () => rmSync(flag, { force: true }));
  }
  const inOrder = tablesInOrder(compiled).filter((write) => tables.includes(write));
  for (const write of inOrder) {
    const computed = partitions.get(write.table.fullName)?.get(name) ?? { rows: 0, content: noRows, folder: undefined };
    const place = data.folder(write, unit);
    const folder = computed.folder ?? join(scratch, `${write.table.fullName}-${name}-empty`);
    onDisk(publishing, place, () => {
      if (computed.folder === undefined) mkdirSync(folder, { recursive: true });
      const files = parquetFiles(folder);
      const record: PartitionRecord = {
        format: recordFormat,
        identity: {
          table: write.table.fullName,
          partition: `${compiled.keyColumn}=${keyOfInstance(write, unit)}`,
          job: compiled.hash,
          columns: columnsHash(write.table),
          parameters,
          inputs,
          rows: computed.rows,
          rejects: rejects.get(name) ?? {},
          checks: [],
          content: computed.content,
        },
        run: {
          engine: engine.name,
          files,
          bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
          started: started.toISOString(),
          seconds: (Date.now() - started.getTime()) / 1000,
          release: null,
          user: currentUser(),
        },
      };
      writeFileSync(join(folder, recordFile), `${JSON.stringify(record)}\n`);
      if (existsSync(place)) renameSync(place, join(scratch, `${write.table.fullName}-${name}-old-${randomUUID()}`));
      else mkdirSync(dirname(place), { recursive: true });
      renameSync(folder, place);
    });
  }
  for (const write of tables) {
    if (write.doneFlag === "") throw bug(`${write.name} has no flag`);
    const flag = data.flag(write, unit);
    onDisk(publishing, flag, () => writeFileSync(flag, ""));
  }
}
