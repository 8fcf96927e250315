import { HowdahError } from "./errors.ts";
import { callerPlace, type Place } from "./source.ts";

/** A point in time: milliseconds since 1970-01-01T00:00Z. Oozie knows whole minutes of them. */
export type Instant = number & { readonly instant: unique symbol };

/** Units of which every step is equally long. A day is 24 hours here, whatever a time zone's clock does. */
export type FixedUnit = "minutes" | "hours" | "days";

/** Oozie's units. A step of `endOf…` ends at the first minute of the day, week (which begins on Sunday) or month after. */
export type TimeUnit = FixedUnit | "months" | "endOfDays" | "endOfWeeks" | "endOfMonths";

/** How often a coordinator or a data set has an action or an instance; also a length of time. */
export interface Frequency<U extends TimeUnit = TimeUnit> {
  readonly kind: "frequency";
  readonly unit: U;
  /** A whole number from 1, which {@link frequencyProblem} checks. */
  readonly count: number;
  readonly at: Place;
}

/** What has a length in milliseconds. */
export type FixedFrequency = Frequency<FixedUnit>;

/** The nominal times that a cron expression names: five fields in Quartz's meaning, evaluated in UTC. */
export interface Cron {
  readonly kind: "cron";
  readonly text: string;
  readonly at: Place;
}

export type Every = Frequency | Cron;

function frequency<U extends TimeUnit>(unit: U, count: number, called: (count: number) => unknown): Frequency<U> {
  return Object.freeze({ kind: "frequency", unit, count, at: callerPlace(called) });
}

export const minutes = (count: number): Frequency<"minutes"> => frequency("minutes", count, minutes);
export const hours = (count: number): Frequency<"hours"> => frequency("hours", count, hours);
/** As a coordinator's or data set's frequency: the same time of each n-th day on the clock of its time zone. */
export const days = (count: number): Frequency<"days"> => frequency("days", count, days);
export const months = (count: number): Frequency<"months"> => frequency("months", count, months);
/** Each n-th midnight of the time zone. */
export const endOfDays = (count: number): Frequency<"endOfDays"> => frequency("endOfDays", count, endOfDays);
export const endOfWeeks = (count: number): Frequency<"endOfWeeks"> => frequency("endOfWeeks", count, endOfWeeks);
/** 00:00 of the first of each n-th month. */
export const endOfMonths = (count: number): Frequency<"endOfMonths"> => frequency("endOfMonths", count, endOfMonths);

/** Nominal times by a cron expression of five fields, such as `0 10 * * 2-6`: ten o'clock UTC, Monday to Friday. */
export function cron(text: string): Cron {
  return Object.freeze({ kind: "cron", text, at: callerPlace() });
}

/** Why a frequency is none; undefined when it is one. Oozie keeps counts in 32 bits. */
export function frequencyProblem({ unit, count }: Pick<Frequency, "unit" | "count">): string | undefined {
  if (Number.isInteger(count) && count >= 1 && count < 2 ** 31) return undefined;
  return `${unit}(${count}) is no frequency: it takes a whole number from 1`;
}

export function isFixed(every: Every): every is FixedFrequency {
  return every.kind === "frequency" && every.unit in unitMilliseconds;
}

const unitMilliseconds: Readonly<Record<FixedUnit, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

/** Milliseconds of one step, a day being 24 hours. */
export function stepOf(every: Pick<FixedFrequency, "unit" | "count">): number {
  return every.count * unitMilliseconds[every.unit];
}

/** `time + count * every`, a day being 24 hours. */
export function plus(time: Instant, every: Pick<FixedFrequency, "unit" | "count">, count = 1): Instant {
  return (time + count * stepOf(every)) as Instant;
}

/** The times from one to another, both included, a step apart; none where the last is before the first. */
export function timesBetween(
  first: Instant,
  last: Instant,
  every: Pick<FixedFrequency, "unit" | "count">,
): readonly Instant[] {
  const count = Math.floor((last - first) / stepOf(every)) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => plus(first, every, i));
}

/** The last whole day, hour or minute at or before a time. */
export function floorTo(unit: FixedUnit, time: Instant): Instant {
  const step = unitMilliseconds[unit];
  return (Math.floor(time / step) * step) as Instant;
}

