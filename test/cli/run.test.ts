import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { howdah, landReadings, removeFolder, sensorsProject, type Ended } from "../support/command.js";

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly log: string | null;
  readonly actions: readonly {
    readonly name: string;
    readonly nominal: string | null;
    readonly status: string;
    readonly why: readonly string[];
    readonly missing: readonly string[];
    readonly error: { readonly code: string; readonly message: string } | null;
  }[];
}

const report = ({ out }: Ended): Report => JSON.parse(out) as Report;
const status = (ended: Ended): Readonly<Record<string, string>> =>
  Object.fromEntries(report(ended).actions.map((action) => [`${action.name} ${action.nominal ?? ""}`, action.status]));

describe("howdah run", () => {
  let project = "";
  beforeEach(() => {
    project = sensorsProject();
    landReadings(project, {
      "20210501_00": ["a,2021-05-01 00:10,51.5", "b,2021-05-01 00:20,2"],
      "20210501_01": [],
      "20210501_02": ["a,2021-05-01 02:00,1"],
    });
  });
  afterEach(() => removeFolder(project));

  it("runs what is ready, says what waits and for what, and where the log is", async () => {
    const ended = await howdah(["run"], project);
    assert.equal(ended.code, 0, ended.err);
    assert.match(
      ended.out,
      /^every-hour {2}2021-05-01T00:00Z … 2021-05-01T02:00Z \(3\) {2}ran: collect: not made yet$/m,
    );
    assert.match(ended.out, /^waits {3}every-day {2}2021-05-01T00:00Z {2}for$/m);
    assert.match(ended.out, /^ {8}data\/house\/totals\/date_ts=20210501_03\/_SUCCESS$/m);
    assert.match(ended.out, /^ {8}and 16 more$/m);
    assert.match(ended.out, /^done: 3 ran, 0 were done before, 1 wait in /m);
    const [, log] = /^log: (.*)$/m.exec(ended.out) ?? [];
    const events = readFileSync(join(project, log!), "utf8").trim().split("\n");
    assert.ok(events.every((line) => "event" in (JSON.parse(line) as object)));
  });

  it("runs nothing the second time, and the changed parts the third", async () => {
    await howdah(["run"], project);
    const again = report(await howdah(["run", "--json"], project));
    assert.deepEqual([again.counts["ran"], again.counts["fresh"]], [0, 3]);
    landReadings(project, { "20210501_02": ["a,2021-05-01 02:00,2"] });
    const changed = report(await howdah(["run", "--json"], project));
    const ran = changed.actions.filter((action) => action.status === "ran");
    assert.deepEqual(
      ran.map(({ nominal, why }) => [nominal, why]),
      [["2021-05-01T02:00Z", ["collect: lines 20210501_02 changed"]]],
    );
  });

  it("says in a dry run what would run, and changes nothing", async () => {
    const ended = await howdah(["run", "--dry-run", "--json"], project);
    assert.equal(report(ended).counts["would-run"], 3);
    assert.equal(report(ended).log, null);
    assert.equal(existsSync(join(project, "data/house")), false);
    assert.equal(existsSync(join(project, "data/_howdah")), false);
  });

  it("makes the same of a range as hour by hour, and everything again with --rerun", async () => {
    await howdah(["run"], project);
    const sql = "select sensor, total, readings, date_ts from house.totals order by date_ts, sensor";
    const before = (await howdah(["query", sql, "--format", "csv"], project)).out;
    rmSync(join(project, "data/house"), { recursive: true });
    await howdah(["run", "--as-range"], project);
    assert.equal((await howdah(["query", sql, "--format", "csv"], project)).out, before);
    assert.equal(before.split("\n").length, 8);
    assert.equal(report(await howdah(["run", "--rerun", "--json"], project)).counts["ran"], 3);
  });

  it("exits 3 when something waits and that is asked about", async () => {
    assert.equal((await howdah(["run", "--require-complete"], project)).code, 3);
    assert.equal((await howdah(["run", "every-hour", "--require-complete"], project)).code, 0);
  });

  it("exits 1 when an action fails, and says which, why and what waits for it", async () => {
    writeFileSync(join(project, "data/landing/lines/date_ts=20210501_01/b.csv"), "sensor,value\n");
    const ended = await howdah(["run"], project);
    assert.equal(ended.code, 1);
    assert.match(
      ended.out,
      /^failed {2}every-hour 2021-05-01T01:00Z: .*\n.*declared: sensor,taken,value\n.*found: +sensor,value$/m,
    );
    assert.match(ended.out, /^waits {3}every-hour {2}2021-05-01T02:00Z/m);
    assert.match(ended.out, /^failed: 1 ran, /m);
    const json = await howdah(["run", "--json"], project);
    assert.equal(json.code, 1);
    assert.equal(status(json)["every-hour 2021-05-01T01:00Z"], "failed");
    assert.equal(status(json)["every-hour 2021-05-01T02:00Z"], "waiting");
  });

  it("runs a job by itself for the hours named, and refuses hours whose state is not there", async () => {
    const first = await howdah(["run", "collect", "--until", "2021-05-01T01:00Z", "--json"], project);
    assert.deepEqual(status(first), { "collect 2021-05-01T00:00Z": "ran" });
    const args = ["--from", "2021-05-01T02:00Z", "--until", "2021-05-01T03:00Z"];
    const third = await howdah(["run", "collect", ...args], project);
    assert.notEqual(third.code, 0);
    assert.match(third.out + third.err, /totals.*20210501_01/);
  });

  it("runs a workflow by itself with its inputs", async () => {
    const missing = await howdah(["run", "collect-hour"], project);
    assert.deepEqual([missing.code, missing.out], [2, ""]);
    assert.match(missing.err, /workflow collect-hour needs hour\n {2}at .*definitions\.ts:\d+\n {2}→ give -D hour=…/);
    const given = await howdah(["run", "collect-hour", "-Dhour=20210501_00", "--json"], project);
    assert.equal(given.code, 0, given.err);
    assert.deepEqual(status(given), { "collect-hour ": "ran" });
  });

  it("waits for a day's hours, and counts by the parameter given", async () => {
    const hours = Array.from({ length: 24 }, (_, i) => `20210501_${String(i).padStart(2, "0")}`);
    landReadings(
      project,
      Object.fromEntries(hours.map((hour, i) => [hour, i === 0 ? ["a,2021-05-01 00:10,51.5"] : []])),
    );
    assert.equal((await howdah(["run", "--as-range", "--require-complete"], project)).code, 0);
    const alarms = ["query", "select * from house.alarms", "--format", "csv"];
    assert.equal((await howdah(alarms, project)).out, "sensor,alarms,date_ts\na,1,20210501\n");
    const dry = report(await howdah(["run", "--dry-run", "-D", "alarm_above=60", "--json"], project));
    const would = dry.actions.filter((action) => action.status === "would-run");
    assert.deepEqual(
      would.map(({ name, why }) => [name, why]),
      [["every-day", ["count-alarms: parameter alarm_above was 50, is 60"]]],
    );
    await howdah(["run", "-D", "alarm_above=60"], project);
    assert.equal((await howdah(alarms, project)).out, "sensor,alarms,date_ts\n");
  });

  it("gives mistakes as JSON too", async () => {
    const ended = await howdah(["run", "every-huor", "--json"], project);
    assert.equal(ended.code, 2);
    const [error] = (JSON.parse(ended.out) as { errors: { code: string; next: string }[] }).errors;
    assert.equal(error!.code, "NAME_UNKNOWN");
    assert.match(error!.next, /^the project has sensors, every-hour, every-day, collect-hour, count-day, collect/);
  });

  const mistakes: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    [
      "an unknown name",
      ["run", "every-huor"],
      /no bundle, coordinator, workflow or job every-huor, did you mean every-hour\?/,
    ],
    ["an unknown option", ["run", "--as-rnage"], /there is no option --as-rnage, did you mean --as-range\?/],
    ["an unknown parameter", ["run", "-D", "alarm_abov=1"], /no parameter alarm_abov, did you mean alarm_above\?/],
    ["a bad value", ["run", "-D", "alarm_above=x"], /parameter alarm_above: "x" is no decimal number/],
    ["a value out of range", ["run", "-D", "alarm_above=-1"], /parameter alarm_above: "-1" is below 0/],
    ["-D without =", ["run", "-D", "alarm_above"], /-D alarm_above is no name=value/],
    ["a bad time", ["run", "--from", "yesterday"], /--from yesterday is no time/],
    ["an option without its value", ["run", "--from"], /--from needs a value/],
    ["a second name", ["run", "sensors", "sensors"], /sensors is one argument too many/],
    [
      "an option given twice",
      ["run", "--from", "2021-05-01T00:00Z", "--from", "2021-05-01T00:00Z"],
      /--from is given twice/,
    ],
    [
      "--from after --until",
      ["run", "--from", "2021-05-02T00:00Z", "--until", "2021-05-01T00:00Z"],
      /--from 2021-05-02T00:00Z is not before --until 2021-05-01T00:00Z/,
    ],
    ["an unknown target", ["run", "--target", "her"], /there is no target her/],
    ["a folder where nothing has landed", ["run", "--data", "empty"], /nothing has/],
  ];
  for (const [what, args, says] of mistakes)
    it(`refuses ${what} with exit code 2, and writes nothing`, async () => {
      const ended = await howdah(args, project);
      assert.deepEqual([ended.code, ended.out], [2, ""], ended.err);
      assert.match(ended.err, says);
      assert.doesNotMatch(ended.err, /defect of howdah|\n {4}at /);
      assert.equal(existsSync(join(project, "data/_howdah")), false, "nothing was begun");
    });
});
