import { HowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import { columnList } from "../hive/table.ts";
import { tablesInOrder, type CompiledJob } from "../jobs/compile.ts";
import { isRawDataSet, type TableDataSet } from "../jobs/job.ts";
import type { BatchRun, JobOutcome } from "./batch.ts";
import {
  duckdbType,
  engineError,
  fillParts,
  rowHashSql,
  sqlName,
  sqlText,
  sqlValue,
  type Workspace,
} from "./engine.ts";
import { unitKey } from "./units.ts";

/**
 * Runs the SELECTs in the order of the file, each into a table that the next ones see. Without `hashed` the rows get no
 * hashes: of few rows planning them takes half of the time.
 */
export async function compute(
  run: Pick<BatchRun, "compiled" | "data">,
  workspace: Workspace,
  { hashed = true }: { readonly hashed?: boolean } = {},
): Promise<void> {
  const { compiled, data } = run;
  const types = new Map(compiled.parameters.map(({ name, spec }) => [name, spec.type]));
  const value = (name: string): string => sqlValue(types.get(name) ?? "string", data.values.need(name));
  for (const schema of new Set(compiled.job.writes.map(({ table }) => table.database.name)))
    await workspace.run(`create schema if not exists ${schema}`);
  for (const { name, write, duckdb } of compiled.selects) {
    const select = fillParts(duckdb, value);
    try {
      await workspace.run(
        `create table ${name} as ${write === undefined ? select : typed(write, select, compiled, hashed)}`,
      );
    } catch (error) {
      throw engineError(error, `${compiled.job.name}: ${name}`, compiled.job.sql);
    }
  }
}

/** The column that holds a computed row's hash. */
const rowHash = "_hash";

/** A SELECT whose columns are the table's, by name, in its order and of its types, with each row's hash. */
function typed({ table }: TableDataSet, select: string, { keyColumn }: CompiledJob, hashed: boolean): string {
  const hash = hashed ? rowHashSql(columnList(table)) : "0";
  const columns = columnList(table).map(
    ([column, type]) => `cast(${sqlName(column)} as ${duckdbType(type)}) as ${sqlName(column)}`,
  );
  return `select *, ${hash} as ${rowHash} from (select ${columns.join(", ")}, cast(${keyColumn} as varchar) as ${keyColumn} from (\n${select}\n))`;
}

/** What was computed: rows and content of each partition, by table and key. */
export type Contents = ReadonlyMap<string, ReadonlyMap<string, { readonly rows: number; readonly content: string }>>;

/** Sums up every table's partitions in one go, and refuses rows outside of the range: they would vanish. */
export async function sumUp(
  { compiled }: Pick<BatchRun, "compiled">,
  units: readonly Instant[],
  workspace: Workspace,
): Promise<Contents> {
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
export type RejectCounts = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Counts rejects, and finds the first unit that has more of them than its limits allow. */
export async function firstOverLimit(
  { compiled, data }: Pick<BatchRun, "compiled" | "data">,
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
  const counted = [
    `select true, ${key}, data_set, count(*) from ${table} group by all`,
    ...raw.map(
      ([alias, { dataSet }]) => `select false, ${key}, ${sqlText(dataSet.name)}, count(*) from ${alias} group by all`,
    ),
  ];
  for (const [isRejected, unit, dataSet, rows] of await workspace.rows(counted.join(" union all ")))
    (isRejected === true ? rejectsOf : rowsOf).set(`${String(unit)} ${String(dataSet)}`, Number(rows));
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
