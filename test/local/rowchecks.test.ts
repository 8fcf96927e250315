import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CheckRecord } from "#src/jobs/record.js";
import type { RunReport } from "#src/local/run.js";
import { query } from "#src/local/query.js";
import { howdah, removeFolder } from "../support/command.js";
import { assertSameData, flagsOf, identitiesOf, madeAt, recordsOf, withTarget } from "../support/project.js";
import {
  checkedProject,
  failureOf,
  landHours,
  runHours,
  statuses,
  type Checked,
  type Checks,
  type Hours,
} from "../support/checked.js";

const roots: string[] = [];
after(() => roots.forEach(removeFolder));

async function made(checks: Checks): Promise<Checked> {
  const checked = await checkedProject(checks);
  roots.push(checked.root);
  return checked;
}

/** A data folder of a project where hours have landed. */
function landed({ root }: Checked, name: string, hours: Hours): string {
  const folder = join(root, name);
  landHours(folder, hours);
  return folder;
}

function checksOf(folder: string, table: string, hour: string): readonly CheckRecord[] {
  return identitiesOf(folder)[`house/${table}/date_ts=20200101_${hour}`]?.checks ?? [];
}

/** How many rows a query gives. */
async function countRows({ project, root }: Checked, sql: string): Promise<number> {
  let count = 0;
  await withTarget({ project, folder: join(root, "data") }, (target) =>
    query(target, { sql }, async ({ rows }) => {
      for await (const row of rows) count += row.length > 0 ? 1 : 0;
    }),
  );
  return count;
}

/** Where rows of an hour that failed are kept. */
const held = (folder: string, hour: string): string => join(folder, "_howdah/held/collect", `20200101_${hour}`);

