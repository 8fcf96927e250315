import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { isOver } from "#src/connect/oozie/index.js";
import { cluster } from "#src/index.js";
import { submit } from "#src/operate/submit.js";
import type { Instant } from "#src/core/time.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import { loadProject, targetOf, type Project } from "#src/project/load.js";
import { build } from "#src/release/build.js";
import { writeCurrent } from "#src/release/current.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, madeProject } from "../support/command.js";
import { faultProxy } from "../support/faults.js";
import { onTerminal } from "../support/terminal.js";
import { until } from "./waiting.js";

const config = (name: string, root: string, at: ClusterAddresses): string => `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter(), first: h.timeParameter(), last: h.timeParameter(), shift: h.intParameter({ default: 0 }) });
const hours = h.dataset("hours", { every: h.hours(1), initial: "2012-03-01T00:00Z", uri: h.path\`\${p.data}/hours/\${h.YEAR}\${h.MONTH}\${h.DAY}\${h.HOUR}\` });
const mark = h.workflow("${name}-mark", { hour: "string" }, ({ hour }) =>
  h.fs("mark", [h.mkdir(h.path\`\${p.data}/marks\`), h.touch(h.path\`\${p.data}/marks/\${hour}-\${p.shift}\`)]));
const stop = h.workflow("${name}-stop", {}, () => h.fs("stop", [h.move(h.path\`\${p.data}/absent\`, h.path\`\${p.data}/there\`)]));
const nap = h.workflow("${name}-nap", {}, () => h.shell("nap", { command: "sleep", arguments: ["5"] }));
const hourly = h.coordinator("${name}-hourly", { every: h.hours(1), start: p.first, end: p.last, reads: { hours: hours.current(0) }, timeout: h.days(1),
  run: ({ nominalTime, formatTime }) => mark.with({ hour: formatTime(nominalTime, "yyyyMMddHH") }) });
const daily = h.coordinator("${name}-daily", { every: h.days(1), start: h.startOfDay(p.first), end: p.last, reads: {}, timeout: h.days(1), run: () => mark.with({ hour: "day" }) });
export default h.defineConfig({ name: "${name}", definitions: [h.bundle("${name}", [hourly, daily]), stop, nap], targets: {
  there: h.cluster({ profile: "oozie5.2", nameNode: "${at.nameNode}", resourceManager: "${at.resourceManager}", root: "${root}",
    webHdfs: "${at.webHdfs}", yarn: "${at.yarn}", oozie: "${at.oozie}", parameters: { data: "${root}/data" },
    parameterFiles: ["hdfs://${root}/values.json"] }) } });
`;

