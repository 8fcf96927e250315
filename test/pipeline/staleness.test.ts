import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseOozieTime } from "#src/core/time.js";
import { prunable, prune } from "#src/local/clean.js";
import type { ActionStatus, RunReport } from "#src/local/run.js";
import {
  assertSameData,
  identitiesOf,
  listing,
  loadChangedProject,
  loadOwnProject,
  madeAt,
  madeBetween,
  recordsOf,
  runOn,
  withFolder,
  withTarget,
  type Place,
} from "../support/project.ts";
import { hourFolder, salesHeader } from "./landing.ts";
import { file, hit, hours, instant, keys, landAll, sale, statuses } from "./six-hours.ts";

function rewrite(path: string, change: (text: string) => string): void {
  const [before, after] = [readFileSync(path, "utf8"), change(readFileSync(path, "utf8"))];
  assert.notEqual(after, before, `${path} is as it was`);
  writeFileSync(path, after);
}

/** Names of the coordinators' actions that ended, or would end, in one of some ways. */
function actionsThat({ actions }: RunReport, ...wanted: readonly ActionStatus[]): readonly string[] {
  return actions.filter(({ status }) => wanted.includes(status)).map(({ name, nominal }) => `${name} ${nominal!}`);
}

/** What a run over everything says when all is done: six hours and the first day; the second day waits. */
const nothingToDo = { fresh: 7, waiting: 1 };

/** Partitions of every unit (a job for one hour or day) that has one of those given. */
function wholeUnits(folder: string, paths: readonly string[]): readonly string[] {
  const records = recordsOf(folder);
  const unitOf = (path: string): string => {
    const { job, partition } = records.get(path)!.identity;
    return `${job} ${partition}`;
  };
  const units = new Set(paths.map(unitOf));
  return [...records.keys()].filter((path) => units.has(unitOf(path)));
}

interface Change {
  /** Changes files of a data folder. */
  readonly files?: (folder: string) => void;
  readonly given?: Readonly<Record<string, string>>;
  /** Changes a copy of the project. */
  readonly project?: (root: string) => void;
}

