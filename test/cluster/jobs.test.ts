import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { simpleAuth } from "#src/connect/auth/index.js";
import { isBatchOver, livyClient, type Livy } from "#src/connect/livy.js";
import { isOver, oozieClient, type Oozie, type WorkflowJob } from "#src/connect/oozie/index.js";
import { isApplicationOver, jobHistoryClient, nodeManagerClient, yarnClient } from "#src/connect/yarn.js";
import { formatOozieTime, type Instant } from "#src/core/time.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { TestHdfs } from "./hdfs.js";
import { mailSink, type MailSink } from "./mailsink.js";
import { sleepingJob, squaresJob } from "./project.js";
import { release, type Release } from "./release.js";
import { absent, all, until } from "./waiting.js";

/** Everything is submitted before the first test, and runs side by side; each test waits for its own. */
describe("cluster: jobs", function () {
  this.timeout(400_000);
  const closing: { close(): unknown }[] = [];
  const also = <T extends { close(): unknown }>(thing: T): T => {
    closing.push(thing);
    return thing;
  };
  const run = randomBytes(4).toString("hex");
  let at: ClusterAddresses;
  let hdfs: TestHdfs;
  let oozie: Oozie;
  let livy: Livy;
  let mails: MailSink;
  let shipped: Release;
  let root: string;
  let data: string;
  let ids: Readonly<Record<"load" | "broken" | "hourly" | "pair", string>>;
  let squares: number;
  const submitted: string[] = [];

  before(async function () {
    at = needCluster(this);
    const auth = simpleAuth(at.user);
    hdfs = also(new TestHdfs(at));
    oozie = also(oozieClient({ url: at.oozie, auth }));
    livy = also(livyClient({ url: at.livy, auth }));
    mails = also(await mailSink(at.mailPort));
    root = `/user/${at.user}/howdah-test/jobs-${run}`;
    data = `${root}/data`;
    // An hour ago, so that a promise of minutes is broken already and one of days cannot be.
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    const [first, last] = [minute - 3_600_000, minute].map((time) => formatOozieTime(time as Instant)) as [
      string,
      string,
    ];
    [shipped] = await Promise.all([
      release(at, hdfs, root, { data, first, last }),
      hdfs.put(`${root}/squares.py`, squaresJob),
      hdfs.put(`${root}/sleeping.py`, sleepingJob),
      hdfs.put(`${data}/words/part-0`, "ant,1\nbee,2\nant,3\ncat,0\n"),
    ]);
    const submit = async (kind: "workflow" | "coordinator" | "bundle", name: string): Promise<string> => {
      const id = await oozie.submit(shipped.propertiesOf(kind, name), { start: true });
      submitted.push(id);
      return id;
    };
    const [load, broken, hourly, pair, batch] = await Promise.all([
      submit("workflow", "load"),
      submit("workflow", "broken"),
      submit("coordinator", "hourly"),
      submit("bundle", "pair"),
      livy.post({ file: `${root}/squares.py`, name: `squares ${run}`, args: [`${at.nameNode}${data}/squares`, "5"] }),
    ]);
    ids = { load, broken, hourly, pair };
    squares = batch.id;
  });

  after(async function () {
    try {
      for (const id of submitted) await oozie.kill(id);
      // What failed stays, to be looked at.
      const tests = this.test?.parent?.tests ?? [];
      if (submitted.length > 0 && tests.every(({ state }) => state === "passed")) await hdfs.remove(root);
    } finally {
      for (const one of closing.splice(0).reverse()) await one.close();
    }
  });

  const ended = (id: string, seconds = 180): Promise<WorkflowJob> =>
    until(
      `workflow ${id}`,
      () => oozie.workflow(id),
      ({ status }) => isOver(status),
      { seconds },
    );

  it("runs a coordinator's action when its flag has come, and not before", async () => {
    const { hourly } = ids;
    const actions = () => all(oozie.actions(hourly));
    const states = (status: (list: readonly string[]) => boolean) =>
      until("hourly", actions, (list) => status(list.map((one) => one.status)), { seconds: 60 });
    const flag = (hour: string) => `${data}/hours/20120301${hour}/_SUCCESS`;
    const waiting = await states((list) => list.length === 2);
    assert.deepEqual(
      waiting.map(({ status, nominal, missing }) => [status, nominal.toISOString(), missing]),
      ["00", "01"].map((hour) => ["WAITING", `2012-03-01T${hour}:00:00.000Z`, [`${at.nameNode}${flag(hour)}`]]),
    );
    const [dependencies] = await oozie.missingDependencies(hourly, { actions: [1] });
    assert.deepEqual(dependencies, {
      number: 1,
      blockedOn: `${at.nameNode}${flag("00")}`,
      dataSets: [{ name: "hours", missing: [`${at.nameNode}${flag("00")}`] }],
    });
    await hdfs.put(flag("01"), "");
    await states(([one, two]) => one === "WAITING" && two === "SUCCEEDED");
    assert.deepEqual(await hdfs.list(`${data}/marks`).then((names) => names?.filter((name) => /^\d/.test(name))), [
      "2012030101",
    ]);
    await hdfs.put(flag("00"), "");
    const done = await states((list) => list.every((status) => status === "SUCCEEDED"));
    assert.deepEqual(
      done.map(({ missing }) => missing),
      [[], []],
    );
    assert.ok(done.every(({ workflowId }) => workflowId?.endsWith("-W")));
    const over = await until("hourly", () => oozie.status(hourly), isOver, { seconds: 30 });
    assert.equal(over, "SUCCEEDED");
  });

  it("runs both coordinators of a bundle, and tells the promise that was kept from the one that was not", async () => {
    const bundle = await until(
      "the bundle",
      () => oozie.bundle(ids.pair),
      ({ status }) => isOver(status),
      { seconds: 90 },
    );
    assert.equal(bundle.status, "SUCCEEDED", JSON.stringify(bundle));
    assert.deepEqual(bundle.coordinators.map(({ name, status }) => [name, status]).sort(), [
      ["kept", "SUCCEEDED"],
      ["late", "SUCCEEDED"],
    ]);
    const marks = (await hdfs.list(`${data}/marks`)) ?? [];
    assert.ok(marks.includes("kept") && marks.includes("late"), String(marks));
    const promises = await until(
      "promises",
      () => oozie.sla({ bundle: ids.pair }),
      (list) => list.length === 2 && list.every(({ slaStatus }) => slaStatus === "MET" || slaStatus === "MISS"),
      { seconds: 120 },
    );
    // How a job ended that missed its promise Oozie notes minutes later.
    const facts = promises.map(({ appName, appType, slaStatus, events }) => [
      appName,
      appType,
      slaStatus,
      events.filter((event) => event.startsWith("END")),
    ]);
    assert.deepEqual(facts.sort(), [
      ["kept", "COORDINATOR_ACTION", "MET", ["END_MET"]],
      ["late", "COORDINATOR_ACTION", "MISS", ["END_MISS"]],
    ]);
  });

  it("ends a workflow KILLED when an action fails, and says which and why", async () => {
    const { status, actions } = await ended(ids.broken);
    assert.equal(status, "KILLED");
    const failed = actions.filter(({ errorCode, type }) => errorCode !== undefined && !type.startsWith(":"));
    assert.deepEqual(
      failed.map(({ name, type, status: state, errorCode }) => [name, type, state, errorCode]),
      [["stop", "shell", "ERROR", "1"]],
    );
    assert.match(failed[0]!.errorMessage ?? "", /exit code \[1\]/);
    assert.deepEqual(await hdfs.list(`${data}/broken`), []);
    const errors = await all(oozie.log(ids.broken, {}, "errorlog"));
    assert.ok(
      errors.some((line) => line.includes("exit code [1]")),
      errors.join("\n"),
    );
  });

  it("runs fs, shell, hive2, Spark on a Hive table, distcp and email in one workflow", async () => {
    const { status, actions } = await ended(ids.load, 300);
    const problems = actions.filter(({ errorCode }) => errorCode !== undefined);
    assert.equal(status, "SUCCEEDED", JSON.stringify(problems, undefined, 1));
    const states = new Map(actions.map((action) => [action.name, action]));
    const named = ["clean", "count", "tables", "sum", "show", "copy", "told"];
    assert.deepEqual(
      named.map((name) => [name, states.get(name)?.status]),
      named.map((name) => [name, "OK"]),
    );
    assert.match(states.get("count")?.data ?? "", /^rows=4$/m);
    assert.deepEqual(await hdfs.list(`${data}/out`), ["begun", "copied", "sums"]);
    assert.equal(await hdfs.readFolder(`${data}/out/copied`), "ant,1\nbee,2\nant,3\ncat,0\n");
    const sums = (await hdfs.readFolder(`${data}/out/sums`)).trim().split("\n").sort();
    assert.deepEqual(sums, ["ant\u00014", "bee\u00012", "cat\u00010"]);
  });

  it("leaves what Spark, MapReduce and Hive said where YARN and the job history show it", async () => {
    const { actions } = await ended(ids.load, 300);
    const history = also(jobHistoryClient({ url: at.jobHistory }));
    const yarn = also(yarnClient({ url: at.yarn }));
    const action = (name: string) => actions.find((one) => one.name === name)!;
    const output = async (application: string): Promise<string> => {
      const [attempt] = await yarn.attempts(application);
      // Logs are there once the NodeManager has put them together.
      const ask = () => history.log(attempt!.container!, "stdout").catch(absent);
      return (await until(`the log of ${application}`, ask, (text) => text !== undefined)) ?? "";
    };
    const [sparkJob] = action("sum").childIds;
    const sparkApplication = sparkJob!.replace("job_", "application_");
    const { type, finalStatus, user } = await yarn.application(sparkApplication);
    assert.deepEqual([type, finalStatus, user], ["SPARK", "SUCCEEDED", at.user]);
    assert.match(await output(sparkApplication), /sums of \['ant', 'bee', 'cat'\]/);
    const [copyJob] = action("copy").childIds;
    const copied = await until("the job", () => history.job(copyJob!).catch(absent), Boolean);
    assert.deepEqual([copied?.state, copied?.maps.completed === copied?.maps.total], ["SUCCEEDED", true]);
    assert.ok(copied!.maps.total > 0);
    // Hive's client prints what the metastore knows of the table that Spark made.
    assert.match(await output(action("show").externalId!), /\bant\b\W+4\b/);
  });

  it("sends an email with what an earlier action printed", async () => {
    await ended(ids.load, 300);
    const mail = mails.mails.find(({ text }) => text.includes("rows of load"));
    assert.ok(mail, JSON.stringify(mails.mails));
    assert.deepEqual(mail.to, ["ann@example.com", "bob@example.com"]);
    assert.match(mail.text, /^Subject: 4 rows of load$/m);
    assert.match(mail.text, /^all is in place$/m);
  });

  it("runs a Livy batch to success, found by its name", async () => {
    const name = `squares ${run}`;
    const batch = await until(
      "the batch",
      () => livy.get(squares),
      ({ state, appId }) => isBatchOver(state) && appId !== undefined,
    );
    assert.equal(batch.state, "success", (await livy.log(squares, { size: -1 })).lines.join("\n"));
    assert.deepEqual(await livy.find(name), batch);
    assert.ok((await livy.list()).some(({ id }) => id === squares));
    assert.equal(await hdfs.readFolder(`${data}/squares`), "0\n1\n4\n9\n16\n");
    const { code } = (await livy.post({ file: "/x.py", name }).catch((error: unknown) => error)) as { code?: string };
    assert.equal(code, "LIVY_DUPLICATE");
    assert.deepEqual([await livy.cancel(squares), await livy.cancel(squares)], [true, false]);
  });

  it("shows a running container's log, and kills its application", async () => {
    const { id } = await livy.post({ file: `${root}/sleeping.py`, name: `sleeping ${run}` });
    const yarn = also(yarnClient({ url: at.yarn, auth: simpleAuth(at.user) }));
    const nodeManager = also(nodeManagerClient({ url: at.nodeManager }));
    const { appId } = await until(
      "the application",
      () => livy.get(id),
      (batch) => batch.appId !== undefined,
    );
    const [attempt] = await until(
      "the container",
      () => yarn.attempts(appId!),
      ([one]) => one?.container !== undefined,
    );
    const container = attempt!.container!;
    const log = await until(
      "its output",
      () => nodeManager.log(container, "stdout").catch(absent),
      (text) => text !== undefined && text !== "",
    );
    assert.equal(log, "asleep\n");
    assert.equal(await nodeManager.log(container, "stdout", 3), "ep\n");
    assert.ok((await nodeManager.logFiles(container)).some(({ name, bytes }) => name === "stdout" && bytes === 7));
    assert.ok((await yarn.applications({ states: ["RUNNING"], user: at.user })).some((one) => one.id === appId));
    await yarn.kill(appId!);
    const killed = await until(
      "its end",
      () => yarn.application(appId!),
      ({ state }) => isApplicationOver(state),
    );
    assert.deepEqual([killed.state, killed.finalStatus], ["KILLED", "KILLED"]);
    const { state } = await until(
      "the batch",
      () => livy.get(id),
      (batch) => isBatchOver(batch.state),
    );
    assert.ok(["killed", "dead"].includes(state), state);
    await livy.cancel(id);
  });
});
