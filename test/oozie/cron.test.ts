import assert from "node:assert/strict";
import fc from "fast-check";
import { cron, formatOozieTime, type Instant } from "#src/core/time.js";
import { cronProblem, cronTimeAfter, cronTimes } from "#src/oozie/cron.js";

const utc = (text: string): Instant => Date.parse(`${text}Z`) as Instant;

/** The times that Oozie 5.2.1's own classes name after 2012-02-27T12:00Z, as test/oracle/Oracle.java tells. */
const recorded: readonly (readonly [string, string])[] = [
  ["0 10 * * 2-6", "2012-02-28T10:00 2012-02-29T10:00 2012-03-01T10:00 2012-03-02T10:00"],
  ["30 6 ? * MON-FRI", "2012-02-28T06:30 2012-02-29T06:30 2012-03-01T06:30 2012-03-02T06:30"],
  ["0 10 ? * fri-mon", "2012-03-02T10:00 2012-03-03T10:00 2012-03-04T10:00 2012-03-05T10:00"],
  ["0 0 L * ?", "2012-02-29T00:00 2012-03-31T00:00 2012-04-30T00:00 2012-05-31T00:00"],
  ["0 0 L-3 * ?", "2012-03-28T00:00 2012-04-27T00:00 2012-05-28T00:00 2012-06-27T00:00"],
  ["0 0 LW * ?", "2012-02-29T00:00 2012-03-30T00:00 2012-04-30T00:00 2012-05-31T00:00"],
  ["0 0 15W * ?", "2012-03-15T00:00 2012-04-16T00:00 2012-05-15T00:00 2012-06-15T00:00"],
  ["0 0 31W * ?", "2012-03-30T00:00 2012-05-31T00:00 2012-07-31T00:00 2012-08-31T00:00"],
  ["0 0 29W 2 ?", "2012-02-29T00:00 2014-02-28T00:00 2016-02-29T00:00 2020-02-28T00:00"],
  ["0 0 ? * 6L", "2012-03-30T00:00 2012-04-27T00:00 2012-05-25T00:00 2012-06-29T00:00"],
  ["0 0 ? * tueL", "2012-02-28T00:00 2012-03-27T00:00 2012-04-24T00:00 2012-05-29T00:00"],
  ["0 0 ? * 6#3", "2012-03-16T00:00 2012-04-20T00:00 2012-05-18T00:00 2012-06-15T00:00"],
  ["0 0 ? * 2#5", "2012-04-30T00:00 2012-07-30T00:00 2012-10-29T00:00 2012-12-31T00:00"],
  ["0 22-4/3 1 1 ?", "2013-01-01T01:00 2013-01-01T04:00 2013-01-01T22:00 2014-01-01T01:00"],
  ["0 0 1 NOV-FEB ?", "2012-11-01T00:00 2012-12-01T00:00 2013-01-01T00:00 2013-02-01T00:00"],
  ["0 0 13 * 6", "2012-03-02T00:00 2012-03-09T00:00 2012-03-13T00:00 2012-03-16T00:00"],
  ["15 9 1,15 * SUN", "2012-03-01T09:15 2012-03-04T09:15 2012-03-11T09:15 2012-03-15T09:15"],
  ["*/25 * * * *", "2012-02-27T12:25 2012-02-27T12:50 2012-02-27T13:00 2012-02-27T13:25"],
  ["5/20 23 * * *", "2012-02-27T23:05 2012-02-27T23:25 2012-02-27T23:45 2012-02-28T23:05"],
  ["0 0 29 2 ?", "2012-02-29T00:00 2016-02-29T00:00 2020-02-29T00:00 2024-02-29T00:00"],
  ["0 0 25-5/4 * ?", "2012-02-29T00:00 2012-03-02T00:00 2012-03-25T00:00 2012-03-29T00:00"],
  ["0 0 L-30 * ?", "2012-03-01T00:00 2012-05-01T00:00 2012-07-01T00:00 2012-08-01T00:00"],
  ["0 0 L-3W * ?", "2012-03-28T00:00 2012-04-27T00:00 2012-05-28T00:00 2012-06-27T00:00"],
  ["0 0 ? * L", "2012-03-03T00:00 2012-03-10T00:00 2012-03-17T00:00 2012-03-24T00:00"],
  ["0 0 */2 * 2", "2012-02-29T00:00 2012-03-01T00:00 2012-03-03T00:00 2012-03-05T00:00"],
  ["/20 5 * * ?", "2012-02-28T05:00 2012-02-28T05:20 2012-02-28T05:40 2012-02-29T05:00"],
  ["0 0 31 * ?", "2012-03-31T00:00 2012-05-31T00:00 2012-07-31T00:00 2012-08-31T00:00"],
  ["0 12 * 2 *", "2012-02-28T12:00 2012-02-29T12:00 2013-02-01T12:00 2013-02-02T12:00"],
];

