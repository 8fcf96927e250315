import { Random } from "./random.ts";

/** How busy each hour of a day is, relative to the mean. */
const siteByHour = [
  0.5, 0.35, 0.22, 0.2, 0.22, 0.2, 0.3, 0.65, 1.0, 1.05, 0.95, 0.9, 1.05, 1.4, 1.35, 1.4, 1.8, 1.9, 1.2, 1.45, 2.0, 1.7,
  0.95, 0.8,
];
const tillByHour = [
  0, 0, 0, 0, 0, 0, 0.01, 0.1, 0.45, 1.3, 1.9, 2.2, 2.9, 2.7, 2.5, 2.8, 2.0, 1.1, 0.3, 0.15, 0.04, 0, 0, 0,
];

/** The hours of the generated time, counted from its first. */
export interface Hour {
  readonly index: number;
  /** Seconds since 1970. */
  readonly start: number;
  /** Sessions begin, relative to the mean hour. */
  readonly site: number;
  /** Invoices are written, relative to the mean hour; 0 at night and on Saturdays. */
  readonly till: number;
}

export const hourSeconds = 3600;

export function hourOf(index: number, start: number): Hour {
  const seconds = start + index * hourSeconds;
  const date = new Date(seconds * 1000);
  const ofDay = date.getUTCHours();
  const weekday = date.getUTCDay();
  return {
    index,
    start: seconds,
    site: siteByHour[ofDay]! * (weekday === 0 || weekday === 6 ? 1.15 : 0.94),
    till: weekday === 6 ? 0 : tillByHour[ofDay]! * (weekday === 0 ? 0.7 : 1.05),
  };
}

/** Every third day from its 20th hour on the collector never fails, for as long as a marathon takes. */
const marathonStart = 20;
const marathonHours = 28;

export function isMarathonStart(index: number): boolean {
  return index % 72 === marathonStart;
}

/** Hours in which the site's collector was down: they have no hit at all. Most fall into the night. */
export function isQuiet(seed: number, index: number): boolean {
  const inWindow = (index - marathonStart + 72) % 72 < marathonHours && index >= marathonStart;
  if (inWindow) return false;
  const night = index % 24 >= 1 && index % 24 <= 6;
  return Random.of(seed, "quiet", index).chance(night ? 0.6 : 0.22);
}
