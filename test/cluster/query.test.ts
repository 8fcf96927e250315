import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, madeProject, removeFolder, writeFile, type Ended } from "../support/command.js";
import { onTerminal } from "../support/terminal.js";

describe("cluster: howdah hive and query", function () {
  this.timeout(120_000);
  const database = `howdah_query_${randomBytes(4).toString("hex")}`;
  let at: ClusterAddresses;
  let folder: string | undefined;
  const run = (...words: readonly string[]): Promise<Ended> => howdah(words, folder!);

  before(function () {
    at = needCluster(this);
    folder = madeProject({
      "howdah.config.ts": `
import * as h from "howdah";
const w = h.workflow("w", {}, () => h.shell("x", { command: "true" }));
export default h.defineConfig({
  name: "q", definitions: [w], queries: "queries",
  targets: { laptop: h.folder("data"), there: h.sandbox({ root: "/user/${at.user}/howdah-test/query" }) },
  defaultTarget: "laptop",
});
`,
      "queries/above.sql": `-- Names above a number.\n-- parameter: least = 1\n-- parameter: like = %\nselect name, n from ${database}.t where n > :least and name like :like order by n\n`,
      "make.hql":
        `create database \${db};\n-- two; statements\ncreate table \${db}.t (name string, n bigint, price decimal(20,3));\ninsert into \${db}.t values ('a;b', 1, 0.100), ('it''s', 9007199254740993, 1.5), ('c\\\\d', 3, null);\nselect count(*) as lines from \${db}.t;\n`.replace(
          "it''s",
          "it\\'s",
        ),
      "broken.hql": `use ${database};\nselect name\n  from t where nam = 'x';\n`,
    });
  });
  after(async () => {
    if (folder === undefined) return;
    await howdah(
      ["hive", "run", writeFile(join(folder, "drop.hql"), `drop database if exists ${database} cascade`)],
      folder,
    );
    removeFolder(folder);
  });

  it("runs a file's statements with variables, and gives what its SELECTs give", async () => {
    const made = await run("hive", "run", "make.hql", "-D", `db=${database}`, "--format", "csv");
    assert.equal(made.code, 0, made.err);
    assert.equal(made.out, "lines\n3\n");
    assert.match(made.err, /make\.hql:3 .*ran 4 statements/s);
  });

  it("answers queries of the project and others, exact and read-only", async () => {
    const named = await run("query", "above", "--target", "there", "--json", "-D", "least=0", "-D", "like=%'%");
    assert.equal(named.code, 0, named.err);
    assert.deepEqual(
      named.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
      [{ name: "it's", n: "9007199254740993" }],
    );
    const free = await run(
      "query",
      `select * from ${database}.t order by n limit 2`,
      "--target",
      "there",
      "--format",
      "csv",
    );
    assert.equal(free.out, "name,n,price\na;b,1,0.100\nc\\d,3,\n", free.err);
    const write = await run("query", `drop table ${database}.t`, "--target", "there");
    assert.equal(write.code, 2);
    assert.match(write.err, /queries only read/);
  });

  it("shows what the server does on one line of a terminal, of which the rows leave nothing", async () => {
    const words = ["query", `select name, n from ${database}.t order by n limit 1`, "--target", "there"];
    const { code, screen, seen, written } = await onTerminal(words, folder!);
    assert.equal(code, 0, written);
    assert.ok(
      seen.some((line) => line.startsWith("INFO")),
      written,
    );
    assert.deepEqual(screen, ["name  n", "────  ─", "a;b   1", ""]);
  });

  it("names the line of what Hive does not take, and stops there", async () => {
    const broken = await run("hive", "run", "broken.hql");
    assert.equal(broken.code, 2, broken.err);
    assert.match(broken.err, /broken\.hql:3/);
    assert.doesNotMatch(broken.err, /ran \d/);
  });
});
