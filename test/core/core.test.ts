import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { didYouMean, HowdahError, ManyErrors, nearest, throwAll } from "#src/core/errors.js";
import { shellWord } from "#src/core/shell.js";
import { canonicalJson, hashOf, type Json } from "#src/core/hash.js";
import {
  cron,
  days,
  endOfDays,
  endOfMonths,
  endOfWeeks,
  floorTo,
  formatOozieTime,
  formatTimeBy,
  frequencyProblem,
  hours,
  isFixed,
  minutes,
  months,
  parseOozieTime,
  parseTimeBy,
  plus,
  type Instant,
} from "#src/core/time.js";

const minute = fc
  .integer({ min: Date.UTC(1000, 0) / 60_000, max: Date.UTC(9999, 11) / 60_000 })
  .map((count) => (count * 60_000) as Instant);

describe("core", () => {
  it("reads back every time that it writes", () => {
    fc.assert(fc.property(minute, (time) => parseOozieTime(formatOozieTime(time)) === time));
    const patterns = [
      "yyyyMMdd_HHmm",
      "yyyy-MM-dd'T'HH:mm",
      "dd.MM.yyyy HH:mm:ss",
      "HHmm''ddMMyyyy",
      "yyyy'yy''HH'MMddHHmm",
    ];
    fc.assert(
      fc.property(minute, fc.constantFrom(...patterns), (time, pattern) => {
        assert.equal(parseTimeBy(pattern, formatTimeBy(pattern, time)), time);
      }),
    );
  });

  it("reads no times but those", () => {
    for (const text of [
      ...[
        "2012-02-30T00:00Z",
        "2012-03-01T24:00Z",
        "2012-03-01",
        "2012-3-1T0:0Z",
        "2012-03-01T00:00",
        "2012-03-01T00:00+01:00",
      ],
      ...["", " 2012-03-01T00:00Z", "2012-03-01T00:00:00Z", "2012-13-01T00:00Z"],
    ])
      assert.equal(parseOozieTime(text), undefined, text);
    for (const text of ["20120230_00", "2012030_100", "20120301_00 ", "20120301-00", "20120301_", ""])
      assert.equal(parseTimeBy("yyyyMMdd_HH", text), undefined, text);
  });

  it("refuses letters of date patterns that it cannot read back, and frequencies that are none", () => {
    for (const pattern of ["yy", "EEE", "yyyyMMd", "T", "hh"])
      assert.throws(() => formatTimeBy(pattern, 0 as Instant), { code: "DATE_PATTERN" }, pattern);
    for (const count of [0, -1, 1.5, NaN, Infinity, 2 ** 31])
      assert.match(frequencyProblem(hours(count)) ?? "", /^hours\(.+\) is no frequency/);
    for (const count of [1, 2 ** 31 - 1]) assert.equal(frequencyProblem(endOfMonths(count)), undefined);
  });

  it("tells frequencies of a fixed length from others", () => {
    const all = [minutes, hours, days, months, endOfDays, endOfWeeks, endOfMonths].map((make) => make(2));
    assert.deepEqual(
      all.map((every) => [every.unit, every.count]),
      ["minutes", "hours", "days", "months", "endOfDays", "endOfWeeks", "endOfMonths"].map((unit) => [unit, 2]),
    );
    assert.deepEqual([...all, cron("0 10 * * *")].filter(isFixed), all.slice(0, 3));
    for (const every of all) assert.match(every.at.file, /core\.test\.[jt]s$/);
  });

  it("adds and floors in UTC, across a change of daylight saving too", () => {
    const time = parseOozieTime("2012-03-11T01:30Z")!;
    assert.equal(formatOozieTime(plus(time, hours(1))), "2012-03-11T02:30Z");
    assert.equal(formatOozieTime(plus(time, days(1), -1)), "2012-03-10T01:30Z");
    assert.equal(formatOozieTime(plus(time, minutes(45), 2)), "2012-03-11T03:00Z");
    assert.equal(formatOozieTime(floorTo("days", time)), "2012-03-11T00:00Z");
    assert.equal(formatOozieTime(floorTo("hours", -1 as Instant)), "1969-12-31T23:00Z");
  });

  it("finds the name that was meant, and none when nothing is near", () => {
    const names = ["hourly", "daily", "map-session-sales"];
    for (const [typed, meant] of [
      ["huorly", "hourly"],
      ["Daily", "daily"],
      ["dayly", "daily"],
      ["map-sesion-sale", "map-session-sales"],
      ["weekly", undefined],
      ["", undefined],
    ] as const)
      assert.equal(nearest(typed, names), meant, typed);
    assert.equal(didYouMean("hourl", names), ", did you mean hourly?");
    assert.equal(didYouMean("x", []), "");
  });

  it("gives equal values equal JSON, whatever the order of their keys", () => {
    const shuffled = (value: Json): Json => {
      if (Array.isArray(value)) return (value as readonly Json[]).map(shuffled);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, shuffled(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = value as Json;
        assert.equal(canonicalJson(shuffled(json)), canonicalJson(json));
        assert.deepEqual(JSON.parse(canonicalJson(json)), JSON.parse(JSON.stringify(json)));
      }),
    );
    assert.notEqual(hashOf({ a: "1" }), hashOf({ a: 1 }));
    assert.match(hashOf([]), /^[0-9a-f]{32}$/);
  });

  it("throws what was collected: nothing, the one, or all", () => {
    const error = (message: string): HowdahError =>
      new HowdahError(message, { code: "X", where: { file: "a.ts", line: 3 } });
    throwAll([]);
    assert.throws(() => throwAll([error("one")]), { message: "one", where: "a.ts:3", exitCode: 2 });
    assert.throws(
      () => throwAll([error("one"), error("two")]),
      (thrown) => thrown instanceof ManyErrors && thrown.problems.length === 2 && thrown.exitCode === 2,
    );
  });

  it("quotes words so that the shell gives them back", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((word) => !word.includes("\0") && !/[\ud800-\udfff]/.test(word)),
        (word) => {
          const { stdout } = spawnSync("/bin/sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
          assert.equal(stdout, word);
        },
      ),
      { numRuns: 40, examples: [[""], ["it's"], ['$HOME `x` "y" *'], ["a\nb"]] },
    );
  });
});
