import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadProject,
  openTarget,
  query,
  run,
  targetOf,
  type Cell,
  type LocalTarget,
  type Project,
} from "#src/index.js";
import { queriesOf } from "#src/project/load.js";
import { ipOf, landDay, type Hit, type Line } from "./queries-data.js";

const hits: readonly Hit[] = [
  ["08:00", "A", "/home", "rome"],
  ["08:01", "A", "/home", "oslo"],
  ["08:02", "A", "/shoes", "oslo"],
  ["08:03", "A", null, "oslo"],
  ["08:03", "A", null, "oslo"],
  ["08:04", "A", "/cart", null],
  ["08:10", "B", "/home", null],
  ["08:11", "B", "/shoes", "oslo"],
  ["08:12", "B", "/home", "oslo"],
  ["10:00", "B", "/bags", "oslo"],
  ...Array.from({ length: 10 }, (_, i): Hit => [`09:0${i}`, "C", `/${i + 1}`, "bonn"]),
  ["11:00", "D", "/b", "lima"],
  ["11:00", "D", "/a", "lima"],
  ["11:00", "D", "/a", "bonn"],
  ["13:00", "F", "/home", null],
  ["13:00", "G", "/home", null],
  ["14:00", "H", "/home", "rome"],
];
const lines: readonly Line[] = [
  ["08:02", "A", "1", 'WHITE "HEART", SMALL', 2, "2.55"],
  ["08:02", "A", "1", "LANTERN", 1, "3.39"],
  ["08:04", "A", "2", 'WHITE "HEART", SMALL', 1, "2.55"],
  ["08:04", "A", "2", "", 1, "1"],
  ["08:04", "A", "C2", "LANTERN", -1, "3.39"],
  ["10:00", "B", "3", "MUG", 10, "1.5"],
  ["10:00", "B", "3", "MUG", 10, "1.5"],
  ["11:00", "D", "4", "", 1, "1"],
  // Bought without having been on the site.
  ["12:00", "E", "5", "PEN", 5, "1"],
  ["14:00", "H", "6", "PEN", 2, "1"],
];
const products = { "/shoes": "shoes", "/cart": "shoes", "/bags": "bags", "/never": "hats" };

const start = (time: string): string => `2012-03-01 ${time}:00`;
function session(user: string, time: string): string {
  const seconds = Date.parse(`2012-03-01T${time}:00Z`) / 1000;
  return createHash("md5")
    .update(`${user}|${ipOf(user)}|${seconds}`)
    .digest("hex");
}
const [a, b1, b2, c, d] = [
  session("A", "08:00"),
  session("B", "08:10"),
  session("B", "10:00"),
  session("C", "09:00"),
  session("D", "11:00"),
];
const [f, g, h] = [session("F", "13:00"), session("G", "13:00"), session("H", "14:00")];
/** Rows of one rank stand by session id. */
const byId = (rows: readonly (readonly [string, ...Cell[]])[]): readonly (readonly Cell[])[] =>
  [...rows].sort(([one], [other]) => (one < other ? -1 : 1));

