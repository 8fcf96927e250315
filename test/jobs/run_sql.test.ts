import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { hashOf, sha256 } from "#src/core/hash.js";
import type { PartitionRecord } from "#src/jobs/record.js";
import type { JobSpec } from "#src/jobs/spec.js";
import { disturbedSpark, needSpark, runSparkEach, temporaryFolder, type Finished } from "../support/spark.js";
import { countingJob, filesBelow, land, recordOf, sensorJob, writeSpec } from "./sensors.js";

const header = "sensor,at,value\n";
const six = header + 'x,2021-05-01 06:10:00,1.5\ny,2021-05-01 06:20:00,25\n"b,""ad""",2021-05-01 06:21:00,30.125\n';
const eight = header + "x,2021-05-01 08:10:00,-2\n";
const nine = header + "y,2021-05-01 09:00:00,0.001\n,2021-05-01 09:00:00,1\n";
const tables = ["readings", "rejects", "latest"];
const hours = ["20210501_06", "20210501_07", "20210501_08", "20210501_09"];

/** A folder with four hours landed, the second of them empty; the first has a broken line and a packed file. */
function landed(root: string): string {
  land(root, "20210501_06", {
    "a.csv": `${six}nope\n`,
    "b[1],c é.csv.gz": gzipSync(`\ufeff${header.replace("\n", "\r\n")}x,2021-05-01 06:50:00,zz\r\n`),
    "_hidden.csv": "not read",
  });
  land(root, "20210501_07", {});
  land(root, "20210501_08", { "a.csv": eight });
  land(root, "20210501_09", { "a.csv": nine });
  return root;
}

