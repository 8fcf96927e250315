import assert from "node:assert/strict";
import fc from "fast-check";
import { days, hours, minutes, plus, stepOf, type FixedFrequency, type Instant } from "#src/core/time.js";
import { consecutiveRuns, instancesAt, nominalTimes, onGrid } from "#src/oozie/calendar.js";

const instant = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((count) => (count * 60_000) as Instant);
const every: fc.Arbitrary<FixedFrequency> = fc.oneof(
  fc.integer({ min: 1, max: 90 }).map(minutes),
  fc.integer({ min: 1, max: 30 }).map(hours),
  fc.integer({ min: 1, max: 3 }).map(days),
);
/** A schedule of at most some hundred steps. */
const schedule = fc
  .record({ every, start: instant, steps: fc.integer({ min: 0, max: 300 }) })
  .map(({ every: step, start, steps }) => ({ every: step, start, end: plus(start, step, steps) }));

describe("the calendar", () => {
  it("gives for a range what it gives for its parts", () => {
    fc.assert(
      fc.property(schedule, fc.nat(30_000), fc.nat(30_000), (one, a, b) => {
        const [from, cut, until] = [0, a, a + b].map((count) => (one.start - 600_000 + count * 60_000) as Instant);
        const parts = [...nominalTimes(one, from!, cut!), ...nominalTimes(one, cut!, until!)];
        assert.deepEqual([...nominalTimes(one, from!, until!)], parts);
      }),
    );
  });

  it("gives times on the schedule's grid, in order, at or after its start, before its end", () => {
    fc.assert(
      fc.property(schedule, instant, instant, (one, from, until) => {
        const times = [...nominalTimes(one, from, until)];
        for (const [i, time] of times.entries()) {
          assert.ok(onGrid({ every: one.every, initial: one.start }, time));
          assert.ok(time >= from && time < until && time < one.end);
          if (i > 0) assert.equal(time, plus(times[i - 1]!, one.every));
        }
      }),
    );
  });

  it("takes the last instance at or before the nominal time for current(0)", () => {
    fc.assert(
      fc.property(every, instant, instant, fc.integer({ min: -5, max: 5 }), (step, initial, nominal, offset) => {
        const grid = { every: step, initial };
        const { times, dropped } = instancesAt({ is: "current", from: 0, to: 0 }, grid, { nominal });
        const [current] = [...times, ...dropped];
        assert.ok(current! <= nominal && nominal < plus(current!, step));
        assert.ok((current! - initial) % stepOf(step) === 0);
        assert.deepEqual(times.length, nominal >= initial ? 1 : 0);
        const other = instancesAt({ is: "current", from: offset, to: offset }, grid, { nominal });
        assert.deepEqual([...other.times, ...other.dropped], [plus(current!, step, offset)]);
      }),
    );
  });

  it("gives a range, the newest first as Oozie does, and drops what is before the initial instance", () => {
    const grid = { every: hours(1), initial: 2 * 3_600_000 } as { every: FixedFrequency; initial: Instant };
    const hour = (n: number): Instant => (n * 3_600_000) as Instant;
    const { times, dropped } = instancesAt({ is: "current", from: -2, to: 1 }, grid, { nominal: hour(3) });
    assert.deepEqual([times, dropped], [[4, 3, 2].map(hour), [hour(1)]]);
    // CoordELFunctions.getCurrentInstance knows no current instance before the first one.
    const before = instancesAt({ is: "current", from: 0, to: 4 }, grid, { nominal: hour(1) });
    assert.deepEqual([before.times, before.dropped.length], [[], 5]);
  });

  it("divides times into runs that hold them all", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 60 })), (numbers) => {
        const times = [...numbers].sort((a, b) => a - b).map((hour) => (hour * 3_600_000) as Instant);
        const runs = consecutiveRuns(hours(1), times);
        assert.deepEqual(runs.flat(), times);
        for (const run of runs) assert.equal(run.at(-1)! - run[0]!, (run.length - 1) * 3_600_000);
        for (const [i, run] of runs.slice(1).entries()) assert.ok(run[0]! - runs[i]!.at(-1)! > 3_600_000);
      }),
    );
  });
});
