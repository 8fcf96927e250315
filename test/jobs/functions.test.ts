import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { allowedFunctions, macros, type Engine as EngineName } from "#src/jobs/functions.js";
import { compileSelect } from "#src/jobs/sql.js";
import { Engine, fillParts, sqlValue, type Workspace } from "#src/local/engine.js";
import { needSpark, runSqlFile, sparkQueries, start, temporaryFolder } from "../support/spark.js";
import { relations, type Values } from "../support/sqlvalues.js";

// The contract of everything that jobs may write: each expression below is compiled for both engines, as jobs are,
// evaluated by both over the same rows, and must come out as the same text. A relation holds values that engines are
// known, or feared, to read differently.

interface Question {
  readonly of: keyof typeof relations;
  readonly ask: readonly string[];
  /** What stands behind FROM. */
  readonly rest?: string;
  /** Without the row's number, as with GROUP BY. */
  readonly alone?: boolean;
  /** Before the SELECT: further WITH items. */
  readonly more?: string;
}

/** Expressions, one or several a line. */
const each = (text: string): string[] =>
  text
    .split(/;|\n/)
    .map((expression) => expression.trim())
    .filter((expression) => expression !== "");

// prettier-ignore
const formats = [
  "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd H:mm:ss", "yyyy-M-d H:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd",
  "yyyy-M-d", "M/d/yyyy H:mm", "MM/dd/yyyy HH:mm", "d/M/yyyy H:mm", "dd.MM.yyyy HH:mm:ss", "d.M.yyyy H:mm:ss",
  "yyyyMMdd", "yyyyMMddHH", "yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyy_MM_dd HH", "yyyy MM dd",
  "H:mm M/d/yyyy", "yyyy-MM-dd mm", "yyyy-MM-dd ss", "ddM/yyyy",
];

