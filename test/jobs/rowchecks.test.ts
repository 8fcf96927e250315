import assert from "node:assert/strict";
import { relative } from "node:path";
import { isHowdahError, ManyErrors } from "#src/core/errors.js";
import { sampleLines } from "#src/jobs/rowchecks/message.js";
import { judge, type UnitFacts } from "#src/jobs/rowchecks/verdict.js";
import type { CheckSpec } from "#src/jobs/spec.js";
import { loadProject } from "#src/project/load.js";
import {
  countOf,
  database,
  inRange,
  intParameter,
  notNull,
  parameters,
  parquet,
  path,
  table,
  unique,
} from "#src/index.js";
import { filesOf, type Checks } from "../support/checked.js";
import { madeProject, removeFolder } from "../support/command.js";

const roots: string[] = [];
after(() => roots.forEach(removeFolder));

/** What is wrong with a project of some checks: code, place below the project and message of each problem. */
async function problems(checks: Checks): Promise<readonly string[]> {
  const root = madeProject(filesOf(checks));
  roots.push(root);
  try {
    await loadProject(root);
    return [];
  } catch (error) {
    assert.ok(isHowdahError(error), String(error));
    return (error instanceof ManyErrors ? error.problems : [error]).map(({ code, where, message, next }) => {
      const place = (where ?? "").startsWith("/") ? relative(root, where!) : (where ?? "");
      return `${code} ${place.replace(/^(definitions\.ts):\d+$/, "$1:N")} ${message}${next === undefined ? "" : ` → ${next}`}`;
    });
  }
}

describe("checks on rows that are declared wrongly", () => {
  const mistakes: readonly (readonly [what: string, checks: Checks, says: readonly RegExp[]])[] = [
    [
      "a column that is not there, and every other mistake of the table",
      {
        readings: 'notNull(["sensr", "value"]), unique([], { name: "none" }), inRange("value", {}), oneOf("kind", [])',
      },
      [
        /^ROW_CHECK definitions\.ts:N house\.readings: check "sensr, value are there": there is no column sensr, did you mean sensor\? → the columns are sensor, taken, /,
        /check "none": it names no column/,
        /check "value is in its range": it has neither min nor max/,
        /check "kind is a known value": it allows no value at all/,
      ],
    ],
    [
      "values of another type",
      {
        readings:
          'oneOf("place", [1, 1.5]), oneOf("kind", [1]), inRange("taken", { min: "2020-02-30 00:00:00" }), oneOf("loud", ["true"]), inRange("value", { max: 1e40 })',
      },
      [
        /1\.5 is no value of a int: write a whole number/,
        /1 is no value of a string: write a text/,
        /"2020-02-30 00:00:00" is no value of a timestamp: there is no such time/,
        /"true" is no value of a boolean: write true or false/,
        /1e\+40 is no value of a decimal\(9,2\): write a decimal number/,
      ],
    ],
    [
      "limits and names",
      {
        readings:
          'notNull("sensor", { atMost: -1 }), unique("sensor", { atMost: "5 %" }), notNull("sensor", { name: "a\\nb" }), notNull("kind"), notNull("kind")',
      },
      [
        /atMost: -1 is neither a number from 0 on nor a share/,
        /atMost: "5 %" is neither/,
        /its name must be one line of text/,
        /check "kind is there": another check has the name → give it another/,
      ],
    ],
    [
      "what a job does not read or write",
      {
        collect:
          'agree("a", countOf("linse"), "=", countOf(sums)), agree("b", sumOf("lines", "value"), "=", sumOf(totals, "totl")), agree("c", sumOf(totals, "sensor"), "<=", []), steady(sums, { within: "5%", last: 3 })',
      },
      [
        /^ROW_CHECK definitions\.ts:N job collect: check "c": one of its sides has no measure/,
        /check "a": the job reads nothing named linse, did you mean lines\? → it reads lines, before/,
        /check "a": the job does not write house\.day_sums/,
        /check "b": lines are raw lines, whose columns are texts/,
        /check "b": house\.totals has no column totl, did you mean total\?/,
        /check "c": house\.totals\.sensor is a string, which cannot be summed/,
        /the job does not write house\.day_sums/,
      ],
    ],
    [
      "a comparison with the hours before",
      { collect: 'steady(readings, { within: "a%", last: 0, least: 2 })' },
      [
        /within: "a%" is no share/,
        /last: 0 is no number of partitions/,
        /least: 2 is no number of partitions from 1 to 0/,
      ],
    ],
    [
      "SQL that the engines read differently, each at its place",
      {
        readings: 'satisfies("value / 2 > 1")',
        collect:
          'noRows("n", "select a from house.readings order by a", { atMost: "3%" }), agree("w", countOf("lines", "now() > taken"), "=", countOf(readings))',
        collectFile: "-- check: f\nselect sensor, date_ts\nfrom house.readings\nwhere sensor ilike kind",
      },
      [
        /^ROW_CHECK definitions\.ts:N job collect: check "n": a share of rows: nothing says of which/,
        /^JOB_SQL definitions\.ts:N \/: the engines divide/,
        /^JOB_SQL definitions\.ts:N order by a: it must say where nulls go/,
        /^JOB_SQL definitions\.ts:N now\(\) is not among the functions/,
        /^JOB_SQL collect\.sql:\d+ ilike does not mean the same/,
      ],
    ],
    [
      "a check that sees a relation, a parameter that the job does not declare",
      { collectFile: "-- check: f\nselect a.sensor, a.date_ts from added a where :mots > 1" },
      [/^JOB_SQL collect\.sql:\d+ :mots is no parameter of this job, did you mean most\?/],
    ],
    [
      "a check that sees a relation",
      { collectFile: "-- check: f\nselect a.sensor, a.date_ts from added a" },
      [
        /^ROW_CHECK collect\.sql:\d+ job collect: check "f": it sees tables and reads, not the relation added of collect\.sql/,
      ],
    ],
    [
      "a head that says something else",
      { collectFile: "-- check: f, warning\nselect sensor, date_ts from house.readings" },
      [/^JOB_FILE collect\.sql:\d+ check "f": "warning" says nothing about a check → write `-- check: name`/],
    ],
    [
      "the same name in a table and a job",
      {
        readings: 'notNull("sensor", { name: "same" })',
        collectFile: "-- check: same\nselect sensor, date_ts from house.readings",
      },
      [/^ROW_CHECK collect\.sql:\d+ job collect: check "same": a table that it writes has a check of that name/],
    ],
  ];
  for (const [what, checks, says] of mistakes)
    it(`are refused: ${what}`, async () => {
      const found = await problems(checks);
      assert.equal(found.length, says.length, found.join("\n"));
      says.forEach((pattern, i) => assert.match(found[i]!, pattern));
    });
});

