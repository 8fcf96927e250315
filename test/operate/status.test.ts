import assert from "node:assert/strict";
import type { HowdahError } from "#src/core/errors.js";
import type { HowdahEvent } from "#src/core/events.js";
import { cluster } from "#src/index.js";
import { carryOut, plan } from "#src/operate/control.js";
import { follow } from "#src/operate/follow.js";
import { jobStatus, projectStatus } from "#src/operate/status.js";
import { readTree } from "#src/operate/tree.js";
import type { Instant } from "#src/core/time.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import type { Definitions } from "#src/project/definitions.js";
import type { Project } from "#src/project/load.js";
import { errorOf, localServers } from "../connect/servers.js";
import { standInCluster } from "../connect/namenode.js";
import { projectIn } from "../support/definitions.js";
import { faultProxy, type FaultProxy } from "../support/faults.js";
import { withFolder } from "../support/project.js";
import { StandInOozie, type StandInJob } from "./oozie.js";

const config = `
import * as h from "howdah";
const w = h.workflow("w", { hour: "string" }, ({ hour }) => h.shell("x", { command: "true", arguments: [hour] }));
const c = h.coordinator("c", { every: h.hours(1), start: "2012-03-01T00:00Z", end: "2012-03-02T00:00Z", reads: {}, timeout: h.days(1), run: () => w.with({ hour: "x" }) });
export default h.defineConfig({ name: "b", definitions: [h.bundle("b", [c])], targets: { here: h.folder("data") } });
`;
const gmt = (text: string): string => new Date(text).toUTCString();
const at = (text: string): Instant => Date.parse(text) as Instant;

