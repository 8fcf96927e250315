import assert from "node:assert/strict";
import type { HowdahError } from "#src/core/errors.js";
import type { HowdahEvent } from "#src/core/events.js";
import type { Instant } from "#src/core/time.js";
import { cluster, type ClusterOptions } from "#src/index.js";
import { logs, type LogPart } from "#src/operate/logs/logs.js";
import { cancelBatch } from "#src/operate/spark/cancel.js";
import { dispatch, tryBatches, type Dispatched, type DispatchOptions } from "#src/operate/spark/dispatch.js";
import type { SparkRequest } from "#src/operate/spark/plan.js";
import { settingsOf } from "#src/operate/spark/settings.js";
import { projectStatus } from "#src/operate/status.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import { loadProject, type Project } from "#src/project/load.js";
import { batchName, parseBatchName, releaseInName, tagged, tagsOf } from "#src/release/batchname.js";
import { build } from "#src/release/build.js";
import { writeCurrent } from "#src/release/current.js";
import { collect } from "#src/release/gc.js";
import { standInCluster, type StandIn } from "../connect/namenode.js";
import { errorOf, localServers } from "../connect/servers.js";
import { addHeat, removeFolder, sensorsProject } from "../support/command.js";
import { faultProxy, type FaultProxy } from "../support/faults.js";
import { StandInLivy } from "./livy.js";
import { StandInOozie } from "./oozie.js";

const at = (text: string): Instant => Date.parse(text) as Instant;
const range = { from: at("2021-05-01T00:00Z"), until: at("2021-05-01T03:00Z") };
const hours = ["20210501_00", "20210501_01", "20210501_02"];
const given = { first_hour: "2021-05-01T00:00Z" };
const collectHours: SparkRequest = { jobs: ["collect"], ...range, given };

