import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cron,
  days,
  endOfDays,
  endOfMonths,
  endOfWeeks,
  hours,
  isFixed,
  minutes,
  months,
  plus,
  stepOf,
  type Frequency,
  type Instant,
} from "#src/core/time.js";
import { fromLocal, localParts, toLocal } from "#src/core/zone.js";
import {
  consecutiveRuns,
  indexAt,
  instancesAt,
  nominalAfter,
  nominalTimes,
  onGrid,
  originOf,
  steppedFrom,
  timeAt,
  type Grid,
  type Schedule,
} from "#src/oozie/calendar.js";

const minute = 60_000;
const day = 86_400_000;
const instant = fc
  .integer({ min: Date.UTC(2006, 0) / minute, max: Date.UTC(2030, 0) / minute })
  .map((count) => (count * minute) as Instant);
const timezone = fc.constantFrom(
  ...["UTC", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"],
);
const every: fc.Arbitrary<Frequency> = fc.oneof(
  fc.integer({ min: 1, max: 90 }).map(minutes),
  fc.integer({ min: 1, max: 30 }).map(hours),
  fc.integer({ min: 1, max: 3 }).map(days),
  fc.integer({ min: 1, max: 5 }).map(months),
  ...[endOfDays, endOfWeeks, endOfMonths].map((make) => fc.integer({ min: 1, max: 3 }).map((n): Frequency => make(n))),
);
const grid: fc.Arbitrary<Grid & { timezone: string }> = fc.record({ every, initial: instant, timezone });
const times = fc.constantFrom("0 10 * * *", "*/7 3 ? * MON-FRI", "0 0 L * ?", "30 */6 1,15 * 6#2").map(cron);
/** A schedule, and three times somewhere about its first hundred steps. */
const scheduleAndTimes = grid.chain(({ initial: start, timezone: zone, every: step }) => {
  const length = timeAt({ every: step, initial: start, timezone: zone }, 100) - start;
  const within = fc.integer({ min: -Math.ceil(length / 9), max: length * 1.2 }).map((ms) => (start + ms) as Instant);
  return fc.tuple(
    fc.record<Schedule>({
      every: fc.oneof({ weight: 4, arbitrary: fc.constant(step) }, { weight: 1, arbitrary: times }),
      start: fc.constant(start),
      end: fc.constant((start + length) as Instant),
      timezone: fc.constant(zone),
    }),
    fc.tuple(within, within, within).map((three) => three.sort((a, b) => a - b)),
  );
});

describe("the calendar", () => {
  it("gives for a range what it gives for its parts", () => {
    fc.assert(
      fc.property(scheduleAndTimes, ([one, [from, cut, until]]) => {
        const parts = [...nominalTimes(one, from, cut), ...nominalTimes(one, cut, until)];
        assert.deepEqual([...nominalTimes(one, from, until)], parts);
      }),
    );
  });

  it("gives nothing for a range that is empty or lies outside", () => {
    const [from, until] = [Date.UTC(2012, 0), Date.UTC(2013, 0)] as [Instant, Instant];
    for (const step of [minutes(5), days(1), endOfMonths(1), cron("0 10 * * *")])
      for (const timezone of ["UTC", "Europe/Berlin"]) {
        const one = { every: step, start: from, end: until, timezone };
        for (const [a, b] of [
          [-Infinity, from - 1],
          [until, Infinity],
          [Infinity, Infinity],
          [until - 1, from + 1],
        ])
          assert.deepEqual([...nominalTimes(one, a as Instant, b as Instant)], []);
        const all = [...nominalTimes(one, -Infinity as Instant, Infinity as Instant)];
        assert.deepEqual(all, [...nominalTimes(one, from, until)]);
        assert.ok(all.length >= 11);
      }
  });

  it("gives times on the schedule's grid, in order, at or after its start, before its end", () => {
    fc.assert(
      fc.property(scheduleAndTimes, ([one, [from, , until]]) => {
        const found = [...nominalTimes(one, from, until)];
        for (const [i, time] of found.entries()) {
          assert.ok(time >= from && time < until && time >= one.start && time < one.end);
          if (i > 0) assert.equal(nominalAfter(one, found[i - 1]!), time);
          if (one.every.kind === "frequency")
            assert.ok(onGrid({ every: one.every, initial: one.start, timezone: one.timezone }, time));
        }
      }),
    );
  });

  it("leaves no time of its grid out, and nothing between two is on it", () => {
    fc.assert(
      fc.property(grid, fc.nat(500), fc.integer({ min: 1, max: 1000 }), (one, index, between) => {
        const [time, next] = [timeAt(one, index), timeAt(one, index + 1)];
        assert.equal(indexAt(one, time), index);
        assert.ok(onGrid(one, time) && next > time);
        assert.equal(steppedFrom(one, time, 1), next);
        const other = (time + Math.max(1, Math.floor(((next - time) * between) / 1001))) as Instant;
        assert.ok(!onGrid(one, other));
        assert.equal(indexAt(one, other), index);
        assert.ok(!onGrid(one, (originOf(one) - 1) as Instant) && !onGrid(one, timeAt(one, -1)));
      }),
    );
  });

  it("keeps the time of day and the day of the month where the clock and the month have them", () => {
    const kept = fc.constantFrom<Frequency>(days(1), days(3), months(1), months(5));
    fc.assert(
      fc.property(kept, instant, timezone, fc.nat(400), (step, initial, zone, index) => {
        const first = localParts(zone, initial);
        const time = timeAt({ every: step, initial, timezone: zone }, index);
        const parts = localParts(zone, time);
        if (step.unit === "months") {
          const length = new Date(Date.UTC(parts.year, parts.month, 0)).getUTCDate();
          assert.equal(parts.day, Math.min(first.day, length));
          assert.equal((parts.year - first.year) * 12 + parts.month - first.month, index * step.count);
        } else {
          const passed = Math.floor(toLocal(zone, time) / day) - Math.floor(toLocal(zone, initial) / day);
          assert.equal(passed, index * step.count);
        }
        if (parts.hour === first.hour && parts.minute === first.minute) return;
        const wanted =
          toLocal(zone, time) + (first.hour - parts.hour) * 60 * minute + (first.minute - parts.minute) * minute;
        assert.equal(fromLocal(zone, wanted as never).kind, "gap");
      }),
    );
  });

  it("ends days, weeks and months at midnight, or when the clock is set then", () => {
    const ends = fc.constantFrom<Frequency>(endOfDays(1), endOfWeeks(1), endOfMonths(1));
    fc.assert(
      fc.property(ends, instant, timezone, (step, initial, zone) => {
        const time = originOf({ every: step, initial, timezone: zone });
        assert.ok(time > initial && time - initial <= 32 * day);
        const { hour, minute: past, weekday, day: date } = localParts(zone, time);
        if (zone !== "America/Sao_Paulo") assert.deepEqual([hour, past], [0, 0]);
        else assert.ok(hour <= 1 && past === 0);
        if (step.unit === "endOfWeeks") assert.equal(weekday, 0);
        if (step.unit === "endOfMonths") assert.equal(date, 1);
      }),
    );
  });

  it("takes the last instance at or before the nominal time for current(0)", () => {
    // Where a step may miss its hour or its day, Oozie may take the next one: calendar-recorded.test.ts has such a case.
    const plain = grid.filter(({ initial, timezone: zone }) => {
      const { day: date, hour } = localParts(zone, initial);
      return date <= 28 && hour >= 4 && zone !== "America/Sao_Paulo";
    });
    fc.assert(
      fc.property(plain, instant, fc.integer({ min: -5, max: 5 }), (one, nominal, offset) => {
        const { times: found, dropped } = instancesAt({ is: "current", from: 0, to: 0 }, one, { nominal });
        const current = [...found, ...dropped][0]!;
        assert.deepEqual(found.length, nominal >= originOf(one) ? 1 : 0);
        assert.equal(current, timeAt(one, indexAt(one, nominal)));
        assert.ok(current <= nominal);
        if (isFixed(one.every) && one.every.unit !== "days") {
          assert.ok(nominal < plus(current, one.every));
          assert.equal(Math.abs((current - one.initial) % stepOf(one.every)), 0);
        }
        const other = instancesAt({ is: "current", from: offset, to: offset }, one, { nominal });
        assert.deepEqual([...other.times, ...other.dropped], [steppedFrom(one, nominal, offset)]);
      }),
    );
  });

  it("gives a range the newest first, and drops what is before the initial instance", () => {
    const hour = 60 * minute;
    const one = { every: hours(1), initial: (2 * hour) as Instant };
    const asked = { is: "current", from: -2, to: 2 } as const;
    const found = instancesAt(asked, one, { nominal: (3 * hour + minute) as Instant });
    assert.deepEqual(found, { times: [5, 4, 3, 2].map((n) => n * hour), dropped: [hour] });
    // Before the initial instance, Oozie knows none at all, also of those after it.
    const early = instancesAt(asked, one, { nominal: hour as Instant });
    assert.deepEqual(early, { times: [], dropped: [3, 2, 1, 0, -1].map((n) => n * hour) });
  });

  it("gives ranges of fixed steps as one instance after the other", () => {
    const fixed = grid.filter((one) => isFixed(one.every) && one.every.unit !== "days");
    const offset = fc.integer({ min: -30, max: 5 });
    fc.assert(
      fc.property(fixed, fc.nat(60), offset, fc.nat(20), (one, index, from, more) => {
        const nominal = timeAt(one, index);
        const single = Array.from({ length: more + 1 }, (_, i) => from + i).flatMap(
          (n) => instancesAt({ is: "current", from: n, to: n }, one, { nominal }).times,
        );
        const { times: range } = instancesAt({ is: "current", from, to: from + more }, one, { nominal });
        assert.deepEqual(range, single.reverse());
        const latest = { is: "latest", from: -range.length + 1, to: 0 } as const;
        if (from + more === 0 && range.length > 0)
          assert.deepEqual(instancesAt(latest, one, { nominal, has: () => true }).times, range);
      }),
    );
  });

  it("divides times into runs that hold them all", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 60 })), (numbers) => {
        const hour = 60 * minute;
        const some = [...numbers].sort((a, b) => a - b).map((n) => (n * hour) as Instant);
        const runs = consecutiveRuns(hours(1), some);
        assert.deepEqual(runs.flat(), some);
        for (const run of runs) assert.equal(run.at(-1)! - run[0]!, (run.length - 1) * hour);
        for (const [i, run] of runs.slice(1).entries()) assert.ok(run[0]! - runs[i]!.at(-1)! > hour);
      }),
    );
    const berlin = { every: days(1), initial: Date.UTC(2012, 2, 23, 12) as Instant, timezone: "Europe/Berlin" };
    const week = [0, 1, 2, 3, 5].map((index) => timeAt(berlin, index));
    assert.deepEqual(consecutiveRuns(berlin.every, week, "Europe/Berlin"), [week.slice(0, 4), week.slice(4)]);
  });
});
