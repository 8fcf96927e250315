import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { HowdahError, systemCode } from "../core/errors.ts";
import { formatTimeBy, type Instant } from "../core/time.ts";
import { isTableDataSet, type JobDataSet } from "../jobs/job.ts";
import { recordFile, recordFormat, type PartitionRecord } from "../jobs/record.ts";
import { originOf, type Grid, type ResolvedInstances } from "../oozie/calendar.ts";
import type { Current, DataSet, Instances } from "../oozie/dataset.ts";
import { evaluate, evaluateTime, instanceScope, type Expr, type Scope } from "../oozie/el/index.ts";
import { gridOf, resolveInstances } from "../oozie/resolve.ts";
import type { Values } from "../project/values.ts";
import { rawContent } from "./instance.ts";

/** The time of this machine. */
const machineTime = (): Instant => Date.now() as Instant;

/**
 * The data of a folder target: where instances lie, which are complete, what they hold. Nothing is kept beside the
 * partitions themselves, so nothing can disagree with them.
 */
export class Data {
  /** The target's folder. */
  readonly root: string;
  readonly values: Values;
  /** What the time is. */
  readonly now: () => Instant;
  readonly #folders = new Map<DataSet, Map<Instant, string>>();
  readonly #grids = new Map<DataSet, Grid>();

  constructor(root: string, values: Values, now: () => Instant = machineTime) {
    this.root = root;
    this.values = values;
    this.now = now;
  }

  /** howdah's own corner of the folder. */
  own(...path: readonly string[]): string {
    return join(this.root, "_howdah", ...path);
  }

  /** Parameters alone. */
  get scope(): Scope {
    return { parameter: (name) => this.values.get(name) };
  }

  time(value: Expr<"time">): Instant {
    return evaluateTime(value, this.scope);
  }

  grid(dataSet: DataSet): Grid {
    let grid = this.#grids.get(dataSet);
    if (grid === undefined) {
      grid = gridOf(dataSet, this.scope.parameter);
      this.#grids.set(dataSet, grid);
    }
    return grid;
  }

  /**
   * The instances that a coordinator's action chooses, the oldest first; none before the initial one. `latest` and
   * `future` ask the flags, and `latest` looks back from the nominal time, so that a run of old hours is repeatable.
   */
  resolve(instances: Instances, nominal: Instant, timezone = "UTC"): ResolvedInstances {
    const { dataSet } = instances;
    const resolved = resolveInstances(instances, {
      grid: this.grid(dataSet),
      nominal,
      timezone,
      parameter: this.scope.parameter,
      has: (time) => this.isComplete(dataSet, time),
    });
    // Of a choice seen from before the first instance Oozie takes nothing at all, and a job that reads the rest of it
    // would run too early; here what comes after the first instance counts.
    const origin = originOf(this.grid(dataSet));
    const later = instances.is === "current" ? resolved.dropped.filter((time) => time >= origin) : [];
    return { ...resolved, times: [...resolved.times, ...later].sort((a, b) => a - b) };
  }

  /** The instances that a job reads for a unit, the oldest first. */
  instances(read: Current<number>, unit: Instant): readonly Instant[] {
    return this.resolve(read, unit).times;
  }

  /** A path of the definitions on this machine. Throws `PATH` for one that is none here, such as an HDFS URI. */
  path(value: string, where: Expr["at"]): string {
    const path = value.startsWith("file:") ? value.slice("file:".length).replace(/^\/\/(?=\/)/, "") : value;
    if (isAbsolute(path)) return path;
    throw new HowdahError(`${value} is no absolute path of this machine`, {
      code: "PATH",
      where,
      next: "let the target give the parameter a path below its folder",
    });
  }

