import type { Every, Instant } from "../../core/time.ts";
import { daylightSaving } from "../../core/zone.ts";
import { cronTimeAfter, cronTimes } from "../cron.ts";
import { add, fieldOf, moveToEnd } from "./gregorian.ts";
import { indexAt, originOf, stepsFrom, zoneOf, type Grid } from "./grid.ts";

/** When a coordinator has actions: from `start`, every step, before `end`. */
export interface Schedule {
  readonly every: Every;
  readonly start: Instant;
  readonly end: Instant;
  /** The zone in whose days and months the steps are counted; cron expressions are read in UTC. @default "UTC" */
  readonly timezone?: string | undefined;
}

/**
 * The nominal times of a schedule in `from <= t < until`, in order. The n-th is the first one and n steps, added at once
 * (`CoordMaterializeTransitionXCommand`): what a step loses in a gap of the clock or a short month, the next one has
 * again. A server that makes several actions of a cron expression at once may move some of them: see {@link cronGo}.
 */
export function* nominalTimes(schedule: Schedule, from: Instant, until: Instant): Generator<Instant> {
  const { every, start, end, timezone } = schedule;
  const last = Math.min(until, end) as Instant;
  if (from >= last) return;
  if (every.kind === "cron") {
    yield* cronTimes(every, Math.max(from, start) as Instant, last);
    return;
  }
  const grid: Grid = { every, initial: start, timezone };
  const origin = originOf(grid);
  let index = from <= origin ? 0 : indexAt(grid, (from - 1) as Instant) + 1;
  for (let time = stepsFrom(grid, origin, index); time < last; time = stepsFrom(grid, origin, index)) {
    yield time;
    index += 1;
  }
}

/** The first nominal time after one, whether the schedule has ended or not; undefined when there is none any more. */
export function nominalAfter(schedule: Schedule, time: Instant): Instant | undefined {
  const endless = { ...schedule, end: Infinity as Instant };
  for (const next of nominalTimes(endless, (time + 1) as Instant, Infinity as Instant)) return next;
  return undefined;
}

/**
 * When the action after one, which is the `number`-th from 1, supersedes it under LAST_ONLY; undefined when that is after
 * the end. Oozie adds here before it moves to the end of a day, week or month (`CoordCommandUtils.computeNextNominalTime`).
 */
export function nextNominal(schedule: Schedule, number: number, nominal: Instant): Instant | undefined {
  const { every, start, end } = schedule;
  const zone = zoneOf(schedule);
  const next =
    every.kind === "cron"
      ? cronTimeAfter(every, nominal)
      : moveToEnd(zone, add(zone, start, fieldOf[every.unit], number * every.count), every.unit);
  return next === undefined || next > end ? undefined : next;
}

/**
 * The actions of a cron expression that a server makes in one go (`CoordMaterializeTransitionXCommand`), from the time
 * up to which it had come, before `until`, so many at most; returns how far it has come. One that is a day or more after
 * the one before in the same go is moved by the daylight saving that the coordinator's zone had at its start and has no
 * more, or the other way round (OOZIE-2494). So its time depends on how many actions are made at once: those of a
 * coordinator that has caught up are made one by one, and stay where the expression names them.
 */
export function* cronGo(schedule: Schedule, from: Instant, until: Instant, most: number): Generator<Instant, Instant> {
  const { every } = schedule;
  if (every.kind !== "cron") return from;
  const times = cronTimes(every, from, Infinity as Instant);
  const following = (): Instant => {
    const next = times.next();
    return next.done === true ? (Infinity as Instant) : next.value;
  };
  let time = from;
  // It looks for the first one from a minute before.
  let previous = (from - 60_000) as Instant;
  for (let made = 0; made < most; made++) {
    time = following();
    if (time >= until) return time;
    yield (time + cronShift(schedule, previous, time)) as Instant;
    previous = time;
  }
  return most > 0 ? following() : time;
}

function cronShift(schedule: Schedule, previous: Instant, time: Instant): number {
  if (time - previous < 86_400_000) return 0;
  const [atStart, now] = [schedule.start, time].map((at) => daylightSaving(zoneOf(schedule), at)) as [number, number];
  if (atStart > 0 && now === 0) return atStart;
  return atStart === 0 && now > 0 ? -now : 0;
}