describe("run_sql.py", function () {
  this.timeout(300_000);
  let folder = "";
  const roots: Record<string, string> = {};
  const results: Record<string, Finished> = {};

  const processStart = (pid: number): string | null => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/, "").trim().split(/\s+/)[19] ?? null;
    } catch {
      return null;
    }
  };

  function lock(root: string, owner: Readonly<Record<string, unknown>>): void {
    mkdirSync(join(root, "_howdah", "locks"), { recursive: true });
    const whole = { owner: "process", host: hostname(), application: null, nonce: "00", job: "collect", ...owner };
    writeFileSync(join(root, "_howdah", "locks", "collect.json"), JSON.stringify(whole));
  }

  before(async function () {
    await needSpark(this);
    folder = temporaryFolder();
    const runs: { name: string; args: string[] }[] = [];
    const plan = (name: string, root: string, from: string, to: string, ...more: string[]): void => {
      roots[name] = root;
      runs.push({
        name,
        args: [join(root, "spec.json"), "--from", from, "--to", to, "-D", `root=${root}`, "--json", ...more],
      });
    };
    const place = (name: string, spec: JobSpec = sensorJob): string => {
      const root = landed(join(folder, name));
      writeSpec(root, spec);
      return root;
    };

    plan("range", place("range"), hours[0]!, hours[3]!);

    const single = place("single");
    // What a killed run left: its lock, of a process of the same id that started at another time, and its work.
    lock(single, { pid: process.pid, started: "1" });
    mkdirSync(join(single, "_howdah", "work", "collect-0123456789abcdef", "new"), { recursive: true });
    mkdirSync(join(single, "_howdah", "work", "collect-more-0123456789abcdef"), { recursive: true });
    for (const hour of hours) plan(`single ${hour}`, single, hour, hour);
    plan("again", single, hours[1]!, hours[2]!);
    // A job without a state, whose hours have nothing to do with each other.
    plan("loose", place("loose", loose), hours[0]!, hours[3]!);

    const missing = place("missing");
    rmSync(join(missing, "landing", "readings", "date_ts=20210501_08", "_SUCCESS"));
    plan("missing", missing, hours[0]!, hours[3]!);
    plan("no state", place("no state"), hours[1]!, hours[1]!);

    const failing = place("failing");
    land(failing, "20210501_08", { "a.csv": `${eight}one\ntwo\n\n` });
    plan("failing", failing, hours[0]!, hours[3]!);

    const headless = place("headless");
    land(headless, "20210501_08", { "a.csv": "sensor,value,at\nx,1,2021-05-01 08:10:00\n" });
    plan("headless", headless, hours[0]!, hours[3]!);
    const torn = place("torn");
    land(torn, "20210501_06", { "z.csv.gz": gzipSync(six).subarray(0, 40) });
    plan("torn", torn, hours[0]!, hours[1]!);

    const held = place("held");
    lock(held, { pid: process.pid, started: processStart(process.pid) });
    plan("held", held, hours[0]!, hours[0]!);
    const dead = place("dead");
    lock(dead, { pid: 2 ** 22 + 1, started: null });
    plan("dead", dead, hours[0]!, hours[0]!);

    const other = place("columns", {
      ...sensorJob,
      reads: sensorJob.reads.map((read) => (read.own ? { ...read, columnsHash: "another" } : read)),
    });
    plan("columns first", other, hours[0]!, hours[0]!);
    plan("columns", other, hours[1]!, hours[1]!);

    plan("wrong parameter", place("wrong parameter"), hours[0]!, hours[0]!, "-D", "min_rejects=many");
    plan("unknown parameter", roots["wrong parameter"]!, hours[0]!, hours[0]!, "-D", "min_reject=1");
    plan("backwards", roots["wrong parameter"]!, hours[1]!, hours[0]!);
    plan("before the first", roots["wrong parameter"]!, "20210501_05", hours[0]!);
    plan("no unit", roots["wrong parameter"]!, "2021-05-01", hours[0]!);
    plan("bad SQL", place("bad SQL", withSql("select date_ts, nothing from readings")), hours[0]!, hours[0]!);
    plan("stray", place("stray", withSql(typed("'20210501_05' as date_ts", "1"))), hours[0]!, hours[0]!);
    const atEight = "case when date_ts = '20210501_08' then 123456789 else 1 end";
    plan("overflow at eight", place("overflow at eight", withSql(typed("date_ts", atEight))), hours[0]!, hours[3]!);
    plan("overflow", place("overflow", withSql(typed("date_ts", "123456789"))), hours[0]!, hours[0]!);

    const counts = `select units.date_ts, count(readings.sensor) as n
      from units left join readings on readings.date_ts = units.date_ts group by units.date_ts`;
    const both = (name: string, root: string, sql: string, ...more: string[]): void => {
      roots[name] = root;
      const specs = [join(root, "spec.json"), writeSpec(root, countingJob(sql), "count.json")];
      const units = ["--from", hours[0]!, "--to", hours[3]!];
      runs.push({ name, args: [...specs, ...units, "-D", `root=${root}`, "--json", ...more] });
    };
    both("both", place("both"), counts, "-D", "threshold=20.5");
    both("both again", roots["both"]!, counts);
    both("both with a wrong parameter", place("both with a wrong parameter"), counts, "-D", "min_reject=1");
    const broken = place("both, the first fails");
    land(broken, "20210501_08", { "a.csv": `${eight}one\ntwo\n\n` });
    both("both, the first fails", broken, counts);
    const late = (spec: JobSpec): JobSpec => ({
      ...spec,
      reads: spec.reads.map((read) => ({ ...read, initial: "2021-05-01T10:00Z" })),
    });
    both("both, the second begins later", place("both, the second begins later"), counts);
    const later = join(roots["both, the second begins later"]!, "count.json");
    writeFileSync(later, JSON.stringify(late(countingJob(counts))));
    const slower = place("both, the second slower");
    both("both, the second slower", slower, counts);
    const twoHours: JobSpec = { ...countingJob(counts), every: { unit: "hours", count: 2 } };
    writeFileSync(join(slower, "count.json"), JSON.stringify(twoHours));
    both("both, the second peeps", place("both, the second peeps"), "select date_ts, 1 as n from judged");

    const finished = await runSparkEach(runs.map(({ args }) => args));
    runs.forEach(({ name }, i) => (results[name] = finished[i]!));
  });

  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const typed = (key: string, value: string): string =>
    `select ${key}, sensor, cast(read_at as timestamp) as read_at, ${value} as value, true as raised from readings`;

  function withSql(sql: string): JobSpec {
    const replaced = sensorJob.selects.map((select) =>
      select.name === "processed.readings" ? { ...select, sql: [sql] } : select,
    );
    return { ...sensorJob, selects: replaced };
  }

  const loose: JobSpec = {
    ...sensorJob,
    reads: sensorJob.reads.filter(({ own }) => !own),
    selects: sensorJob.selects.filter(({ name }) => name !== "processed.latest"),
    writes: sensorJob.writes.filter(({ dataSet }) => dataSet !== "latest"),
    flagOrder: ["processed.readings", "processed.rejects"],
  };

  function events(name: string): Record<string, unknown>[] {
    return eventsOf(results[name]!);
  }

  function eventsOf({ stdout }: Finished): Record<string, unknown>[] {
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  function ended(name: string, exitCode: number): Record<string, unknown> {
    assert.equal(results[name]!.exitCode, exitCode, JSON.stringify(results[name]));
    return events(name).find(({ event }) => event === "error") ?? {};
  }

  async function rows(root: string, table: string): Promise<unknown[]> {
    const connection = await (await DuckDBInstance.create()).connect();
    const files = join(root, "processed", table, "*", "*.parquet").replaceAll("'", "''");
    const read = `select * from read_parquet('${files}', hive_partitioning = true, hive_types_autocast = false)`;
    const found = (await connection.runAndReadAll(`${read} order by all`)).getRowsJson();
    connection.closeSync();
    return found;
  }

  function identities(root: string): PartitionRecord["identity"][] {
    return tables.flatMap((table) => hours.map((hour) => recordOf(root, table, hour).identity));
  }

  it("writes the rows of every hour of a range", async () => {
    ended("range", 0);
    const root = roots["range"]!;
    assert.deepEqual(await rows(root, "readings"), [
      ['b,"ad"', "2021-05-01 06:21:00", "30.125", true, "20210501_06"],
      ["x", "2021-05-01 06:10:00", "1.500", false, "20210501_06"],
      ["x", "2021-05-01 08:10:00", "-2.000", false, "20210501_08"],
      ["y", "2021-05-01 06:20:00", "25.000", true, "20210501_06"],
      ["y", "2021-05-01 09:00:00", "0.001", false, "20210501_09"],
    ]);
    assert.deepEqual(await rows(root, "rejects"), [
      ["readings-raw", "readings/date_ts=20210501_06/a.csv", 5, "columns", "nope", "20210501_06"],
      [
        "readings-raw",
        "readings/date_ts=20210501_06/b[1],c é.csv.gz",
        2,
        "bad-value",
        "x,2021-05-01 06:50:00,zz",
        "20210501_06",
      ],
      ["readings-raw", "readings/date_ts=20210501_09/a.csv", 3, "null-key", ",2021-05-01 09:00:00,1", "20210501_09"],
    ]);
    const latest = (await rows(root, "latest")) as string[][];
    assert.deepEqual(
      latest.filter((row) => row[3] === "20210501_09").map((row) => row.slice(0, 3)),
      [
        ['b,"ad"', "1", "2021-05-01 06:21:00"],
        ["x", "2", "2021-05-01 08:10:00"],
        ["y", "2", "2021-05-01 09:00:00"],
      ],
    );
  });

  it("leaves each partition with its record and its flag, an empty one too, and nothing else", () => {
    const names = filesBelow(join(roots["range"]!, "processed")).map((name) => name.replace(/part-.*/, "part"));
    const expected = tables.flatMap((table) =>
      hours.flatMap((hour) => {
        const empty = recordOf(roots["range"]!, table, hour).identity.rows === 0;
        return ["_SUCCESS", "_howdah.json", ...(empty ? [] : ["part"])].map((n) => `${table}/date_ts=${hour}/${n}`);
      }),
    );
    assert.deepEqual(names, expected.sort());
    assert.equal(recordOf(roots["range"]!, "readings", "20210501_07").identity.rows, 0);
    assert.deepEqual(filesBelow(join(roots["range"]!, "_howdah")), []);
  });

  it("records where a partition came from", () => {
    const root = roots["range"]!;
    const raw = join(root, "landing", "readings", "date_ts=20210501_06");
    const content = hashOf(["a.csv", "b[1],c é.csv.gz"].map((name) => [name, sha256(readFileSync(join(raw, name)))]));
    const { format, identity, run } = recordOf(root, "latest", "20210501_06");
    const { content: own, ...rest } = identity;
    assert.equal(format, 1);
    assert.match(own, /^3-\d+$/);
    assert.deepEqual(rest, {
      table: "processed.latest",
      partition: "date_ts=20210501_06",
      job: sensorJob.hash,
      columns: sensorJob.writes[2]!.columnsHash,
      parameters: { first_hour: "2021-05-01T06:00Z", threshold: "20.5", label: "it's \\ fine" },
      inputs: [{ dataSet: "readings-raw", instance: "20210501_06", content }],
      rows: 3,
      rejects: { "readings-raw": 2 },
      checks: [],
    });
    assert.equal(run.engine, "spark 3.5.6");
    assert.equal(run.files.length, 1);
    assert.equal(run.bytes, run.files[0]!.bytes);
    const later = recordOf(root, "latest", "20210501_07").identity;
    assert.deepEqual(later.inputs, [
      { dataSet: "readings-raw", instance: "20210501_07", content: hashOf([]) },
      { dataSet: "latest", instance: "20210501_06", content: own },
    ]);
  });

  it("sums a partition's content by the definition", async () => {
    const { identity } = recordOf(roots["range"]!, "readings", "20210501_06");
    const part = ([sensor, at, value, raised]: string[]): string =>
      [sensor!, at!, value!, String(raised)].map((text) => `${text.length}:${text}`).join("");
    const found = (await rows(roots["range"]!, "readings")) as string[][];
    const connection = await (await DuckDBInstance.create()).connect();
    let sum = 0n;
    for (const row of found.filter((row) => row[4] === "20210501_06")) {
      const hash = (await connection.runAndReadAll("select md5($1)", [part(row)])).getRowsJson()[0]![0] as string;
      sum += BigInt(`0x${hash.slice(0, 15)}`);
    }
    connection.closeSync();
    assert.equal(identity.content, `3-${sum}`);
  });

  it("gives hour by hour what a range gives, and again when it runs again", async () => {
    for (const hour of hours) ended(`single ${hour}`, 0);
    ended("again", 0);
    assert.deepEqual(identities(roots["again"]!), identities(roots["range"]!));
    for (const table of tables)
      assert.deepEqual(await rows(roots["again"]!, table), await rows(roots["range"]!, table));
  });

  /** Which hours a run found to be done, as it tells them, and which it made. */
  function doneAndMade(finished: Finished): { done: string[]; made: string[] } {
    assert.equal(finished.exitCode, 0, JSON.stringify(finished));
    const short = (key: unknown): string => String(key).slice(-2);
    const told = eventsOf(finished);
    return {
      done: told.flatMap((one) =>
        one["event"] === "units.fresh" ? [`${short(one["first"])}-${short(one["last"])}`] : [],
      ),
      made: told.flatMap((one) => (one["event"] === "unit.published" ? [short(one["unit"])] : [])),
    };
  }

  it("leaves what is done, and makes what another content, parameter or job makes stale", async () => {
    assert.deepEqual(doneAndMade(results["again"]!), { done: ["07-08"], made: [] });
    const [stateful, stateless] = [roots["again"]!, roots["loose"]!];
    // As many bytes as before.
    land(stateful, "20210501_08", { "a.csv": eight.replace("-2", "-3") });
    land(stateless, "20210501_07", { "late.csv": `${header}x,2021-05-01 07:10:00,4\n` });
    const [rows] = filesBelow(join(stateless, "processed", "readings")).filter((name) => /_09\/part/.test(name));
    rmSync(join(stateless, "processed", "readings", rows!));
    const run = (root: string, ...more: string[]): string[] => [
      ...[join(root, "spec.json"), "--from", hours[0]!, "--to", hours[3]!, "-D", `root=${root}`, "--json"],
      ...more,
    ];
    const finished = await runSparkEach([
      run(stateful),
      run(stateful),
      run(stateful, "--rerun"),
      run(stateful, "-D", "threshold=2"),
      run(stateless),
      run(stateless),
    ]);
    const all = ["06", "07", "08", "09"];
    assert.deepEqual(finished.map(doneAndMade), [
      // Hours behind a stale one depend on what it leaves.
      { done: ["06-07"], made: ["08", "09"] },
      { done: ["06-09"], made: [] },
      { done: [], made: all },
      { done: [], made: all },
      { done: ["06-06", "08-08"], made: ["07", "09"] },
      { done: ["06-09"], made: [] },
    ]);
  });

  it("clears what a killed run left, and nothing of another job", () => {
    const left = filesBelow(join(roots["again"]!, "_howdah"));
    assert.deepEqual(left, []);
    assert.throws(() => filesBelow(join(roots["again"]!, "_howdah", "work", "collect-0123456789abcdef")));
    filesBelow(join(roots["again"]!, "_howdah", "work", "collect-more-0123456789abcdef"));
  });

  it("refuses before it writes anything when an input has not arrived", () => {
    const error = ended("missing", 3);
    assert.equal(error["code"], "INPUT_MISSING");
    assert.match(String(error["message"]), /^20210501_08 of readings-raw is not there/);
    assert.deepEqual(
      filesBelow(roots["missing"]!).filter((name) => !name.startsWith("landing")),
      ["spec.json"],
    );
  });

  it("refuses to start without the state of the hour before", () => {
    assert.match(String(ended("no state", 3)["message"]), /^20210501_06 of latest is not there/);
  });

  it("stops at the first hour with too many rejects, and publishes its rejects alone", async () => {
    const root = roots["failing"]!;
    const error = ended("failing", 1);
    assert.equal(error["code"], "REJECTS");
    assert.equal(error["unit"], "20210501_08");
    assert.equal(error["rejects"], 3);
    assert.equal(error["rows"], 4);
    assert.match(String(error["message"]), /^20210501_08: 3 of 4 lines of readings-raw are rejects; more than 2 /);
    assert.match(String(error["message"]), /\n {2}readings\/date_ts=20210501_08\/a\.csv:3 columns\n/);
    const flags = filesBelow(join(root, "processed")).filter((name) => name.endsWith("_SUCCESS"));
    assert.deepEqual(flags, [
      ...["06", "07"].map((hour) => `latest/date_ts=20210501_${hour}/_SUCCESS`),
      ...["06", "07"].map((hour) => `readings/date_ts=20210501_${hour}/_SUCCESS`),
      ...["06", "07", "08"].map((hour) => `rejects/date_ts=20210501_${hour}/_SUCCESS`),
    ]);
    for (const hour of ["20210501_06", "20210501_07"])
      assert.deepEqual(recordOf(root, "latest", hour).identity, recordOf(roots["range"]!, "latest", hour).identity);
    assert.equal((await rows(root, "rejects")).length, 5);
  });

  it("stops at an hour whose file has another header, and publishes nothing of it", () => {
    const error = ended("headless", 1);
    assert.equal(error["code"], "RAW_HEADER");
    assert.equal(error["unit"], "20210501_08");
    assert.match(String(error["message"]), /declared: sensor,at,value\n {2}found: {4}sensor,value,at/);
    const flags = filesBelow(join(roots["headless"]!, "processed")).filter((name) => name.endsWith("_SUCCESS"));
    assert.deepEqual(
      flags,
      tables.flatMap((table) => ["06", "07"].map((hour) => `${table}/date_ts=20210501_${hour}/_SUCCESS`)).sort(),
    );
  });

  it("stops at a broken gzip file", () => {
    const error = ended("torn", 1);
    assert.equal(error["code"], "RAW_GZIP");
    assert.match(String(error["message"]), /z\.csv\.gz/);
    assert.throws(() => filesBelow(join(roots["torn"]!, "processed")));
  });

  it("gives way to a live owner of the lock, and takes over from a dead one", () => {
    const error = ended("held", 2);
    assert.equal(error["code"], "LOCKED");
    assert.match(String(error["message"]), new RegExp(`process ${process.pid} on `));
    assert.deepEqual(filesBelow(join(roots["held"]!, "_howdah")), ["locks/collect.json"]);
    ended("dead", 0);
    assert.deepEqual(filesBelow(join(roots["dead"]!, "_howdah")), []);
  });

  it("refuses rows that were written with other columns, and says what to run again", () => {
    ended("columns first", 0);
    const error = ended("columns", 1);
    assert.equal(error["code"], "COLUMNS");
    assert.match(String(error["message"]), /date_ts=20210501_06 of processed\.latest was written with other columns/);
    assert.match(String(error["next"]), /again for 20210501_06/);
  });

  it("says in a sentence what is wrong with how it was called", () => {
    const cases: [string, RegExp][] = [
      ["wrong parameter", /^parameter min_rejects: "many" is no whole number/],
      ["unknown parameter", /^the job has no parameter min_reject; it has: /],
      ["backwards", /^--from 20210501_07 lies after --to 20210501_06/],
      ["before the first", /^20210501_05 lies before the first instance/],
      ["no unit", /^"2021-05-01" is not written as yyyyMMdd_HH/],
    ];
    for (const [name, message] of cases) assert.match(String(ended(name, 2)["message"]), message, name);
  });

  it("runs jobs one after another, each over all units, and the next on what the one before made", async () => {
    ended("both", 0);
    const told = events("both").flatMap(({ event, job }) =>
      typeof job === "string" ? [`${String(event)} ${job}`] : [],
    );
    assert.deepEqual(told, ["job.started collect", "job.done collect", "job.started count", "job.done count"]);
    assert.deepEqual(await rows(roots["both"]!, "counted"), [
      ["0", "20210501_07"],
      ["1", "20210501_08"],
      ["1", "20210501_09"],
      ["3", "20210501_06"],
    ]);
  });

  it("leaves alone what each of several jobs has made", () => {
    ended("both again", 0);
    const told = events("both again").map(({ event }) => event);
    assert.deepEqual(told, ["job.started", "units.fresh", "job.done", "job.started", "units.fresh", "job.done"]);
  });

  it("runs no job behind one that fails, and none when the call is wrong", () => {
    ended("both, the first fails", 1);
    const started = events("both, the first fails").filter(({ event }) => event === "job.started");
    assert.deepEqual(
      started.map(({ job }) => job),
      ["collect"],
    );
    const error = ended("both with a wrong parameter", 2);
    assert.match(String(error["message"]), /^the jobs have no parameter min_reject; they have: encoding, /);
    assert.throws(() => filesBelow(join(roots["both with a wrong parameter"]!, "processed")));
    assert.match(String(ended("both, the second slower", 2)["message"]), /^collect and count have other units/);
    assert.throws(() => filesBelow(join(roots["both, the second slower"]!, "processed")));
  });

  it("names the job that has failed of several, and keeps what those before it have made", () => {
    const error = ended("both, the second begins later", 2);
    assert.match(String(error["message"]), /^count: 20210501_06 lies before the first instance of all its inputs/);
    assert.equal(recordOf(roots["both, the second begins later"]!, "readings", hours[3]!).identity.rows, 1);
  });

  it("hides from a job what another one calls by a name", () => {
    const error = ended("both, the second peeps", 1);
    assert.match(String(error["message"]), /^count: the SELECT for processed\.counted failed: .*judged/);
    assert.equal(recordOf(roots["both, the second peeps"]!, "readings", hours[3]!).identity.rows, 1);
  });

  it("makes the hours before one whose values cannot be kept", () => {
    ended("overflow at eight", 1);
    const made = filesBelow(join(roots["overflow at eight"]!, "processed")).filter((name) => name.endsWith("_SUCCESS"));
    assert.deepEqual(
      made.filter((name) => name.startsWith("readings/")),
      hours.slice(0, 2).map((hour) => `readings/date_ts=${hour}/_SUCCESS`),
    );
  });

  describe("disturbed", () => {
    const endless = `select units.date_ts, 'x' as sensor, count(*) as readings, max(units.begins) as last_at
      from units join range(1000000000000000) as many on hash(many.id) = 1 group by units.date_ts`;
    const selects = sensorJob.selects.map((one) =>
      one.name === "processed.latest" ? { ...one, sql: [endless] } : one,
    );

    const childrenOf = (pid: number): readonly string[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    const hasRejects = (stdout: string): boolean => stdout.includes("processed.rejects");

    /** Does something to a run whose last table is never done; gives how it ends, and what it leaves beside the tables. */
    async function disturbed(
      name: string,
      act: (pid: number) => void,
      ready: (stdout: string, pid: number) => boolean = hasRejects,
    ): Promise<Finished & { readonly left: string[] }> {
      const root = landed(join(folder, name));
      writeSpec(root, { ...sensorJob, selects });
      mkdirSync(join(root, "_howdah"));
      const args = [join(root, "spec.json"), "--from", hours[0]!, "--to", hours[3]!, "-D", `root=${root}`];
      const finished = await disturbedSpark(args, { ready, act });
      return { ...finished, left: filesBelow(join(root, "_howdah")) };
    }

    for (const [name, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const)
      for (const [when, ready] of [
        ["while Spark starts", (_: string, pid: number) => childrenOf(pid).length > 0],
        ["while it computes", hasRejects],
      ] as const)
        it(`ends at ${name} ${when}, and leaves neither its lock nor its work`, async () => {
          // Whoever started it may send the same signal on.
          const twice = (pid: number): void => [name, name].forEach((one) => process.kill(pid, one));
          // It is over only when Java has ended too, which has its output.
          const { exitCode, stderr, left } = await disturbed(`${name} ${when}`, twice, ready);
          assert.equal(exitCode, code, stderr);
          assert.match(stderr, /^interrupted: what is published stays, and the next run goes on from there$/m);
          assert.doesNotMatch(stderr, /error:|Traceback/);
          assert.deepEqual(left, []);
        });

    for (const [when, ready] of [
      ["as it begins", (stdout: string) => stdout.includes("job.started")],
      ["while it computes", hasRejects],
    ] as const)
      it(`says that Spark's Java process has ended, when it has ${when}`, async () => {
        const killJava = (pid: number): void => void process.kill(Number(childrenOf(pid)[0]), "SIGKILL");
        const { exitCode, stderr } = await disturbed(`killed ${when}`, killJava, ready);
        assert.equal(exitCode, 1, stderr);
        assert.match(stderr, /^error: Spark's Java process has ended\nnext: the system ends .*--driver-memory.*\n$/m);
        assert.doesNotMatch(stderr, /Traceback|Exception/);
      });
  });

  it("publishes nothing of a SELECT that fails, strays from the range or loses values", () => {
    const cases: [string, RegExp][] = [
      ["bad SQL", /^the SELECT for processed\.readings failed: .*nothing/],
      ["stray", /gives rows for 20210501_05, which the range does not have/],
      ["overflow", /value does not fit decimal\(10,3\): 123456789/],
    ];
    for (const [name, message] of cases) {
      assert.match(String(ended(name, 1)["message"]), message, name);
      assert.throws(() => filesBelow(join(roots[name]!, "processed")));
      assert.deepEqual(filesBelow(join(roots[name]!, "_howdah")), []);
    }
  });
});
