import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHowdahError, type HowdahError } from "howdah";
import { testProject, type Materialised, type ReplacedAction, type RunReport, type TestProject } from "howdah/testing";
import { removeFolder, writeFile } from "../support/command.js";
import { projectRoot } from "../support/project.js";

/** Beside the sensors' own: a coordinator whose workflow does what only a cluster, a mail server or another program can. */
const more = `
import { coordinator, defineConfig, email, folder, greater, hours, java, minutes, outputOf, sequence, shell, spark, text, timestamp, when, decide, touch, fs, path, workflow } from "howdah";
import { collect, lines, p, sensors, totals } from "./definitions.ts";

const archive = workflow("archive", { hour: "string" }, ({ hour }) => sequence(
  spark("collect", { job: collect, from: hour }),
  shell("measure", { command: "howdah-no-such-command", captureOutput: true, retry: { max: 2, every: minutes(1) } }),
  decide("large", [when(greater(outputOf("measure", "size"), 9), java("pack", { mainClass: "house.Pack" }))]),
  fs("mark", [touch(path\`\${p.data}/marked\`)]).onError(email("alarm", { to: "ops@example.com", subject: "no mark", body: hour })),
));
const stamp = workflow("stamp", {}, () => shell("stamp", { command: "bash", arguments: ["-c", 'echo "$1" > "$0/stamped"', p.data, timestamp()] }));

export default defineConfig({
  name: "sensors", queries: "queries",
  definitions: [sensors, stamp, coordinator("archiving", { every: hours(1), start: p.first_hour, end: p.end, reads: { lines: lines.current(0) },
    run: ({ nominalTime, formatTime }) => archive.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }) })],
  targets: { here: folder("data", (root) => ({ parameters: { landing: \`\${root}/landing\`, data: root } })) },
});
`;

