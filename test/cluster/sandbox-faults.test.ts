import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { serverProcess } from "#src/sandbox/process.js";
import type { ServiceName } from "#src/sandbox/services.js";
import type { TestHdfs } from "./hdfs.js";
import { inState, otherServers, usualServers, type TestSandbox } from "./sandbox.js";
import { assertShareLibraryWhole, isAlive, kill, killUp, ownSandbox, works } from "./sandboxwork.js";
import { until } from "./waiting.js";

/** One sandbox that is broken in test after test; each begins with what the one before left. */
describe("cluster: a sandbox that breaks", function () {
  this.timeout(500_000);
  let sandbox: TestSandbox;
  let hdfs: TestHdfs;
  const content = randomBytes(100_000);
  const file = "/tmp/kept";

  ownSandbox(3000, (made, client) => ([sandbox, hdfs] = [made, client]));

  it("comes up after the first up was killed wherever it was, with two at once", async () => {
    const { run } = sandbox.opened;
    const lives = (name: string) => () => Promise.resolve(serverProcess(run, name).pid !== undefined);
    await killUp(sandbox, "the format of HDFS", lives("format"));
    await killUp(sandbox, "the start of servers", lives("metastore"));
    // A database that was begun and not finished.
    const database = join(sandbox.opened.data, "metastore");
    await until("the metastore's database", () => Promise.resolve(existsSync(database)), Boolean, { every: 5 });
    await kill(sandbox, "metastore");
    rmSync(join(database, "service.properties"), { force: true });
    await killUp(sandbox, "the upload of the share library", async () => {
      const [version] = (await hdfs.list("/user/oozie/share/lib")) ?? [];
      const names = version === undefined ? undefined : await hdfs.list(`/user/oozie/share/lib/${version}/spark`);
      return names !== undefined && names.length > 3;
    });
    // All may have been started by then.
    await kill(sandbox, "metastore");
    const started = (await Promise.all([sandbox.up(), sandbox.up()])).flat();
    assert.deepEqual([...new Set(started)], started);
    assert.ok(started.includes("metastore"), started.join());
    const status = await sandbox.status();
    assert.deepEqual([status.code, inState(status, "healthy")], [0, usualServers]);
    for (const [name, pids] of sandbox.processes()) assert.equal(pids.length, 1, `${name}: ${String(pids)}`);
    assert.deepEqual([...sandbox.processes().keys()].sort(), [...usualServers].sort());
    await assertShareLibraryWhole(sandbox, hdfs);
    await hdfs.put(file, content);
  });

  it("leaves all as it is when up finds it healthy", async () => {
    const before = sandbox.servers();
    assert.deepEqual(await sandbox.up(), []);
    assert.deepEqual(sandbox.servers(), before);
  });

  // One after another takes five minutes: sandbox-faults.long.test.ts.
  const groups: readonly (readonly ServiceName[])[] = [
    ["oozie", "namenode"],
    ["livy", "nodemanager", "hiveserver2", "history"],
    ["metastore", "datanode", "resourcemanager"],
  ];
  for (const group of groups)
    it(`sees that ${group.join(", ")} were killed, and starts them again, and only them`, async () => {
      const before = sandbox.servers();
      for (const [i, name] of group.entries()) {
        await kill(sandbox, name);
        const status = await sandbox.status();
        assert.equal(status.code, 1);
        assert.deepEqual([...inState(status, "died")].sort(), group.slice(0, i + 1).sort());
        assert.deepEqual(inState(status, "stopped"), otherServers);
      }
      assert.deepEqual([...(await sandbox.up())].sort(), [...group].sort());
      const status = await sandbox.status();
      assert.deepEqual([status.code, inState(status, "healthy")], [0, usualServers]);
      const after = sandbox.servers();
      const others = usualServers.filter((name) => after[name] !== before[name]);
      assert.deepEqual([...others].sort(), [...group].sort());
      await works(sandbox, hdfs, group);
    });

  it("tells a server that answers no more from one that died, and sees that it answers again", async () => {
    const halted: readonly ServiceName[] = ["metastore", "hiveserver2", "oozie", "livy"];
    const pids = halted.map((name) => sandbox.pidOf(name));
    try {
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      const status = await sandbox.status();
      assert.equal(status.code, 1);
      assert.deepEqual([inState(status, "silent"), inState(status, "died")], [halted, []]);
      for (const { name, why } of status.services) if (halted.includes(name)) assert.match(why ?? "", /^port \d+: /);
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
    const status = await until(
      "the halted servers",
      () => sandbox.status(),
      ({ code }) => code === 0,
    );
    assert.deepEqual(
      halted.map((name) => status.services.find((one) => one.name === name)?.pid),
      pids,
    );
  });

  it("stops all that it is, and keeps its data", async () => {
    const pids = [...sandbox.processes().values()].flat();
    assert.ok(pids.length >= usualServers.length);
    const { code, out } = await sandbox.run("down", "--json");
    assert.equal(code, 0);
    const { stopped } = JSON.parse(out) as { stopped: readonly string[] };
    assert.deepEqual([...stopped].sort(), [...usualServers].sort());
    const status = await sandbox.status();
    assert.equal(status.code, 0);
    assert.equal(inState(status, "stopped").length, status.services.length);
    assert.deepEqual([status.services.filter(({ pid }) => pid !== undefined), status.others], [[], []]);
    assert.deepEqual([sandbox.kept(), pids.filter(isAlive), sandbox.processes().size], [[], [], 0]);
    assert.deepEqual((await sandbox.up("--only", "hdfs")).length, 2);
    assert.ok(content.equals(await hdfs.read(file)));
  });

  it("is gone after a reset, and nothing else", async () => {
    const { folder, run } = sandbox.opened;
    const pids = ["namenode", "datanode"].map((name) => serverProcess(run, name).pid!);
    const refused = await sandbox.run("reset");
    assert.deepEqual([refused.code, pids.every(isAlive)], [2, true], refused.err);
    const { code, err } = await sandbox.run("reset", "--yes");
    assert.equal(code, 0, err);
    assert.deepEqual([existsSync(folder), existsSync(join(folder, "..")), pids.filter(isAlive)], [false, true, []]);
  });
});
