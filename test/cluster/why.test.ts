import assert from "node:assert/strict";
import { simpleAuth } from "#src/connect/auth/index.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import { isHowdahError } from "#src/core/errors.js";
import { parseOozieTime } from "#src/core/time.js";
import type { Explanation } from "#src/operate/why/explanation.js";
import { why } from "#src/operate/why/why.js";
import { openCluster } from "#src/project/cluster.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { operated, type Operated } from "./operated.js";
import { until } from "./waiting.js";

describe("cluster: why", function () {
  this.timeout(240_000);
  let at: ClusterAddresses;
  let it_: Operated;
  const codes = ({ reasons }: Explanation): readonly string[] => reasons.map(({ code }) => code);
  const named = (name: string): string => `${name}-${it_.run}`;
  const ask = (name: string, time?: string): Promise<Explanation> =>
    why(it_.cluster, it_.project, named(name), time === undefined ? {} : { at: parseOozieTime(time)! });

  before(async function () {
    at = needCluster(this);
    it_ = await operated(at);
    await it_.deploy();
    const { hdfs } = it_.cluster;
    await hdfs.create(`${it_.data}/raw/2012030100/a.csv`, "x");
    await hdfs.create(`${it_.data}/sales/2012030100/_SUCCESS`, "");
    await hdfs.create(`${it_.data}/closed/2012030100/_SUCCESS`, "");
    await hdfs.chmod(`${it_.data}/closed/2012030100`, "700");
    for (const name of ["hourly", "narrow", "later"]) await it_.submit("coordinator", named(name));
  });
  // Undefined where the suite was skipped.
  after(() => (it_ as Operated | undefined)?.end());

  it("looks at every input now: a flag missing beside files, one that is there, one that is left out", async () => {
    const found = await until(
      "an action that waits",
      () => ask("hourly"),
      ({ status }) => status === "WAITING",
    );
    assert.deepEqual(
      [found.verdict, found.nominal, codes(found)],
      ["waits", "2012-03-01T00:00Z", ["FLAG_MISSING", "TIMEOUT"]],
    );
    const [raw, sales, closed] = found.inputs;
    assert.deepEqual(
      raw!.instances.map(({ time, presence }) => [time, presence.is]),
      [["2012-03-01T00:00Z", "flag-missing"]],
    );
    assert.equal(raw!.instances[0]!.uri, `${at.nameNode}${it_.data}/raw/2012030100/_SUCCESS`);
    assert.deepEqual([sales!.instances[0]!.presence.is, sales!.dropped], ["there", ["2012-02-29T23:00Z"]]);
    assert.equal(closed!.instances[0]!.presence.is, "there");
  });

  it("says who keeps another user from looking", async () => {
    const { target } = it_.cluster;
    const other = openCluster({ name: "other", target: { ...target, login: { user: "mallory" } } }, { root: "/" });
    try {
      const job = await it_.cluster.oozie.coordinators({ name: named("hourly") }).next();
      const found = await why(other, it_.project, `${(job.value as { id: string }).id}@1`);
      const denied = found.reasons.find(({ code }) => code === "INPUT_DENIED");
      assert.match(
        denied?.text ?? "",
        new RegExp(
          `mallory may not look into ${it_.data}/closed/2012030100, which is ${at.user}:\\S+ 700: ${at.user} may`,
        ),
      );
      assert.ok(codes(found).includes("OTHER_USER"), JSON.stringify(codes(found)));
    } finally {
      other.close();
    }
  });

  it("names the coordinator that makes what is missing, and why that one waits", async () => {
    await it_.submit("coordinator", named("daily"));
    const found = await until(
      "an action that waits",
      () => ask("daily"),
      ({ status }) => status === "WAITING",
    );
    assert.ok(codes(found).includes("INPUT_MISSING"), JSON.stringify(found.reasons));
    const makers = found.inputs[0]!.instances.map(({ maker }) => [maker?.coordinator, maker?.nominal, maker?.status]);
    // Oozie has the newest first.
    assert.deepEqual(makers, [
      [named("hourly"), "2012-03-01T01:00Z", "WAITING"],
      [named("hourly"), "2012-03-01T00:00Z", "WAITING"],
    ]);
    assert.deepEqual(codes(found.inputs[0]!.instances[1]!.maker!.why!)[0], "FLAG_MISSING");
  });

  it("says which action holds the concurrency, and what comes first", async () => {
    const found = await until(
      "a ready action",
      () => ask("narrow", "2012-03-01T02:00Z"),
      ({ status, reasons }) => status === "READY" && reasons[0]?.code === "CONCURRENCY",
    );
    assert.deepEqual([found.verdict, codes(found)], ["waits", ["CONCURRENCY", "ORDER"]]);
    assert.match(found.reasons[0]!.text, /1 of at most 1 run: 2012-03-01T00:00Z \(@1/);
    assert.match(found.reasons[1]!.text, /1 ready action comes first \(FIFO\): 2012-03-01T01:00Z/);
  });

  it("says when a coordinator begins and ends, when an action will be made, and what is no nominal time", async () => {
    const later = await ask("later");
    assert.deepEqual([later.verdict, later.status], ["waits", "PREP"]);
    assert.match(later.reasons[0]!.text, /begins at 2099-03-01T00:00Z/);
    assert.ok(codes(await ask("later", "2099-03-01T05:00Z")).includes("NOT_MADE"));
    assert.deepEqual(codes(await ask("hourly", "2012-03-01T02:00Z")), ["AFTER_END"]);
    assert.deepEqual(codes(await ask("hourly", "2012-02-01T00:00Z")), ["BEFORE_START"]);
    const error: unknown = await ask("hourly", "2012-03-01T00:30Z").catch((one: unknown) => one);
    assert.ok(isHowdahError(error) && error.code === "NO_ACTION", String(error));
    assert.match(error.next ?? "", /2012-03-01T01:00Z/);
  });

  it("says that a coordinator is suspended before what its action waits for", async () => {
    const { value } = await it_.cluster.oozie.coordinators({ name: named("hourly") }).next();
    const { id } = value as { id: string };
    await it_.cluster.oozie.suspend(id);
    const found = await until(
      "the suspension",
      () => ask("hourly"),
      (one) => codes(one).includes("SUSPENDED"),
      { seconds: 30 },
    );
    assert.deepEqual(codes(found).slice(0, 2), ["SUSPENDED", "FLAG_MISSING"]);
    assert.match(found.reasons[0]!.next ?? "", /howdah resume/);
    await it_.cluster.oozie.resume(id);
  });

  it("sees an input as soon as it is there, which Oozie does a moment later", async () => {
    const hdfs = new WebHdfs({ url: at.webHdfs, auth: simpleAuth(at.user) });
    try {
      await hdfs.create(`${it_.data}/raw/2012030100/_SUCCESS`, "");
    } finally {
      hdfs.close();
    }
    const found = await until(
      "the action's end",
      () => ask("hourly", "2012-03-01T00:00Z"),
      ({ verdict }) => verdict === "done",
    );
    assert.deepEqual(codes(found), ["DONE"]);
  });
});
