import assert from "node:assert/strict";
import { isHowdahError, ManyErrors, type HowdahError } from "#src/core/errors.js";
import type { Instant } from "#src/core/time.js";
import { readCurrent } from "#src/release/current.js";
import { deploy } from "#src/release/deploy.js";
import { collect } from "#src/release/gc.js";
import { listReleases } from "#src/release/releases.js";
import { rollback } from "#src/release/rollback.js";
import { standInCluster } from "../connect/namenode.js";
import { errorOf, json, localServers } from "../connect/servers.js";
import { buildOf, clusterAt, namesIn, root } from "./deployments.js";

interface RunningJob {
  readonly id: string;
  /** Of its application. */
  readonly path: string;
  readonly configuration?: string;
}

describe("releases", () => {
  const servers = localServers();
  const builds = Array.from({ length: 8 }, (_, i) => buildOf({ a: `${i}`, "b/c": "same" }));
  const hashes = builds.map(({ manifest }) => manifest.hash);

  /** HDFS with these builds deployed, a minute between them, and an Oozie on which these jobs run. */
  async function surroundings(count: number, jobs: readonly RunningJob[] = []) {
    const standIn = servers.also(await standInCluster());
    const oozie = await servers.http((request, response) => {
      const url = new URL(request.url!, "http://x");
      const kind = url.searchParams.get("jobtype") ?? "";
      const letter = { wf: "W", coordinator: "C", bundle: "B" }[kind];
      const named = (job: RunningJob) =>
        job.id.endsWith("C")
          ? { coordJobId: job.id, coordJobName: "c", status: "RUNNING", user: "bob" }
          : { id: job.id, appName: "w", status: "RUNNING", user: "bob" };
      if (url.pathname.endsWith("/jobs")) {
        assert.match(url.searchParams.get("filter")!, /status=RUNNING/);
        assert.doesNotMatch(url.searchParams.get("filter")!, /user=|SUCCEEDED/);
        const own = jobs.filter(({ id }) => id.endsWith(letter!)).map(named);
        return json(response, 200, { workflows: own, coordinatorjobs: own, bundlejobs: own, offset: 1, len: 100 });
      }
      const job = jobs.find(({ id }) => url.pathname.endsWith(`/${id}`))!;
      return json(response, 200, { ...named(job), appPath: job.path, coordJobPath: job.path, conf: job.configuration });
    });
    const cluster = servers.also(clusterAt(standIn.url, { oozie: `${oozie.url}/oozie` }));
    for (const [i, build] of builds.slice(0, count).entries())
      await deploy(cluster, build, { now: () => Date.UTC(2012, 2, 1, 0, i) as Instant });
    const current = async () => (await readCurrent(cluster))?.deployments[0]?.release;
    return { standIn, cluster, current, stored: () => namesIn(standIn.files, `${root}/releases`) };
  }
  async function failed(promise: Promise<unknown>): Promise<HowdahError> {
    const error = await errorOf(promise);
    assert.ok(isHowdahError(error), String(error));
    return error;
  }

  it("are listed with when, by whom and how much, the one deployed last first", async () => {
    const { cluster } = await surroundings(3);
    await deploy(cluster, builds[0]!, { now: () => Date.UTC(2012, 2, 2) as Instant });
    const releases = await listReleases(cluster);
    assert.deepEqual(
      releases.map(({ release }) => release),
      [hashes[0], hashes[2], hashes[1]],
    );
    const extent = { files: 2, bytes: 5, by: "ann", whole: true };
    assert.deepEqual(releases[0], { release: hashes[0], at: "2012-03-02T00:00Z", current: true, ...extent });
    assert.deepEqual(releases[2], { release: hashes[1], at: "2012-03-01T00:01Z", current: false, ...extent });
  });

  it("are none where nothing was deployed", async () => {
    const { cluster } = await surroundings(0);
    assert.deepEqual(await listReleases(cluster), []);
    assert.equal((await failed(rollback(cluster))).code, "NO_RELEASE");
    assert.deepEqual((await collect(cluster)).removed, []);
  });

  describe("rolling back", () => {
    it("goes to the one before, or to the one named, and forth again", async () => {
      const { cluster, current } = await surroundings(3);
      assert.deepEqual(await rollback(cluster), { release: hashes[1], before: hashes[2], switched: true });
      assert.equal(await current(), hashes[1]);
      await rollback(cluster);
      assert.equal(await current(), hashes[2]);
      await rollback(cluster, { release: hashes[0]!.slice(0, 8) });
      assert.equal(await current(), hashes[0]);
      assert.equal((await rollback(cluster, { release: hashes[0]! })).switched, false);
      assert.equal((await failed(rollback(cluster, { release: "ffffffff" }))).code, "NO_RELEASE");
      assert.equal((await failed(rollback(cluster, { release: "" }))).code, "NO_RELEASE");
    });

    it("refuses a release that is not as its manifest says, and stays", async () => {
      const { cluster, standIn, current } = await surroundings(2);
      const folder = `${root}/releases/${hashes[0]!}`;
      const before = new Map(standIn.files);
      const breakings: readonly (readonly [string, () => unknown, RegExp])[] = [
        ["gone", () => standIn.files.delete(`${folder}/b/c`), /b\/c is gone/],
        ["other", () => standIn.files.set(`${folder}/b/c`, Buffer.from("SAME")), /b\/c is not what was deployed/],
        ["no manifest", () => standIn.files.delete(`${folder}/manifest.json`), /its manifest is gone/],
        ["no JSON", () => standIn.files.set(`${folder}/manifest.json`, Buffer.from("{")), /is no JSON/],
      ];
      for (const [name, breakIt, message] of breakings) {
        breakIt();
        const error = await failed(rollback(cluster));
        assert.equal(error.code, "RELEASE_BROKEN", name);
        assert.match(error.message, message);
        assert.equal(await current(), hashes[1]);
        for (const [path, bytes] of before) standIn.files.set(path, bytes);
      }
      standIn.files.delete(`${folder}/a`);
      standIn.files.delete(`${folder}/b/c`);
      assert.ok((await errorOf(rollback(cluster))) instanceof ManyErrors);
    });
  });

  describe("collecting", () => {
    it("removes what is neither current, among the newest, nor used by a job, whoever's", async () => {
      const jobs = [
        {
          id: "0000001-120301000000000-o-C",
          path: `hdfs://nn:8020${root}/releases/${hashes[1]!}/oozie/coordinators/c`,
        },
        {
          id: "0000002-120301000000000-o-W",
          path: "hdfs://nn:8020/elsewhere",
          configuration: `<configuration><property><name>release</name><value>hdfs://nn${root}/releases/${hashes[3]!}</value></property></configuration>`,
        },
        { id: "0000003-120301000000000-o-W", path: `/other${root}x/releases/${hashes[0]!}` },
      ];
      const { cluster, stored } = await surroundings(8, jobs);
      await rollback(cluster, { release: hashes[2]! });
      const dry = await collect(cluster, { keep: 3, dryRun: true });
      assert.equal(stored().length, 8);
      const done = await collect(cluster, { keep: 3 });
      assert.deepEqual({ ...done, dryRun: true }, dry);
      assert.deepEqual(
        done.removed.map(({ release }) => release),
        [hashes[5], hashes[4], hashes[0]],
      );
      assert.deepEqual(
        done.kept.map(({ release, why }) => [release, why]),
        [
          [hashes[2], "current"],
          [hashes[7], "newest"],
          [hashes[6], "newest"],
          [hashes[3], "used"],
          [hashes[1], "used"],
        ],
      );
      assert.deepEqual(done.kept.at(-1)!.jobs[0]!.id, jobs[0]!.id);
      assert.deepEqual(stored(), [1, 2, 3, 6, 7].map((i) => hashes[i]!).sort());
      assert.deepEqual((await collect(cluster, { keep: 3 })).removed, []);
    });

    it("removes nothing where Oozie does not answer, or the target does not say where it is", async () => {
      const { standIn, stored } = await surroundings(3);
      const closed = await servers.http((_, response) => json(response, 500, {}));
      const broken = servers.also(clusterAt(standIn.url, { oozie: `${closed.url}/oozie` }));
      assert.equal((await failed(collect(broken, { keep: 0 }))).code, "USE_UNKNOWN");
      const none = servers.also(clusterAt(standIn.url));
      assert.equal((await failed(collect(none, { keep: 0 }))).code, "TARGET_LACKS");
      assert.equal(stored().length, 3);
    });

    it("takes what crashed deploys left more than a day ago, and collections that did not end", async () => {
      const { cluster, standIn } = await surroundings(1);
      const now = Date.UTC(2012, 2, 10);
      const old = [
        "releases/.00000000000000aa.partial",
        "conf/.hive-site.xml.0a1b2c3d.part",
        "lock.json.4711",
        "lock.json.d.dead",
      ];
      const young = ["releases/.00000000000000bb.partial", "conf/.hive-site.xml.11111111.part", "lock.json.4712"];
      standIn.files.set(`${root}/conf`, undefined);
      for (const path of [...old, ...young, "releases/.gc-00000000000000cc"]) {
        const time = now - (young.includes(path) ? 1000 : 86_400_001);
        standIn.files.set(`${root}/${path}`, path.startsWith("releases") ? undefined : Buffer.from("x"));
        standIn.times.set(`${root}/${path}`, time);
      }
      standIn.times.set(`${root}/releases/.gc-00000000000000cc`, now);
      const { leftovers } = await collect(cluster, { now: () => now });
      assert.deepEqual(
        [...leftovers].sort(),
        [...old, "releases/.gc-00000000000000cc"].map((path) => `${root}/${path}`).sort(),
      );
      for (const path of leftovers) assert.ok(!standIn.files.has(path), path);
      for (const path of young) assert.ok(standIn.files.has(`${root}/${path}`), path);
    });
  });
});
