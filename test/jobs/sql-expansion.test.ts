import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isHowdahError, ManyErrors, type HowdahError } from "#src/core/errors.js";
import { functions, keywords, macros, refusedWords, type Engine } from "#src/jobs/functions.js";
import { compileSelect, type SqlParts } from "#src/jobs/sql.js";

const names = { file: "job.sql", parameters: ["format", "seconds"], tables: ["processed.hits", "lines"] };

function partsOf(text: string, engine: Engine = "duckdb"): SqlParts {
  return compileSelect({ is: "relation", name: "r", text, line: 1 }, engine, names);
}

/** What was compiled, parameters as they were written. */
function compiled(text: string, engine: Engine = "duckdb"): string {
  return partsOf(text, engine)
    .map((part) => (typeof part === "string" ? part : `:${part.parameter}`))
    .join("");
}

/** The problems of a SELECT, each as `<line> <what>`. */
function problemsOf(text: string): string[] {
  try {
    partsOf(text);
    return [];
  } catch (error) {
    assert.ok(isHowdahError(error), String(error));
    const all: readonly HowdahError[] = error instanceof ManyErrors ? error.problems : [error];
    return all.map(({ where, message, code }) => {
      assert.equal(code, "JOB_SQL");
      return `${where!.replace("job.sql:", "")} ${message}`;
    });
  }
}

function refuses(text: string, ...expected: readonly RegExp[]): void {
  const found = problemsOf(text);
  assert.equal(found.length, expected.length, `${text}\n${found.join("\n")}`);
  expected.forEach((pattern, i) => assert.match(found[i]!, pattern));
}

describe("macros", () => {
  it("are expanded wherever they are called, on each engine in its way", () => {
    assert.equal(compiled("select hour_key(t)"), "select strftime((t), '%Y%m%d_%H')");
    assert.equal(compiled("select hour_key(t)", "spark"), "select date_format((t), 'yyyyMMdd_HH')");
    assert.equal(compiled("select HOUR_KEY (t)"), "select strftime((t), '%Y%m%d_%H')");
    assert.equal(compiled("select hour_key -- of t\n  (t)"), "select strftime((t), '%Y%m%d_%H')");
  });

  it("are expanded within each other", () => {
    assert.equal(
      compiled("select hour_key(add_seconds(trim(a),(1)))", "spark"),
      "select date_format((timestamp_micros(unix_micros((trim((a)))) + 1000000 * cast(((1)) as bigint))), 'yyyyMMdd_HH')",
    );
    // What an argument holds is not taken for a place of the macro.
    assert.equal(compiled("select trim('$1' || a)"), "select trim(('$1' || a), ' ')");
  });

  it("take arguments of several lines, with commas, parentheses and comments in texts", () => {
    assert.equal(
      compiled("select trim(\n  a || ',' -- a, b)\n  || ')'\n)"),
      "select trim((\n  a || ',' -- a, b)\n  || ')'\n), ' ')",
    );
    assert.equal(compiled("select trim(coalesce(a, '('))"), "select trim((coalesce(a, '(')), ' ')");
    assert.equal(compiled("select trim(a || '--')"), "select trim((a || '--'), ' ')");
    assert.equal(compiled("select trim(a /* , ) */)"), "select trim((a /* , ) */), ' ')");
  });

  it("keep a comment at the end of an argument from swallowing what follows", () => {
    const sql = compiled("select add_seconds(t, 1 -- one\n)");
    assert.match(sql, /trunc\(1\)/);
    assert.equal(compiled("select trim(a -- one\n)"), "select trim((a -- one\n), ' ')");
  });

  it("leave names that are not called, and what stands in texts and comments", () => {
    for (const text of [
      "select trim, substr from t",
      "select t.trim from t",
      "select a as trim from t",
      "select 'trim(a)' as x",
      "select 1 -- trim(a)",
      "select /* trim(a) */ 1",
    ])
      assert.equal(compiled(text), text);
  });

  it("take parameters, also where one stands several times in what they become", () => {
    const parts = partsOf("select parse_time(a, :format), add_seconds(t, 60 * :seconds)");
    const holes = parts.filter((part) => typeof part !== "string").map(({ parameter }) => parameter);
    assert.deepEqual(holes, ["format", "format", "seconds"]);
  });

  it("put brackets around arguments, but not around a number, which may stand in a type", () => {
    assert.match(compiled("select to_decimal(a || b, 12, 3)"), /try_cast\(\(a \|\| b\) as decimal\(12,3\)\)/);
  });

  it("are not confused by names that every object has", () => {
    for (const name of ["constructor", "toString", "hasOwnProperty", "__proto__"]) {
      refuses(`select ${name}(1)`, /is not among the functions/);
      assert.equal(compiled(`select ${name} from t`), `select ${name} from t`);
    }
  });

  it("say how many arguments they take", () => {
    refuses("select 1,\n  trim(a, 'x')", /^2 trim takes 1 argument$/);
    refuses("select substr(a, 1)", /substr takes 3 arguments/);
    refuses("select trim()", /trim: an argument is empty/);
    refuses("select substr(a, , 1)", /substr: an argument is empty/);
  });
});

