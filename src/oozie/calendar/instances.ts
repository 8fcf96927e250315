import { formatOozieTime, isFixed, stepOf, type Instant } from "../../core/time.ts";
import { toLocal } from "../../core/zone.ts";
import {
  add,
  atLocal,
  fieldOf,
  firstOfMonth,
  midnight,
  monthsLater,
  stepUntil,
  sunday,
  type CalendarField,
} from "./gregorian.ts";
import { indexAt, originOf, stepsFrom, timeAt, zoneOf, type Grid } from "./grid.ts";

/** The units in which `coord:offset` and `coord:dateOffset` count. */
export type OffsetUnit = "MINUTE" | "HOUR" | "DAY" | "WEEK" | "MONTH" | "YEAR";

export interface Offset {
  readonly n: number;
  readonly unit: OffsetUnit;
}

/**
 * The instances that a coordinator asks a data set for, its numbers evaluated.
 *
 * - `current`: so many steps from the last instance at or before the nominal time, `from` to `to`.
 * - `latest`: the newest ones that are there, counted from 0 downwards, as of the time the action was created.
 * - `future`: those that are there from the nominal time on, counted from 0, looking at `limit` + 1 of them.
 * - `offset`: the last instance at or before the current one and a length of time.
 * - `offsets`: all instances between two such times, both included.
 * - `range`: from an absolute time, or the end of the n-th day, week or month from the nominal time's, to `current(to)`.
 */
export type InstanceSpec =
  | { readonly is: "current" | "latest"; readonly from: number; readonly to: number }
  | { readonly is: "future"; readonly from: number; readonly to: number; readonly limit: number }
  | { readonly is: "offset"; readonly at: Offset }
  | { readonly is: "offsets"; readonly from: Offset; readonly to: Offset }
  | { readonly is: "range"; readonly start: RangeStart; readonly to: number };

export type RangeStart =
  | { readonly is: "absolute"; readonly at: Instant }
  | { readonly is: "endOfDays" | "endOfWeeks" | "endOfMonths"; readonly n: number };

/** What the instances of an action depend on. */
export interface InstancesAt {
  readonly nominal: Instant;
  /**
   * From when `latest` looks back: when the action was created, or the present time on a server whose
   * `oozie.service.ELService.latest-el.use-current-time` is true. @default the nominal time
   */
  readonly now?: Instant;
  /** Whether an instance is there; without it, `latest` and `future` stay unresolved. */
  readonly has?: (time: Instant) => boolean;
}

export interface ResolvedInstances {
  /** In Oozie's order: the newest first, but those of `future` the oldest first. */
  readonly times: readonly Instant[];
  /** Asked for, but before the data set's initial instance: Oozie leaves them out without a word. */
  readonly dropped: readonly Instant[];
  /** Not resolved by what is there: the action goes on waiting. */
  readonly unresolved?: "latest" | "future";
  /** Why Oozie cannot make the action: it fails the coordinator. */
  readonly refused?: string;
}

/** The instances of a data set for an action (`CoordELFunctions`, `CoordCommandUtils.resolveInstanceRange`). */
export function instancesAt(spec: InstanceSpec, grid: Grid, at: InstancesAt): ResolvedInstances {
  switch (spec.is) {
    case "current":
      return spec.from > spec.to ? backwards : currentRange(spec.from, spec.to, grid, at.nominal);
    case "latest":
      if (spec.from > 0 || spec.to > 0) return refused("latest counts from 0 downwards");
      return spec.from > spec.to ? backwards : latest(spec, grid, at);
    case "future":
      if (spec.from < 0 || spec.to < 0 || spec.limit < 1) return refused("future counts from 0 upwards, to 1 at least");
      return spec.from > spec.to ? backwards : future(spec, grid, at);
    case "offset":
      return offset(spec.at, grid, at.nominal);
    case "offsets":
      return offsets(spec.from, spec.to, grid, at.nominal);
    case "range":
      return range(startOf(spec.start, grid, at.nominal), spec.to, grid, at.nominal);
  }
}

function refused(why: string): ResolvedInstances {
  return { times: [], dropped: [], refused: why };
}

const backwards = refused("the start instance is later than the end instance (E1010)");

/** The current instance, and how many steps it is from the first. */
interface Current {
  readonly time: Instant;
  readonly index: number;
}

/**
 * `getCurrentInstance`: leaps near and goes on in single steps, which may come to another time than one addition does;
 * nothing for a time before the initial instance.
 */
