import assert from "node:assert/strict";
import { simpleAuth } from "#src/connect/auth/index.js";
import type {
  CoordinatorAction,
  CoordinatorActionStatus,
  CoordinatorJob,
  JobStatus,
  WorkflowJob,
} from "#src/connect/oozie/index.js";
import { oozieClient } from "#src/connect/oozie/index.js";
import { yarnClient } from "#src/connect/yarn.js";
import { formatOozieTime, type Instant } from "#src/core/time.js";
import { handOver, type UpdatePlan } from "#src/operate/update.js";
import { dependentCommands, rerun, skippedNodes } from "#src/operate/rerun.js";
import { endedReasons, heldReasons, minutesText, readyReasons, waitingReasons } from "#src/operate/why/action.js";
import type { InputNow } from "#src/operate/why/explanation.js";
import { explainWorkflow } from "#src/operate/why/workflow.js";
import type { Cluster } from "#src/project/cluster.js";
import { json, localServers } from "../connect/servers.js";

const hour = (n: number): Date => new Date(Date.UTC(2012, 2, 1, n));
const now = hour(12).getTime() as Instant;

const job = (more: Partial<CoordinatorJob> = {}): CoordinatorJob => ({
  kind: "coordinator",
  id: "0000002-261125043522366-oozie-joe-C",
  name: "hourly",
  status: "RUNNING",
  user: "joe",
  path: undefined,
  created: hour(0),
  start: hour(0),
  end: hour(24),
  configuration: {},
  externalId: undefined,
  frequency: "60",
  timeUnit: "MINUTE",
  timeZone: "UTC",
  concurrency: 1,
  execution: "FIFO",
  throttle: 12,
  timeout: 120,
  nextMaterialized: undefined,
  lastAction: undefined,
  paused: undefined,
  bundleId: undefined,
  ...more,
});

const action = (
  number: number,
  status: CoordinatorActionStatus,
  more: Partial<CoordinatorAction> = {},
): CoordinatorAction => ({
  id: `0000002-261125043522366-oozie-joe-C@${number}`,
  coordinatorId: "0000002-261125043522366-oozie-joe-C",
  number,
  nominal: hour(number - 1),
  status,
  created: hour(number - 1),
  modified: hour(number + 1),
  missing: [],
  pushMissing: [],
  workflowId: undefined,
  errorCode: undefined,
  errorMessage: undefined,
  ...more,
});

const workflow = (status: JobStatus, actions: readonly Partial<WorkflowJob["actions"][number]>[]): WorkflowJob =>
  ({
    kind: "workflow",
    id: "0000001-261125043522366-oozie-joe-W",
    name: "prepare",
    status,
    configuration: {},
    start: hour(1),
    actions: actions.map((one) => ({
      type: "spark",
      childIds: [],
      start: hour(1),
      ...one,
      id: `0000001-261125043522366-oozie-joe-W@${one.name}`,
    })),
  }) as unknown as WorkflowJob;

const codes = (all: readonly { readonly code: string }[]): readonly string[] => all.map(({ code }) => code);

