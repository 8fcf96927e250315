import { HowdahError } from "./errors.ts";

/** A point in time: milliseconds since 1970-01-01T00:00Z. Oozie knows whole minutes of them. */
export type Instant = number & { readonly instant: unique symbol };

export type TimeUnit = "minutes" | "hours" | "days";

/** A length of time, and the frequency of a coordinator or a data set. */
export interface Frequency {
  readonly kind: "frequency";
  readonly unit: TimeUnit;
  readonly count: number;
}

const unitMilliseconds: Readonly<Record<TimeUnit, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

function frequency(unit: TimeUnit, count: number): Frequency {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new HowdahError(`${unit}(${count}) is no frequency: it takes a whole number from 1`, { code: "FREQUENCY" });
  return Object.freeze({ kind: "frequency", unit, count });
}

export const minutes = (count: number): Frequency => frequency("minutes", count);
export const hours = (count: number): Frequency => frequency("hours", count);
export const days = (count: number): Frequency => frequency("days", count);

/** Milliseconds of one step. Days are 24 hours: all times are UTC here, which has no daylight saving. */
export function stepOf(every: Frequency): number {
  return every.count * unitMilliseconds[every.unit];
}

/** `time + count * every`. */
export function plus(time: Instant, every: Frequency, count = 1): Instant {
  return (time + count * stepOf(every)) as Instant;
}

/** The last whole day, hour or minute at or before a time. */
export function floorTo(unit: TimeUnit, time: Instant): Instant {
  const step = unitMilliseconds[unit];
  return (Math.floor(time / step) * step) as Instant;
}

/** `2012-03-01T00:00Z`, as Oozie writes times. */
export function formatOozieTime(time: Instant): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
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

/** Splits a date pattern into its fields and the text between them; refuses a letter it does not know. */
export function datePatternTokens(pattern: string): readonly ({ field: string } | { text: string })[] {
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
