import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHive, parseJdbcUrl } from "#src/connect/hiveserver2/index.js";
import type { CheckRecord, PartitionRecord } from "#src/jobs/record.js";
import type { LogPart } from "#src/operate/logs/logs.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, landReadings, removeFolder, sensorsProject, writeFile, type Ended } from "../support/command.js";
import { identitiesOf } from "../support/project.js";
import { skip } from "../support/skip.js";
import { TestHdfs } from "./hdfs.js";
import { until } from "./waiting.js";

const earlier = ["a,2021-05-01 00:10,10", "b,2021-05-01 00:20,3"];
/** A value that no sensor gives, and a sensor that nobody knows. */
const bad = ["a,2021-05-01 01:10,20", "b,2021-05-01 01:20,999.5", "x,2021-05-01 01:30,1"];
const mended = ["a,2021-05-01 01:10,20", "b,2021-05-01 01:20,9.5"];
const next = ["a,2021-05-01 02:10,5", "x,2021-05-01 02:20,1"];
const at = (hour: number): string => `2021-05-01T0${hour}:00Z`;

const config = (name: string, root: string): string => `
import { defineConfig, folder, sandbox } from "howdah";
import { lines, readingsTable, sensors, totalsTable } from "./definitions.ts";
export default defineConfig({ name: "${name}", definitions: [sensors], tables: [readingsTable, totalsTable], defaultTarget: "there", targets: {
  here: folder("data", (root) => ({ parameters: { landing: root + "/landing", data: root } })),
  there: sandbox({ root: "${root}/release", hiveSite: true, sparkOptions: "--conf spark.sql.shuffle.partitions=2",
    parameters: { landing: "${root}/landing", data: "${root}/data", first_hour: "${at(0)}" } }) } });
`;

