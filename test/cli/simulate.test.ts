import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { commandFile, howdah, madeProject, startCommand } from "../support/command.js";

const definitions = `
import * as h from "howdah";
const p = h.parameters({ start: h.timeParameter(), end: h.timeParameter(), data: h.pathParameter({ default: "/data" }) });
const days = h.dataset("days", { every: h.days(1), initial: p.start, uri: h.path\`\${p.data}/\${h.YEAR}\${h.MONTH}\${h.DAY}_\${h.HOUR}\`, timezone: "Europe/Berlin" });
const every5 = h.dataset("every5", { every: h.minutes(5), initial: p.start, uri: h.path\`\${p.data}/\${h.YEAR}\${h.MONTH}\${h.DAY}_\${h.HOUR}\${h.MINUTE}\`, doneFlag: "" });
const w = h.workflow("w", { at: "string" }, ({ at }) => h.shell("x", { command: "true", arguments: [at] }));
const run = ({ nominalTime, formatTime }) => w.with({ at: formatTime(nominalTime, "yyyyMMdd") });
const berlin = h.coordinator("berlin", { every: h.days(1), start: p.start, end: p.end, timezone: "Europe/Berlin", reads: { day: days.current(0), before: days.currentRange(-2, -1), newest: days.latest(0) }, run });
const quick = h.coordinator("quick", { every: h.minutes(5), start: p.start, end: p.end, reads: { a: every5.current(0), b: every5.current(-1), c: every5.currentRange(-2, 0) }, run, throttle: 2, timeout: h.minutes(30) });
const counts = h.parameters({ back: h.intParameter({ default: 2 }) });
const later = h.dataset("later", { every: h.days(1), initial: "2012-03-01T12:00Z", uri: h.path\`/later/\${h.YEAR}\${h.MONTH}\${h.DAY}\` });
const early = h.coordinator("early", { every: h.hours(6), start: p.start, end: p.end, timeout: h.days(1), reads: { back: later.currentRange(h.subtract(1, counts.back), h.add(counts.back, 1)), since: later.since(p.start, 0), moved: later.offset(counts.back, "HOUR") }, run });
export default h.defineConfig({ name: "s", definitions: [early, h.bundle("all", [berlin, quick])], targets: { here: h.folder("data"), there: h.cluster({ profile: "oozie4.1", nameNode: "hdfs://nn", resourceManager: "rm", root: "/r" }) }, defaultTarget: "here" });
`;

