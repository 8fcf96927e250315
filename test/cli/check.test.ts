import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { MadeCheck } from "#src/local/checkmade.js";
import { checkedProject, filesOf, landHours, runHours, type Checks } from "../support/checked.js";
import { howdah, removeFolder, writeFile } from "../support/command.js";
import { recordsOf } from "../support/project.js";

const hours = { "00": ["a,1,1", "b,2,2"], "01": ["a,3,1", "a,4,1"], "02": [], "03": ["c,99,1", "d,,3", "d,5,3"] };

describe("howdah check", function () {
  this.timeout(30_000);
  let root = "";
  const check = (...args: readonly string[]): ReturnType<typeof howdah> => howdah(["check", ...args], root);

  /** Declares checks after the partitions were made. */
  function declare(checks: Checks): void {
    for (const [name, text] of Object.entries(filesOf(checks))) writeFile(join(root, name), text);
  }

  async function found(...args: readonly string[]): Promise<Record<string, MadeCheck & { outcome: string }>> {
    const { out, err } = await check("--json", ...args);
    assert.equal(err, "");
    const { checks } = JSON.parse(out) as { checks: (MadeCheck & { outcome: string })[] };
    return Object.fromEntries(checks.map((one) => [one.check, one]));
  }

  beforeEach(async () => {
    const made = await checkedProject({});
    root = made.root;
    landHours(join(root, "data"), hours);
    const { actions } = await runHours(made, join(root, "data"), { asRange: true });
    assert.deepEqual([...new Set(actions.map(({ status }) => status))], ["ran"]);
  });
  afterEach(() => removeFolder(root));

  it("tells which partitions of the past break a new check, with rows and a query that finds them", async () => {
    declare({ readings: `unique(["sensor", "place"]), notNull("value", { severity: "warn" }), notNull("sensor")` });
    const before = recordsOf(join(root, "data"));
    const { code, out, err } = await check("house.readings");
    assert.deepEqual([code, err], [1, ""], out);
    const lines = out.split("\n");
    assert.equal(
      lines[0],
      "failed  collect  sensor, place are unique of house.readings  2 of 4 units: 20200101_01, 20200101_03",
    );
    assert.equal(lines[1], "        20200101_01: sensor, place are unique of house.readings: 2 of 2 rows");
    assert.match(lines[3]!, /^ {8}a +2020-01-01 01:00:00 +3\.00 +1 /);
    assert.match(out, /\nwarns {3}collect {2}value is there of house\.readings {2}1 of 4 units: 20200101_03\n/);
    assert.match(out, /\nok {6}collect {2}sensor is there of house\.readings {2}4 units\n/);
    assert.match(out, /\nfailed: 1 checks hold, 1 warn, 1 fail\n$/);
    const query = /→ howdah query "(.*)"\n/.exec(out)![1]!;
    const asked = await howdah(["query", query, "--json"], root);
    assert.equal(asked.out.trim().split("\n").length, 2, asked.err);
    assert.deepEqual(recordsOf(join(root, "data")), before);
  });

  it("looks at the range that is named alone", async () => {
    declare({ readings: `unique("sensor")` });
    const args = ["--from", "2020-01-01T02:00Z", "--until", "2020-01-01T03:00Z"];
    assert.deepEqual([(await check(...args)).code, (await found(...args))["sensor is unique"]?.passed], [0, 1]);
    const rest = await found("--from", "2020-01-01T02:00Z");
    assert.deepEqual(rest["sensor is unique"]?.broken, [
      { unit: "20200101_03", measured: ["2"], text: "sensor is unique of house.readings: 2 of 3 rows" },
    ]);
  });

  it("asks for what a job reads, its state before and hours before, and says where those are gone", async () => {
    declare({
      readings: `inRange("place", { max: 2 })`,
      collect: `
        agree("lines are rows", countOf("lines"), "=", [countOf(readings)]),
        agree("totals grow", sumOf(totals, "total"), "=", [sumOf("before", "total"), sumOf(readings, "value")]),
        steady(readings, { within: "50%", last: 2, least: 2 })`,
    });
    rmSync(join(root, "data/landing/lines/date_ts=20200101_01"), { recursive: true });
    const checks = await found();
    const facts = ({ outcome, passed, unknown, broken }: (typeof checks)[string]): unknown => [
      outcome,
      passed,
      unknown,
      broken.map(({ unit }) => unit),
    ];
    assert.deepEqual(facts(checks["lines are rows"]!), ["passed", 3, 0, []]);
    assert.deepEqual(checks["lines are rows"]!.unchecked, [
      { unit: "20200101_01", why: "lines 20200101_01 is not there" },
    ]);
    assert.deepEqual(facts(checks["totals grow"]!), ["passed", 4, 0, []]);
    assert.deepEqual(facts(checks["place is in its range"]!), ["failed", 3, 0, ["20200101_03"]]);
    assert.deepEqual(facts(checks["readings has about as many rows as before"]!), [
      "warned",
      0,
      2,
      ["20200101_02", "20200101_03"],
    ]);
    assert.match((await check()).out, /not checked: 20200101_01 \(lines 20200101_01 is not there\)/);
  });

  it("refuses what would judge nothing, and a cluster", async () => {
    const refused = async (says: RegExp, ...args: readonly string[]): Promise<void> => {
      const { code, out, err } = await check(...args);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, says);
    };
    await refused(/no check on rows is declared for the project/);
    declare({ readings: `unique("sensor")` });
    await refused(/there is no table house\.reading, did you mean house\.readings\?/, "house.reading");
    await refused(/no check on rows is declared for house\.day_sums/, "house.day_sums");
    await refused(/there is no partition in the range of/, "--from", "2020-01-02T00:00Z");
    await refused(/--from lies not before --until/, "--from", "2020-01-02T00:00Z", "--until", "2020-01-01T00:00Z");
    const config = readFileSync(join(root, "howdah.config.ts"), "utf8");
    const cluster = `there: cluster({ profile: "oozie5.2", nameNode: "hdfs://nn", resourceManager: "rm", root: "/r" }), here:`;
    writeFile(
      join(root, "howdah.config.ts"),
      config
        .replace("{ defineConfig, folder", "{ cluster, defineConfig, folder")
        .replace("here:", cluster)
        .replace("name:", 'defaultTarget: "here", name:'),
    );
    await refused(/check reads a folder of data/, "--target", "there");
  });
});
