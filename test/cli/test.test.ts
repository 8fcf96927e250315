import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ManyErrors, type HowdahError } from "#src/core/errors.js";
import { findCases } from "#src/local/cases/find.js";
import { loadProject, type Project } from "#src/project/load.js";
import { howdah, landReadings, removeFolder, sensorsProject, startCommand, writeFile } from "../support/command.js";
import { projectRoot } from "../support/project.js";
import { skip } from "../support/skip.js";
import { needSpark } from "../support/spark.js";
import { until } from "../support/until.js";

const good = `# Cases of collect

- hour: 20210501_01

## Totals go on from the hour before

### given totals_before

| sensor | total | readings |
| ------ | ----- | -------- |
| a      | 10    | 2        |

### given lines

| sensor | taken            | value |
| ------ | ---------------- | ----- |
| a      | 2021-05-01 01:10 | 1.5   |
|        | 2021-05-01 01:20 | 9     |
| b      | 2021-05-01 01:20 |       |

### expect house.totals

| sensor | total | readings |
| ------ | ----- | -------- |
| b      | null  | 1        |
| a      | 11.50 | 3        |

## Lines as they lie in a file

### given lines

\`\`\`csv
sensor,taken,value
"a, ""b""",2021-05-01 01:10,1
broken
\`\`\`

### expect house.readings

| sensor       | value |
| ------------ | ----- |
| \`a, "b"\`     | 1     |

## Another header

- fails: RAW_HEADER

### given lines

\`\`\`csv
sensor,value,taken
\`\`\`
`;

const alarms = `## Only above the limit

- day: 20210501
- alarm_above = 20

### given readings

| date_ts     | sensor | value |
| ----------- | ------ | ----- |
| 20210501_00 | a      | 20    |
| 20210501_23 | a      | 20.01 |

### expect house.alarms

| sensor | alarms |
| ------ | ------ |
| a      | 1      |
`;

/** Processes whose temporary folder is one of Spark's below another. */
function processesIn(folder: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`TMPDIR=${folder}/howdah-cases-`);
    } catch {
      return false;
    }
  });
}

