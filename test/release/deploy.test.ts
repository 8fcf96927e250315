import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { HowdahEvent } from "#src/core/events.js";
import { isHowdahError, type HowdahError } from "#src/core/errors.js";
import type { Instant } from "#src/core/time.js";
import { readCurrent } from "#src/release/current.js";
import { deploy } from "#src/release/deploy.js";
import { standInCluster } from "../connect/namenode.js";
import { errorOf, localServers } from "../connect/servers.js";
import { faultProxy } from "../support/faults.js";
import { freshFolders } from "../support/folders.js";
import { buildOf, clusterAt, filesIn, filesOf, namesIn, root } from "./deployments.js";

const one = buildOf({ "oozie/workflows/a/workflow.xml": "<a/>", "jobs/a.sql": "select 1", "jobs/empty.sql": "" });
const two = buildOf({ "oozie/workflows/a/workflow.xml": "<a/>", "jobs/a.sql": "select 2", "jobs/b.sql": "select 3" });

describe("deploying", () => {
  const servers = localServers();
  const folder = freshFolders();

  async function surroundings() {
    const standIn = servers.also(await standInCluster());
    const cluster = servers.also(clusterAt(standIn.url));
    const events: HowdahEvent[] = [];
    const options = { emit: (event: HowdahEvent) => void events.push(event) };
    const current = async (): Promise<readonly string[]> =>
      ((await readCurrent(cluster))?.deployments ?? []).map(({ release }) => release);
    const stored = (hash: string) => filesIn(standIn.files, `${root}/releases/${hash}`);
    return { standIn, cluster, events, options, current, stored };
  }
  async function failed(promise: Promise<unknown>): Promise<HowdahError> {
    const error = await errorOf(promise);
    assert.ok(isHowdahError(error), String(error));
    return error;
  }

  it("uploads a release whole, the manifest last, and makes it current; the second time it only looks", async () => {
    const { standIn, cluster, current, stored } = await surroundings();
    const now = () => Date.UTC(2012, 2, 1, 10, 30) as Instant;
    const done = await deploy(cluster, one, { now });
    const { hash } = one.manifest;
    assert.deepEqual([done.state, done.files, done.uploaded.files, done.bytes], ["uploaded", 3, 4, 12]);
    assert.deepEqual(stored(hash), filesOf(one));
    assert.deepEqual(namesIn(standIn.files, root), ["current.json", "releases"]);
    assert.deepEqual(namesIn(standIn.files, `${root}/releases`), [hash]);
    assert.deepEqual((await readCurrent(cluster))?.deployments, [
      { release: hash, at: "2012-03-01T10:30Z", by: "ann" },
    ]);
    const written = standIn.seen.filter((request) => request.startsWith("dn CREATE") && request.includes(".partial/"));
    assert.match(written.at(-1)!, /manifest\.json$/);
    assert.equal(written.length, 4);

    standIn.seen.length = 0;
    assert.equal((await deploy(cluster, one)).state, "same");
    assert.deepEqual(standIn.seen.sort(), [
      `GETCONTENTSUMMARY /p/releases/${hash}`,
      `GETFILESTATUS /p/releases/${hash}/manifest.json`,
      "OPEN /p/current.json",
      "dn OPEN /p/current.json",
    ]);
    assert.deepEqual(await current(), [hash]);
  });

  it("says what differs from the release before, keeps that one, and goes back to it without uploading", async () => {
    const { cluster, standIn, current, stored } = await surroundings();
    await deploy(cluster, one);
    const done = await deploy(cluster, two);
    assert.equal(done.before, one.manifest.hash);
    assert.deepEqual(done.difference, { added: ["jobs/b.sql"], changed: ["jobs/a.sql"], removed: ["jobs/empty.sql"] });
    assert.deepEqual(stored(one.manifest.hash), filesOf(one));
    assert.deepEqual(stored(two.manifest.hash), filesOf(two));
    standIn.seen.length = 0;
    assert.equal((await deploy(cluster, one)).state, "switched");
    assert.ok(!standIn.seen.some((request) => request.startsWith("dn CREATE /p/releases")));
    assert.deepEqual(
      await current(),
      [one, two, one].map(({ manifest }) => manifest.hash),
    );
  });

  it("touches nothing in a dry run", async () => {
    const { standIn, cluster } = await surroundings();
    const dry = await deploy(cluster, one, { dryRun: true });
    assert.deepEqual([dry.state, dry.uploaded.files, dry.dryRun], ["uploaded", 4, true]);
    assert.deepEqual([...standIn.files.keys()], ["/"]);
    await deploy(cluster, one);
    const before = new Map(standIn.files);
    const second = await deploy(cluster, two, { dryRun: true });
    assert.deepEqual(second.difference?.changed, ["jobs/a.sql"]);
    assert.deepEqual(standIn.files, before);
  });

  it("goes on with what an interrupted upload left, and does not trust what is not as long or as sound as it should be", async () => {
    const { standIn, cluster, events, options, current, stored } = await surroundings();
    await deploy(cluster, one);
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`files/${i}`, randomBytes(200 + i)]));
    const many = buildOf(files);
    const { hash } = many.manifest;
    const stop = new AbortController();
    const emit = (event: HowdahEvent): void => {
      options.emit(event);
      if (event.event === "deploy.progress" && event["files"] === 20) stop.abort();
    };
    await errorOf(deploy(cluster, many, { emit, signal: stop.signal }));
    const kept = events.find(({ event }) => event === "deploy.kept")!;
    assert.deepEqual([kept["folder"], kept["ofFiles"]], [`${root}/releases/.${hash}.partial`, 61]);
    assert.deepEqual(await current(), [one.manifest.hash]);
    assert.deepEqual(namesIn(standIn.files, root), ["current.json", "releases"]);
    const left = Object.keys(filesIn(standIn.files, kept["folder"] as string));
    assert.ok(left.length >= 20 && left.length < 60, String(left.length));
    const path = (i: number) => `${String(kept["folder"])}/${left[i]!}`;
    standIn.files.set(path(0), standIn.files.get(path(0))!.subarray(0, 10));
    standIn.files.set(path(1), randomBytes(standIn.files.get(path(1))!.length));

    const done = await deploy(cluster, many);
    assert.equal(done.kept.files + done.uploaded.files, 61);
    assert.equal(done.kept.files, left.length - 2);
    assert.deepEqual(stored(hash), filesOf(many));
    assert.deepEqual(namesIn(standIn.files, `${root}/releases`), [hash, one.manifest.hash].sort());
    assert.deepEqual(await current(), [hash, one.manifest.hash]);
  });

  it("mends a release of which something is gone", async () => {
    const { standIn, cluster, stored } = await surroundings();
    await deploy(cluster, one);
    const { hash } = one.manifest;
    for (const gone of ["jobs/a.sql", "manifest.json"]) {
      standIn.files.delete(`${root}/releases/${hash}/${gone}`);
      assert.equal((await deploy(cluster, one)).state, "mended", gone);
      assert.deepEqual(stored(hash), filesOf(one));
    }
  });

  it("lets a second deploy of the same wait, and do nothing then", async () => {
    const { standIn, cluster, options, events, current } = await surroundings();
    const proxy = servers.also(await faultProxy(standIn.dataUrl, { decide: () => ({ delay: 20 }) }));
    standIn.redirect = (location) => location.replace(standIn.dataUrl, proxy.url);
    const other = servers.also(clusterAt(standIn.url, { login: { user: "bob" } }));
    const states = (await Promise.all([deploy(cluster, one, options), deploy(other, one, options)])).map(
      ({ state }) => state,
    );
    assert.deepEqual(states.sort(), ["same", "uploaded"]);
    assert.ok(events.some(({ event }) => event === "lock.waiting"));
    assert.deepEqual(await current(), [one.manifest.hash]);
    assert.deepEqual(namesIn(standIn.files, root), ["current.json", "releases"]);
  });

  it("leaves the old release current when HDFS refuses, and says why", async () => {
    const { standIn, cluster, current } = await surroundings();
    await deploy(cluster, one);
    const proxy = servers.also(await faultProxy(standIn.url));
    const refuse = (exception: string, message: string) => ({
      answer: {
        status: 403,
        body: JSON.stringify({ RemoteException: { exception, javaClassName: exception, message } }),
      },
    });
    const through = servers.also(clusterAt(proxy.url));
    for (const [exception, code] of [
      ["DSQuotaExceededException", "HDFS_QUOTA"],
      ["AccessControlException", "HDFS_PERMISSION"],
    ] as const) {
      proxy.decide = ({ url }) =>
        url.includes(".partial/jobs/b.sql?op=CREATE") ? refuse(exception, "the server's words") : undefined;
      const error = await failed(deploy(through, two));
      assert.equal(error.code, code);
      assert.match(error.message, /jobs\/b\.sql: .*the server's words/);
      assert.deepEqual(await current(), [one.manifest.hash]);
      assert.ok(!namesIn(standIn.files, `${root}/releases`).includes(two.manifest.hash));
    }
    standIn.redirect = (location) => location.replace("localhost", "dn1.nowhere.invalid");
    const hosts = servers.also(clusterAt(standIn.url));
    const lost = await failed(deploy(hosts, buildOf({ a: "b" })));
    assert.equal(lost.code, "CONNECT_UNRESOLVED");
    assert.match(`${lost.where}`, /dn1\.nowhere\.invalid/);
  });

  it("writes what broke on the way again", async () => {
    const { standIn, cluster, stored } = await surroundings();
    const proxy = servers.also(await faultProxy(standIn.dataUrl));
    standIn.redirect = (location) => location.replace(standIn.dataUrl, proxy.url);
    proxy.decide = ({ count }) =>
      count % 5 === 2 ? { cut: true } : count % 5 === 4 ? { dropResponse: true } : undefined;
    await deploy(cluster, one);
    assert.deepEqual(stored(one.manifest.hash), filesOf(one));
  });

  it("places hive-site.xml with it, also when the release is there already", async () => {
    const { standIn, cluster } = await surroundings();
    const hiveSite = join(folder(), "hive-site.xml");
    const write = (value: string): void =>
      writeFileSync(
        hiveSite,
        `<configuration><property><name>hive.x</name><value>${value}</value></property></configuration>`,
      );
    write("1");
    assert.equal((await deploy(cluster, one, { hiveSite })).hiveSite?.state, "new");
    write("2");
    const changed = await deploy(cluster, one, { hiveSite });
    assert.deepEqual(
      [changed.state, changed.hiveSite?.changes],
      ["same", [{ name: "hive.x", before: "1", after: "2" }]],
    );
    assert.match(standIn.files.get(`${root}/conf/hive-site.xml`)!.toString(), /<value>2</);
    assert.equal((await deploy(cluster, one, { hiveSite })).hiveSite?.state, "same");
  });

  it("refuses a file of current releases that it cannot read", async () => {
    const { standIn, cluster } = await surroundings();
    for (const text of ["{", '{"format":2}', '{"format":1,"deployments":[]}']) {
      standIn.files.set(root, undefined).set(`${root}/current.json`, Buffer.from(text));
      assert.equal((await failed(deploy(cluster, one))).code, "CURRENT_FILE", text);
    }
  });

  it("ends with whole releases and one of them current, however several deploys overlap and end", async () => {
    const builds = [one, two, buildOf({ "a/b": "c" })];
    const deployer = fc.record({
      build: fc.integer({ min: 0, max: builds.length - 1 }),
      /** After so many requests it is interrupted. */
      stopAfter: fc.option(fc.integer({ min: 1, max: 30 })),
      delay: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(deployer, { minLength: 2, maxLength: 4 }), async (deployers) => {
        const standIn = await standInCluster();
        const ended = await Promise.allSettled(
          deployers.map(async ({ build, stopAfter, delay }) => {
            const stop = new AbortController();
            const proxy = await faultProxy(standIn.url, {
              decide: ({ count }) => {
                if (count === stopAfter) stop.abort();
                return { delay: (count * delay) % 7 };
              },
            });
            const cluster = clusterAt(proxy.url);
            try {
              return await deploy(cluster, builds[build]!, { signal: stop.signal });
            } finally {
              cluster.close();
              await proxy.close();
            }
          }),
        );
        const cluster = clusterAt(standIn.url);
        try {
          const deployments = (await readCurrent(cluster))?.deployments ?? [];
          for (const [i, one] of ended.entries()) {
            if (one.status === "rejected") assert.notEqual(deployers[i]!.stopAfter, null, String(one.reason));
            else assert.ok(deployments.some(({ release }) => release === one.value.release));
          }
          for (const build of builds) {
            const { hash } = build.manifest;
            if (namesIn(standIn.files, `${root}/releases`).includes(hash))
              assert.deepEqual(filesIn(standIn.files, `${root}/releases/${hash}`), filesOf(build));
            else assert.ok(!deployments.some(({ release }) => release === hash));
          }
          assert.deepEqual((await deploy(cluster, two)).release, two.manifest.hash);
          assert.deepEqual(filesIn(standIn.files, `${root}/releases/${two.manifest.hash}`), filesOf(two));
          assert.ok(!namesIn(standIn.files, root).some((name) => name.startsWith("lock.json")));
        } finally {
          cluster.close();
          await standIn.close();
        }
      }),
      { numRuns: 8 },
    );
  }).timeout(180_000);
});
