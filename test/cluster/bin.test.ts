import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { oozieClient } from "#src/connect/oozie/index.js";
import { loadProject } from "#src/project/load.js";
import { openCluster } from "#src/project/cluster.js";
import { build, type Build } from "#src/release/build.js";
import { readCurrent } from "#src/release/current.js";
import { writeBuild } from "#src/release/write.js";
import { openSandbox, usualName } from "#src/sandbox/folder.js";
import { sandbox } from "#src/sandbox/target.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import {
  howdah,
  landReadings,
  removeFolder,
  sensorsProject,
  startProgram,
  writeFile,
  type Ended,
} from "../support/command.js";
import { closedPort } from "../support/faults.js";
import { TestHdfs } from "./hdfs.js";

/** The scripts that a build brings for hosts without Node, with the real clients; each test goes on from the one before. */
describe("cluster: bin/ of a build", function () {
  this.timeout(300_000);
  const run = randomBytes(4).toString("hex");
  let at: ClusterAddresses;
  let hdfs: TestHdfs;
  let project: string;
  let built: Build;
  const ending: (() => unknown)[] = [];
  let root: string;

  /** Runs a script of the build where the sandbox's clients are on the path. */
  const step = (name: string, ...words: readonly string[]): Promise<Ended> =>
    howdah(["sandbox", "sh", join(project, "build-files/bin", `${name}.sh`), ...words], project, {
      HIVE_CONF_DIR: join(project, "hive-conf"),
    });
  const ended = (what: Ended, code: number, ...texts: readonly RegExp[]): void => {
    assert.equal(what.code, code, `${what.out}\n${what.err}`);
    for (const text of texts) assert.match(what.out + what.err, text);
  };

  before(async function () {
    at = needCluster(this);
    hdfs = new TestHdfs(at);
    ending.push(() => hdfs.close());
    project = sensorsProject();
    ending.push(() => removeFolder(project));
    root = `/user/${at.user}/howdah-test/bin-${run}`;
    ending.push(() => hdfs.remove(root));
    const target = sandbox({
      root,
      hiveSite: true,
      parameters: { landing: `${root}/landing`, data: `${root}/more data` },
    });
    built = build(await loadProject(project), { name: "cluster", target });
    writeBuild(built, join(project, "build-files"));
    writeFile(join(project, "hive-conf/hive-site.xml"), readFileSync(hiveSiteOf(), "utf8"));
    // One that an earlier run left lies elsewhere.
    ending.push(() => step("30_query", "drop database if exists house cascade"));
    await step("30_query", "drop database if exists house cascade");
    const reading = (hour: string): readonly string[] => [
      `s1,2024-01-01 ${hour}:10,10.50`,
      `s2,2024-01-01 ${hour}:20,1.25`,
    ];
    landReadings(project, { "20240101_00": reading("00"), "20240101_01": reading("01") });
  });

  /** The sandbox's own, as its clients have it. */
  const hiveSiteOf = (): string => {
    const file = join(openSandbox(usualName()).conf, "hive/hive-site.xml");
    assert.ok(existsSync(file), file);
    return file;
  };

  after(async () => {
    for (const end of ending.reverse()) await end();
  });

  it("deploys what howdah takes for its own, once", async () => {
    const { hash } = built.manifest;
    ended(await step("00_deploy"), 0, new RegExp(`put release ${hash}`), /put .*hive-site\.xml/, /is the current one/);
    const names = await hdfs.list(`${root}/releases/${hash}`);
    assert.deepEqual([...(names ?? [])].sort(), ["hive", "jobs", "manifest.json", "oozie"]);
    for (const { path, content } of built.files.filter(({ path }) => path.endsWith(".xml")))
      assert.equal(String(await hdfs.read(`${root}/releases/${hash}/${path}`)), String(content));
    const cluster = openCluster({ name: "cluster", target: sandbox({ root }) }, { root: project });
    try {
      const current = await readCurrent(cluster);
      assert.deepEqual(
        current?.deployments.map(({ release, by }) => [release, by]),
        [[hash, at.user]],
      );
    } finally {
      cluster.close();
    }
    writeFile(
      join(project, "hive-conf/hive-site.xml"),
      readFileSync(hiveSiteOf(), "utf8").replace(
        "</configuration>",
        "<property><name>a</name><value>b</value></property></configuration>",
      ),
    );
    ended(await step("00_deploy"), 0, /is in .* already/, /again: it had changed/, /is the current one already/);
    assert.deepEqual(await hdfs.list(`${root}/releases`), [hash]);
  });

  it("puts landed hours, flags last, and leaves those that are there alone", async () => {
    const landing = join(project, "data/landing");
    ended(await step("15_ingest", landing, `${root}/landing`), 0, /put 2 instances/);
    const files = await hdfs.list(`${root}/landing/lines/date_ts=20240101_01`);
    assert.deepEqual([...(files ?? [])].sort(), ["_SUCCESS", "a.csv"]);
    ended(await step("15_ingest", landing, `${root}/landing`), 0, /all 2 instances are there already/);
  });

  it("makes the tables, runs a job on YARN, and asks HiveServer2 for its rows", async () => {
    ended(await step("05_set_up_hive"), 0);
    ended(await step("20_spark", "collect", "--from", "20240101_00", "--to", "20240101_01"), 2, /-D first_hour=…/);
    ended(
      await step(
        ...["20_spark", "collect", "--from", "20240101_00", "--to", "20240101_01"],
        ...["-D", "first_hour=2024-01-01T00:00Z"],
      ),
      0,
    );
    const answer = await step(
      "30_query",
      "select concat(sensor, ' has ', cast(total * 100 as bigint)) from house.totals where date_ts = '20240101_01'",
    );
    ended(answer, 0, /s1 has 2100\b/, /s2 has 250\b/);
  });

  it("fails where HiveServer2 cannot be reached, which beeline itself does not with a file", async () => {
    const settings = join(project, "build-files/bin/settings.sh");
    const own = readFileSync(settings, "utf8");
    const file = writeFile(join(project, "asked.hql"), "select 1;\n");
    writeFile(settings, own.replace(/^hive_url=.*$/m, `hive_url=jdbc:hive2://localhost:${await closedPort()}/default`));
    try {
      for (const asked of [file, "select 1"]) assert.notEqual((await step("30_query", asked)).code, 0, asked);
      ended(await step("05_set_up_hive"), 1, /error: HiveServer2 cannot be reached/);
    } finally {
      writeFile(settings, own);
    }
    ended(await step("30_query", file), 0);
  });

  it("submits with the values that are given, and names those that are not", async () => {
    ended(await step("10_submit", "every-hour"), 2, /-D end=… -D first_hour=…/);
    ended(await step("10_submit", "every-our"), 2, /there is no every-our; there are: .*every-hour/);
    const answer = await step(
      ...["10_submit", "sensors"],
      ...["-D", "first_hour=2024-01-01T00:00Z", "-D", "end=2024-01-01T00:30Z"],
    );
    ended(answer, 0, /job: \S+-B/);
    const id = /job: (\S+-B)/.exec(answer.out)![1]!;
    const oozie = oozieClient({ url: at.oozie, auth: simpleAuth(at.user) });
    try {
      const { configuration } = await oozie.bundle(id);
      assert.equal(configuration["startOfDay_first_hour"], "2024-01-01T00:00Z");
      assert.equal(configuration["data"], `${at.nameNode}${root}/more data`);
    } finally {
      await oozie.kill(id);
      oozie.close();
    }
  });

  it("says which client this host lacks", async () => {
    const file = join(project, "build-files/bin/00_deploy.sh");
    ended(await startProgram(file, [], project, { PATH: "/usr/bin:/bin" }).ended, 2, /there is no command hdfs/);
  });
});
