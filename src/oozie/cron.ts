import { HowdahError } from "../core/errors.ts";
import type { Cron, Instant } from "../core/time.ts";

/**
 * Cron expressions as Oozie evaluates them: five fields, read by Quartz with a 0 for its seconds, in UTC
 * (`CoordCommandUtils.getNextValidActionTimeForCronFrequency`). Libraries do not serve here: their weekdays count from 0,
 * and none knows all of `L-3`, `LW`, `15W`, ranges that wrap around, and days of month or week as Oozie joins them.
 */
interface Schedule {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  /** A day counts when one of them names it: one rule, or one for days of the month and one for days of the week. */
  readonly days: readonly DayRule[];
}

type DayRule =
  | { readonly is: "days"; readonly days: readonly number[] }
  /** So many days before the month's last, moved to the nearest day from Monday to Friday or not. */
  | { readonly is: "last"; readonly before: number; readonly workday: boolean }
  /** The day from Monday to Friday nearest to a day of the month. */
  | { readonly is: "workday"; readonly day: number }
  /** Days of the week, 1 being Sunday. */
  | { readonly is: "weekdays"; readonly days: readonly number[] }
  | { readonly is: "lastWeekday"; readonly day: number }
  | { readonly is: "nthWeekday"; readonly day: number; readonly nth: number };

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const minuteField: Field = { name: "minute", min: 0, max: 59, names: [] };
const hourField: Field = { name: "hour", min: 0, max: 23, names: [] };
const dayField: Field = { name: "day of month", min: 1, max: 31, names: [] };
const monthField: Field = { name: "month", min: 1, max: 12, names: monthNames };
const weekdayField: Field = { name: "day of week", min: 1, max: 7, names: dayNames };

const dayLength = 86_400_000;
/** Quartz looks a hundred years ahead of today. */
const lastYear = 2199;
const schedules = new WeakMap<Cron, Schedule>();

/**
 * Why Oozie would not take a text for a cron expression, or would not do what it says: Quartz ignores what it does not
 * understand behind a value (`MON-FRI/2` is `MON-FRI`), which is refused here. Undefined when nothing is wrong.
 */