describe("howdah test", () => {
  let project = "";
  const test = (...args: readonly string[]): ReturnType<typeof howdah> => howdah(["test", ...args], project);

  beforeEach(() => {
    project = sensorsProject();
    writeFile(join(project, "collect.test.md"), good);
    writeFile(join(project, "count_alarms.test.md"), alarms);
  });
  afterEach(() => removeFolder(project));

  it("runs every case of every job, or those that are named, a line each", async () => {
    const all = await test();
    assert.deepEqual([all.code, all.err], [0, ""], all.out);
    assert.match(
      all.out,
      /^ok {6}collect {2}Totals go on from the hour before\nok .*\nok .*\nok {6}count-alarms {2}Only above the limit\ndone: 4 passed in [\d.]+ s\n$/,
    );
    assert.match((await test("count-alarms")).out, /^ok {6}count-alarms .*\ndone: 1 passed/);
    assert.match((await test("--case", "header")).out, /^ok {6}collect {2}Another header\ndone: 1 passed/);
  });

  it("shows what differs as a table, exits 1, and tells build servers and programs the same", async () => {
    const wrong = good
      .replace("| b      | null  | 1        |", "| c      | 1     | 7        |")
      .replace("11.50", "11.75");
    writeFile(join(project, "collect.test.md"), wrong);
    const ended = await test("--junit", "build/out.xml");
    assert.equal(ended.code, 1, ended.err);
    assert.equal(
      ended.out.split("\n").slice(0, 6).join("\n"),
      [
        "failed  collect  Totals go on from the hour before  collect.test.md:5",
        "        house.totals: 1 changed, 1 missing, 1 unexpected",
        "          sensor  total          readings",
        "        ~ a       11.75 → 11.50  3",
        "        - c       1.00           7",
        "        + b       null           1",
      ].join("\n"),
    );
    assert.match(ended.out, /\nfailed: 3 passed, 1 failed in/);
    const xml = readFileSync(join(project, "build/out.xml"), "utf8");
    assert.match(xml, /<testsuites name="sensors" tests="4" failures="1"/);
    assert.match(
      xml,
      /<testcase classname="collect" name="Another header" file="collect.test.md" line="44" time="[\d.]+"\/>/,
    );
    assert.match(
      xml,
      /<failure message="other rows in house.totals">house.totals: sensor \| total \| readings\n- a \| 11.75 \| 3\n\+ a \| 11.50 \| 3\n/,
    );
    const { cases, ...counts } = JSON.parse((await test("--json")).out) as {
      cases: { differences: { changed: unknown; missing: unknown }[] }[];
      passed: number;
      failed: number;
    };
    assert.deepEqual([counts.passed, counts.failed], [3, 1]);
    assert.deepEqual(cases[0]!.differences[0]!.missing, [["c", "1.00", "7"]]);
    assert.deepEqual(cases[0]!.differences[0]!.changed, [
      { expected: ["a", "11.75", "3"], found: ["a", "11.50", "3"] },
    ]);
  });

  it("tells of a job that fails, and of one that was to fail and did not", async () => {
    writeFile(
      join(project, "collect.sql"),
      readFileSync(join(project, "collect.sql"), "utf8").replace("a.sensor,", "a.sensr,"),
    );
    const failing = await test("collect", "--case", "Totals");
    assert.equal(failing.code, 1, failing.err);
    assert.match(failing.out, /SQL: collect: house\.totals: .*sensr.*\n {8}at collect\.sql/);
    writeFile(
      join(project, "count_alarms.test.md"),
      alarms.replace("- alarm", "- fails: SQL\n- alarm").replace(/### expect[^]*/, ""),
    );
    assert.match(
      (await test("count-alarms")).out,
      /the job did not fail, and was to fail with SQL\n {8}at count_alarms\.test\.md:1/,
    );
  });

  describe("--engine spark", function () {
    this.timeout(300_000);

    it("shows the same as DuckDB does, to people, build servers and programs", async function () {
      await needSpark(this);
      writeFile(join(project, "collect.test.md"), good.replace("11.50", "11.75"));
      const timeless = (text: string): string => text.replace(/in [\d.]+ s|time="[\d.]+"|"seconds":[\d.]+/g, "");
      const shown = async (engine: string): Promise<readonly string[]> => {
        const people = await test("--engine", engine, "--junit", "out.xml");
        assert.deepEqual([people.code, people.err], [1, ""]);
        const programs = await test("--engine", engine, "--json", "--case", "Totals");
        assert.equal(programs.code, 1, programs.err);
        return [people.out, readFileSync(join(project, "out.xml"), "utf8"), programs.out].map(timeless);
      };
      const there = await shown("spark");
      assert.match(there[0]!, /~ a {7}11\.75 → 11\.50 {2}3\n[^]*failed: 3 passed, 1 failed/);
      assert.deepEqual(there, await shown("duckdb"));
    });

    for (const signal of ["SIGINT", "SIGKILL"] as const)
      it(`leaves no process behind after ${signal}`, async function () {
        await needSpark(this);
        if (process.platform !== "linux") skip(this, "only Linux tells by /proc which processes there are");
        const { child, ended } = startCommand(["test", "--engine", "spark"], project, { TMPDIR: project });
        let out = "";
        child.stdout!.on("data", (text: string) => (out += text));
        await until(() => out !== "", "the first case", 120);
        assert.equal(processesIn(project).length, 2, "Python and Java");
        child.kill(signal);
        const { code } = await ended;
        assert.equal(code, signal === "SIGINT" ? 130 : null);
        await until(() => processesIn(project).length === 0, "the end of Python and Java");
        if (signal === "SIGINT")
          assert.deepEqual(
            readdirSync(project).filter((name) => name.startsWith("howdah-")),
            [],
          );
      });

    it("says what to install where there is no PySpark, and which engines there are", async () => {
      const env = { HOWDAH_CACHE: join(project, "cache"), PYSPARK_PYTHON: "", PATH: join(project, "nothing") };
      const none = await howdah(["test", "--engine", "spark"], project, env);
      assert.equal(none.code, 2, none.out);
      assert.match(none.err, /there is no PySpark\n[^]*pip install pyspark==/);
      const other = await howdah(["test", "--engine", "spark"], project, { PYSPARK_PYTHON: "/nowhere/python" });
      assert.match(other.err, /\/nowhere\/python, which PYSPARK_PYTHON names, has no PySpark/);
      assert.match((await test("--engine", "sparc")).err, /there is no engine sparc, did you mean spark\?/);
    });
  });

  it("lists cases without running them", async () => {
    assert.deepEqual(JSON.parse((await test("count-alarms", "--list", "--json")).out), [
      { job: "count-alarms", name: "Only above the limit", file: "count_alarms.test.md", line: 1 },
    ]);
  });

  let sensors: Promise<Project>;
  before(() => (sensors = loadProject(join(projectRoot, "test", "fixtures", "sensors"))));

  /** What is changed in the file of collect's cases, and what is said of it. */
  const mistakes: readonly (readonly [what: string, from: string | RegExp, to: string, line: number, says: RegExp])[] =
    [
      [
        "an unknown table",
        "expect house.totals",
        "expect house.total",
        21,
        /collect writes no house\.total, did you mean house\.totals\?/,
      ],
      [
        "an unknown relation",
        "given totals_before",
        "given total_before",
        7,
        /collect reads no total_before, did you mean totals_before\?/,
      ],
      [
        "a table in the place of a relation",
        "given totals_before",
        "given house.totals",
        7,
        /reads no house\.totals: its SQL calls it totals_before/,
      ],
      [
        "an unknown column",
        "| sensor | total | readings |",
        "| sensr  | total | readings |",
        9,
        /has no column sensr, did you mean sensor\?/,
      ],
      [
        "an unknown raw column",
        "| sensor | taken            | value |",
        "| sensor | token            | value |",
        15,
        /the raw files has no column token, did you mean taken\?/,
      ],
      [
        "a parameter that the job does not use",
        "- hour: 20210501_01",
        "- hour: 20210501_01\n- alarm_above = 3",
        4,
        /collect does not use the parameter alarm_above/,
      ],
      [
        "a parameter that nobody has",
        "- hour: 20210501_01",
        "- hour: 20210501_01\n- first_huor = 3",
        4,
        /there is no parameter first_huor, did you mean first_hour\?/,
      ],
      [
        "a value that is none of its parameter",
        "- hour: 20210501_01",
        "- hour: 20210501_01\n- first_hour = noon",
        4,
        /first_hour: "noon" is no time/,
      ],
      [
        "a row of the wrong type",
        "| a      | 10    | 2        |",
        "| a      | ten   | 2        |",
        11,
        /total: ten is no decimal\(18,2\)/,
      ],
      ["more places than a decimal has", "11.50", "11.505", 26, /total: 11\.505 is no decimal\(18,2\)/],
      ["an hour that is none", "20210501_01", "2021-05-01 01", 3, /2021-05-01 01 is no hour written as yyyyMMdd_HH/],
      [
        "an hour before the first",
        "- hour: 20210501_01",
        "- hour: 20210501_01\n- first_hour = 2021-05-02T00:00Z",
        3,
        /20210501_01 lies before the first one, 20210502_00/,
      ],
      ["a day for an hourly job", "- hour:", "- day:", 3, /day is no option of a case of collect/],
      [
        "an instance that is not read",
        "given totals_before",
        "given totals_before 20210501_01",
        9,
        /20210501_01 is not among what the case is about: 20210501_00/,
      ],
      ["a case that expects nothing", /### expect house\.readings[^]*?(?=## Another)/, "", 28, /expects nothing/],
      [
        "a row with too few cells",
        "| a      | 10    | 2        |",
        "| a      | 10    |",
        11,
        /the row has 2 cells, its table has 3 columns/,
      ],
      [
        "a row outside of its table's bars",
        "| a      | 10    | 2        |",
        "a      | 10    | 2",
        11,
        /rows begin with \|/,
      ],
      [
        "a table without its second line",
        "| ------ | ----- | -------- |\n| a      | 10",
        "| a      | 10",
        10,
        /a line \|---\|---\| is missing/,
      ],
      [
        "a code block that does not end",
        /sensor,value,taken\n```\n$/,
        "sensor,value,taken\n",
        50,
        /the code block is not closed/,
      ],
      [
        "a heading that is none",
        "### expect house.totals",
        "### expected house.totals",
        21,
        /neither `given` nor `expect`/,
      ],
      [
        "a case twice",
        "## Another header",
        "## Lines as they lie in a file",
        44,
        /a case of this name stands in line 28/,
      ],
    ];
  for (const [what, from, to, line, says] of mistakes)
    it(`refuses ${what}, with its line`, async () => {
      const text = good.replace(from, to);
      assert.notEqual(text, good);
      writeFile(join(project, "collect.test.md"), text);
      const loaded = { ...(await sensors), root: project };
      assert.throws(
        () => findCases(loaded, { jobs: ["collect"] }),
        (error: HowdahError) => {
          const problems = error instanceof ManyErrors ? error.problems : [error];
          const [found] = problems.filter(({ message }) => says.test(message));
          assert.deepEqual([found?.where, found?.exitCode], [`collect.test.md:${line}`, 2], problems.join("\n"));
          return true;
        },
      );
    });

  it("says all that is wrong at once", async () => {
    writeFile(
      join(project, "collect.test.md"),
      good.replace("11.50", "eleven").replace("given totals_before", "given totals"),
    );
    writeFile(join(project, "count_alarms.test.md"), alarms.replace("20.01", "much"));
    assert.equal((await test()).err.match(/^error: /gm)?.length, 3);
  });

  it("refuses a job without cases, and names that fit nothing", async () => {
    writeFile(join(project, "stray.test.md"), alarms);
    const refused = async (says: RegExp, ...args: readonly string[]): Promise<void> => {
      const ended = await test(...args);
      assert.deepEqual([ended.code, ended.out], [2, ""], ended.err);
      assert.match(ended.err, says);
    };
    await refused(/stray\.test\.md stands beside no job's SQL file\n {2}at stray\.test\.md:1/);
    await refused(/there is no job colect, did you mean collect\?/, "colect");
    await refused(/no case has "nothing" in its name/, "collect", "--case", "nothing");
    await refused(/-D is an option of howdah test create/, "-D", "alarm_above=1");
    writeFile(join(project, "collect.test.md"), "# Nothing yet\n");
    await refused(/there are no cases of collect/, "collect");
  });

  describe("create", () => {
    const create = (...args: readonly string[]): ReturnType<typeof howdah> => test("create", ...args);

    beforeEach(async () => {
      const quiet = Array.from({ length: 22 }, (_, i) => [`20210501_${String(i + 2).padStart(2, "0")}`, []] as const);
      landReadings(project, {
        ...Object.fromEntries(quiet),
        "20210501_00": ["a,2021-05-01 00:10,51.5", "b,2021-05-01 00:20,2"],
        "20210501_01": ['"x | `y`",2021-05-01 01:20,', "broken", "null,2021-05-01 01:30,60", "a,2021-05-01 01:30,1"],
      });
      assert.equal((await howdah(["run", "--as-range"], project)).code, 0);
    });

    it("takes real rows, the state of the hour before among them, and expects what came of them", async () => {
      const created = await create("collect", "--hour", "20210501_01", "--json");
      assert.deepEqual([created.code, created.err], [0, ""]);
      assert.deepEqual(JSON.parse(created.out), {
        name: "collect 20210501_01",
        file: "collect.test.md",
        given: [
          { name: "lines", taken: 3, of: 4 },
          { name: "totals_before", taken: 2, of: 2 },
        ],
      });
      const text = readFileSync(join(project, "collect.test.md"), "utf8");
      assert.equal(text.startsWith(good.trimEnd()), true, "what stood there stays");
      assert.match(text, /\n\| a +\| 52\.50 \| 2 +\|\n/);
      const ran = await test("collect");
      assert.deepEqual([ran.code, ran.out.match(/^ok /gm)?.length], [0, 4], ran.out);
      // It notices a change of the job.
      const sql = readFileSync(join(project, "collect.sql"), "utf8");
      writeFile(join(project, "collect.sql"), sql.replace("sum(a.total)", "max(a.total)"));
      assert.match((await test("collect", "--case", "collect 2021")).out, /~ a +52\.50 → 51\.50/);
    });

    it("makes the file, takes few rows or those that are meant, and the values of the run", async () => {
      const args = ["count-alarms", "--hour", "20210501", "--name", "Of a"];
      writeFile(join(project, "count_alarms.test.md"), "");
      const created = await create(...args, "--where", "sensor = 'a'", "-D", "alarm_above=55");
      assert.match(created.out, /^count_alarms\.test\.md: Of a\n {2}readings: 2 of 5 rows\n/, created.err);
      const text = readFileSync(join(project, "count_alarms.test.md"), "utf8");
      assert.match(text, /- day: 20210501\n- alarm_above = 55\n/);
      assert.match(text, /### expect house\.alarms\n\nempty\n$/);
      assert.match((await create(...args)).err, /there is a case Of a already[^]*give it another name: --name TEXT/);
      assert.match((await create("count-alarms", "--hour", "20210501", "--rows", "1")).out, /readings: 1 of 5 rows/);
    });

    it("refuses what it cannot take, and leaves the file as it was", async () => {
      const refused = async (says: RegExp, ...args: readonly string[]): Promise<void> => {
        const ended = await create(...args);
        assert.notEqual(ended.code, 0, ended.out);
        assert.match(ended.err, says);
        assert.equal(readFileSync(join(project, "collect.test.md"), "utf8"), good);
      };
      await refused(/test create takes one job and --hour KEY/, "collect");
      await refused(/there is no job colect, did you mean collect\?/, "colect", "--hour", "20210501_01");
      await refused(
        /2021-05-01 is no unit of collect, which are written yyyyMMdd_HH/,
        "collect",
        "--hour",
        "2021-05-01",
      );
      await refused(/needs lines 20210502_00, which is not there/, "collect", "--hour", "20210502_00");
      await refused(/--where, of lines: Parser Error/, "collect", "--hour", "20210501_01", "--where", "sensor = = 1");
    });
  });
});
