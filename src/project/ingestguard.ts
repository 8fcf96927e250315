import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, isFixed, plus, stepOf, type Instant } from "../core/time.ts";
import { indexAt, onGrid, timeAt, type Grid } from "../oozie/calendar.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { PlaceOptions } from "./rawinstance.ts";

/** An instance that is to be ingested, and what is there. */
export interface InstanceToIngest {
  readonly dataSet: Pick<DataSet, "name" | "every" | "doneFlag" | "timezone">;
  /** The data set's URI for an instance, as a folder. */
  readonly folderOf: (instance: Instant) => string;
  readonly instance: Instant;
  /** The times of the data set's complete instances, in order. */
  readonly present: readonly Instant[];
  /** The data set's first instance, where it is known; else the earliest one present counts as the first. */
  readonly initial?: Instant;
  /** @default "new" */
  readonly mode?: PlaceOptions["mode"];
  /** Accept that an earlier instance is not there yet. @default false */
  readonly allowGap?: boolean;
}

/**
 * Refuses what would be read by nobody, or before its turn: `INSTANCE_OFF_GRID`, `INSTANCE_BEFORE_INITIAL`,
 * `INSTANCE_GAP` naming the first instance that is missing before this one.
 */
export function checkInstance(request: InstanceToIngest): void {
  checkGrid(request);
  // An addition goes to an instance that is there: whatever is missing before it was accepted then.
  if (request.mode !== "add" && request.allowGap !== true) checkGap(request);
}

function checkGrid({ dataSet, instance, initial }: InstanceToIngest): void {
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

function checkGap({ dataSet, instance, initial, present, folderOf }: InstanceToIngest): void {
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
