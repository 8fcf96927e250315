import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { HowdahError, isHowdahError } from "../core/errors.ts";
import { plus, type Instant } from "../core/time.ts";
import { columnList, columnsHash, type HiveType } from "../hive/table.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { isRawDataSet, isTableDataSet, type RawDataSet, type TableDataSet } from "../jobs/job.ts";
import { evaluate } from "../oozie/el/index.ts";
import type { BatchRun, JobOutcome } from "./batch.ts";
import { parquetFiles, type Data } from "./data.ts";
import { duckdbType, sqlName, sqlText, type Workspace } from "./engine.ts";
import { appendTo, rawEncoding, readRawFile, type ResolvedRawFormat } from "./rawreader.ts";
import { isOwn, unitInputs, unitKey, type UnitInput } from "./units.ts";

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

/** The inputs of some units that they do not make for each other. */
export function inputsFromOutside(
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

/** Bytes of the files of an input. */
export function inputBytes({ dataSet, time }: UnitInput, data: Data): number {
  const folder = data.folder(dataSet, time);
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Makes each relation that the job reads. Returns the first unit whose raw files cannot be read. */
export async function loadInputs(
  run: Pick<BatchRun, "compiled" | "units" | "data">,
  workspace: Workspace,
): Promise<JobOutcome["failure"]> {
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
  { compiled, data }: Pick<BatchRun, "compiled" | "data">,
  name: string,
  dataSet: RawDataSet,
  inputs: readonly (UnitInput & { readonly unit: Instant })[],
  workspace: Workspace,
): Promise<JobOutcome["failure"]> {
  await makeRawTable(name, dataSet, compiled.keyColumn, workspace);
  const format = resolvedFormat(dataSet, data);
  const root = rawRoot(dataSet, data);
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

/** Makes the empty table that lines of raw files are appended to: see `appendTo`. */
export async function makeRawTable(
  name: string,
  dataSet: RawDataSet,
  keyColumn: string,
  workspace: Workspace,
): Promise<void> {
  const columns = Object.keys(dataSet.files.columns).map((column) => `${sqlName(column)} varchar`);
  const own = "_file varchar, _line integer, _raw varchar, _reason varchar";
  await workspace.run(`create table ${name} (${keyColumn} varchar, ${columns.join(", ")}, ${own})`);
}

/** The format of a data set's files with its encoding. Throws `RAW_ENCODING`. */
export function resolvedFormat({ files }: RawDataSet, data: Data): ResolvedRawFormat {
  return { ...files, encoding: rawEncoding(String(evaluate(files.encoding, data.scope))) };
}

/** The folder that `_file` is relative to. */
export function rawRoot({ root, at }: RawDataSet, data: Data): string {
  return data.path(String(evaluate(root, data.scope)), at);
}

/** Takes the relations away that {@link loadInputs} made. */
export async function dropInputs({ compiled }: BatchRun, workspace: Workspace): Promise<void> {
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
export async function makeUnits(
  { compiled }: Pick<BatchRun, "compiled">,
  units: readonly Instant[],
  workspace: Workspace,
): Promise<void> {
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
