import assert from "node:assert/strict";
import fc from "fast-check";
import { cron, days, formatOozieTime, hours, minutes, months, type Instant } from "#src/core/time.js";
import {
  forecast,
  nominalTimes,
  throttleUsed,
  timeoutMinutes,
  type Execution,
  type ForecastAction,
  type ForecastOptions,
  type MadeAction,
} from "#src/oozie/calendar.js";

const minute = 60_000;
const utc = (text: string): Instant => Date.parse(`2012-03-${text}Z`) as Instant;
const onTime = ({ nominal }: MadeAction): Instant => nominal;
const never = (): undefined => undefined;

function forecastOf(options: Partial<ForecastOptions> & Pick<ForecastOptions, "schedule">): ForecastAction[] {
  const { schedule } = options;
  return [
    ...forecast({
      ...{ submitted: schedule.start, until: Infinity as Instant, concurrency: 1, throttle: 12, timeout: 120 },
      ...{ execution: "FIFO", available: onTime, duration: () => 10 * minute },
      ...options,
    }),
  ];
}

/** The day and time of a March. */
const short = (time: Instant | undefined): string =>
  time === undefined ? "-" : formatOozieTime(time).slice(8, 16).replace("T", " ");
/** Nominal time, when made, what became of it, when. */
const lines = (actions: readonly ForecastAction[]): string[] =>
  actions.map(
    ({ nominal, created, outcome, at }) => [nominal, created].map(short).join(" | ") + ` | ${outcome} ${short(at)}`,
  );

const halfDay = { every: hours(1), start: utc("01T00:00"), end: utc("01T06:00") };

