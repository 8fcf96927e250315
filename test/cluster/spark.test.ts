import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { PartitionRecord } from "#src/jobs/record.js";
import { dispatch } from "#src/operate/spark/dispatch.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import { cluster } from "#src/index.js";
import type { Instant } from "#src/core/time.js";
import type { Project } from "#src/project/load.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { addHeat, howdah, startCommand } from "../support/command.js";
import { faultProxy } from "../support/faults.js";
import { identitiesOf } from "../support/project.js";
import type { TestHdfs } from "./hdfs.js";
import { sensorsOn, type SensorsOn } from "./sensors.js";
import { until } from "./waiting.js";

describe("cluster: jobs by Livy", function () {
  this.timeout(600_000);
  const run = randomBytes(3).toString("hex");
  const name = `spark-${run}`;
  const first = "2021-05-01T00:00Z";
  let at: ClusterAddresses;
  let sensors: SensorsOn | undefined;
  let folder: string;
  let root: string;
  let hdfs: TestHdfs;
  let project: Project;
  let on: Cluster;

  before(async function () {
    at = needCluster(this);
    const readings = {
      "20210501_00": ["a,2021-05-01 00:10,51.5", "b,2021-05-01 00:20,3"],
      "20210501_01": [],
      "20210501_02": ["a,2021-05-01 02:10,1"],
    };
    sensors = await sensorsOn(at, name, readings, addHeat);
    ({ folder, root, hdfs, project, on } = sensors);
  });

  after(async function () {
    const tests = this.test?.parent?.tests ?? [];
    await sensors?.end(tests.every(({ state }) => state === "passed"));
  });

  const submit = (jobs: readonly string[], end: string, ...more: string[]): string[] => [
    ...["spark", "submit", ...jobs, "--target", "there", "--from", first, "--until", end, "--json"],
    ...more,
  ];

  /** The command's events. */
  async function command(
    ...args: string[]
  ): Promise<{ code: number | null; events: Record<string, unknown>[]; err: string }> {
    const { code, out, err } = await howdah(args, folder);
    const events = out
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
    return { code, events, err };
  }
  const endIn = (events: readonly Record<string, unknown>[]): Record<string, unknown> =>
    events.find(({ event }) => event === "batch.over") ?? {};

  it("makes what a laptop makes, in one batch, although Livy's answer is lost", async () => {
    const proxy = await faultProxy(at.livy);
    const through = openCluster(
      { name: on.name, target: cluster({ ...on.target, livy: proxy.url }) },
      { root: folder },
    );
    try {
      proxy.decide = ({ method }) => (method === "POST" ? { dropResponse: true } : undefined);
      const [from, end] = [first, "2021-05-01T02:00Z"].map((text) => Date.parse(text) as Instant) as [Instant, Instant];
      const [sent] = await dispatch(project, through, { jobs: ["heat", "collect"], from, until: end });
      assert.deepEqual(
        [sent!.outcome, sent!.end?.finalStatus, sent!.end?.progress],
        ["posted", "SUCCEEDED", { job: "heat", units: 4, done: 0, made: 4, last: "20210501_01" }],
      );
      const own = (await on.livy.list()).filter((one) => one.name?.startsWith(`${name}~`));
      assert.deepEqual(
        own.map((one) => one.name),
        [sent!.name],
      );
    } finally {
      through.close();
      await proxy.close();
    }
    for (const job of ["collect", "heat"]) {
      const range = ["--as-range", "--from", first, "--until", "2021-05-01T02:00Z"];
      const here = await howdah(["run", job, "--target", "here", ...range], folder);
      assert.equal(here.code, 0, here.err);
    }
    const records = await hdfs.find(`${root}/data`, /^house\/.*\/_howdah\.json$/);
    const there = Object.fromEntries(
      [...records].map(([path, text]) => [
        path.replace("/_howdah.json", ""),
        (JSON.parse(text) as PartitionRecord).identity,
      ]),
    );
    assert.deepEqual(there, identitiesOf(join(folder, "data")));
  });

  it("makes of a longer range what is missing alone", async () => {
    const { code, events, err } = await command(...submit(["collect"], "2021-05-01T03:00Z"));
    assert.equal(code, 0, JSON.stringify(events) + err);
    assert.deepEqual(endIn(events)["progress"], { job: "collect", units: 3, done: 2, made: 1, last: "20210501_02" });
    const dry = await command(...submit(["collect"], "2021-05-01T03:00Z", "--dry-run"));
    assert.equal(dry.code, 0, dry.err);
  });

  it("sends nothing while hours are missing, or a coordinator is going to make them", async () => {
    const missing = await howdah(submit(["collect"], "2021-05-01T06:00Z"), folder);
    assert.equal(missing.code, 3, missing.err);
    assert.match(missing.err, /missing: lines 20210501_03 … 20210501_05 \(3\)/);
    const times = ["-D", "end=2021-05-01T06:00Z"];
    const coordinator = await command("submit", "every-hour", "--target", "there", "--json", ...times);
    assert.equal(coordinator.code, 0, coordinator.err);
    const id = String(coordinator.events[0]!["id"]);
    try {
      // Hours of which it has not made an action yet count as well.
      const taken = await howdah(submit(["collect"], "2021-05-01T03:00Z"), folder);
      assert.equal(taken.code, 1, taken.err);
      assert.match(taken.err, new RegExp(`coordinator every-hour ${id} .* makes 2021`));
    } finally {
      await on.oozie.kill(id);
    }
  });

  it("ends batch and application with Ctrl-C", async () => {
    const { child, ended } = startCommand(submit(["collect"], "2021-05-01T03:00Z", "--rerun", "--beside"), folder);
    let out = "";
    child.stdout!.on("data", (text: string) => (out += text));
    const [application] = await until(
      "an application",
      () => Promise.resolve(/application_\d+_\d+/.exec(out) ?? []),
      (found) => found.length > 0,
    );
    child.kill("SIGINT");
    const { code, err } = await ended;
    assert.equal(code, 130, out + err);
    assert.match(out, /"event":"batch.cancelled".*"known":true.*"over":true/);
    assert.equal((await on.yarn.application(application!)).state, "KILLED");
    assert.ok(!(await on.livy.list()).some(({ appId }) => appId === application));
  });

  it("says of a batch that failed what its driver said, and shows it in status", async () => {
    await hdfs.put(`${root}/landing/lines/date_ts=20210501_03/a.csv`, "sensor,value\na,1\n");
    await hdfs.put(`${root}/landing/lines/date_ts=20210501_03/_SUCCESS`, "");
    const both = submit(["collect", "heat"], "2021-05-01T04:00Z", "--beside");
    const { code, events, err } = await command(...both);
    assert.equal(code, 1, JSON.stringify(events) + err);
    const end = endIn(events);
    assert.deepEqual([end["finalStatus"], end["why"]], ["FAILED", "a unit failed, or Spark did (exit code 1)"]);
    const { decisive } = events.find(({ event }) => event === "batch.decisive") as { decisive: { line: string }[] };
    assert.deepEqual(events.find(({ event }) => event === "batches.left")?.["jobs"], ["heat"]);
    assert.match(decisive[0]!.line, /^error: collect: .*a\.csv does not begin with the declared header/);
    const status = await howdah(["status", "--target", "there"], folder);
    assert.match(
      status.out,
      new RegExp(`batch collect\\+heat 20210501_00 to 20210501_03 {2}dead {2}livy:${String(end["id"])}`),
    );
  });
});
