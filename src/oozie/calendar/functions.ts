import type { Instant } from "../../core/time.ts";
import { partsOf, toLocal, zoneOffset } from "../../core/zone.ts";
import { atLocal, midnight } from "./gregorian.ts";
import { originOf, stepsFrom, zoneOf, type Grid } from "./grid.ts";
import { addOffset, type Offset } from "./instances.ts";

/** `coord:hoursInDay(n)`: hours of the day of the nominal time and n steps of the data set, on its clock; else -1. */
export function hoursInDay(n: number, grid: Grid, nominal: Instant): number {
  if (nominal < originOf(grid)) return -1;
  const zone = zoneOf(grid);
  // DateUtils.hoursInDay looks at what hour it is 24 hours after 00:30.
  const begin = atLocal(zone, midnight(zone, stepsFrom(grid, nominal, n)) + 30 * 60_000);
  const { hour } = partsOf(toLocal(zone, (begin + 86_400_000) as Instant));
  return hour === 1 ? 23 : hour === 23 ? 25 : 24;
}

/** `coord:daysInMonth(n)`: days of the month of the nominal time and n steps of the data set, on its clock; else -1. */
export function daysInMonth(n: number, grid: Grid, nominal: Instant): number {
  if (nominal < originOf(grid)) return -1;
  const { year, month } = partsOf(toLocal(zoneOf(grid), stepsFrom(grid, nominal, n)));
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `coord:tzOffset()`: minutes that the data set's clock is ahead of the coordinator's. */
export function tzOffset(dataSetZone: string, coordinatorZone: string, nominal: Instant): number {
  return Math.trunc((zoneOffset(dataSetZone, nominal) - zoneOffset(coordinatorZone, nominal)) / 60_000);
}

/** `coord:dateOffset(time, n, unit)`, in UTC. */
export function dateOffset(time: Instant, by: Offset): Instant {
  return addOffset("UTC", time, by);
}

/** `coord:dateTzOffset(time, zone)`: what the zone's clock shows, which Oozie writes as if it was UTC. */
export function dateTzOffset(time: Instant, zone: string): Instant {
  return toLocal(zone, time) as number as Instant;
}

/** `coord:epochTime(time, millis)`: seconds since 1970, or milliseconds. */
export function epochTime(time: Instant, millis: boolean): string {
  return String(millis ? time : Math.trunc(time / 1000));
}
