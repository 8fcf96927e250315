import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { openHive, parseJdbcUrl } from "#src/connect/hiveserver2/index.js";
import { oozieClient, type Oozie } from "#src/connect/oozie/index.js";
import type { Project } from "#src/project/load.js";
import { runScript } from "../pipeline/scripts.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, removeFolder, type Ended } from "../support/command.js";
import { identitiesOf, loadChangedProject, rowsOf } from "../support/project.js";
import { skip } from "../support/skip.js";
import { TestHdfs } from "./hdfs.js";
import { until } from "./waiting.js";

/** Times of the day in question. */
const at = (hour: number): string => new Date(Date.UTC(2012, 2, 1, hour)).toISOString().replace(":00.000Z", "Z");

/**
 * The original deployment's story by commands: a day of the reference pipeline, two hours of it by Oozie one after the
 * other, the rest as one range through Livy, then the day's own job, which has waited since midnight.
 */
describe("cluster: a day of the pipeline", function () {
  this.timeout(1_800_000);
  const run = randomBytes(3).toString("hex");
  const [bundle, hourly, daily] = ["marketing", "hourly", "daily"].map((name) => `${name}-${run}`) as [
    string,
    string,
    string,
  ];
  let addresses: ClusterAddresses;
  let folder = "";
  let root: string;
  let project: Project;
  let hdfs: TestHdfs | undefined;
  let oozie: Oozie | undefined;
  let firstRelease: string;
  let well = true;

  /** A copy of the project with names of its own, so that others' jobs and databases stay as they are. */
  function rename(copy: string): void {
    const own = (text: string): string => text.replaceAll(/\b(raw|processed|warehouse)\.(?=[a-z])/g, `$1_${run}.`);

    const rewrite = (path: string, change: (text: string) => string): void =>
      writeFileSync(join(copy, path), change(readFileSync(join(copy, path), "utf8")));
    rewrite("howdah.config.ts", (text) =>
      text
        .replace('name: "marketing"', `name: "${bundle}"`)
        .replace('"/user/howdah/marketing"', `"${root}/release"`)
        .replaceAll("/data/landing", `${root}/landing`)
        .replace('data: "/data"', `data: "${root}"`),
    );
    rewrite("oozie/coordinators.ts", (text) =>
      text.replaceAll(/(coordinator|bundle)\("(\w+)"/g, (_, kind, name) => `${kind}("${name}-${run}"`),
    );
    rewrite("hive/tables.ts", (text) => own(text.replaceAll(/database\("(\w+)"/g, `database("$1_${run}"`)));
    for (const texts of ["hive/queries", "spark-jobs"])
      for (const name of readdirSync(join(copy, texts))) rewrite(`${texts}/${name}`, own);
  }

  before(async function () {
    addresses = needCluster(this);
    root = `/user/${addresses.user}/howdah-test/day-${run}`;
    folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    hdfs = new TestHdfs(addresses);
    oozie = oozieClient({ url: addresses.oozie, auth: simpleAuth(addresses.user) });
    project = await loadChangedProject(folder, rename);
    const [raw, data] = [join(folder, "raw"), join(folder, "data")];
    for (const [script, ...args] of [
      ["generate", "--out", raw, "--days", "1", "--scale", "1", "--seed", "7", "--customers", "linked"],
      [
        ...["land", "--web-logs", `${raw}/web-logs.tsv.gz`, "--sales", `${raw}/online-retail.csv.gz`],
        ...["--products", `${raw}/products.tsv.gz`, "--link", "column", "--data", data],
      ],
    ] as const) {
      const { code, stderr } = runScript(script, ...args);
      assert.equal(code, 0, stderr);
    }
    await good("run", bundle, "--as-range", "--until", at(24));
  });

  // Each goes on from the one before.
  beforeEach(function () {
    if (!well) skip(this, "what it goes on from failed");
  });
  afterEach(function () {
    well &&= this.currentTest?.state === "passed";
  });

  after(async () => {
    for (const name of folder === "" ? [] : [bundle, hourly, daily])
      await howdah(["kill", name, "--target", "sandbox", "--yes"], folder);
    oozie?.close();
    if (well && hdfs !== undefined) {
      const session = await openHive(parseJdbcUrl(`${addresses.hiveServer2};user=${addresses.user}`));
      for (const name of ["raw", "processed", "warehouse"])
        await session.execute(`drop database if exists ${name}_${run} cascade`);
      await session.close();
      await hdfs.remove(root);
    }
    hdfs?.close();
    if (folder !== "") removeFolder(folder);
  });

  /** Runs a command in the copy, which must end well. */
  async function good(...args: readonly string[]): Promise<Ended> {
    const ended = await howdah(args, folder);
    assert.equal(ended.code, 0, `howdah ${args.join(" ")}: ${ended.code}\n${ended.out}${ended.err}`);
    return ended;
  }
  const on = ["--target", "sandbox"] as const;

  async function statuses(coordinator: string): Promise<readonly string[]> {
    const { out } = await howdah(["status", coordinator, ...on, "--all", "--json"], folder);
    const { job } = JSON.parse(out) as { job: { actions: { nominal: string; status: string }[] } };
    return job.actions.map(({ nominal, status }) => `${nominal} ${status}`).sort();
  }

  /** Rows and records on HDFS are those of the laptop, of the hours that are there. */
  async function assertSame(hours: number): Promise<void> {
    const copy = mkdtempSync(join(tmpdir(), "howdah-test-"));
    try {
      for (const name of ["processed", "warehouse"]) await hdfs!.getFolder(`${root}/${name}`, join(copy, name));
      const last = hours - 1;
      const isThere = (text: string): boolean => {
        const hour = /20120301_(\d\d)/.exec(text)?.[1];
        return hour === undefined ? hours === 24 : Number(hour) <= last;
      };
      const here = Object.entries(identitiesOf(join(folder, "data"))).filter(([path]) => isThere(path));
      assert.deepEqual(identitiesOf(copy), Object.fromEntries(here));
      const given = { first_hour: at(0) };
      const rows = await rowsOf({ project, folder: join(folder, "data"), given });
      const there = await rowsOf({ project, folder: copy, given });
      for (const [table, expected] of rows) assert.deepEqual(there.get(table), expected.filter(isThere), table);
    } finally {
      removeFolder(copy);
    }
  }

  it("makes the cluster ready, once", async () => {
    await good("setup", ...on);
    firstRelease = (await hdfs!.list(`${root}/release/releases`))![0]!;
    const { out } = await good("setup", ...on);
    assert.doesNotMatch(out, /\b(?:made|created|deployed|placed)\b/);
  });

  it("has the coordinators wait for what has not arrived", async () => {
    await good("submit", bundle, ...on, "--start", at(0), "--end", at(2));
    await until(
      "actions",
      () => statuses(hourly),
      (all) => all.length === 2,
    );
    assert.deepEqual(await statuses(hourly), [`${at(0)} WAITING`, `${at(1)} WAITING`]);
    const { code, out } = await howdah(["why", hourly, ...on], folder);
    assert.equal(code, 3, out);
    assert.match(out, /web-logs 2012-03-01T00:00Z: the folder is missing/);
    const again = await good("submit", bundle, ...on, "--start", at(0), "--end", at(2));
    assert.match(again.out, /was submitted already/);
  });

  it("runs the hours that arrive, one by one, as a laptop does", async () => {
    await good("ingest", ...on, "--from-folder", "data/landing", "--until", at(2));
    await good("watch", hourly, ...on, "--timeout", "20m");
    assert.deepEqual(await statuses(hourly), [`${at(0)} SUCCEEDED`, `${at(1)} SUCCEEDED`]);
    await assertSame(2);
  });

  it("runs the other hours as one range through Livy, and then the day, which has waited since midnight", async () => {
    assert.deepEqual(await statuses(daily), [`${at(0)} WAITING`]);
    await good("ingest", ...on, "--from-folder", "data/landing", "--from", at(2));
    const first = `first_hour=${at(0)}`;
    await good(
      "spark",
      "submit",
      "prepare",
      "map-session-sales",
      ...on,
      "--from",
      at(2),
      "--until",
      at(24),
      "-D",
      first,
    );
    await good("watch", daily, ...on, "--timeout", "15m");
    assert.deepEqual(await statuses(daily), [`${at(0)} SUCCEEDED`]);
    await assertSame(24);
  });

  it("answers through HiveServer2 what it answers on a laptop", async () => {
    const sql = `select kind, count(*) n, cast(min(sale_ts) as string) a, cast(max(sale_ts) as string) b
      from processed_${run}.sales group by kind order by kind`;
    const here = await good("query", sql, "--json");
    const there = await good("query", sql, ...on, "--json");
    assert.ok(here.out.length > 20);
    assert.equal(there.out, here.out);
  });

  it("finishes with its release what runs while another is deployed; rolls back", async () => {
    const sql = join(folder, "spark-jobs/map_session_sales.sql");
    const { out } = await good("rerun", hourly, ...on, "--at", at(1), "--dry-run");
    assert.match(out, /2012-03-01T01:00Z/);
    await good("rerun", hourly, ...on, "--at", at(1));
    await until(
      "the rerun",
      () => statuses(hourly),
      (all) => all[1] === `${at(1)} RUNNING`,
    );
    cpSync(sql, `${sql}.before`);
    writeFileSync(sql, `${readFileSync(sql, "utf8")}\n-- Nothing else.\n`);
    await good("deploy", ...on);
    const releases = (await hdfs!.list(`${root}/release/releases`))!;
    assert.equal(releases.length, 2);
    await until(
      "the rerun's end",
      () => statuses(hourly),
      (all) => !/RUNNING|WAITING|READY/.test(all[1]!),
      {
        seconds: 900,
      },
    );
    assert.deepEqual(await statuses(hourly), [`${at(0)} SUCCEEDED`, `${at(1)} SUCCEEDED`]);
    await assertSame(24);
    const rolled = await good("rollback", ...on);
    assert.match(rolled.out, new RegExp(firstRelease.slice(0, 8)));
  });
});
