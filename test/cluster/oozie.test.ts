import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { simpleAuth } from "#src/connect/auth/index.js";
import { isAbsent, isOver, oozieClient, type Oozie } from "#src/connect/oozie/index.js";
import { isHowdahError } from "#src/core/errors.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { TestHdfs } from "./hdfs.js";
import { all, until } from "./waiting.js";

/** What the server really answers; what it is asked with is tested beside a stand-in (test/connect). */
describe("cluster: Oozie's interface", function () {
  this.timeout(120_000);
  const name = `interface-${randomBytes(4).toString("hex")}`;
  let at: ClusterAddresses;
  let hdfs: TestHdfs;
  let oozie: Oozie;
  let root = "";
  const submitted: string[] = [];

  const workflowXml = `<workflow-app xmlns="uri:oozie:workflow:1.0" name="${name}"><start to="a"/>
    <action name="a"><fs><mkdir path="\${root}/made"/></fs><ok to="b"/><error to="k"/></action>
    <action name="b"><fs><chmod path="\${root}/later" permissions="755"/></fs><ok to="e"/><error to="k"/></action>
    <kill name="k"><message>no</message></kill><end name="e"/></workflow-app>`;
  const coordinatorXml = (concurrency: number): string =>
    `<coordinator-app xmlns="uri:oozie:coordinator:0.5" name="${name}" frequency="60" start="2012-01-01T00:00Z"
      end="2012-01-01T05:00Z" timezone="UTC"><controls><concurrency>${concurrency}</concurrency></controls>
    <datasets><dataset name="d" frequency="60" initial-instance="2012-01-01T00:00Z" timezone="UTC">
      <uri-template>\${root}/data/\${HOUR}</uri-template></dataset></datasets>
    <input-events><data-in name="i" dataset="d"><instance>\${coord:current(0)}</instance></data-in></input-events>
    <action><workflow><app-path>\${root}/w</app-path></workflow></action></coordinator-app>`;

  before(async function () {
    at = needCluster(this);
    hdfs = new TestHdfs(at);
    oozie = oozieClient({ url: at.oozie, auth: simpleAuth(at.user) });
    root = `/user/${at.user}/howdah-test/${name}`;
    await hdfs.put(`${root}/w/workflow.xml`, workflowXml);
    await hdfs.put(`${root}/c/coordinator.xml`, coordinatorXml(1));
  });

  after(async () => {
    if (root === "") return;
    for (const id of submitted) await oozie.kill(id);
    await hdfs.remove(root);
    hdfs.close();
    oozie.close();
  });

  const properties = (kind: "wf" | "coord", more: Readonly<Record<string, string>> = {}) => ({
    root: `${at.nameNode}${root}`,
    [`oozie.${kind}.application.path`]: `${at.nameNode}${root}/${kind === "wf" ? "w" : "c"}`,
    ...more,
  });
  const submit = async (...[given, options]: Parameters<Oozie["submit"]>): Promise<string> => {
    const id = await oozie.submit(given, options);
    submitted.push(id);
    return id;
  };
  const over = (id: string) => until(id, () => oozie.status(id), isOver, { seconds: 40 });
  const codeOf = async (promise: Promise<unknown>): Promise<string> => {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return isHowdahError(error) ? error.code : String(error);
  };

  it("says what it is and has", async () => {
    assert.equal(await oozie.systemMode(), "NORMAL");
    assert.match(await oozie.buildVersion(), /^\d+\.\d+/);
    const libraries = await oozie.shareLibraries();
    for (const library of ["oozie", "distcp", "hive2", "spark"]) assert.ok(libraries.includes(library), library);
    assert.ok((await oozie.shareLibrary("distcp")).every((file) => file.startsWith(at.nameNode)));
    const configuration = await oozie.serverConfiguration();
    assert.equal(configuration["oozie.email.smtp.port"], String(at.mailPort));
  });

  it("checks documents and submissions without keeping them", async () => {
    assert.equal(await oozie.validate(workflowXml), "Valid workflow-app");
    assert.equal(await codeOf(oozie.validate("<workflow-app xmlns='uri:oozie:workflow:1.0'/>")), "OOZIE_DEFINITION");
    assert.equal(await oozie.dryRun(properties("wf")), "OK");
    assert.match(await oozie.dryRun(properties("coord")), /action for new instance/);
    const nowhere = { "oozie.wf.application.path": `${at.nameNode}${root}/nothing` };
    assert.equal(await codeOf(oozie.submit(nowhere)), "OOZIE_PATH");
    assert.deepEqual(await all(oozie.workflows({ name })), []);
  });

  it("keeps a workflow's properties, names what failed, and runs it again as it is told to", async () => {
    const strange = "a<b>&\"' é\n\r ${x}end";
    const id = await submit(properties("wf", { strange, x: "y" }));
    assert.equal((await oozie.workflow(id)).status, "PREP");
    await oozie.start(id);
    assert.equal(await over(id), "KILLED");
    const { actions, configuration, run } = await oozie.workflow(id);
    // Oozie resolves what one value says of another.
    assert.deepEqual([configuration["strange"], run], [strange.replace("${x}", "y"), 0]);
    const { errorCode } = await oozie.workflowAction(`${id}@b`);
    assert.deepEqual([errorCode, actions.find((one) => one.name === "b")?.errorCode], ["FS009", "FS009"]);

    // A list of nodes first, since the server keeps it and would refuse `failed` then.
    await oozie.rerunWorkflow(id, { skip: ["a"] });
    await until(
      "the rerun",
      () => oozie.workflow(id),
      (one) => one.run === 1 && isOver(one.status),
    );
    await hdfs.remove(`${root}/made`);
    await hdfs.put(`${root}/later`, "");
    await oozie.rerunWorkflow(id, { failed: true });
    const again = await until(
      "the rerun",
      () => oozie.workflow(id),
      (one) => one.run === 2 && isOver(one.status),
    );
    assert.equal(again.status, "SUCCEEDED");
    assert.equal((await hdfs.list(`${root}/made`)) === undefined, true, "what had succeeded ran again");
    await oozie.rerunWorkflow(id, { skip: [] });
    await until(
      "the rerun",
      () => oozie.workflow(id),
      (one) => one.run === 3 && isOver(one.status),
    );
    assert.deepEqual(await hdfs.list(`${root}/made`), []);

    const [listed] = await all(oozie.workflows({ name, status: ["SUCCEEDED", "KILLED"] }));
    assert.equal(listed?.id, id);
    assert.ok((await oozie.definition(id)).includes('<mkdir path="${root}/made"/>'));
    assert.ok((await all(oozie.log(id, {}, "errorlog"))).some((line) => line.includes("FS009")));
    assert.equal((await all(oozie.log(id, { limit: 2 }))).length, 2);
    assert.ok((await all(oozie.log(id, {}, "auditlog"))).some((line) => line.includes("OPERATION [rerun]")));
    for (const wish of ["kill", "suspend", "resume", "start"] as const) await oozie[wish](id);
    assert.equal(await oozie.status(id), "SUCCEEDED");
  });

  it("pages through a coordinator's actions, changes, updates, kills, ignores and runs them again", async () => {
    await hdfs.put(`${root}/later`, "");
    const id = await submit(properties("coord"), { start: true });
    const waiting = await until(
      "its actions",
      () => all(oozie.actions(id, { page: 2 })),
      ({ length }) => length === 5,
    );
    assert.deepEqual(
      waiting.map(({ number, missing }) => [number, missing]),
      [1, 2, 3, 4, 5].map((number) => [number, [`${at.nameNode}${root}/data/0${number - 1}/_SUCCESS`]]),
    );
    const [from, to] = [new Date("2012-01-01T01:00Z"), new Date("2012-01-01T03:00Z")];
    const some = await all(oozie.actions(id, { page: 2, order: "desc", from, until: to, status: ["WAITING"] }));
    assert.deepEqual(
      some.map(({ number }) => number),
      [4, 3, 2],
    );
    assert.equal((await oozie.missingDependencies(id, { dates: [to] }))[0]?.number, 4);

    await hdfs.put(`${root}/c/coordinator.xml`, coordinatorXml(3));
    assert.match(
      await oozie.updateCoordinator(id, {}, { dryRun: true }),
      /\n- *<concurrency>1[^]*\n\+ *<concurrency>3/,
    );
    assert.equal((await oozie.coordinator(id)).concurrency, 1);
    await oozie.updateCoordinator(id, { extra: "x" });
    const { concurrency, configuration } = await oozie.coordinator(id);
    assert.deepEqual([concurrency, configuration["extra"]], [3, "x"]);
    assert.equal(await oozie.updateCoordinator(id), "");
    await oozie.change(id, { concurrency: 2, pause: to });
    const changed = await oozie.coordinator(id);
    assert.deepEqual([changed.concurrency, changed.paused], [2, to]);
    await oozie.change(id, { pause: "none" });
    assert.equal((await oozie.coordinator(id)).paused, undefined);

    await hdfs.put(`${root}/data/00/_SUCCESS`, "");
    const action = (number: number) => () => oozie.coordinatorAction(`${id}@${number}`);
    await until("its first action", action(1), ({ status }) => status === "SUCCEEDED", { seconds: 40 });
    const killed = await oozie.killActions(id, { actions: [2, 3] });
    assert.deepEqual(
      killed.map(({ number, status }) => [number, status]),
      [
        [2, "KILLED"],
        [3, "KILLED"],
      ],
    );
    assert.equal((await oozie.ignoreActions(id, [3]))[0]?.status, "IGNORED");
    assert.equal(await codeOf(oozie.rerunActions(id, { actions: [5] })), "OOZIE_REFUSED");
    const dates = [new Date("2012-01-01T00:00Z"), [from, new Date("2012-01-01T01:30Z")] as const];
    const rerun = await oozie.rerunActions(id, { dates }, { refresh: true });
    assert.deepEqual(
      rerun.map(({ number }) => number),
      [1, 2],
    );
    await until(
      "both runs",
      () => oozie.runsOf(id, 1),
      ({ length }) => length === 2,
      { seconds: 40 },
    );
    await oozie.suspend(id);
    assert.equal(await oozie.status(id), "SUSPENDED");
    await oozie.resume(id);
    assert.equal(await oozie.status(id), "RUNNING");
    await oozie.kill(id);
    assert.equal(await over(id), "KILLED");
    assert.deepEqual(await all(oozie.coordinators({ name })).then((list) => list.map((one) => one.id)), [id]);
    assert.deepEqual(await oozie.sla({ parentId: id }), []);
    assert.ok(await codeOf(oozie.slaDisable(id, { actions: [1] })).then((code) => code === "OOZIE_ABSENT"));
  });

  it("says that what is not there is not there", async () => {
    const nothing = "9999999-200101010000000-oozie-no-W";
    const asked: readonly (() => Promise<unknown>)[] = [
      () => oozie.workflow(nothing),
      () => oozie.kill(nothing),
      () => oozie.workflowAction(`${nothing}@a`),
      () => oozie.coordinatorAction("9999999-200101010000000-oozie-no-C@1"),
      () => oozie.bundle("9999999-200101010000000-oozie-no-B"),
      () => oozie.definition(nothing),
    ];
    for (const ask of asked) await assert.rejects(ask, isAbsent);
    assert.equal(await oozie.byExternalId(`${name}-none`), undefined);
  });
});