describe("the forecast", () => {
  it("makes actions from five minutes before, for an hour", () => {
    const schedule = { every: minutes(20), start: utc("01T00:04"), end: utc("01T02:00") };
    assert.deepEqual(lines(forecastOf({ schedule, submitted: utc("01T00:00") })), [
      "01 00:04 | 01 00:00 | started 01 00:04",
      "01 00:24 | 01 00:00 | started 01 00:24",
      "01 00:44 | 01 00:00 | started 01 00:44",
      "01 01:04 | 01 01:00 | started 01 01:04",
      "01 01:24 | 01 01:00 | started 01 01:24",
      "01 01:44 | 01 01:00 | started 01 01:44",
    ]);
    // Five minutes and one are too early for the submission; the next look is in time.
    const later = forecastOf({ schedule: { ...schedule, start: utc("01T00:06") }, submitted: utc("01T00:00") });
    assert.equal(lines(later)[0], "01 00:06 | 01 00:05 | started 01 00:06");
  });

  it("catches up by as many as the throttle lets wait, in the order of the execution", () => {
    const late = { schedule: { ...halfDay, end: utc("01T04:00") }, submitted: utc("01T05:00"), throttle: 3 };
    assert.deepEqual(lines(forecastOf(late)), [
      "01 00:00 | 01 05:00 | started 01 05:00",
      "01 01:00 | 01 05:00 | started 01 05:10",
      "01 02:00 | 01 05:00 | started 01 05:20",
      "01 03:00 | 01 05:05 | started 01 05:30",
    ]);
    // The first to look finds room; of those that are ready when it ends, the latest goes first.
    assert.deepEqual(lines(forecastOf({ ...late, execution: "LIFO" })), [
      "01 00:00 | 01 05:00 | started 01 05:00",
      "01 03:00 | 01 05:05 | started 01 05:10",
      "01 02:00 | 01 05:00 | started 01 05:20",
      "01 01:00 | 01 05:00 | started 01 05:30",
    ]);
    const atOnce = forecastOf({ ...late, concurrency: -1, throttle: 12 });
    assert.deepEqual(new Set(atOnce.map(({ at }) => short(at))), new Set(["01 05:00"]));
  });

  it("makes no more while as many wait as the throttle says", () => {
    const one = forecastOf({ schedule: halfDay, throttle: 1, available: never, timeout: 150 });
    assert.deepEqual(lines(one), [
      "01 00:00 | 01 00:00 | timed-out 01 02:31",
      "01 01:00 | 01 02:35 | timed-out 01 05:06",
      "01 02:00 | 01 05:10 | timed-out 01 07:41",
      "01 03:00 | 01 07:45 | timed-out 01 10:16",
      "01 04:00 | 01 10:20 | timed-out 01 12:51",
      "01 05:00 | 01 12:55 | timed-out 01 15:26",
    ]);
  });

  it("gives an action up at the first look after its timeout, if an input is missing even then", () => {
    const schedule = { ...halfDay, end: utc("01T01:00") };
    for (const [there, line] of [
      [utc("01T00:30"), "started 01 00:30"],
      [(utc("01T00:30") + 1) as Instant, "started 01 00:31"],
      [utc("01T00:46"), "started 01 00:46"],
      [(utc("01T00:46") + 1) as Instant, "timed-out 01 00:46"],
    ] as const) {
      const actions = forecastOf({ schedule, timeout: 45, available: () => there });
      assert.deepEqual(lines(actions), [`01 00:00 | 01 00:00 | ${line}`]);
      assert.equal(actions[0]!.deadline, utc("01T00:46"));
    }
  });

  it("runs only the last one with LAST_ONLY", () => {
    const actions = forecastOf({ schedule: halfDay, submitted: utc("01T03:30"), execution: "LAST_ONLY", throttle: 1 });
    assert.deepEqual(lines(actions), [
      "01 00:00 | 01 03:30 | skipped 01 03:30",
      "01 01:00 | 01 03:30 | skipped 01 03:30",
      "01 02:00 | 01 03:30 | skipped 01 03:30",
      "01 03:00 | 01 03:30 | started 01 03:30",
      "01 04:00 | 01 04:00 | started 01 04:00",
      "01 05:00 | 01 05:00 | started 01 05:00",
    ]);
    // One that still waits when the next one's time has come is skipped too; also the last, whose next would be the end.
    const waiting = forecastOf({ schedule: halfDay, execution: "LAST_ONLY", available: never, timeout: 600 });
    assert.deepEqual(lines(waiting).slice(0, 2), [
      "01 00:00 | 01 00:00 | skipped 01 01:01",
      "01 01:00 | 01 01:00 | skipped 01 02:01",
    ]);
    assert.equal(lines(waiting).at(-1), "01 05:00 | 01 05:00 | skipped 01 06:01");
    const shorter = { ...halfDay, end: utc("01T05:30") };
    const last = forecastOf({ schedule: shorter, execution: "LAST_ONLY", available: never, timeout: 600 });
    assert.equal(lines(last).at(-1), "01 05:00 | 01 05:00 | timed-out 01 15:01");
    // So is one that is ready, but finds no room in time.
    const busy = forecastOf({ schedule: halfDay, execution: "LAST_ONLY", duration: () => 150 * minute });
    assert.deepEqual(
      busy.map(({ outcome }) => outcome),
      ["started", "skipped", "started", "skipped", "started", "skipped"],
    );
  });

  it("runs what is a minute late at most with NONE", () => {
    for (const [late, outcome] of [
      [0, "started"],
      [60_000, "started"],
      [60_001, "skipped"],
    ] as const) {
      const available = ({ nominal }: MadeAction): Instant => (nominal + late) as Instant;
      const actions = forecastOf({ schedule: halfDay, execution: "NONE", available });
      assert.deepEqual(new Set(actions.map((action) => action.outcome)), new Set([outcome]), String(late));
    }
    const actions = forecastOf({ schedule: halfDay, submitted: utc("01T03:30"), execution: "NONE", throttle: 1 });
    assert.deepEqual(
      actions.map(({ outcome }) => outcome),
      ["skipped", "skipped", "skipped", "skipped", "started", "started"],
    );
  });

  it("moves what a cron expression names when it catches up across a change of the clock, and not otherwise", () => {
    const schedule = {
      ...{ every: cron("0 10 * * *"), start: utc("24T00:00"), end: utc("28T00:00"), timezone: "Europe/Berlin" },
    };
    const nominals = (submitted: Instant): string[] =>
      forecastOf({ schedule, submitted }).map(({ nominal }) => short(nominal));
    assert.deepEqual(nominals(schedule.start), ["24 10:00", "25 10:00", "26 10:00", "27 10:00"]);
    assert.deepEqual(nominals(utc("26T12:00")), ["24 10:00", "25 09:00", "26 09:00", "27 09:00"]);
  });

  it("leaves open what lies behind its end", () => {
    const until = utc("01T02:30");
    const available = ({ nominal }: MadeAction): Instant | undefined =>
      nominal === utc("01T01:00") ? undefined : nominal;
    const actions = forecastOf({ schedule: halfDay, until, available, duration: () => 600 * minute });
    assert.deepEqual(lines(actions), [
      "01 00:00 | 01 00:00 | started 01 00:00",
      "01 01:00 | 01 01:00 | waiting -",
      "01 02:00 | 01 02:00 | ready -",
    ]);
  });

  it("keeps to the limits, and forgets no action", () => {
    const every = fc.oneof(fc.integer({ min: 5, max: 90 }).map(minutes), fc.constant(hours(5)), fc.constant(months(1)));
    const options = fc.record({
      every: fc.oneof(every, fc.constant(cron("*/10 2-9 * * ?"))),
      late: fc.integer({ min: -3000, max: 3000 }),
      length: fc.integer({ min: 1, max: 4000 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      throttle: fc.integer({ min: 1, max: 15 }),
      execution: fc.constantFrom<Execution>("FIFO", "LIFO", "LAST_ONLY", "NONE"),
      timeout: fc.integer({ min: 0, max: 300 }),
      waits: fc.array(fc.option(fc.integer({ min: -100, max: 400 })), { minLength: 1, maxLength: 9 }),
      takes: fc.array(fc.nat(100), { minLength: 1, maxLength: 9 }),
    });
    fc.assert(
      fc.property(options, ({ every: step, late, length, waits, takes, ...limits }) => {
        const start = utc("10T00:00");
        const schedule = { every: step, start, end: (start + length * minute) as Instant };
        const submitted = (start + late * minute) as Instant;
        const actions = forecastOf({
          ...{ ...limits, schedule, submitted },
          available: ({ nominal, number }) => {
            const wait = waits[number % waits.length] ?? undefined;
            return wait === undefined ? undefined : ((nominal + wait * minute) as Instant);
          },
          duration: ({ number }) => takes[number % takes.length]! * minute,
        });
        const inOrder = [...actions].sort((a, b) => a.number - b.number);
        assert.deepEqual(
          inOrder.map(({ number, nominal }) => [number, nominal]),
          [...nominalTimes(schedule, start, schedule.end)].map((nominal, i) => [i + 1, nominal]),
        );
        for (const [i, { nominal, created, at, outcome, deadline, ready, ends }] of actions.entries()) {
          assert.ok(at !== undefined && at >= Math.max(nominal, created) && created >= submitted);
          assert.ok(at >= (actions[i - 1]?.at ?? 0));
          // A cron expression that catches up makes actions as far ahead as the throttle lets it.
          if (step.kind === "frequency") assert.ok(nominal - created < 65 * minute);
          if (outcome === "timed-out") assert.equal(at, deadline);
          if (outcome === "started") assert.ok(ready! <= at && ready! <= deadline && ends! >= at);
          const running = actions.filter((other) => other.outcome === "started" && other.at! <= at && other.ends! > at);
          assert.ok(running.length <= limits.concurrency);
          if (limits.execution !== "FIFO" && limits.execution !== "LIFO") continue;
          const waiting = actions.filter((other) => other.created <= created && (other.ready ?? other.at!) > created);
          assert.ok(waiting.length <= limits.throttle);
          assert.notEqual(outcome, "skipped");
        }
      }),
      { numRuns: 200 },
    );
  });

  it("goes through a year of five minutes", () => {
    const start = Date.UTC(2012, 0) as Instant;
    const schedule = { every: minutes(5), start, end: (start + 105_120 * 5 * minute) as Instant };
    let count = 0;
    for (const { outcome } of forecast({
      ...{ schedule, submitted: start, until: Infinity as Instant, concurrency: 1, throttle: 12, timeout: 120 },
      ...{ execution: "FIFO", available: onTime, duration: () => 2 * minute },
    }))
      if (outcome === "started") count += 1;
    assert.equal(count, 105_120);
  });

  it("knows what a server makes of timeouts and throttles", () => {
    assert.deepEqual(
      [minutes(30), hours(2), days(3), months(2)].map((timeout) => timeoutMinutes(timeout)),
      [30, 120, 4320, 86_400],
    );
    assert.deepEqual(
      [minutes(-1), days(61), minutes(0)].map((timeout) => timeoutMinutes(timeout)),
      [86_400, 86_400, 0],
    );
    assert.deepEqual([0, 1, 500, 501, -1].map(throttleUsed), [500, 1, 500, 500, 500]);
  });
});