const questions: readonly Question[] = [
  // Texts
  {
    of: "texts",
    ask: each(`
        t; length(t); length(t || t); md5(t); ascii(t); lower(t); upper(t); lower(upper(t)); trim(t)
        '[' || trim(t || ' ') || ']'; trim(' ' || t); t || null; null || t; '<' || t || '>'
        md5(t || '|' || t); coalesce(t, 'none'); coalesce(null, t); coalesce(t, null, ''); nullif(t, '')
        nullif(t, 'a'); nullif('', t)
              repeat(t, 0); repeat(t, -1); repeat(t, 1); repeat(t, 2); repeat(t, null); repeat('é', 3)
              replace(t, 'a', 'b'); replace(t, '', 'x'); replace(t, 'a', ''); replace(t, ' ', '  ')
        replace(t, null, 'x'); replace(t, 'a', null); replace(t, '𝒳', 'ä'); replace(t, t, 'same')
        replace(t, 'aa', 'a'); replace('aaa', 'aa', 'a'); ascii(substr(t, 2, 1)); ascii('é'); ascii('𝒳')
        ascii(''); length(trim(t)); length('𝒳'); md5('é'); md5(''); cast(t as string)
        cast(cast(null as int) as string); case when t = 'a' then 'is a' when t is null then 'null' end
        case t when 'a' then 1 when null then 2 else 3 end; t is not distinct from 'a'
        t is distinct from null
      `),
  },
  {
    of: "texts",
    ask: each(`
        substr(t, 1, 1); substr(t, 0, 2); substr(t, -1, 2); substr(t, -5, 3); substr(t, 2, 1)
        substr(t, 2, 1000); substr(t, 1, 0); substr(t, 1, -1); substr(t, 3, -2); substr(t, 2147483647, 1)
        substr(t, 1, 2147483647)
              substr(t, 2147483647, 2147483647); substr(t, null, 1); substr(t, 1, null); substr(t, length(t), 1)
              substr(t, 1, length(t) - 2); substr(t, length(t) - 1, 2); substr(t, 1, length(t)); substr(null, 1, 1)
              substr('abc', 0, 2); substr('a𝒳b', 2, 1); substr(t, 1 + 1, 2 * 1); substr(substr(t, 2, 5), 2, 2)
      `),
  },
  {
    of: "texts",
    ask: each(`
        t like 'a%'; t like '%a'; t like '_'; t like '__'; t like ''; t like '%'; t like 'a_b'; t like 'A%'
              t like 'a!%b' escape '!'; t like 'a!_b' escape '!'; t not like '%a%'; t like '%b%'
              t like '𝒳'; t like 'a_b%'; t like '%.0'; t like '$1'; t like '%(%'; t like '[a]'; t like '.'
        t like 'É'
      `),
  },
  {
    of: "texts",
    ask: each(`
        full_match(t, 'a'); full_match(t, ''); full_match(t, '.'); full_match(t, 'a.'); full_match(t, '.*')
        full_match(t, 'a$'); full_match(t, '^a'); full_match(t, '[a-z]+'); full_match(t, '[^a-z]')
        full_match(t, 'a|b'); full_match(t, '(a|ab)(c|bcd)?'); full_match(t, '[A-Za-z]{1,2}')
        full_match(t, '[^ ]*'); full_match(t, '(?:a.)*?'); full_match(t, '[.]'); full_match(t, '[$]1')
        full_match(t, '[ä-ü]'); full_match(t, '[𝒳中]'); full_match(t, 'ä'); full_match(t, '..')
        full_match(t, 'é|ß'); full_match(null, 'a'); full_match(t, '[%_-]+'); full_match(t, ' *a *b *')
        full_match(t, 'A') or full_match(t, 'b'); not full_match(t, 'a')
      `),
  },
  {
    of: "pairs",
    ask: each(`
        a = b; a <> b; a != b; a < b; a <= b; a > b; a >= b; a || b; a is distinct from b; nullif(a, b)
        coalesce(a, b); greatest(a, b); least(a, b); greatest(a, b, 'm'); least(a, 'm', b); greatest(a, null)
        least(null, b); replace(a, b, '<>'); replace(a || a, b, ''); a in (b, 'a'); a not in (b, 'a')
        a not in (b, null); a between b and 'b'; a = b and b = a; a = b or a = 'a'; not (a = b)
        a is null and b is null; case when a = b then 1 else 0 end; (a = b) is null; (a < b) = (b > a)
        coalesce(a = b, false); cast(a = b as string); nullif(a || b, b); min(a) over (partition by b)
      `),
  },
  // Numbers
  {
    of: "numberTexts",
    ask: each(`
        to_int(t); to_int(t) % 10; to_int(' ' || t); to_int(trim(t)); to_bigint(t); to_bigint('-' || t)
        to_bigint('5.'); to_decimal(t, 12, 3); to_decimal(t, 38, 0); to_decimal(t, 4, 3); to_decimal(t, 38, 6)
        to_decimal(t, 5, 2) * 2; to_decimal('-' || t, 12, 3); to_decimal(t, 18, 3); to_decimal(t, 9, 2)
        to_decimal(t, 4, 1); to_decimal(t, 1, 0)
        case when full_match(t, '[-+]?[0-9]{1,9}([.][0-9]{1,3})?') then to_decimal(t, 12, 3) end
        cast(to_int(t) as decimal(19,0))
      `),
  },
  {
    of: "numbers",
    ask: each(`
        n; b; d; e; -n; -d; -(-d); n + 1.5; n - 1; b - 1; d + d; d - n; d * d; d * n; n * d; e * d
        cast(n as decimal(19,0)) * d; cast(n as decimal(38,0)) * d; cast(b as decimal(19,0)) * n; d * 0.1
        d + e; n % 3; n % -3; 3 % n; b % 60; d % 1; d % 0.7; n % 0; d % 0; n % d; e % 7; 0 - n; d * -1; + n
        abs(n); abs(b); abs(d); abs(e); abs(-2.5); abs(null); abs(n - 0); whole(d); whole(e); whole(n)
        whole(b)
              whole(-d); whole(2.5); whole(d * 10); whole(null); whole(9223372036854775808); whole(n) % 2
              cast(n as string); cast(d as string); cast(e as string); n || '|' || b || '|' || d || '|' || e
        cast(-0.0 as string)
      `),
  },
  {
    of: "numbers",
    ask: each(`
        cast(d as decimal(10,1)); cast(d as decimal(12,0)); cast(e as decimal(38,6)); cast(n as decimal(10,0))
        cast(1.25 as decimal(5,1)); cast(-1.25 as decimal(5,1)); cast(1.35 as decimal(5,1))
        cast(n as decimal(20,5)); greatest(n, 3); greatest(d, n); least(n, b); least(d, e); greatest(n, null)
        least(null, n); greatest(d, 0.25); coalesce(n, 0); coalesce(d, 0); coalesce(d, 0.12345)
        coalesce(n, b); coalesce(n, d); nullif(n, 0); nullif(d, 0); nullif(d, e); nullif(n, 1.0); n = d; n < d
        b = e; d = e; n <> null; n in (1, 7, null); n not in (1, 7); n not in (1, null); d between -1 and 1
        n = 1 or d > 0; n > 0 and d > 0; case when n > 0 then n else d end
        case when d > 0 then 1 else 0.5 end; case when n > 0 then 'p' when n < 0 then 'n' end; n is null
        not (n > 0); repeat('x', n % 4); substr('abcdef', n % 5, n % 4); 1.50 + 0; 100000 * 100000.0
        0.1 + 0.2; 1.0 * 3
      `),
  },
  // Times
  {
    of: "timeTexts",
    ask: formats.map((format, i) => `parse_time(t, ${format.includes("'") ? `:f${i}` : `'${format}'`})`),
  },
  {
    of: "timeTexts",
    ask: each(`
        parse_time(t, :with_t); parse_time(t, :us); hour_key(parse_time(t, :us))
        parse_time(trim(t), 'yyyy-MM-dd HH:mm:ss')
              day_key(parse_time(substr(t, 1, 10), 'yyyy-MM-dd')); epoch_seconds(parse_time(t, 'yyyy-MM-dd HH:mm:ss'))
      `),
  },
  {
    of: "times",
    ask: each(`
        ts; epoch_seconds(ts); hour_key(ts); day_key(ts); epoch_seconds(ts) % 3600
        cast(epoch_seconds(ts) as string); add_seconds(ts, 0); add_seconds(ts, 1) > ts
        add_seconds(ts, -86400 * 366) < ts; add_seconds(ts, null); add_seconds(cast(null as timestamp), 1)
              epoch_seconds(add_seconds(ts, 1800)) - epoch_seconds(ts); add_seconds(add_seconds(ts, 86400), -86400)
              add_seconds(timestamp '2012-02-28 23:59:59', 1)
        add_seconds(timestamp '2012-02-29 00:00:00', 86400 * :days)
              add_seconds(timestamp '2012-03-01 00:00:00.5', 1.9); add_seconds(timestamp '2012-03-01 00:00:00', -1.9)
              epoch_seconds(timestamp '1969-12-31 23:59:59.5')
        hour_key(add_seconds(timestamp '2012-03-01 23:30:00', 1800))
        day_key(add_seconds(timestamp '1970-01-01 00:00:00', -1)); day_key(cast(null as timestamp))
        hour_key(cast(null as timestamp)); hour_key(timestamp '0001-02-03 04:05:06')
        day_key(timestamp '2012-02-29 23:59:59.999999'); coalesce(ts, timestamp '2012-03-01 00:00:00')
        nullif(ts, timestamp '1970-01-01 00:00:00'); greatest(ts, timestamp '2012-03-01 00:00:00')
        least(ts, timestamp '2012-03-01 00:00:00'); ts = timestamp '2012-03-01'
        ts >= timestamp '2012-02-29 12:30:45' and ts < timestamp '2012-03-02'; cast(ts as string); 'at ' || ts
        ts is null
      `),
  },
  {
    of: "times",
    ask: [
      ...["second", "minute", "hour", "day", "week", "month", "quarter", "year"].map(
        (unit) => `date_trunc('${unit}', ts)`,
      ),
      ...each(`
        date_trunc('hour', cast(null as timestamp)); epoch_seconds(date_trunc('hour', ts))
        date_trunc('day', timestamp '2012-02-29 23:59:59.999999'); ts + interval 1 day > ts
        timestamp '2012-01-31' + interval 1 month; timestamp '2012-02-29' - interval 1 year
        timestamp '2012-03-01' + interval '90' minute; timestamp '2012-03-01' - interval 1 second
        date '2012-03-01' < date '2012-03-02'
      `),
    ],
  },
  // Aggregates
  ...["", "where g = 'none'", "where s is not null"].map((where): Question => ({
    of: "series",
    rest: where,
    alone: true,
    ask: each(`
        count(*); count(s); count(o); count(distinct s); count(distinct g); count(distinct d)
        count(distinct o); count(1); sum(o); sum(d); sum(distinct d); sum(d * o); sum(1); sum(-d)
        sum(case when o > 1 then 1 else 0 end); sum(o) % 4; sum(o) * 1.5; sum(d) * 2; sum(d * d)
        sum(cast(o as decimal(19,0)) * d); coalesce(sum(d), 0); coalesce(sum(o), 0) + 1; min(s); max(s)
        min(o); max(o); min(d); max(d); min(ts); max(ts); max(case when o = 1 then s end); min(g || s)
        count(*) filter (where o > 1); sum(d) filter (where d > 0); max(s) filter (where o is null)
        min(length(s)); max(upper(s)); min(lower(s)); max(md5(s)); sum(length(s)); sum(epoch_seconds(ts)) > 0
        max(epoch_seconds(ts)); count(distinct lower(s)); cast(sum(o) as string); sum(o) || ''
        sum(d) = sum(d) + 0; greatest(sum(o), 3); least(max(o), min(o))
      `),
  })),
  {
    of: "series",
    alone: true,
    rest: "group by g",
    ask: each(`
        g; count(*); count(s); sum(d); sum(o); min(s); max(s); count(distinct o); max(ts)
        rank() over (order by sum(o) desc nulls last)
      `),
  },
  {
    of: "series",
    alone: true,
    rest: "group by g, o having count(*) > 1 or o is null",
    ask: ["g", "o", "count(*)", "sum(d)"],
  },
  { of: "series", alone: true, rest: "group by lower(s)", ask: ["lower(s) as s", "count(*)"] },
  { of: "series", alone: true, rest: "group by s", ask: ["lower(s) as s", "count(*)"] },
  { of: "series", alone: true, rest: "where s = 'z'", ask: ["lower(s) as s", "upper(s) as t"] },
  { of: "series", alone: true, rest: "order by s desc nulls last limit 3", ask: ["s"] },
  { of: "series", alone: true, rest: "order by s asc nulls first limit 6", ask: ["s"] },
  {
    of: "series",
    alone: true,
    rest: "order by o desc nulls first, s asc nulls last, d asc nulls last limit 5",
    ask: ["o", "s", "d"],
  },
  // Windows
  ...["asc nulls first", "asc nulls last", "desc nulls first", "desc nulls last"].map((order): Question => ({
    of: "series",
    ask: [
      ...[
        "row_number()",
        "lag(s)",
        "lead(s)",
        "lag(s, 2)",
        "lead(d, 1, 0)",
        "lag(o, 1, -1)",
        "lead(s, 0)",
        "lag(s, 100, 'none')",
      ].map((call) => `${call} over (partition by g order by o ${order}, i asc nulls last)`),
      ...["rank()", "dense_rank()", "sum(d)", "count(*)", "count(s)", "min(s)", "max(d)", "sum(o)"].map(
        (call) => `${call} over (partition by g order by o ${order})`,
      ),
      ...["rank()", "dense_rank()"].map((call) => `${call} over (order by s ${order})`),
      ...["rank()", "dense_rank()"].map((call) => `${call} over (partition by g, o order by ts ${order}, s ${order})`),
      ...[
        "first_value(s)",
        "last_value(s)",
        "first_value(o)",
        "last_value(d)",
        "sum(d)",
        "min(s)",
        "count(*)",
        "max(ts)",
      ].flatMap((call) =>
        [
          "",
          " rows between unbounded preceding and current row",
          " rows between 1 preceding and 1 following",
          " rows between 2 preceding and 1 preceding",
          " rows between unbounded preceding and unbounded following",
        ].map((frame) => `${call} over (partition by g order by o ${order}, i asc nulls last${frame})`),
      ),
      ...["sum(d)", "count(*)", "max(s)", "min(o)"].flatMap((call) =>
        [
          " range between unbounded preceding and current row",
          " range between current row and unbounded following",
          " range between unbounded preceding and unbounded following",
        ].map((frame) => `${call} over (partition by g order by o ${order}${frame})`),
      ),
      ...["first_value(o)", "last_value(o)"].map(
        (call) => `${call} over (partition by g order by o ${order} range between unbounded preceding and current row)`,
      ),
      `sum(d) over (partition by g order by o ${order} range between 1 preceding and 1 following)`,
      `row_number() over (order by md5(s) ${order}, i asc nulls first) - 1`,
      `lag(ts) over (partition by g order by ts ${order}, i asc nulls first)`,
    ],
  })),
  {
    of: "series",
    ask: [
      ...each(`
        sum(d) over (); count(*) over (); count(*) over (partition by g); max(s) over (partition by g)
        min(o) over (partition by g, o); sum(o) over (partition by g) * 1.5; sum(d) over (partition by s)
        count(s) over (partition by o); sum(1) over (partition by ts)
      `),
      "sum(case when epoch_seconds(ts) > 0 then 0 else 1 end) over (partition by g order by ts asc nulls first range between unbounded preceding and current row)",
    ],
  },
  // How SELECTs are put together
  {
    of: "series",
    alone: true,
    more: ", other as (select g as key, count(*) as n from series group by g)",
    rest: "left join other on other.key = series.g and n > 1",
    ask: ["g", "n", "key"],
  },
  {
    of: "series",
    alone: true,
    rest: "where not exists (select 1 from series as r where r.o = series.o and r.i <> series.i)",
    ask: ["i", "g", "o"],
  },
  { of: "series", alone: true, rest: "where g not in (select g from series)", ask: ["i"] },
  { of: "series", alone: true, rest: "where g in (select g from series where o > 4)", ask: ["i"] },
  { of: "series", alone: true, rest: "where o > (select min(o) from series)", ask: ["i"] },
  { of: "series", alone: true, rest: "union all select 'x', 1.5, null from series", ask: ["s", "o", "ts"] },
  { of: "series", alone: true, rest: "union select s, d from series", ask: ["g", "o"] },
  { of: "series", alone: true, rest: "intersect select 'a', 1 from series", ask: ["g", "o"] },
  { of: "series", alone: true, rest: "except select 'a', 1 from series", ask: ["g", "o"] },
  {
    of: "series",
    alone: true,
    rest: "join series as s2 using (g, o)",
    ask: ["g", "o", "series.s as s1", "s2.s as s2"],
  },
  {
    of: "series",
    alone: true,
    rest: "full join (select 'zz' as h, 9 as p) as other on other.p = series.o",
    ask: ["g", "h"],
  },
  { of: "series", alone: true, rest: "cross join (values (1), (2)) as v(w)", ask: ["g", "w"] },
  { of: "series", alone: true, ask: ["distinct g", "o % 2"] },
  { of: "series", alone: true, ask: ["distinct s"] },
];

