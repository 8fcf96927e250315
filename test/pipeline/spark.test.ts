import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "#src/core/time.js";
import { formatTimeBy, parseOozieTime } from "#src/core/time.js";
import { jobSpec } from "#src/jobs/compile.js";
import type { PartitionRecord } from "#src/jobs/record.js";
import { run } from "#src/local/run.js";
import { openTarget } from "#src/local/target.js";
import { loadProject, targetOf } from "#src/project/load.js";
import { needSpark, runSparkEach, temporaryFolder } from "../support/spark.js";
import { skip } from "../support/skip.js";

const root = join(import.meta.dirname, "..", "..", "..");

/** Runs one of the pipeline's scripts. */
function script(name: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(
    join(root, "node_modules", ".bin", "jiti"),
    [join(root, "scripts", name), ...args],
    {
      encoding: "utf8",
      cwd: root,
    },
  );
  assert.equal(status, 0, stderr);
}

/** The identity of every partition below a data folder, by its path; and nothing that has no flag. */
function identities(folder: string): Readonly<Record<string, PartitionRecord["identity"]>> {
  return Object.fromEntries(
    ["processed", "warehouse"].flatMap((database) =>
      readdirSync(join(folder, database), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith("_howdah.json"))
        .sort()
        .map((name) => {
          const file = join(folder, database, name);
          assert.ok(existsSync(file.replace("_howdah.json", "_SUCCESS")), `${file} has no flag`);
          return [join(database, name), (JSON.parse(readFileSync(file, "utf8")) as PartitionRecord).identity];
        }),
    ),
  );
}

/** Runs the pipeline's three jobs over landed data with DuckDB and with Spark, and compares every partition. */
async function compare(folder: string, landing: string, from: Instant, until: Instant, days: number): Promise<number> {
  const project = await loadProject(root);
  const [here, there] = ["duckdb", "spark"].map((engine) => join(folder, engine));
  for (const place of [here!, there!]) cpSync(landing, join(place, "landing"), { recursive: true });
  const target = openTarget(project, targetOf(project, "folder").target, { folder: here! });
  const report = await run(target, { from, until, asRange: true });
  const values = Object.fromEntries(
    target.values.names.flatMap((name) => {
      const value = target.values.get(name);
      return value === undefined ? [] : [[name, value.replace(here!, there!)]];
    }),
  );
  await target.close();
  assert.deepEqual(
    report.actions.filter(({ status }) => status === "failed"),
    [],
  );
  writeFileSync(join(folder, "values.json"), JSON.stringify(values));
  const hour = (time: number): string => formatTimeBy("yyyyMMdd_HH", time as Instant);
  const day = (time: number): string => formatTimeBy("yyyyMMdd", time as Instant);
  const spec = (name: string): string => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(jobSpec(project.jobs.get(name)!, project.definitions.parameters.get("data")!)));
    return file;
  };
  const ranges: readonly (readonly [readonly string[], string, string])[] = [
    [["prepare", "map-session-sales"], hour(from), hour(until - 3_600_000)],
    [["daily-top-spenders"], day(from), day(from + (days - 1) * 86_400_000)],
  ];
  const runs = ranges.map(([jobs, first, last]) => {
    const units = ["--from", first, "--to", last];
    return [...jobs.map(spec), ...units, "--parameters", join(folder, "values.json")];
  });
  for (const { exitCode, stderr, stdout } of await runSparkEach(runs)) assert.equal(exitCode, 0, stderr + stdout);
  const [ours, theirs] = [identities(here!), identities(there!)];
  // Contents are sums of hashes over the rows' values, so equal identities are equal rows.
  assert.deepEqual(theirs, ours);
  return Object.values(ours).reduce((sum, { rows }) => sum + rows, 0);
}

describe("the pipeline on both engines", function () {
  this.timeout(600_000);
  let folder = "";

  before(async function () {
    await needSpark(this);
    folder = temporaryFolder();
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("makes the same partitions of generated data", async () => {
    const raw = join(folder, "raw");
    script("generate.ts", "--out", raw, "--days", "2", "--scale", "0.3", "--seed", "11");
    const times = ["--from", "2012-03-01T00:00Z", "--until", "2012-03-03T02:00Z", "--data", join(folder, "generated")];
    const files = ["--web-logs", join(raw, "web-logs.tsv.gz"), "--sales", join(raw, "online-retail.csv.gz")];
    script("land.ts", ...files, "--sales-shift-days", "0", "--link", "demo", ...times);
    const [from, until] = ["2012-03-01T00:00Z", "2012-03-03T02:00Z"].map((text) => parseOozieTime(text)!);
    const rows = await compare(join(folder, "g"), join(folder, "generated", "landing"), from!, until!, 2);
    assert.ok(rows > 5000, `only ${rows} rows were compared`);
  });

  it("makes the same partitions of three days of the public samples", async function () {
    const samples = process.env["HOWDAH_SAMPLES"];
    if (samples === undefined) return skip(this, "HOWDAH_SAMPLES names no folder with the public samples");
    const times = ["--from", "2012-03-08T00:00Z", "--until", "2012-03-11T01:00Z", "--data", join(folder, "samples")];
    const files = ["--web-logs", join(samples, "Omniture.1.tsv.gz"), "--sales", join(samples, "online-retail.csv.gz")];
    script("land.ts", ...files, "--sales-shift-days", "455", ...times);
    const [from, until] = ["2012-03-08T00:00Z", "2012-03-11T01:00Z"].map((text) => parseOozieTime(text)!);
    const rows = await compare(join(folder, "s"), join(folder, "samples", "landing"), from!, until!, 3);
    assert.ok(rows > 10_000, `only ${rows} rows were compared`);
  });
});
