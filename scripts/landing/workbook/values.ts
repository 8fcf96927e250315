/** A time of a cell, in seconds since 1970 as its clock shows them. */
export class CellTime {
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** What a cell holds; an empty text where it is empty. A whole number is a text, with the digits of the file. */
export type Cell = string | number | CellTime;

const daySeconds = 86_400;
/** Days from a workbook's day 0 to 1970: ECMA-376 part 1, 18.17.4.1. */
const daysTo1970 = { since1900: 25_569, since1904: 24_107 };
const lastDay = { since1900: 2_958_466, since1904: 2_957_004 };

/**
 * The time of a serial number; undefined for one that is no day of the calendar. A day is 1.0, so that a minute is no
 * exact number: rounding to seconds gives the one that was typed.
 */
export function serialTime(serial: number, since1904: boolean): CellTime | undefined {
  const system = since1904 ? "since1904" : "since1900";
  const seconds = Math.round(serial * daySeconds);
  if (!(seconds >= (since1904 ? 0 : daySeconds) && seconds < lastDay[system] * daySeconds)) return undefined;
  const day = Math.floor(seconds / daySeconds);
  // Day 60 is 1900-02-29, which was none; the days before it are one later than it makes them.
  if (!since1904 && day === 60) return undefined;
  const early = !since1904 && day < 60 ? 1 : 0;
  return new CellTime(seconds + (early - daysTo1970[system]) * daySeconds);
}

/** The time of a cell that holds it as text (`2010-12-01T08:26:00`); undefined for anything else. */
export function isoTime(text: string): CellTime | undefined {
  const [, day, clock = "00:00:00"] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z?)?$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const time = Date.parse(`${day}T${clock}Z`);
  const same = !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${day}T${clock}`);
  return same ? new CellTime(time / 1000) : undefined;
}

/** A number as a spreadsheet shows it: 15 digits, the others are noise of the double. */
export function numberText(value: number): string {
  return String(Number.isSafeInteger(value) ? value + 0 : Number(value.toPrecision(15)));
}

/** A number rounded to three places, half away from zero. */
export function priceText(value: number): string {
  const thousandths = Math.round(Number((Math.abs(value) * 1000).toPrecision(15)));
  if (!Number.isSafeInteger(thousandths)) return numberText(value);
  return `${value < 0 && thousandths > 0 ? "-" : ""}${thousandths / 1000}`;
}

/** Formats that every workbook has and that show a time: 18.8.30, with those of East Asian languages. */
const builtInTimes: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

export function isBuiltInTime(format: number): boolean {
  return builtInTimes.some(([from, to]) => format >= from && format <= to);
}

/** Whether a format of a workbook's own shows a time: a letter of one outside of quotes, escapes and brackets. */
export function showsTime(code: string): boolean {
  const [positive = ""] = code
    .replace(/\[(h+|m+|s+)\]/gi, "$1")
    .replace(/"[^"]*"?|\\.|[_*].|\[[^\]]*\]/g, "")
    .split(";");
  return /[ymdhs]/i.test(positive) && !/^general$/i.test(positive);
}

/** A text as a part writes it: `_x000D_` stands for a character that XML cannot hold (22.9.2.19). */
export function unescapeText(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
