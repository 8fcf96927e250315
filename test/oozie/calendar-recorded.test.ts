import assert from "node:assert/strict";
import {
  cron,
  days,
  endOfDays,
  endOfMonths,
  endOfWeeks,
  formatOozieTime,
  hours,
  minutes,
  months,
  type Frequency,
  type Instant,
} from "#src/core/time.js";
import {
  cronGo,
  dateOffset,
  dateTzOffset,
  daysInMonth,
  epochTime,
  hoursInDay,
  instancesAt,
  nominalTimes,
  timeAt,
  tzOffset,
  type Grid,
  type InstanceSpec,
  type OffsetUnit,
} from "#src/oozie/calendar.js";

// What Oozie 5.2.1's own classes answered, asked by test/oracle/Oracle.java. The long tests ask them more.

const utc = (text: string): Instant => Date.parse(`${text}Z`) as Instant;
const texts = (times: Iterable<Instant>): string =>
  [...times].map((time) => formatOozieTime(time).slice(5, -1)).join(" ");
const far = utc("2037-01-01T00:00");
const spring = { every: days(1), initial: utc("2012-03-23T01:30"), timezone: "Europe/Berlin" };
const longMonths = { every: months(1), initial: utc("2012-01-31T00:00"), timezone: "UTC" };
const hourly = { every: hours(1), initial: utc("2012-03-01T00:00"), timezone: "UTC" };
const weekly = { every: endOfWeeks(1), initial: utc("2012-02-01T00:00"), timezone: "America/Los_Angeles" };
const monthly = { every: months(1), initial: utc("2011-12-31T23:00"), timezone: "Europe/Berlin" };
const daily = { every: days(1), initial: utc("2012-03-01T08:00"), timezone: "America/Los_Angeles" };

