import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { freshFolders } from "../support/folders.js";
import { writeFile } from "../support/command.js";
import type { TestHdfs } from "./hdfs.js";
import { squaresJob } from "./project.js";
import { inState, usualServers, type TestSandbox } from "./sandbox.js";
import { assertShareLibraryWhole, kill, ownSandbox, works } from "./sandboxwork.js";
import { until } from "./waiting.js";

/** What sandbox-faults.test.ts does in groups, one by one; and a small sandbox, in which jobs run. */
describe("cluster: a small sandbox, each of whose servers is killed", function () {
  this.timeout(600_000);
  const folder = freshFolders();
  let sandbox: TestSandbox;
  let hdfs: TestHdfs;

  ownSandbox(4000, (made, client) => ([sandbox, hdfs] = [made, client]));

  it("comes up after its first up was killed at one moment after another", async () => {
    for (let seconds = 1, killed = true; killed && seconds < 60; seconds += 4) {
      const { child, ended } = sandbox.start("up", "--small");
      await Promise.race([sleep(seconds * 1000), ended]);
      child.kill("SIGKILL");
      const { code, signal, err } = await ended;
      killed = signal === "SIGKILL";
      assert.ok(killed || code === 0, err);
    }
    await sandbox.up();
    assert.deepEqual([...sandbox.processes().keys()].sort(), [...usualServers].sort());
    for (const [name, pids] of sandbox.processes()) assert.equal(pids.length, 1, `${name}: ${String(pids)}`);
    await assertShareLibraryWhole(sandbox, hdfs);
  });

  it("runs MapReduce and Spark with the memory that it has", async () => {
    const { small } = sandbox.opened.choices;
    assert.equal(small, true);
    await works(sandbox, hdfs, usualServers);
    const root = `/tmp/small-${randomBytes(4).toString("hex")}`;
    const job = writeFile(`${folder()}/squares.py`, squaresJob);
    const { code, err } = await sandbox.sh(
      ...["spark-submit", "--deploy-mode", "cluster", job, `${sandbox.at.nameNode}${root}/squares`, "4"],
    );
    assert.equal(code, 0, err);
    assert.equal(await hdfs.readFolder(`${root}/squares`), "0\n1\n4\n9\n");
  });

  for (const name of usualServers)
    it(`sees that ${name} was killed, and starts it again, and only it`, async () => {
      const before = sandbox.servers();
      await kill(sandbox, name);
      const status = await sandbox.status();
      assert.deepEqual([status.code, inState(status, "died")], [1, [name]]);
      assert.deepEqual(await sandbox.up(), [name]);
      const after = sandbox.servers();
      assert.deepEqual(
        usualServers.filter((other) => after[other] !== before[other]),
        [name],
      );
      await works(sandbox, hdfs, [name]);
    });

  it("has up start again what answers no more, though it does not end by itself", async () => {
    const pid = sandbox.pidOf("livy");
    process.kill(pid, "SIGSTOP");
    const { code, err } = await sandbox.run("up");
    assert.equal(code, 0, err);
    assert.match(err, /silent +livy, started again: port \d+: no answer within/);
    assert.notEqual(sandbox.pidOf("livy"), pid);
    await works(sandbox, hdfs, ["livy"]);
  });

  it("stops what an interrupted up had started, and nothing else", async () => {
    await kill(sandbox, "oozie");
    const before = sandbox.servers();
    const { child, ended } = sandbox.start("up");
    while (sandbox.servers().oozie === undefined) await sleep(20);
    child.kill("SIGINT");
    const { code, err } = await ended;
    assert.equal(code, 130, err);
    assert.deepEqual(sandbox.servers(), before);
    assert.deepEqual(await sandbox.up(), ["oozie"]);
  });

  it("ends containers whose NodeManager was killed, with the rest", async () => {
    const job = writeFile(`${folder()}/sleeping.py`, "import time\ntime.sleep(600)\n");
    const { child, ended } = sandbox.start("sh", "--", "spark-submit", "--deploy-mode", "cluster", job);
    try {
      // What starts a container is gone within a moment, and may be all that a look sees.
      await until(
        "a container with memory",
        async () => (await sandbox.status()).others,
        (others) =>
          others.some(({ resident }) => resident > 50_000_000) && others.every(({ resident }) => resident > 0),
      );
      await kill(sandbox, "nodemanager");
      assert.ok(sandbox.processes().has("nodemanager"), "the container ended with its NodeManager");
      const { code, err } = await sandbox.run("down");
      assert.equal(code, 0, err);
      assert.equal(sandbox.processes().size, 0);
    } finally {
      // By itself it would ask for a ResourceManager for minutes.
      child.kill("SIGTERM");
      await ended;
    }
  });
});
