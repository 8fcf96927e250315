import assert from "node:assert/strict";
import { join } from "node:path";
import type { CheckRecord } from "#src/jobs/record.js";
import { query } from "#src/local/query.js";
import { removeFolder } from "../support/command.js";
import { flagsOf, identitiesOf, recordsOf, withTarget } from "../support/project.js";
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
});