/** An hour breaks its checks under Oozie, is mended and run again. The hour before it was made on the laptop. */
describe("cluster: checks on rows under Oozie", function () {
  this.timeout(900_000);
  const run = randomBytes(3).toString("hex");
  const [base, hourly] = [`house_${run}`, `every-hour-${run}`];
  let addresses: ClusterAddresses;
  let folder = "";
  let root: string;
  let hdfs: TestHdfs | undefined;
  let old: readonly string[];
  let well = true;

  before(async function () {
    addresses = needCluster(this);
    root = `/user/${addresses.user}/howdah-test/rowchecks-${run}`;
    hdfs = new TestHdfs(addresses);
    folder = sensorsProject();
    writeFile(join(folder, "howdah.config.ts"), config(`rowchecks-${run}`, root));
    rewrite("definitions.ts", (text) =>
      text
        .replace("bundle,", "bundle, inRange, oneOf,")
        .replace('"house"', `"${base}"`)
        .replaceAll(/"(every-hour|every-day)"/g, `"$1-${run}"`)
        // Later than the data's first hour, so that there is a state before it.
        .replace("start: p.first_hour", `start: "${at(1)}"`)
        .replace(
          "keep: 2,",
          'checks: [inRange("value", { min: "-50", max: "60" }), oneOf("sensor", ["a", "b"], { severity: "warn" })],',
        ),
    );
    for (const name of ["collect.sql", "count_alarms.sql"])
      rewrite(name, (text) => text.replaceAll(/\bhouse\./g, `${base}.`));
    land({ "00": earlier });
    await good("run", "collect", "--target", "here", "--until", at(1));
    await good("setup");
    await hdfs.putFolder(join(folder, "data/house"), `${root}/data/house`);
    await good("ingest", "--from-folder", "data/landing");
    old = await state();
  });

  // Each goes on from the one before.
  beforeEach(function () {
    if (!well) skip(this, "what it goes on from failed");
  });
  afterEach(function () {
    well &&= this.currentTest?.state === "passed";
  });

  after(async () => {
    if (folder !== "") await howdah(["kill", hourly, "--yes"], folder);
    if (well && hdfs !== undefined) {
      const session = await openHive(parseJdbcUrl(`${addresses.hiveServer2};user=${addresses.user}`));
      await session.execute(`drop database if exists ${base} cascade`);
      await session.close();
      await hdfs.remove(root);
    }
    hdfs?.close();
    if (folder !== "") removeFolder(folder);
  });

  function rewrite(name: string, change: (text: string) => string): void {
    writeFile(join(folder, name), change(readFileSync(join(folder, name), "utf8")));
  }

  function land(hours: Readonly<Record<string, readonly string[]>>): void {
    landReadings(folder, Object.fromEntries(Object.entries(hours).map(([hour, rows]) => [`20210501_${hour}`, rows])));
  }

  /** Runs a command in the project, which must end well. */
  async function good(...args: readonly string[]): Promise<Ended> {
    const ended = await howdah(args, folder);
    assert.equal(ended.code, 0, `howdah ${args.join(" ")}: ${ended.code}\n${ended.out}${ended.err}`);
    return ended;
  }

  async function statuses(): Promise<readonly string[]> {
    const { out } = await howdah(["status", hourly, "--all", "--json"], folder);
    const { job } = JSON.parse(out) as { job: { actions: { nominal: string; status: string }[] } };
    return job.actions.map(({ nominal, status }) => `${nominal} ${status}`).sort();
  }

  /** Every file of the tables, with its length. */
  async function state(): Promise<readonly string[]> {
    const files = await hdfs!.walk(`${root}/data/house`);
    return files.map(({ path, length }) => `${path} ${length}`).sort();
  }

  async function checksOf(partition: string): Promise<readonly CheckRecord[]> {
    const text = await hdfs!.read(`${root}/${partition}/_howdah.json`);
    return (JSON.parse(text.toString()) as PartitionRecord).identity.checks;
  }
  const held = (hour: string): string => `release/_howdah/held/collect/20210501_${hour}`;
  const readings = (hour: string): string => `data/house/readings/date_ts=20210501_${hour}`;
  const outcomes = (checks: readonly CheckRecord[]): readonly string[] =>
    checks.map(({ name, outcome }) => `${name}: ${outcome}`);
  const range = "value is in its range";
  const known = "sensor is a known value";

  it("stop a bad hour, which leaves no flag, and the old state as it was", async () => {
    await good("submit", hourly, "--end", at(3));
    land({ "01": bad, "02": next });
    await good("ingest", "--from-folder", "data/landing");
    const found = await until(
      "the bad hour's end",
      statuses,
      ([first]) => first !== undefined && !/WAITING|READY|SUBMITTED|RUNNING/.test(first),
      { seconds: 600 },
    );
    assert.deepEqual(found, [`${at(1)} KILLED`, `${at(2)} WAITING`]);
    assert.deepEqual(await state(), old);
    const aside = await hdfs!.list(`${root}/${held("01")}`);
    assert.deepEqual([...aside!].sort(), [`${base}.readings`, `${base}.totals`]);
    assert.deepEqual(outcomes(await checksOf(`${held("01")}/${base}.readings`)), [
      `${range}: failed`,
      `${known}: warned`,
    ]);
  });

  it("keep the next hour waiting, for the flag that the bad one did not set", async () => {
    const { code, out } = await howdah(["why", hourly, "--at", at(2)], folder);
    assert.equal(code, 3, out);
    assert.match(out, /totals 2021-05-01T01:00Z: the folder is missing/);
    assert.match(
      out,
      new RegExp(
        `${hourly} 2021-05-01T01:00Z makes it, and is KILLED: howdah logs ${hourly} --at ${at(1)} shows why; then howdah rerun`,
      ),
    );
    assert.match(out, new RegExp(`2021-05-01T01:00Z {2}\\S+${root}/data/house/totals/date_ts=20210501_01/_SUCCESS\n`));
  });

  it("tell in the logs which check it was, with the rows and a query that shows them", async () => {
    const lines = await until(
      "the logs",
      async () => {
        const { out } = await good("logs", hourly, "--json");
        const parts = out
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as LogPart);
        return parts.flatMap((part) => (part.is === "action" ? part.decisive.map(({ line }) => line) : []));
      },
      (found) => found.some((line) => line.startsWith("error: ")),
      { seconds: 60 },
    );
    const kept = `hdfs://\\S+${root}/${held("01")}`;
    const said = [
      `^error: collect 20210501_01: check failed: ${range}$`,
      `^  ${range} of ${base}.readings: 1 of 3 rows$`,
      "^  sensor  taken                value$",
      "^  b       2021-05-01 01:20:00  999.50$",
      `^  select sensor, taken, value from parquet.\`${kept}/${base}.readings\` where `,
      `^next: the partitions were kept aside in ${kept}: mend what is wrong, and run again$`,
    ];
    for (const [i, pattern] of said.entries()) assert.match(lines[i]!, new RegExp(pattern), lines.join("\n"));
  });

  it("let everything go on once the landing is mended and the hour run again", async () => {
    land({ "01": mended });
    const file = join(folder, "data/landing/lines/date_ts=20210501_01/a.csv");
    await good("ingest", "lines", "--instance", at(1), "--replace", file);
    await good("rerun", hourly, "--at", at(1), "--wait");
    await good("watch", hourly, "--timeout", "10m");
    assert.deepEqual(await statuses(), [`${at(1)} SUCCEEDED`, `${at(2)} SUCCEEDED`]);
    assert.deepEqual(await hdfs!.list(`${root}/release/_howdah/held/collect`), []);
    assert.deepEqual(outcomes(await checksOf(readings("01"))), [`${range}: passed`, `${known}: passed`]);
    // It warns, and the hour is published all the same.
    assert.deepEqual(outcomes(await checksOf(readings("02"))), [`${range}: passed`, `${known}: warned`]);
  });

  it("leave what a laptop makes of the mended landing, and what HiveServer2 shows", async () => {
    await good("run", "collect", "--target", "here", "--as-range", "--until", at(3));
    const copy = mkdtempSync(join(tmpdir(), "howdah-test-"));
    try {
      await hdfs!.getFolder(`${root}/data/house`, join(copy, "house"));
      assert.deepEqual(identitiesOf(copy), identitiesOf(join(folder, "data")));
    } finally {
      removeFolder(copy);
    }
    const sql = `select date_ts, sensor, value from ${base}.readings where date_ts > '20210501_00' order by date_ts, sensor`;
    const { out } = await good("query", sql, "--format", "csv");
    assert.deepEqual(out.trimEnd().split("\n").slice(1), [
      ...["20210501_01,a,20.00", "20210501_01,b,9.50"],
      ...["20210501_02,a,5.00", "20210501_02,x,1.00"],
    ]);
  });
});
