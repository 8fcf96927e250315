import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { simpleAuth } from "#src/connect/auth/index.js";
import { isBatchOver, livyClient, type Livy } from "#src/connect/livy.js";
import { markedProcesses } from "#src/sandbox/process.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { closed } from "../support/faults.js";
import { skip } from "../support/skip.js";
import { TestHdfs } from "./hdfs.js";
import { squaresJob } from "./project.js";
import { exampleJobs, inState, otherServers, TestSandbox, usualServers } from "./sandbox.js";
import { commandOf, isLocal, listenersOf, type Listener } from "./sockets.js";

/** What listens in the containers of a MapReduce and of a Spark job, by its main class. */
const inContainers = ["MRAppMaster", "yarn.ApplicationMaster", "YarnCoarseGrainedExecutorBackend"];

describe("cluster: listening sockets", function () {
  this.timeout(180_000);
  const root = `/tmp/howdah-listening-${randomBytes(4).toString("hex")}`;
  let at: ClusterAddresses;
  let sandbox: TestSandbox;
  let hdfs: TestHdfs | undefined;
  let livy: Livy | undefined;
  let batch: number | undefined;

  before(function () {
    at = needCluster(this);
    if (!existsSync("/proc/net/tcp")) skip(this, "only Linux shows every socket of a process to its user");
    sandbox = TestSandbox.given(at);
    hdfs = new TestHdfs(at);
    livy = livyClient({ url: at.livy, auth: simpleAuth(at.user) });
  });

  after(async () => {
    if (batch !== undefined) await livy?.cancel(batch);
    await hdfs?.remove(root);
    hdfs?.close();
    livy?.close();
  });

  /** Who listens where others could connect, in words. */
  const open = (listeners: readonly Listener[]): readonly string[] =>
    listeners
      .filter((one) => !isLocal(one))
      .map(({ pid, address, port }) => `${address}:${port} ${commandOf(pid).slice(-200)}`);

  it("are told from those at which others could connect", async () => {
    for (const host of ["127.0.0.2", "::ffff:127.0.0.2"]) {
      const server = createServer().listen({ host, port: 0 });
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const mine = listenersOf([process.pid]).filter((one) => one.port === port);
      assert.deepEqual([mine.length, open(mine).length], [1, 1], host);
      await closed(server);
      assert.ok(!listenersOf([process.pid]).some((one) => one.port === port));
    }
  });

  it("are at 127.0.0.1 in every server, at every port that is said to be its own", async () => {
    const status = await sandbox.status();
    assert.deepEqual(
      inState(status, "healthy").filter((name) => !otherServers.includes(name)),
      usualServers,
    );
    for (const { name, pid, ports } of status.services) {
      if (pid === undefined) continue;
      const listeners = listenersOf([pid]);
      const seen = listeners.map(({ port }) => port);
      const silent = Object.entries(ports).filter(([, port]) => !seen.includes(port));
      assert.deepEqual(silent, [], `${name} listens at ${String(seen)}`);
      assert.deepEqual(open(listeners), [], name);
    }
  });

  it("are at 127.0.0.1 in containers and in what Livy starts, while jobs run", async () => {
    await Promise.all([hdfs!.put(`${root}/squares.py`, squaresJob), hdfs!.put(`${root}/words`, "ant bee ant\n")]);
    const job = await livy!.post({ file: `${root}/squares.py`, args: [`${at.nameNode}${root}/squares`, "5"] });
    batch = job.id;
    const count = sandbox.start(
      "sh",
      "--",
      "hadoop",
      "jar",
      await exampleJobs(),
      "wordcount",
      `${root}/words`,
      `${root}/counts`,
    );
    let code: number | null | undefined;
    void count.ended.then((ended) => (code = ended.code));
    const { run } = sandbox.opened;
    const seen = new Set<string>();
    const others = new Set<number>();
    for (let over = false; !over;) {
      const listeners = listenersOf(markedProcesses(run));
      assert.deepEqual(open(listeners), []);
      for (const { pid } of listeners) {
        const command = commandOf(pid);
        for (const main of inContainers) if (command.includes(main)) seen.add(main);
        others.add(pid);
      }
      const { state } = await livy!.get(job.id);
      over = code !== undefined && isBatchOver(state);
      if (over) assert.deepEqual([code, state], [0, "success"], (await count.ended).err);
      await sleep(100);
    }
    assert.deepEqual([...seen].sort(), [...inContainers].sort());
    assert.ok(others.size > usualServers.length + inContainers.length - 1, `${others.size} processes listened`);
  });
});
