import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bug } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import { columnList, columnsHash } from "../hive/table.ts";
import { tablesInOrder } from "../jobs/compile.ts";
import type { TableDataSet } from "../jobs/job.ts";
import { recordFile, recordFormat, type CheckRecord, type PartitionRecord } from "../jobs/record.ts";
import type { Verdict } from "../jobs/rowchecks/verdict.ts";
import type { BatchRun } from "./batch.ts";
import type { Contents, RejectCounts } from "./compute.ts";
import { currentUser, keyOfInstance, parquetFiles } from "./data.ts";
import { onDisk } from "../project/disk.ts";
import { engineError, noRows, sqlName, sqlText, type Workspace } from "./engine.ts";
import { hold, release } from "./held.ts";
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

/** What is known of a unit beside its rows, for its records. */
export interface UnitFindings {
  readonly rejects: RejectCounts;
  /** The verdicts of its checks; none when they were not asked. */
  readonly verdicts: readonly Verdict[];
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
  findings: UnitFindings,
): void {
  const { compiled, data, scratch } = run;
  run.lock.check();
  const name = unitKey(compiled, unit);
  const publishing = "publish the partition";
  for (const write of [...tables].reverse()) {
    const flag = data.flag(write, unit);
    onDisk(publishing, flag, () => rmSync(flag, { force: true }));
  }
  const finish = finisher(run, unit, partitions, findings);
  for (const write of tablesInOrder(compiled).filter((one) => tables.includes(one))) {
    const place = data.folder(write, unit);
    onDisk(publishing, place, () => {
      const folder = finish(write);
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
  release(data, compiled.job.name, name);
}

/** Keeps the partitions of a unit aside that failed its checks: what is published stays as it was. */
export function keepAside(run: BatchRun, unit: Instant, partitions: Partitions, findings: UnitFindings): void {
  const { compiled, data } = run;
  run.lock.check();
  const name = unitKey(compiled, unit);
  const finish = finisher(run, unit, partitions, findings);
  const folders = tablesInOrder(compiled).map((write) => {
    const { fullName } = write.table;
    return [fullName, onDisk("keep the partition aside", data.own("held"), () => finish(write))] as const;
  });
  hold(data, compiled.job.name, name, new Map(folders));
}

/** Writes the record of a computed partition beside its rows; gives its folder in the scratch. */
function finisher(
  { compiled, data, scratch, engine, started, contents }: BatchRun,
  unit: Instant,
  partitions: Partitions,
  { rejects, verdicts }: UnitFindings,
): (write: TableDataSet) => string {
  const name = unitKey(compiled, unit);
  const inputs = inputRecords(compiled, unit, data, contents);
  const parameters = unitParameters(compiled, data);
  return (write) => {
    const { fullName } = write.table;
    const computed = partitions.get(fullName)?.get(name) ?? { rows: 0, content: noRows, folder: undefined };
    const folder = computed.folder ?? join(scratch, `${fullName}-${name}-empty`);
    if (computed.folder === undefined) mkdirSync(folder, { recursive: true });
    const files = parquetFiles(folder);
    const own = verdicts.filter(({ check }) => check.table === null || check.table === fullName);
    const ofHistory = own.filter(({ check }) => check.is === "steady");
    const record: PartitionRecord = {
      format: recordFormat,
      identity: {
        table: fullName,
        partition: `${compiled.keyColumn}=${keyOfInstance(write, unit)}`,
        job: compiled.hash,
        columns: columnsHash(write.table),
        parameters,
        inputs,
        rows: computed.rows,
        rejects: rejects.get(name) ?? {},
        checks: own.filter(({ check }) => check.is !== "steady").map(checkRecord),
        content: computed.content,
      },
      run: {
        engine: engine.name,
        files,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        started: started.toISOString(),
        seconds: (data.now() - started.getTime()) / 1000,
        release: null,
        user: currentUser(),
        ...(ofHistory.length === 0 ? {} : { checks: ofHistory.map(checkRecord) }),
      },
    };
    writeFileSync(join(folder, recordFile), `${JSON.stringify(record)}\n`);
    return folder;
  };
}

function checkRecord({ check, outcome, measured }: Verdict): CheckRecord {
  return { name: check.name, outcome, measured };
}