describe("checks on rows", function () {
  this.timeout(60_000);

  const kinds: readonly (readonly [
    what: string,
    checks: Checks,
    good: readonly string[],
    bad: readonly string[],
    measured: readonly string[],
    says: RegExp,
  ])[] = [
    [
      "a column without nulls",
      { readings: 'notNull(["sensor", "value"])' },
      ["a", "b"],
      ["a", ",3", "c,x"],
      ["2"],
      /sensor, value are there of house\.readings: 2 of 3 rows\n {2}sensor .*\n {2}null {4}2020-01-01 00:01:00 {2}3\.00 .*\n {2}c /,
    ],
    [
      "unique rows, those with nulls passed over",
      { readings: 'unique(["sensor", "place"])' },
      ["a,1,1", "a,1,2", ",1,1", ",1,1"],
      ["a,1,1", "b,1,1", "a,2,1", "a,3,1", ",1,1"],
      ["3"],
      /sensor, place are unique of house\.readings: 3 of 5 rows\n.*\n {2}a /,
    ],
    [
      "allowed texts",
      { readings: `oneOf("kind", ["in", "o'ut", "back\\\\slash"])` },
      ["a,1,1,in", "a,1,1,o'ut", "a,1,1,back\\slash", "a,1,1,"],
      ["a,1,1,in", "a,1,1,other"],
      ["1"],
      /kind is a known value of house\.readings: 1 of 2 rows\n.*\n.* other /,
    ],
    [
      "allowed numbers",
      { readings: 'oneOf("place", [1, -2])' },
      ["a,1,1", "a,1,-2", "a,1,"],
      ["a,1,2"],
      ["1"],
      /1 of 1 rows/,
    ],
    ["allowed booleans", { readings: 'oneOf("loud", [false])' }, ["a,1"], ["a,9"], ["1"], /loud is a known value/],
    [
      "a range of numbers, both ends in it",
      { readings: 'inRange("value", { min: -1.5, max: "2.25" })' },
      ["a,-1.5", "a,2.25", "a,"],
      ["a,-1.51", "a,2.26", "a,2"],
      ["2"],
      /value is in its range of house\.readings: 2 of 3 rows/,
    ],
    [
      "a range of times",
      { readings: 'inRange("taken", { max: "2020-01-01 00:01:00" })' },
      ["a", "b"],
      ["a", "b", "c"],
      ["1"],
      /taken is in its range/,
    ],
    [
      "a condition, with a parameter; null breaks nothing",
      { readings: 'satisfies("place <= :most -- so many\\n or sensor = \'free\'", { name: "few" })' },
      ["a,1,9", "a,1,", "free,1,50"],
      ["a,1,10"],
      ["1"],
      /few of house\.readings: 1 of 1 rows\n.*\n.*\n {2}select .* where not \(place <= 9 or sensor = 'free' \)/,
    ],
    [
      "rows in against rows out",
      {
        collect:
          'agree("no line is lost", countOf("lines"), "=", [countOf(readings), countOf("lines", "kind = \'out\'")])',
      },
      ["a", "b"],
      ["a", "b,1,1,skip"],
      ["2", "1"],
      /no line is lost: 2 \(rows of lines\) = 1 \(rows of house\.readings\) \+ 0 \(rows of lines where kind = 'out'\) does not hold/,
    ],
    [
      "sums that agree, over the state of the hour before",
      {
        collect:
          'agree("totals grow by what came", sumOf(totals, "total"), "=", [sumOf("before", "total"), sumOf(readings, "value", "place < 5")])',
      },
      ["a,1.5", "b,2"],
      ["a,1.25,7", "b,2"],
      ["3.25", "2"],
      /3\.25 \(sum of total of house\.totals\) = 0 \(sum of total of before\) \+ 2 \(sum of value of house\.readings where place < 5\)/,
    ],
    [
      "one side no more than the other",
      { collect: 'agree("few sensors", countOf(totals), "<=", countOf(readings, "place = 1"))' },
      ["a", "b"],
      ["a", "b,1,2"],
      ["2", "1"],
      /2 \(rows of house\.totals\) <= 1 /,
    ],
    [
      "one side no less than the other",
      { collect: 'agree("many readings", countOf(readings), ">=", sumOf(totals, "total"))' },
      ["a,0.5", "a,1.5"],
      ["a,2.25", "a,0"],
      ["2", "2.25"],
      />= 2\.25 \(sum of total of house\.totals\) does not hold/,
    ],
    [
      "an own SELECT in the definitions",
      {
        collect:
          'noRows("totals of what was read", "select t.sensor, t.date_ts from house.totals t left join house.readings r on r.sensor = t.sensor and r.date_ts = t.date_ts where coalesce(r.place, 0) > :most;")',
      },
      ["a"],
      ["a", "b,1,50"],
      ["1"],
      /totals of what was read: 1 rows\n {2}sensor\n {2}b\n {2}select t\.sensor/,
    ],
    [
      "an own SELECT in the job's file",
      {
        collectFile: `-- check: no place twice\nwith places as (\n  select place, date_ts from house.readings group by place, date_ts having count(*) > 1\n)\n-- of all\nselect place, date_ts from places;\n-- the end\n`,
      },
      ["a,1,1", "b,1,2"],
      ["a,1,1", "b,1,1"],
      ["1"],
      /no place twice: 1 rows\n {2}place\n {2}1\n {2}with places as \( select/,
    ],
  ];

  for (const [what, checks, good, bad, measured, says] of kinds)
    it(`tell of ${what}`, async () => {
      const checked = await made(checks);
      const folder = landed(checked, "data", { "00": good });
      assert.deepEqual(statuses(await runHours(checked, folder)), { "00": "ran" });
      const table = checks.totals === undefined ? "readings" : "totals";
      assert.deepEqual(
        checksOf(folder, table, "00").map(({ outcome }) => outcome),
        ["passed"],
      );

      const other = landed(checked, "bad", { "00": bad });
      const report = await runHours(checked, other);
      assert.deepEqual(statuses(report), { "00": "failed" });
      const { code, message, where, next } = failureOf(report);
      assert.equal(code, "CHECK_FAILED");
      assert.match(String(message), says);
      assert.equal(where, held(other, "00"));
      assert.deepEqual(flagsOf(other), []);
      const aside = recordsOf(held(other, "00"));
      assert.deepEqual(
        aside.get("house.readings")?.identity.checks.map((one) => [one.outcome, one.measured]),
        [["failed", measured]],
      );
      if (!String(next).startsWith("howdah query")) return;
      // The query that the message gives shows the rows that it counts.
      const [, sql] = /^howdah query "(.*)"$/s.exec(String(next)) ?? [];
      assert.equal(await countRows(checked, sql!), Number(measured[0]));
    });

  it("leave what hour by hour would have left when an hour in a range fails", async () => {
    const checked = await made({ readings: 'inRange("value", { min: 0 })', totals: 'notNull("sensor")' });
    const hours: Hours = { "00": ["a"], "01": ["b"], "02": ["a", "c,-1", "d,-2"], "03": ["e,-3"], "04": ["f"] };
    const [single, range] = [landed(checked, "single", hours), landed(checked, "range", hours)];
    const expected = { "00": "ran", "01": "ran", "02": "failed", "03": "waiting", "04": "waiting" };
    const [byHour, asRange] = [await runHours(checked, single), await runHours(checked, range, { asRange: true })];
    assert.deepEqual(statuses(byHour), expected);
    assert.deepEqual(statuses(asRange), expected);
    assert.equal(String(failureOf(asRange)["message"]), String(failureOf(byHour)["message"]).replaceAll(single, range));
    const places = [
      { project: checked.project, folder: single },
      { project: checked.project, folder: range },
    ] as const;
    await assertSameData(...places);
    assert.equal(flagsOf(range).length, 4);
    assert.deepEqual(readdirSync(join(range, "_howdah/held/collect")), ["20200101_02"]);
    assert.deepEqual(readdirSync(held(range, "02")).sort(), ["house.readings", "house.totals"]);
    assert.deepEqual(readdirSync(join(range, "_howdah/work")), []);

    // Mended, it goes on from there; nothing is kept aside any more, and once more nothing is done.
    for (const [folder, request] of [
      [single, {}],
      [range, { asRange: true }],
    ] as const) {
      landHours(folder, { "02": ["a"], "03": ["e"] });
      assert.deepEqual(statuses(await runHours(checked, folder, request)), {
        "00": "fresh",
        "01": "fresh",
        "02": "ran",
        "03": "ran",
        "04": "ran",
      });
      assert.deepEqual(
        readdirSync(join(folder, "_howdah/held")).flatMap((job) => readdirSync(join(folder, "_howdah/held", job))),
        [],
      );
    }
    await assertSameData(...places);
    const before = madeAt(range);
    await runHours(checked, range, { asRange: true });
    assert.deepEqual(madeAt(range), before);
    await runHours(checked, range, { asRange: true, rerun: true });
    await assertSameData(...places);
  });

  it("keep the old partition and its flag when an hour fails on being made again, and the next failure replaces", async () => {
    const checked = await made({ readings: 'inRange("value", { min: 0 })' });
    const folder = landed(checked, "again", { "00": ["a"], "01": ["b"] });
    await runHours(checked, folder);
    const before = { identities: identitiesOf(folder), made: madeAt(folder), flags: flagsOf(folder) };
    for (const value of ["-1", "-2"]) {
      landHours(folder, { "00": [`a,${value}`] });
      assert.deepEqual(statuses(await runHours(checked, folder)), { "00": "failed", "01": "waiting" });
      assert.deepEqual(flagsOf(folder), before.flags);
      const ofHouse = Object.fromEntries(
        Object.entries(identitiesOf(folder)).filter(([path]) => path.startsWith("house")),
      );
      assert.deepEqual(ofHouse, before.identities);
      const sql = `select value from read_parquet('${held(folder, "00")}/house.readings/*.parquet') where value = ${value}`;
      assert.equal(await countRows(checked, sql), 1);
    }
  });

  it("fail only beyond what they allow, in rows and in shares, exactly", async () => {
    const checked = await made({
      readings: 'notNull("kind", { atMost: 1 }), oneOf("place", [1], { atMost: "33.4%", name: "third" })',
      collect: 'agree("near", sumOf(readings, "value"), "=", countOf(readings), { atMost: "10%" })',
    });
    const outcome = async (name: string, ...lines: string[]): Promise<unknown> => {
      const report = await runHours(checked, landed(checked, name, { "00": lines }));
      return failureOf(report)["message"]?.toString().split("\n")[0] ?? "passed";
    };
    assert.equal(await outcome("one", "a,1,1,", "b,1,2,in", "c"), "passed");
    assert.equal(await outcome("two", "a,1,1,", "b,1,2,", "c"), "collect 20200101_00: check failed: kind is there");
    assert.equal(await outcome("half", "a,1,1", "b,1,2"), "collect 20200101_00: check failed: third");
    // A tenth of 2.22 is 0.222; of 2.23 it is less than what is between 2.23 and 2.
    assert.equal(await outcome("near", "a,1.22", "b,1"), "passed");
    assert.equal(await outcome("far", "a,1.23", "b,1"), "collect 20200101_00: check failed: near");
  });

  it("warn where they are declared so, with some rows of the first hour, in --json and in the record", async () => {
    const checked = await made({
      readings: 'inRange("value", { min: 0 }, { severity: "warn" })',
      collectFile: "-- check: few, warn, at most 2\nselect sensor, date_ts from house.readings",
    });
    landHours(join(checked.root, "data"), { "00": ["a,-1"], "01": ["a", "b,-2", "c", "d,-3"], "02": ["a"] });
    const { code, out } = await howdah(["run", "hourly", "--as-range", "--json"], checked.root);
    assert.equal(code, 0, out);
    const { warnings } = JSON.parse(out) as RunReport;
    assert.deepEqual(
      warnings.map(({ unit, check, table, measured }) => [unit, check, table, ...measured]),
      [
        ["20200101_00", "value is in its range", "house.readings", "1"],
        ["20200101_01", "value is in its range", "house.readings", "2"],
        ["20200101_01", "few", null, "4"],
      ],
    );
    assert.match(warnings[0]!.lines.join("\n"), /^ {2}sensor .*\n {2}a /);
    assert.deepEqual(warnings[1]!.lines, []);
    const outcomes = ["00", "01", "02"].map((hour) =>
      checksOf(join(checked.root, "data"), "readings", hour).map(({ outcome }) => outcome),
    );
    assert.deepEqual(outcomes, [
      ["warned", "passed"],
      ["warned", "warned"],
      ["passed", "passed"],
    ]);
    const people = await howdah(["run", "hourly", "--as-range", "--rerun"], checked.root);
    assert.match(
      people.out,
      /warns {3}collect 20200101_00: value is in its range of house\.readings: 1 of 1 rows\n {8}sensor .*\n {8}a .*\n {8}and of 1 more, up to 20200101_01: value .* 2 of 4 rows\nwarns {3}collect 20200101_01: few: 4 rows \(at most 2\)/,
    );
    assert.match(people.out, /3 ran, .* 3 warnings of checks/);
  });

  it("change nothing about what is fresh, and are run on what is made from then on", async () => {
    const without = await made({});
    const folder = landed(without, "data", { "00": ["a,-1"] });
    await runHours(without, folder);
    const withChecks = await made({
      readings: 'inRange("value", { min: 0 })',
      collect: 'noRows("none", "select sensor, date_ts from house.readings")',
    });
    assert.deepEqual(statuses(await runHours(withChecks, folder)), { "00": "fresh" });
    assert.deepEqual(checksOf(folder, "readings", "00"), []);
    assert.deepEqual(statuses(await runHours(withChecks, folder, { rerun: true })), { "00": "failed" });
    assert.deepEqual(statuses(await runHours(without, folder, { rerun: true })), { "00": "ran" });
    assert.equal(existsSync(held(folder, "00")), false);
  });

  it("compare with the hours before where these are known, and fail only when asked to", async () => {
    const steady = (more: string): string => `steady(readings, { within: "50%", last: 3, least: 2${more} })`;
    const hours: Hours = { "00": ["a", "b"], "01": ["a"], "02": ["a", "b"], "03": ["a", "b", "c"], "04": ["a"] };
    const mild = await made({ collect: steady("") });
    const folder = landed(mild, "mild", hours);
    const report = await runHours(mild, folder);
    assert.deepEqual(
      report.warnings.map(({ unit, measured }) => [unit, ...measured]),
      [["20200101_02", "2", "1"]],
    );
    const told = [...recordsOf(folder)].flatMap(([path, { run }]) =>
      path.includes("readings") ? [run.checks!.map(({ outcome }) => outcome).join()] : [],
    );
    assert.deepEqual(told, ["unknown", "unknown", "warned", "passed", "passed"]);
    assert.deepEqual(checksOf(folder, "readings", "02"), []);

    const strict = await made({ collect: steady(', severity: "fail"') });
    const [single, range] = [landed(strict, "single", hours), landed(strict, "range", hours)];
    const expected = { "00": "ran", "01": "ran", "02": "failed", "03": "waiting", "04": "waiting" };
    assert.deepEqual(statuses(await runHours(strict, single)), expected);
    assert.deepEqual(statuses(await runHours(strict, range, { asRange: true })), expected);
    await assertSameData({ project: strict.project, folder: single }, { project: strict.project, folder: range });
  });

  it("that cannot run fail the hour by their name, and its rows are not seen", async () => {
    for (const [file, code, says] of [
      [
        "-- check: broken\nselect sensr, date_ts from house.readings",
        "SQL",
        /^collect: check "broken": Binder Error: .*sensr/,
      ],
      [
        "-- check: keyless\nselect sensor from house.readings",
        "SQL",
        /^collect: check "keyless": Binder Error: .*date_ts/,
      ],
      [
        "-- check: garbled\nselect sensor date_ts from from house.readings",
        "SQL",
        /^collect: check "garbled": Parser Error/,
      ],
      [
        "-- check: astray\nselect sensor, 'x' as date_ts from house.readings",
        "STRAY_ROW",
        /check "astray" gives a row whose date_ts is x/,
      ],
    ] as const) {
      const checked = await made({ readings: 'notNull("sensor")', collectFile: file });
      const folder = landed(checked, "data", { "00": ["a"], "01": ["b"] });
      const report = await runHours(checked, folder, { asRange: true });
      assert.deepEqual(statuses(report), { "00": "failed", "01": "waiting" });
      assert.equal(failureOf(report)["code"], code);
      assert.match(String(failureOf(report)["message"]), says);
      assert.equal(failureOf(report)["where"], "collect.sql");
      assert.deepEqual(flagsOf(folder), []);
    }
  });

  it("leave nothing behind that clean does not take away", async () => {
    const checked = await made({ readings: 'inRange("value", { min: 0 })' });
    landHours(join(checked.root, "data"), { "00": ["a,-1"] });
    const ran = await howdah(["run", "hourly"], checked.root);
    assert.equal(ran.code, 1);
    assert.match(
      ran.out,
      /failed {2}hourly 2020-01-01T00:00Z: collect 20200101_00: check failed: value is in its range\n/,
    );
    assert.match((await howdah(["clean"], checked.root)).out, /^collect 20200101_00 {2}kept aside/);
    assert.ok(existsSync(held(join(checked.root, "data"), "00")));
    assert.equal((await howdah(["clean", "--yes"], checked.root)).code, 0);
    assert.deepEqual(readdirSync(join(checked.root, "data/_howdah/held")), []);
  });
});
