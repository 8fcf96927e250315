import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  identitiesOf,
  loadOwnProject,
  rowsOf,
  runOn,
  withFolder,
  writtenTables,
  type Place,
} from "../support/project.ts";
import { anyCase, type Case } from "./cases.ts";
import { hourKey } from "./landing.ts";
import { expectedRows } from "./oracle.ts";

/** Random cases; HOWDAH_RUNS multiplies them. */
const runs = Math.ceil(24 * Number(process.env["HOWDAH_RUNS"] ?? "1"));

async function checkRows(place: Place, { hours, settings }: Case): Promise<void> {
  const [actual, expected] = [await rowsOf(place), expectedRows(hours, settings)];
  for (const [table, rows] of actual) assert.deepEqual(rows, expected.get(table) ?? [], table);
  for (const table of expected.keys()) assert.ok(actual.has(table), `nobody writes ${table}`);
}

/** Every hour has its partition in every table, also without rows. */
function checkPartitions({ project, folder }: Place, { hours }: Case): void {
  const ends = hours.filter(({ begins }) => hourKey(begins).endsWith("_23"));
  const days = ends.map(({ begins }) => hourKey(begins).slice(0, 8));
  for (const { table, every } of writtenTables(project))
    for (const key of every.unit === "days" ? days : hours.map(({ begins }) => hourKey(begins)))
      assert.ok(
        existsSync(join(folder, table.database.name, table.name, `date_ts=${key}`, "_SUCCESS")),
        `${table.fullName} ${key}`,
      );
}

describe("the pipeline's rows", () => {
  it(`equal an oracle's, hour by hour and as a range (${runs} random cases)`, async function () {
    this.timeout(runs * 30_000);
    const project = await loadOwnProject();
    let failedAt = Infinity;
    const check = (one: Case): Promise<void> =>
      withFolder(async (folder) => {
        const landing = join(folder, "landing");
        one.land(landing);
        const given = { ...one.given, landing };
        const byHour = { project, folder: join(folder, "by-hour"), given };
        const asRange = { project, folder: join(folder, "as-range"), given };
        const reports = [await runOn(byHour), await runOn(asRange, { asRange: true })];
        for (const { actions } of reports)
          assert.deepEqual(
            actions.filter(({ status }) => status === "failed"),
            [],
          );
        for (const place of [byHour, asRange]) {
          checkPartitions(place, one);
          await checkRows(place, one);
        }
        assert.deepEqual(identitiesOf(asRange.folder), identitiesOf(byHour.folder));
      });
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        // A smaller case is looked for, but not for long: each try is two runs.
        if (performance.now() > failedAt + 30_000) return;
        try {
          await check(one);
        } catch (error) {
          failedAt = Math.min(failedAt, performance.now());
          throw error;
        }
      }),
      { numRuns: runs },
    );
  });

  it("are compared over cases that hold what is hard", () => {
    const seen = new Map<string, number>();
    const count = (what: string, is: boolean): void => {
      seen.set(what, (seen.get(what) ?? 0) + (is ? 1 : 0));
    };
    for (const one of fc.sample(anyCase, { numRuns: 24, seed: 1 })) {
      const rows = expectedRows(one.hours, one.settings);
      const of = (table: string): readonly (readonly (string | null)[])[] =>
        (rows.get(table) ?? []).map((row) => JSON.parse(row) as (string | null)[]);
      const [mapped, sessions, open, lines] = [
        of("warehouse.session_mapped"),
        of("processed.sessions"),
        of("processed.open_sessions"),
        of("processed.open_lines"),
      ];
      const seconds = (text: string | null | undefined): number => Date.parse(`${text!.replace(" ", "T")}Z`) / 1000;
      const sold = mapped.filter((row) => row[11] !== null);
      count("a line in a session", sold.length > 0);
      count("a line that waited for its session", lines.length > 0);
      count("a session over some hours", open.length > sessions.length);
      count(
        "a session over a day",
        sessions.some((row) => seconds(row[4]) - seconds(row[3]) > 86_400),
      );
      count(
        "a session over midnight",
        sessions.some((row) => row[3]!.slice(0, 10) !== row[4]!.slice(0, 10)),
      );
      count("identical lines in a session", new Set(sold.map(String)).size < sold.length);
      count("a day's top spender", of("warehouse.daily_top_spenders").length > 0);
      count("hits of a day's top spender", of("warehouse.daily_top_spenders_usage_logs").length > 0);
      count(
        "a line at its session's end",
        sold.some((row) => row[4] === row[17]),
      );
      count(
        "a nested session that closed first",
        sessions.some((a) =>
          sessions.some((b) => a[0] === b[0] && a[3]! < b[3]! && b[4]! < a[4]! && b.at(-1)! < a.at(-1)!),
        ),
      );
      count(
        "an hour without hits",
        one.hours.some(({ hits }) => hits.every((file) => file.lines.length === 0)),
      );
      for (const reason of ["columns", "encoding", "quotes", "null-key", "bad-value", "wrong-hour"])
        count(
          `a reject: ${reason}`,
          of("processed.rejects").some((row) => row[3] === reason),
        );
      for (const link of ["column", "demo"]) count(`link ${link}`, one.settings.link === link && sold.length > 0);
    }
    assert.deepEqual(
      [...seen].filter(([, times]) => times === 0),
      [],
    );
  });
});
