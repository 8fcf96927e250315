import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandFile, howdah, landReadings, removeFolder, sensorsProject, writeFile } from "../support/command.js";

describe("howdah query", () => {
  let project = "";
  const ask = (...args: readonly string[]): ReturnType<typeof howdah> => howdah(["query", ...args], project);

  before(async () => {
    project = sensorsProject();
    landReadings(project, {
      "20210501_00": ['"a, ""b""",2021-05-01 00:10,51.5', "c\u001b[31m,2021-05-01 00:20,2"],
      "20210501_01": ["d,2021-05-01 00:20,"],
    });
    assert.equal((await howdah(["run"], project)).code, 0);
  });
  after(() => removeFolder(project));

  it("writes CSV with one header line, quoting what needs it", async () => {
    const ended = await ask("select sensor, value, taken, date_ts from house.readings order by sensor", "--format=csv");
    assert.equal(
      ended.out,
      'sensor,value,taken,date_ts\n"a, ""b""",51.50,2021-05-01 00:10:00,20210501_00\n' +
        "c\u001b[31m,2.00,2021-05-01 00:20:00,20210501_00\nd,,2021-05-01 00:20:00,20210501_01\n",
    );
    assert.deepEqual([ended.code, ended.err], [0, ""]);
  });

  it("writes JSON lines, numbers as numbers where they are exact", async () => {
    const sql = `select sensor, value, readings, readings > 1 as many, cast(9007199254740993 as bigint) as large
      from house.totals join house.readings using (sensor) where house.totals.date_ts = '20210501_01' order by 1 limit 1`;
    const ended = await ask(sql, "--format", "jsonl");
    const row = '{"sensor":"a, \\"b\\"","value":"51.50","readings":1,"many":false,"large":"9007199254740993"}\n';
    assert.equal(ended.out, row);
    assert.equal((await ask(sql, "--json")).out, row);
  });

  it("lays a table out for people, without control characters of the data or colours", async () => {
    const { out } = await ask("select sensor, 7 as n from house.readings order by sensor");
    assert.equal(out, 'sensor  n\n──────  ─\na, "b"  7\nc·[31m  7\nd       7\n');
    assert.doesNotMatch(out, /\u001b/);
  });

  it("shows columns without rows", async () => {
    assert.equal((await ask("select * from house.alarms", "--format", "csv")).out, "sensor,alarms,date_ts\n");
    assert.equal((await ask("select * from house.alarms", "--format", "jsonl")).out, "");
    assert.equal((await ask("select * from house.alarms")).out, "sensor  alarms  date_ts\n──────  ──────  ───────\n");
  });

  it("takes a named query with the defaults that it declares, and -D over them", async () => {
    const csv = ["--format", "csv"];
    assert.equal((await ask("highest", ...csv)).out, 'sensor,value\n"a, ""b""",51.50\nc\u001b[31m,2.00\n');
    assert.equal((await ask("highest", "-D", "limit=1", ...csv)).out, 'sensor,value\n"a, ""b""",51.50\n');
    assert.equal((await ask("highest", "-Dsensor=d", ...csv)).out, "sensor,value\nd,\n");
    assert.equal((await ask("highest", "-Dsensor=' or true --", ...csv)).out, "sensor,value\n");
  });

  it("takes negative numbers behind a minus", async () => {
    const ended = await ask("select 5-:n as n", "-D", "n=-3", "--format", "csv");
    assert.deepEqual([ended.code, ended.out], [0, "n\n8\n"], ended.err);
  });

  it("explains a SELECT", async () => {
    for (const sql of ["explain select 1", "explain analyze select 1"]) assert.equal((await ask(sql)).code, 0);
  });

  it("lists named queries with what they answer and their parameters, and the tables", async () => {
    const listed = (await ask("--list")).out;
    assert.match(listed, /^highest\n {4}The highest readings, the highest first\.\n {4}-D limit=2\n {4}-D sensor=%$/m);
    const json = JSON.parse((await ask("--list", "--json")).out) as object[];
    assert.deepEqual(json[1], {
      name: "highest",
      describe: "The highest readings, the highest first.",
      parameters: { limit: "2", sensor: "%" },
    });
    const { out } = await ask("--tables");
    assert.match(
      out,
      /^house\.readings {2}what sensors measured\n {4}sensor string, taken timestamp, value decimal\(9,2\)/m,
    );
  });

  it("reads a query from a file", async () => {
    writeFile(join(project, "one.sql"), "select :n + 1 as n; \n");
    assert.equal((await ask("--file", "one.sql", "-D", "n=1", "--format", "csv")).out, "n\n2\n");
  });

  const mistakes: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    [
      "a syntax error",
      ["select * fro house.readings"],
      /Parser Error: syntax error at or near "(fro|house)"\n {2}at select \* fro/,
    ],
    ["a named query's syntax error, with its line", ["broken"], /Parser Error.*\n {2}at queries\/broken\.sql:4\n/],
    [
      "an unknown table",
      ["select 1 from house.raedings"],
      /there is no table house\.raedings, did you mean house\.readings\?/,
    ],
    ["an unknown column", ["select sensr from house.readings"], /sensr/],
    ["a failing conversion", ["select cast(sensor as int) from house.readings"], /Could not convert string/],
    ["an unknown name", ["higest"], /no named query higest, did you mean highest\?/],
    ["an unknown format", ["highest", "--format", "cvs"], /--format cvs, did you mean csv\?: table, csv or jsonl/],
    [
      "a parameter that the query has not",
      ["highest", "-D", "limt=1"],
      /highest has no parameter limt, did you mean limit\?/,
    ],
    ["a parameter without a value", ["select :n as n"], /the query needs a value for n\n {2}→ give it: -D n=…/],
    ["nothing asked", [], /query takes a SELECT, a name, or --file/],
    ["a file that is not there", ["--file", "none.sql"], /there is no file none\.sql/],
    ["two statements", ["select 1; select 2"], /the query: it has 2 statements: a query is one SELECT/],
    [
      "a statement that changes something",
      ["copy (select 1) to '/tmp/howdah-never.csv'"],
      /the query: COPY is no SELECT, and queries only read/,
    ],
    ["a statement that makes something", ["create table x as select 1"], /CREATE is no SELECT/],
    [
      "a statement that would write while it is explained",
      ["explain analyze copy (select 1) to 'written.csv'"],
      /only a SELECT can be explained/,
    ],
    ["no statement", ["/* nothing */ "], /the query: there is no SELECT in it/],
  ];
  for (const [what, args, says] of mistakes)
    it(`refuses ${what} with exit code 2 and nothing on stdout`, async () => {
      const ended = await ask(...args);
      assert.deepEqual([ended.code, ended.out], [2, ""], ended.err);
      assert.match(ended.err, says);
      assert.doesNotMatch(ended.err, /defect/);
    });

  it("ends quietly when its reader has seen enough", () => {
    const sql = "select range as n, repeat('x', 100) as text from range(300000)";
    const { stdout, stderr, status } = spawnSync(
      "bash",
      ["-c", `set -o pipefail; "$0" "$1" query "$2" --format csv | head -1`, process.execPath, commandFile, sql],
      { cwd: project, encoding: "utf8" },
    );
    assert.deepEqual([stdout, stderr, status], ["n,text\n", "", 0]);
  });
});
