import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseOozieTime } from "#src/core/time.js";
import { recordFile, type PartitionRecord } from "#src/jobs/record.js";
import { prunable, prune } from "#src/local/clean.js";
import { openTarget } from "#src/local/target.js";
import { loadProject, targetOf, type Project } from "#src/project/load.js";
import { lockJob } from "#src/project/lock.js";
import { gatherReport, type ReportRequest } from "#src/report/gather.js";
import type { DataSetFacts, InstanceFacts, ReportFacts } from "#src/report/facts.js";
import { landReadings, madeProject, removeFolder, sensorsProject, writeFile } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { listing, runOn, withTarget } from "../support/project.js";

const first = "20120301_00";
const reading = (hour: number): string => `north,2012-03-01 ${String(hour).padStart(2, "0")}:10,60`;

/** What a report says of a folder, whatever state it is in. */
describe("report: how instances stand", () => {
  const folder = freshFolders();
  let template: string;
  let root: string;
  let project: Project;
  const data = (...path: readonly string[]): string => join(root, "data", ...path);
  const partition = (table: string, hour: number): string =>
    data("house", table, `date_ts=20120301_${String(hour).padStart(2, "0")}`);

  before(async () => {
    template = sensorsProject();
    project = await loadProject(template);
    landReadings(template, { [first]: [reading(0)], "20120301_01": [], "20120301_02": [reading(2)] });
    await runOn({ project, folder: join(template, "data") });
  });
  after(() => removeFolder(template));
  // Records name no folder: a copied one is as good.
  beforeEach(() => {
    root = folder();
    cpSync(template, root, { recursive: true });
  });

  async function report(
    request: ReportRequest = {},
    given: Readonly<Record<string, string>> = {},
    of = project,
  ): Promise<ReportFacts> {
    const target = openTarget(of, targetOf(of, "folder").target, { folder: data(), given, snapshot: true });
    try {
      return await gatherReport(target, request);
    } finally {
      await target.close();
    }
  }

  const row = ({ dataSets }: ReportFacts, name: string): DataSetFacts =>
    dataSets.find((dataSet) => dataSet.name === name)!;
  const statesOf = (facts: ReportFacts, name: string): readonly string[] =>
    row(facts, name).instances.map(({ state }) => state);
  const instance = (facts: ReportFacts, name: string, hour: number): InstanceFacts => row(facts, name).instances[hour]!;

  it("tells done from empty, in the order in which the project makes things", async () => {
    const before = listing(root);
    const facts = await report();
    assert.deepEqual(listing(root), before, "a report changes nothing");
    assert.deepEqual(
      facts.dataSets.map(({ name, kind, every }) => [name, kind, every]),
      [
        ["lines", "arrives", "every hour"],
        ["readings", "made", "every hour"],
        ["totals", "made", "every hour"],
        ["alarms", "made", "every day"],
      ],
    );
    assert.deepEqual([facts.from, facts.until], ["2012-03-01T00:00Z", "2012-03-01T03:00Z"]);
    assert.deepEqual(statesOf(facts, "lines"), ["done", "empty", "done"]);
    assert.deepEqual(statesOf(facts, "readings"), ["done", "empty", "done"]);
    assert.deepEqual(statesOf(facts, "totals"), ["done", "done", "done"]);
    const record = JSON.parse(readFileSync(join(partition("readings", 0), recordFile), "utf8")) as PartitionRecord;
    const { rows, bytes, started, engine } = instance(facts, "readings", 0);
    assert.deepEqual(
      { rows, bytes, started, engine },
      { rows: 1, bytes: record.run.bytes, started: record.run.started, engine: record.run.engine },
    );
  });

  it("names what a day waits for, relative to the folder", async () => {
    const alarms = row(await report(), "alarms").instances;
    assert.equal(alarms.length, 1);
    assert.equal(alarms[0]!.state, "missing");
    assert.equal(alarms[0]!.waits!.length, 21);
    assert.equal(alarms[0]!.waits![0], "house/totals/date_ts=20120301_03/_SUCCESS");
  });

  it("asks what run asks: a changed input is stale with its reason, and what hangs on it may change", async () => {
    appendFileSync(data("landing/lines", `date_ts=${first}`, "a.csv"), `${reading(0)}\n`);
    const facts = await report();
    assert.deepEqual(statesOf(facts, "readings"), ["stale", "empty", "done"]);
    assert.deepEqual(instance(facts, "readings", 0).why, ["lines 20120301_00 changed"]);
    assert.deepEqual(instance(facts, "readings", 2).why, ["what it reads may change"]);
    const dry = await runOn({ project, folder: data() }, { dryRun: true });
    assert.equal(dry.actions.find(({ nominal }) => nominal === "2012-03-01T00:00Z")!.status, "would-run");
  });

  it("says of a stale partition whose input is gone that it stays", async () => {
    rmSync(data("landing/lines", `date_ts=${first}`), { recursive: true });
    const sql = join(root, "collect.sql");
    writeFileSync(sql, readFileSync(sql, "utf8").replace("sensor is not null", "sensor <> ''"));
    const facts = await report({}, {}, await loadProject(root));
    assert.equal(instance(facts, "lines", 0).state, "missing");
    const { state, why } = instance(facts, "readings", 0);
    assert.equal(state, "stale");
    assert.deepEqual(why, ["the job changed", "something it was made of is gone, so it stays as it is"]);
  });

  it("tells a partition without its flag, and files without theirs, from missing ones", async () => {
    rmSync(join(partition("totals", 2), "_SUCCESS"));
    rmSync(partition("readings", 2), { recursive: true });
    writeFile(data("landing/lines/date_ts=20120301_03/a.csv"), "sensor,taken,value\n");
    mkdirSync(data("landing/lines/date_ts=20120301_05"), { recursive: true });
    const facts = await report({ until: parseOozieTime("2012-03-01T06:00Z")! });
    assert.equal(instance(facts, "totals", 2).state, "partial");
    assert.deepEqual(instance(facts, "totals", 2).why, ["it has no _SUCCESS"]);
    assert.equal(instance(facts, "readings", 2).state, "missing");
    assert.deepEqual(statesOf(facts, "lines"), ["done", "empty", "done", "partial", "missing", "missing"]);
  });

  it("says what a failed try left in the log, at the job that failed, until a later run gets over it", async () => {
    const landed = data("landing/lines/date_ts=20120301_03/a.csv");
    landReadings(root, { "20120301_03": [reading(3)] });
    writeFileSync(landed, "sensor,when,value\n");
    await runOn({ project, folder: data() });
    const facts = await report();
    for (const name of ["readings", "totals"]) {
      const { state, error } = instance(facts, name, 3);
      assert.equal(state, "failed");
      assert.match(error!.message, /sensor,when,value/);
      assert.doesNotMatch(`${error!.message}${error!.where ?? ""}`, new RegExp(data()));
    }
    writeFileSync(landed, `sensor,taken,value\n${reading(3)}\n`);
    await runOn({ project, folder: data() });
    assert.deepEqual(statesOf(await report(), "readings"), ["done", "empty", "done", "done"]);
  });

  it("takes rows that were kept aside for a failure, whatever the log says", async () => {
    rmSync(join(partition("readings", 2), "_SUCCESS"));
    mkdirSync(data("_howdah/held/collect/20120301_02/readings"), { recursive: true });
    const { state, error } = instance(await report(), "readings", 2);
    assert.equal(state, "failed");
    assert.equal(error!.where, "_howdah/held/collect/20120301_02");
  });

  it("shows what a live owner of a lock makes: what its log says that it began, and without one what is ready", async () => {
    landReadings(root, { "20120301_03": [reading(3)], "20120301_04": [reading(4)] });
    const lock = lockJob(data("_howdah/locks"), "collect");
    try {
      rmSync(data("_howdah/logs"), { recursive: true });
      const guessed = await report();
      assert.match(guessed.atWork[0]!, new RegExp(`^collect: process ${process.pid} on `));
      assert.deepEqual(statesOf(guessed, "readings"), ["done", "empty", "done", "running", "missing"]);
      const begun = {
        time: "2012-04-01T00:00:00Z",
        event: "job.started",
        job: "collect",
        from: "20120301_03",
        to: "20120301_03",
      };
      writeFile(data("_howdah/logs/2012-04-01T000000000Z-run.jsonl"), `${JSON.stringify(begun)}\n{"time":"2012-04`);
      const told = await report();
      assert.deepEqual(statesOf(told, "totals"), ["done", "done", "done", "running", "missing"]);
    } finally {
      lock.release();
    }
    const after = await report();
    assert.deepEqual(after.atWork, []);
    assert.deepEqual(statesOf(after, "readings"), ["done", "empty", "done", "missing", "missing"]);
  });

  it("shows cleaned partitions as such, with the rows they had", async () => {
    landReadings(
      root,
      Object.fromEntries(
        Array.from({ length: 24 }, (_, i) => [`20120301_${String(i).padStart(2, "0")}`, [reading(i)]]),
      ),
    );
    await runOn({ project, folder: data() });
    await withTarget({ project, folder: data() }, (target) => {
      prune(target, prunable(target, undefined));
      return Promise.resolve();
    });
    const facts = await report();
    assert.equal(instance(facts, "readings", 0).state, "pruned");
    assert.equal(instance(facts, "readings", 0).rows, 1);
    assert.deepEqual(statesOf(facts, "readings").slice(-2), ["done", "done"]);
    assert.deepEqual(statesOf(facts, "alarms"), ["done"]);
  });

  it("tells of checks and rejects as a record has them, also of a howdah that says more", async () => {
    const path = join(partition("readings", 0), recordFile);
    const record = JSON.parse(readFileSync(path, "utf8")) as PartitionRecord;
    const checks = [{ name: "unique", outcome: "warned", measured: ["3"], more: [1] }, { name: 4 }, "what"];
    writeFileSync(
      path,
      JSON.stringify({ ...record, identity: { ...record.identity, checks, rejects: { lines: 2, other: 0 } } }),
    );
    const facts = instance(await report(), "readings", 0);
    assert.deepEqual(facts.checks, [{ name: "unique", outcome: "warned", measured: "3" }]);
    assert.deepEqual(facts.rejects, { lines: 2 });
  });

  it("keeps to a range, and refuses one without anything in it", async () => {
    const range = { from: parseOozieTime("2012-03-01T01:00Z")!, until: parseOozieTime("2012-03-01T02:00Z")! };
    const facts = await report(range);
    assert.deepEqual(statesOf(facts, "totals"), ["done"]);
    assert.deepEqual(statesOf(facts, "alarms"), []);
    await assert.rejects(report({ from: parseOozieTime("2013-01-01T00:00Z")! }), { code: "WINDOW" });
  });

  it("tells values and where they come from, without paths", async () => {
    const { values } = await report({}, { alarm_above: "10" });
    assert.deepEqual(values, [
      { name: "alarm_above", value: "10", origin: "command line" },
      { name: "first_hour", value: "2012-03-01T00:00Z", origin: "data" },
    ]);
  });

  it("has a row for a coordinator that makes no table, and one for a job that none runs", async () => {
    const other = madeProject({
      "howdah.config.ts": `
import { coordinator, database, dataset, DAY, defineConfig, folder, fs, HOUR, hours, job, kill, mkdir, MONTH, parameters,
  parquet, partitionsOf, path, pathParameter, table, timeParameter, workflow, YEAR } from "howdah";
const p = parameters({ data: pathParameter(), start: timeParameter({ default: "2012-03-01T00:00Z" }), end: timeParameter() });
const series = { every: hours(1), initial: p.start };
const ready = dataset("ready", { ...series, uri: path\`\${p.data}/ready/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
const times = { every: hours(1), start: p.start, end: p.end, reads: { ready: ready.current(0) } };
const notes = partitionsOf(table(database("made"), "notes", { columns: { note: "string" },
  partitionedBy: { date_ts: "string" }, format: parquet, location: path\`\${p.data}/notes\` }), series);
export default defineConfig({
  name: "other",
  definitions: [
    coordinator("marks", { ...times, run: () => workflow("mark", {}, () => fs("mark", [mkdir(path\`\${p.data}/mark\`)])).with({}) }),
    coordinator("breaks", { ...times, run: () => workflow("break", {}, () => kill("no", "it is broken")).with({}) }),
    job("note", { sql: "note.sql", every: hours(1), reads: {}, writes: [notes] }),
  ],
  targets: { here: folder("data", (root) => ({ parameters: { data: root } })) },
});
`,
      "note.sql": "-- table: made.notes\nselect 'x' as note, date_ts from units\n",
    });
    try {
      writeFile(join(other, "data/ready/20120301_00/_SUCCESS"), "");
      const made = await loadProject(other);
      await runOn({ project: made, folder: join(other, "data") }, { name: "marks" });
      await runOn({ project: made, folder: join(other, "data") }, { name: "breaks" });
      const target = openTarget(made, targetOf(made, "folder").target, { snapshot: true });
      const facts = await gatherReport(target, { until: parseOozieTime("2012-03-01T02:00Z")! });
      const of = (name: string): unknown =>
        row(facts, name).instances.map(({ state, waits, why, error }) => [state, waits ?? why ?? error?.message]);
      assert.deepEqual(of("ready"), [
        ["done", undefined],
        ["missing", undefined],
      ]);
      assert.deepEqual(of("marks"), [
        ["done", undefined],
        ["missing", ["ready/20120301_01/_SUCCESS"]],
      ]);
      assert.deepEqual(of("breaks"), [
        ["failed", "it is broken"],
        ["missing", ["ready/20120301_01/_SUCCESS"]],
      ]);
      assert.deepEqual(of("notes"), [
        ["missing", ["no coordinator runs its job"]],
        ["missing", ["no coordinator runs its job"]],
      ]);
    } finally {
      removeFolder(other);
    }
  });
});
