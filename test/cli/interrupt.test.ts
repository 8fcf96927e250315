import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { howdah, landReadings, madeProject, removeFolder, sensorsProject, startCommand } from "../support/command.js";

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; !holds(); i++) {
    assert.ok(i < 3000, "it took too long");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const stubborn = `
import { bundle, defineConfig, folder, parameters, pathParameter, sequence, shell, workflow } from "howdah";
const p = parameters({ data: pathParameter() });
const sleepy = workflow("sleepy", {}, () => sequence(
  shell("sleep", { command: "bash", arguments: ["-c", "trap '' INT TERM; touch $1/begun; sleep 3; sleep 3", "sh", p.data] }),
));
export default defineConfig({
  name: "stubborn", definitions: [sleepy],
  targets: { here: folder("data", (root) => ({ parameters: { data: root } })) },
});`;

describe("Ctrl-C", () => {
  it("ends a run with 130, nothing half written under a flag; the next run ends with the same rows", async () => {
    const project = sensorsProject();
    try {
      const hours = Array.from(
        { length: 48 },
        (_, i) => `2021050${1 + Math.floor(i / 24)}_${String(i % 24).padStart(2, "0")}`,
      );
      landReadings(project, Object.fromEntries(hours.map((hour) => [hour, ["a,2021-05-01 00:10,1"]])));
      const readings = join(project, "data/house/readings");
      const { child, ended } = startCommand(["run", "--json"], project);
      await until(() => existsSync(readings) && readdirSync(readings).length > 3);
      child.kill("SIGINT");
      const { code, out, err } = await ended;
      assert.equal(code, 130, err);
      assert.match(err, /stopping; once more to stop at once/);
      assert.match(out, /"code":"INTERRUPTED"/);
      const tables = ["readings", "totals"].map((name) => join(project, "data/house", name));
      const partitions = tables.flatMap((table) => readdirSync(table).map((name) => join(table, name)));
      for (const partition of partitions.filter((folder) => existsSync(join(folder, "_SUCCESS"))))
        assert.ok(JSON.parse(readFileSync(join(partition, "_howdah.json"), "utf8")));
      const again = await howdah(["run"], project);
      assert.equal(again.code, 0, again.err);
      const sum = ["query", "select count(*) as n, max(total) as total from house.totals", "--format", "csv"];
      assert.equal((await howdah(sum, project)).out, "n,total\n48,48.00\n");
    } finally {
      removeFolder(project);
    }
  });

  for (const signals of [1, 2])
    it(`ends with 130 after ${signals === 1 ? "one signal" : "two"}, also while a command does not listen`, async () => {
      const project = madeProject({ "howdah.config.ts": stubborn, "data/.keep": "" });
      try {
        const { child, ended } = startCommand(["run", "sleepy"], project);
        await until(() => existsSync(join(project, "data/begun")));
        const started = performance.now();
        for (let i = 0; i < signals; i++) {
          child.kill("SIGINT");
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        const { code, signal } = await ended;
        assert.deepEqual([code, signal], [130, null]);
        assert.ok(performance.now() - started < 3000, "it waited for the command");
      } finally {
        removeFolder(project);
      }
    });
});