describe("howdah/testing", function () {
  this.timeout(30_000);
  let folder = "";
  let t: TestProject;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    cpSync(join(projectRoot, "test/fixtures/sensors"), folder, { recursive: true });
    writeFile(join(folder, "howdah.config.ts"), more);
  });
  after(() => removeFolder(folder));
  beforeEach(async () => {
    t = await testProject(folder, { now: "2020-01-01T02:00Z", parameters: { end: "2021-01-01T00:00Z" } });
  });
  afterEach(() => t.close());

  const reading = (sensor: string, value: number | string): Readonly<Record<string, string | number>> => ({
    sensor,
    taken: "2020-01-01 00:10",
    value,
  });
  const ends = (report: RunReport): readonly string[] =>
    report.actions.map(({ name, nominal, status }) => `${name} ${nominal ?? "-"} ${status}`);
  const states = (actions: readonly Materialised[]): readonly string[] =>
    actions.map(({ nominal, status }) => `${nominal} ${status}`);

  async function refusal(work: () => unknown): Promise<HowdahError> {
    try {
      await work();
    } catch (error) {
      if (isHowdahError(error)) return error;
      throw error;
    }
    return assert.fail("it was not refused");
  }

  it("puts rows, runs what is due in process, and reads rows again", async () => {
    await t.put("lines", "20200101_00", { rows: [reading("a", "1.50"), reading("b", 60)] });
    await t.put("lines", "2020-01-01T01:00Z", {
      files: { "more.csv": "sensor,taken,value\na,2020-01-01 01:10,2.25\n" },
    });
    const report = await t.run("every-hour");
    assert.deepEqual(ends(report), [
      "every-hour 2020-01-01T00:00Z ran",
      "every-hour 2020-01-01T01:00Z ran",
      "every-hour 2020-01-01T02:00Z waiting",
    ]);
    assert.deepEqual(await t.rows("house.totals", { where: "date_ts = '20200101_01'" }), [
      { sensor: "a", total: "3.75", readings: 2, date_ts: "20200101_01" },
      { sensor: "b", total: "60.00", readings: 1, date_ts: "20200101_01" },
    ]);
    assert.deepEqual(await t.query("select max(value) as highest from house.readings"), [{ highest: "60.00" }]);
    assert.ok(t.isComplete("totals", "20200101_01") && !t.isComplete("totals", "20200101_02"));
  });

  it("goes on from the state that a test puts into a table", async () => {
    await t.close();
    t = await testProject(folder, { parameters: { first_hour: "2020-01-01T00:00Z", end: "2021-01-01T00:00Z" } });
    await t.put("house.totals", "20200101_00", { rows: [{ sensor: "a", total: "10.00", readings: 4n }] });
    await t.put("lines", "20200101_01", { rows: [reading("a", "0.5")] });
    const report = await t.run("collect", { from: "2020-01-01T01:00Z", until: "2020-01-01T02:00Z" });
    assert.deepEqual(ends(report), ["collect 2020-01-01T01:00Z ran"]);
    assert.deepEqual(await t.rows("house.totals", { where: "date_ts = '20200101_01'" }), [
      { sensor: "a", total: "10.50", readings: 5, date_ts: "20200101_01" },
    ]);
  });

  it("says what materialises by its clock, and what each action waits for", async () => {
    await t.flag("lines", "20200101_00");
    const due = await t.materialises("every-hour");
    assert.deepEqual(states(due), [
      "2020-01-01T00:00Z would-run",
      "2020-01-01T01:00Z waiting",
      "2020-01-01T02:00Z waiting",
    ]);
    assert.deepEqual(due[0]!.inputs, { hour: "20200101_00" });
    assert.ok(due[1]!.missing.includes("landing/lines/date_ts=20200101_01/_SUCCESS"), String(due[1]!.missing));
    t.setNow("2020-01-01T03:30Z");
    assert.equal((await t.materialises("every-hour")).length, 4);
    assert.deepEqual(
      states(await t.materialises("every-hour", { from: "2020-01-01T01:00Z", until: "2020-01-01T02:00Z" })),
      ["2020-01-01T01:00Z waiting"],
    );
    assert.ok(!t.isComplete("totals", "20200101_00"), "nothing was run");
    t.remove("lines", "20200101_00");
    assert.ok(!t.isComplete("lines", "20200101_00"));
  });

  it("gives its clock to what runs", async () => {
    await t.run("stamp");
    assert.equal(readFileSync(join(t.data, "stamped"), "utf8").trim(), "2020-01-01T02:00Z");
    await t.put("lines", "20200101_00", { rows: [] });
    await t.run("every-hour");
    const record = JSON.parse(readFileSync(join(t.data, "house/totals/date_ts=20200101_00/_howdah.json"), "utf8")) as {
      readonly run: { readonly started: string };
    };
    assert.equal(record.run.started, "2020-01-01T02:00:00.000Z");
  });

  describe("replaces actions", () => {
    beforeEach(() => t.put("lines", "20200101_00", { rows: [reading("a", 1)] }));
    const hour = { until: "2020-01-01T01:00Z" };

    it("of a whole workflow, whose other actions run", async () => {
      const called: ReplacedAction[] = [];
      let tries = 0;
      const report = await t.run("archiving", {
        ...hour,
        replace: {
          measure: () => ((tries += 1) < 3 ? "fail" : { size: "12" }),
          "archive/pack": (replaced) => void called.push(replaced),
        },
      });
      assert.deepEqual(ends(report), ["archiving 2020-01-01T00:00Z ran"]);
      assert.equal(tries, 3, "tried again as the definition says");
      assert.deepEqual(called, [
        {
          workflow: "archive",
          action: "pack",
          run: "archiving 2020-01-01T00:00Z",
          inputs: { hour: "20200101_00" },
          folder: t.data,
        },
      ]);
      assert.equal((await t.rows("house.readings")).length, 1, "the job ran");
      assert.ok(existsSync(join(t.data, "marked")), "and what comes after");
    });

    it("by what they print, which decides the path", async () => {
      const report = await t.run("archiving", { ...hour, replace: { measure: () => ({ size: "3" }), pack: "fail" } });
      assert.deepEqual(ends(report), ["archiving 2020-01-01T00:00Z ran"]);
    });

    it("that fail, so that their handlers run", async () => {
      const mails: unknown[] = [];
      const report = await t.run("archiving", {
        ...hour,
        replace: {
          collect: "succeed",
          measure: () => ({ size: "3" }),
          mark: "fail",
          alarm: ({ run }) => void mails.push(run),
        },
      });
      assert.deepEqual(ends(report), ["archiving 2020-01-01T00:00Z failed"]);
      assert.equal(report.actions[0]!.error?.["code"], "REPLACED_TO_FAIL");
      assert.deepEqual(mails, ["archiving 2020-01-01T00:00Z"]);
      assert.ok(!t.isComplete("totals", "20200101_00"), "the job's stand-in wrote nothing");
    });

    it("by functions that wait, or give nothing back", async () => {
      const said: string[] = [];
      const report = await t.run("archiving", {
        ...hour,
        replace: {
          measure: async ({ folder: data }) => {
            said.push(await readFile(join(data, "landing/lines/date_ts=20200101_00/_SUCCESS"), "utf8"));
            return { size: "10" };
          },
          pack: ({ action }) => {
            said.push(action);
          },
        },
      });
      assert.deepEqual(ends(report), ["archiving 2020-01-01T00:00Z ran"]);
      assert.deepEqual(said, ["", "pack"]);
    });

    it("and lets a failed assertion through to the test", async () => {
      const replace = { measure: () => assert.fail("not so") };
      await assert.rejects(t.run("archiving", { ...hour, replace }), assert.AssertionError);
      const again = await t.run("archiving", { ...hour, replace: { measure: () => ({ size: "3" }) } });
      assert.deepEqual(ends(again), ["archiving 2020-01-01T00:00Z ran"], "the folder is not locked");
    });
  });

  const refused: readonly (readonly [
    what: string,
    work: (t: TestProject) => unknown,
    code: string,
    message: RegExp,
  ])[] = [
    [
      "an action that no workflow has",
      (one) => one.run("archiving", { replace: { mesure: "succeed" } }),
      "NAME_UNKNOWN",
      /no action mesure to replace, did you mean measure/,
    ],
    [
      "an action of another workflow",
      (one) => one.run("every-hour", { replace: { pack: "succeed" } }),
      "NAME_UNKNOWN",
      /no action pack/,
    ],
    [
      "an unknown data set",
      (one) => one.put("line", "20200101_00", { rows: [] }),
      "NAME_UNKNOWN",
      /data set line, did you mean lines/,
    ],
    ["an unknown coordinator", (one) => one.materialises("every-hours"), "NAME_UNKNOWN", /did you mean every-hour/],
    ["an unknown definition", (one) => one.run("archivin"), "NAME_UNKNOWN", /did you mean archiving/],
    ["a time that is none", (one) => one.flag("lines", "yesterday"), "TEST_VALUE", /yesterday is no time/],
    [
      "an unknown column",
      (one) => one.put("lines", "20200101_00", { rows: [{ sensr: "a" }] }),
      "TEST_VALUE",
      /no column sensr, did you mean sensor/,
    ],
    [
      "a value that is not of its column's type",
      (one) => one.put("totals", "20200101_00", { rows: [{ sensor: "a", total: "1.234" }] }),
      "TEST_VALUE",
      /row 1: total: 1\.234 is no decimal\(18,2\)/,
    ],
    [
      "files of a table",
      (one) => one.put("totals", "20200101_00", { files: { a: "b" } }),
      "TEST_VALUE",
      /has rows, not files/,
    ],
    ["an unknown table", (one) => one.rows("house.total"), "QUERY", /no table house.total, did you mean house.totals/],
  ];
  for (const [what, work, code, message] of refused)
    it(`refuses ${what}`, async () => {
      await t.flag("lines", "20200101_00");
      const error = await refusal(() => work(t));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.next !== undefined, "says what to do");
    });

  it("refuses instances that nobody would read", async () => {
    await t.put("lines", "20200101_02", { rows: [] });
    assert.equal((await refusal(() => t.flag("lines", "2020-01-01T02:30Z"))).code, "INSTANCE_OFF_GRID");
    const early = await refusal(() => t.put("totals", "20200101_01", { rows: [] }));
    assert.equal(early.code, "TEST_VALUE");
    assert.match(early.next!, /parameters: \{ first_hour/);
    await t.flag("lines", "20200101_01");
    await t.flag("totals", "20200101_01");
    const parameters = { first_hour: "2020-01-01T00:00Z" };
    const fixed = await testProject(folder, { parameters });
    after(() => fixed.close());
    assert.equal((await refusal(() => fixed.flag("lines", "20191231_23"))).code, "INSTANCE_BEFORE_INITIAL");
  });

  it("refuses an unknown parameter before a folder is made", async () => {
    const before = readdirSync(folder);
    const open = (): Promise<TestProject> =>
      testProject(folder, { data: join(folder, "never"), parameters: { ende: "2021-01-01T00:00Z" } });
    assert.equal((await refusal(open)).code, "PARAMETER_UNKNOWN");
    assert.deepEqual(readdirSync(folder), before);
  });

  it("removes its own folder when it is closed, and leaves a given one", async () => {
    const own = await testProject(folder);
    await own.flag("lines", "20200101_00");
    await own[Symbol.asyncDispose]();
    assert.ok(!existsSync(own.data));
    const given = await testProject(folder, { data: join(folder, "kept") });
    await given.flag("lines", "20200101_00");
    await given.close();
    assert.ok(existsSync(join(folder, "kept/landing/lines/date_ts=20200101_00/_SUCCESS")));
  });
});
