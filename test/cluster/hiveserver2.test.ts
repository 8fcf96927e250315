import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ConnectError } from "#src/connect/errors.js";
import { openHive, parseJdbcUrl, type HiveOptions, type HiveSession } from "#src/connect/hiveserver2/index.js";
import { HowdahError } from "#src/core/errors.js";
import { splitScript } from "#src/hive/script.js";
import { errorOf } from "../connect/servers.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { TestHdfs } from "./hdfs.js";

describe("cluster: HiveServer2", function () {
  this.timeout(300_000);
  const run = randomUUID().slice(0, 8);
  const database = `howdah_hs2_test_${run}`;
  const rows = 30_000;
  let at: ClusterAddresses;
  let hdfs: TestHdfs;
  let options: HiveOptions;
  let session: HiveSession;
  let folder: string;
  const closing: { close(): unknown }[] = [];

  before(async function () {
    at = needCluster(this);
    closing.push((hdfs = new TestHdfs(at)));
    options = parseJdbcUrl(`${at.hiveServer2};user=${at.user};password=anything`);
    session = await openHive({ ...options, settings: { "mapreduce.framework.name": "local" } });
    closing.push(session);
    folder = `/user/${at.user}/howdah-test/hs2-${run}`;
    await hdfs.put(
      `${folder}/numbers/part-0`,
      Array.from({ length: rows }, (_, i) => `${i}\t${i}.25\tname ${i} é\n`).join(""),
    );
    await hdfs.put(`${folder}/ten/part-0`, Array.from({ length: 10 }, (_, i) => `${i}\n`).join(""));
    const script = `
      create database ${database};
      create external table ${database}.numbers (id bigint, price decimal(12,4), name string)
        row format delimited fields terminated by '\\t' location '${folder}/numbers'; -- ; not here
      create external table ${database}.ten (n int) location '${folder}/ten';
    `;
    for (const { text, place } of splitScript(script, "tables.hql")) await session.execute(text, { place });
  });
  after(async () => {
    if (closing.length === 0) return;
    await session.execute(`drop database if exists ${database} cascade`);
    await hdfs.remove(folder);
    for (const one of closing.reverse()) await one.close();
  });
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const thrown = await errorOf(promise);
    assert.ok(thrown instanceof ConnectError, String(thrown));
    return thrown;
  }

  it("gives exact values of every type, by position", async () => {
    const result = await session.execute(`
      select cast(9223372036854775807 as bigint) a, cast(-9223372036854775807 as bigint) a,
        cast(12345678901234567890123456789.123456789 as decimal(38,9)) c, cast('x' as varchar(5)) d,
        cast('ab' as char(4)) e, date '2012-03-01' f, timestamp '2012-03-25 02:30:00.123456789' g, binary('ab') h,
        array(1, 2) i, map('k', 1.50) j, named_struct('n', 'v') k, cast(0.1 as float) l, cast(0.1 as double) m,
        true n, cast(-128 as tinyint) o, cast(7 as smallint) p, cast(null as int) q, null r, interval '1-2' year to month s`);
    assert.deepEqual(result.columns.map(({ name, type }) => `${name} ${type}`).slice(0, 8), [
      "a bigint",
      "a bigint",
      "c decimal(38,9)",
      "d varchar(5)",
      "e char(4)",
      "f date",
      "g timestamp",
      "h binary",
    ]);
    assert.deepEqual(await result.rows(), [
      [
        9_223_372_036_854_775_807n,
        -9_223_372_036_854_775_807n,
        "12345678901234567890123456789.123456789",
        "x",
        "ab  ",
        "2012-03-01",
        "2012-03-25 02:30:00.123456789",
        Buffer.from("ab"),
        "[1,2]",
        '{"k":1.5}',
        '{"n":"v"}',
        0.1,
        0.1,
        true,
        -128,
        7,
        null,
        null,
        "1-2",
      ],
    ]);
  });

  it("streams all rows of a table, in order and whole", async () => {
    const result = await session.execute(`select * from ${database}.numbers`);
    let next = 0;
    for await (const row of result) {
      assert.deepEqual(row, [BigInt(next), `${next}.2500`, `name ${next} é`]);
      next += 1;
    }
    assert.equal(next, rows);
  });

  it("may be left in the middle of the rows", async () => {
    for await (const batch of (await session.execute(`select * from ${database}.numbers`)).batches()) {
      assert.ok(batch.length > 0 && batch.length < rows);
      break;
    }
    assert.deepEqual(await (await session.execute("select 1")).rows(), [[1]]);
  });

  it("shows the log of a job while it runs, and counts what was written", async () => {
    let done = false;
    const early: string[] = [];
    const onLog = (line: string) => done || early.push(line);
    await session.execute(`create table ${database}.copy as select n from ${database}.ten where n > 3`, { onLog });
    done = true;
    assert.ok(
      early.some((line) => /number of mappers|Running with YARN|Job running in-process/.test(line)),
      early.join("\n"),
    );
    const { modifiedRows } = await session.execute(`insert into ${database}.copy select n from ${database}.ten`);
    assert.ok(modifiedRows === undefined || modifiedRows === 10, String(modifiedRows));
    assert.deepEqual(await (await session.execute(`select count(*) from ${database}.copy`)).rows(), [[16n]]);
  });

  it("tells where in its file a statement is wrong", async () => {
    const script = `select 1;\n-- next\n  select *\n  from ${database}.nope;\nselec 2;`;
    const [, second, third] = splitScript(script, "q.hql");
    const table = await refused(session.execute(second!.text, { place: second!.place }));
    assert.deepEqual(
      [table.code, table.fault, table.exception, table.where],
      ["HIVE_STATEMENT", "user", "42S02", "q.hql:4:8"],
    );
    assert.doesNotMatch(table.message, /\bline 2|\n\s*at |Exception/);
    const syntax = await refused(session.execute(third!.text, { place: third!.place }));
    assert.deepEqual([syntax.exception, syntax.where], ["42000", "q.hql:5:1"]);
  });

  it("tells why a job failed, not which Java class noticed", async () => {
    const sql = `select transform (n) using 'no-such-program' as (m string) from ${database}.ten`;
    const failed = await refused(session.execute(sql, { onLog: () => undefined }));
    assert.deepEqual([failed.code, failed.fault], ["HIVE_FAILED", "run"]);
    assert.doesNotMatch(failed.message, /\n\s*at /);
    assert.ok(failed.next !== undefined);
  });

  it("cancels a statement on the server, and goes on with the session", async () => {
    await session.execute("set hive.strict.checks.cartesian.product=false");
    await session.execute("set hive.auto.convert.join=false");
    const stop = new AbortController();
    const onLog = (line: string) => /number of reduce|Job running in-process|Starting Job/i.test(line) && stop.abort();
    const sql = `select count(*) from ${database}.numbers a cross join ${database}.numbers b cross join ${database}.ten c`;
    const thrown = await errorOf(session.execute(sql, { signal: stop.signal, onLog }));
    assert.ok(thrown instanceof HowdahError);
    assert.deepEqual(
      [thrown.code, thrown.exitCode, thrown.message],
      ["INTERRUPTED", 130, "the statement was cancelled: interrupted"],
    );
    assert.deepEqual(await (await session.execute("select 1")).rows(), [[1]]);
  });

  it("has the session's database, settings and variables", async () => {
    const other = await openHive({
      ...options,
      database,
      variables: { least: "8" },
      settings: { "hive.exec.parallel": "true" },
    });
    try {
      assert.deepEqual(await (await other.execute("set hive.exec.parallel")).rows(), [["hive.exec.parallel=true"]]);
      assert.deepEqual(await (await other.execute("select n from ten where n >= ${hivevar:least}")).rows(), [[8], [9]]);
    } finally {
      await other.close();
    }
  });

  it("refuses what the server does not allow or have, with what to do", async () => {
    const absent = await refused(openHive({ ...options, database: "no_such_database" }));
    assert.deepEqual([absent.code, absent.exitCode], ["HIVE_DATABASE", 2]);
    assert.match(absent.message, /no_such_database/);
  });

  it("says which transport it speaks", async () => {
    for (const [other, next] of [
      [{ httpPath: "cliservice" }, /leave out transportMode=http/],
      [{ auth: { kind: "noSasl" } }, /leave out auth=noSasl/],
      [{ tls: {} }, /leave out ssl=true/],
      [{ auth: { kind: "kerberos", principal: "hive/_HOST@EXAMPLE.COM", load } }, /leave the principal out/],
    ] as const) {
      const failed = await refused(openHive({ ...options, ...other, deadline: 20_000, connectTimeout: 20_000 }));
      assert.match(failed.next!, next, `${failed.code}: ${failed.message}`);
    }
  });
});

/** A ticket that is none: the server refuses before it looks at it. */
const load = () =>
  Promise.resolve({
    initializeClient: () => Promise.resolve({ contextComplete: false, step: () => Promise.resolve("YQ==") }),
  });