describe("tables of the same file", () => {
  it("are named as Spark's runner calls them, however they are written", () => {
    assert.equal(compiled("select * from processed.hits h", "spark"), "select * from processed__hits h");
    assert.equal(compiled("select * from Processed.HITS", "spark"), "select * from processed__hits");
    assert.equal(compiled("select * from processed . hits", "spark"), "select * from processed__hits");
    assert.equal(compiled("select processed.hits.ip from lines", "spark"), "select processed__hits.ip from lines");
    assert.equal(compiled("select 'processed.hits' from lines", "spark"), "select 'processed.hits' from lines");
    assert.equal(compiled("select * from processed.others", "spark"), "select * from processed.others");
    assert.equal(compiled("select * from processed.hits h"), "select * from processed.hits h");
  });
});

describe("what is refused", () => {
  it("is what is not closed, with the line where it opens", () => {
    refuses("select (1,\n  (2", /^1 \( is not closed/, /^2 \( is not closed/);
    refuses("select 1\n)", /^2 \) closes nothing/);
    refuses("select trim(\n  a", /^1 \( is not closed/);
    refuses("select 1,\n  'abc", /^2 the ' is not closed/);
    refuses("select 1,\n  'it's'", /^2 the ' is not closed/);
    refuses('select "abc', /^1 the " is not closed/);
    refuses("select 1 /* a", /^1 the \/\* is not closed/);
    refuses("select '(' -- )", ...[]);
  });

  it("is what is no SELECT", () => {
    refuses("", /^1 a SELECT begins/);
    refuses("-- nothing", /^1 a SELECT begins/);
    refuses("drop table t", /a SELECT begins/);
    refuses("select 1; select 2", /; may stand at the end/);
  });

  it("is an order that does not say where nulls go", () => {
    refuses("select a from t\norder by a", /^2 order by a: it must say/);
    refuses("select a from t order by a nulls first, b desc", /order by b desc/);
    refuses("select sum(a) over (order by (a), b nulls last) from t", /order by \( a \)/);
    refuses("select sum(a) over (order by a rows 1 preceding) from t", /order by a:/);
    refuses("select a from t order by coalesce(a, b) limit 1", /order by coalesce/);
    refuses("select a from t order by a asc NULLS FIRST, coalesce(a, b) nulls last limit 1");
    refuses(
      "select sum(a) over (partition by b order by a nulls first range between current row and 1 following) from t",
    );
  });

  it("is a function of the order without one", () => {
    refuses("select row_number() over (partition by a)", /row_number without an order/);
    refuses("select lag(a) over w from t", /lag without an order/);
    refuses("select first_value(a) from t", /first_value without an order/);
  });

  it("is a cast that rounds or reads in the engine's own way", () => {
    refuses("select cast(a as int)", /cast to int/);
    refuses("select cast(null as int), cast(null as timestamp), cast(a as string), cast(a as decimal(19,0))");
    refuses("select cast(null + 1 as int)", /cast to int/);
    refuses("select cast(a as varchar(3))", /cast to varchar/);
    refuses("select cast(a as decimal(3,3))", /decimals/);
    refuses("select cast(a as decimal(38,7))", /decimals/);
    refuses("select cast(a as decimal)", /decimals/);
    refuses("select cast(cast(a as string) as timestamp)", /cast to timestamp/);
    refuses("select to_decimal(a, 2, 2)", /decimals/);
    refuses("select try_cast(a as int)", /try_cast does not/);
  });

  it("is an argument whose value decides what the engines make of it", () => {
    refuses("select date_trunc('decade', t)", /date_trunc: argument 1 must be one of 'year'/);
    refuses("select date_trunc(u, t)", /argument 1 must be one of/);
    refuses("select lag(a, b) over (order by a nulls last) from t", /lag: argument 2 must be a whole number/);
    refuses("select to_decimal(a, 5, b)", /argument 3 must be a whole number/, /decimals/);
    refuses("select parse_time(a, b)", /must be a date pattern/);
    refuses("select parse_time(a, 'HH:mm')", /it has no yyyy/);
    refuses("select parse_time(a, 'yyyyMd')", /runs into the next/);
    refuses("select parse_time(a, 'yyyy-MMM-dd')", /no date pattern/);
    refuses("select parse_time(a, 'yyyy-MM-dd dd')", /it has d twice/);
    for (const pattern of [
      "(?i)a",
      "[[:alpha:]]",
      "[a&&b]",
      "a++",
      "a{1,2000}",
      "*a",
      "(*a)",
      "a{,3}",
      "[]a]",
      "(?=a)",
      "[a[b]]",
    ])
      refuses(`select full_match(a, '${pattern}')`, /full_match: argument 2/);
    for (const pattern of [
      "",
      "a+?",
      "(a|b)*",
      "(?:a)?",
      "[^a-z_.-]{2,}",
      "a{3}",
      "^a$",
      "[-+]?[0-9]{1,9}([.][0-9]{1,3})?",
    ])
      refuses(`select full_match(a, '${pattern}')`);
    refuses("select full_match(a, b)", /must be a pattern, written here/);
    refuses("select a like b", /pattern of like/);
  });

  it("is what runs together, or is a literal of one engine", () => {
    refuses("select 'it''s'", /doubled quote/);
    refuses("select 'a' 'b'", /doubled quote/);
    refuses("select x'ab'", /makes a literal/);
    refuses("select e'ab'", /makes a literal/);
    refuses("select a 'b'", /makes a literal/);
    refuses("select int '5'", /makes a literal/);
    refuses("select a:format", /makes a literal/);
    refuses("select :format'a'", /side by side/);
    refuses("select 5_000, 0x10, 5L", /5_000/, /0x10/, /5L/);
    refuses("select 1e3", /is a double/);
    refuses("select timestamp 'now', date '2012-3-1'", /'now' is no time/, /'2012-3-1' is no time/);
    refuses("select timestamp '2012-03-01 24:00:00'", /is no time/);
    refuses("select timestamp '2012-03-01 23:59:59.5', date '2012-03-01'");
  });

  it("is a comment that Spark ends elsewhere", () => {
    refuses("select 1 -- a \\\n, 2", /backslash at the end of a comment/);
    refuses("select 1 -- a\r, 2", /carriage return/);
    refuses("select 1 -- a\r\n, 2\r\n");
    refuses("select 1 /* a /* b */", /within/);
  });

  it("is a call that could be an engine's own", () => {
    refuses("select left(a, 2)", /left\(\) is not among/);
    refuses("select * from range(3)", /range\(\) is not among/);
    refuses("select main.lower(a)", /of a schema/);
    refuses("select a from t as lower(a)", /lower is a function/);
    refuses("with t(a) as (select 1) select a from t");
    refuses("select a from (values (1)) as t(a)");
    refuses("select lenght(a)", /did you mean length/);
  });

  it("comes all at once, each with its line", () => {
    refuses("select a::int,\n  b[1],\n  :format2 + c / 2", /^1 ::/, /^2 \[/, /^3 :format2 is no parameter/, /^3 \//);
  });
});

const root = join(import.meta.dirname, "..", "..", "..");

describe("docs/sql.md", () => {
  const text = readFileSync(join(root, "docs", "sql.md"), "utf8");

  it("has every function and macro, as src/jobs/functions.ts describes it", () => {
    const lines = [...Object.values(functions), ...Object.values(macros).map(({ describe }) => describe)];
    const rows = lines.map((line) => {
      const [, call, meaning = ""] = /^((?:[a-z_0-9]+\(.*?\)(?: over \(.*?\))?(?:, )?)+)(?:: (.*))?$/.exec(line)!;
      return `| \`${call}\` | ${meaning} |`;
    });
    const missing = rows.filter((row) => !text.includes(row));
    assert.deepEqual(missing, []);
  });

  it("gives examples of what is refused that are refused", () => {
    const examples = [...text.matchAll(/^\| `(select .*?)` \|/gm)].map(([, example]) =>
      example!.replaceAll("\\|", "|"),
    );
    assert.ok(examples.length > 20);
    assert.deepEqual(
      examples.filter((example) => problemsOf(example).length === 0),
      [],
    );
    for (const word of Object.keys(refusedWords)) assert.ok(text.includes(`\`${word}\``), word);
  });
});

describe("a SELECT without macros", () => {
  const word = fc
    .string({ unit: fc.constantFrom("a", "b", "c", "x", "y", "_", "0"), minLength: 1, maxLength: 6 })
    .map((name) => `c_${name}`)
    .filter((name) => !Object.hasOwn(macros, name) && !keywords.has(name));
  const text = fc.string({ unit: "grapheme", maxLength: 8 }).map((inner) => `'${inner.replace(/['\\]/g, "(")}'`);
  const space = fc.constantFrom(" ", "\n", "  ", " -- trim(a) it's\n", " /* hour_key('( */ ", "\t", "\r\n");
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4 },
      word,
      text,
      fc.nat().map(String),
      fc.constantFrom(":format", ":seconds", "null", "lines.c_a", "trim", "substr"),
      fc
        .tuple(
          tie("expression"),
          space,
          fc.constantFrom("+", "-", "*", "||", "=", "<>", "and", "or"),
          space,
          tie("expression"),
        )
        .map((parts) => parts.join("")),
      fc.tuple(space, tie("expression"), space).map((parts) => `(${parts.join("")})`),
      fc.tuple(tie("expression"), space, tie("expression")).map(([a, gap, b]) => `coalesce(${a},${gap}${b})`),
      tie("expression").map((of) => `case when ${of} then ${of} end`),
      tie("expression").map((of) => `cast(${of} as string)`),
    ),
  }));
  const select = fc
    .tuple(fc.array(expression, { minLength: 1, maxLength: 4 }), space, fc.constantFrom("lines", "processed.hits"))
    .map(([items, gap, table]) => ({ text: `select${gap}${items.join(`,${gap}`)} from${gap}${table} as t`, table }));

  it("stays as it is written, but for the names of tables on Spark", () => {
    fc.assert(
      fc.property(select, ({ text: sql, table }) => {
        assert.equal(compiled(sql), sql);
        const at = sql.lastIndexOf(table);
        const renamed = sql.slice(0, at) + table.replace(".", "__") + sql.slice(at + table.length);
        assert.equal(compiled(sql, "spark"), renamed);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps what stands around a macro", () => {
    fc.assert(
      fc.property(select, ({ text: sql }) => {
        const marked = `${sql} where hour_key(c_t) = 'x'`;
        assert.equal(compiled(marked), `${sql} where strftime((c_t), '%Y%m%d_%H') = 'x'`);
      }),
      { numRuns: 200 },
    );
  });
});
