import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { lockJob } from "#src/project/lock.js";
import { query } from "#src/local/query.js";
import type { ActionReport, RunReport } from "#src/local/run.js";
import { isHowdahError } from "#src/core/errors.js";
import { startCommand, startProgram } from "../support/command.ts";
import {
  assertSameData,
  flagsOf,
  projectRoot,
  identitiesOf,
  loadOwnProject,
  madeAt,
  madeBetween,
  recordsOf,
  rowsOf,
  runOn,
  withFolder,
  withTarget,
  writtenTables,
  type Place,
} from "../support/project.ts";
import { hitLine, hourFolder, isoTime, landHour, salesHeader } from "./landing.ts";
import { file, hit, hours, instant, keys, landAll, sale, statuses } from "./six-hours.ts";

/** More rejects than an hour may have, in the third. */
function spoil(folder: string): void {
  appendFileSync(file(folder, "sales", 2), "x\n".repeat(12));
}

function actionAt({ actions }: RunReport, name: string, nominal: string): ActionReport {
  return actions.find((action) => action.name === name && action.nominal === nominal)!;
}

/** What the actions of a run waited for, as data set and hour. */
function missingOf(report: RunReport, name: string, nominal: string): readonly string[] {
  const { status, missing } = actionAt(report, name, nominal);
  assert.equal(status, "waiting", `${name} ${nominal}`);
  return missing.map((flag) => /(\w+)\/date_ts=(\w+)\/_SUCCESS$/.exec(flag)!.slice(1).join(" "));
}

/** Every flag stands on a partition that is whole: its record, and the files that the record names. */
function checkFlags(folder: string): void {
  const records = recordsOf(folder);
  for (const flag of flagsOf(folder)) {
    const path = flag.slice(0, -"/_SUCCESS".length);
    const record = records.get(path);
    assert.ok(record !== undefined, `${path} has a flag and no record`);
    for (const { name } of record.run.files) assert.ok(existsSync(join(folder, path, name)), `${path}/${name}`);
  }
}

const modes = [
  ["hour by hour", {}],
  ["as a range", { asRange: true }],
] as const;

