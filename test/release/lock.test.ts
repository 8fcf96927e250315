import assert from "node:assert/strict";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { HowdahEvent } from "#src/core/events.js";
import { isHowdahError } from "#src/core/errors.js";
import { withTargetLock } from "#src/release/lock.js";
import { standInCluster } from "../connect/namenode.js";
import { errorOf, localServers } from "../connect/servers.js";
import { faultProxy } from "../support/faults.js";
import { clusterAt, namesIn, root } from "./deployments.js";

const path = `${root}/lock.json`;
/** No process has so great a number. */
const dead = { pid: 4_194_999, started: "1", host: hostname(), nonce: "d-1", user: "bob", doing: "deploy" };
const elsewhere = { ...dead, host: "elsewhere", nonce: "e-1" };

describe("the lock of a target", () => {
  const servers = localServers();

  async function surroundings(holder?: object) {
    const standIn = servers.also(await standInCluster());
    if (holder !== undefined) {
      standIn.files.set(root, undefined);
      standIn.files.set(path, Buffer.from(JSON.stringify(holder)));
    }
    const events: HowdahEvent[] = [];
    const cluster = servers.also(clusterAt(standIn.url));
    const options = { doing: "deploy", emit: (event: HowdahEvent) => void events.push(event) };
    return { standIn, cluster, events, options };
  }
  const codeOf = async (promise: Promise<unknown>): Promise<string> => {
    const error = await errorOf(promise);
    assert.ok(isHowdahError(error), String(error));
    return error.code;
  };

  it("is there while something is done, and gone afterwards, also after a failure", async () => {
    const { standIn, cluster, options } = await surroundings();
    const within = await withTargetLock(cluster, options, async (lock) => {
      await lock.check();
      return namesIn(standIn.files, root);
    });
    assert.deepEqual(within, ["lock.json"]);
    assert.deepEqual(namesIn(standIn.files, root), []);
    const failed = withTargetLock(cluster, options, () => Promise.reject(new Error("no")));
    assert.match(String(await errorOf(failed)), /no/);
    assert.deepEqual(namesIn(standIn.files, root), []);
  });

  it("has a second one wait until the first is done, and says once for whom", async () => {
    const { standIn, cluster, options, events } = await surroundings();
    const order: string[] = [];
    let second: Promise<void> | undefined;
    await withTargetLock(cluster, options, async () => {
      second = withTargetLock(cluster, options, () => Promise.resolve(void order.push("second")));
      while (events.length === 0) await sleep(5);
      order.push("first");
    });
    await second;
    assert.deepEqual(order, ["first", "second"]);
    assert.deepEqual(
      events.map(({ event, for: whom, doing }) => [event, whom, doing]),
      [["lock.waiting", `ann on ${hostname()}, process ${process.pid}`, "deploy"]],
    );
    assert.deepEqual(namesIn(standIn.files, root), []);
  });

  it("gives up after the patience, with who holds it, and leaves nothing of its own", async () => {
    const { standIn, cluster, options } = await surroundings(elsewhere);
    const error = await errorOf(withTargetLock(cluster, { ...options, patience: 0 }, () => Promise.resolve()));
    assert.match(String(error), /bob on elsewhere, process 4194999 holds the lock: deploy is going on/);
    assert.deepEqual(namesIn(standIn.files, root), ["lock.json"]);
  });

  it("takes over at once from a process of this machine that has ended", async () => {
    const { standIn, cluster, options, events } = await surroundings(dead);
    await withTargetLock(cluster, options, (lock) => lock.check());
    assert.deepEqual(
      events.map(({ event }) => event),
      ["lock.waiting", "lock.taken-over"],
    );
    assert.deepEqual(namesIn(standIn.files, root), []);
  });

  it("takes over from another machine's after its silence alone, also what is no lock at all", async () => {
    for (const holder of [elsewhere, ["what is this?"], { nonce: "../../x" }]) {
      const { standIn, cluster, options, events } = await surroundings(holder);
      let renewed = 0;
      const renewing = setInterval(() => standIn.times.set(path, ++renewed), 20);
      const waiting = withTargetLock(cluster, { ...options, silence: 300 }, (lock) => lock.check());
      while (renewed < 30) await sleep(20);
      assert.deepEqual(
        events.map(({ event }) => event),
        ["lock.waiting"],
      );
      clearInterval(renewing);
      await waiting;
      assert.equal(events.at(-1)!.event, "lock.taken-over");
      assert.deepEqual(namesIn(standIn.files, root), []);
    }
  });

  it("tells a holder that it was taken over, and leaves the other's lock alone", async () => {
    const { standIn, cluster, options } = await surroundings();
    const lost = withTargetLock(cluster, options, (lock) => {
      standIn.files.set(path, Buffer.from(JSON.stringify(elsewhere)));
      return lock.check();
    });
    assert.equal(await codeOf(lost), "LOCK_LOST");
    assert.deepEqual(namesIn(standIn.files, root), ["lock.json"]);
  });

  it("ends its waiting when interrupted", async () => {
    const { standIn, cluster, options, events } = await surroundings(elsewhere);
    const stop = new AbortController();
    const waiting = withTargetLock(cluster, { ...options, signal: stop.signal }, () => Promise.resolve());
    while (events.length === 0) await sleep(5);
    stop.abort();
    assert.equal(await codeOf(waiting), "INTERRUPTED");
    assert.deepEqual(namesIn(standIn.files, root), ["lock.json"]);
  });

  it("is held by one at a time, however requests overlap and whoever died holding it", async () => {
    const millisecond = fc.integer({ min: 0, max: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(millisecond, { minLength: 40, maxLength: 40 }), fc.boolean(), async (delays, died) => {
        const standIn = await standInCluster();
        if (died) standIn.files.set(root, undefined).set(path, Buffer.from(JSON.stringify(dead)));
        const proxy = await faultProxy(standIn.url);
        proxy.decide = ({ count }) => ({ delay: delays[count % delays.length]! });
        const clusters = Array.from({ length: 3 }, () => clusterAt(proxy.url));
        let inside = 0;
        let done = 0;
        try {
          const work = async (lock: { check(): Promise<void> }): Promise<void> => {
            await lock.check();
            assert.equal(++inside, 1);
            await sleep(delays[done]);
            inside--;
            done++;
          };
          await Promise.all(
            clusters.map(async (cluster) => {
              const asked = { doing: "deploy", silence: 30_000 };
              for (let tries = 0; tries < 3; tries++)
                try {
                  return await withTargetLock(cluster, asked, work);
                } catch (error) {
                  if (!isHowdahError(error) || error.code !== "LOCK_LOST") throw error;
                }
            }),
          );
          assert.equal(done, 3);
          assert.deepEqual(namesIn(standIn.files, root), []);
        } finally {
          clusters.forEach((cluster) => cluster.close());
          await proxy.close();
          await standIn.close();
        }
      }),
      { numRuns: 8 },
    );
  }).timeout(180_000);
});