const expected: Readonly<Record<string, readonly (readonly Cell[])[]>> = {
  sessions_with_a_sale: [
    ["H", h, start("14:00"), start("14:00"), 1, "/home", "/home", "rome", "it", null, 1, 1, "2.000"],
    ["D", d, start("11:00"), start("11:00"), 3, "/a", "/b", "bonn", "it", null, 1, 1, "1.000"],
    ["B", b2, start("10:00"), start("10:00"), 1, "/bags", "/bags", "oslo", "it", null, 1, 2, "30.000"],
    ["A", a, start("08:00"), start("08:04"), 6, "/home", "/cart", "rome", "it", null, 2, 4, "12.040"],
  ],
  sessions_without_a_sale: [
    ...byId([
      [f, "F"],
      [g, "G"],
    ]).map(([id, user]) => [user!, id!, start("13:00"), start("13:00"), 1, "/home", "/home", null, "it", null]),
    ["C", c, start("09:00"), start("09:09"), 10, "/1", "/10", "bonn", "it", null],
    ["B", b1, start("08:10"), start("08:12"), 3, "/home", "/home", null, "it", null],
  ],
  invoice_lines_per_session: [
    [a, "A", 4, "12.040"],
    [b2, "B", 2, "30.000"],
    ...byId([
      [d, "D", 1, "1.000"],
      [h, "H", 1, "2.000"],
    ]),
  ],
  products_per_session: [
    [a, "A", 2],
    ...byId([
      [b2, "B", 1],
      [h, "H", 1],
    ]),
    [d, "D", 0],
  ],
  spend_by_city_and_day: [
    ["20120301", null, 2, "35.000"],
    ["20120301", "rome", 2, "14.040"],
    ["20120301", "bonn", 1, "1.000"],
  ],
  spend_by_city_and_hour: [
    ["20120301_08", "rome", 1, "12.040"],
    ["20120301_10", "oslo", 1, "30.000"],
    ["20120301_11", "bonn", 1, "1.000"],
    ["20120301_12", null, 1, "5.000"],
    ["20120301_14", "rome", 1, "2.000"],
  ],
  page_paths_with_a_sale: [
    ["/a > /b", 1],
    ["/bags", 1],
    ["/home", 1],
    ["/home > /shoes > (none) > /cart", 1],
  ],
  page_paths_without_a_sale: [
    ["/home", 2],
    ["/1 > /2 > /3 > /4 > /5 > /6 > /7 > /8", 1],
    ["/home > /shoes > /home", 1],
  ],
  conversion_by_landing_page: [
    ["/home", 5, 2, 0.4],
    ["/a", 1, 1, 1],
    ["/bags", 1, 1, 1],
    ["/1", 1, 0, 0],
  ],
  conversion_by_product_category: [
    ["shoes", 2, 1, 0.5],
    ["bags", 1, 1, 1],
  ],
  daily_top_spenders: [
    ["20120301", "B", "30.000", 1],
    ["20120301", "A", "12.040", 2],
    ["20120301", "E", "5.000", 3],
    ["20120301", "H", "2.000", 4],
    ["20120301", "D", "1.000", 5],
  ],
};

describe("the analysts' queries", () => {
  let folder = "";
  let project: Project;
  let target: LocalTarget;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    landDay(folder, hits, lines, products);
    project = await loadProject(process.cwd());
    target = openTarget(project, targetOf(project, "folder").target, { folder });
    const report = await run(target, { asRange: true });
    assert.deepEqual([...new Set(report.actions.map(({ status }) => status))], ["ran"]);
  });
  after(async () => {
    await target.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(name: string, values: Readonly<Record<string, string>> = {}): Promise<(readonly Cell[])[]> {
    const rows: (readonly Cell[])[] = [];
    await query(target, { sql: queriesOf(project).get(name)!.sql, name, values }, async (result) => {
      for await (const row of result.rows) rows.push(row);
    });
    return rows;
  }

  for (const [name, rows] of Object.entries(expected))
    it(`${name} gives its rows in order`, async () => assert.deepEqual(await ask(name), rows));

  it("session_mapped shows a row a line, as many as asked for", async () => {
    assert.equal((await ask("session_mapped")).length, 12);
    const [first, ...others] = await ask("session_mapped", { limit: "1" });
    assert.deepEqual([first![0], others], ["H", []]);
  });

  it("daily_top_spenders_usage_logs shows hits of top spenders alone, the best first", async () => {
    const users = (await ask("daily_top_spenders_usage_logs")).map(([user]) => user);
    assert.deepEqual(users, Array.from("BBBBAAAAAAHDDD"));
  });

  it("every query is tested, and says what it answers", () => {
    const named = [...queriesOf(project)];
    const tested = [...Object.keys(expected), "session_mapped", "daily_top_spenders_usage_logs"].sort();
    assert.deepEqual(named.map(([name]) => name).sort(), tested);
    for (const [name, { sql }] of named) assert.match(sql, /^-- [A-Z].{20}/, name);
  });
});