function currentInstance(grid: Grid, time: Instant): Current | undefined {
  const origin = originOf(grid);
  if (time < origin) return undefined;
  const { every } = grid;
  if (isFixed(every) && every.unit !== "days") {
    const index = Math.floor((time - origin) / stepOf(every));
    return { time: stepsFrom(grid, origin, index), index };
  }
  const units = wholeUnits(grid, origin, time);
  let index = units > 2 ? Math.trunc(units / every.count) : 0;
  let current = stepsFrom(grid, origin, index);
  for (; current <= time; index++) current = stepsFrom(grid, current, 1);
  return { time: stepsFrom(grid, current, -1), index: index - 1 };
}

/** Days and weeks count as if each was as long, months by their numbers alone. */
function wholeUnits(grid: Grid, from: Instant, to: Instant): number {
  const field = fieldOf[grid.every.unit];
  if (field !== "month") return Math.trunc((to - from) / (field === "week" ? 604_800_000 : 86_400_000));
  const [a, b] = [from, to].map((time) => {
    const first = new Date(firstOfMonth(midnight(zoneOf(grid), time)));
    return first.getUTCFullYear() * 12 + first.getUTCMonth();
  }) as [number, number];
  return b - a;
}

/** `coord_currentRange_sync`: adds all steps at once for the oldest, then single ones. */
function currentRange(from: number, to: number, grid: Grid, nominal: Instant): ResolvedInstances {
  const origin = originOf(grid);
  const current = currentInstance(grid, nominal);
  const times: Instant[] = [];
  const dropped: Instant[] = [];
  let time = stepsFrom(grid, origin, (current?.index ?? indexAt(grid, nominal)) + from);
  for (let step = from; step <= to; step++) {
    (current === undefined || time < origin ? dropped : times).push(time);
    time = stepsFrom(grid, time, 1);
  }
  return { times: times.reverse(), dropped: dropped.reverse() };
}

/**
 * What `latest` and `future` take an instance for after the first that they look at. With months in a zone other than
 * UTC that is what the zone's clock was set to, read as if it was UTC: `getUriEvaluator` sets the calendar to UTC before
 * a sum of months, which `GregorianCalendar` puts off, is computed. Only the initial instance, to which nothing is
 * added, escapes.
 */
function misread(grid: Grid, time: Instant, index: number): Instant {
  if (fieldOf[grid.every.unit] !== "month" || index === 0) return time;
  return monthsLater(toLocal(zoneOf(grid), originOf(grid)), index * grid.every.count) as number as Instant;
}

function latest(spec: { from: number; to: number }, grid: Grid, { nominal, now, has }: InstancesAt): ResolvedInstances {
  const origin = originOf(grid);
  const current = currentInstance(grid, now ?? nominal);
  const times: Instant[] = [];
  if (current !== undefined && has !== undefined) {
    let { time, index } = current;
    for (let [found, looked] = [0, time]; time >= origin; looked = misread(grid, time, index)) {
      if (has(looked)) {
        if (found <= spec.to) times.push(looked);
        if (found-- === spec.from) return { times, dropped: [] };
      }
      time = stepsFrom(grid, origin, --index);
    }
  }
  return { times: [], dropped: [], unresolved: "latest" };
}

function future(
  spec: { from: number; to: number; limit: number },
  grid: Grid,
  { nominal, has }: InstancesAt,
): ResolvedInstances {
  const origin = originOf(grid);
  const current = currentInstance(grid, nominal);
  const times: Instant[] = [];
  if (current !== undefined && has !== undefined) {
    let { time, index } = current;
    // One more than the limit is looked at (FutureEvaluator.isAvailable).
    for (let [found, seen] = [0, 0]; seen <= spec.limit; seen++) {
      if (has(time)) {
        if (found >= spec.from) times.push(time);
        if (found++ === spec.to) return { times, dropped: [] };
      }
      time = misread(grid, stepsFrom(grid, origin, ++index), index);
    }
  }
  return { times: [], dropped: [], unresolved: "future" };
}

const unitFields: Readonly<Record<OffsetUnit, CalendarField>> = {
  MINUTE: "minute",
  HOUR: "hour",
  DAY: "day",
  WEEK: "week",
  MONTH: "month",
  YEAR: "year",
};

/** A time and a length of time. */
export function addOffset(zone: string, time: Instant, { n, unit }: Offset): Instant {
  return add(zone, time, unitFields[unit], n);
}

/** `coord_offset_sync`. */
function offset(by: Offset, grid: Grid, nominal: Instant): ResolvedInstances {
  const current = currentInstance(grid, nominal);
  if (current === undefined) {
    const raw = addOffset(zoneOf(grid), timeAt(grid, indexAt(grid, nominal)), by);
    return { times: [], dropped: [timeAt(grid, indexAt(grid, raw))] };
  }
  return floored(addOffset(zoneOf(grid), current.time, by), grid);
}

