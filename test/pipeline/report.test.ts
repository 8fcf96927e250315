import assert from "node:assert/strict";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openTarget } from "#src/local/target.js";
import { targetOf } from "#src/project/load.js";
import type { InstanceFacts, ReportFacts } from "#src/report/facts.js";
import { gatherReport } from "#src/report/gather.js";
import { pageOf } from "#src/report/page.js";
import { loadOwnProject, runOn, withFolder } from "../support/project.ts";
import { file, keys, landAll } from "./six-hours.ts";

async function report(folder: string, given: Readonly<Record<string, string>> = {}): Promise<ReportFacts> {
  const project = await loadOwnProject();
  const target = openTarget(project, targetOf(project, "folder").target, { folder, given, snapshot: true });
  try {
    return await gatherReport(target);
  } finally {
    await target.close();
  }
}

function statesOf({ dataSets }: ReportFacts, hour: number): Readonly<Record<string, InstanceFacts["state"]>> {
  const hourly = dataSets.filter(({ every }) => every === "every hour");
  return Object.fromEntries(hourly.map(({ name, instances }) => [name, instances[hour]!.state]));
}

describe("pipeline: its report", () => {
  it("has an answer for each insight, and says when customers are linked at random", () =>
    withFolder(async (folder) => {
      landAll(join(folder, "landing"));
      const project = await loadOwnProject();
      await runOn({ project, folder }, { asRange: true });
      const facts = await report(folder);
      assert.equal(facts.insights.length, 6);
      for (const { title, error, columns } of facts.insights) {
        assert.equal(error, undefined, title);
        assert.ok(columns.length > 0, title);
      }
      assert.deepEqual(facts.notices, []);
      const demo = await report(folder, { link: "demo" });
      assert.match(pageOf(demo, ""), /Note:<\/strong> Customers are linked to users at random/);
      assert.equal(statesOf(demo, 0)["omniture"], "stale");
    }));

  /** What an hour with too many rejects leaves, told by its partitions alone. */
  const failed = {
    ...{ "web-logs": "done", sales: "done", omniture: "failed", "processed-sales": "failed", rejects: "done" },
    ...{
      "session-hits": "missing",
      sessions: "missing",
      "session-mapped": "missing",
      "hourly-top-spenders": "missing",
    },
    ...{ "open-lines": "missing", "open-sessions": "missing" },
  } as const;

  for (const [what, hasLog] of [
    ["with its log", true],
    ["without a log", false],
  ] as const)
    it(`shows an hour with too many rejects as failed, ${what}, and what hangs on it as missing`, () =>
      withFolder(async (folder) => {
        landAll(join(folder, "landing"));
        appendFileSync(file(folder, "sales", 2), "x\n".repeat(12));
        await runOn({ project: await loadOwnProject(), folder });
        if (!hasLog) rmSync(join(folder, "_howdah/logs"), { recursive: true });
        const facts = await report(folder);
        assert.deepEqual(statesOf(facts, 2), failed);
        const omniture = facts.dataSets.find(({ name }) => name === "omniture")!.instances[2]!;
        assert.match(
          omniture.error!.message,
          hasLog ? /12 of 15 lines of sales were rejected/ : /too many lines were rejected: 12 of sales/,
        );
        assert.match(omniture.error!.next!, new RegExp(`processed.rejects where date_ts = '${keys[2]!}'`));
        const sessions = facts.dataSets.find(({ name }) => name === "sessions")!.instances[2]!;
        assert.deepEqual(sessions.why, ["the job prepare comes first"]);
        const behind = facts.dataSets.find(({ name }) => name === "open-lines")!.instances[3]!;
        assert.deepEqual(behind.waits, [
          `processed/open_sessions/date_ts=${keys[2]!}/_SUCCESS`,
          `processed/open_lines/date_ts=${keys[2]!}/_SUCCESS`,
        ]);
      }));

  it("shows a good hour that fails when it is made again as failed, with what readers still have", () =>
    withFolder(async (folder) => {
      landAll(join(folder, "landing"));
      const project = await loadOwnProject();
      await runOn({ project, folder }, { asRange: true });
      appendFileSync(file(folder, "sales", 2), "x\n".repeat(12));
      await runOn({ project, folder });
      rmSync(join(folder, "_howdah/logs"), { recursive: true });
      const facts = await report(folder);
      assert.equal(statesOf(facts, 2)["omniture"], "failed");
      assert.equal(facts.dataSets.find(({ name }) => name === "omniture")!.instances[2]!.rows, 5);
      assert.equal(statesOf(facts, 2)["sessions"], "done");
    }));

  it("shows a unit that was killed while its tables moved in as partial, not as failed", () =>
    withFolder(async (folder) => {
      landAll(join(folder, "landing"));
      await runOn({ project: await loadOwnProject(), folder }, { asRange: true });
      for (const table of ["omniture", "sales"])
        rmSync(join(folder, "processed", table, `date_ts=${keys[5]!}`, "_SUCCESS"));
      const states = statesOf(await report(folder), 5);
      assert.deepEqual(
        [states["omniture"], states["processed-sales"], states["rejects"]],
        ["partial", "partial", "empty"],
      );
    }));
});
