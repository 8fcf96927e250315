import assert from "node:assert/strict";
import fc from "fast-check";
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
import { stretchOf, type Local } from "#src/core/zone.js";
import {
  cronGo,
  dateOffset,
  dateTzOffset,
  daysInMonth,
  epochTime,
  hoursInDay,
  instancesAt,
  nextNominal,
  nominalTimes,
  onGrid,
  timeAt,
  tzOffset,
  type Grid,
  type InstanceSpec,
  type OffsetUnit,
} from "#src/oozie/calendar.js";
import { atLocal, monthsLater } from "#src/oozie/calendar/gregorian.js";
import { askOozie } from "./oozie.js";

const zone = fc.constantFrom(
  ...["UTC", "GMT+05:30", "Europe/Berlin", "Europe/London", "America/Los_Angeles", "America/Sao_Paulo"],
  ...["Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Asia/Beirut", "Pacific/Apia", "America/Havana"],
);
const frequency: fc.Arbitrary<Frequency> = fc.oneof(
  fc.integer({ min: 1, max: 2000 }).map(minutes),
  fc.integer({ min: 1, max: 60 }).map(hours),
  ...[days, months, endOfDays, endOfWeeks, endOfMonths].map((make) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 9 })).map((n): Frequency => make(n)),
  ),
);
const minuteOf = (from: number, until: number): fc.Arbitrary<Instant> =>
  fc.integer({ min: Date.UTC(from, 0) / 60_000, max: Date.UTC(until, 0) / 60_000 }).map((n) => (n * 60_000) as Instant);
/** Any minute, one in the days and hours around a time at which the clock is set, or some months before such an hour. */
const minuteIn = (name: string): fc.Arbitrary<Instant> =>
  fc.oneof(
    minuteOf(2006, 2034),
    fc
      .tuple(minuteOf(2006, 2030), fc.integer({ min: -40, max: 8 }), fc.integer({ min: -240, max: 240 }))
      .map(([time, day, minute]) => {
        const { until } = stretchOf(name, time);
        return ((until === Infinity ? time : until) + day * 86_400_000 + minute * 60_000) as Instant;
      }),
    fc
      .tuple(minuteOf(2007, 2030), fc.integer({ min: -12, max: -1 }), fc.integer({ min: -5, max: 64 }))
      .map(([time, months, minute]) => {
        const { until, offset } = stretchOf(name, time);
        const shown = (until === Infinity ? time : until) + offset + minute * 60_000;
        return atLocal(name, monthsLater(shown as Local, months));
      }),
    fc
      .tuple(fc.integer({ min: 2006, max: 2030 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: -3, max: 1 }))
      .map(([year, month, day]) => Date.UTC(year, month, day, 12) as Instant),
  );
const grid: fc.Arbitrary<Grid & { readonly timezone: string }> = zone.chain((timezone) =>
  fc.record({ every: frequency, initial: minuteIn(timezone), timezone: fc.constant(timezone) }),
);

/** Frequency, time unit and end of duration, as a submitted coordinator has them. */
function fieldsOf({ unit, count }: Frequency): readonly [number, string, string] {
  switch (unit) {
    case "minutes":
      return [count, "MINUTE", "NONE"];
    case "hours":
      return [count * 60, "MINUTE", "NONE"];
    case "days":
      return [count, "DAY", "NONE"];
    case "months":
      return [count, "MONTH", "NONE"];
    case "endOfDays":
      return [count, "DAY", "END_OF_DAY"];
    case "endOfWeeks":
      return [count, "WEEK", "END_OF_WEEK"];
    case "endOfMonths":
      return [count, "MONTH", "END_OF_MONTH"];
  }
}
const texts = (times: Iterable<Instant>): string => [...times].map(formatOozieTime).join(" ");
const describeGrid = ({ every, initial, timezone }: Grid): string =>
  `${every.unit}(${every.count}) from ${formatOozieTime(initial)} in ${timezone ?? "UTC"}`;
/** Up to here Java and Node have the same rules. */
const far = "2037-01-01T00:00Z";

/** A time some steps after a grid's begin, rarely before it. */
const nearGrid = (one: Grid): fc.Arbitrary<Instant> =>
  fc
    .tuple(fc.oneof(fc.integer({ min: -2, max: 12 }), fc.integer({ min: 0, max: 800 })), fc.nat(3000))
    .map(([steps, more]) => (timeAt(one, steps) + (more % 2 === 0 ? 0 : more * 60_000)) as Instant)
    .filter((time) => time < Date.UTC(2036, 0));

