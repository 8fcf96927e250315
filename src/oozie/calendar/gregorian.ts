import type { Instant, TimeUnit } from "../../core/time.ts";
import { fromLocal, partsOf, stretchOf, toLocal, zoneOffset, type Local } from "../../core/zone.ts";

/**
 * The arithmetic of `java.util.GregorianCalendar` in a time zone, in which all of Oozie's calendar is done. It is
 * lenient: a time that the clock never shows, or shows twice, is shifted by rules of its own. Weeks begin on Sunday,
 * which they do on a server whose locale is American, as it mostly is.
 */
export type CalendarField = "minute" | "hour" | "day" | "week" | "month" | "year";

const minute = 60_000;
const day = 86_400_000;

/** Days of one step of the fields that keep the time of day. */
const daysOf = { day: 1, week: 7 } as const;

/** Length of the fields that pass whatever the clock does. */
const lengthOf = { minute, hour: 60 * minute } as const;

/** The field that Oozie adds to for a step of a unit. */
export const fieldOf: Readonly<Record<TimeUnit, CalendarField>> = {
  minutes: "minute",
  hours: "hour",
  days: "day",
  months: "month",
  endOfDays: "day",
  endOfWeeks: "week",
  endOfMonths: "month",
};

/** `GregorianCalendar.add`. */
export function add(zone: string, time: Instant, field: CalendarField, count: number): Instant {
  if (count === 0) return time;
  switch (field) {
    case "minute":
    case "hour":
      return (time + count * lengthOf[field]) as Instant;
    case "day":
    case "week":
      return addDays(zone, time, count * daysOf[field]);
    case "month":
    case "year":
      return addMonths(zone, time, field === "year" ? 12 * count : count);
  }
}

/**
 * Keeps what the clock shows. When it is set in between, it may miss a time in a gap, which then is as much earlier;
 * where that would be the day before, it is as much later.
 */
function addDays(zone: string, time: Instant, days: number): Instant {
  const before = zoneOffset(zone, time);
  const moved = (time + days * day) as Instant;
  const change = before - zoneOffset(zone, moved);
  if (change === 0) return moved;
  const shifted = (moved + change) as Instant;
  return dateOf(toLocal(zone, shifted)) === dateOf((moved + before) as Local) ? shifted : moved;
}

/** Keeps the day of the month, or takes the month's last where it has no such day, and what the clock shows. */
function addMonths(zone: string, time: Instant, months: number): Instant {
  return atLocal(zone, monthsLater(toLocal(zone, time), months));
}

/** What a clock is set to months later, whether it ever shows that or not. */
export function monthsLater(local: Local, months: number): Local {
  const { year, month, day: dayOfMonth } = partsOf(local);
  const first = Date.UTC(year, month - 1 + months, 1);
  const length = Math.round((Date.UTC(year, month + months, 1) - first) / day);
  return (first + (Math.min(dayOfMonth, length) - 1) * day + (local - dateOf(local) * day)) as Local;
}

/** Sets a clock: of two instants that it shows, and of those around a gap, it is the later one. */
export function atLocal(zone: string, local: number): Instant {
  return fromLocal(zone, local as Local).instants.at(-1)!;
}

/** Days since 1970-01-01. */
function dateOf(local: Local): number {
  return Math.floor(local / day);
}

/** 00:00 of the day on the clock. */
export function midnight(zone: string, time: Instant): number {
  return dateOf(toLocal(zone, time)) * day;
}

/** 00:00 of the Sunday at or before a local midnight. */
export function sunday(local: number): number {
  return local - partsOf(local as Local).weekday * day;
}

/** 00:00 of the first of a local midnight's month. */
export function firstOfMonth(local: number): number {
  return local - (partsOf(local as Local).day - 1) * day;
}

/** The end of the day, week or month that a time lies in; other units leave it (`DateUtils.moveToEnd`). */
export function moveToEnd(zone: string, time: Instant, unit: TimeUnit): Instant {
  switch (unit) {
    case "endOfDays":
      return atLocal(zone, midnight(zone, addDays(zone, time, 1)));
    case "endOfWeeks":
      return atLocal(zone, sunday(midnight(zone, addDays(zone, time, 7))));
    case "endOfMonths": {
      const { year, month } = partsOf(toLocal(zone, time));
      return atLocal(zone, Date.UTC(year, month, 1));
    }
    default:
      return time;
  }
}

/**
 * Steps on, one by one, while before a time. As a step that misses its hour in a gap goes on from there, this may come
 * to other times than one addition of all the steps. Between two changes of the clock it leaps.
 */
export function stepUntil(
  zone: string,
  from: Instant,
  field: CalendarField,
  by: number,
  until: Instant,
): { readonly time: Instant; readonly steps: number } {
  let [time, steps] = [from, 0];
  const length = field === "day" || field === "week" ? by * daysOf[field] * day : undefined;
  while (time < until) {
    const end = length === undefined ? time : Math.min(stretchOf(zone, time).until - 1, until);
    const leap = length === undefined ? 0 : Math.floor((end - time) / length);
    time = leap > 0 ? ((time + leap * length!) as Instant) : add(zone, time, field, by);
    steps += Math.max(leap, 1);
  }
  return { time, steps };
}
