import fc from "fast-check";
import * as h from "#src/index.js";
import { formatOozieTime, type Instant } from "#src/core/time.js";
import { nominalTimes, timeAt } from "#src/oozie/calendar.js";
import type { Coordinator } from "#src/oozie/coordinator.js";

/** Random coordinators whose actions all lie in the past and wait for ever, so that a server shows each of them. */

const zone = fc.constantFrom(
  ...["UTC", "UTC", "GMT+05:30", "Europe/Berlin", "America/Los_Angeles", "America/Sao_Paulo", "Australia/Lord_Howe"],
);
const frequency: fc.Arbitrary<h.Frequency> = fc.oneof(
  fc.integer({ min: 5, max: 600 }).map(h.minutes),
  fc.integer({ min: 1, max: 60 }).map(h.hours),
  ...[h.days, h.months, h.endOfDays, h.endOfWeeks, h.endOfMonths].map((make) =>
    fc.integer({ min: 1, max: 3 }).map((n): h.Frequency => make(n)),
  ),
);
const cron = fc.constantFrom(
  ...["0/10 * * * *", "15,45 2-4 * * *", "0 10 * * 2-6", "30 0 L * *", "0 0 1,15 1-6 *", "5 4 * * 2#1", "0 12 15W * *"],
);
/** Around the days on which clocks are set, and elsewhere. */
const begin = fc
  .tuple(
    fc.constantFrom("2012-03-25", "2012-10-28", "2012-03-11", "2012-11-04", "2012-10-21", "2012-02-29", "2013-01-01"),
    fc.integer({ min: -3000, max: 1500 }),
  )
  .map(([day, minute]) => (Date.parse(`${day}T00:00Z`) + minute * 60_000) as Instant);

type Made = ReturnType<typeof h.dataset>;
const n = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const pair = (min: number, max: number): fc.Arbitrary<readonly [number, number]> =>
  fc.tuple(n(min, max), n(0, 3)).map(([from, more]) => [from, Math.min(from + more, max)] as const);
/** Some instances of a data set. What depends on the clock of a server is left to the tests of its classes. */
const choice: fc.Arbitrary<(of: Made, begin: { readonly initial: Instant; readonly start: Instant }) => h.Instances> =
  fc.oneof(
    pair(-6, 2).map(
      ([from, to]) =>
        (of: Made) =>
          of.currentRange(from, to),
    ),
    fc.tuple(n(-30, 5), fc.constantFrom<h.DateUnit>("MINUTE", "HOUR", "DAY", "MONTH", "YEAR")).map(
      ([by, unit]) =>
        (of: Made) =>
          of.offset(by, unit),
    ),
    fc.tuple(pair(-5, 3), fc.constantFrom<h.DateUnit>("HOUR", "DAY")).map(
      ([[from, to], unit]) =>
        (of: Made) =>
          of.offsetRange(from, to, unit),
    ),
    fc
      .tuple(fc.constantFrom("endOfDays" as const, "endOfWeeks" as const, "endOfMonths" as const), n(-2, 0), n(-1, 1))
      .map(
        ([period, from, to]) =>
          (of: Made) =>
            of.sinceStartOf(period, from, to),
      ),
    // From the initial instance on, or from a time that is seldom an instance, which the server refuses.
    fc
      .tuple(n(-1, 1), fc.constantFrom("initial" as const, "initial" as const, "initial" as const, "start" as const))
      .map(
        ([to, from]) =>
          (of: Made, times: Readonly<Record<"initial" | "start", Instant>>) =>
            of.since(formatOozieTime(times[from]), to),
      ),
  );

/** Kinds of frequencies, all of which must occur. */
export const frequencyKinds = [
  ...["minutes", "hours", "days", "months", "endOfDays", "endOfWeeks", "endOfMonths", "cron"],
] as const;

/** A coordinator's facts as the tests need them. */
export interface Case {
  readonly coordinator: Coordinator;
  /** All nominal times that it has. */
  readonly nominals: readonly Instant[];
}

/** What keeps every action waiting, in a folder in which nothing is. */
function never(root: string): Made {
  return h.dataset("never", { every: h.days(1), initial: "2000-01-01T00:00Z", uri: instanceUri(root, "never") });
}

