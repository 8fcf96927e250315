import { isFixed, stepOf, type Frequency, type Instant } from "../../core/time.ts";
import { partsOf, toLocal } from "../../core/zone.ts";
import { add, fieldOf, moveToEnd } from "./gregorian.ts";

/** Times one step apart: a data set's instances, or the nominal times of a coordinator without a cron expression. */
export interface Grid {
  readonly every: Frequency;
  /** With `endOf…`, the first time on the grid is the end of the day, week or month that this lies in. */
  readonly initial: Instant;
  /** The zone in whose days and months the steps are counted. @default "UTC" */
  readonly timezone?: string | undefined;
}

export function zoneOf({ timezone }: { readonly timezone?: string | undefined }): string {
  return timezone ?? "UTC";
}

/** The first time on a grid. */
export function originOf(grid: Grid): Instant {
  return moveToEnd(zoneOf(grid), grid.initial, grid.every.unit);
}

/** The time so many steps from the first one, added at once; also for those before the first, which do not exist. */
export function timeAt(grid: Grid, index: number): Instant {
  return stepsFrom(grid, originOf(grid), index);
}

/** A time and so many steps of a grid. */
export function stepsFrom(grid: Grid, time: Instant, steps: number): Instant {
  return add(zoneOf(grid), time, fieldOf[grid.every.unit], steps * grid.every.count);
}

/** The last step of a grid at or before a time, counted from its first one; also negative. */
export function indexAt(grid: Grid, time: Instant): number {
  const { every } = grid;
  const origin = originOf(grid);
  if (isFixed(every) && every.unit !== "days") return Math.floor((time - origin) / stepOf(every));
  const near = Math.floor(unitsBetween(grid, origin, time) / every.count);
  // A clock that was set, a short month: it is at most two off, unless the zone skipped a whole day.
  for (let index = near + 2; ; index--) if (stepsFrom(grid, origin, index) <= time) return index;
}

/** About how many days, weeks or months lie between two times. */
function unitsBetween(grid: Grid, from: Instant, to: Instant): number {
  const zone = zoneOf(grid);
  switch (fieldOf[grid.every.unit]) {
    case "month": {
      const [a, b] = [partsOf(toLocal(zone, from)), partsOf(toLocal(zone, to))];
      return (b.year - a.year) * 12 + b.month - a.month;
    }
    case "week":
      return (to - from) / 604_800_000;
    default:
      return (to - from) / 86_400_000;
  }
}

/** Whether a time is on a grid. */
export function onGrid(grid: Grid, time: Instant): boolean {
  return time >= originOf(grid) && timeAt(grid, indexAt(grid, time)) === time;
}

/** The time so many steps from the last one on the grid at or before a time. */
export function steppedFrom(grid: Grid, time: Instant, steps: number): Instant {
  return timeAt(grid, indexAt(grid, time) + steps);
}

/** Divides ascending times into runs in which each is one step after the one before. */
export function consecutiveRuns(
  every: Frequency,
  times: readonly Instant[],
  timezone?: string,
): readonly (readonly Instant[])[] {
  const runs: Instant[][] = [];
  for (const time of times) {
    const last = runs.at(-1);
    const next = last === undefined ? undefined : stepsFrom({ every, initial: time, timezone }, last.at(-1)!, 1);
    if (next === time) last!.push(time);
    else runs.push([time]);
  }
  return runs;
}