describe("operate: jobs by Livy", () => {
  const servers = localServers();
  let folder = "";
  let project: Project;
  let hdfs: StandIn;
  let oozie: StandInOozie;
  let standIn: StandInLivy;
  let proxy: FaultProxy;
  let yarnUrl: string;
  let on: Cluster;
  let release: string;
  let events: HowdahEvent[];

  before(async () => {
    folder = sensorsProject();
    addHeat(folder);
    project = await loadProject(folder);
  });
  after(() => removeFolder(folder));

  beforeEach(async () => {
    hdfs = servers.also(await standInCluster());
    oozie = new StandInOozie();
    standIn = new StandInLivy();
    proxy = servers.also(await faultProxy((await servers.http(standIn.livy)).url));
    yarnUrl = (await servers.http(standIn.yarn)).url;
    on = servers.also(opened({ oozie: `${(await servers.http(oozie.handler)).url}/oozie` }));
    const { files, manifest } = build(project, { name: on.name, target: on.target }, { given });
    release = manifest.hash;
    for (const { path, content } of files) await on.hdfs.create(`/r/releases/${release}/${path}`, content);
    await writeCurrent(on, release, undefined, at("2026-01-01T00:00Z"));
    for (const hour of hours) flag(`/data/landing/lines/date_ts=${hour}`);
    events = [];
  });

  function opened(more: Partial<ClusterOptions> = {}): Cluster {
    const there = { profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", root: "/r" } as const;
    const target = cluster({
      ...there,
      ...{ webHdfs: hdfs.url, livy: proxy.url, yarn: yarnUrl, login: { user: "joe" } },
      parameters: { landing: "/data/landing", data: "/data" },
      sparkOptions: "--executor-memory 2g --conf spark.eventLog.enabled=false",
      queue: "night",
      ...more,
    });
    return openCluster({ name: "there", target }, { root: "/nowhere" });
  }
  const flag = (path: string): void => void hdfs.files.set(`${path}/_SUCCESS`, Buffer.of());
  const send = (request: SparkRequest, options: DispatchOptions = {}): Promise<readonly Dispatched[]> =>
    dispatch(project, on, request, { every: 5, emit: (event) => events.push(event), ...options });
  const refused = async (request: SparkRequest, options?: DispatchOptions): Promise<HowdahError> =>
    (await errorOf(send(request, options))) as HowdahError;
  const told = (name: string): HowdahEvent[] => events.filter(({ event }) => event === name);
  const well = (): void => void (standIn.onPost = (batch) => standIn.end(batch));

  it("posts one batch for the range, with the target's settings and the values that were shown, and follows it", async () => {
    standIn.onPost = (batch) => {
      const application = standIn.accept(batch);
      application.stdout =
        "job.started job=collect first=20210501_00 last=20210501_02 units=3\n" +
        "units.fresh first=20210501_00 last=20210501_00 units=1\nunit.published unit=20210501_01 rows=a:1\n";
      let looks = 0;
      // Livy is asked before YARN.
      proxy.decide = ({ url }) => {
        if (url.startsWith("/batches/0?") && ++looks === 2) standIn.end(batch);
        return undefined;
      };
    };
    const [sent] = await send(collectHours);
    const name = sent!.name;
    assert.match(name, new RegExp(`^sensors~collect~20210501_00~20210501_02-${release}-[0-9a-f]{8}$`));
    const { any, own } = tagsOf(parseBatchName(name, "sensors")!);
    assert.deepEqual(standIn.posted, [
      {
        queue: "night",
        executorMemory: "2g",
        file: `hdfs://nn:8020/r/releases/${release}/jobs/run_sql.py`,
        name,
        args: [
          `hdfs://nn:8020/r/releases/${release}/jobs/collect.json`,
          ...["--from", "20210501_00", "--to", "20210501_02"],
          ...["-D", "data=hdfs://nn:8020/data", "-D", "first_hour=2021-05-01T00:00Z"],
          ...["-D", "landing=hdfs://nn:8020/data/landing"],
        ],
        conf: { "spark.eventLog.enabled": "false", "spark.app.name": name, "spark.yarn.tags": `${any},${own}` },
      },
    ]);
    const progress = { job: "collect", units: 3, done: 1, made: 1, last: "20210501_01" };
    assert.deepEqual(sent, {
      ...{ outcome: "posted", jobs: ["collect"], name, id: 0, application: "application_1_0001", release, attempt: 1 },
      end: {
        ...{ id: 0, name, state: "success", succeeded: true, application: "application_1_0001" },
        ...{ finalStatus: "SUCCEEDED", why: "", exitCode: 0, progress },
      },
    });
    assert.deepEqual(told("spark.prepared")[0]!["values"], [
      { name: "data", value: "/data", from: "target" },
      { name: "first_hour", value: "2021-05-01T00:00Z", from: "command line" },
      { name: "landing", value: "/data/landing", from: "target" },
    ]);
    assert.deepEqual(
      told("batch.changed").map(({ state, yarn }) => [state, yarn]),
      [
        ["running", "RUNNING"],
        ["success", "FINISHED"],
      ],
    );
    assert.deepEqual(told("batch.progress"), [{ event: "batch.progress", id: 0, name, ...progress }]);
    // The lock is free again.
    assert.ok(![...hdfs.files.keys()].some((path) => path.startsWith("/r/lock.json")));
  });

  it("sends jobs in the order of what they read, and none behind one that failed", async () => {
    standIn.onPost = (batch) => {
      for (let hour = 0; hour < 24; hour++)
        flag(`/data/house/readings/date_ts=20210501_${String(hour).padStart(2, "0")}`);
      standIn.end(batch);
    };
    const day = { jobs: ["count-alarms", "heat", "collect"], from: range.from, until: at("2021-05-02T00:00Z"), given };
    for (let hour = 3; hour < 24; hour++) flag(`/data/landing/lines/date_ts=20210501_${String(hour).padStart(2, "0")}`);
    assert.deepEqual(
      (await send(day)).map(({ jobs, end }) => [jobs, end?.succeeded]),
      [
        [["collect", "heat"], true],
        [["count-alarms"], true],
      ],
    );
    standIn.onPost = (batch) => standIn.end(batch, 3);
    const [only, ...more] = await send({ ...day, rerun: true });
    assert.deepEqual([only!.end!.why, only!.end!.exitCode, more], ["an input is not there (exit code 3)", 3, []]);
    assert.ok(standIn.posted.at(-1)!.args!.includes("--rerun"));
  });

  it("runs jobs of the same units in one batch, those behind what they read, and counts the units of each", async () => {
    standIn.onPost = (batch) => {
      const application = standIn.accept(batch);
      application.stdout =
        "job.started job=collect first=20210501_00 last=20210501_02 units=3\n" +
        "units.fresh first=20210501_00 last=20210501_02 units=3\njob.done job=collect\n" +
        "job.started job=heat first=20210501_00 last=20210501_02 units=3\nunit.published unit=20210501_00 rows=a:1\n";
      standIn.end(batch);
    };
    const both = { ...collectHours, jobs: ["heat", "collect"] };
    const [sent, ...more] = await send(both);
    assert.deepEqual([sent!.jobs, more], [["collect", "heat"], []]);
    assert.match(sent!.name, /^sensors~collect\+heat~20210501_00~20210501_02-/);
    const [file, specs] = [`hdfs://nn:8020/r/releases/${release}/jobs`, ["collect", "heat"]] as const;
    assert.deepEqual(standIn.posted[0]!.args, [
      ...specs.map((name) => `${file}/${name}.json`),
      ...["--from", "20210501_00", "--to", "20210501_02"],
      ...["-D", "alarm_above=50", "-D", "data=hdfs://nn:8020/data", "-D", "first_hour=2021-05-01T00:00Z"],
      ...["-D", "landing=hdfs://nn:8020/data/landing"],
    ]);
    assert.deepEqual(sent!.end?.progress, { job: "heat", units: 6, done: 3, made: 1, last: "20210501_00" });
    // One alone meets the batch of both.
    standIn.onPost = (batch) => void standIn.accept(batch);
    await send(both, { detach: true });
    for (const hour of hours) flag(`/data/house/readings/date_ts=${hour}`);
    const error = await refused({ ...collectHours, jobs: ["heat"] });
    assert.equal(error.code, "RUNS_ALREADY");
    assert.match(error.message, /livy:1 of collect\+heat \(running\) makes 20210501_00 to 20210501_02/);
  });

  it("follows what is alive instead of posting it again, and sends anew what is over", async () => {
    const first = (await send(collectHours, { detach: true }))[0]!;
    assert.deepEqual([first.outcome, first.end], ["posted", undefined]);
    standIn.accept(standIn.batches[0]!);
    const again = (await send(collectHours, { detach: true }))[0]!;
    assert.deepEqual([again.outcome, again.id, again.name], ["found", 0, first.name]);
    standIn.end(standIn.batches[0]!);
    const next = (await send(collectHours, { detach: true }))[0]!;
    assert.deepEqual([next.outcome, next.name, next.attempt], ["posted", `${first.name}-2`, 2]);
    // Livy has forgotten everything, and YARN still runs it.
    standIn.accept(standIn.batches[1]!);
    standIn.batches = [];
    const forgotten = (await send(collectHours, { detach: true }))[0]!;
    assert.deepEqual(
      [forgotten.outcome, forgotten.id, forgotten.application, forgotten.attempt],
      ["found", undefined, "application_1_0002", 2],
    );
    assert.equal(standIn.posted.length, 2);
  });

  it("posts once when the answer is lost, and finds the batch by its name", async () => {
    well();
    proxy.decide = ({ method }) => (method === "POST" ? { dropResponse: true } : undefined);
    const [sent] = await send(collectHours);
    assert.deepEqual([sent!.outcome, sent!.end?.succeeded, standIn.posted.length], ["posted", true, 1]);
    assert.equal(told("batch.unsure").length, 1);
    proxy.decide = ({ method }) => (method === "POST" ? { cut: true } : undefined);
    const error = await refused(collectHours, { patience: 10 });
    assert.deepEqual([error.code, error.exitCode, standIn.posted.length], ["SUBMIT_UNKNOWN", 5, 1]);
  });

  it("goes on in YARN when Livy has restarted and forgotten the batch, even if another has its number", async () => {
    standIn.onPost = (batch) => {
      standIn.accept(batch);
      setTimeout(() => {
        standIn.batches = [{ ...batch, request: { file: "/other.py", name: "another" }, state: "dead" }];
      }, 20);
      setTimeout(() => standIn.end(batch), 60);
    };
    const [sent] = await send(collectHours);
    assert.deepEqual([sent!.end!.succeeded, sent!.end!.state], [true, undefined]);
    assert.equal(told("batch.lost").length, 1);
  });

  it("waits while Livy is away, and believes YARN where Livy says dead", async () => {
    standIn.onPost = (batch) => {
      standIn.accept(batch);
      const answer = { status: 503, body: "restarting" };
      proxy.decide = ({ method }) => (method === "GET" ? { answer } : undefined);
      standIn.end(batch);
      batch.state = "dead";
    };
    const [sent] = await send(collectHours);
    assert.deepEqual([sent!.end!.succeeded, sent!.end!.finalStatus], [true, "SUCCEEDED"]);
    assert.deepEqual(
      told("server.away").map(({ server }) => server),
      ["Livy"],
    );
  }).timeout(20_000);

  it("says that it is not known what became of a batch that neither Livy nor YARN has", async () => {
    standIn.onPost = () => void setTimeout(() => (standIn.batches = []), 10);
    const error = await refused(collectHours, { patience: 30 });
    assert.deepEqual([error.code, error.exitCode], ["BATCH_LOST", 5]);
  });

  it("cancels batch and application when it is interrupted", async () => {
    const interrupt = new AbortController();
    standIn.onPost = (batch) => {
      standIn.accept(batch);
      setTimeout(() => interrupt.abort(new Error("enough")), 20);
    };
    assert.match(String(await errorOf(send(collectHours, { signal: interrupt.signal }))), /enough/);
    assert.deepEqual([standIn.batches, standIn.killed], [[], ["application_1_0001"]]);
    const { known, over, state } = told("batch.cancelled")[0]!;
    assert.deepEqual({ known, over, state }, { known: true, over: true, state: "KILLED" });
  });

  it("refuses before anything is posted what has not landed, and names all of it briefly", async () => {
    for (const hour of ["20210501_01", "20210501_02"])
      hdfs.files.delete(`/data/landing/lines/date_ts=${hour}/_SUCCESS`);
    const error = await refused({ ...collectHours, until: at("2021-05-01T05:00Z") });
    assert.deepEqual([error.code, error.exitCode], ["INPUT_MISSING", 3]);
    assert.match(error.message, /missing: lines 20210501_01 … 20210501_04 \(4\)$/);
    // Without the state of the hour before, a later hour cannot begin.
    const later = await refused({ ...collectHours, from: at("2021-05-01T01:00Z") });
    assert.match(later.message, /missing: lines 20210501_01 … 20210501_02 \(2\); totals 20210501_00$/);
    // An hour that is done needs no input any more.
    for (const table of ["readings", "totals"]) for (const hour of hours) flag(`/data/house/${table}/date_ts=${hour}`);
    well();
    assert.equal((await send(collectHours))[0]!.end?.succeeded, true);
  });

  it("refuses hours that a coordinator makes or is going to make, by the folders they are in", async () => {
    well();
    const property = (name: string, value: string): string =>
      `<property><name>${name}</name><value>${value}</value></property>`;
    const conf = (data: string): string =>
      `<configuration>${property("data", data)}${property("landing", "/l")}` +
      `${property("first_hour", "2021-05-01T00:00Z")}${property("end", "2021-05-01T06:00Z")}</configuration>`;
    const action = (number: number, status: string) => ({
      id: `x@${number}`,
      actionNumber: number,
      nominalTime: `Sat, 01 May 2021 0${number - 1}:00:00 GMT`,
      status,
    });
    const job = oozie.add(
      "coordinator",
      "every-hour",
      "RUNNING",
      {
        actions: [action(1, "SUCCEEDED"), action(2, "RUNNING"), action(3, "WAITING"), action(4, "KILLED")],
        nextMaterializedTime: "Sat, 01 May 2021 04:00:00 GMT",
        endTime: "Sat, 01 May 2021 06:00:00 GMT",
      },
      conf("hdfs://nn:8020/data"),
    );
    const error = await refused(collectHours);
    assert.deepEqual([error.code, error.exitCode, error.where], ["RUNS_ALREADY", 1, job.id]);
    assert.match(error.message, /\(actions: 1 RUNNING, 1 WAITING\) makes 20210501_01 … 20210501_02 \(2\) of collect/);
    assert.match(error.next!, /howdah kill \S+-C --actions 2-3 /);
    // What nobody has made yet, and what is over.
    for (const hour of ["03", "04"]) flag(`/data/landing/lines/date_ts=20210501_${hour}`);
    flag("/data/house/totals/date_ts=20210501_02");
    const late = { ...collectHours, from: at("2021-05-01T03:00Z"), until: at("2021-05-01T05:00Z") };
    assert.match((await refused(late)).message, /\(actions: 1 not made yet\) makes 20210501_04 of collect/);
    assert.equal((await send({ ...late, until: at("2021-05-01T04:00Z") }))[0]!.end?.succeeded, true);
    assert.equal((await send(collectHours, { beside: true }))[0]!.end?.succeeded, true);
    // Of another folder it makes nothing of this.
    oozie.jobs.splice(0, 1, { ...job, conf: conf("hdfs://nn:8020/elsewhere") });
    assert.equal((await send(late))[0]!.end?.succeeded, true);
  });

  it("takes what nobody gave from the coordinators' newest jobs, unless they differ", async () => {
    well();
    const conf = (hour: string): string =>
      `<configuration><property><name>first_hour</name><value>${hour}</value></property></configuration>`;
    const request = { ...collectHours, given: {} };
    const over = { startTime: "Sat, 01 May 2021 00:00:00 GMT", endTime: "Sat, 01 May 2021 06:00:00 GMT" };
    oozie.add("coordinator", "every-hour", "KILLED", over, conf("2020-01-01T00:00Z"));
    const newest = oozie.add("coordinator", "every-hour", "KILLED", over, conf("2021-05-01T00:00Z"));
    assert.equal((await send(request))[0]!.end?.succeeded, true);
    const [, firstHour] = told("spark.prepared")[0]!["values"] as readonly unknown[];
    assert.deepEqual(firstHour, { name: "first_hour", value: "2021-05-01T00:00Z", from: `job ${newest.id}` });
    assert.deepEqual(
      standIn.posted[0]!.args?.filter((arg) => arg.startsWith("first_hour")),
      ["first_hour=2021-05-01T00:00Z"],
    );
    oozie.add("coordinator", "every-day", "KILLED", over, conf("2021-04-30T00:00Z"));
    assert.equal((await refused(request)).code, "PARAMETER_MISSING");
    // What is given counts, whatever they have.
    assert.equal((await send(collectHours, { beside: true }))[0]!.end?.succeeded, true);
  });

  it("refuses hours that a workflow or another batch makes", async () => {
    const workflow = oozie.add(
      "wf",
      "collect-hour",
      "RUNNING",
      {},
      "<configuration><property><name>hour</name><value>20210501_02</value></property></configuration>",
    );
    assert.match((await refused(collectHours)).message, /workflow collect-hour \S+ \(RUNNING\) makes 20210501_02 of/);
    workflow.status = "SUCCEEDED";
    await send(collectHours, { detach: true });
    const error = await refused({ ...collectHours, until: at("2021-05-01T02:00Z") });
    assert.equal(error.code, "RUNS_ALREADY");
    assert.match(error.message, /livy:0 of collect \(starting\) makes 20210501_00 to 20210501_02/);
    // Livy looks at YARN only now and then.
    Object.assign(standIn.accept(standIn.batches[0]!), { state: "FINISHED", finalStatus: "SUCCEEDED" });
    well();
    const [next] = await send({ ...collectHours, until: at("2021-05-01T02:00Z") });
    assert.equal(next!.end?.succeeded, true);
  });

  it("refuses what is not deployed, has no value or no unit, and several jobs that are not followed", async () => {
    const cases: [SparkRequest, DispatchOptions, string][] = [
      [{ ...collectHours, jobs: ["colect"] }, {}, "NAME_UNKNOWN"],
      [{ ...collectHours, given: {} }, {}, "PARAMETER_MISSING"],
      [{ ...collectHours, given: { first_hour: "noon" } }, {}, "PARAMETER_VALUE"],
      [{ ...collectHours, until: range.from }, {}, "WINDOW"],
      [{ ...collectHours, jobs: ["count-alarms"], from: at("2021-05-01T01:00Z") }, {}, "WINDOW"],
      [{ ...collectHours, release: "0123456789abcdef" }, {}, "NOT_DEPLOYED"],
      [{ ...collectHours, jobs: ["collect", "count-alarms"] }, { detach: true }, "USAGE"],
    ];
    for (const [request, options, code] of cases) assert.equal((await refused(request, options)).code, code, code);
    await writeCurrent(on, "fedcba9876543210", undefined, at("2026-01-02T00:00Z"));
    assert.equal((await refused(collectHours)).code, "PROJECT_CHANGED");
    assert.equal((await tryBatches(project, on, { ...collectHours, release })).batches.length, 1);
    assert.deepEqual(standIn.posted, []);
  });

  it("is known to status, logs and gc", async () => {
    const [sent] = await send(collectHours, { detach: true });
    const application = standIn.accept(standIn.batches[0]!);
    application.stdout = "error: 20210501_01 is broken\nnext: mend it\n";
    const { batches } = await projectStatus(on, project);
    assert.deepEqual(batches, [
      {
        ...{ id: "livy:0", name: sent!.name, state: "running", application: application.id, jobs: ["collect"] },
        ...{ first: "20210501_00", last: "20210501_02", release, attempt: 1 },
      },
    ]);
    // Livy looks at YARN only now and then.
    for (const [finalStatus, state] of [
      ["FAILED", "dead"],
      ["SUCCEEDED", "success"],
      ["UNDEFINED", "running"],
    ]) {
      Object.assign(application, { state: finalStatus === "UNDEFINED" ? "RUNNING" : "FINISHED", finalStatus });
      assert.equal((await projectStatus(on, project)).batches[0]!.state, state);
    }
    const parts: LogPart[] = [];
    for await (const part of logs(on, project.definitions, { what: application.id })) parts.push(part);
    const [first] = parts;
    assert.ok(first?.is === "action");
    assert.equal(first.decisive[0]?.line, "error: 20210501_01 is broken");
    await writeCurrent(on, "fedcba9876543210", undefined, at("2026-01-02T00:00Z"));
    const used = async (): Promise<unknown> =>
      (await collect(on, { keep: 0, dryRun: true })).kept.map(({ jobs }) => jobs.map(({ id }) => id));
    assert.deepEqual(await used(), [["livy:0"]]);
    standIn.batches = [];
    assert.deepEqual(await used(), [[application.id]]);
    const name = parseBatchName(sent!.name, "sensors");
    assert.deepEqual(await cancelBatch(on, { name, id: 0 }), {
      ...{ known: false, application: application.id, state: "KILLED", over: true },
    });
    assert.deepEqual(await used(), []);
  });

  it("takes the options of spark-submit apart", () => {
    const of = (sparkOptions: string): unknown => settingsOf({ ...on.target, sparkOptions, queue: "a" });
    assert.deepEqual(
      of(
        '--conf spark.a=b=c --conf "spark.x=y z" --num-executors 3 --files /a,/b --queue b --driver-java-options "-Da=b -Dc=d"',
      ),
      {
        ...{ queue: "b", numExecutors: 3, files: ["/a", "/b"] },
        conf: { "spark.a": "b=c", "spark.x": "y z", "spark.driver.extraJavaOptions": "-Da=b -Dc=d" },
      },
    );
    for (const wrong of ["--supervise", "--conf", "--conf spark.a", "--total-executor-cores 2"])
      assert.throws(() => of(wrong), { code: "SPARK_OPTION" }, wrong);
  });

  it("has names that say what they are of, and only those", () => {
    const name = {
      ...{ project: "my-shop", jobs: ["map-2", "x"], first: "2021-05-01", last: "2021-05-03" },
      ...{ release: "0123456789abcdef", content: "01234567", attempt: 12 },
    };
    const spelled = batchName(name);
    assert.deepEqual(parseBatchName(spelled, "my-shop"), name);
    assert.equal(parseBatchName(spelled, "my"), undefined);
    assert.equal(releaseInName(spelled), name.release);
    assert.equal(releaseInName("a-0123456789abcdef-01234567"), undefined);
    assert.deepEqual(tagged(["livy-batch-1-x", tagsOf(name).own]), { release: name.release, attempt: 12 });
  });
});