export function cronProblem(text: string): string | undefined {
  try {
    readCron(text);
    return undefined;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}

/**
 * The times that a cron expression names in `from <= t < until`, in order, until the year 2199. Throws `CRON` for a text
 * of which {@link cronProblem} says why it is none.
 */
export function* cronTimes(cron: Cron, from: Instant, until: Instant): Generator<Instant> {
  const { minutes, hours, months, days } = scheduleOf(cron);
  const first = new Date(Math.max(from, 0));
  for (let year = first.getUTCFullYear(); year <= lastYear; year++)
    for (const month of months) {
      const begin = Date.UTC(year, month - 1);
      if (begin >= until) return;
      if (Date.UTC(year, month) <= from) continue;
      for (const day of daysOf(days, year, month)) {
        const midnight = begin + (day - 1) * dayLength;
        if (midnight + dayLength <= from) continue;
        for (const hour of hours)
          for (const minute of minutes) {
            const time = (midnight + (hour * 60 + minute) * 60_000) as Instant;
            if (time >= until) return;
            if (time >= from) yield time;
          }
      }
    }
}

/** The first time after one; undefined when there is none until the year 2199. */
export function cronTimeAfter(cron: Cron, time: Instant): Instant | undefined {
  for (const next of cronTimes(cron, (time + 1) as Instant, Infinity as Instant)) return next;
  return undefined;
}

function scheduleOf(cron: Cron): Schedule {
  const known = schedules.get(cron);
  if (known !== undefined) return known;
  try {
    const schedule = readCron(cron.text);
    schedules.set(cron, schedule);
    return schedule;
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    throw new HowdahError(`${cron.text} is no cron expression: ${error.message}`, { code: "CRON", where: cron.at });
  }
}

class CronError extends Error {}
type Five<T> = [T, T, T, T, T];

function readCron(text: string): Schedule {
  const fields = text.split(" ");
  if (fields.length !== 5 || fields.includes(""))
    throw new CronError("it takes five fields with one blank between them: minute, hour, day of month, month, weekday");
  const [minute, hour, day, month, weekday] = fields.map((field) => field.toUpperCase()) as Five<string>;
  const schedule = {
    minutes: valuesOf(minuteField, minute),
    hours: valuesOf(hourField, hour),
    months: valuesOf(monthField, month),
    days: dayRules(day, weekday),
  };
  for (const rule of schedule.days)
    if (!namesADay(schedule.months, rule))
      throw new CronError(
        schedule.days.length === 1
          ? "it never comes: its months do not have its days"
          : "its days of month or its days of week never come in its months, upon which Oozie fails",
      );
  return schedule;
}

/** Both fields hold at once only as one or the other, and a `*` in one of them leaves it to the other. */
function dayRules(day: string, weekday: string): readonly DayRule[] {
  if (day === "?" && weekday === "?") throw new CronError("day of month and day of week cannot both be ?");
  const ofMonth = day === "?" ? undefined : dayRule(day);
  const ofWeek = weekday === "?" ? undefined : weekdayRule(weekday);
  if (ofMonth === undefined || (day === "*" && ofWeek !== undefined)) return [ofWeek!];
  if (ofWeek === undefined || weekday === "*") return [ofMonth];
  return [ofMonth, ofWeek];
}

function dayRule(text: string): DayRule {
  const [last, before, lastWorkday] = /^L(?:-(\d{1,2}))?(W)?$/.exec(text) ?? [];
  if (last !== undefined) {
    const count = Number(before ?? 0);
    if (count > 30) throw wrong(dayField, text, "no month is that long");
    if (lastWorkday !== undefined && count > 27) throw wrong(dayField, text, "Quartz may search for it for ever");
    return { is: "last", before: count, workday: lastWorkday !== undefined };
  }
  const [near, number] = /^(\d{1,2})W$/.exec(text) ?? [];
  if (near !== undefined) return { is: "workday", day: valueOf(dayField, number!, text) };
  return { is: "days", days: valuesOf(dayField, text) };
}

function weekdayRule(text: string): DayRule {
  if (text === "L") return { is: "weekdays", days: [7] };
  const [found, value, last, nth] = /^(\d{1,2}|[A-Z]{3})(?:(L)|#([1-5]))$/.exec(text) ?? [];
  if (found === undefined) return { is: "weekdays", days: valuesOf(weekdayField, text) };
  const day = valueOf(weekdayField, value!, text);
  return last === undefined ? { is: "nthWeekday", day, nth: Number(nth) } : { is: "lastWeekday", day };
}

function wrong(field: Field, text: string, why: string): CronError {
  return new CronError(`${field.name} ${text}: ${why}`);
}

function valueOf(field: Field, text: string, item: string): number {
  const name = field.names.indexOf(text);
  const value = name < 0 ? Number(text) : name + field.min;
  if (value >= field.min && value <= field.max) return value;
  const names = field.names.length === 0 ? "" : ` or ${field.names[0]} to ${field.names.at(-1)}`;
  throw wrong(field, item, `it goes from ${field.min} to ${field.max}${names}`);
}

/** The values of a list, ascending. */
function valuesOf(field: Field, text: string): readonly number[] {
  const values = new Set(text.split(",").flatMap((item) => itemValues(field, item)));
  return [...values].sort((a, b) => a - b);
}

/** The values of `*`, `5`, `5-9` or `MON-FRI`, numbers also with a step; a range may wrap around. */
function itemValues(field: Field, item: string): readonly number[] {
  const [, body = "?", each] = /^([^/]*)(?:\/(\d{1,2}))?$/.exec(item) ?? [];
  const [, from, to] = /^(\d{1,2}(?!.*[A-Z])|[A-Z]{3}(?!.*\d))(?:-(\d{1,2}|[A-Z]{3}))?$/.exec(body) ?? [];
  if (from === undefined && body !== "*" && (body !== "" || each === undefined))
    throw wrong(
      field,
      item,
      /[LW#?]/.test(item)
        ? "L, W, # and ? stand alone, in days only"
        : "Quartz does not understand it, or only its beginning",
    );
  if (each !== undefined && from !== undefined && !/\d/.test(from))
    throw wrong(field, item, "Quartz would ignore a step behind names");
  const step = Number(each ?? 1);
  if (step < 1 || step > field.max) throw wrong(field, item, `a step goes from 1 to ${field.max}`);
  const start = from === undefined ? field.min : valueOf(field, from, item);
  // 5 is only itself, 5/10 goes on to the end.
  const alone = from !== undefined && to === undefined && each === undefined;
  const stop = alone ? start : to === undefined ? field.max : valueOf(field, to, item);
  const size = field.max - field.min + 1;
  const values: number[] = [];
  for (let value = start; value <= (stop < start ? stop + size : stop); value += step)
    values.push(value > field.max ? value - size : value);
  return values;
}

/** Whether a rule names a day in one of some months: every year of the calendar is like one of these 28. */
function namesADay(months: readonly number[], rule: DayRule): boolean {
  for (let year = 2000; year < 2028; year++)
    if (months.some((month) => daysOf([rule], year, month).length > 0)) return true;
  return false;
}

/** The days of a month that the rules name, ascending. */
function daysOf(rules: readonly DayRule[], year: number, month: number): readonly number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const lists = rules.map((rule) => daysByRule(rule, year, month, length).filter((day) => day >= 1 && day <= length));
  const [first, second] = lists;
  if (second === undefined) return first!;
  return [...new Set([...first!, ...second])].sort((a, b) => a - b);
}

function daysByRule(rule: DayRule, year: number, month: number, length: number): readonly number[] {
  /** From 1, Sunday, also for days that the month does not have. */
  const weekday = (day: number): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
  const firstOn = (day: number): number => 1 + ((day - weekday(1) + 7) % 7);
  switch (rule.is) {
    case "days":
      return rule.days;
    case "last":
      return [rule.workday ? nearestWorkday(length - rule.before, length, weekday) : length - rule.before];
    case "workday":
      return [nearestWorkday(rule.day, length, weekday)];
    case "weekdays":
      return Array.from({ length }, (_, i) => i + 1).filter((day) => rule.days.includes(weekday(day)));
    case "lastWeekday":
      return [firstOn(rule.day) + Math.floor((length - firstOn(rule.day)) / 7) * 7];
    case "nthWeekday":
      return [firstOn(rule.day) + (rule.nth - 1) * 7];
  }
}

/**
 * The nearest day from Monday to Friday within the month. Of a day that the month does not have, Quartz asks the weekday
 * all the same: 31W is the 30th of an April before a Saturday.
 */
function nearestWorkday(day: number, length: number, weekday: (day: number) => number): number {
  if (weekday(day) === 7) return day === 1 ? 3 : day - 1;
  if (weekday(day) === 1) return day === length ? day - 2 : day + 1;
  return day;
}
