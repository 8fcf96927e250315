import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "#src/project/cluster.js";
import { howdah, landReadings, startCommand, writeFile, type Ended } from "../support/command.js";
import { FaultySensors } from "./faultysensors.js";
import type { TestHdfs } from "./hdfs.js";
import { until } from "./waiting.js";

/** Ctrl-C while servers do something: the exit code, what is said, and what is left there. `deploy` has its own suite. */
describe("cluster: Ctrl-C", function () {
  this.timeout(300_000);
  const database = `howdah_interrupt_${randomBytes(3).toString("hex")}`;
  const there = ["--target", "there"];
  const sensors = new FaultySensors("interrupt", {
    // Its jobs are YARN's, where it can be seen what becomes of them.
    addresses: (at) => ({ ...at, hiveServer2: `${at.hiveServer2}?mapreduce.framework.name=yarn` }),
    end: () => hive(`drop database if exists ${database} cascade`),
  });
  let folder: string;
  let root: string;
  let hdfs: TestHdfs;
  let on: Cluster;

  before(() => {
    ({ folder, root, hdfs, on } = sensors);
  });

  async function hive(script: string): Promise<void> {
    const { code, err } = await howdah(["hive", "run", writeFile(join(folder, "made.hql"), script), ...there], folder);
    assert.equal(code, 0, err);
  }

  /** Presses Ctrl-C once something holds of what the command has printed, and of the servers. */
  async function interrupted(args: readonly string[], what: string, begun: (out: string) => unknown): Promise<Ended> {
    const { child, ended } = startCommand(args, folder);
    let out = "";
    child.stdout!.on("data", (text: string) => (out += text));
    let over: Ended | undefined;
    void ended.then((end) => (over = end));
    await until(what, async () => over ?? Boolean(await begun(out)), Boolean, { every: 100 }).catch(
      (error: unknown) => {
        child.kill("SIGKILL");
        throw error;
      },
    );
    assert.equal(over, undefined, `it ended before ${what}`);
    child.kill("SIGINT");
    const end = await ended;
    assert.equal(end.code, 130, end.out + end.err);
    return end;
  }
  const idIn = (out: string): string => /\b\d{7}-\d{15}-[\w.-]+-[CWB]\b/.exec(out)?.[0] ?? "";
  const filesBelow = async (path: string): Promise<readonly string[]> =>
    (await hdfs.walk(path)).map((file) => file.path.slice(path.length + 1)).sort();

  it("leaves nothing of a file that is put; the same command brings it", async () => {
    const dataNode = await sensors.throughDataNode();
    dataNode.decide = () => ({ stallBody: 1_000_000 });
    const bytes = randomBytes(4_000_000);
    writeFileSync(join(folder, "big"), bytes);
    await on.hdfs.mkdir(`${root}/put`);
    const put = ["hdfs", "put", "big", `${root}/put/big`, ...there];
    const growing = async (): Promise<boolean> =>
      (await filesBelow(`${root}/put`)).some((one) => one.endsWith(".part"));
    const { err } = await interrupted(put, "the file grows", growing);
    assert.match(err, /cannot write .*\/put\/big: interrupted\n.*\n.*nothing of it is left there/);
    assert.deepEqual(await filesBelow(`${root}/put`), []);
    dataNode.decide = () => undefined;
    const again = await howdah(put, folder);
    assert.equal(again.code, 0, again.err);
    assert.ok(bytes.equals(await hdfs.read(`${root}/put/big`)));
    assert.deepEqual(await filesBelow(`${root}/put`), ["big"]);
  });

  it("leaves an hour that is put as it was; the same command puts it", async () => {
    const dataNode = await sensors.throughDataNode();
    const slow = (file: string) =>
      (dataNode.decide = ({ url }) => (url.includes(file) ? { stallBody: 10 } : undefined));
    const landed = () => filesBelow(`${root}/landing/lines`);
    const grows = async () => (await landed()).some((one) => one.endsWith("more.csv"));
    const before = await landed();
    slow("more.csv");
    writeFile(join(folder, "more.csv"), "sensor,taken,value\na,2021-05-01 01:10,1\n");
    const one = ["ingest", "lines", "--instance", "2021-05-01T01:00Z", "more.csv", ...there];
    const { err } = await interrupted(one, "the file grows", grows);
    assert.match(err, /date_ts=20210501_01 was not filled: interrupted\n.*\n.*the same command begins anew/);
    assert.deepEqual([await landed(), await hdfs.list(`${root}/landing/lines`)], [before, ["date_ts=20210501_00"]]);
    dataNode.decide = () => undefined;
    const again = await howdah(one, folder);
    assert.equal(again.code, 0, again.err);

    landReadings(folder, { "20210501_02": ["a,2021-05-01 02:10,1"], "20210501_03": ["a,2021-05-01 03:10,1"] });
    const all = ["ingest", "--from-folder", "data/landing", "--from", "2021-05-01T02:00Z", ...there];
    slow("20210501_03");
    const placed = async () => (await hdfs.list(`${root}/landing/lines`))!.includes("date_ts=20210501_02");
    const many = await interrupted(all, "the first hour is there", placed);
    assert.match(many.err, /1 of 2 hours to be put are there, whole: the same command goes on/);
    dataNode.decide = () => undefined;
    assert.deepEqual(
      (await hdfs.list(`${root}/landing/lines`))!.map((hour) => hour.slice(-2)),
      ["00", "01", "02"],
    );
    const rest = await howdah(all, folder);
    assert.equal(rest.code, 0, rest.err);
    assert.match(rest.out, /^put 1 instance of lines.*1 instance (was|is) there/m);
  });

  for (const verb of ["query", "hive run"])
    it(`ends on the server what HiveServer2 runs for ${verb}`, async () => {
      const table = `${database}.numbers`;
      await hdfs.put(`${root}/n/part-0`, Array.from({ length: 30_000 }, (_, i) => `${i}\n`).join(""));
      await hive(`create database if not exists ${database};
        create external table if not exists ${table} (n int) location '${root}/n'`);
      const long = `select /* ${verb} */ count(*) from ${table} a join ${table} b on a.n % 3 = b.n % 3 join ${table} c on b.n % 3 = c.n % 3`;
      writeFile(
        join(folder, "long.hql"),
        `create table ${database}.kept (n int);\n${long};\ncreate table ${database}.never (n int);\n`,
      );
      const known = new Set((await on.yarn.applications()).map(({ id }) => id));
      const words = verb === "query" ? ["query", long] : ["hive", "run", "long.hql"];
      let id: string | undefined;
      const { err } = await interrupted([...words, ...there], "its job runs", async () => {
        const running = await on.yarn.applications({ states: ["RUNNING"], types: ["MAPREDUCE"] });
        id = running.find((one) => !known.has(one.id) && /numbers|select/.test(one.name))?.id;
        return id !== undefined;
      });
      assert.match(err, /the statement was cancelled: interrupted/);
      if (verb !== "query") assert.match(err, /at long\.hql:2/);
      const { finalStatus } = await until(
        "its end",
        () => on.yarn.application(id!),
        (one) => one.finalStatus !== "UNDEFINED",
      );
      assert.equal(finalStatus, "KILLED");
      if (verb === "query") return;
      const tables = await howdah(["query", `show tables in ${database}`, "--format", "csv", ...there], folder);
      assert.deepEqual(tables.out.trim().split("\n").slice(1), ["kept", "numbers"]);
    });

  it("leaves a job of Oozie that is followed to go on, and says how to look at it and how to end it", async () => {
    const submit = ["submit", "every-hour", "-D", "end=2021-05-02T00:00Z", "--beside", "--wait", ...there];
    const first = await interrupted(submit, "its actions wait", (out) => out.includes("WAITING"));
    const id = idIn(first.out);
    const ids = [id];
    try {
      const says = (job: string) =>
        new RegExp(`${job} goes on; howdah watch ${job} looks again, howdah kill ${job} ends it`);
      assert.match(first.err, says(id));
      const second = await interrupted(["watch", id, ...there], "it looks", (out) => out.includes("every-hour"));
      assert.match(second.err, says(id));
      assert.equal(await on.oozie.status(id), "RUNNING");

      // Oozie has got it, and has not answered.
      const proxy = await sensors.through("oozie");
      proxy.decide = ({ method }) => (method === "POST" ? { delay: 1500 } : undefined);
      const other = submit.map((word) => word.replace("05-02", "05-03"));
      const posting = await interrupted(other, "it is sent", () => proxy.seen.some((one) => one.startsWith("POST")));
      const sent = idIn(posting.out);
      ids.push(sent);
      assert.notEqual(sent, id);
      assert.match(posting.err, says(sent));
      const killed = await howdah(["kill", sent, "--yes", "--wait", ...there], folder);
      assert.equal(killed.code, 0, killed.err);
      assert.equal(await on.oozie.status(sent), "KILLED");
    } finally {
      for (const one of ids) await on.oozie.kill(one);
    }
  });

  it("ends a batch that Livy was just being sent", async () => {
    const proxy = await sensors.through("livy");
    proxy.decide = ({ method }) => (method === "POST" ? { delay: 1500 } : undefined);
    const times = ["--from", "2021-05-01T00:00Z", "--until", "2021-05-01T01:00Z"];
    const submit = ["spark", "submit", "collect", ...times, "--beside", "--json", ...there];
    const { out } = await interrupted(submit, "it is posted", () => proxy.seen.some((one) => one.startsWith("POST")));
    assert.match(out, /"event":"batch.posted"/);
    assert.match(out, /"event":"batch.cancelled".*"known":true.*"over":true/);
    assert.deepEqual(
      (await on.livy.list()).filter((batch) => batch.name?.startsWith(`${sensors.name}~`)),
      [],
    );
    assert.deepEqual(await hdfs.list(`${root}/data`), undefined);
  });
});