function instanceUri(root: string, name: string): h.Expr<"path", "uri"> {
  return h.path`${root}/${name}/${h.YEAR}-${h.MONTH}-${h.DAY}-${h.HOUR}-${h.MINUTE}`;
}

/** Coordinators some of whose actions are late already, and whose clock does not strike in the minutes after `now`. */
export function lateCases(root: string, now: Instant): fc.Arbitrary<Case> {
  return fc
    .record({
      step: n(20, 90),
      late: n(0, 6),
      ahead: n(0, 3),
      phase: fc.double({ min: 0, max: 1, noNaN: true }),
      execution: fc.constantFrom("LAST_ONLY" as const, "NONE" as const),
      throttle: fc.constantFrom(1, 2, 12),
    })
    .map(({ step, late, ahead, phase, execution, throttle }) => {
      // The last nominal time before now is at least four minutes ago, the next one ten minutes ahead.
      const since = 4 + Math.floor(phase * (step - 14));
      const minute = Math.floor(now / 60_000);
      const nominals = Array.from({ length: late + 1 + ahead }, (_, i) => minute - since + (i - late) * step).map(
        (time) => (time * 60_000) as Instant,
      );
      const coordinator = h.coordinator("late", {
        every: h.minutes(step),
        start: formatOozieTime(nominals[0]!),
        end: formatOozieTime((nominals.at(-1)! + 60_000) as Instant),
        throttle,
        execution,
        timeout: h.days(60),
        reads: { never: never(root).current(0) },
        run: () => h.workflow("w", {}, () => h.sequence()).with({}),
      });
      return { coordinator, nominals };
    });
}

/** `root`: a folder in which nothing is. */
export function cases(root: string): fc.Arbitrary<Case> {
  const read = fc.record({
    every: frequency,
    back: n(-12, 400),
    timezone: zone,
    doneFlag: fc.constantFrom("_SUCCESS", "", "ready.flag"),
    choose: choice,
  });
  return fc
    .record({
      every: fc.oneof({ weight: 5, arbitrary: frequency }, { weight: 1, arbitrary: cron.map(h.cron) }),
      start: begin,
      timezone: zone,
      count: n(1, 9),
      throttle: fc.constantFrom(2, 5, 500, 500, 500),
      execution: fc.constantFrom("FIFO" as const, "FIFO" as const, "LIFO" as const),
      reads: fc.array(read, { minLength: 1, maxLength: 2 }),
    })
    .map(({ every, start, timezone: zoneOfAll, count, throttle, execution, reads }) => {
      // A cron expression is evaluated in UTC, whatever the zone.
      const timezone = every.kind === "cron" ? "UTC" : zoneOfAll;
      const far = (start + 40 * 366 * 86_400_000) as Instant;
      const nominals: Instant[] = [];
      for (const one of nominalTimes({ every, start, end: far, timezone }, start, far)) {
        if (nominals.length === count) break;
        nominals.push(one);
      }
      const end = (nominals.at(-1)! + 60_000) as Instant;
      const chosen = reads.map(({ every: step, back, timezone: own, doneFlag, choose }, i) => {
        const grid = { every: step, initial: start, timezone: own };
        const initial = (timeAt(grid, 0) - back * 3_600_000) as Instant;
        // Every instance from the initial one on shall be some hundreds at most.
        const many = (end - initial) / (timeAt(grid, 1) - timeAt(grid, 0)) > 300;
        const made = h.dataset(`d${i}`, {
          every: step,
          initial: formatOozieTime(initial),
          uri: instanceUri(root, `d${i}`),
          doneFlag,
          timezone: own,
        });
        const chosen = choose(made, { initial, start });
        return [`r${i}`, many && chosen.is === "since" ? made.current(0) : chosen] as const;
      });
      const coordinator = h.coordinator("c", {
        every,
        start: formatOozieTime(start),
        end: formatOozieTime(end),
        timezone,
        throttle,
        execution,
        timeout: h.days(60),
        reads: { ...Object.fromEntries(chosen), never: never(root).current(0) },
        run: () => h.workflow("w", {}, () => h.sequence()).with({}),
      });
      return { coordinator, nominals };
    });
}