const unit = fc.constantFrom<OffsetUnit>("MINUTE", "HOUR", "DAY", "MONTH", "YEAR");
const offsetBy = fc.record({ n: fc.integer({ min: -40, max: 6 }), unit });
/** Two near one another, so that few instances are between them. */
const offsetPair = fc
  .tuple(fc.constantFrom<OffsetUnit>("HOUR", "DAY"), fc.integer({ min: -60, max: 20 }), fc.integer({ min: -2, max: 9 }))
  .map(([of, n, more]) => ({ from: { n, unit: of }, to: { n: n + more, unit: of } }));
const span = (min: number, max: number): fc.Arbitrary<{ from: number; to: number }> =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min: 0, max: 5 }))
    .map(([from, more]) => ({ from, to: Math.min(from + more, max) }));

const specFor = (one: Grid): fc.Arbitrary<InstanceSpec> =>
  fc.oneof(
    span(-8, 3).map((of) => ({ is: "current" as const, ...of })),
    span(-4, 0).map((of) => ({ is: "latest" as const, ...of })),
    fc
      .tuple(span(0, 3), fc.integer({ min: 1, max: 8 }))
      .map(([of, limit]) => ({ is: "future" as const, ...of, limit })),
    offsetBy.map((at) => ({ is: "offset" as const, at })),
    offsetPair.map((pair) => ({ is: "offsets" as const, ...pair })),
    fc.record({ from: offsetBy, to: offsetBy }).map(({ from, to }) => ({
      is: "offsets" as const,
      from: { ...from, unit: from.unit === "YEAR" ? ("DAY" as const) : from.unit },
      to: {
        n: Math.max(from.n, Math.min(to.n, from.n + 3)),
        unit: from.unit === "YEAR" ? ("DAY" as const) : from.unit,
      },
    })),
    fc
      .tuple(fc.integer({ min: -1, max: 12 }), fc.constantFrom(0, 0, 0, 7), fc.integer({ min: -3, max: 2 }))
      .map(([index, beside, to]) => ({
        is: "range" as const,
        start: { is: "absolute" as const, at: (timeAt(one, index) + beside * 60_000) as Instant },
        to,
      })),
    fc
      .tuple(
        fc.constantFrom("endOfDays" as const, "endOfWeeks" as const, "endOfMonths" as const),
        fc.integer({ min: -3, max: 0 }),
        fc.integer({ min: -1, max: 2 }),
      )
      .map(([is, n, to]) => ({ is: "range" as const, start: { is, n }, to })),
  );

/** The texts of `<instance>`, or of `<start-instance>` and `<end-instance>`. */
function expressions(spec: InstanceSpec): readonly string[] {
  switch (spec.is) {
    case "current":
    case "latest":
      return spec.from === spec.to && spec.from % 2 === 0
        ? [`\${coord:${spec.is}(${spec.from})}`]
        : [spec.from, spec.to].map((n) => `\${coord:${spec.is}(${n})}`);
    case "future":
      return [spec.from, spec.to].map((n) => `\${coord:future(${n}, ${spec.limit})}`);
    case "offset":
      return [`\${coord:offset(${spec.at.n}, "${spec.at.unit}")}`];
    case "offsets":
      return [spec.from, spec.to].map(({ n, unit: of }) => `\${coord:offset(${n}, "${of}")}`);
    case "range":
      return [
        spec.start.is === "absolute"
          ? `\${coord:absolute("${formatOozieTime(spec.start.at)}")}`
          : `\${coord:${spec.start.is}(${spec.start.n})}`,
        `\${coord:current(${spec.to})}`,
      ];
  }
}

/** Nobody waits for a range of thousands of instances. */
const isSmall = (spec: InstanceSpec, { every }: Grid): boolean =>
  spec.is === "range" ? !(every.unit === "minutes" && every.count < 60) : spec.is !== "offsets" || every.count > 20;

