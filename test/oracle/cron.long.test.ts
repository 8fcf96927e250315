import assert from "node:assert/strict";
import fc from "fast-check";
import { cron, formatOozieTime, type Instant } from "#src/core/time.js";
import { cronProblem, cronTimeAfter } from "#src/oozie/cron.js";
import { askOozie } from "./oozie.js";

const number = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof({ weight: 20, arbitrary: fc.integer({ min, max }) }, fc.integer({ min: 0, max: 99 })).map(String);
const weekdays = fc.constantFrom("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
const months = fc.constantFrom("JAN", "feb", "MAR", "APR", "JUN", "AUG", "OCT", "DEC");

function field(min: number, max: number, names?: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const value = number(min, max);
  const step = number(1, max);
  const item = fc.oneof(
    value,
    fc.tuple(value, value).map(([a, b]) => `${a}-${b}`),
    fc.tuple(value, step).map(([a, b]) => `${a}/${b}`),
    step.map((by) => `*/${by}`),
    step.map((by) => `/${by}`),
    fc.tuple(value, value, step).map(([a, b, by]) => `${a}-${b}/${by}`),
    ...(names === undefined ? [] : [names, fc.tuple(names, names).map(([a, b]) => `${a}-${b}`)]),
  );
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(","));
  return fc.oneof({ weight: 2, arbitrary: fc.constant("*") }, { weight: 4, arbitrary: list });
}

const day = fc.oneof(
  fc.constantFrom("?", "?", "*", "L", "LW", "1W", "15W", "29W", "30W", "31W"),
  fc.integer({ min: 0, max: 31 }).map((before) => `L-${before}`),
  fc.integer({ min: 0, max: 31 }).map((before) => `L-${before}W`),
  fc.integer({ min: 0, max: 32 }).map((number) => `${number}W`),
  field(1, 31),
);
const weekday = fc.oneof(
  fc.constantFrom("?", "?", "*", "L", "6L", "friL", "2#1", "TUE#5"),
  fc.tuple(number(1, 7), number(1, 5)).map(([which, nth]) => `${which}#${nth}`),
  number(1, 7).map((last) => `${last}L`),
  field(1, 7, weekdays),
);
const expression = fc
  .tuple(field(0, 59), field(0, 23), day, field(1, 12, months), weekday)
  .map((fields) => fields.join(" "));
/** What may stand anywhere in it, right or not. */
const garbled = fc
  .tuple(
    expression,
    fc.nat(40),
    fc.constantFrom("?", "*", "/", "-", ",", "L", "W", "#", "0", "5", " ", "A", "MON", "JAN", ""),
    fc.nat(2),
  )
  .map(([text, at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut));
/** Around the ends of months and of February. */
const after = fc
  .tuple(fc.integer({ min: 2011, max: 2032 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: -3, max: 28 }))
  .chain(([year, month, date]) => fc.nat(1439).map((minute) => Date.UTC(year, month, date, 0, minute) as Instant));

describe("cron expressions beside Quartz", function () {
  this.timeout(600_000);

  it("names the times that Oozie names", async function () {
    const cases = fc.sample(fc.tuple(expression, after), 6000).filter(([text]) => cronProblem(text) === undefined);
    assert.ok(cases.length > 1500, `${cases.length} expressions`);
    const count = 6;
    const answers = await askOozie(
      this,
      cases.map(([text, time]) => ["cron", text, formatOozieTime(time), count]),
    );
    for (const [i, [text, time]] of cases.entries()) {
      const times: string[] = [];
      for (let next = cronTimeAfter(cron(text), time); next !== undefined; next = cronTimeAfter(cron(text), next)) {
        times.push(formatOozieTime(next));
        if (times.length === count) break;
      }
      assert.equal(times.join(" "), answers[i], `${text} after ${formatOozieTime(time)}`);
    }
  });

  it("takes nothing that Oozie refuses, and refuses of well-formed texts what Oozie misreads or fails at", async function () {
    const texts = [...fc.sample(expression, 4000), ...fc.sample(garbled, 4000)];
    const answers = await askOozie(
      this,
      texts.map((text) => ["frequency", text]),
    );
    /** A minute of 99 is `*` for Quartz, a step larger than the field is let pass behind a range. */
    const misread = /never come|for ever|it goes from|a step goes from/;
    for (const [i, text] of texts.entries()) {
      const problem = cronProblem(text);
      if (problem === undefined) assert.equal(answers[i], "ok", text);
      else if (answers[i] === "ok" && i < 4000) assert.match(problem, misread, text);
    }
    assert.ok(texts.filter((text) => cronProblem(text) === undefined).length > 2000);
  });
});