describe("operate: reasons", () => {
  const servers = localServers();

  it("says until when an action waits: from its nominal time, or from when it was made late", () => {
    const of = (timeout: number, created: Date) =>
      waitingReasons(job({ timeout }), action(1, "WAITING", { created }), [], now).at(-1)!;
    assert.match(of(120, hour(0)).text, /given up at 2012-03-01T02:01Z, when it has waited for more than 2 hours/);
    assert.equal(of(120, hour(0)).code, "TIMEOUT_DUE");
    assert.match(of(120, hour(11)).text, /2012-03-01T13:01Z/);
    assert.deepEqual([of(120, hour(11)).code, of(-1, hour(0)).code], ["TIMEOUT", "NO_TIMEOUT"]);
    assert.deepEqual(codes(waitingReasons(job(), action(14, "WAITING"), [], now)), ["TIME"]);
  });

  it("names partitions that the metastore lacks", () => {
    const pushed = action(1, "WAITING", { pushMissing: ["hcat://h:9083/db/t/day=1"] });
    const [first] = waitingReasons(job(), pushed, [], now);
    assert.deepEqual([first!.code, first!.text.includes("hcat://h:9083/db/t/day=1")], ["PARTITION_MISSING", true]);
  });

  it("sends to the logs of an hour that failed before it is run again", () => {
    const of = (status: CoordinatorActionStatus): string => {
      const maker = { coordinator: "hourly", nominal: "2012-03-01T00:00Z", id: undefined, status, why: undefined };
      const time = maker.nominal;
      const presence = { is: "folder-missing", nearest: "/data" } as const;
      const input: InputNow = {
        ...{
          name: "before",
          dataSet: "totals",
          choice: "current(-1)",
          dropped: [],
          resolution: undefined,
          resolved: true,
        },
        instances: [{ time, uri: "hdfs:///data/totals/_SUCCESS", presence, maker }],
      };
      return waitingReasons(job(), action(2, "WAITING"), [input], now)[0]!.next!;
    };
    const rerun = "howdah rerun hourly --at 2012-03-01T00:00Z";
    const makes = "hourly 2012-03-01T00:00Z makes it, and is";
    assert.equal(of("KILLED"), `${makes} KILLED: howdah logs hourly --at 2012-03-01T00:00Z shows why; then ${rerun}`);
    assert.equal(of("TIMEDOUT"), `${makes} TIMEDOUT: ${rerun}`);
    assert.equal(of("RUNNING"), `${makes} RUNNING`);
  });

  it("tells a coordinator that is suspended from one that is paused, with times", () => {
    assert.match(heldReasons(job({ status: "PAUSED", paused: hour(3) }))[0]!.text, /paused since 2012-03-01T03:00Z/);
    assert.match(heldReasons(job({ status: "PAUSED" }))[0]!.next!, /howdah change hourly --no-pause/);
    assert.deepEqual(codes(heldReasons(job({ status: "PREPSUSPENDED" }))), ["SUSPENDED"]);
    assert.match(
      heldReasons(job({ status: "PREP", start: new Date("2099-01-01T00:00Z") }))[0]!.text,
      /begins at 2099-01-01T00:00Z/,
    );
    assert.deepEqual(heldReasons(job()), []);
  });

  it("orders ready actions as the coordinator does, and knows no limit of -1", () => {
    const all = [action(1, "RUNNING"), action(2, "READY"), action(3, "READY"), action(4, "READY")];
    const order = (execution: string) =>
      readyReasons(job({ execution }), all[2]!, all).find(({ code }) => code === "ORDER")?.text;
    assert.match(order("FIFO")!, /1 ready action comes first \(FIFO\): 2012-03-01T01:00Z/);
    assert.match(order("LIFO")!, /1 ready action comes first \(LIFO\): 2012-03-01T03:00Z/);
    assert.deepEqual(codes(readyReasons(job({ concurrency: -1 }), all[2]!, all)), ["STARTING"]);
  });

  it("leads from each end to what can be done about it", () => {
    const ended = (status: CoordinatorActionStatus) =>
      endedReasons(job(), action(5, status, { errorCode: "E1021", errorMessage: "no" }))[0]!;
    assert.match(ended("TIMEDOUT").text, /given up at 2012-03-01T06:00Z: its inputs were not there within 2 hours/);
    assert.match(ended("TIMEDOUT").next!, /howdah rerun hourly --at 2012-03-01T04:00Z/);
    assert.match(ended("FAILED").text, /failed at .* with E1021: no/);
    assert.match(ended("KILLED").next!, /howdah logs hourly --at 2012-03-01T04:00Z/);
    assert.deepEqual([ended("SKIPPED").next, ended("SUCCEEDED").code], [undefined, "DONE"]);
    assert.deepEqual([1, 60, 90, 1440, 2880].map(minutesText), ["1 minute", "1 hour", "90 minutes", "1 day", "2 days"]);
  });

  /** A cluster of which only YARN answers, with these applications. */
  async function yarnWith(apps: readonly { readonly id: string }[]): Promise<Cluster> {
    const server = await servers.http((request, response) => {
      const [, id] = /\/apps\/(application_\w+)/.exec(request.url ?? "") ?? [];
      if (id === undefined) return json(response, 200, { apps: { app: apps } });
      return json(response, 200, { app: apps.find((one) => one.id === id) });
    });
    return { yarn: servers.also(yarnClient({ url: server.url })) } as unknown as Cluster;
  }
  const application = (id: string, state: string, diagnostics: string, applicationType = "SPARK") => ({
    ...{ id, state, diagnostics, applicationType, queue: "etl", name: "x", user: "joe" },
    startedTime: hour(2).getTime(),
  });

  it("says that a workflow waits whose launcher runs while what it began has no room", async () => {
    const full = "Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.";
    const cluster = await yarnWith([
      application("application_1_0001", "RUNNING", "", "Oozie Launcher"),
      application("application_1_0002", "ACCEPTED", full),
    ]);
    const running = workflow("RUNNING", [{ name: "load", status: "RUNNING", externalId: "application_1_0001" }]);
    const found = await explainWorkflow(cluster, running);
    assert.deepEqual([found.verdict, codes(found.reasons)], ["waits", ["RUNNING", "NO_ROOM"]]);
    assert.match(found.reasons[1]!.text, /load: application_1_0002 waits in the queue etl: .*application masters/);
    assert.deepEqual(
      found.at[0]!.applications.map(({ id }) => id),
      ["application_1_0001", "application_1_0002"],
    );
  });

  it("says that a workflow runs whose application is only starting", async () => {
    const starting = "AM container is launched, waiting for AM container to Register with RM";
    const cluster = await yarnWith([application("application_1_0001", "ACCEPTED", starting, "Oozie Launcher")]);
    const running = workflow("RUNNING", [{ name: "load", status: "RUNNING", externalId: "application_1_0001" }]);
    const found = await explainWorkflow(cluster, running);
    assert.deepEqual([found.verdict, codes(found.reasons)], ["runs", ["RUNNING"]]);
  });

  it("says that a workflow waits whose action could not be begun, or that is suspended, and that one failed", async () => {
    const cluster = await yarnWith([]);
    const manual = await explainWorkflow(
      cluster,
      workflow("SUSPENDED", [{ name: "load", status: "START_MANUAL", errorCode: "JA006", errorMessage: "refused" }]),
    );
    assert.deepEqual([manual.verdict, codes(manual.reasons)], ["waits", ["SUSPENDED", "MANUAL"]]);
    assert.match(manual.reasons[1]!.text, /JA006: refused/);
    const failed = await explainWorkflow(
      cluster,
      workflow("KILLED", [{ name: "load", status: "ERROR", errorCode: "1" }]),
    );
    assert.deepEqual([failed.verdict, failed.at.map(({ name }) => name)], ["failed", ["load"]]);
    assert.match(failed.reasons[0]!.next!, /--failed/);
  });

  it("sends a rerun of many actions in pages, and never has outputs erased unless asked", async () => {
    const server = await servers.http((_, response) => json(response, 200, { actions: [] }));
    const oozie = servers.also(oozieClient({ url: server.url, auth: simpleAuth("joe") }));
    const actions = Array.from({ length: 1201 }, (_, i) => ({
      number: i + 1,
      nominal: hour(i).getTime() as Instant,
      status: "FAILED" as const,
      why: "",
    }));
    const plan = { job: job(), actions, open: [], dependents: [] };
    await rerun({ oozie } as unknown as Cluster, plan);
    const scopes = server.seen.map((one) => new URL(one.replace("PUT ", ""), "http://x").searchParams);
    assert.deepEqual(
      scopes.map((one) => [one.get("scope"), one.get("nocleanup"), one.get("refresh")]),
      [
        ["1-500", "true", "false"],
        ["501-1000", "true", "false"],
        ["1001-1201", "true", "false"],
      ],
    );
    await rerun(
      { oozie } as unknown as Cluster,
      { ...plan, actions: [actions[0]!, actions[2]!] },
      { eraseOutputs: true, refresh: true },
    );
    assert.match(server.seen.at(-1)!, /scope=1%2C3&refresh=true&nocleanup=false/);
  });

  it("leaves alone what was done before a node, and refuses a workflow that is not over", () => {
    const actions = [
      { name: ":start:", type: ":START:", status: "OK" as const, start: hour(1) },
      { name: "a", status: "OK" as const, start: hour(2) },
      { name: "b", status: "OK" as const, start: hour(3) },
      { name: "c", status: "ERROR" as const, start: hour(4) },
    ];
    const over = workflow("KILLED", actions);
    assert.deepEqual(skippedNodes(over, { fromNode: "b" }), ["a"]);
    assert.deepEqual(skippedNodes(over, { failed: true }), ["a", "b"]);
    assert.deepEqual(skippedNodes(over, { everything: true }), []);
    assert.throws(() => skippedNodes(over, { fromNode: "d" }), { code: "NO_ACTION" });
    assert.throws(() => skippedNodes(workflow("RUNNING", actions), { failed: true }), { code: "RERUN_OPEN" });
  });

  it("offers one command for each coordinator whose actions are stale and done", () => {
    const dependent = (coordinator: string, n: number, status: CoordinatorActionStatus = "SUCCEEDED") => ({
      ...{ coordinator, status, id: `${coordinator}@${n}`, because: "" },
      nominal: hour(n).getTime() as Instant,
    });
    const all = [
      dependent("hourly", 1),
      dependent("hourly", 2),
      dependent("daily", 0),
      dependent("late", 3, "WAITING"),
    ];
    assert.deepEqual(dependentCommands(all), [
      `howdah rerun hourly --from ${formatOozieTime(hour(1).getTime() as Instant)} --until 2012-03-01T02:01Z --status SUCCEEDED`,
      "howdah rerun daily --at 2012-03-01T00:00Z",
    ]);
  });

  it("ends the old coordinator after the last action that was made, and starts the new one there", () => {
    const commands = (what: UpdatePlan["fixed"][number]["what"], here: string, more: Partial<CoordinatorJob> = {}) =>
      handOver({ job: job(more), fixed: [{ what, running: "", here }] } as unknown as UpdatePlan);
    const [change, submit] = commands("frequency", "x", { nextMaterialized: hour(5) });
    assert.equal(change, "howdah change 0000002-261125043522366-oozie-joe-C --end 2012-03-01T05:00Z");
    assert.equal(submit, "howdah submit hourly --start 2012-03-01T05:00Z --end 2012-03-02T00:00Z");
    assert.deepEqual(commands("end", "2012-03-03T00:00Z"), ["howdah change hourly --end 2012-03-03T00:00Z"]);
    assert.deepEqual(commands("start", "2012-02-01T00:00Z"), [
      "howdah kill 0000002-261125043522366-oozie-joe-C",
      "howdah submit hourly --start 2012-02-01T00:00Z --end 2012-03-02T00:00Z",
    ]);
    // All was made, and nothing is left for a new one.
    assert.deepEqual(commands("frequency", "x", { nextMaterialized: hour(24) }), []);
  });
});
