import assert from "node:assert/strict";
import type { CoordinatorJob } from "#src/connect/oozie/index.js";
import { isHowdahError } from "#src/core/errors.js";
import { formatOozieTime, parseOozieTime, type Instant } from "#src/core/time.js";
import { makeChange, planChange } from "#src/operate/change.js";
import { planRerun, refuseOpen, rerun, waitForActions } from "#src/operate/rerun.js";
import { currentBuild, handOver, planUpdate, update } from "#src/operate/update.js";
import { writeCurrent } from "#src/release/current.js";
import { needCluster } from "../support/cluster.js";
import { operated, operatedFiles, type Operated } from "./operated.js";
import { all, until } from "./waiting.js";

describe("cluster: rerun, change and update", function () {
  this.timeout(300_000);
  let it_: Operated;
  let hourly: string;
  const job = (id: string): Promise<CoordinatorJob> => it_.cluster.oozie.coordinator(id);
  const statuses = async (id: string): Promise<readonly string[]> =>
    (await all(it_.cluster.oozie.actions(id))).map(({ status }) => status);
  const time = (text: string): Instant => parseOozieTime(text)!;
  const codeOf = async (promise: Promise<unknown>): Promise<string | undefined> => {
    const error: unknown = await promise.then(
      () => undefined,
      (one: unknown) => one,
    );
    return isHowdahError(error) ? error.code : String(error);
  };

  before(async function () {
    const at = needCluster(this);
    it_ = await operated(at);
    await it_.deploy();
    for (const name of ["raw", "sales", "closed"])
      for (const hour of ["00", "01"]) {
        if (name === "raw" && hour === "01") continue;
        await it_.cluster.hdfs.create(`${it_.data}/${name}/20120301${hour}/_SUCCESS`, "");
      }
    hourly = await it_.submit("coordinator", `hourly-${it_.run}`);
    await it_.submit("coordinator", `daily-${it_.run}`);
    await until(
      "the first hour",
      () => statuses(hourly),
      ([one]) => one === "SUCCEEDED",
    );
  });
  // Undefined where the suite was skipped.
  after(() => (it_ as Operated | undefined)?.end());

  it("lists exactly what a range means, what is not over in it, and what reads what it writes", async () => {
    const range = { from: time("2012-03-01T00:00Z"), until: time("2012-03-01T02:00Z") };
    const plan = await planRerun(it_.cluster, it_.project, await job(hourly), range);
    assert.deepEqual(
      plan.actions.map(({ nominal, number, status }) => [formatOozieTime(nominal), number, status]),
      [["2012-03-01T00:00Z", 1, "SUCCEEDED"]],
    );
    assert.deepEqual(
      plan.open.map(({ number, status }) => [number, status]),
      [[2, "WAITING"]],
    );
    assert.deepEqual(
      plan.dependents?.map(({ coordinator, because }) => [coordinator, because]),
      [[`daily-${it_.run}`, "mapped 2012-03-01T00:00Z"]],
    );
    assert.throws(() => refuseOpen(plan), { code: "RERUN_OPEN" });
    // The end is not in the range.
    const first = await planRerun(it_.cluster, it_.project, await job(hourly), {
      ...range,
      until: time("2012-03-01T01:00Z"),
    });
    assert.deepEqual(first.open, []);
  });

  it("runs an action again and waits for it, by its state, and leaves what it had written", async () => {
    const plan = await planRerun(it_.cluster, it_.project, await job(hourly), { statuses: ["SUCCEEDED"] });
    const before = await it_.cluster.oozie.coordinatorAction(`${hourly}@1`);
    await it_.cluster.hdfs.create(`${it_.data}/mapped/2012030100/kept`, "");
    await rerun(it_.cluster, plan);
    const told: number[] = [];
    const signal = AbortSignal.timeout(120_000);
    const [ended] = await waitForActions(it_.cluster, plan, { signal, told: (over) => void told.push(over) });
    assert.equal(ended?.status, "SUCCEEDED");
    assert.notEqual(ended.workflowId, before.workflowId);
    assert.equal(told.at(-1), 1);
    assert.ok(await it_.cluster.hdfs.exists(`${it_.data}/mapped/2012030100/kept`));
    const none = planRerun(it_.cluster, it_.project, await job(hourly), { statuses: ["TIMEDOUT"] });
    assert.equal(await codeOf(none), "RERUN_NOTHING");
  });

  it("updates to a release with a changed workflow, showing what Oozie sees, and says what cannot be updated", async () => {
    const { cluster } = it_;
    const before = await job(hourly);
    assert.equal(await codeOf(currentBuild(cluster, it_.project, {})), "NOT_DEPLOYED");
    await writeCurrent(cluster, "0123456789abcdef", undefined, Date.now() as Instant);
    assert.equal(await codeOf(currentBuild(cluster, it_.project, {})), "RELEASE_NOT_CURRENT");
    const files = operatedFiles(it_.run, "others");
    await it_.change({
      ...files,
      "howdah.config.ts": files["howdah.config.ts"]!.replace("sales.currentRange(-1, 0)", "sales.current(0)"),
    });
    const hash = await it_.deploy();
    await writeCurrent(cluster, hash, undefined, Date.now() as Instant);
    const built = await currentBuild(cluster, it_.project, {});
    const plan = await planUpdate(cluster, it_.project, built, before);
    assert.deepEqual([plan.fixed, plan.made.all, plan.made.open, plan.to], [[], 2, [2], hash]);
    const difference = await update(cluster, plan, true);
    assert.match(difference, /^-.*current\(-1\)/m);
    assert.ok((await job(hourly)).configuration["release"] === before.configuration["release"]);
    await update(cluster, plan, false);
    assert.ok((await job(hourly)).configuration["release"]?.endsWith(hash));
    // Another end, by the target's own value, is listed and does not keep the rest from being updated.
    const later = await currentBuildWith("2012-03-01T05:00Z");
    const other = await planUpdate(cluster, it_.project, later, await job(hourly));
    assert.deepEqual(other.fixed, [{ what: "end", running: "2012-03-01T02:00Z", here: "2012-03-01T05:00Z" }]);
    assert.deepEqual(other.values, []);
    assert.deepEqual(handOver(other), [`howdah change hourly-${it_.run} --end 2012-03-01T05:00Z`]);
  });

  it("refuses an update of the frequency, and says how to end the old one and start the new one", async () => {
    const { cluster, run } = it_;
    const files = operatedFiles(run, "others");
    const text = files["howdah.config.ts"]!.replace(
      `"later-${run}", { every: h.hours(1)`,
      `"later-${run}", { every: h.hours(2)`,
    );
    const id = await it_.submit("coordinator", `later-${run}`);
    await it_.change({ ...files, "howdah.config.ts": text });
    await writeCurrent(cluster, await it_.deploy(), undefined, Date.now() as Instant);
    const plan = await planUpdate(cluster, it_.project, await currentBuild(cluster, it_.project, {}), await job(id));
    assert.deepEqual(plan.fixed, [{ what: "frequency", running: "${coord:hours(1)}", here: "${coord:hours(2)}" }]);
    assert.deepEqual(handOver(plan), [
      // Nothing of it was made.
      `howdah kill ${id}`,
      `howdah submit later-${run} --start 2099-03-01T00:00Z --end 2099-03-02T00:00Z`,
    ]);
    assert.equal(await codeOf(update(cluster, plan, false)), "UPDATE_REFUSED");
  });

  function currentBuildWith(end: string): ReturnType<typeof currentBuild> {
    return currentBuild(it_.cluster, it_.project, { end });
  }

  it("ends a coordinator earlier, naming what that takes away and what is in the way", async () => {
    const plan = await planChange(it_.cluster, await job(hourly), { end: time("2012-03-01T01:00Z") });
    assert.deepEqual(plan.differences, ["end: 2012-03-01T02:00Z → 2012-03-01T01:00Z"]);
    assert.deepEqual(
      plan.dropped.map(({ id, status }) => [id, status]),
      [[`${hourly}@2`, "WAITING"]],
    );
    const early = await planChange(it_.cluster, await job(hourly), { pause: time("2012-03-01T00:00Z") });
    assert.deepEqual(
      early.inTheWay.map(({ status }) => status),
      ["SUCCEEDED"],
    );
    assert.equal(await codeOf(makeChange(it_.cluster, early)), "CHANGE_MADE");
    assert.equal(
      await codeOf(planChange(it_.cluster, await job(hourly), { end: time("2012-02-01T00:00Z") })),
      "CHANGE_END",
    );
    await makeChange(it_.cluster, plan);
    const { end } = await job(hourly);
    assert.equal(end?.toISOString(), "2012-03-01T01:00:00.000Z");
    assert.deepEqual(await statuses(hourly), ["SUCCEEDED"]);
  });
});
