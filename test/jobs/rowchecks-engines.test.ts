import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jobSpec } from "#src/jobs/compile.js";
import type { CheckWarning } from "#src/local/batch.js";
import { needSpark, runSparkEach, type Finished } from "../support/spark.js";
import { at, checkedProject, failureOf, landHours, runHours, type Checked, type Hours } from "../support/checked.js";
import { removeFolder } from "../support/command.js";
import { flagsOf, identitiesOf, recordsOf, runOn } from "../support/project.js";

/** Every kind of check; hours of which some warn. */
const all = {
  readings: `
    notNull(["sensor", "value"], { atMost: "34%" }), unique(["sensor", "place"], { severity: "warn" }),
    oneOf("kind", ["in", "o'ut", "back\\\\slash", "\\u00e9\\ud83d\\ude00"], { severity: "warn" }),
    inRange("value", { min: -1.5, max: "1000000" }), inRange("taken", { min: "2020-01-01 00:00:00" }),
    oneOf("place", [-1, 1, 2, 3]), oneOf("loud", [false], { severity: "warn", atMost: 1 }),
    satisfies("place <= :most or kind like 'o%'", { name: "few places" })`,
  totals: `unique("sensor"), notNull("total", { atMost: "34%" })`,
  collect: `
    agree("no line is lost", countOf("lines"), "=", [countOf(readings), countOf("lines", "kind = 'skip'")]),
    agree("totals grow", sumOf(totals, "total"), "=", [sumOf("before", "total"), sumOf(readings, "value")], { atMost: 0.5 }),
    agree("warm", sumOf(readings, "value"), "<=", sumOf(readings, "place"), { severity: "warn", atMost: "50%" }),
    noRows("known sensors", "select sensor, total, date_ts from house.totals where total > 40", { severity: "warn" }),
    steady(readings, { within: "40%", last: 3, least: 2 })`,
  day: `
    agree("a day is its hours", sumOf(sums, "total"), "=", sumOf("hours", "value")),
    agree("hours", countOf("hours", "place > 0"), ">=", countOf(sums)), steady(sums, { within: "10%", last: 2, least: 1 })`,
  collectFile:
    "-- check: no two totals, warn, at most 1\nselect a.sensor, a.date_ts from house.totals a join units u on u.date_ts = a.date_ts\nwhere a.total > 1\n",
};
const hours: Hours = {
  "00": ["a,1.25,1", "b,2,2,o'ut", "c,,3"],
  "01": ["a,0.5", "a,9,1,strange", "b,3,2,skip"],
  "02": [],
  "03": ["d,41,2,back\\slash", "d,9.75,1,é😀", "e,99,1"],
};
const failing: Hours = {
  ...hours,
  "03": ["x,-7.5,9,o'ut", "tab\there and a text that is longer than is shown,-8,1", ",1,1"],
};

const dayHours: Hours = Object.fromEntries(
  Array.from({ length: 24 }, (_, i) => [String(i).padStart(2, "0"), i < 3 ? [`a,${i}.5`] : []]),
);