const p = parameters({ many: intParameter({ default: 1 }) });
const columns = { userid: "string", rank: "int" } as const;
const options = { columns, format: parquet, location: path`/t` } as const;

/** What must not compile; a line that did would be an error of the build. */
export function mistakes(): void {
  // @ts-expect-error a column that the table does not have
  table(database("d"), "t", { ...options, checks: [notNull("user")] });
  // @ts-expect-error one of the columns is not there
  table(database("d"), "t", { ...options, checks: [unique(["userid", "rnk"])] });
  // @ts-expect-error a limit is a number or a share
  inRange("rank", { min: 1 }, { atMost: "1" });
  // @ts-expect-error a measure is of a data set or a name
  countOf(p.many);
}

describe("verdicts on rows", () => {
  const spec = (more: Partial<CheckSpec>): CheckSpec => ({
    is: "agree",
    name: "c",
    severity: "fail",
    table: null,
    limit: { number: "0", percent: false },
    numbers: [[{ source: 0, place: 0, label: "l" }], [{ source: 0, place: 1, label: "r" }]],
    ...more,
  });
  const facts = (...numbers: readonly string[]): UnitFacts => ({
    number: ({ place }) => numbers[place]!,
    rows: () => 0,
    before: () => [],
  });
  const outcome = (check: CheckSpec, ...numbers: readonly string[]): string =>
    judge({ sources: [], inputs: [], checks: [check] }, facts(...numbers))[0]!.outcome;

  it("compare numbers exactly that no double tells apart", () => {
    const [a, b] = ["99999999999999999999999999999999999.999", "99999999999999999999999999999999999.998"];
    assert.equal(outcome(spec({ agreement: "=" }), a, b), "failed");
    assert.equal(outcome(spec({ agreement: ">=" }), a, b), "passed");
    assert.equal(outcome(spec({ agreement: "=" }), "-0.500", "-0.5"), "passed");
    assert.equal(outcome(spec({ agreement: "=", limit: { number: "0.001", percent: false } }), a, b), "passed");
  });

  it("take a share of the left side, whatever its sign, and nothing of none", () => {
    const tenth = spec({ agreement: "=", limit: { number: "10", percent: true }, severity: "warn" });
    assert.equal(outcome(tenth, "-10", "-9"), "passed");
    assert.equal(outcome(tenth, "-10", "-8.999"), "warned");
    assert.equal(outcome(tenth, "0", "0.001"), "warned");
  });

  it("show rows as texts in one line each, without what would break it", () => {
    const rows = [
      ["é😀", null],
      ["a\tb\n", "x".repeat(50)],
    ];
    assert.deepEqual(sampleLines({ columns: ["k", "value"], rows }), [
      "  k     value",
      "  é😀    null",
      `  a b   ${"x".repeat(39)}…`,
    ]);
  });
});
