import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, madeProject, removeFolder, writeFile, type Ended } from "../support/command.js";
import { projectRoot } from "../support/project.js";

const config = (base: string, hex: string): string => `
import * as h from "howdah";
import { all, base } from "./tables.ts";
const setUp = h.workflow("set-up", {}, () => h.sequence(
  h.hive2("databases", h.create(base)),
  h.hive2("tables", h.create(...all)),
));
const root = "${base}/release";
const of = (name: string) => ({ hiveSite: "hive-site.xml", parameters: { data: \`${base}/\${name}\` } });
export default h.defineConfig({
  name: "setuptest",
  definitions: [h.workflow("w", {}, () => h.shell("x", { command: "true" }))],
  tables: [...all],
  setUp,
  targets: {
    here: h.sandbox({ root, ...of("data") }),
    oozie: h.sandbox({ root, ...of("data") }),
    stranger: h.cluster({ ...h.sandbox({ root: "${base}/stranger/release", ...of("closed") }), login: { user: "stranger${hex}" } }),
  },
  defaultTarget: "here",
});
`;

const tables = (database: string, columns: string): string => `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter() });
export const base = h.database("${database}", { comment: "of a test" });
const readings = h.table(base, "readings", {
  columns: { ${columns} },
  partitionedBy: { date_ts: { type: "string", comment: "hour; UTC" } },
  format: h.parquet,
  location: h.path\`\${p.data}/readings\`,
});
const lines = h.table(base, "lines", {
  columns: { a: "string", b: "string" }, format: h.delimited("\\t", { headerLines: 1 }), location: h.path\`\${p.data}/raw/lines\`,
});
const quoted = h.table(base, "quoted", { columns: { a: "string" }, format: h.quotedCsv(), location: h.path\`\${p.data}/raw/quoted\` });
const loud = h.view(base, "loud", { query: \`SELECT sensor, -- all; of them
\\t'a  b\\tc' AS note FROM ${database}.readings\` });
export const all = [readings, lines, quoted, loud];
`;

const hiveSite = (uri: string, password: string): string => `<configuration>
<property><name>hive.metastore.uris</name><value>${uri}</value></property>
<property><name>javax.jdo.option.ConnectionPassword</name><value>${password}</value></property>
</configuration>
`;