const parameters: Values = new Map([
  ...formats.map((format, i) => [`f${i}`, format] as const),
  ["with_t", "yyyy-MM-dd'T'HH:mm"],
  ["us", "M/d/yyyy H:mm"],
]);

/** The SELECT of a question as a job would have it, its columns named c0, c1, …, and the values of its parameters. */
function selectOf({ of, ask, rest = "", alone = false, more = "" }: Question): { text: string; values: Values } {
  const values: Values = new Map([...parameters]);
  const { columns, rows: rowsOf } = relations[of];
  const items = [...(alone ? [] : ["i"]), ...ask].map((item, i) => (/ as \w+$/.test(item) ? item : `${item} as c${i}`));
  const list = rowsOf(values).join(",\n");
  return {
    text: `with ${of} as (select * from (values ${list}) as v(${columns}))${more}\nselect ${items.join(",\n  ")}\nfrom ${of} ${rest}`,
    values,
  };
}

/** A question for an engine, its parameters filled in by `literal`. */
function sqlOf(
  question: Question,
  engine: EngineName,
  literal: (type: "int" | "string", text: string) => string,
): string {
  const { text, values } = selectOf(question);
  const names = { file: "contract.sql", parameters: [...values.keys(), "days"], tables: [] };
  const parts = compileSelect({ is: "relation", name: "contract", text, line: 1 }, engine, names);
  return fillParts(parts, (name) => (name === "days" ? literal("int", "-3") : literal("string", values.get(name)!)));
}

