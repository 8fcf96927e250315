import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { howdah, landReadings, removeFolder, sensorsProject, type Ended } from "../support/command.js";
import type { ReportFacts } from "#src/report/facts.js";

/** The sensors' configuration with insights; the last of them names queries or columns that are not there. */
const config = (insights: string): string => `
import { bars, defineConfig, folder, stacked } from "howdah";
import { sensors } from "./definitions.ts";
export default defineConfig({
  name: "sensors", definitions: [sensors], queries: "queries",
  report: {
    insights: [${insights}],
    notices: [{ parameter: "alarm_above", is: "7", text: "Alarms are invented." }],
  },
  targets: { here: folder("data", (root) => ({ parameters: { landing: \`\${root}/landing\`, data: root } })) },
});
void [bars, stacked];
`;
const highest = `{ title: "Highest", query: "highest", plot: bars({ label: "sensor", value: "value" }) }`;

describe("howdah report", () => {
  let root: string;
  const report = (...args: readonly string[]): Promise<Ended> => howdah(["report", ...args], root);
  const page = (): string => readFileSync(join(root, "report.html"), "utf8");

  before(async () => {
    root = sensorsProject();
    writeFileSync(join(root, "howdah.config.ts"), config(highest));
    landReadings(root, { "20120301_00": ["north,2012-03-01 00:10,60"], "20120301_01": [] });
    const { code, err } = await howdah(["run"], root);
    assert.equal(code, 0, err);
  });
  afterEach(() => {
    rmSync(join(root, "report.html"), { recursive: true, force: true });
    writeFileSync(join(root, "howdah.config.ts"), config(highest));
  });
  after(() => removeFolder(root));

  it("writes a page, and says where, how large, and how the hours stand", async () => {
    const { code, out, err } = await report("--out", "report.html", "--title", "Two hours <of> sensors");
    assert.equal(code, 0, err);
    assert.match(
      out,
      /^written: report\.html {2}\d+ kB\n2012-03-01T00:00Z … 2012-03-01T02:00Z, 4 data sets: 1 missing, 2 empty, 4 done\n$/,
    );
    assert.equal(err, "");
    assert.match(page(), /<title>Two hours &#60;of&#62; sensors<\/title>/);
    assert.match(page(), /<h3>Highest<\/h3>/);
    assert.doesNotMatch(page(), /Alarms are invented/);
    assert.deepEqual(
      readdirSync(root).filter((name) => name.startsWith("report")),
      ["report.html"],
    );
  });

  it("replaces an earlier page, and keeps to a range", async () => {
    writeFileSync(join(root, "report.html"), "earlier");
    const { out } = await report("--out", "report.html", "--from", "2012-03-01T01:00Z", "--until", "2012-03-01T02:00Z");
    assert.match(out, /2012-03-01T01:00Z … 2012-03-01T02:00Z, 4 data sets: 2 empty, 1 done/);
    assert.match(page(), /^<!doctype html>/);
  });

  it("prints the same facts as JSON, with or without a page", async () => {
    const facts = JSON.parse((await report("--json")).out) as ReportFacts & { page: unknown };
    assert.equal(facts.page, null);
    assert.deepEqual(
      facts.dataSets.map(({ name }) => name),
      ["lines", "readings", "totals", "alarms"],
    );
    assert.deepEqual(facts.insights[0]!.rows.length, 1);
    assert.ok(!existsSync(join(root, "report.html")));
    const both = JSON.parse((await report("--json", "--out", "report.html")).out) as { page: unknown };
    assert.deepEqual(both.page, { file: join(root, "report.html"), bytes: Buffer.byteLength(page()) });
  });

  it("says what the project wants said while a parameter has a value", async () => {
    await report("--out", "report.html", "-D", "alarm_above=7");
    assert.match(page(), /<strong>Note:<\/strong> Alarms are invented\./);
  });

  it("writes the page also when an insight has no answer, and says which and why", async () => {
    const wrong = [
      `{ title: "Unknown", query: "higest", plot: bars({ label: "sensor", value: "value" }) }`,
      `{ title: "Broken", query: "broken", plot: bars({ label: "sensor", value: "value" }) }`,
      `{ title: "Column", query: "highest", plot: stacked({ x: "sensr", value: "value", series: "sensor" }) }`,
    ];
    writeFileSync(join(root, "howdah.config.ts"), config([...wrong, highest].join(", ")));
    const { code, err } = await report("--out", "report.html");
    assert.equal(code, 0);
    assert.match(err, /no answer: Unknown: there is no named query higest, did you mean highest\?/);
    assert.match(err, /no answer: Broken: .*Parser Error/);
    assert.match(
      err,
      /no answer: Column: its plot names the column sensr, which highest does not have, did you mean sensor\?/,
    );
    assert.match(
      page(),
      /No answer: there is no named query higest[^]*at howdah\.config\.ts[^]*at queries\/broken\.sql:4[^]*aria-label="Bar chart: Highest/,
    );
  });

  const mistakes: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["nowhere to write", [], /report needs a file to write\n {2}→ howdah report --out report\.html, or --json/],
    ["a folder that is not there", ["--out", "no/report.html"], /there is no such folder\n {2}at .*\/no\n/],
    [
      "another folder of data",
      ["--out", "r.html", "--data", "nowhere"],
      /there is no such folder of data\n {2}at .*nowhere\n {2}→ land or ingest/,
    ],
    [
      "an empty folder of data",
      ["--out", "r.html", "--data", "queries"],
      /nothing is there to tell of: no value of first_hour follows from it/,
    ],
    [
      "a range turned round",
      ["--out", "r.html", "--from", "2012-03-01T02:00Z", "--until", "2012-03-01T01:00Z"],
      /--from 2012-03-01T02:00Z is not before --until 2012-03-01T01:00Z/,
    ],
    ["a range without anything", ["--out", "r.html", "--from", "2013-03-01T02:00Z"], /there is nothing in the range/],
    ["a time that is none", ["--out", "r.html", "--from", "yesterday"], /--from yesterday is no time/],
  ];
  for (const [what, args, says] of mistakes)
    it(`refuses ${what}, and writes nothing`, async () => {
      const { code, err, out } = await report(...args);
      assert.equal(code, 2, err);
      assert.match(err, says);
      assert.equal(out, "");
      assert.ok(!existsSync(join(root, "r.html")));
    });

  it("does not replace a folder", async () => {
    mkdirSync(join(root, "report.html"));
    const { code, err } = await report("--out", "report.html");
    assert.equal(code, 2);
    assert.match(err, /cannot write the report: it is a folder, not a file\n {2}at .*\/report\.html\n/);
  });

  it("is configured by settings that are checked, each with its line", async () => {
    const wrong = `{ title: "Highest", query: "highest", plot: { kind: "pie" }, color: "red" }`;
    writeFileSync(join(root, "howdah.config.ts"), config(wrong));
    const { code, err } = await report("--out", "report.html");
    assert.equal(code, 2);
    assert.match(
      err,
      /report\.insights\.0\.plot: must be made by bars\(\) or stacked\(\)\n {2}at .*howdah\.config\.ts:\d+\n/,
    );
    assert.match(err, /report\.insights\.0\.color: there is no such setting/);
  });
});
