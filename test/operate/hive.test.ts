import assert from "node:assert/strict";
import { HowdahError } from "#src/core/errors.js";
import { cluster } from "#src/index.js";
import { queryCluster } from "#src/operate/hive.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import { errorOf } from "../connect/servers.js";

/** What is refused before any server is asked: the target names none that could be reached. */
describe("operate: queries of a cluster", () => {
  const there = { profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", root: "/r" } as const;
  const opened = (hiveServer2?: string): Cluster =>
    openCluster(
      { name: "there", target: cluster({ ...there, ...(hiveServer2 === undefined ? {} : { hiveServer2 }) }) },
      { root: "/nowhere" },
    );
  const ask = async (sql: string, values = {}): Promise<HowdahError> => {
    const error = await errorOf(queryCluster(opened(), { sql, values }, () => Promise.resolve()));
    assert.ok(error instanceof HowdahError, String(error));
    return error;
  };

  for (const [sql, why] of [
    ["drop table t", /is no SELECT/],
    ["with x as (select 1) insert into t select * from x", /is no SELECT/],
    ["from t insert overwrite table u select *", /is no SELECT/],
    ["explain analyze select 1", /is no SELECT/],
    ["-- nothing\n", /there is no SELECT in it/],
    ["select 1; drop table t", /it has 2 statements/],
    ["select ':a;', :missing", /needs a value for missing/],
  ] as const)
    it(`refuses ${JSON.stringify(sql)}`, async () => {
      assert.match((await ask(sql)).message, why);
    });

  it("says where HiveServer2 would have to be named, only once the query is in order", async () => {
    for (const sql of [
      "select 'insert into t' as x",
      "show tables",
      "WITH a AS (SELECT 1) SELECT * FROM a",
      "select :n",
    ]) {
      const error = await ask(sql, sql.includes(":n") ? { n: "it's" } : {});
      assert.equal(error.code, "TARGET_LACKS", error.message);
      assert.match(error.next ?? "", /hiveServer2: "jdbc:hive2:/);
    }
  });
});