describe("cron expressions", () => {
  it("name the times that Oozie was seen to name", () => {
    for (const [text, answer] of recorded) {
      const times = cronTimes(cron(text), (utc("2012-02-27T12:00") + 1) as Instant, utc("2040-01-01T00:00"));
      const four = Array.from({ length: 4 }, () => times.next().value as Instant);
      assert.equal(four.map((time) => formatOozieTime(time).slice(0, -1)).join(" "), answer, text);
    }
  });

  it("name for a range what they name for its parts, in order", () => {
    const some = fc.constantFrom(...recorded.map(([text]) => cron(text)));
    const step = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(some, step, step, step, (one, a, b, c) => {
        const [from, cut, until] = [a, a + b, a + b + c].map(
          (minutes) => (utc("2012-01-01T00:00") + minutes * 60_000) as Instant,
        ) as [Instant, Instant, Instant];
        const whole = [...cronTimes(one, from, until)];
        assert.deepEqual([...cronTimes(one, from, cut), ...cronTimes(one, cut, until)], whole);
        for (const [i, time] of whole.entries()) {
          assert.ok(time >= from && time < until && (i === 0 || time > whole[i - 1]!));
          assert.equal(cronTimeAfter(one, (time - 60_000) as Instant), time);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("come to an end where nothing comes any more", () => {
    assert.equal(cronTimeAfter(cron("0 0 29 2 ?"), utc("2196-02-29T00:00")), undefined);
    const last = [...cronTimes(cron("59 23 L 12 ?"), utc("2190-01-01T00:00"), Infinity as Instant)].at(-1);
    assert.equal(formatOozieTime(last!), "2199-12-31T23:59Z");
    assert.deepEqual([...cronTimes(cron("* * * * *"), utc("2012-01-01T00:00"), utc("2012-01-01T00:00"))], []);
  });

  it("are refused where Oozie refuses them, fails at them later, or reads something else in them", () => {
    for (const [text, why] of [
      ["0 10 * *", /five fields/],
      ["0  10 * * *", /five fields/],
      ["0 10 * * * 2012", /five fields/],
      ["60 * * * *", /minute 60: it goes from 0 to 59/],
      ["0 24 * * *", /hour 24: it goes from 0 to 23/],
      ["0 0 0 * ?", /day of month 0: it goes from 1 to 31/],
      ["0 0 ? * 0", /day of week 0: it goes from 1 to 7 or SUN to SAT/],
      ["0 0 ? JANUARY MON", /month JANUARY: Quartz does not understand it, or only its beginning/],
      ["0 0 ? * ?", /cannot both be \?/],
      ["0 0 ? * MON-FRI/2", /Quartz would ignore a step/],
      ["0 0 ? * FRI-2", /day of week FRI-2/],
      ["*/0 * * * *", /a step goes from 1 to 59/],
      ["0 0 L-31 * ?", /no month is that long/],
      ["0 0 L-28W * ?", /for ever/],
      ["0 0 1,L * ?", /stand alone/],
      ["0 0 ? * 2#1,3", /stand alone/],
      ["0 L * * ?", /in days only/],
      ["0 0 31 2 ?", /never comes/],
      ["0 0 30 2 MON", /upon which Oozie fails/],
      ["0 0 1,,2 * ?", /day of month/],
      ["", /five fields/],
    ] as const) {
      assert.match(cronProblem(text) ?? "", why, text);
      assert.throws(() => [...cronTimes(cron(text), 0 as Instant, 1 as Instant)], {
        ...{ code: "CRON", where: /cron\.test\.[jt]s:\d+$/ },
      });
    }
    for (const [text] of recorded) assert.equal(cronProblem(text), undefined, text);
  });
});