describe("a run that fails", () => {
  let base: string;

  before("build everything once", async function () {
    this.timeout(60_000);
    base = mkdtempSync(join(tmpdir(), "howdah-test-"));
    landAll(join(base, "landing"));
    await runOn({ project: await loadOwnProject(), folder: base });
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  /** Gives `work` a folder where all has landed; with `built` also everything that was made of it. */
  async function withData<T>(built: boolean, work: (place: Place) => Promise<T>): Promise<T> {
    const project = await loadOwnProject();
    return withFolder(async (folder) => {
      const [from, to] = built ? [base, folder] : [join(base, "landing"), join(folder, "landing")];
      cpSync(from, to, { recursive: true });
      return work({ project, folder });
    });
  }

  it("stops before an hour over its reject limits, the same hour by hour and as a range", async function () {
    this.timeout(60_000);
    await withData(false, (byHour) =>
      withData(false, async (asRange) => {
        for (const [place, request] of [
          [byHour, {}],
          [asRange, { asRange: true }],
        ] as const) {
          spoil(place.folder);
          const report = await runOn(place, request);
          assert.deepEqual(statuses(report), { ran: 2, failed: 1, waiting: 5 });
          const { error } = actionAt(report, "hourly", "2012-03-01T22:00Z");
          assert.equal(error?.["code"], "REJECTS");
          assert.match(
            String(error["message"]),
            /12 of 15 lines of sales .*sales\/date_ts=20120301_22\/sales\.csv:5 columns/,
          );
          assert.deepEqual(missingOf(report, "hourly", "2012-03-01T23:00Z"), [
            "open_sessions 20120301_22",
            "open_lines 20120301_22",
          ]);
          assert.deepEqual(missingOf(report, "hourly", "2012-03-02T00:00Z"), [
            "open_sessions 20120301_23",
            "open_lines 20120301_23",
          ]);
          assert.ok(missingOf(report, "daily", "2012-03-01T00:00Z").includes("hourly_top_spenders 20120301_22"));

          const expected = writtenTables(place.project)
            .filter(({ every }) => every.unit === "hours")
            .flatMap(({ table }) => {
              const made = table.name === "rejects" ? keys.slice(0, 3) : keys.slice(0, 2);
              return made.map((key) => `${table.database.name}/${table.name}/date_ts=${key}/_SUCCESS`);
            });
          assert.deepEqual(flagsOf(place.folder), expected.sort());
        }
        await assertSameData(byHour, asRange);
        assert.equal((await rowsOf(byHour)).get("processed.rejects")!.length, 12);

        // Mended, it goes on from there to what an undisturbed run gives.
        for (const [place, request] of [
          [byHour, {}],
          [asRange, { asRange: true }],
        ] as const) {
          cpSync(file(base, "sales", 2), file(place.folder, "sales", 2));
          assert.deepEqual(statuses(await runOn(place, request)), { fresh: 2, ran: 5, waiting: 1 });
          await assertSameData(place, { ...place, folder: base });
        }
      }),
    );
  });

  for (const [how, request] of modes)
    it(`keeps what an hour was when it fails on being made again, and sends nothing behind it, ${how}`, async function () {
      this.timeout(60_000);
      await withData(true, async (place) => {
        const { folder } = place;
        spoil(folder);
        // Also stale, but behind the failure.
        appendFileSync(file(folder, "omniture", 4), `${hit(hours[4]! + 700, "{C}")}\n`);
        const before = { identities: identitiesOf(folder), flags: flagsOf(folder), made: madeAt(folder) };
        const report = await runOn(place, request);
        assert.deepEqual(statuses(report), { fresh: 2, failed: 1, waiting: 5 });
        assert.deepEqual(missingOf(report, "hourly", "2012-03-01T23:00Z"), [
          "open_sessions 20120301_22",
          "open_lines 20120301_22",
        ]);
        assert.deepEqual(missingOf(report, "daily", "2012-03-01T00:00Z").slice(0, 1), [
          "hourly_top_spenders 20120301_22",
        ]);

        assert.deepEqual(flagsOf(folder), before.flags);
        const rejects = `processed/rejects/date_ts=${keys[2]!}`;
        assert.deepEqual(madeBetween(before.made, madeAt(folder)), [rejects]);
        const { [rejects]: old, ...kept } = before.identities;
        const { [rejects]: now, ...left } = identitiesOf(folder);
        assert.deepEqual(left, kept);
        assert.deepEqual([old!.rows, now!.rows], [0, 12]);

        // Once more: the failure is not forgotten because its rejects are published.
        assert.deepEqual(statuses(await runOn(place, request)), { fresh: 2, failed: 1, waiting: 5 });
      });
    });

  for (const [how, request] of modes)
    it(`publishes nothing of an hour whose sales have another header, and shows both, ${how}`, async function () {
      this.timeout(60_000);
      await withData(false, async (place) => {
        const other = salesHeader.replace("Quantity,InvoiceDate", "InvoiceDate,Quantity");
        writeFileSync(file(place.folder, "sales", 2), `${other}\n${sale(hours[2]!, "{A}")}\n`);
        const report = await runOn(place, request);
        assert.deepEqual(statuses(report), { ran: 2, failed: 1, waiting: 5 });
        const { error } = actionAt(report, "hourly", "2012-03-01T22:00Z");
        assert.equal(error?.["code"], "RAW_HEADER");
        assert.ok(String(error["message"]).includes(salesHeader) && String(error["message"]).includes(other));
        assert.equal(recordsOf(place.folder).size, 2 * 9);
        assert.ok([...recordsOf(place.folder).keys()].every((path) => !path.endsWith(keys[2]!)));
      });
    });

  for (const [how, request] of modes)
    it(`waits for an hour that has not landed, ${how}`, async function () {
      this.timeout(60_000);
      await withData(false, async (place) => {
        rmSync(join(hourFolder(join(place.folder, "landing"), "sales", keys[2]!), "_SUCCESS"));
        const report = await runOn(place, request);
        assert.deepEqual(statuses(report), { ran: 2, waiting: 6 });
        assert.deepEqual(missingOf(report, "hourly", "2012-03-01T22:00Z"), ["sales 20120301_22"]);
        assert.deepEqual(missingOf(report, "hourly", "2012-03-01T23:00Z"), [
          "open_sessions 20120301_22",
          "open_lines 20120301_22",
        ]);
        assert.equal(recordsOf(place.folder).size, 2 * 9);
      });
    });

  it("writes nothing when a job is sent by hand over hours that have not landed", async function () {
    this.timeout(60_000);
    await withData(false, async (place) => {
      rmSync(join(hourFolder(join(place.folder, "landing"), "omniture", keys[3]!), "_SUCCESS"));
      const range = { name: "prepare", from: instant(hours[0]!), until: instant(hours[5]! + 3600), asRange: true };
      await assert.rejects(runOn(place, range), (error) => {
        assert.ok(isHowdahError(error) && error.code === "INPUT_MISSING");
        assert.match(error.message, /web-logs 20120301_23/);
        return true;
      });
      const state = { name: "map-session-sales", from: instant(hours[2]!), until: instant(hours[3]!) };
      await assert.rejects(runOn(place, state), { code: "INPUT_MISSING" });
      assert.equal(recordsOf(place.folder).size, 0);
    });
  });

  it("refuses a job that somebody runs already, and names who", async function () {
    this.timeout(60_000);
    await withData(false, async (place) => {
      const lock = lockJob(join(place.folder, "_howdah", "locks"), "map-session-sales");
      try {
        const { ended } = startCommand(["run", "marketing", "--data", place.folder], projectRoot);
        const { code, out: stdout } = await ended;
        assert.equal(code, 1);
        assert.ok(
          stdout.includes(`map-session-sales is at work on this data: process ${process.pid} on ${hostname()}`),
          stdout,
        );
        assert.equal(recordsOf(place.folder).size, 3);
        lock.check();
      } finally {
        lock.release();
      }
      assert.deepEqual(statuses(await runOn(place)), { ran: 7, waiting: 1 });
    });
  });

  it("ends well when two are started at once, perhaps on a second try", async function () {
    this.timeout(60_000);
    await withData(false, async (place) => {
      const both = [[], ["--as-range"]].map((more) =>
        startCommand(["run", "marketing", "--data", place.folder, ...more], projectRoot),
      );
      for (const { ended } of both) {
        const { code, out: stdout, err: stderr } = await ended;
        assert.ok(
          code === 0 || (code === 2 && stderr.includes("another run is at work on this data: process ")),
          stdout + stderr,
        );
      }
      checkFlags(place.folder);
      await runOn(place);
      await assertSameData(place, { ...place, folder: base });
    });
  });

  it("takes over the lock of a process that is gone, or whose number another one has", async function () {
    this.timeout(60_000);
    await withData(false, async (place) => {
      const gone = Number(spawnSync("sh", ["-c", "echo $$"]).stdout.toString());
      const owners = [
        ["prepare", gone, null],
        ["map-session-sales", process.pid, "1"],
      ] as const;
      const locks = join(place.folder, "_howdah", "locks");
      mkdirSync(locks, { recursive: true });
      for (const [job, pid, started] of owners) {
        const owner = { owner: "process", job, pid, started, host: hostname(), application: null, nonce: "dead" };
        writeFileSync(join(locks, `${job}.json`), JSON.stringify(owner));
      }
      assert.deepEqual(statuses(await runOn(place)), { ran: 7, waiting: 1 });
    });
  });

  it("says so when a table's place is no folder, and leaves no flag of the hour", async function () {
    this.timeout(60_000);
    await withData(false, async (place) => {
      const { folder } = place;
      mkdirSync(join(folder, "processed"));
      writeFileSync(join(folder, "processed", "open_lines"), "not a folder");
      const report = await runOn(place);
      assert.deepEqual(statuses(report), { failed: 1, waiting: 7 });
      const { error } = actionAt(report, "hourly", "2012-03-01T20:00Z");
      assert.equal(error?.["code"], "NOT_A_FOLDER");
      assert.match(String(error["message"]), /publish the partition.*a file stands where a folder should/);
      assert.deepEqual(
        flagsOf(folder),
        ["omniture", "rejects", "sales"].map((table) => `processed/${table}/date_ts=${keys[0]!}/_SUCCESS`),
      );

      rmSync(join(folder, "processed", "open_lines"));
      assert.deepEqual(statuses(await runOn(place)), { ran: 7, waiting: 1 });
      await assertSameData(place, { ...place, folder: base });
    });
  });

  it("says so when the folder itself cannot be written", async function () {
    this.timeout(60_000);
    await withData(false, async (place) => {
      writeFileSync(join(place.folder, "_howdah"), "not a folder");
      await assert.rejects(runOn(place), { code: "NOT_A_FOLDER" });
    });
  });

  for (const more of [[], ["--as-range"]])
    it(`says so when the disk is full, and flags nothing that is not whole${more.length > 0 ? ", as a range" : ""}`, async function () {
      this.timeout(60_000);
      await withData(false, async (place) => {
        // The fourth hour is the one that does not fit.
        const hits = Array.from({ length: 4000 }, (_, i) =>
          hitLine({
            time: isoTime(hours[3]! + (i % 3600)),
            ip: `10.0.${i % 250}.1`,
            url: `/${(i * 7919) % 65_537}${i}`,
            userid: `{${i}}`,
            city: "",
            country: "",
            state: "",
          }),
        );
        landHour(join(place.folder, "landing"), "omniture", keys[3]!, { "hits.tsv": hits.join("\n") + "\n" });
        // A limit on the size of a file fails as a full disk does, and needs no disk.
        const command = `ulimit -f 48; exec "$0" "$@"`;
        const args = ["bundle/howdah.js", "run", "marketing", "--data", place.folder, ...more];
        const {
          code,
          out: stdout,
          err: stderr,
        } = await startProgram("bash", ["-c", command, process.execPath, ...args], projectRoot).ended;
        assert.equal(code, 1, stdout + stderr);
        assert.match(stdout, /failed {2}hourly /);
        assert.match(stdout, /free some space|raise `ulimit -f`/);
        checkFlags(place.folder);
        assert.deepEqual(
          flagsOf(place.folder).filter((flag) => flag.includes(keys[3]!)),
          [],
        );
        await runOn(place);
        checkFlags(place.folder);
        assert.ok(flagsOf(place.folder).includes(`warehouse/daily_top_spenders/date_ts=20120301/_SUCCESS`));
      });
    });

  it("never misreads a partition of other columns: readers refuse it with the way out, which works", async function () {
    this.timeout(60_000);
    await withData(true, async (place) => {
      const path = join(place.folder, "processed", "open_sessions", `date_ts=${keys[1]!}`, "_howdah.json");
      const record = JSON.parse(readFileSync(path, "utf8")) as { identity: { columns: string } };
      record.identity.columns = "another";
      writeFileSync(path, JSON.stringify(record));
      const refused = (error: unknown): boolean => {
        assert.ok(isHowdahError(error));
        assert.deepEqual([error.code, error.where], ["OTHER_COLUMNS", join(path, "..")]);
        assert.match(error.message, /open_sessions 20120301_21 was written with other columns/);
        assert.match(error.next!, /--rerun/);
        return true;
      };
      const sql = "select count(*) from processed.open_sessions";
      await assert.rejects(
        withTarget(place, (target) => query(target, { sql }, async () => Promise.resolve())),
        refused,
      );
      const alone = { name: "map-session-sales", from: instant(hours[2]!), until: instant(hours[3]!) };
      const [failed] = (await runOn(place, alone)).actions;
      assert.deepEqual([failed?.status, failed?.error?.["code"]], ["failed", "OTHER_COLUMNS"]);
      assert.deepEqual(statuses(await runOn(place)), { fresh: 6, ran: 1, waiting: 1 });
      await assertSameData(place, { ...place, folder: base });
    });
  });
});
