import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { prunable, prune } from "#src/local/clean.js";
import { Workspace } from "#src/local/engine.js";
import { lockJob } from "#src/project/lock.js";
import type { RunReport, RunRequest } from "#src/local/run.js";
import { parseOozieTime } from "#src/core/time.js";
import { loadProject, type Project } from "#src/project/load.js";
import { landReadings, madeProject, removeFolder, writeFile } from "../support/command.js";
import { assertSameData, flagsOf, runOn, withTarget } from "../support/project.js";

const definitions = `
import {
  coordinator, database, dataset, DAY, equal, fs, HOUR, hours, job, kill, minutes, MONTH, move, parallel, parameters, parquet,
  partitionsOf, path, pathParameter, rawFiles, sequence, shell, spark, table, text, textParameter, timeParameter,
  workflow, YEAR,
} from "howdah";
export const p = parameters({
  landing: pathParameter(), data: pathParameter(), word: textParameter({ default: "hello" }), token: textParameter(),
  first_hour: timeParameter({ otherwise: "earliest-landed" }), end: timeParameter(),
});
const hourly = { every: hours(1), initial: p.first_hour };
const times = { every: hours(1), start: p.first_hour, end: p.end };
const lines = rawFiles("lines", {
  ...hourly, root: p.landing, folder: "lines",
  files: {
    layout: "csv", width: 3, header: ["sensor", "taken", "value"], columns: { sensor: 1, taken: 2, value: 3 },
    encoding: "utf-8",
  },
});
const database1 = database("made");
const of = (name, more = {}) => partitionsOf(table(database1, name, {
  columns: { sensor: "string", value: "decimal(9,2)" }, partitionedBy: { date_ts: "string" }, format: parquet,
  location: path\`\${p.data}/made/\${name}\`, ...more,
}), hourly);
const plain = of("plain");
const sums = of("sums");
const kept = of("kept", { keep: 1 });
export const plainJob = job("plain-job", {
  sql: "plain.sql", every: hours(1), reads: { lines: lines.current(0) }, writes: [plain],
});
export const sumJob = job("sum-job", {
  sql: "sums.sql", every: hours(1), reads: { lines: lines.current(0), before: sums.current(-1) }, writes: [sums],
});
const hourOf = ({ nominalTime, formatTime }) => ({ hour: formatTime(nominalTime, "yyyyMMdd_HH") });

export const keptJob = job("kept-job", {
  sql: "kept.sql", every: hours(1), reads: { lines: lines.current(0) }, writes: [kept],
});
const keptHour = workflow("kept-hour", { hour: "string" }, ({ hour }) => spark("kept", { job: keptJob, from: hour }));
export const keptHours = coordinator("kept-hours", {
  ...times, reads: { lines: lines.current(0) }, run: (c) => keptHour.with(hourOf(c)),
});

const plainHour = workflow("plain-hour", { hour: "string" }, ({ hour }) => spark("plain", { job: plainJob, from: hour }));
export const plainHours = coordinator("plain-hours", {
  ...times, reads: { lines: lines.current(0) }, run: (c) => plainHour.with(hourOf(c)),
});

const sumHour = workflow("sum-hour", { hour: "string" }, ({ hour }) => sequence(
  shell("look", { command: "sh", arguments: ["-c", text\`test ! -e \${p.data}/broken-\${hour}\`] }),
  spark("sum", { job: sumJob, from: hour }),
));
export const sumHours = coordinator("sum-hours", {
  ...times, reads: { lines: lines.current(0), before: sums.current(-1) }, run: (c) => sumHour.with(hourOf(c)),
});

const [doubles, fourfolds] = [of("doubles"), of("fourfolds")];
export const doublesJob = job("doubles-job", {
  sql: "doubles.sql", every: hours(1), reads: { lines: lines.current(0) }, writes: [doubles],
});
export const fourfoldsJob = job("fourfolds-job", {
  sql: "fourfolds.sql", every: hours(1), reads: { doubles: doubles.current(0) }, writes: [fourfolds],
});
const pairHour = workflow("pair-hour", { hour: "string" }, ({ hour }) => spark(
  "pair", { job: [doublesJob, fourfoldsJob], from: hour },
));
export const pairHours = coordinator("pair-hours", {
  ...times, reads: { lines: lines.current(0) }, run: (c) => pairHour.with(hourOf(c)),
});

const moveHour = workflow("move-hour", { hour: "string" }, ({ hour }) => fs(
  "move", [move(path\`\${p.data}/inbox/\${hour}\`, path\`\${p.data}/seen/\${hour}\`)], { retry: { max: 1, every: minutes(1) } },
));
export const moveHours = coordinator("move-hours", {
  ...times, reads: { lines: lines.current(0) }, run: (c) => moveHour.with(hourOf(c)),
});

const sayHour = workflow("say-hour", { hour: "string", files: "path" }, ({ files }) => shell(
  "say", { command: "true", arguments: [p.word, files], environment: { TOKEN: p.token } },
));
export const sayHours = coordinator("say-hours", {
  ...times, reads: { lines: lines.current(0) },
  run: (c) => sayHour.with({ ...hourOf(c), files: c.reads.lines }),
});

const retry = { max: 1, every: minutes(1) };
export const besides = workflow("besides", {}, () => parallel("both",
  shell("fails", { command: "false" }),
  shell("works", { command: "sleep", arguments: ["0.3"], retry }),
));
`;