/** The last instance at or before a time, which Oozie looks for in single steps and then checks by one addition. */
function floored(raw: Instant, grid: Grid): ResolvedInstances {
  const origin = originOf(grid);
  if (raw < origin) return { times: [], dropped: [timeAt(grid, indexAt(grid, raw))] };
  let { time, index } = walked(grid, origin, raw);
  if (time > raw) {
    time = stepsFrom(grid, time, -1);
    index -= 1;
  }
  const expected = stepsFrom(grid, origin, index);
  if (expected < origin) return { times: [], dropped: [expected] };
  return time === expected
    ? { times: [time], dropped: [] }
    : refused(
        `offset cannot reach ${formatOozieTime(raw)}: steps from the initial instance lose their day or hour on the way`,
      );
}

function walked(grid: Grid, from: Instant, until: Instant): Current {
  const { every } = grid;
  if (isFixed(every) && every.unit !== "days") {
    const index = Math.max(0, Math.ceil((until - from) / stepOf(every)));
    return { time: stepsFrom(grid, from, index), index };
  }
  const { time, steps } = stepUntil(zoneOf(grid), from, fieldOf[every.unit], every.count, until);
  return { time, index: steps };
}

/** The numbers of `java.util.Calendar`'s fields, by which Oozie compares two offsets, whatever their units. */
const calendarNumbers: Readonly<Record<OffsetUnit, number>> = {
  YEAR: 1,
  MONTH: 2,
  WEEK: 3,
  DAY: 5,
  HOUR: 10,
  MINUTE: 12,
};

function offsets(from: Offset, to: Offset, grid: Grid, nominal: Instant): ResolvedInstances {
  if (calendarNumbers[from.unit] * from.n > calendarNumbers[to.unit] * to.n)
    return from.unit === to.unit
      ? backwards
      : refused(`Oozie takes ${from.n} ${from.unit} for later than ${to.n} ${to.unit} (E1010)`);
  const current = currentInstance(grid, nominal);
  if (current === undefined) return { times: [], dropped: [] };
  const [start, end] = [from, to].map((by) => addOffset(zoneOf(grid), current.time, by)) as [Instant, Instant];
  const steps = expanded(start, end, current.time, grid);
  const times: Instant[] = [];
  const dropped: Instant[] = [];
  for (const step of steps.reverse()) {
    const one = floored(stepsFrom(grid, current.time, step), grid);
    if (one.refused !== undefined) return one;
    // Oozie stops at the first that is too early; those behind it are earlier still.
    times.push(...one.times);
    dropped.push(...one.dropped);
  }
  return { times, dropped };
}

/** `expandOffsetTimes`: the numbers of steps from the current instance that lead between two times, in single steps. */
function expanded(start: Instant, end: Instant, current: Instant, grid: Grid): number[] {
  let [time, step] = [current, 0];
  if (isFixed(grid.every) && grid.every.unit !== "days") {
    step = Math.ceil((start - current) / stepOf(grid.every));
    time = stepsFrom(grid, current, step);
  } else if (start < time) {
    for (; time > start; step--) time = stepsFrom(grid, time, -1);
    if (time < start) {
      time = stepsFrom(grid, time, 1);
      step += 1;
    }
  } else for (; time < start; step++) time = stepsFrom(grid, time, 1);
  const steps: number[] = [];
  for (; time <= end; step++) {
    steps.push(step);
    time = stepsFrom(grid, time, 1);
  }
  return steps;
}

/** The first instance of a range (`StartInstanceFinder` for the ends of days, weeks and months). */
function startOf(start: RangeStart, grid: Grid, nominal: Instant): Instant {
  if (start.is === "absolute") return start.at;
  const zone = zoneOf(grid);
  const local = midnight(zone, nominal);
  const begin = { endOfDays: local, endOfWeeks: sunday(local), endOfMonths: firstOfMonth(local) }[start.is];
  return add(zone, atLocal(zone, begin), fieldOf[start.is], start.n + 1);
}

/** `ph2_coord_absolute_range`. */
function range(start: Instant, to: number, grid: Grid, nominal: Instant): ResolvedInstances {
  const [first, current] = [currentInstance(grid, start), currentInstance(grid, nominal)];
  const [began, initial] = [formatOozieTime(start), formatOozieTime(originOf(grid))];
  if (first === undefined)
    return refused(`the range starts at ${began}, before the initial instance ${initial} (E1010)`);
  if (first.time !== start)
    return refused(`the range starts at ${began}, where no instance from ${initial} on is (E1010)`);
  if (current === undefined) return refused(`the nominal time is before the initial instance ${initial} (E1010)`);
  const from = first.index - current.index;
  if (from > to) return refused(`the range starts at ${began}, current(${from}), after its end current(${to}) (E1010)`);
  return currentRange(from, to, grid, nominal);
}