describe("cluster: setting up", function () {
  this.timeout(400_000);
  const hex = randomBytes(4).toString("hex");
  const [database, other] = [`howdah_setup_${hex}`, `howdah_setup_${hex}_oozie`];
  const narrow = 'sensor: "string", value: "int"';
  let at: ClusterAddresses;
  let folder: string | undefined;
  let hdfs: WebHdfs | undefined;
  let base: string;
  const run = (...words: readonly string[]): Promise<Ended> => howdah(words, folder!);
  const declare = (columns: string, name = database): void =>
    void writeFile(join(folder!, "tables.ts"), tables(name, columns));
  const site = (uri: string, password: string): void =>
    void writeFile(join(folder!, "hive-site.xml"), hiveSite(uri, password));

  before(function () {
    at = needCluster(this);
    base = `/user/${at.user}/howdah-test/setup-${hex}`;
    hdfs = new WebHdfs({ url: at.webHdfs, auth: simpleAuth(at.user) });
    folder = madeProject({ "howdah.config.ts": config(base, hex) });
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    declare(narrow);
    site("thrift://first:9083", "tiger");
  });
  after(async () => {
    if (folder !== undefined) {
      const drop = [database, other].map((name) => `drop database if exists ${name} cascade;\n`).join("");
      await howdah(["hive", "run", writeFile(join(folder, "drop.hql"), drop)], folder);
      removeFolder(folder);
    }
    for (const path of [base, `/user/stranger${hex}`]) await hdfs?.rm(path, { recursive: true, force: true });
    hdfs?.close();
  });

  interface Facts {
    readonly changed: boolean;
    readonly steps: readonly {
      readonly step: string;
      readonly made?: readonly string[];
      readonly plan?: { readonly steps: readonly { readonly does: string; readonly name: string }[] };
      readonly run?: { readonly outcome: string; readonly directly: readonly string[] };
    }[];
  }
  async function facts(...words: readonly string[]): Promise<Facts> {
    const { code, out, err } = await run("setup", "--json", ...words);
    assert.equal(code, 0, `${err}${out}`);
    return JSON.parse(out) as Facts;
  }
  const stepOf = ({ steps }: Facts, name: string): Facts["steps"][number] => steps.find(({ step }) => step === name)!;
  async function hive(text: string): Promise<string> {
    const { code, out, err } = await run("hive", "run", writeFile(join(folder!, "ask.hql"), text), "--format", "jsonl");
    assert.equal(code, 0, err);
    return out;
  }
  /** What Hive says of the test's tables, without times. */
  async function described(name: string): Promise<string> {
    const all = ["readings", "lines", "quoted", "loud"].map((one) => `describe formatted ${name}.${one};\n`);
    const said = await hive(`${all.join("")}describe database ${name};\n`);
    return said.replaceAll(name, "NAME").replaceAll(/.*(CreateTime|_lastDdlTime).*\n/g, "");
  }
  /** When what lies on HDFS was changed, by path. */
  async function times(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for await (const { path, modified } of hdfs!.walk(base)) found.set(path, modified);
    return found;
  }

  it("makes everything once, and finds nothing to do the second time", async () => {
    const dry = await facts("--dry-run");
    assert.equal(dry.changed, true);
    assert.ok(!(await hdfs!.exists(base)), "a dry run makes nothing");
    const first = await facts();
    assert.deepEqual(stepOf(first, "folders"), stepOf(dry, "folders"));
    assert.deepEqual(
      stepOf(first, "tables").plan!.steps.map(({ does }) => does),
      ["create-database", "create-table", "create-table", "create-table", "create-view"],
    );
    assert.match(await described(database), /"sensor","data_type":"string"/);
    const before = [await times(), await described(database)];
    const second = await run("setup");
    assert.equal(second.code, 0, second.err);
    assert.match(second.out, /tables +nothing to do: all 5 databases, tables and views are as declared/);
    assert.match(second.out, /here is ready: there was nothing to do/);
    assert.deepEqual([await times(), await described(database)], before);
  });

  it("adds columns to a table and its partitions, and refuses what would lose rows, all of it", async () => {
    await hive(`alter table ${database}.readings add partition (date_ts='20120301_00');\n`);
    declare(`${narrow}, unit: { type: "string", comment: "it's SI" }`);
    const dry = await run("hive", "apply", "--dry-run");
    assert.deepEqual([dry.code, dry.out], [0, `~ table ${database}.readings: unit string\n`]);
    const { code, out, err } = await run("hive", "apply");
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`added columns to ${database}.readings: unit string`));
    assert.match(await hive(`describe ${database}.readings partition (date_ts='20120301_00');\n`), /"unit".*it's SI/);
    assert.match((await run("hive", "apply")).out, /^nothing to do/);

    const before = await described(database);
    declare('sensor: "string", value: "bigint", unit: "string", more: "int"');
    const refused = await run("hive", "apply");
    assert.equal(refused.code, 2, refused.out);
    assert.match(refused.err, /column value as int there, and bigint is declared/);
    assert.match(refused.err, /at .*tables\.ts:\d+/);
    assert.equal((await run("setup")).code, 2);
    assert.equal(await described(database), before);
    declare(narrow);
    assert.match((await run("hive", "apply")).err, /column unit string there, and none is declared/);
    declare(`${narrow}, unit: "string"`);
  });

  it("places a hive-site.xml again that changed, and shows the difference without secrets", async () => {
    site("thrift://second:9083", "leopard");
    const { code, out, err } = await run("setup");
    assert.equal(code, 0, err);
    assert.match(out, /hive\.metastore\.uris: thrift:\/\/first:9083 → thrift:\/\/second:9083/);
    assert.match(out, /ConnectionPassword: \*\*\* → \*\*\*/);
    assert.ok(!/tiger|leopard/.test(out + err));
    assert.match((await hdfs!.cat(`${base}/release/conf/hive-site.xml`)).toString(), /leopard/);
    assert.match((await run("setup")).out, /there was nothing to do/);
  });

  it("collects what only an administrator may do, with commands after which it does the rest", async () => {
    declare(`${narrow}, unit: "string"`, `${database}_never`);
    await hdfs!.mkdir(`${base}/closed/readings`, { permission: "755" });
    const { code, out, err } = await run("setup", "--target", "stranger");
    assert.equal(code, 4, `${err}${out}`);
    const commands = out.split("\n").filter((line) => line.startsWith("sudo "));
    const superuser = `sudo -u ${(await hdfs!.stat("/")).owner} hdfs dfs`;
    assert.deepEqual([...commands].sort(), [
      `${superuser} -chmod 755 ${base}/closed/raw`,
      `${superuser} -chmod 755 ${base}/stranger`,
      `${superuser} -chmod 755 /user/stranger${hex}`,
      `${superuser} -chown stranger${hex} ${base}/closed/raw`,
      `${superuser} -chown stranger${hex} ${base}/stranger`,
      `${superuser} -chown stranger${hex} /user/stranger${hex}`,
      `${superuser} -mkdir -p ${base}/closed/raw`,
      `${superuser} -mkdir -p ${base}/stranger`,
      `${superuser} -mkdir -p /user/stranger${hex}`,
      `${superuser} -setfacl -m user:stranger${hex}:rwx,default:user:stranger${hex}:rwx ${base}/closed/readings`,
    ]);
    assert.ok(!(await hive("show databases;\n")).includes(`${database}_never`), "tables wait for their folders");
    const script = commands.map((line) => line.replace(/^sudo -u \S+ /, "")).join("\n");
    const ran = await run("sandbox", "sh", "--", "sh", "-e", "-c", script);
    assert.equal(ran.code, 0, ran.err);
    try {
      const again = await run("setup", "--target", "stranger");
      assert.equal(again.code, 0, `${again.err}${again.out}`);
      assert.equal((await hdfs!.stat(`${base}/stranger/release`)).owner, `stranger${hex}`);
      assert.match((await run("setup", "--target", "stranger")).out, /there was nothing to do/);
    } finally {
      await hive(`drop database if exists ${database}_never cascade;\n`);
    }
  });

  it("has Oozie create the tables just as HiveServer2 does, and again where one is gone", async () => {
    declare(`${narrow}, unit: "string"`, other);
    const first = await facts("--through-oozie");
    assert.equal(stepOf(first, "tables").run!.outcome, "submitted");
    const byOozie = await described(other);
    await hive(`drop database ${other} cascade;\n`);
    await facts();
    assert.equal(byOozie, await described(other));
    assert.equal((await facts("--through-oozie")).changed, false);
    await hive(`drop table ${other}.lines;\n`);
    const again = stepOf(await facts("--through-oozie"), "tables").run!;
    assert.deepEqual([again.outcome, again.directly], ["again", []]);
    assert.equal(await described(other), byOozie);
  });
});