const config = `
import { defineConfig, folder, fromEnvironment } from "howdah";
import * as d from "./definitions.ts";
export default defineConfig({
  name: "failures",
  definitions: [d.plainHours, d.keptHours, d.sumHours, d.pairHours, d.moveHours, d.sayHours, d.besides],
  targets: {
    here: folder("data", (root) => ({
      parameters: { landing: root + "/landing", data: root, token: fromEnvironment("HOWDAH_TEST_TOKEN") },
    })),
  },
});
`;

const hours = ["00", "01", "02", "03", "04"].map((hour) => `20200101_${hour}`);

describe("failures of a run", () => {
  let root: string;
  let project: Project;

  before(async () => {
    process.env["HOWDAH_TEST_TOKEN"] = "open sesame";
    root = madeProject({
      "howdah.config.ts": config,
      "definitions.ts": definitions,
      "plain.sql": "-- table: made.plain\nselect sensor, cast(value as decimal(9,2)) as value, date_ts from lines\n",
      "doubles.sql":
        "-- table: made.doubles\nselect sensor, cast(cast(value as decimal(9,2)) * 2 as decimal(9,2)) as value, date_ts from lines\n",
      "fourfolds.sql":
        "-- table: made.fourfolds\nselect sensor, cast(value * 2 as decimal(9,2)) as value, date_ts from doubles\n",
      "kept.sql": "-- table: made.kept\nselect sensor, cast(null as decimal(9,2)) as value, date_ts from lines\n",
      "sums.sql": `-- table: made.sums
with all_values as (
  select sensor, cast(value as decimal(9,2)) as value, date_ts from lines
  union all
  select sensor, value, '' as date_ts from before
)
select a.sensor, cast(sum(a.value) as decimal(9,2)) as value, u.date_ts
from units u
join all_values a on a.date_ts <= u.date_ts
group by a.sensor, u.date_ts
`,
    });
    project = await loadProject(root);
  });

  after(() => {
    delete process.env["HOWDAH_TEST_TOKEN"];
    removeFolder(root);
  });

  /** A fresh data folder of five hours; `values` gives an hour another value than 1. */
  function landed(name: string, values: Readonly<Record<string, string>> = {}): string {
    const folder = join(root, name, "data");
    landReadings(
      join(root, name),
      Object.fromEntries(hours.map((hour) => [hour, [`a,2020-01-01 00:10,${values[hour] ?? "1"}`]])),
    );
    return folder;
  }

  const runHere = (folder: string, request: RunRequest): Promise<RunReport> => runOn({ project, folder }, request);

  const statuses = ({ actions }: RunReport): Readonly<Record<string, string>> =>
    Object.fromEntries(actions.map(({ nominal, status }) => [nominal?.slice(11, 13) ?? "", status]));

  it("a value that fails one hour of a range fails that hour alone", async () => {
    const [single, range] = [landed("single", { "20200101_03": "oops" }), landed("range", { "20200101_03": "oops" })];
    const expected = { "00": "ran", "01": "ran", "02": "ran", "03": "failed", "04": "ran" };
    assert.deepEqual(statuses(await runHere(single, { name: "plain-hours" })), expected);
    assert.deepEqual(statuses(await runHere(range, { name: "plain-hours", asRange: true })), expected);
    const stateful = { ...expected, "04": "waiting" };
    assert.deepEqual(statuses(await runHere(single, { name: "sum-hours" })), stateful);
    assert.deepEqual(statuses(await runHere(range, { name: "sum-hours", asRange: true })), stateful);
    await assertSameData({ project, folder: single }, { project, folder: range });
  });

  it("jobs of one action run one after another, the next on the hours that the one before has made", async () => {
    const [single, range] = [landed("pair", { "20200101_03": "oops" }), landed("pairs", { "20200101_03": "oops" })];
    const made = hours.filter((hour) => hour !== "20200101_03");
    for (const [folder, asRange] of [
      [single, false],
      [range, true],
    ] as const) {
      const report = await runHere(folder, { name: "pair-hours", asRange });
      assert.deepEqual(statuses(report), { "00": "ran", "01": "ran", "02": "ran", "03": "failed", "04": "ran" });
      assert.match(String(report.actions[3]?.error?.["message"]), /^doubles-job: made\.doubles: /);
      const flags = ["doubles", "fourfolds"].flatMap((table) =>
        made.map((hour) => `made/${table}/date_ts=${hour}/_SUCCESS`),
      );
      assert.deepEqual(flagsOf(folder), flags);
    }
    await assertSameData({ project, folder: single }, { project, folder: range });
    // Mended, the hour is made of both jobs, the others of neither.
    landReadings(join(single, ".."), { "20200101_03": ["a,2020-01-01 03:10,4"] });
    const mended = await runHere(single, { name: "pair-hours" });
    assert.deepEqual(
      mended.actions.map(({ status }) => status),
      ["fresh", "fresh", "fresh", "ran", "fresh"],
    );
    assert.equal(flagsOf(single).length, 10);
  });

  it("a job sent by hand over hours that have not landed writes nothing", async () => {
    const folder = landed("by-hand");
    rmSync(join(folder, "landing/lines/date_ts=20200101_03/_SUCCESS"));
    const until = parseOozieTime("2020-01-01T05:00Z")!;
    for (const asRange of [false, true])
      await assert.rejects(runHere(folder, { name: "plain-job", until, asRange }), {
        code: "INPUT_MISSING",
        message: "plain-job 20200101_03 needs lines 20200101_03, which is not there",
      });
    assert.deepEqual(flagsOf(folder), []);
  });

  it("what comes in while a job reads makes the partition stale", async () => {
    const folder = landed("meanwhile");
    const only: RunRequest = { name: "plain-hours", until: parseOozieTime("2020-01-01T01:00Z")! };
    type Append = (this: Workspace, ...given: Parameters<Workspace["append"]>) => Promise<void>;
    const { append } = Workspace.prototype as { readonly append: Append };
    Workspace.prototype.append = async function (...given) {
      await append.apply(this, given);
      appendFileSync(join(folder, "landing/lines/date_ts=20200101_00/a.csv"), "b,2020-01-01 00:20,2\n");
    };
    try {
      await runHere(folder, only);
    } finally {
      Workspace.prototype.append = append;
    }
    const again = await runHere(folder, only);
    assert.deepEqual(again.actions[0]?.why, ["plain-job: lines 20200101_00 changed"]);
  });

  it("an hour whose other action fails keeps the hours that depend on it from going, in a range too", async () => {
    const [single, range] = [landed("stopped-single"), landed("stopped-range")];
    for (const [folder, asRange] of [
      [single, false],
      [range, true],
    ] as const) {
      await runHere(folder, { name: "sum-hours", asRange });
      writeFile(join(folder, "broken-20200101_01"), "");
      const report = await runHere(folder, { name: "sum-hours", asRange, rerun: true });
      assert.deepEqual(statuses(report), {
        "00": "ran",
        "01": "failed",
        "02": "waiting",
        "03": "waiting",
        "04": "waiting",
      });
    }
    await assertSameData({ project, folder: single }, { project, folder: range });
  });

  it("a retry in a range repeats what failed, not what succeeded", async () => {
    const folder = landed("retried");
    for (const hour of hours) if (hour !== "20200101_02") writeFile(join(folder, "inbox", hour), "");
    mkdirSync(join(folder, "seen"));
    const report = await runHere(folder, { name: "move-hours", asRange: true });
    assert.deepEqual(statuses(report), { "00": "ran", "01": "ran", "02": "failed", "03": "ran", "04": "ran" });
  });

  it("a branch's failure is not forgiven by a retry in the branch beside it", async () => {
    const report = await runHere(landed("besides"), { name: "besides" });
    assert.deepEqual(statuses(report), { "": "failed" });
    assert.match(String(report.actions[0]?.error?.["message"]), /^action fails: false ended with 1/);
  });

  it("what writes no table is stale when a parameter or an input changes, not when the folder was copied", async () => {
    const folder = landed("said");
    const only: RunRequest = { name: "say-hours", until: parseOozieTime("2020-01-01T02:00Z")! };
    await runHere(folder, only);
    const copy = join(root, "said-copy");
    cpSync(folder, copy, { recursive: true });
    assert.deepEqual(statuses(await runHere(copy, only)), { "00": "fresh", "01": "fresh" });
    appendFileSync(join(copy, "landing/lines/date_ts=20200101_01/a.csv"), "b,2020-01-01 01:20,2\n");
    assert.deepEqual(statuses(await runHere(copy, only)), { "00": "fresh", "01": "ran" });
    const changed = await runOn({ project, folder: copy, given: { word: "bye" } }, only);
    assert.deepEqual(
      changed.actions.map(({ status, why }) => [status, why]),
      [
        ["ran", ["parameter word was hello, is bye"]],
        ["ran", ["parameter word was hello, is bye"]],
      ],
    );
  });

  it("secrets stand in no record and no log", async () => {
    const folder = landed("secret");
    await runHere(folder, { name: "say-hours" });
    const own = join(folder, "_howdah");
    const files = readdirSync(own, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    assert.ok(texts.length > hours.length, "records and a log");
    assert.ok(texts.every((text) => !text.includes("open sesame")));
  });

  it("a folder of a day that its month does not have is no instance", async () => {
    const folder = landed("no-day");
    writeFile(join(folder, "landing/lines/date_ts=20191131_00/_SUCCESS"), "");
    const { from } = await runHere(folder, { name: "plain-hours", dryRun: true });
    assert.equal(from, "2020-01-01T00:00Z");
  });

  it("a clean that is refused holds no lock", async () => {
    const folder = landed("clean");
    await runHere(folder, { name: "kept-hours" });
    const locks = join(folder, "_howdah/locks");
    const held = lockJob(locks, "kept-job");
    await withTarget({ project, folder }, (target) => {
      const found = prunable(target, undefined);
      assert.equal(found.length, 4);
      assert.throws(() => prune(target, found), { code: "LOCKED" });
      held.release();
      assert.deepEqual(readdirSync(locks), []);
      prune(target, found);
      assert.deepEqual(readdirSync(locks), []);
      return Promise.resolve();
    });
  });
});