describe("the calendar beside Oozie's", function () {
  this.timeout(600_000);

  it("gives the nominal times that Oozie materialises", async function () {
    const cases = fc.sample(
      fc.tuple(grid, fc.oneof(fc.constant(0), fc.nat(400)), fc.integer({ min: 1, max: 12 })),
      4000,
    );
    const answers = await askOozie(
      this,
      cases.map(([{ every, initial, timezone }, before, most]) => {
        const [start, end] = [formatOozieTime(initial), far];
        return ["nominal", ...fieldsOf(every), timezone, start, end, before, most, start];
      }),
    );
    for (const [i, [one, before, most]] of cases.entries()) {
      const schedule = {
        every: one.every,
        start: one.initial,
        end: Date.parse(far) as Instant,
        timezone: one.timezone,
      };
      const some = Array.from({ length: most }, (_, n) => timeAt(one, before + n)).filter(
        (time) => time < schedule.end,
      );
      assert.equal(texts(some), answers[i], `${describeGrid(one)}, ${before} before`);
      if (some.length === 0) continue;
      const listed = [...nominalTimes(schedule, some[0]!, (some.at(-1)! + 1) as Instant)];
      // A zone that skips a day has two actions at once.
      assert.deepEqual([...new Set(listed)], [...new Set(some)], describeGrid(one));
      for (const time of some) assert.ok(onGrid(one, time), describeGrid(one));
    }
  });

  it("gives the actions of cron expressions that Oozie makes in one go", async function () {
    const text = fc.constantFrom(
      "0 10 * * *",
      "30 2 * * MON",
      "0 0 1 * ?",
      "*/20 * * * *",
      "0 0,6 ? * MON-FRI",
      "5 4 L * ?",
    );
    // Which clocks are put forward is guessed, rightly but for years in which a zone's law changed, as it did there.
    const lawful = zone.filter((name) => !["America/Havana", "Pacific/Apia"].includes(name));
    const cases = fc.sample(
      lawful.chain((timezone) =>
        fc.tuple(text, fc.constant(timezone), minuteIn(timezone), fc.nat(300), fc.integer({ min: 1, max: 40 })),
      ),
      2500,
    );
    const end = Date.parse(far) as Instant;
    const answers = await askOozie(
      this,
      cases.map(([of, timezone, start, day, most]) => {
        const from = formatOozieTime((start + day * 86_400_000) as Instant);
        return ["nominal", of, "CRON", "NONE", timezone, formatOozieTime(start), far, 0, most, from];
      }),
    );
    for (const [i, [of, timezone, start, day, most]] of cases.entries()) {
      const from = (start + day * 86_400_000) as Instant;
      const times = cronGo({ every: cron(of), start, end, timezone }, from, end, most);
      assert.equal(texts(times), answers[i], `${of} from ${formatOozieTime(from)} in ${timezone}`);
    }
  });

  it("knows when the next action supersedes one", async function () {
    const what = fc.tuple(
      grid,
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(undefined, "0 10 * * *", "5 4 L * ?"),
    );
    const cases = fc.sample(what, 2000).map(([{ every, initial: start, timezone }, number, text]) => {
      const end = Math.min(start + 5_000 * 3_600_000, Date.parse(far)) as Instant;
      const nominal = (start + number * 3_600_000) as Instant;
      return { schedule: { every: text === undefined ? every : cron(text), start, end, timezone }, number, nominal };
    });
    const answers = await askOozie(
      this,
      cases.map(({ schedule: { every, start, end, timezone }, number, nominal }) => {
        const fields = every.kind === "cron" ? [every.text, "CRON", "NONE"] : fieldsOf(every);
        return [
          "next",
          ...fields,
          timezone,
          formatOozieTime(start),
          formatOozieTime(end),
          number,
          formatOozieTime(nominal),
        ];
      }),
    );
    for (const [i, { schedule, number, nominal }] of cases.entries()) {
      const next = nextNominal(schedule, number, nominal);
      assert.equal(
        next === undefined ? "" : formatOozieTime(next),
        answers[i],
        `${number} of ${JSON.stringify(schedule)}`,
      );
    }
  });

  it("resolves the instances that Oozie resolves, in its order", async function () {
    const cases = fc
      .sample(
        grid.chain((one) =>
          fc.tuple(
            fc.constant(one),
            nearGrid(one),
            nearGrid(one),
            specFor(one),
            fc.array(fc.integer({ min: 8, max: 32 }), { maxLength: 30 }),
          ),
        ),
        // Of the rarest kind there are about eight in a thousand.
        20_000,
      )
      .filter(([one, , , spec]) => isSmall(spec, one));
    /** Some instances around those that are looked at; names of folders, so two in one hour of a change are one. */
    const there = cases.map(([one, nominal, now, spec, some]) => {
      if (spec.is !== "latest" && spec.is !== "future") return [];
      const resolved = instancesAt({ is: "current", from: 0, to: 0 }, one, {
        nominal: spec.is === "latest" ? now : nominal,
      });
      const current = [...resolved.times, ...resolved.dropped][0]!;
      const around = instancesAt({ is: "current", from: -20, to: 20 }, one, { nominal: current }).times;
      // Also where Oozie, adding months, mistakes the zone's clock for UTC.
      return some.flatMap((n) => around[n] ?? []).flatMap((time) => [time, dateTzOffset(time, one.timezone)]);
    });
    const answers = await askOozie(
      this,
      cases.map(([one, nominal, now, spec], i) => [
        ...["instances", ...fieldsOf(one.every), one.timezone, formatOozieTime(one.initial)],
        ...[formatOozieTime(nominal), formatOozieTime(now), texts(there[i]!), ...expressions(spec)],
      ]),
    );
    const seen = new Map<string, number>();
    for (const [i, [one, nominal, now, spec]] of cases.entries()) {
      const existing = new Set(there[i]);
      const { times, dropped, unresolved, refused } = instancesAt(spec, one, {
        ...{ nominal, now, has: (time) => existing.has(time) },
      });
      const what = `${JSON.stringify(spec)} of ${describeGrid(one)} at ${formatOozieTime(nominal)}, ${formatOozieTime(now)}`;
      const kind = refused ? "refused" : unresolved ? "unresolved" : times.length === 0 ? "none" : "some";
      seen.set(`${spec.is} ${kind}`, (seen.get(`${spec.is} ${kind}`) ?? 0) + 1);
      if (dropped.length > 0) seen.set(`${spec.is} dropped`, (seen.get(`${spec.is} dropped`) ?? 0) + 1);
      if (refused !== undefined) assert.match(answers[i]!, /^!/, `${what}: ${refused}`);
      else assert.equal(unresolved === undefined ? texts(times) : "unresolved", answers[i], what);
    }
    for (const kind of ["current some", "current dropped", "latest some", "latest unresolved", "future some"])
      assert.ok((seen.get(kind) ?? 0) > 100, `${kind}: ${JSON.stringify([...seen])}`);
    for (const kind of [
      "future unresolved",
      "offset some",
      "offsets some",
      "range some",
      "range refused",
      "offset dropped",
    ])
      assert.ok((seen.get(kind) ?? 0) > 50, `${kind}: ${JSON.stringify([...seen])}`);
  });

  it("evaluates functions as Oozie does", async function () {
    const cases = fc.sample(
      grid.chain((one) =>
        fc.record({
          one: fc.constant(one),
          nominal: nearGrid(one),
          other: zone,
          n: fc.integer({ min: -40, max: 40 }),
          by: fc.record({ n: fc.integer({ min: -400, max: 400 }), unit }),
        }),
      ),
      1500,
    );
    const expected = cases.flatMap(({ one, nominal, other, n, by }) => {
      const time = formatOozieTime(nominal);
      return [
        [`\${coord:hoursInDay(${n})}`, String(hoursInDay(n, one, nominal))],
        [`\${coord:daysInMonth(${n})}`, String(daysInMonth(n, one, nominal))],
        ["${coord:tzOffset()}", String(tzOffset(one.timezone, other, nominal))],
        [`\${coord:dateOffset("${time}", ${by.n}, "${by.unit}")}`, formatOozieTime(dateOffset(nominal, by))],
        [`\${coord:dateTzOffset("${time}", "${other}")}`, formatOozieTime(dateTzOffset(nominal, other))],
        [`\${coord:epochTime("${time}", "true")}`, epochTime(nominal, true)],
        [`\${coord:epochTime("${time}", "false")}`, epochTime(nominal, false)],
      ].map(([expression, value]) => ({ one, nominal, other, expression: expression!, value: value! }));
    });
    const answers = await askOozie(
      this,
      expected.map(({ one, nominal, other, expression }) => [
        ...["el", ...fieldsOf(one.every), one.timezone, formatOozieTime(one.initial)],
        ...[formatOozieTime(nominal), other, expression],
      ]),
    );
    for (const [i, { one, nominal, expression, value }] of expected.entries())
      assert.equal(value, answers[i], `${expression} of ${describeGrid(one)} at ${formatOozieTime(nominal)}`);
  });
});
