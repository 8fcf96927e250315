import { didYouMean, HowdahError } from "./errors.ts";
import type { Instant } from "./time.ts";

/** What the clock of a time zone shows: milliseconds since it showed 1970-01-01 00:00. */
export type Local = number & { readonly local: unique symbol };

/** The fields of what a clock shows. */
export interface LocalParts {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** A time during which a zone's clock keeps the same distance from UTC; `until` is no part of it. */
export interface Stretch {
  readonly from: Instant;
  readonly until: Instant;
  /** Milliseconds that the clock is ahead of UTC. */
  readonly offset: number;
}

/**
 * The instants at which a clock shows a time. `one`: an ordinary one. `overlap`: it shows it twice, the earlier first.
 * `gap`: it never does; the instants are those at which it would if it had been set already, or not been set yet.
 */
export interface Reading {
  readonly kind: "one" | "gap" | "overlap";
  readonly instants: readonly [Instant, ...Instant[]];
}

const day = 86_400_000;
/** The rules of a zone come from `Intl`, which is slow to ask, so they are kept: asked once a zone and year. */
const clocks = new Map<string, Clock | undefined>();

interface Clock {
  stretch(at: Instant): Stretch;
}

/**
 * Whether Oozie takes a name for a time zone: `UTC`, `GMT`, `GMT+05:30`, `GMT+0530` or a name of the time-zone database.
 * Java reads any other name as GMT, which Oozie refuses (`DateUtils.getTimeZone`).
 */
export function isZone(name: string): boolean {
  return clockNamed(name) !== undefined;
}

/** Why a name is none of a time zone; undefined when it is one. */
export function zoneProblem(name: string): string | undefined {
  if (isZone(name)) return undefined;
  if (/^(?:UTC|GMT)?[+-]\d/.test(name)) return `${name} is no time zone: a fixed offset is written GMT+05:30`;
  return `there is no time zone ${name}${didYouMean(name, ["UTC", "GMT", ...Intl.supportedValuesOf("timeZone")])}`;
}

/** The time around an instant during which the zone's clock is not set. Throws `ZONE` for a name that is none. */
export function stretchOf(zone: string, at: Instant): Stretch {
  const clock = clockNamed(zone);
  if (clock === undefined) throw new HowdahError(zoneProblem(zone) ?? zone, { code: "ZONE" });
  return clock.stretch(at);
}

/** Milliseconds that a zone's clock is ahead of UTC. Throws `ZONE` for a name that is none. */
export function zoneOffset(zone: string, at: Instant): number {
  return stretchOf(zone, at).offset;
}

/**
 * Milliseconds by which the clock of a zone is put forward for the summer. The rules that Node knows do not say it: it
 * is put forward when it was before less than a year ago and will be put back as much within a year.
 */
export function daylightSaving(zone: string, at: Instant): number {
  const { offset, from, until } = stretchOf(zone, at);
  const year = 366 * day;
  let [begin, end] = [from, until];
  while (begin > at - year && zoneOffset(zone, (begin - 1) as Instant) === offset)
    begin = stretchOf(zone, (begin - 1) as Instant).from;
  while (end < at + year && zoneOffset(zone, end) === offset) end = stretchOf(zone, end).until;
  if (end - begin > year) return 0;
  const [forward, back] = [offset - zoneOffset(zone, (begin - 1) as Instant), offset - zoneOffset(zone, end)];
  return forward > 0 && back > 0 ? Math.min(forward, back) : 0;
}

/** What the clock of a zone shows at an instant. */
export function toLocal(zone: string, at: Instant): Local {
  return (at + zoneOffset(zone, at)) as Local;
}

/** The instants at which the clock of a zone shows a time. */
export function fromLocal(zone: string, local: Local): Reading {
  // No zone is a day or more away from UTC, and none sets its clock twice within two days.
  const before = zoneOffset(zone, (local - day) as Instant);
  const after = zoneOffset(zone, (local + day) as Instant);
  const [early, late] = [local - Math.max(before, after), local - Math.min(before, after)] as [Instant, Instant];
  if (early === late) return { kind: "one", instants: [early] };
  const shown = [early, late].filter((instant) => toLocal(zone, instant) === local);
  if (shown.length === 1) return { kind: "one", instants: [shown[0]!] };
  return { kind: shown.length === 2 ? "overlap" : "gap", instants: [early, late] };
}

/** The fields of what the clock of a zone shows at an instant. */
export function localParts(zone: string, at: Instant): LocalParts {
  return partsOf(toLocal(zone, at));
}

export function partsOf(local: Local): LocalParts {
  const date = new Date(local);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    weekday: date.getUTCDay(),
  };
}

/** `2012-03-25 03:00 +02:00`: what the clock of a zone shows, and how far it is ahead of UTC. */
export function formatLocal(zone: string, at: Instant): string {
  const minutes = Math.round(zoneOffset(zone, at) / 60_000);
  const two = (count: number): string => String(count).padStart(2, "0");
  const ahead = `${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  const shown = new Date(toLocal(zone, at)).toISOString().slice(0, 16).replace("T", " ");
  return `${shown} ${minutes < 0 ? "-" : "+"}${ahead}`;
}

function clockNamed(name: string): Clock | undefined {
  if (!clocks.has(name)) clocks.set(name, makeClock(name));
  return clocks.get(name);
}

function makeClock(name: string): Clock | undefined {
  const [fixed, sign, hours, minutes] = /^(?:UTC|GMT(?:([+-])([01]\d|2[0-3]):?([0-5]\d))?)$/.exec(name) ?? [];
  if (fixed !== undefined) {
    const offset = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
    const always = { from: -Infinity as Instant, until: Infinity as Instant, offset };
    return { stretch: () => always };
  }
  // Java knows names by their case, which Intl does not: at least their beginnings are told apart.
  if (!/^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/.test(name)) return undefined;
  try {
    return regionClock(new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" }));
  } catch {
    return undefined;
  }
}

function regionClock(format: Intl.DateTimeFormat): Clock {
  const years = new Map<number, readonly Stretch[]>();
  let last: Stretch | undefined;
  return {
    stretch(at) {
      if (last !== undefined && at >= last.from && at < last.until) return last;
      const year = new Date(at).getUTCFullYear();
      let stretches = years.get(year);
      if (stretches === undefined) {
        stretches = stretchesOf(format, Date.UTC(year, 0), Date.UTC(year + 1, 0));
        years.set(year, stretches);
      }
      last = stretches.find(({ until }) => at < until)!;
      return last;
    },
  };
}

/** No zone has set its clock twice in less than a week less an hour (Recife, October 2000). */
const probe = 6 * day;

function stretchesOf(format: Intl.DateTimeFormat, begin: number, end: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let from = begin;
  let offset = offsetAt(format, begin);
  for (let known = begin; known < end;) {
    const next = Math.min(known + probe, end);
    if (next === end || offsetAt(format, next) !== offset) {
      let [same, other] = [known, next];
      // The last second of the year tells whether the clock is set in its last days.
      if (next !== end || offsetAt(format, end - 1000) !== offset)
        while (other - same > 1000) {
          const middle = same + Math.floor((other - same) / 2000) * 1000;
          if (offsetAt(format, middle) === offset) same = middle;
          else other = middle;
        }
      stretches.push({ from: from as Instant, until: other as Instant, offset });
      from = other;
      known = other;
      if (other < end) offset = offsetAt(format, other);
    } else known = next;
  }
  return stretches;
}

/** Reads `1/1/1970, GMT+01:00`; a time before zones may have seconds. */
function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(at)) ?? [];
  return (sign === "-" ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
