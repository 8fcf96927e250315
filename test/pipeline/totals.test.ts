import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/spark.js";
import { skip } from "../support/skip.js";

const root = join(import.meta.dirname, "..", "..", "..");
const range = ["--from", "2012-03-01T00:00Z", "--until", "2012-03-16T01:00Z"];

function command(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr + stdout);
  return stdout;
}
const howdah = (...args: string[]): string => command(process.execPath, join(root, "bundle", "howdah.js"), ...args);

/** The rows of a query as texts, without the header. */
function rows(data: string, sql: string): string[][] {
  const [, ...lines] = howdah("query", "--data", data, "--format", "csv", sql).trimEnd().split("\n");
  return lines.map((line) => line.split(","));
}

const tables = [
  ...["omniture", "sales", "rejects", "session_hits", "sessions", "open_sessions", "open_lines"].map(
    (t) => `processed.${t}`,
  ),
  ...[
    "session_mapped",
    "hourly_top_spenders",
    "daily_top_spenders",
    "daily_top_spenders_usage_logs",
    "promo_mailing_list",
  ].map((t) => `warehouse.${t}`),
];

describe("the public samples", function () {
  this.timeout(900_000);
  let folder = "";
  let [ranged, hourly] = ["", ""];

  before(function () {
    const samples = process.env["HOWDAH_SAMPLES"];
    if (samples === undefined) return skip(this, "HOWDAH_SAMPLES names no folder with the public samples");
    folder = temporaryFolder();
    [ranged, hourly] = [join(folder, "range"), join(folder, "hours")];
    const files = ["--web-logs", join(samples, "Omniture.1.tsv.gz"), "--sales", join(samples, "online-retail.csv.gz")];
    command("npm", "run", "-s", "land", "--", ...files, "--sales-shift-days", "455", ...range, "--data", ranged);
    cpSync(join(ranged, "landing"), join(hourly, "landing"), { recursive: true });
    howdah("run", "marketing", "--data", ranged, ...range, "--as-range");
    howdah("run", "marketing", "--data", hourly, ...range);
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("give the known totals", () => {
    for (const data of [ranged, hourly]) {
      assert.deepEqual(rows(data, "select count(*), count(distinct sessionid) from processed.session_hits"), [
        ["77529", "14307"],
      ]);
      assert.deepEqual(rows(data, "select kind, count(*) from processed.sales group by kind order by kind"), [
        ["cancellation", "561"],
        ["other", "183"],
        ["sale", "30389"],
      ]);
      assert.deepEqual(
        rows(
          data,
          "select count(*), count(invoiceno), sum(amount), count(distinct case when invoiceno is not null then sessionid end) from warehouse.session_mapped",
        ),
        [["32299", "18739", "410719.720", "747"]],
      );
      assert.deepEqual(rows(data, "select count(*) from processed.sessions"), [["14307"]]);
      assert.deepEqual(rows(data, "select count(*) from processed.rejects"), [["0"]]);
    }
  });

  it("give the same rows hour by hour and all at once", () => {
    for (const table of tables) {
      const sql = `select * from ${table} order by all`;
      const [one, other] = [ranged, hourly].map((data) => howdah("query", "--data", data, "--format", "csv", sql));
      assert.ok(one!.length > 0);
      assert.ok(one === other, `${table} differs`);
    }
  });

  it("let the day wait whose hours have not come", () => {
    const day = join(ranged, "warehouse", "daily_top_spenders");
    assert.ok(existsSync(join(day, "date_ts=20120315", "_SUCCESS")));
    assert.ok(!existsSync(join(day, "date_ts=20120316")));
  });

  it("are done by then", () => {
    const report = JSON.parse(howdah("run", "marketing", "--data", ranged, ...range, "--json")) as {
      counts: Readonly<Record<string, number>>;
    };
    assert.deepEqual([report.counts["ran"], report.counts["fresh"], report.counts["waiting"]], [0, 376, 1]);
  });
});
