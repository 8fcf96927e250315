import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { plus, type Instant } from "../core/time.ts";
import { isTableDataSet, type TableDataSet } from "../jobs/job.ts";
import { recordFile } from "../jobs/record.ts";
import { nominalTimes } from "../oozie/calendar.ts";
import { keyOfInstance } from "./data.ts";
import { release, type HeldUnit } from "./held.ts";
import { onDisk, writeByRename } from "../project/disk.ts";
import { landedTimes } from "../project/landed.ts";
import { lockJob, type Lock } from "../project/lock.ts";
import type { LocalTarget } from "./target.ts";

/** A partition that `clean` would take the rows of. */
export interface Prunable {
  readonly dataSet: TableDataSet;
  readonly time: Instant;
  readonly instance: string;
  readonly folder: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * The partitions that may go: of tables that say how much of them to keep, those before `before`, or without it those
 * beyond what the table keeps. The newest of each table stays, and whatever a unit reads that no job has made yet.
 */
export function prunable(target: LocalTarget, before: Instant | undefined): readonly Prunable[] {
  const { data, project } = target;
  const found: Prunable[] = [];
  for (const dataSet of project.definitions.dataSets.values()) {
    if (!isTableDataSet(dataSet) || dataSet.table.keep === undefined) continue;
    const times = landedTimes(dataSet, target.values);
    const keep = before === undefined ? dataSet.table.keep : 1;
    for (const time of times.slice(0, Math.max(0, times.length - keep))) {
      if (before !== undefined && time >= before) continue;
      if (isStillNeeded(dataSet, time, target)) continue;
      const folder = data.folder(dataSet, time);
      const record = data.record(dataSet, time);
      if (record === undefined) continue;
      const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
      const instance = keyOfInstance(dataSet, time);
      found.push({ dataSet, time, instance, folder, rows: record.identity.rows, bytes });
    }
  }
  return found;
}

/** Whether some unit reads the instance that has not been made, such as a day whose last hours are still to come. */
function isStillNeeded(dataSet: TableDataSet, time: Instant, { data, project }: LocalTarget): boolean {
  return [...project.jobs.values()].some(({ job }) => {
    const [first] = job.writes;
    const schedule = { every: job.every, start: data.grid(first!).initial, end: Infinity as Instant };
    return Object.values(job.reads).some((read) => {
      if (read.dataSet.name !== dataSet.name) return false;
      const readers = nominalTimes(
        schedule,
        plus(time, dataSet.every, -read.to),
        plus(time, dataSet.every, 1 - read.from),
      );
      return [...readers].some(
        (unit) =>
          data.instances(read, unit).includes(time) &&
          job.writes.some((write) => data.record(write, unit) === undefined),
      );
    });
  });
}

/** Takes the rows of partitions away. Their records stay, marked, so that the time still counts as done. */
export function prune(target: LocalTarget, partitions: readonly Prunable[]): void {
  const { data, project } = target;
  const writers = new Set<string>();
  for (const { dataSet } of partitions)
    for (const { job } of project.jobs.values()) if (job.writes.includes(dataSet)) writers.add(job.name);
  const locks: Lock[] = [];
  try {
    for (const job of ["_run", ...[...writers].sort()]) locks.push(lockJob(data.own("locks"), job));
    for (const { dataSet, time, folder } of partitions) {
      const record = data.record(dataSet, time);
      if (record === undefined) continue;
      onDisk("prune the partition", folder, () => {
        // The mark first: without it a flagless partition would be made again.
        const pruned = { ...record, pruned: new Date(data.now()).toISOString() };
        writeByRename(join(folder, recordFile), join(folder, `.${recordFile}`), `${JSON.stringify(pruned)}\n`);
        rmSync(data.flag(dataSet, time), { force: true });
        for (const name of readdirSync(folder))
          if (name !== recordFile) rmSync(join(folder, name), { recursive: true });
      });
    }
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Removes what was kept aside of units that failed their checks. */
export function removeHeld({ data }: LocalTarget, units: readonly HeldUnit[]): void {
  for (const job of new Set(units.map((one) => one.job))) {
    const lock = lockJob(data.own("locks"), job);
    try {
      for (const { unit } of units.filter((one) => one.job === job)) release(data, job, unit);
    } finally {
      lock.release();
    }
  }
}