describe("what a change makes stale", () => {
  let base: string;

  before("build everything once", async function () {
    this.timeout(60_000);
    base = mkdtempSync(join(tmpdir(), "howdah-test-"));
    landAll(join(base, "landing"));
    await runOn({ project: await loadOwnProject(), folder: base });
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  /** Gives `work` a copy of what was built. */
  async function withCopy<T>(work: (place: Place, folder: string) => Promise<T>): Promise<T> {
    const project = await loadOwnProject();
    return withFolder(async (folder) => {
      const copy = join(folder, "data");
      cpSync(base, copy, { recursive: true });
      return work({ project, folder: copy }, folder);
    });
  }

  /** The law: what a full rebuild elsewhere would make otherwise is made again, and nothing else. */
  async function checkLaw(change: Change): Promise<readonly string[]> {
    return withCopy(async ({ project, folder }, temporary) => {
      change.files?.(folder);
      const given = change.given ?? {};
      const changed = join(temporary, "project");
      if (change.project !== undefined) mkdirSync(changed);
      const now = change.project === undefined ? project : await loadChangedProject(changed, change.project);

      const rebuilt = {
        project: now,
        folder: join(temporary, "rebuilt"),
        given: { ...given, landing: join(folder, "landing") },
      };
      await runOn(rebuilt);
      const [was, wanted] = [identitiesOf(folder), identitiesOf(rebuilt.folder)];
      const different = Object.keys(wanted).filter(
        (path) => JSON.stringify(wanted[path]) !== JSON.stringify(was[path]),
      );
      const expected = wholeUnits(rebuilt.folder, different);

      const asRange = join(temporary, "as-range");
      cpSync(folder, asRange, { recursive: true });

      const place = { project: now, folder, given };
      const before = { listing: listing(folder), madeAt: madeAt(folder) };
      const foreseen = await runOn(place, { dryRun: true });
      assert.deepEqual(listing(folder), before.listing, "a dry run changes nothing");

      const report = await runOn(place);
      assert.deepEqual([...madeBetween(before.madeAt, madeAt(folder))].sort(), [...expected].sort());
      assert.deepEqual(identitiesOf(folder), wanted);
      const listed = actionsThat(foreseen, "would-run", "may-run");
      const checkForeseen = (after: RunReport): void => {
        for (const action of actionsThat(after, "ran", "failed"))
          assert.ok(listed.includes(action), `${action} was not foreseen`);
      };
      checkForeseen(report);
      assert.deepEqual(statuses(await runOn(place)), nothingToDo);

      checkForeseen(await runOn({ project: now, folder: asRange, given }, { asRange: true }));
      const madeAsRange = madeBetween(before.madeAt, madeAt(asRange));
      for (const path of expected) assert.ok(madeAsRange.includes(path), `${path} was not made again as a range`);
      assert.deepEqual(identitiesOf(asRange), wanted);
      return expected;
    });
  }

  const addLine = (feed: "omniture" | "sales", i: number, line: string): Change => ({
    files: (folder) => appendFileSync(file(folder, feed, i), `${line}\n`),
  });
  const inSql = (name: string, from: string, to: string): Change => ({
    project: (root) => rewrite(join(root, "spark-jobs", name), (text) => text.replace(from, to)),
  });
  const has = (paths: readonly string[], table: string, i: number): boolean =>
    paths.includes(`${table.replace(".", "/")}/date_ts=${keys[i]!}`);

  const laws: readonly (readonly [string, Change, (made: readonly string[]) => void])[] = [
    [
      "a hit that its session carries on",
      addLine("omniture", 1, hit(hours[1]! + 3300, "{B}", { url: "/new" })),
      (made) =>
        assert.deepEqual(
          [0, 1, 2, 3].map((i) => has(made, "processed.sessions", i)),
          [false, true, true, false],
        ),
    ],
    [
      "a hit of the session that lasts",
      addLine("omniture", 1, hit(hours[1]! + 1000, "{A}")),
      (made) =>
        assert.deepEqual(
          [0, 1, 5].map((i) => has(made, "processed.sessions", i)),
          [false, true, true],
        ),
    ],
    [
      "a line that is a reject, in the day's last hour",
      addLine("sales", 3, "x"),
      (made) => assert.deepEqual(made.length, 3, "the hour's other job and the day stay"),
    ],
    [
      "a sale of the first hour",
      addLine("sales", 0, sale(hours[0]! + 1860, "{A}", "100")),
      (made) => assert.ok(made.includes("warehouse/daily_top_spenders/date_ts=20120301")),
    ],
    [
      "other bytes, the same size",
      { files: (folder) => rewrite(file(folder, "omniture", 4), (text) => text.replace("{C}", "{D}")) },
      (made) => assert.ok(has(made, "processed.omniture", 4) && !has(made, "processed.omniture", 3)),
    ],
    [
      "another file in a file's place",
      {
        files: (folder) => writeFileSync(file(folder, "sales", 2), `${salesHeader}\n${sale(hours[2]! + 60, "{B}")}\n`),
      },
      (made) => assert.ok(has(made, "warehouse.hourly_top_spenders", 2)),
    ],
    [
      "one more file",
      {
        files: (folder) =>
          writeFileSync(`${file(folder, "sales", 2)}-late.csv`, `${salesHeader}\n${sale(hours[2]! + 60, "{B}")}\n`),
      },
      (made) => assert.ok(has(made, "warehouse.hourly_top_spenders", 2)),
    ],
    [
      "top_spenders",
      { given: { top_spenders: "1" } },
      (made) => assert.ok(!has(made, "processed.sales", 0) && has(made, "processed.session_hits", 0)),
    ],
    [
      "max_idle_seconds",
      { given: { max_idle_seconds: "1700" } },
      (made) => assert.ok(!has(made, "processed.omniture", 0)),
    ],
    [
      "min_rejects",
      { given: { min_rejects: "11" } },
      (made) => assert.ok(has(made, "processed.sales", 0) && !has(made, "processed.session_hits", 0)),
    ],
    [
      "a comment in SQL",
      inSql("prepare.sql", "from hit_lines", "from   hit_lines -- all of them"),
      (made) => assert.deepEqual(made, []),
    ],
    [
      "SQL of the first job that makes the same rows",
      inSql("prepare.sql", "where reason is not null", "where reason is not null and 1 = 1"),
      (made) => assert.ok(has(made, "processed.omniture", 5) && !has(made, "processed.session_hits", 5)),
    ],
    [
      "SQL of the first job that makes other rows",
      inSql("prepare.sql", "else 'other'", "else 'rest'"),
      (made) => assert.ok(has(made, "processed.sales", 5)),
    ],
    [
      "SQL of the second job",
      inSql("map_session_sales.sql", "where is_state = 0", "where 0 = is_state"),
      (made) => assert.ok(made.length === 6 * 6 && has(made, "processed.sessions", 5)),
    ],
    [
      "SQL of the day's job",
      inSql("daily_top_spenders.sql", "kind = 'sale'", "kind in ('sale', 'other')"),
      (made) => assert.ok(made.length === 3 && made.every((path) => path.endsWith("20120301"))),
    ],
  ];
  for (const [what, change, check] of laws)
    it(`makes exactly what depends on it again: ${what}`, async function () {
      this.timeout(120_000);
      check(await checkLaw(change));
    });

  const runs = Math.ceil(4 * Number(process.env["HOWDAH_RUNS"] ?? "1"));
  it(`makes exactly what depends on it again: lines anywhere (${runs} random changes)`, async function () {
    this.timeout(runs * 60_000);
    const line = fc
      .record({
        hour: fc.nat(5),
        second: fc.nat(3599),
        user: fc.constantFrom("{A}", "{B}", "{C}", "{D}"),
        ip: fc.constantFrom("10.0.0.1", "10.0.0.2"),
        is: fc.constantFrom("hit", "hit", "sale", "reject"),
      })
      .map(({ hour, second, user, ip, is }) => {
        const time = hours[hour]! + second;
        if (is === "hit") return addLine("omniture", hour, hit(time, user, { ip }));
        return addLine("sales", hour, is === "sale" ? sale(time, user) : "x");
      });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 2 }), async (lines) => {
        await checkLaw({ files: (folder) => lines.forEach(({ files }) => files!(folder)) });
      }),
      { numRuns: runs },
    );
  });

  /** Does something to a copy that must make nothing stale, hour by hour or as a range. */
  async function checkNothingStale(change: (place: Place) => Promise<void> | void): Promise<void> {
    await withCopy(async (place) => {
      await change(place);
      const before = madeAt(place.folder);
      for (const asRange of [false, true]) {
        assert.deepEqual(statuses(await runOn(place, { dryRun: true, asRange })), nothingToDo);
        assert.deepEqual(statuses(await runOn(place, { asRange })), nothingToDo);
      }
      assert.deepEqual(madeBetween(before, madeAt(place.folder)), []);
    });
  }

  it("is nothing when nothing changed, also in a copied folder", async function () {
    this.timeout(60_000);
    await checkNothingStale(() => undefined);
  });

  it("is nothing when a file is touched", async function () {
    this.timeout(60_000);
    await checkNothingStale(({ folder }) => {
      const later = new Date(Date.now() + 5000);
      utimesSync(file(folder, "omniture", 2), later, later);
      utimesSync(file(folder, "sales", 2), later, later);
    });
  });

  for (const [which, i] of [
    ["an hour in the middle", 2],
    ["the first hour", 0],
    ["the last hour", 5],
  ] as const)
    it(`is nothing when the raw files of ${which} are gone`, async function () {
      this.timeout(60_000);
      await withCopy(async (place) => {
        for (const feed of ["omniture", "sales"] as const)
          rmSync(hourFolder(join(place.folder, "landing"), feed, keys[i]!), { recursive: true });
        const before = madeAt(place.folder);
        const until = instant(hours[5]! + 3600);
        assert.deepEqual(statuses(await runOn(place, { until })), nothingToDo);
        assert.deepEqual(statuses(await runOn(place, { until, asRange: true })), nothingToDo);
        assert.deepEqual(madeBetween(before, madeAt(place.folder)), []);
        // What would have to be made again of them stays, and so does what is behind it.
        const report = await runOn({ ...place, given: { min_rejects: "11" } }, { until });
        assert.deepEqual(statuses(report), { ran: 5, kept: 1, fresh: 1, waiting: 1 });
      });
    });

  async function cleanUp(place: Place): Promise<number> {
    return withTarget(place, (target) => {
      const found = prunable(target, parseOozieTime("2012-03-03T00:00Z"));
      prune(target, found);
      return Promise.resolve(found.length);
    });
  }

  it("is nothing after a clean; what was pruned is made again by a rerun alone", async function () {
    this.timeout(60_000);
    await checkNothingStale(async (place) => {
      assert.ok((await cleanUp(place)) > 0);
    });
    await withCopy(async (place) => {
      await cleanUp(place);
      const pruned = [...recordsOf(place.folder)].filter(([, record]) => record.pruned !== undefined);
      assert.ok(pruned.length > 20);
      const report = await runOn(place, { rerun: true });
      assert.deepEqual(statuses(report), { ran: 7, waiting: 1 });
      await assertSameData(place, { ...place, folder: base });
    });
  });

  it("is left as it is where what it was made of was pruned", async function () {
    this.timeout(60_000);
    for (const asRange of [false, true])
      await withCopy(async (place) => {
        await cleanUp(place);
        const before = madeAt(place.folder);
        // The newest hour would need the state before it, the day the sales of its hours.
        const changed = { ...place, given: { top_spenders: "1" } };
        const foreseen = await runOn(changed, { asRange, dryRun: true });
        assert.deepEqual(statuses(foreseen), { fresh: 5, kept: 2, waiting: 1 });
        assert.deepEqual(statuses(await runOn(changed, { asRange })), { fresh: 5, kept: 2, waiting: 1 });
        assert.deepEqual(madeBetween(before, madeAt(place.folder)), []);
      });
  });

  it("leaves the day alone when an hour that is made again has the same rows", async function () {
    this.timeout(60_000);
    await withCopy(async (place) => {
      const before = madeAt(place.folder);
      const [from, until] = [instant(hours[1]!), instant(hours[2]!)];
      assert.deepEqual(statuses(await runOn(place, { from, until, rerun: true })), { ran: 1 });
      assert.deepEqual(statuses(await runOn(place)), nothingToDo);
      const made = madeBetween(before, madeAt(place.folder));
      assert.ok(made.length === 9 && made.every((path) => path.endsWith(keys[1]!)));
    });
  });

  it("is told before: what would run, what may run because of it, and why", async function () {
    this.timeout(60_000);
    await withCopy(async (place) => {
      appendFileSync(file(place.folder, "omniture", 3), `${hit(hours[3]! + 10, "{D}")}\n`);
      const { actions } = await runOn(place, { dryRun: true });
      const short = actions.map(({ name, nominal, status, why }) => [name, nominal?.slice(5, 13), status, why]);
      const may = ["what it reads may change"];
      assert.deepEqual(short, [
        ["hourly", "03-01T20", "fresh", []],
        ["hourly", "03-01T21", "fresh", []],
        ["hourly", "03-01T22", "fresh", []],
        ["hourly", "03-01T23", "would-run", ["prepare: web-logs 20120301_23 changed"]],
        ["hourly", "03-02T00", "may-run", may],
        ["hourly", "03-02T01", "may-run", may],
        ["daily", "03-01T00", "may-run", may],
        ["daily", "03-02T00", "waiting", []],
      ]);
    });
  });
});