describe("checks on rows on both engines", function () {
  this.timeout(600_000);
  let checked: Checked;
  const places: Record<string, string> = {};
  const results: Record<string, Finished> = {};

  before(async function () {
    await needSpark(this);
    checked = await checkedProject(all);
    const { root, project } = checked;
    const values = (folder: string): string[] => {
      const known = { data: folder, landing: join(folder, "landing"), first_hour: "2020-01-01T00:00Z" };
      writeFileSync(`${folder}.json`, JSON.stringify(known));
      return ["--parameters", `${folder}.json`];
    };
    const specOf = (name: string): string => {
      const file = join(root, `${name}.json`);
      writeFileSync(
        file,
        JSON.stringify(jobSpec(project.jobs.get(name)!, project.definitions.parameters.get("data")!)),
      );
      return file;
    };
    const [collect, sumUp] = [specOf("collect"), specOf("sum-up")];
    const runs: [string, string[]][] = [];
    const place = (name: string, landed: Hours): string => {
      places[name] = join(root, `spark-${name}`);
      landHours(places[name], landed);
      return places[name];
    };
    const add = (name: string, spec: string, folder: string, from: string, to: string, ...more: string[]): void =>
      void runs.push([name, [spec, "--from", from, "--to", to, ...values(folder), ...more]]);

    const range = place("range", hours);
    add("range", collect, range, "20200101_00", "20200101_03", "--json");
    const single = place("single", hours);
    for (const [from, to] of [
      ["00", "00"],
      ["01", "02"],
      ["03", "03"],
    ])
      add(`single ${from}`, collect, single, `20200101_${from}`, `20200101_${to}`, "--json");
    const bad = place("failing", failing);
    add("failing", collect, bad, "20200101_00", "20200101_03", "--json");
    const broken = place("broken", failing);
    add("failing again", collect, broken, "20200101_00", "20200101_03");
    add("mended", collect, bad, "20200101_03", "20200101_03", "--json", "-D", `landing=${range}/landing`);
    // A day needs all its hours; either engine may have made them.
    const day = place("day", dayHours);
    await runHours(checked, day, { asRange: true });
    add("day", sumUp, day, "20200101", "20200101", "--json");
    const finished = await runSparkEach(runs.map(([, args]) => args));
    runs.forEach(([name], i) => (results[name] = finished[i]!));
  });
  after(() => removeFolder(checked.root));

  /** The same data, without what was made of it. */
  function here(name: string): string {
    const folder = join(checked.root, `here-${name}`);
    cpSync(join(places[name]!, "landing"), join(folder, "landing"), { recursive: true });
    return folder;
  }

  const eventsOf = (name: string): readonly Record<string, unknown>[] =>
    results[name]!.stdout.split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  const warnedOf = (name: string): readonly unknown[] =>
    eventsOf(name).flatMap(({ event, ...warning }) => (event === "check.warned" ? [warning] : []));

  it("find and keep the same, hour by hour, as a range, and on either engine", async () => {
    assert.equal(results["range"]!.exitCode, 0, results["range"]!.stderr + results["range"]!.stdout);
    const folder = here("range");
    const report = await runHours(checked, folder, { asRange: true });
    const single = here("single");
    const byHour = await runHours(checked, single);
    const kept = identitiesOf(folder);
    assert.deepEqual(identitiesOf(places["range"]!), kept);
    assert.deepEqual(identitiesOf(single), kept);
    assert.deepEqual(identitiesOf(places["single"]!), kept);

    const outcomes = Object.fromEntries(
      kept["house/readings/date_ts=20200101_01"]!.checks.map(({ name, outcome, measured }) => [
        name,
        [outcome, ...measured],
      ]),
    );
    assert.deepEqual(outcomes, {
      "sensor, value are there": ["passed", "0"],
      "sensor, place are unique": ["warned", "2"],
      "kind is a known value": ["warned", "1"],
      "value is in its range": ["passed", "0"],
      "taken is in its range": ["passed", "0"],
      "place is a known value": ["passed", "0"],
      "loud is a known value": ["passed", "1"],
      "few places": ["passed", "0"],
      "no line is lost": ["passed", "3", "3"],
      "totals grow": ["passed", "12.75", "12.75"],
      warm: ["warned", "9.5", "2"],
      "known sensors": ["passed", "0"],
      "no two totals": ["warned", "2"],
    });

    // What depends on the hours before stands apart, and is the same too.
    const ofHistory = (place: string): unknown =>
      [...recordsOf(place)].map(([path, { run }]) => [
        path,
        run.checks?.map(({ outcome, measured }) => [outcome, ...measured]),
      ]);
    assert.deepEqual(ofHistory(places["range"]!), ofHistory(folder));
    assert.deepEqual(ofHistory(places["single"]!), ofHistory(folder));
    const told = recordsOf(folder).get("house/readings/date_ts=20200101_03")!.run.checks;
    assert.deepEqual(told, [
      { name: "readings has about as many rows as before", outcome: "warned", measured: ["3", "2"] },
    ]);

    assert.deepEqual(warnedOf("range"), report.warnings);
    const withoutLines = (warnings: readonly CheckWarning[]): unknown =>
      warnings.map(({ lines, ...rest }) => [rest, lines.length > -1]);
    assert.deepEqual(withoutLines(byHour.warnings), withoutLines(report.warnings));
  });

  it("keep a failing hour aside with the same record and the same words", async () => {
    const folder = here("failing");
    const failure = failureOf(await runHours(checked, folder, { asRange: true }));
    const error = eventsOf("failing").find(({ event }) => event === "error")!;
    assert.equal(results["failing"]!.exitCode, 1);
    assert.equal(error["code"], "CHECK_FAILED");
    assert.equal(error["unit"], "20200101_03");
    const place = "_howdah/held/collect/20200101_03";
    assert.deepEqual(identitiesOf(join(places["broken"]!, place)), identitiesOf(join(folder, place)));
    assert.deepEqual(identitiesOf(places["broken"]!), identitiesOf(folder));
    assert.deepEqual(flagsOf(places["broken"]!), flagsOf(folder));
    assert.equal(flagsOf(folder).length, 6);
    const words = (text: unknown): readonly string[] =>
      String(text)
        .split("\n")
        .filter((line) => !line.startsWith("  select"));
    assert.deepEqual(words(error["message"]), words(failure["message"]));
    assert.match(
      String(error["message"]),
      /\n {2}select sensor.* from parquet\.`.*\/held\/collect\/20200101_03\/house\.readings` where /,
    );

    const { stderr, exitCode } = results["failing again"]!;
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: collect 20200101_03: check failed: value is in its range, place is a known value\n {2}value is /m,
    );
  });

  it("forget what was kept aside once the hour succeeds", () => {
    assert.equal(results["mended"]!.exitCode, 0, results["mended"]!.stderr);
    assert.deepEqual(readdirSync(join(places["failing"]!, "_howdah/held/collect")), []);
    assert.ok(existsSync(join(places["failing"]!, "house/readings/date_ts=20200101_03/_SUCCESS")));
  });

  it("count all hours that a day reads as the day's", async () => {
    assert.equal(results["day"]!.exitCode, 0, results["day"]!.stderr);
    const folder = here("day");
    await runHours(checked, folder, { asRange: true });
    await runOn({ project: checked.project, folder }, { name: "daily", until: at("2020-01-02T00:00Z") });
    const day = "house/day_sums/date_ts=20200101";
    assert.deepEqual(identitiesOf(places["day"]!)[day], identitiesOf(folder)[day]);
    assert.deepEqual(identitiesOf(folder)[day]!.checks, [
      { name: "a day is its hours", outcome: "passed", measured: ["4.5", "4.5"] },
      { name: "hours", outcome: "passed", measured: ["3", "1"] },
    ]);
    assert.deepEqual(
      recordsOf(folder)
        .get(day)!
        .run.checks?.map(({ outcome }) => outcome),
      ["unknown"],
    );
  });
});
