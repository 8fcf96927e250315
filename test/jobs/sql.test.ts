import assert from "node:assert/strict";
import { isHowdahError, ManyErrors } from "#src/core/errors.js";
import { allowedFunctions, argumentRules, macros, orderedFunctions, type Engine } from "#src/jobs/functions.js";
import { compileSelect, meaningOf, readJobFile, type SelectOf, type SqlParts } from "#src/jobs/sql.js";

const file = "jobs/a.sql";
const names = { file, parameters: ["limit"], tables: ["db.above"] };
const select = (text: string, line = 1): SelectOf => ({ is: "table", name: "db.t", text, line });
const compile = (text: string, engine: Engine = "duckdb"): SqlParts => compileSelect(select(text), engine, names);
const compiled = (text: string, engine: Engine): string =>
  compile(text, engine)
    .map((part) => (typeof part === "string" ? part : `{${part.parameter}}`))
    .join("");

/** The problems of a SELECT: line and message. */
function problems(text: string): readonly string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    assert.ok(isHowdahError(error));
    const all = error instanceof ManyErrors ? error.problems : [error];
    return all.map(({ where, message }) => `${where!.replace(`${file}:`, "")} ${message}`);
  }
}

describe("a job's file", () => {
  it("is divided into its SELECTs, each with its line", () => {
    const text = [
      "-- What the job is about.",
      "",
      "-- table: db.first",
      "select 1 as a;",
      "",
      "-- Leads up to the next.",
      "-- relation: between",
      "select 2 as b",
      "-- inside",
      "from x;",
      "-- table:   db.last  ",
      "",
      "select 3 as c",
    ].join("\n");
    assert.deepEqual(readJobFile(text, file), [
      { is: "table", name: "db.first", text: "select 1 as a", line: 4 },
      { is: "relation", name: "between", text: "select 2 as b\n-- inside\nfrom x", line: 8 },
      { is: "table", name: "db.last", text: "\nselect 3 as c", line: 12 },
    ]);
    assert.deepEqual(readJobFile("", file), []);
  });

  it("is refused with text before the first table", () => {
    assert.throws(() => readJobFile("-- a\n\nselect 1", file), { code: "JOB_FILE", where: `${file}:3` });
  });
});

describe("a job's SQL", () => {
  const refused: readonly (readonly [sql: string, says: RegExp])[] = [
    ["select\n'a\\b'", /^2 a backslash in a string/],
    ["select 'it''s'", /^1 a doubled quote in a string/],
    ['select "a"', /^1 "a": a quoted name/],
    ["select `a`", /^1 `a`: a quoted name/],
    ["select a::int", /^1 :: is DuckDB's alone/],
    ["select a[1]", /^1 \[ \]/],
    ["select\n\nregexp_replace(a, 'x', 'y')", /^3 regexp_replace\(\) is not among the functions/],
    ["select uper(a)", /^1 uper\(\) .*did you mean upper\?/],
    ["select :limitt", /^1 :limitt is no parameter of this job, did you mean limit\?/],
    ["select to_int(a, b)", /^1 to_int takes 1 argument$/],
    ["select to_int(a", /^1 \( is not closed/],
  ];
  for (const [sql, says] of refused)
    it(`is refused for ${JSON.stringify(sql)}, with its line`, () => {
      const [only, ...others] = problems(sql);
      assert.match(only!, says);
      assert.deepEqual(others, []);
    });

  it("is told all its problems at once", () => {
    assert.deepEqual(
      problems("select a::int,\n  concat(a, b),\n  x[0]").map((problem) => problem.split(" ")[0]),
      ["1", "2", "3"],
    );
  });

  it("may have comments, keywords and every allowed function", () => {
    for (const name of allowedFunctions) {
      const over = orderedFunctions.has(name) ? " over (order by a nulls first)" : "";
      const args = name === "date_trunc" ? "'day', a" : "a";
      assert.deepEqual(problems(`select ${name}(${args})${over}`), [], name);
    }
    const text = `-- it's "fine" here: a::b[1]
      with t (a, b) as (select 1, 2), u as (select 3)
      /* and [here] */
      select cast(a as decimal(9,2)) from t join u using (a) where a in (1, 2) and exists (select 1)`;
    assert.deepEqual(problems(text), []);
  });

  it("leaves parameters as holes, and names the tables above as each engine's runner does", () => {
    assert.deepEqual(compile("select a from db.above where n < :limit and x = ':limit'"), [
      "select a from db.above where n < ",
      { parameter: "limit" },
      " and x = ':limit'",
    ]);
    assert.equal(compiled("select a from db.above, db.below", "spark"), "select a from db__above, db.below");
  });

  it("has its macros expanded for both engines, one inside another too", () => {
    for (const [name, macro] of Object.entries(macros)) {
      // Some arguments must be written in a certain way, and a number goes without brackets.
      const written = { pattern: "'x'", dateFormat: ":limit", unit: "'day'" };
      const args = ["a", "5", "2"].slice(0, macro.arguments).map((argument, i) => {
        const rule = argumentRules[name]?.[i];
        return rule === undefined || rule === "number" ? argument : written[rule];
      });
      for (const engine of ["duckdb", "spark"] as const) {
        const expected = macro[engine].replaceAll(/\$(\d)/g, (_, place: string) => {
          const argument = args[Number(place) - 1]!;
          return /^\d+$/.test(argument) ? argument : `(${argument.replace(/^:(\w+)$/, "{$1}")})`;
        });
        assert.equal(compiled(`select ${name}(${args.join(",")})`, engine), `select ${expected}`, `${name} ${engine}`);
      }
    }
    const nested = "select hour_key(add_seconds(coalesce(a, b), 60 * (1 + 2)))";
    assert.equal(
      compiled(nested, "duckdb"),
      "select strftime((((coalesce(a, b)) + to_seconds(cast(trunc(( 60 * (1 + 2))) as bigint)))), '%Y%m%d_%H')",
    );
    assert.match(compiled(nested, "spark"), /^select date_format\(\(timestamp_micros\(.*\)\), 'yyyyMMdd_HH'\)$/);
  });

  it("means the same whatever its comments and white space, and another when a word differs", () => {
    const meaning = (text: string): string => JSON.stringify(meaningOf(select(text, 7)));
    const one = meaning("select to_int(a) as n from t where x = 'a  b'");
    assert.equal(meaning("select to_int( a )\n\n as n -- the number\n/* of */ from t\twhere x='a  b'"), one);
    for (const other of [
      "select to_int(a) as n from t where x = 'a b'",
      "select to_int(b) as n from t where x = 'a  b'",
    ])
      assert.notEqual(meaning(other), one);
    assert.deepEqual(Object.keys(meaningOf(select("select TO_INT(a), hour_key(b), length(c)")).macros), [
      "hour_key",
      "to_int",
    ]);
  });
});