describe("what Oozie was seen to do", () => {
  it("materialises actions at these nominal times", () => {
    const recorded: readonly (readonly [Frequency, string, string, string])[] = [
      // 02:30 in a gap comes an hour early, and once only; of two it keeps the one it was set to.
      [days(1), "Europe/Berlin", "2012-03-23T01:30", "03-23T01:30 03-24T01:30 03-25T00:30 03-26T00:30 03-27T00:30"],
      [days(1), "Europe/Berlin", "2012-10-26T00:30", "10-26T00:30 10-27T00:30 10-28T00:30 10-29T01:30 10-30T01:30"],
      [days(2), "America/Los_Angeles", "2012-03-07T10:30", "03-07T10:30 03-09T10:30 03-11T09:30 03-13T09:30"],
      [days(1), "Australia/Lord_Howe", "2012-10-05T15:15", "10-05T15:15 10-06T15:15 10-07T14:45 10-08T14:45"],
      // A midnight in a gap comes an hour late: an hour early would be the day before.
      [days(1), "America/Sao_Paulo", "2012-10-19T03:00", "10-19T03:00 10-20T03:00 10-21T03:00 10-22T02:00"],
      // Samoa had no 30 December.
      [days(1), "Pacific/Apia", "2011-12-28T10:00", "12-28T10:00 12-29T10:00 12-30T10:00 12-30T10:00 12-31T10:00"],
      [months(1), "UTC", "2012-01-31T00:00", "01-31T00:00 02-29T00:00 03-31T00:00 04-30T00:00 05-31T00:00"],
      [months(1), "Europe/Berlin", "2012-01-30T23:00", "01-30T23:00 02-28T23:00 03-30T22:00 04-29T22:00"],
      [months(3), "Asia/Kolkata", "2011-11-29T18:30", "11-29T18:30 02-28T18:30 05-29T18:30 08-29T18:30"],
      // What starts at an end moves on to the next one.
      [endOfDays(1), "UTC", "2012-02-28T00:00", "02-29T00:00 03-01T00:00 03-02T00:00"],
      [endOfDays(1), "Europe/Berlin", "2012-03-24T10:15", "03-24T23:00 03-25T22:00 03-26T22:00"],
      [endOfWeeks(1), "UTC", "2012-03-01T05:00", "03-04T00:00 03-11T00:00 03-18T00:00"],
      [endOfWeeks(2), "America/Los_Angeles", "2012-03-04T08:00", "03-11T08:00 03-25T07:00 04-08T07:00"],
      [endOfMonths(1), "UTC", "2012-01-31T10:00", "02-01T00:00 03-01T00:00 04-01T00:00 05-01T00:00"],
      [endOfMonths(1), "Europe/Berlin", "2012-02-29T23:00", "03-31T22:00 04-30T22:00 05-31T22:00"],
      [minutes(45), "Europe/Berlin", "2012-03-25T00:30", "03-25T00:30 03-25T01:15 03-25T02:00"],
      [hours(24), "Europe/Berlin", "2012-03-24T01:30", "03-24T01:30 03-25T01:30 03-26T01:30"],
    ];
    for (const [every, timezone, from, answer] of recorded) {
      const start = utc(from);
      const times = nominalTimes({ every, start, end: far, timezone }, start, far);
      const some = answer.split(" ").map(() => times.next().value as Instant);
      assert.equal(texts(some), answer, `${every.unit}(${every.count}) in ${timezone} from ${from}`);
    }
    const later = { every: months(1), initial: utc("2012-01-31T10:00"), timezone: "Africa/Casablanca" };
    assert.equal(texts([100, 101, 102].map((n) => timeAt(later, n))), "05-31T09:00 06-30T09:00 07-31T09:00");
  });

  it("moves actions of a cron expression when it makes several a day or more apart in one go", () => {
    const start = utc("2012-03-23T10:00");
    const schedule = { every: cron("0 10 * * *"), start, end: far, timezone: "Europe/Berlin" };
    const go = texts(cronGo(schedule, start, far, 5));
    assert.equal(go, "03-23T10:00 03-24T10:00 03-25T09:00 03-26T09:00 03-27T09:00");
    assert.equal(texts(cronGo(schedule, utc("2012-03-26T10:00"), far, 1)), "03-26T10:00");
    const often = { ...schedule, every: cron("*/30 * * * *") };
    assert.equal(texts(cronGo(often, utc("2012-03-25T00:30"), far, 3)), "03-25T00:30 03-25T01:00 03-25T01:30");
  });

  const off = (n: number, unit: OffsetUnit): { n: number; unit: OffsetUnit } => ({ n, unit });

  it("resolves instances to these, in this order", () => {
    const recorded: readonly (readonly [Grid, string, InstanceSpec, string])[] = [
      // Single steps from the oldest: it loses its hour in the gap, or its 31st, and does not find it again.
      [
        spring,
        "2012-03-28T00:00",
        { is: "current", from: -4, to: 1 },
        "03-27T23:30 03-26T23:30 03-25T23:30 03-25T00:30 03-24T01:30 03-23T01:30",
      ],
      [spring, "2012-03-28T00:00", { is: "current", from: -1, to: -1 }, "03-26T00:30"],
      [spring, "2012-03-22T00:00", { is: "current", from: 0, to: 0 }, ""],
      [spring, "2012-03-24T05:00", { is: "current", from: -3, to: 1 }, "03-25T00:30 03-24T01:30 03-23T01:30"],
      [
        longMonths,
        "2012-04-30T00:00",
        { is: "current", from: -3, to: 0 },
        "04-29T00:00 03-29T00:00 02-29T00:00 01-31T00:00",
      ],
      [longMonths, "2012-04-30T00:00", { is: "current", from: 0, to: 0 }, "04-30T00:00"],
      // In single steps it comes to 29 March, so it takes the second one, which is later than the nominal time.
      [longMonths, "2012-03-30T12:00", { is: "current", from: 0, to: 0 }, "03-31T00:00"],
      [
        hourly,
        "2012-03-01T02:30",
        { is: "current", from: -3, to: 1 },
        "03-01T03:00 03-01T02:00 03-01T01:00 03-01T00:00",
      ],
      [weekly, "2012-03-12T06:00", { is: "current", from: -2, to: 0 }, "03-11T08:00 03-04T08:00 02-26T08:00"],
      [hourly, "2012-03-02T00:30", { is: "offset", at: off(-90, "MINUTE") }, "03-01T22:00"],
      [
        hourly,
        "2012-03-02T00:30",
        { is: "offsets", from: off(-150, "MINUTE"), to: off(-1, "MINUTE") },
        "03-01T23:00 03-01T22:00",
      ],
      [daily, "2012-03-14T07:00", { is: "offset", at: off(-1, "MONTH") }, ""],
      [daily, "2012-03-14T07:00", { is: "offset", at: off(-3, "DAY") }, "03-11T08:00"],
      [
        hourly,
        "2012-03-01T06:00",
        { is: "range", start: { is: "absolute", at: utc("2012-03-01T04:00") }, to: 0 },
        "03-01T06:00 03-01T05:00 03-01T04:00",
      ],
      [
        daily,
        "2012-03-14T07:00",
        { is: "range", start: { is: "endOfWeeks", n: -1 }, to: 0 },
        "03-14T07:00 03-13T07:00 03-12T07:00 03-11T08:00",
      ],
      [daily, "2012-03-14T07:00", { is: "range", start: { is: "endOfDays", n: -2 }, to: 0 }, "03-14T07:00 03-13T07:00"],
      [
        daily,
        "2012-04-02T07:00",
        { is: "range", start: { is: "endOfMonths", n: -1 }, to: 0 },
        "04-02T07:00 04-01T07:00",
      ],
    ];
    for (const [grid, nominal, spec, answer] of recorded) {
      const { times, refused } = instancesAt(spec, grid, { nominal: utc(nominal) });
      assert.deepEqual([texts(times), refused], [answer, undefined], JSON.stringify(spec));
    }
  });

  it("looks for latest and future instances like this", () => {
    const recorded: readonly (readonly [Grid, string, string, InstanceSpec, string | undefined])[] = [
      [
        hourly,
        "2012-03-02T00:00",
        "2012-03-01T05:00 2012-03-01T09:00 2012-03-01T23:00 2012-03-02T03:00",
        { is: "latest", from: -1, to: 0 },
        "03-01T23:00 03-01T09:00",
      ],
      [hourly, "2012-03-02T00:00", "2012-03-01T05:00", { is: "latest", from: -1, to: -1 }, undefined],
      [
        hourly,
        "2012-03-02T00:00",
        "2012-03-02T03:00 2012-03-02T05:00",
        { is: "future", from: 0, to: 1, limit: 6 },
        "03-02T03:00 03-02T05:00",
      ],
      // It looks at one more than its limit says.
      [hourly, "2012-03-02T00:00", "2012-03-02T06:00", { is: "future", from: 0, to: 0, limit: 6 }, "03-02T06:00"],
      [hourly, "2012-03-02T00:00", "2012-03-02T07:00", { is: "future", from: 0, to: 0, limit: 6 }, undefined],
      // 00:00 in Berlin is looked for at 00:00 in UTC.
      [
        monthly,
        "2012-04-10T00:00",
        "2012-02-29T23:00 2012-03-01T00:00",
        { is: "latest", from: 0, to: 0 },
        "03-01T00:00",
      ],
      // As is one that Casablanca never had: its clocks were put forward at that midnight.
      [
        { every: endOfMonths(1), initial: utc("2007-09-28T12:00"), timezone: "Africa/Casablanca" },
        "2008-10-02T05:25",
        "2008-05-01T00:00 2008-06-01T00:00 2008-06-01T01:00",
        { is: "latest", from: -1, to: 0 },
        "06-01T00:00 05-01T00:00",
      ],
    ];
    for (const [grid, nominal, there, spec, answer] of recorded) {
      const existing = new Set(there.split(" ").map(utc));
      const at = { nominal: utc(nominal), has: (time: Instant) => existing.has(time) };
      const { times, unresolved } = instancesAt(spec, grid, at);
      assert.deepEqual([texts(times), unresolved], answer === undefined ? ["", spec.is] : [answer, undefined]);
      const blind = instancesAt(spec, grid, { nominal: utc(nominal) });
      assert.deepEqual(blind, { times: [], dropped: [], unresolved: spec.is });
    }
  });

  it("fails at these", () => {
    const at = { nominal: utc("2012-03-28T00:00"), has: () => true };
    const absolute = (text: string): InstanceSpec => ({ is: "range", start: { is: "absolute", at: utc(text) }, to: 0 });
    for (const [grid, spec, why] of [
      [hourly, { is: "offsets", from: off(-1, "DAY"), to: off(-1, "HOUR") }, /takes -1 DAY for later than -1 HOUR/],
      [spring, { is: "offset", at: off(-1, "DAY") }, /cannot reach 2012-03-26T00:30Z/],
      [hourly, absolute("2012-03-01T04:30"), /2012-03-01T04:30Z, where no instance from 2012-03-01T00:00Z on is/],
      [hourly, absolute("2012-02-29T04:00"), /before the initial instance/],
      [hourly, absolute("2012-03-28T04:00"), /current\(4\), after its end current\(0\)/],
      [hourly, { is: "current", from: 1, to: 0 }, /later than the end/],
      [hourly, { is: "latest", from: 0, to: 1 }, /from 0 downwards/],
      [hourly, { is: "future", from: -1, to: 1, limit: 3 }, /from 0 upwards/],
    ] as const) {
      const { times, refused } = instancesAt(spec, grid, at);
      assert.match(refused ?? "", why, JSON.stringify(spec));
      assert.deepEqual(times, []);
    }
  });

  it("evaluates functions to these", () => {
    const at = (text: string): Instant => utc(`2012-${text}`);
    assert.deepEqual([hoursInDay(0, spring, at("03-25T12:00")), hoursInDay(-1, spring, at("03-25T12:00"))], [23, 24]);
    assert.deepEqual([hoursInDay(2, spring, at("10-26T12:00")), hoursInDay(2, spring, at("03-01T12:00"))], [25, -1]);
    assert.deepEqual(
      [1, 3].map((n) => daysInMonth(n, longMonths, at("01-31T12:00"))),
      [29, 30],
    );
    assert.equal(daysInMonth(0, longMonths, at("01-30T12:00")), -1);
    assert.equal(tzOffset("Europe/Berlin", "America/Los_Angeles", at("03-25T12:00")), 540);
    assert.equal(formatOozieTime(dateOffset(at("01-31T10:00"), off(1, "MONTH"))), "2012-02-29T10:00Z");
    assert.equal(formatOozieTime(dateTzOffset(at("07-01T10:00"), "America/Los_Angeles")), "2012-07-01T03:00Z");
    assert.deepEqual(
      [true, false].map((ms) => epochTime(at("07-01T10:00"), ms)),
      ["1341136800000", "1341136800"],
    );
  });
});