/** Writes values as run_sql.py writes them. */
async function sparkLiterals(python: string): Promise<(type: "int" | "string", text: string) => string> {
  const texts = [...new Set(questions.flatMap((question) => [...selectOf(question).values.values()]))];
  const asked = [["int", "-3"], ...texts.map((text) => ["string", text])];
  const script = join(import.meta.dirname, "..", "..", "..", "test", "support", "literals.py");
  const env = { ...process.env, PYTHONPATH: dirname(runSqlFile), PYTHONDONTWRITEBYTECODE: "1" };
  const { stdout, stderr } = await start(python, [script], { env, stdin: JSON.stringify(asked) });
  assert.equal(stderr, "");
  const literals = JSON.parse(stdout) as string[];
  const known = new Map(asked.map((question, i) => [question.join(), literals[i]!]));
  return (type, text) => known.get([type, text].join())!;
}

type Rows = readonly (readonly (string | null)[])[];

async function onDuckdb(sqls: readonly string[]): Promise<Rows[]> {
  const folder = temporaryFolder();
  const engine = await Engine.open({ memory: "1GB", spill: join(folder, "spill") });
  try {
    return await engine.workspace(async (workspace) => {
      const answers: Rows[] = [];
      for (const sql of sqls) answers.push(await textsOf(workspace, sql));
      return answers;
    });
  } finally {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function textsOf(workspace: Workspace, sql: string): Promise<Rows> {
  try {
    const described = await workspace.rows(`select count(*) from (describe ${sql})`);
    // Columns may share a name; only their places count. DuckDB's client drops a byte order mark that begins a text.
    const names = Array.from({ length: Number(described[0]![0]) }, (_, i) => `x${i}`);
    const columns = names.map((name) => `'|' || cast(${name} as varchar)`);
    const found = await workspace.rows(`select ${columns.join(", ")} from (\n${sql}\n) as t(${names.join(", ")})`);
    return (found as Rows).map((row) => row.map((text) => text?.slice(1) ?? null));
  } catch (error) {
    throw new Error(`${String(error)}\n${sql.slice(sql.indexOf("\nselect"))}`);
  }
}

const inOrder = (rowsOf: Rows): string[] => rowsOf.map((row) => JSON.stringify(row)).sort();

describe("what jobs may write", function () {
  this.timeout(300_000);

  it("asks at least three things of each function and each macro", () => {
    const asked = questions.flatMap(({ ask }) => ask);
    const names = [...allowedFunctions, ...Object.keys(macros)];
    const cases = names.map((name) => [name, asked.filter((ask) => new RegExp(`\\b${name}\\(`).test(ask)).length]);
    assert.deepEqual(
      cases.filter(([, count]) => (count as number) < 3),
      [],
    );
  });

  it("means the same on both engines", async function () {
    const { python } = await needSpark(this);
    const sparkLiteral = await sparkLiterals(python);
    const ours = await onDuckdb(questions.map((question) => sqlOf(question, "duckdb", sqlValue)));
    assertTimesRead(ours);
    // Spark would evaluate VALUES while planning, by other code than runs over files.
    const runIt =
      "set spark.sql.optimizer.excludedRules=org.apache.spark.sql.catalyst.optimizer.ConvertToLocalRelation";
    const [, ...theirs] = await sparkQueries([
      runIt,
      ...questions.map((question) => sqlOf(question, "spark", sparkLiteral)),
    ]);
    const differences = questions.flatMap((question, at) => differencesOf(question, ours[at]!, theirs[at]!));
    assert.equal(differences.length, 0, `${differences.length} differ:\n${differences.slice(0, 60).join("\n")}`);
  });
});

/** Nulls everywhere would be the same on both engines, too. */
function assertTimesRead(answers: readonly Rows[]): void {
  const at = questions.findIndex(({ of, ask }) => of === "timeTexts" && ask.length === formats.length);
  formats.forEach((format, i) =>
    assert.ok(
      answers[at]!.some((row) => row[i + 1] !== null),
      format,
    ),
  );
}

/** Column by column, so that a difference names the expression. */
function differencesOf(question: Question, ours: Rows, theirs: Rows): string[] {
  const head = `${question.ask.join(", ").slice(0, 80)} ${question.rest ?? ""}`;
  if (question.alone === true) {
    const [here, there] = [inOrder(ours), inOrder(theirs)];
    return JSON.stringify(here) === JSON.stringify(there)
      ? []
      : [`${head}:\n  duckdb ${here.join()}\n  spark  ${there.join()}`];
  }
  const byNumber = (list: Rows): Map<string, readonly (string | null)[]> => new Map(list.map((row) => [row[0]!, row]));
  const there = byNumber(theirs);
  if (ours.length !== theirs.length) return [`${head}: ${ours.length} rows and ${theirs.length}`];
  const { values, text } = selectOf(question);
  const given = new Map([...text.matchAll(/^(?:with .*values )?\((\d+), (.*)\),?$/gm)].map(([, i, row]) => [i!, row!]));
  return ours.flatMap((row) =>
    row.flatMap((value, column) => {
      const other = there.get(row[0]!)?.[column];
      if (value === other) return [];
      const of = (given.get(row[0]!) ?? "?").replace(/:([a-z]\w*)/g, (_, name: string) =>
        JSON.stringify(values.get(name)),
      );
      return [
        `${question.ask[column - 1]} of ${of.slice(0, 120)}: ${JSON.stringify(value).slice(0, 80)} / ${JSON.stringify(other).slice(0, 80)}`,
      ];
    }),
  );
}
