import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bug } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import { columnList, columnsHash } from "../hive/table.ts";
import { tablesInOrder } from "../jobs/compile.ts";
import type { TableDataSet } from "../jobs/job.ts";
import { recordFile, recordFormat, type PartitionRecord } from "../jobs/record.ts";
import type { BatchRun } from "./batch.ts";
import type { Contents, RejectCounts } from "./compute.ts";
import { currentUser, keyOfInstance, parquetFiles } from "./data.ts";
import { onDisk } from "../project/disk.ts";
import { engineError, noRows, sqlName, sqlText, type Workspace } from "./engine.ts";
import { inputRecords, unitKey, unitParameters } from "./units.ts";

/** A partition that was computed, by table and key. */
interface Computed {
  readonly rows: number;
  readonly content: string;
  /** Its folder in the scratch; undefined when it has no rows. */
  readonly folder: string | undefined;
}
export type Partitions = ReadonlyMap<string, ReadonlyMap<string, Computed>>;

/** Writes the partitions of some units into the scratch folder, where nobody reads. */
export async function writeAside(
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
export function publish(
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
