import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, isFixed, plus, stepOf, type Instant } from "../core/time.ts";
import type { RawRecord } from "../jobs/record.ts";
import { indexAt, onGrid, timeAt, type Grid } from "../oozie/calendar.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { placeInstance, type FileToPlace, type PlaceOptions } from "./instance.ts";

export interface IngestRequest {
  readonly dataSet: Pick<DataSet, "name" | "every" | "doneFlag" | "timezone">;
  /** The data set's URI for an instance, as a folder. */
  readonly folderOf: (instance: Instant) => string;
  readonly instance: Instant;
  /** The times of the data set's complete instances, in order. */
  readonly present: readonly Instant[];
  /** The data set's first instance, where it is known; else the earliest one present counts as the first. */
  readonly initial?: Instant;
  readonly files: readonly FileToPlace[];
  /** @default "new" */
  readonly mode?: PlaceOptions["mode"];
  /** Accept that an earlier instance is not there yet. @default false */
  readonly allowGap?: boolean;
}

export interface Ingested {
  readonly folder: string;
  readonly record: RawRecord;
}

/**
 * Puts files into one instance of a data set, the flag last. Throws `INSTANCE_OFF_GRID`, `INSTANCE_BEFORE_INITIAL`,
 * `INSTANCE_GAP` naming the first instance that is missing before this one, and what `placeInstance` throws.
 */
export function ingest(request: IngestRequest): Ingested {
  const { dataSet, instance, folderOf, mode = "new" } = request;
  checkGrid(request);
  // An addition goes to an instance that is there: whatever is missing before it was accepted then.
  if (mode !== "add" && request.allowGap !== true) checkGap(request);
  const folder = folderOf(instance);
  return { folder, record: placeInstance(folder, request.files, { doneFlag: dataSet.doneFlag, mode }) };
}

function checkGrid({ dataSet, instance, initial }: IngestRequest): void {
  const { name, every, timezone } = dataSet;
  if (initial !== undefined && instance < initial)
    throw new HowdahError(
      `${name} begins at ${formatOozieTime(initial)}: the instance ${formatOozieTime(instance)} before it is read by nobody`,
      { code: "INSTANCE_BEFORE_INITIAL", next: "name a later instance, or an earlier initial instance" },
    );
  const refuse = (before: Instant, after: Instant): never => {
    throw new HowdahError(
      `${name} has an instance every ${every.count} ${every.unit}: ${formatOozieTime(instance)} is none of them`,
      { code: "INSTANCE_OFF_GRID", next: `the nearest are ${formatOozieTime(before)} and ${formatOozieTime(after)}` },
    );
  };
  if (initial !== undefined) {
    const grid: Grid = { every, initial, timezone };
    if (!onGrid(grid, instance))
      refuse(timeAt(grid, indexAt(grid, instance)), timeAt(grid, indexAt(grid, instance) + 1));
  } else if (isFixed(every) && timezone === "UTC") {
    // Without an initial instance the grid's origin is unknown; whole hours, say, are all that can be asked for.
    const whole = { unit: every.unit, count: 1 };
    const before = (instance - (instance % stepOf(whole))) as Instant;
    if (before !== instance) refuse(before, plus(before, whole));
  }
}

function checkGap({ dataSet, instance, initial, present, folderOf }: IngestRequest): void {
  const first = initial ?? present[0];
  if (first === undefined) return;
  const there = new Set(present);
  const grid: Grid = { every: dataSet.every, initial: first, timezone: dataSet.timezone };
  for (let index = 0, time = timeAt(grid, 0); time < instance; time = timeAt(grid, ++index))
    if (!there.has(time))
      throw new HowdahError(
        `${dataSet.name} has no instance ${formatOozieTime(time)} yet, which comes before ${formatOozieTime(instance)}`,
        {
          code: "INSTANCE_GAP",
          where: folderOf(time),
          next: "ingest that one first (without files, if it is empty), or say --allow-gap",
        },
      );
}
