import assert from "node:assert/strict";
import type { HowdahEvent } from "#src/core/events.js";
import type { HowdahError } from "#src/core/errors.js";
import { cluster } from "#src/index.js";
import type { SubmitWarning } from "#src/operate/beginning.js";
import { submit, tryOut, type SubmitOptions } from "#src/operate/submit.js";
import type { SubmitRequest } from "#src/operate/prepare.js";
import type { Instant } from "#src/core/time.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import type { Project } from "#src/project/load.js";
import { build } from "#src/release/build.js";
import { writeCurrent } from "#src/release/current.js";
import { errorOf, localServers } from "../connect/servers.js";
import { standInCluster, type StandIn } from "../connect/namenode.js";
import { projectIn } from "../support/definitions.js";
import { faultProxy, type FaultProxy } from "../support/faults.js";
import { withFolder } from "../support/project.js";
import { StandInOozie } from "./oozie.js";

const config = (more = ""): string => `
import * as h from "howdah";
const p = h.parameters({ first: h.timeParameter(), last: h.timeParameter(), shift: h.intParameter({ default: 0 }), word: h.textParameter() });
const w = h.workflow("w", { hour: "string" }, ({ hour }) => h.shell("x", { command: "true", arguments: [hour, p.shift, p.word]${more} }));
const c = h.coordinator("c", { every: h.hours(1), start: p.first, end: p.last, reads: {}, timeout: h.days(1),
  run: ({ nominalTime, formatTime }) => w.with({ hour: formatTime(nominalTime, "yyyyMMddHH") }) });
const d = h.coordinator("d", { every: h.days(1), start: h.startOfDay(p.first), end: p.last, reads: {}, timeout: h.days(1), run: () => w.with({ hour: "x" }) });
const fixed = h.coordinator("fixed", { every: h.days(1), start: "2012-03-01T00:00Z", end: p.last, reads: {}, timeout: h.days(1), run: () => w.with({ hour: "x" }) });
export default h.defineConfig({ name: "b", definitions: [h.bundle("b", [c, d]), fixed], targets: { here: h.folder("data") } });
`;
const at = (text: string): Instant => Date.parse(text) as Instant;
const times = { start: at("2012-03-01T05:00Z"), end: at("2012-03-01T08:00Z") };
const day = { name: "b", ...times, given: { word: "x" } };

