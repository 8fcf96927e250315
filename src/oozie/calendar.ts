import { plus, stepOf, type FixedFrequency, type Instant } from "../core/time.ts";
import { zoneOffset } from "../core/zone.ts";
import type { DateUnit } from "./el/dates.ts";
import type { Current } from "./dataset.ts";

/** A series of nominal times: from `start`, every step, before `end`. */
export interface Schedule {
  readonly every: FixedFrequency;
  readonly start: Instant;
  readonly end: Instant;
}

/** The nominal times of a schedule in `from <= t < until`, in order. */
export function* nominalTimes(schedule: Schedule, from: Instant, until: Instant): Generator<Instant> {
  const first = Math.max(0, Math.ceil((from - schedule.start) / stepOf(schedule.every)));
  const end = Math.min(until, schedule.end);
  for (let time = plus(schedule.start, schedule.every, first); time < end; time = plus(time, schedule.every))
    yield time;
}

/** A data set's grid: its initial instance and its step. */
export interface Grid {
  readonly every: FixedFrequency;
  readonly initial: Instant;
}

/** Whether an instance can be at this time. */
export function onGrid(grid: Grid, time: Instant): boolean {
  return time >= grid.initial && (time - grid.initial) % stepOf(grid.every) === 0;
}

/**
 * The instances at a nominal time. `current(0)` is the last one at or before it on the grid that starts at the initial
 * instance (`CoordELFunctions.coord_current_sync`); those before the initial instance are dropped, as Oozie does
 * without a word.
 */
export function instancesAt(
  instances: Pick<Current<number>, "from" | "to">,
  grid: Grid,
  nominal: Instant,
): { readonly times: readonly Instant[]; readonly dropped: readonly Instant[] } {
  const base = Math.floor((nominal - grid.initial) / stepOf(grid.every));
  const all = Array.from({ length: instances.to - instances.from + 1 }, (_, i) =>
    plus(grid.initial, grid.every, base + instances.from + i),
  );
  return { times: all.filter((time) => time >= grid.initial), dropped: all.filter((time) => time < grid.initial) };
}

/** Divides ascending times into runs in which each is one step after the one before. */
export function consecutiveRuns(every: FixedFrequency, times: readonly Instant[]): readonly (readonly Instant[])[] {
  const runs: Instant[][] = [];
  for (const time of times) {
    const last = runs.at(-1);
    if (last !== undefined && plus(last.at(-1)!, every) === time) last.push(time);
    else runs.push([time]);
  }
  return runs;
}

/** A time moved by some units on the clock of UTC. */
export function dateOffset(time: Instant, count: number, unit: DateUnit): Instant {
  const date = new Date(time);
  if (unit === "MONTH" || unit === "YEAR") {
    const months = date.getUTCMonth() + count * (unit === "YEAR" ? 12 : 1);
    const year = date.getUTCFullYear();
    const last = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
    return Date.UTC(
      year,
      months,
      Math.min(date.getUTCDate(), last),
      date.getUTCHours(),
      date.getUTCMinutes(),
    ) as Instant;
  }
  const step = { MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 }[unit];
  return (time + count * step) as Instant;
}

/** A time moved by what a zone is away from UTC. */
export function dateTzOffset(time: Instant, zone: string): Instant {
  return (time + zoneOffset(zone, time)) as Instant;
}
