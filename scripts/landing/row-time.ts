import { HowdahError } from "howdah";
import type { Hour } from "./feeds.ts";

/*
 * Times are read from bytes, without making a string or a Date of each: most of landing's work is to find the hour
 * of every line.
 */

const tab = 9;
const carriageReturn = 13;
const zero = 48;

/** The hour of a hit: column 2, `yyyy-MM-dd HH:mm:ss` in full. NaN when it cannot be read. */
export function hitHour(block: Buffer, start: number, end: number): Hour {
  let at = start;
  while (at < end && block[at] !== tab) at++;
  at++;
  const after = at + 19;
  if (after > end) return NaN;
  if (after < end && block[after] !== tab && !(block[after] === carriageReturn && after + 1 === end)) return NaN;
  if (block[at + 4] !== 45 || block[at + 7] !== 45 || block[at + 10] !== 32) return NaN;
  if (block[at + 13] !== 58 || block[at + 16] !== 58) return NaN;
  const minute = digits(block, at + 14, 2);
  const second = digits(block, at + 17, 2);
  if (!(minute < 60 && second < 60)) return NaN;
  return hourOf(digits(block, at, 4), digits(block, at + 5, 2), digits(block, at + 8, 2), digits(block, at + 11, 2));
}

/** NaN when one of the bytes is no digit. */
function digits(block: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = block[i]! - zero;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

const daysBefore = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysOfMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Hours since 1970; NaN for a date or an hour that does not exist, or when a part is NaN. */
function hourOf(year: number, month: number, day: number, hour: number): Hour {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && hour >= 0 && hour <= 23)) return NaN;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (day > daysOfMonth[month]! + (leap && month === 2 ? 1 : 0)) return NaN;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const days = before * 365 + leapDays + daysBefore[month]! + (leap && month > 2 ? 1 : 0) + day - 1 - 719_162;
  return days * 24 + hour;
}

/** Reads the hour of a time that fills the bytes from `start` to `end`; NaN when they are no such time. */
export type HourReader = (block: Buffer, start: number, end: number) => Hour;

type Token =
  { readonly field: "year" | "month" | "day" | "hour" | "minute" | "second"; readonly widths: Widths } | number;
type Widths = readonly [least: number, most: number];

const fieldTokens: Readonly<Record<string, Exclude<Token, number>>> = {
  yyyy: { field: "year", widths: [4, 4] },
  MM: { field: "month", widths: [2, 2] },
  M: { field: "month", widths: [1, 2] },
  dd: { field: "day", widths: [2, 2] },
  d: { field: "day", widths: [1, 2] },
  HH: { field: "hour", widths: [2, 2] },
  H: { field: "hour", widths: [1, 2] },
  mm: { field: "minute", widths: [2, 2] },
  ss: { field: "second", widths: [2, 2] },
};

/**
 * Makes a reader of a date pattern's tokens: `yyyy MM M dd d HH H mm ss`, `'T'` and punctuation. One letter takes one
 * or two digits. Throws `DATE_PATTERN` for a pattern that names no hour, or that could be read in two ways.
 */
export function hourReader(pattern: string): HourReader {
  const tokens = tokensOf(pattern);
  return (block, start, end) => {
    const found = { year: NaN, month: NaN, day: NaN, hour: NaN, minute: 0, second: 0 };
    let at = start;
    for (const token of tokens) {
      if (typeof token === "number") {
        if (at >= end || block[at++] !== token) return NaN;
        continue;
      }
      let value = 0;
      const [least, most] = token.widths;
      const from = at;
      while (at < end && at - from < most) {
        const digit = block[at]! - zero;
        if (!(digit >= 0 && digit <= 9)) break;
        value = value * 10 + digit;
        at++;
      }
      if (at - from < least) return NaN;
      found[token.field] = value;
    }
    if (at !== end || found.minute > 59 || found.second > 59) return NaN;
    return hourOf(found.year, found.month, found.day, found.hour);
  };
}

/** Writes a time, in seconds since 1970, by a pattern that {@link hourReader} reads. */
export interface TimeWriter {
  readonly pattern: string;
  /** The seconds of the smallest part that it has a place for: 1, 60 or 3600. */
  readonly precision: number;
  write(seconds: number): string;
}

/** Throws `DATE_PATTERN`, as {@link hourReader} does. */
export function timeWriter(pattern: string): TimeWriter {
  const tokens = tokensOf(pattern);
  const named = new Set(tokens.map((token) => (typeof token === "number" ? undefined : token.field)));
  // The lines of an invoice follow one another, and have one time.
  let last = NaN;
  let text = "";
  return {
    pattern,
    precision: named.has("second") ? 1 : named.has("minute") ? 60 : 3600,
    write(seconds) {
      if (seconds === last) return text;
      const date = new Date(seconds * 1000);
      const parts = {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
      };
      last = seconds;
      text = tokens
        .map((token) =>
          typeof token === "number"
            ? String.fromCharCode(token)
            : String(parts[token.field]).padStart(token.widths[0], "0"),
        )
        .join("");
      return text;
    },
  };
}

function tokensOf(pattern: string): readonly Token[] {
  const refuse = (why: string): never => {
    throw new HowdahError(`the date pattern ${JSON.stringify(pattern)} ${why}`, {
      code: "DATE_PATTERN",
      next: "take yyyy MM M dd d HH H mm ss, 'T' and punctuation, such as M/d/yyyy H:mm or yyyy-MM-dd'T'HH:mm:ss",
    });
  };
  const tokens: Token[] = [];
  for (const [text, letter, punctuation] of pattern.matchAll(/([A-Za-z])\1*|([-/:. _])|'T'|[^]/g)) {
    const field = letter === undefined ? undefined : fieldTokens[text];
    if (field !== undefined) tokens.push(field);
    else if (punctuation !== undefined) tokens.push(text.charCodeAt(0));
    else if (text === "'T'") tokens.push("T".charCodeAt(0));
    else refuse(`has ${JSON.stringify(text)}, which is none of its parts`);
  }
  const named = tokens.flatMap((token) => (typeof token === "number" ? [] : [token.field]));
  for (const field of ["year", "month", "day", "hour"] as const)
    if (!named.includes(field)) refuse(`names no ${field}, without which a line belongs to no hour`);
  if (new Set(named).size < named.length) refuse("names a part twice");
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (typeof token !== "number" && token.widths[0] < token.widths[1] && typeof next === "object")
      refuse("lets one part run into the next: put a mark between them, or take two letters");
  });
  return tokens;
}
