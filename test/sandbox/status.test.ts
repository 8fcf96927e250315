import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSandbox } from "#src/sandbox/folder.js";
import { endProcesses, launchServer, markedProcesses, rememberHealthy } from "#src/sandbox/process.js";
import { statusOf, type ServiceStatus } from "#src/sandbox/status.js";
import { closedPort } from "../support/faults.js";
import { freshFolders } from "../support/folders.js";
import { until } from "../support/until.js";
import { launchOf } from "./fleet.js";
import { sandboxIn } from "./installed.js";

describe("the status of a sandbox", () => {
  const folderOf = freshFolders();

  it("tells healthy, starting, silent, died and stopped apart", async () => {
    const folder = folderOf();
    const [mute, livy] = [join(folder, "mute"), await closedPort()];
    const sandbox = sandboxIn(folder, { ports: { livy } });
    writeSandbox(sandbox);
    writeFileSync(mute, "");
    const state = async (): Promise<ServiceStatus> =>
      (await statusOf(sandbox)).services.find(({ name }) => name === "livy")!;
    try {
      assert.deepEqual([(await state()).state, (await state()).pid], ["stopped", undefined]);
      const launch = launchOf({ sandbox }, { name: "livy", port: livy, muteFile: mute });
      const { pid } = launchServer(sandbox.run, "livy", launch);
      await until(async () => (await state()).state === "starting", "it starts");
      assert.match((await state()).why ?? "", new RegExp(`port ${livy}: .*ECONNREFUSED`));
      rmSync(mute);
      await until(async () => (await state()).state === "healthy", "it is healthy");
      rememberHealthy(sandbox.run, "livy", pid);
      const healthy = await state();
      assert.deepEqual([healthy.pid, healthy.ports, healthy.why], [pid, { livy }, undefined]);
      assert.equal(healthy.address, `http://localhost:${livy}`);
      assert.ok(healthy.resident! > 1e6);
      writeFileSync(mute, "");
      await until(async () => (await state()).state === "silent", "it is silent");
      process.kill(pid!, "SIGKILL");
      await until(async () => (await state()).state === "died", "it has died");
      const { services, others, resident } = await statusOf(sandbox);
      assert.equal(services.filter(({ state: now }) => now === "stopped").length, services.length - 1);
      assert.deepEqual([others, resident], [[], 0]);
    } finally {
      await endProcesses(markedProcesses(sandbox.run), 0);
    }
  });
});