describe("submitting and operating on real servers", function () {
  this.timeout(180_000);
  const run = randomBytes(3).toString("hex");
  const name = `howdah-submit-${run}`;
  const times = ["--start", "2012-03-01T00:00Z", "--end", "2012-03-01T03:00Z"];
  let folder = "";
  let root: string;
  let at: ClusterAddresses;
  let project: Project;
  let on: Cluster;
  const submitted = new Set<string>();

  before(async function () {
    at = needCluster(this);
    root = `/user/${at.user}/howdah-test/submit-${run}`;
    folder = madeProject({ "howdah.config.ts": config(name, root, at) });
    project = await loadProject(folder);
    on = openCluster(targetOf(project, "cluster"), { root: folder });
    const { files, manifest } = build(project, { name: on.name, target: on.target });
    for (const { path, content } of files)
      await on.hdfs.create(`${root}/releases/${manifest.hash}/${path}`, content, { overwrite: true });
    await on.hdfs.create(`${root}/values.json`, `{"shift": "455"}`);
    await writeCurrent(on, manifest.hash, undefined, Date.now() as Instant);
  });

  after(async function () {
    if (folder === "") return;
    rmSync(folder, { recursive: true, force: true });
    for (const id of submitted) await on.oozie.kill(id).catch(() => undefined);
    const tests = this.test?.parent?.tests ?? [];
    if (tests.every(({ state }) => state === "passed")) await on.hdfs.rm(root, { recursive: true, force: true });
    on.close();
  });

  /** The command's answer with `--json`, each line of it. */
  async function command(
    ...args: string[]
  ): Promise<{ code: number | null; json: Record<string, unknown>[]; err: string }> {
    const { code, out, err } = await howdah([...args, "--json"], folder);
    const json = out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
    const [first] = json;
    if (typeof first?.["id"] === "string") submitted.add(first["id"]);
    return { code, json, err };
  }
  const statusOf = (id: string) => on.oozie.status(id);

  let bundle = "";
  it("has the server look at a bundle, submits it for some hours, and finds it again", async () => {
    const dry = await howdah(["submit", name, ...times, "--dry-run"], folder);
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.err, /shift 455 \(from hdfs:\/\/\/user\/.*values\.json\)/);
    assert.match(
      dry.err,
      /hourly: 2012-03-01T00:00Z to 2012-03-01T03:00Z; 3 nominal times have passed: their actions are made at once/,
    );
    assert.match(dry.out, /^first=2012-03-01T00:00Z$/m);
    assert.match(dry.out, /nothing was submitted/);
    const first = await command("submit", name, ...times);
    assert.deepEqual([first.code, first.json[0]?.["outcome"]], [0, "submitted"], first.err);
    bundle = String(first.json[0]!["id"]);
    const again = await command("submit", name, ...times);
    assert.deepEqual([again.code, again.json[0]?.["outcome"], again.json[0]?.["id"]], [0, "found", bundle]);
    const other = await command("submit", name, "--start", "2012-03-01T00:00Z", "--end", "2012-03-01T04:00Z");
    assert.equal(other.code, 1);
    assert.match(JSON.stringify(other.json), /RUNS_ALREADY/);
  });

  it("shows the tree with what is waited for, suspends, resumes, and kills some actions", async () => {
    interface Shown {
      readonly job: {
        readonly coordinators: {
          name: string;
          id: string;
          counts: Record<string, number>;
          actions: { missing: string[] }[];
        }[];
      };
    }
    const shown = await until(
      "three hours wait",
      async () => (await command("status", name)).json[0] as unknown as Shown,
      ({ job }) => job.coordinators.some(({ counts }) => counts["WAITING"] === 3),
    );
    const hourly = shown.job.coordinators.find((one) => one.name === `${name}-hourly`)!;
    assert.deepEqual(
      hourly.actions.map(({ missing }) => missing.length),
      [1, 1, 1],
    );
    const overview = await howdah(["status"], folder);
    assert.match(overview.out, new RegExp(`bundle ${name} {2}RUNNING {2}${bundle} {2}release \\w+ \\(current\\)`));
    assert.match(overview.out, /3 WAITING; the oldest waits since 2012-03-01T00:00Z/);
    assert.equal((await command("suspend", bundle, "--wait")).code, 0);
    assert.equal(await statusOf(hourly.id), "SUSPENDED");
    const resumed = await howdah(["resume", bundle, "--wait"], folder);
    assert.match(resumed.out, /hourly: 3 actions are released at once/);
    assert.equal(await statusOf(hourly.id), "RUNNING");
    const killed = await command("kill", hourly.id, "--from", "2012-03-01T01:00Z", "--until", "2012-03-01T02:00Z");
    assert.equal(killed.code, 0, killed.err);
    await on.hdfs.create(`${root}/data/hours/2012030100/_SUCCESS`, "");
    const counts = async () => {
      const { job } = (await command("status", hourly.id)).json[0] as unknown as {
        job: { counts: Record<string, number> };
      };
      return job.counts;
    };
    assert.deepEqual(await until("the first hour", counts, (one) => one["SUCCEEDED"] === 1), {
      WAITING: 1,
      KILLED: 1,
      SUCCEEDED: 1,
    });
  });

  it("kills by name what it has shown, and submits the same anew as the next attempt", async () => {
    const asked = await howdah(["kill", name], folder);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /nothing was killed/);
    assert.equal(await statusOf(bundle), "RUNNING");
    assert.equal((await command("kill", name, "--yes", "--wait")).code, 0);
    assert.ok(isOver(await statusOf(bundle)));
    const next = await command("submit", name, ...times);
    assert.deepEqual([next.json[0]?.["outcome"], next.json[0]?.["attempt"]], ["submitted", 2], next.err);
    assert.equal((await command("kill", String(next.json[0]!["id"]), "--wait")).code, 0);
  });

  it("waits for a workflow: exit 0 when it succeeded, 1 when it failed", async () => {
    const well = await command("submit", `${name}-mark`, "-D", "hour=one", "--wait");
    assert.equal(well.code, 0, well.err);
    assert.deepEqual(await on.hdfs.exists(`${root}/data/marks/one-455`), true);
    assert.equal(well.json.at(-1)!["event"], "job.changed");
    const badly = await command("submit", `${name}-stop`, "--wait");
    assert.equal(badly.code, 1, badly.err);
    const { out } = await howdah(["status", String(badly.json[0]!["id"])], folder);
    assert.match(out, /stop {2}fs {2}ERROR\n.*FS006/);
    const again = await command("submit", `${name}-stop`);
    assert.equal(again.json[0]?.["attempt"], 2);
    assert.equal((await command("watch", String(again.json[0]["id"]))).code, 1);
  });

  it("draws on a terminal what it waits for, each time over the time before", async () => {
    const { code, screen, seen, written } = await onTerminal(["submit", `${name}-nap`, "--wait"], folder);
    assert.equal(code, 0, written);
    const running = new RegExp(`^workflow ${name}-nap {2}RUNNING`);
    assert.ok(
      seen.some((line) => running.test(line)),
      written,
    );
    const end = screen.findIndex((line) => line.includes(`workflow ${name}-nap  SUCCEEDED`));
    assert.match(screen[end]!, /^\* /);
    assert.match(screen[end - 1]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(screen[end + 1]!, /^ {2}(?:\* )?nap {2}shell {2}OK {2}application_/);
    assert.deepEqual(screen.slice(end + 2), [""]);
    assert.equal(screen.filter((line) => /^(?:\* )?workflow /.test(line)).length, 1, screen.join("\n"));
  });

  it("makes one job of two submissions at once, and of one whose answer was lost", async () => {
    const proxy = await faultProxy(at.oozie.replace(/\/oozie$/, ""));
    const target = cluster({ ...on.target, oozie: `${proxy.url}/oozie` });
    const through = openCluster({ name: "there", target }, { root: folder });
    try {
      proxy.decide = ({ method }) => (method === "POST" ? { dropResponse: true } : undefined);
      const request = { name: `${name}-mark`, given: { hour: "two" } };
      const both = await Promise.all([submit(project, through, request), submit(project, on, request)]);
      assert.deepEqual(both.map(({ outcome }) => outcome).sort(), ["found", "submitted"]);
      assert.equal(both[0].id, both[1].id);
      const ids: string[] = [];
      for await (const { id } of on.oozie.workflows({ name: `${name}-mark`, user: at.user })) ids.push(id);
      const jobs = await Promise.all(ids.map((id) => on.oozie.workflow(id)));
      const same = jobs.filter(({ configuration }) => configuration["hour"] === "two");
      assert.deepEqual(
        same.map(({ id }) => id),
        [both[0].id],
      );
    } finally {
      through.close();
      await proxy.close();
    }
  });
});