describe("howdah simulate", () => {
  let root = "";
  before(() => (root = madeProject({ "howdah.config.ts": definitions })));
  after(() => rmSync(root, { recursive: true, force: true }));

  const simulate = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { code, out, err } = await howdah(["simulate", ...args], root);
    assert.equal(code, 0, err);
    return out.trimEnd().split("\n");
  };
  const march = ["-D", "start=2012-03-23T23:30Z", "-D", "end=2012-03-27T00:00Z"];

  it("shows each action in UTC and on the coordinator's clock, what it waits for, and where clocks are set", async () => {
    const lines = await simulate("berlin", ...march);
    assert.deepEqual(lines, [
      "berlin: every day in Europe/Berlin, from 2012-03-23T23:30Z to 2012-03-27T00:00Z",
      "  waits for 2 hours (the server's default); concurrency 1, throttle 12, FIFO",
      "  day: current(0) of days",
      "  before: current(-2 … -1) of days",
      "  newest: latest(0) of days",
      "2012-03-23T23:30Z  2012-03-24 00:30 +01:00  day 2012-03-23T23:30Z; before nothing (left out, before the first one: 2012-03-21T23:30Z … 2012-03-22T23:30Z (2)); newest latest(0), known when it starts",
      "2012-03-24T23:30Z  2012-03-25 00:30 +01:00  day 2012-03-24T23:30Z; before 2012-03-23T23:30Z (left out, before the first one: 2012-03-22T23:30Z); newest latest(0), known when it starts",
      "-- clocks in Europe/Berlin were set forward by an hour",
      "2012-03-25T22:30Z  2012-03-26 00:30 +02:00  day 2012-03-25T22:30Z; before 2012-03-23T23:30Z … 2012-03-24T23:30Z (2); newest latest(0), known when it starts",
      "2012-03-26T22:30Z  2012-03-27 00:30 +02:00  day 2012-03-26T22:30Z; before 2012-03-24T23:30Z … 2012-03-25T22:30Z (2); newest latest(0), known when it starts",
      "berlin: 4 actions; 3 instances before the first one, which Oozie leaves out silently",
    ]);
  });

  it("spells out what instances are counted by, and tells those before the first from those of a time before it", async () => {
    const days = ["-D", "start=2012-03-01T00:00Z", "-D", "end=2012-03-02T00:00Z"];
    const lines = await simulate("early", ...days, "--until", "2012-03-01T18:00Z");
    const refused =
      "since refused: the range starts at 2012-03-01T00:00Z, before the initial instance 2012-03-01T12:00Z (E1010)";
    assert.deepEqual(lines, [
      "early: every 6 hours in UTC, from 2012-03-01T00:00Z to 2012-03-02T00:00Z",
      "  waits for 1 day; concurrency 1, throttle 12, FIFO",
      "  back: current(subtract(1, back) … add(back, 1)) of later",
      "  since: since start … current(0) of later",
      "  moved: offset(back, HOUR) of later",
      ...["2012-03-01T00:00Z", "2012-03-01T06:00Z"].map((time) => {
        const none = "the time is before the first instance, 2012-03-01T12:00Z, and Oozie resolves none";
        return `${time}  back nothing of 2012-02-28T12:00Z … 2012-03-03T12:00Z (5): ${none}; ${refused}; moved nothing of 2012-02-29T12:00Z: ${none}`;
      }),
      `2012-03-01T12:00Z  back 2012-03-01T12:00Z … 2012-03-04T12:00Z (4) (left out, before the first one: 2012-02-29T12:00Z); ${refused}; moved 2012-03-01T12:00Z`,
      "early: 3 actions; 1 instance before the first one, which Oozie leaves out silently; 4 inputs at a time before the first instance, of which Oozie resolves none",
    ]);
  });

  it("offers an end where a coordinator has none", async () => {
    const { code, err } = await howdah(["simulate", "quick", "-D", "start=2012-03-01T00:00Z"], root);
    assert.equal(code, 2);
    assert.match(
      err,
      /parameter end has no value, and is where quick ends\n.*\n {2}→ give it: -D end=…, or .*--until /,
    );
    const lines = await simulate("quick", "-D", "start=2012-03-01T00:00Z", "--until", "2012-03-01T00:10Z");
    assert.match(lines.at(-1)!, /^quick: 2 actions/);
  });

  it("says the same to machines, one object a line, and the union of windows is the whole", async () => {
    const at = (from: string, until: string): Promise<readonly string[]> =>
      simulate("berlin", ...march, "--json", "--from", from, "--until", until);
    const whole = await at("2012-03-23T00:00Z", "2012-03-27T00:00Z");
    const parts = [
      ...(await at("2012-03-23T00:00Z", "2012-03-25T22:30Z")).slice(0, -1),
      ...(await at("2012-03-25T22:30Z", "2012-03-27T00:00Z")).slice(0, -1),
    ];
    assert.deepEqual(whole.slice(0, -1), parts);
    const [first] = whole.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(first, {
      coordinator: "berlin",
      nominal: "2012-03-23T23:30Z",
      local: "2012-03-24 00:30 +01:00",
      reads: {
        day: { dataSet: "days", instances: ["2012-03-23T23:30Z"], dropped: [] },
        before: { dataSet: "days", instances: [], dropped: ["2012-03-22T23:30Z", "2012-03-21T23:30Z"] },
        newest: { dataSet: "days", instances: [], dropped: [], unresolved: "latest(0)" },
      },
    });
    assert.deepEqual(JSON.parse(whole.at(-1)!), { coordinator: "berlin", summary: { actions: 4, dropped: 3 } });
  });

  it("shows flags, the target's own time-out, and all coordinators of a bundle", async () => {
    const lines = await simulate("all", ...march, "--until", "2012-03-23T23:40Z", "--uris", "--target", "there");
    assert.ok(lines.includes("    hdfs://nn/data/20120323_23/_SUCCESS"));
    assert.ok(lines.includes("    hdfs://nn/data/20120323_2335"));
    const here = await simulate("quick", ...march, "--until", "2012-03-23T23:40Z", "--uris");
    assert.ok(here.includes("    /data/20120323_2335"));
    assert.ok(lines.includes("  waits for 7 days (the server's default); concurrency 1, throttle 12, FIFO"));
    assert.deepEqual(
      lines.filter((line) => /^\w+: \d/.test(line)).map((line) => line.slice(0, 17)),
      ["berlin: 1 actions", "quick: 2 actions;"],
    );
  });

  it("shows what a late start means: when actions are made, run, or are given up, and when it has caught up", async () => {
    const start = ["-D", "start=2012-03-01T00:00Z", "-D", "end=2012-03-01T02:00Z"];
    const late = await simulate("quick", ...start, "--submitted", "2012-03-01T01:00Z", "--takes", "1m", "--json");
    const facts = late.slice(0, -1).map((line) => JSON.parse(line) as Record<string, string>);
    assert.equal(facts.length, 24);
    for (const { created, at, ends } of facts) {
      assert.ok(created! >= "2012-03-01T01:00Z" || created! <= at!);
      assert.ok(at! < ends!);
    }
    const { summary } = JSON.parse(late.at(-1)!) as { summary: Record<string, unknown> };
    assert.deepEqual([summary["started"], summary["behind"]], [24, 12]);
    const given = await simulate(
      "quick",
      ...start,
      "--submitted",
      "2012-03-01T00:00Z",
      "--delay",
      "2h",
      "--takes",
      "1m",
    );
    assert.match(given.at(-1)!, /given up/);
    assert.ok(
      given.some((line) => /^2012-03-01T00:00Z {2}made 2012-03-01T00:00Z, given up 2012-03-01T00:3\dZ$/.test(line)),
    );
  });

  for (const [what, args, says] of [
    ["no coordinator of that name", ["berlyn"], /there is no coordinator berlyn, did you mean berlin\?/],
    ["no name among several", [], /which coordinator\?\n {2}→ name one: early, berlin, quick, all$/m],
    [
      "a parameter without a value",
      ["berlin"],
      /parameter start has no value\n {2}at .*howdah\.config\.ts:\d+\n {2}→ give it: -D start=…/,
    ],
    [
      "a zone that there is not",
      ["berlin", "--zone", "Europe/Berlyn"],
      /there is no time zone Europe\/Berlyn, did you mean Europe\/Berlin\?/,
    ],
    [
      "a window the wrong way round",
      ["berlin", "--from", "2012-03-02T00:00Z", "--until", "2012-03-01T00:00Z"],
      /--from is not before --until/,
    ],
    ["a length of time that is none", ["berlin", "--takes", "soon"], /--takes soon is no length of time/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { code, err, out } = await howdah(["simulate", ...args], root);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, says);
    });

  it("streams a year of five minutes, and ends quietly when its reader has seen enough", async () => {
    const { child, ended } = startCommand(
      ["simulate", "quick", "-D", "start=2012-01-01T00:00Z", "-D", "end=2013-01-01T00:00Z"],
      root,
    );
    child.stdout!.once("data", () => child.stdout!.destroy());
    const { code, err } = await ended;
    assert.deepEqual([code, err], [0, ""]);
    const lines = await simulate("quick", "-D", "start=2012-01-01T00:00Z", "-D", "end=2013-01-01T00:00Z");
    assert.equal(lines.length, 105_408 + 6);
  });

  it("ends with 130 at Ctrl-C, also where it writes to a file, which never makes it wait", async () => {
    const file = join(root, "out.txt");
    const long = ["simulate", "quick", "-D", "start=2012-01-01T00:00Z", "-D", "end=2900-01-01T00:00Z"];
    const stdout = openSync(file, "w");
    const child = spawn(process.execPath, [commandFile, ...long], { cwd: root, stdio: ["ignore", stdout, "ignore"] });
    closeSync(stdout);
    try {
      const ended = once(child, "exit");
      for (let i = 0; statSync(file).size === 0; i++) {
        assert.ok(i < 3000 && child.exitCode === null, "nothing was written");
        await setTimeout(10);
      }
      child.kill("SIGINT");
      assert.deepEqual(await Promise.race([ended, setTimeout(20_000, "still there", { ref: false })]), [130, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