  /** The folder of a data set's instance. */
  folder(dataSet: DataSet, time: Instant): string {
    let folders = this.#folders.get(dataSet);
    if (folders === undefined) this.#folders.set(dataSet, (folders = new Map<Instant, string>()));
    let folder = folders.get(time);
    if (folder === undefined) {
      const uri = evaluate(dataSet.uri, instanceScope(time, this.scope.parameter));
      folders.set(time, (folder = this.path(String(uri), dataSet.at)));
    }
    return folder;
  }

  flag(dataSet: DataSet, time: Instant): string {
    return join(this.folder(dataSet, time), dataSet.doneFlag);
  }

  isComplete(dataSet: DataSet, time: Instant): boolean {
    return existsSync(this.flag(dataSet, time));
  }

  /** A partition's record, whether its flag is there or not. */
  record(dataSet: DataSet, time: Instant): PartitionRecord | undefined {
    return readRecord(this.folder(dataSet, time));
  }

  /** What an instance holds, as records name it; null when it is gone. A pruned partition keeps its content. */
  content(dataSet: JobDataSet, time: Instant): string | null {
    const folder = this.folder(dataSet, time);
    if (isTableDataSet(dataSet)) {
      const record = this.record(dataSet, time);
      return record !== undefined && (record.pruned !== undefined || this.isComplete(dataSet, time))
        ? record.identity.content
        : null;
    }
    return this.isComplete(dataSet, time) ? rawContent(folder) : null;
  }
}

/**
 * The data as they are when they are first asked for, each file read once: for what looks at everything and changes
 * nothing.
 */
export class Snapshot extends Data {
  readonly #records = new Map<string, PartitionRecord | undefined>();
  readonly #complete = new Map<string, boolean>();
  readonly #contents = new Map<string, string | null>();

  override record(dataSet: DataSet, time: Instant): PartitionRecord | undefined {
    return once(this.#records, this.folder(dataSet, time), () => super.record(dataSet, time));
  }

  override isComplete(dataSet: DataSet, time: Instant): boolean {
    return once(this.#complete, this.flag(dataSet, time), () => super.isComplete(dataSet, time));
  }

  override content(dataSet: JobDataSet, time: Instant): string | null {
    return once(this.#contents, this.folder(dataSet, time), () => super.content(dataSet, time));
  }
}

function once<T>(known: Map<string, T>, key: string, find: () => T): T {
  if (!known.has(key)) known.set(key, find());
  return known.get(key) as T;
}

/** How an instance is called in records, folders and messages: `20120301_00`. */
export function keyOfInstance({ key }: Pick<JobDataSet, "key">, time: Instant): string {
  return formatTimeBy(key, time);
}

/** The record of a partition's folder. Throws `RECORD_FORMAT` and `RECORD`: see {@link readRecordFile}. */
export function readRecord(folder: string): PartitionRecord | undefined {
  return readRecordFile(join(folder, recordFile), "delete the partition's folder; the next run makes it anew");
}

/**
 * Throws `RECORD_FORMAT` for a record that a later howdah wrote, `RECORD` for one that cannot be read: `next` says what
 * to do then.
 */
export function readRecordFile(path: string, next: string): PartitionRecord | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
  let record: PartitionRecord;
  try {
    record = JSON.parse(text) as PartitionRecord;
  } catch (error) {
    throw new HowdahError("the record of what was made cannot be read", {
      code: "RECORD",
      where: path,
      next,
      cause: error,
    });
  }
  if (record.format > recordFormat)
    throw new HowdahError(`the partition was written by a later howdah (its record has format ${record.format})`, {
      code: "RECORD_FORMAT",
      where: path,
      next: "use that version, or name another folder with --data",
    });
  return record.format === recordFormat ? record : undefined;
}

/** The Parquet files of a partition, in order of their names. */
export function parquetFiles(folder: string): readonly { readonly name: string; readonly bytes: number }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".parquet") && !name.startsWith("_") && !name.startsWith("."))
    .sort()
    .map((name) => ({ name, bytes: statSync(join(folder, name)).size }));
}

/** The name that records give to whoever runs. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