describe("operate: submit", () => {
  const servers = localServers();
  let hdfs: StandIn;
  let oozie: StandInOozie;
  let proxy: FaultProxy;
  let on: Cluster;
  beforeEach(async () => {
    hdfs = servers.also(await standInCluster());
    oozie = new StandInOozie();
    proxy = servers.also(await faultProxy((await servers.http(oozie.handler)).url));
    const there = { profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", root: "/r" } as const;
    const login = { user: "joe" };
    const target = cluster({
      ...there,
      webHdfs: hdfs.url,
      oozie: `${proxy.url}/oozie`,
      login,
      parameterFiles: ["hdfs:///v.json"],
    });
    on = servers.also(openCluster({ name: "there", target }, { root: "/nowhere" }));
  });

  /** Puts a project there as a deploy does, and makes it current. */
  async function deployed(project: Project, current = true): Promise<string> {
    const { files, manifest } = build(project, { name: on.name, target: on.target });
    for (const { path, content } of files) await on.hdfs.create(`/r/releases/${manifest.hash}/${path}`, content);
    if (current) await writeCurrent(on, manifest.hash, undefined, at("2026-01-01T00:00Z"));
    return manifest.hash;
  }
  const withProject = (work: (project: Project) => Promise<void>, text = config()): Promise<void> =>
    withFolder(async (folder) => work(await projectIn(folder, { "howdah.config.ts": text })));
  const stateful = `
import * as h from "howdah";
const p = h.parameters({ first: h.timeParameter(), origin: h.timeParameter({ default: "2012-02-01T00:00Z" }), last: h.timeParameter() });
const set = (name, initial) => h.dataset(name, { every: h.hours(1), initial, uri: h.path\`/data/\${name}/\${h.YEAR}\${h.MONTH}\${h.DAY}\${h.HOUR}\` });
const raw = set("raw", p.first), open = set("open", p.first), far = set("far", p.origin);
const w = h.workflow("w", {}, () => h.shell("x", { command: "true" }));
const c = h.coordinator("c", { every: h.hours(1), start: p.first, end: p.last, timeout: h.days(1),
  reads: { raw: raw.current(0), earlier: raw.current(-1), open: open.current(-1), far: far.current(-1) },
  writes: { open: open.current(0), far: far.current(0) }, accept: { BEFORE_INITIAL: "the first" }, run: () => w.with({}) });
export default h.defineConfig({ name: "b", definitions: [c], targets: { here: h.folder("data") } });
`;

  const refused = async (project: Project, request: SubmitRequest, options?: SubmitOptions): Promise<HowdahError> =>
    (await errorOf(submit(project, on, request, options))) as HowdahError;

  it("submits once, finds that one again, and sends anew what was killed", () =>
    withProject(async (project) => {
      const release = await deployed(project);
      const first = await submit(project, on, day);
      const [job] = oozie.jobs;
      assert.deepEqual(first, {
        outcome: "submitted",
        id: job!.id,
        kind: "bundle",
        name: "b",
        status: "RUNNING",
        release,
        attempt: 1,
      });
      assert.deepEqual(await submit(project, on, day), { ...first, outcome: "found" });
      job!.status = "SUCCEEDED";
      assert.deepEqual(await submit(project, on, day), { ...first, outcome: "found", status: "SUCCEEDED" });
      job!.status = "KILLED";
      const events: HowdahEvent[] = [];
      const second = await submit(project, on, day, { emit: (event) => events.push(event) });
      assert.deepEqual([second.outcome, second.attempt, oozie.sent], ["submitted", 2, 2]);
      const earlier = events.find(({ event }) => event === "submit.earlier");
      assert.deepEqual(earlier, { event: "submit.earlier", id: job!.id, status: "KILLED", attempt: 1 });
      // The lock is free again.
      assert.ok(![...hdfs.files.keys()].some((path) => path.startsWith("/r/lock.json")));
    }));

  it("warns where state begins anew though there is some, by the values recorded or by what lies there", () =>
    withProject(async (project) => {
      await deployed(project);
      const request = { name: "c", start: at("2012-03-01T05:00Z"), end: at("2012-03-01T08:00Z") };
      const told = async () => (await tryOut(project, on, request)).warnings;
      assert.deepEqual(await told(), [], "nothing is known of before");

      hdfs.files.set("/v.json", Buffer.from(`{"first": "2012-03-01T00:00Z"}`));
      const [recorded, ...more] = await told();
      assert.deepEqual([recorded!.code, more], ["BEGINS_ANEW", []]);
      assert.match(recorded!.message, /^c starts at 2012-03-01T05:00Z, where open begins too: .* begins anew$/);
      assert.match(recorded!.where, /howdah\.config\.ts:\d+/);
      assert.match(recorded!.next, /^leave --start and -D first out: it is 2012-03-01T00:00Z then; or give/);

      hdfs.files.set("/v.json", Buffer.from(`{"first": "2012-03-01T05:00Z"}`));
      assert.deepEqual(await told(), [], "it is the first that there is");
      await on.hdfs.create("/data/open/2012030104/_SUCCESS", "");
      const events: HowdahEvent[] = [];
      await submit(project, on, request, { emit: (event) => events.push(event) });
      const [lying] = events.find(({ event }) => event === "submit.prepared")!["warnings"] as SubmitWarning[];
      assert.match(lying!.message, /begins anew; open 2012-03-01T04:00Z is there$/);
      assert.match(lying!.next, /^give the initial instances of open a parameter of their own/);
    }, stateful));

  it("tells values with where they are from, the schedules, and how many actions are late", () =>
    withProject(async (project) => {
      await deployed(project);
      hdfs.files.set("/v.json", Buffer.from(`{"shift": 455}`));
      const events: HowdahEvent[] = [];
      await submit(project, on, day, { emit: (event) => events.push(event) });
      const { values, schedules } = events.find(({ event }) => event === "submit.prepared")!;
      assert.deepEqual(values, [
        { name: "first", value: "2012-03-01T05:00Z", from: "command line" },
        { name: "last", value: "2012-03-01T08:00Z", from: "command line" },
        { name: "shift", value: "455", from: "file hdfs:///v.json" },
        { name: "word", value: "x", from: "command line" },
      ]);
      const shared = { end: "2012-03-01T08:00Z", throttle: 12, concurrency: 1 };
      assert.deepEqual(schedules, [
        { coordinator: "c", start: "2012-03-01T05:00Z", passed: 3, ...shared },
        { coordinator: "d", start: "2012-03-01T00:00Z", passed: 1, ...shared },
      ]);
    }));

  it("lets two submissions at once make one job", () =>
    withProject(async (project) => {
      await deployed(project);
      const both = await Promise.all([submit(project, on, day), submit(project, on, day)]);
      assert.deepEqual(both.map(({ outcome }) => outcome).sort(), ["found", "submitted"]);
      assert.deepEqual([oozie.sent, both[0].id], [1, both[1].id]);
    }));

  it("finds a job whose answer was lost, also one that a lost submitter did not start", () =>
    withProject(async (project) => {
      await deployed(project);
      proxy.decide = ({ method }) => (method === "POST" ? { dropResponse: true } : undefined);
      const { id, outcome } = await submit(project, on, day);
      assert.deepEqual([outcome, id, oozie.sent], ["submitted", oozie.jobs[0]!.id, 1]);
      oozie.jobs[0]!.status = "PREP";
      assert.deepEqual((await submit(project, on, day)).status, "RUNNING");
    }));

  it("says so when it is not known whether a job arrived, and does not send it again", () =>
    withProject(async (project) => {
      await deployed(project);
      proxy.decide = ({ method }) => (method === "POST" ? { cut: true } : undefined);
      const error = await refused(project, day, { patience: 10 });
      assert.deepEqual([error.code, error.exitCode], ["SUBMIT_UNKNOWN", 5]);
      assert.equal(proxy.seen.filter((one) => one.startsWith("POST")).length, 1);
    }));

  it("refuses what another job of the name would write too, unless it shall run beside it", () =>
    withProject(async (project) => {
      await deployed(project);
      await submit(project, on, day);
      const other = { ...day, end: at("2012-03-02T00:00Z") };
      const error = await refused(project, other);
      assert.deepEqual([error.code, error.where, error.exitCode], ["RUNS_ALREADY", oozie.jobs[0]!.id, 1]);
      assert.match(error.next!, /howdah update b .*howdah kill 0000001-.*-B .*--beside/);
      assert.equal((await submit(project, on, other, { beside: true })).outcome, "submitted");
      // A coordinator of the bundle by itself writes the same; one whose bundle was killed is about to end.
      for (const one of oozie.jobs) one.status = "KILLED";
      const member = oozie.add("coordinator", "c", "RUNNING", { bundleId: oozie.jobs[0]!.id });
      assert.equal((await submit(project, on, { ...day, name: "c" })).outcome, "submitted");
      oozie.jobs.at(-1)!.status = "KILLED";
      oozie.jobs[0]!.status = "RUNNING";
      assert.equal((await refused(project, { ...day, name: "c" })).where, member.id);
    }));

  it("names all that has no value at once, and sends nothing", () =>
    withProject(async (project) => {
      await deployed(project);
      const missing = await refused(project, { name: "b" });
      assert.deepEqual([missing.code, missing.next], ["PARAMETER_MISSING", "give -D first=… -D last=… -D word=…"]);
      const workflow = await refused(project, { name: "w" });
      assert.equal(workflow.message, "the workflow w needs values of hour, word");
      assert.equal((await submit(project, on, { name: "w", given: { hour: "1", word: "x" } })).kind, "workflow");
      assert.equal(oozie.sent, 1);
    }));

  for (const [what, request, code, says] of [
    [
      "a start that is fixed",
      { ...day, name: "fixed" },
      "TIME_FIXED",
      /^the start of the coordinator fixed is fixed in its definition$/,
    ],
    ["a workflow with a start", { ...day, name: "w" }, "USAGE", /^w is a workflow, which has no start and no end$/],
    [
      "a time that -D says otherwise",
      { ...day, given: { word: "x", first: "2012-01-01T00:00Z" } },
      "USAGE",
      /first is given twice/,
    ],
    [
      "an end before the start",
      { ...day, end: times.start },
      "WINDOW",
      /^the coordinator c would end .* before it starts/,
    ],
    ["an unknown name", { ...day, name: "e" }, "NAME_UNKNOWN", /no bundle, coordinator or workflow e/],
    ["an empty value", { ...day, given: { word: "" } }, "VALUE_EMPTY", /^parameter word is empty/],
  ] as const)
    it(`refuses ${what}`, () =>
      withProject(async (project) => {
        await deployed(project);
        const error = await refused(project, request);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, says);
        assert.equal(oozie.sent, 0);
      }));

  it("submits the current release alone, or a deployed one by its name", () =>
    withProject(async (project) => {
      assert.equal((await refused(project, day)).code, "NOT_DEPLOYED");
      const old = await deployed(project);
      await withProject(async (changed) => {
        const error = await refused(changed, day);
        assert.equal(error.code, "PROJECT_CHANGED");
        const { hash } = build(changed, { name: on.name, target: on.target }).manifest;
        assert.match(error.message, new RegExp(`here it is release ${hash}, on there ${old} is current`));
        assert.match(error.next!, new RegExp(`howdah deploy .*--release ${old}`));
        await deployed(changed, false);
        assert.match((await refused(changed, day)).message, /is deployed on there, but .* is current$/);
        const before = await submit(changed, on, { ...day, release: old });
        assert.deepEqual([before.outcome, before.release], ["submitted", old]);
        assert.equal((await refused(changed, { ...day, release: "0".repeat(16) })).code, "NOT_DEPLOYED");
      }, config(`, environment: { A: "b" }`));
      const unlike = config().replaceAll("word", "other");
      await withProject(async (renamed) => {
        const error = await refused(renamed, { ...day, given: { other: "x" }, release: old });
        assert.deepEqual([error.code, /needs values of word/.test(error.message)], ["RELEASE_DIFFERS", true]);
      }, unlike);
    }));

  it("tries a submission out on the server, which changes nothing", () =>
    withProject(async (project) => {
      await deployed(project);
      const { submission, answer } = await tryOut(project, on, day);
      assert.deepEqual([answer, oozie.sent, oozie.jobs], ["OK", 0, []]);
      assert.equal(submission.properties["startOfDay_first"], "2012-03-01T00:00Z");
      assert.match(submission.properties["howdah.submission"]!, /^[0-9a-f]{32}$/);
      assert.equal(submission.properties["howdah.project"], "b");
    }));
});