/** The day that was written last: times are mostly written in order, and a date costs much more than the rest. */
let lastDay = { from: NaN, text: "" };

/** `2012-03-01T00:00Z`, as Oozie writes times. */
export function formatOozieTime(time: Instant): string {
  const from = Math.floor(time / unitMilliseconds.days) * unitMilliseconds.days;
  if (from !== lastDay.from) lastDay = { from, text: new Date(time).toISOString().slice(0, -13) };
  const minute = Math.floor((time - from) / unitMilliseconds.minutes);
  return `${lastDay.text}${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}Z`;
}

function twoDigits(count: number): string {
  return count < 10 ? `0${count}` : String(count);
}

/** Reads `2012-03-01T00:00Z`; undefined for anything else, also for a day that its month does not have. */
export function parseOozieTime(text: string): Instant | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(text)) return undefined;
  const time = Date.parse(text) as Instant;
  return !Number.isNaN(time) && formatOozieTime(time) === text ? time : undefined;
}

/** Letters of `java.text.SimpleDateFormat` that howdah writes and reads, all of fixed width. */
const fields: Readonly<Record<string, (date: Date) => number>> = {
  yyyy: (date) => date.getUTCFullYear(),
  MM: (date) => date.getUTCMonth() + 1,
  dd: (date) => date.getUTCDate(),
  HH: (date) => date.getUTCHours(),
  mm: (date) => date.getUTCMinutes(),
  ss: (date) => date.getUTCSeconds(),
};

/** One letter repeated, a quoted text (a doubled quote in it is one), two quotes (a quote), or any other character. */
const patternToken = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^]/g;

type PatternToken = { readonly field: string } | { readonly text: string };

/** The tokens of the patterns that were asked for: a few, by which times are written by the thousand. */
const knownPatterns = new Map<string, readonly PatternToken[]>();

/** Splits a date pattern into its fields and the text between them; refuses a letter it does not know. */
export function datePatternTokens(pattern: string): readonly PatternToken[] {
  let tokens = knownPatterns.get(pattern);
  if (tokens === undefined) knownPatterns.set(pattern, (tokens = splitPattern(pattern)));
  return tokens;
}

function splitPattern(pattern: string): readonly PatternToken[] {
  return [...pattern.matchAll(patternToken)].map(([token, letter, quoted]) => {
    if (letter !== undefined) {
      if (fields[token] !== undefined) return { field: token };
      throw new HowdahError(
        `date pattern ${pattern}: ${token} is not among ${Object.keys(fields).join(", ")}; other text goes in quotes`,
        { code: "DATE_PATTERN" },
      );
    }
    if (quoted === undefined) return { text: token };
    return { text: quoted === "" ? "'" : quoted.replaceAll("''", "'") };
  });
}

/** Writes a time in UTC by a pattern of `yyyy MM dd HH mm ss`, as `coord:formatTime` does. */
export function formatTimeBy(pattern: string, time: Instant): string {
  const date = new Date(time);
  return datePatternTokens(pattern)
    .map((token) =>
      "field" in token ? String(fields[token.field]!(date)).padStart(token.field.length, "0") : token.text,
    )
    .join("");
}

/** Reads what {@link formatTimeBy} wrote; undefined for anything else. */
export function parseTimeBy(pattern: string, text: string): Instant | undefined {
  let at = 0;
  const parts: Record<string, string> = { yyyy: "1970", MM: "01", dd: "01", HH: "00", mm: "00", ss: "00" };
  for (const token of datePatternTokens(pattern)) {
    const width = "field" in token ? token.field.length : token.text.length;
    const part = text.slice(at, at + width);
    if ("field" in token) {
      if (!/^\d+$/.test(part)) return undefined;
      parts[token.field] = part;
    } else if (part !== token.text) return undefined;
    at += width;
  }
  const iso = `${parts["yyyy"]}-${parts["MM"]}-${parts["dd"]}T${parts["HH"]}:${parts["mm"]}:${parts["ss"]}.000Z`;
  const time = Date.parse(iso) as Instant;
  return at === text.length && !Number.isNaN(time) && new Date(time).toISOString() === iso ? time : undefined;
}