describe("operate: status, watch, kill", () => {
  const servers = localServers();
  let oozie: StandInOozie;
  let proxy: FaultProxy;
  let on: Cluster;
  let bundle: StandInJob;
  let coordinator: StandInJob;
  let project: Project;
  let definitions: Definitions;
  before(() =>
    withFolder(
      async (folder) => void ({ definitions } = project = await projectIn(folder, { "howdah.config.ts": config })),
    ),
  );
  beforeEach(async () => {
    const hdfs = servers.also(await standInCluster());
    oozie = new StandInOozie();
    proxy = servers.also(await faultProxy((await servers.http(oozie.handler)).url));
    const there = { profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", root: "/r" } as const;
    const target = cluster({
      ...there,
      webHdfs: hdfs.url,
      oozie: `${proxy.url}/oozie`,
      login: { user: "joe" },
      yarn: proxy.url,
    });
    on = servers.also(openCluster({ name: "there", target }, { root: "/nowhere" }));
    hdfs.files.set("/r", undefined);
    await on.hdfs.create(
      "/r/current.json",
      JSON.stringify({ format: 1, deployments: [{ release: "new", at: "", by: "" }] }),
    );
    bundle = oozie.add("bundle", "b", "RUNNING", {
      bundleJobPath: "hdfs://nn:8020/r/releases/old/oozie/bundles/b/bundle.xml",
    });
    const action = (actionNumber: number, status: string, more = {}) => ({
      id: `0000002-261125043522366-oozie-joe-C@${actionNumber}`,
      actionNumber,
      nominalTime: gmt(`2012-03-01T0${actionNumber - 1}:00Z`),
      status,
      ...more,
    });
    coordinator = oozie.add("coordinator", "c", "RUNNING", {
      bundleId: bundle.id,
      frequency: "60",
      timeUnit: "MINUTE",
      timeZone: "UTC",
      mat_throttling: 12,
      concurrency: 1,
      startTime: gmt("2012-03-01T00:00Z"),
      endTime: gmt("2012-03-02T00:00Z"),
      nextMaterializedTime: gmt("2012-03-01T05:00Z"),
      actions: [
        action(1, "SUCCEEDED"),
        action(2, "KILLED", { errorCode: "E1", errorMessage: "no" }),
        action(3, "RUNNING", { externalId: "0000003-261125043522366-oozie-joe-W" }),
        action(4, "WAITING", { missingDependencies: "hdfs://nn/a#hdfs://nn/b" }),
        action(5, "WAITING", { missingDependencies: "hdfs://nn/c" }),
      ],
    });
    oozie.add("wf", "w", "RUNNING", {
      parentId: `${coordinator.id}@3`,
      actions: [
        { id: "w@:start:", name: ":start:", type: ":START:", status: "OK" },
        {
          id: "w@x",
          name: "x",
          type: "shell",
          status: "ERROR",
          errorCode: "JA018",
          errorMessage: "exit 1",
          externalId: "application_1_0002",
          externalChildIDs: "job_1_0003",
        },
      ],
    });
  });

  it("tells of the project's jobs in few requests: counts, the oldest that waits, what comes next, and the release", async () => {
    oozie.add("wf", "other", "RUNNING");
    const { current, jobs } = await projectStatus(on, project);
    assert.deepEqual([current, jobs.length], ["new", 1]);
    const [tree] = jobs;
    assert.ok(tree?.kind === "bundle");
    assert.deepEqual([tree.release, tree.coordinators.length], ["old", 1]);
    const { counts, more, oldestWaiting, next, actions } = tree.coordinators[0]!;
    assert.deepEqual(counts, { SUCCEEDED: 1, KILLED: 1, RUNNING: 1, WAITING: 2 });
    assert.deepEqual([more, oldestWaiting, next, actions], [false, "2012-03-01T03:00Z", "2012-03-01T05:00Z", []]);
    assert.equal(proxy.seen.length, 6, proxy.seen.join("\n"));
  });

  it("tells of one job with its newest actions, what they wait for, their errors and their applications", async () => {
    const { job } = await jobStatus(on, definitions, "c");
    assert.ok(job.kind === "coordinator");
    assert.deepEqual(
      job.actions.map(({ number, status, missing, errorCode }) => [number, status, missing, errorCode]),
      [
        [5, "WAITING", ["hdfs://nn/c"], undefined],
        [4, "WAITING", ["hdfs://nn/a", "hdfs://nn/b"], undefined],
        [3, "RUNNING", [], undefined],
        [2, "KILLED", [], "E1"],
        [1, "SUCCEEDED", [], undefined],
      ],
    );
    const [shell, ...rest] = job.actions[2]!.workflow!.actions;
    assert.deepEqual([rest, shell!.errorCode, shell!.errorMessage], [[], "JA018", "exit 1"]);
    assert.deepEqual(
      shell!.applications.map(({ id }) => id),
      ["application_1_0002", "application_1_0003"],
    );
    const filter = {
      from: new Date("2012-03-01T01:00Z"),
      until: new Date("2012-03-01T03:00Z"),
      status: ["WAITING" as const],
    };
    const some = await readTree(on, coordinator.id, { filter, shown: 1, counted: 1 });
    assert.ok(some.kind === "coordinator");
    assert.deepEqual([some.actions.map(({ number }) => number), some.more], [[4], false]);
    const few = await readTree(on, coordinator.id, { shown: 1, counted: 2 });
    assert.ok(few.kind === "coordinator");
    assert.deepEqual([few.counts, few.more, few.oldestWaiting], [{ WAITING: 2 }, true, "2012-03-01T03:00Z"]);
  });

  it("shows of a long backlog what is under way and what comes next, and sees each of them end", async () => {
    const [sample] = coordinator.more["actions"] as Record<string, unknown>[];
    const backlog = Array.from({ length: 30 }, (_, i) => ({
      ...sample,
      ...{ id: `${coordinator.id}@${i + 1}`, actionNumber: i + 1, status: i === 0 ? "RUNNING" : "WAITING" },
      nominalTime: gmt(`2012-03-0${1 + Math.floor(i / 24)}T${String(i % 24).padStart(2, "0")}:00Z`),
    }));
    coordinator.more["actions"] = backlog;
    for (const counted of [500, 5]) {
      const tree = await readTree(on, coordinator.id, { shown: 4, counted });
      assert.ok(tree.kind === "coordinator");
      assert.deepEqual(
        tree.actions.map(({ number, status }) => [number, status]),
        [
          [30, "WAITING"],
          [29, "WAITING"],
          [2, "WAITING"],
          [1, "RUNNING"],
        ],
        `of ${counted}`,
      );
    }
    for (const counted of [500, 5]) {
      const filter = { status: ["WAITING" as const] };
      const some = await readTree(on, coordinator.id, { filter, shown: 2, counted });
      assert.ok(some.kind === "coordinator");
      assert.deepEqual(
        some.actions.map(({ number }) => number),
        [30, 29],
        `of ${counted}`,
      );
    }
    let looks = 0;
    const changes: unknown[] = [];
    await follow(on, coordinator.id, {
      every: 1,
      tree: { shown: 3 },
      show: () => {
        looks += 1;
        if (looks >= 30) coordinator.status = "SUCCEEDED";
        else [backlog[looks - 1]!.status, backlog[looks]!.status] = ["SUCCEEDED", "RUNNING"];
      },
      emit: ({ kind, name, from, status }) => {
        if (kind === "action" && from !== undefined) changes.push([String(name).split(" ")[1], from, status]);
      },
    });
    const expected = backlog.slice(0, 29).flatMap((_, i) => [
      [`#${i + 1}`, "RUNNING", "SUCCEEDED"],
      [`#${i + 2}`, "WAITING", "RUNNING"],
    ]);
    assert.deepEqual(changes, expected);
  });

  it("sees actions end that are more than it shows, and older than those it counts", async () => {
    const [sample] = coordinator.more["actions"] as Record<string, unknown>[];
    const running = Array.from({ length: 9 }, (_, i) => ({
      ...sample,
      ...{ id: `${coordinator.id}@${i + 1}`, actionNumber: i + 1, status: "RUNNING" },
      nominalTime: gmt(`2012-03-01T0${i}:00Z`),
    }));
    coordinator.more["actions"] = running;
    let looks = 0;
    const ended: unknown[] = [];
    await follow(on, coordinator.id, {
      every: 1,
      tree: { shown: 3, counted: 4 },
      show: () => {
        looks += 1;
        if (looks > 9) coordinator.status = "SUCCEEDED";
        else running[looks - 1]!.status = "FAILED";
      },
      emit: ({ kind, name, status }) => {
        if (kind === "action" && status === "FAILED") ended.push(String(name).split(" ")[1]);
      },
    });
    assert.deepEqual(
      ended,
      running.map(({ actionNumber }) => `#${actionNumber}`),
    );
  });

  it("looks on until a job is over, also while the server is away, restarts and is in safe mode", async () => {
    const events: HowdahEvent[] = [];
    let trees = 0;
    const next: Record<string, () => void> = {
      "job.changed": () => undefined,
      "server.away": () => (proxy.decide = () => undefined),
      "server.back": () => (oozie.mode = "SAFEMODE"),
      "server.mode": () => {
        if (oozie.mode === "SAFEMODE") oozie.mode = "NORMAL";
        else bundle.status = "SUCCEEDED";
      },
    };
    const tree = await follow(on, bundle.id, {
      every: 1,
      show: () => {
        if (++trees === 1) proxy.decide = () => ({ answer: { status: 503 } });
      },
      emit: (event) => {
        events.push(event);
        next[event.event]!();
      },
    });
    assert.equal(tree.status, "SUCCEEDED");
    const said = events.filter(({ event }) => event !== "job.changed").map(({ event, mode }) => [event, mode]);
    assert.deepEqual(said, [
      ["server.away", undefined],
      ["server.back", undefined],
      ["server.mode", "SAFEMODE"],
      ["server.mode", "NORMAL"],
    ]);
    const [first] = events;
    assert.deepEqual(first, {
      event: "job.changed",
      id: bundle.id,
      kind: "bundle",
      name: "b",
      status: "RUNNING",
      from: undefined,
    });
    const { event, ...last } = events.at(-1)!;
    assert.deepEqual([event, last["from"], last["status"]], ["job.changed", "RUNNING", "SUCCEEDED"]);
  });

  it("gives up following after the timeout, and when it is told to stop", async () => {
    const late = (await errorOf(follow(on, bundle.id, { every: 1, timeout: 5 }))) as HowdahError;
    assert.deepEqual([late.code, late.exitCode], ["NOT_OVER", 3]);
    const stop = new AbortController();
    const show = (): void => stop.abort(new Error("enough"));
    assert.match(String(await errorOf(follow(on, bundle.id, { show, signal: stop.signal }))), /enough/);
    assert.equal(bundle.status, "RUNNING");
  });

  it("suspends, foresees what resuming releases, resumes and kills; what is there already stays", async () => {
    await carryOut(on, await plan(on, definitions, "suspend", "c"), { wait: true });
    assert.equal(coordinator.status, "SUSPENDED");
    assert.equal((await plan(on, definitions, "suspend", "c")).idle, "is suspended already");
    const resume = await plan(on, definitions, "resume", "c");
    const { alive, due, throttle } = resume.coordinators[0]!;
    // 05:00 to 23:00 have passed and have no action yet.
    assert.deepEqual([alive, due, throttle], [3, 19, 12]);
    await carryOut(on, resume, { wait: true });
    assert.equal(coordinator.status, "RUNNING");
    assert.match((await plan(on, definitions, "resume", coordinator.id)).idle!, /is not suspended: RUNNING/);
    await carryOut(on, await plan(on, definitions, "kill", coordinator.id), { wait: true });
    assert.equal((await plan(on, definitions, "kill", coordinator.id)).idle, "is over already: KILLED");
  });

  it("kills some actions of a coordinator: those that are alive, by nominal time or number", async () => {
    const range = { from: at("2012-03-01T01:00Z"), until: at("2012-03-01T04:00Z") };
    const some = await plan(on, definitions, "kill", "c", range);
    assert.deepEqual(
      some.actions?.map(({ number }) => number),
      [3, 4],
    );
    await carryOut(on, some);
    const statuses = (coordinator.more["actions"] as { status: string }[]).map(({ status }) => status);
    assert.deepEqual(statuses, ["SUCCEEDED", "KILLED", "KILLED", "KILLED", "WAITING"]);
    assert.deepEqual(
      (await plan(on, definitions, "kill", "c", { actions: "1,4-9" })).actions?.map(({ number }) => number),
      [5],
    );
    for (const [name, which, code] of [
      ["c", { actions: "1-2" }, "NO_ACTIONS"],
      ["c", { actions: "one" }, "USAGE"],
      ["b", { actions: "1" }, "USAGE"],
      ["no", {}, "NAME_UNKNOWN"],
    ] as const)
      assert.equal(((await errorOf(plan(on, definitions, "kill", name, which))) as HowdahError).code, code);
  });
});
