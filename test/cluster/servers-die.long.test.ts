import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { oozieClient, type Oozie } from "#src/connect/oozie/index.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import type { ClusterAddresses } from "../support/cluster.js";
import {
  howdah,
  madeProject,
  removeFolder,
  startCommand,
  writeFile,
  type Ended,
  type Started,
} from "../support/command.js";
import { throughProxies } from "./datanode.js";
import type { TestHdfs } from "./hdfs.js";
import type { TestSandbox } from "./sandbox.js";
import { kill, ownSandbox } from "./sandboxwork.js";
import { all, until } from "./waiting.js";

const root = "/tmp/servers-die";
const database = "servers_die";
const flag = `${root}/flags/2012030100/_SUCCESS`;

const config = (at: ClusterAddresses): string => `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter() });
const base = h.database("${database}");
const numbers = h.table(base, "numbers", { columns: { n: "int" }, format: h.delimited("\\t"), location: h.path\`\${p.data}/numbers\` });
const setUp = h.workflow("set-up", {}, () => h.sequence(h.hive2("database", h.create(base)), h.hive2("tables", h.create(numbers))));
const hourly = { every: h.hours(1), initial: "2012-03-01T00:00Z" };
const flags = h.dataset("flags", { ...hourly, uri: h.path\`${root}/flags/\${h.YEAR}\${h.MONTH}\${h.DAY}\${h.HOUR}\` });
const lines = h.rawFiles("lines", { ...hourly, root: p.data, folder: "lines",
  files: { layout: "csv", width: 1, header: ["a"], columns: { a: 1 }, encoding: "utf-8" } });
const nap = h.workflow("nap", {}, () => h.shell("nap", { command: "nap.sh", files: ["nap.sh"] }));
const mark = h.workflow("mark", {}, () => h.fs("mark", [h.mkdir(h.path\`\${p.data}/marked\`)]));
const waiting = h.coordinator("waiting", { every: h.hours(1), start: "2012-03-01T00:00Z", end: "2012-03-01T01:00Z",
  timeout: h.days(1), reads: { flags: flags.current(0) }, run: () => mark.with({}) });
const counting = h.coordinator("counting", { every: h.hours(1), start: "2012-03-01T00:00Z", end: "2012-03-01T01:00Z",
  timeout: h.days(1), reads: { lines: lines.current(0) }, run: () => mark.with({}) });
export default h.defineConfig({ name: "dying", definitions: [nap, waiting, counting], tables: [numbers], setUp, targets: {
  there: h.cluster({ profile: "oozie5.2", nameNode: "${at.nameNode}", resourceManager: "${at.resourceManager}", root: "${root}/release",
    webHdfs: "${at.webHdfs}", yarn: "${at.yarn}", oozie: "${at.oozie}", livy: "${at.livy}", hiveServer2: "${at.hiveServer2}", jobHistory: "${at.jobHistory}",
    parameters: { data: "${root}/data" } }) } });
`;

/** Servers that die beneath commands, and come back. */
describe("cluster: servers that die beneath a command", function () {
  this.timeout(900_000);
  let sandbox: TestSandbox;
  let hdfs: TestHdfs;
  let oozie: Oozie;
  let folder = "";
  const started: Started[] = [];

  after(() => {
    for (const { child } of started) child.kill("SIGKILL");
    if (folder !== "") oozie.close();
    if (folder !== "") removeFolder(folder);
  });
  ownSandbox(6000, (made, client) => ([sandbox, hdfs] = [made, client]));

  before(async () => {
    await sandbox.up();
    const { at } = sandbox;
    oozie = oozieClient({ url: at.oozie, auth: simpleAuth(at.user) });
    folder = madeProject({ "howdah.config.ts": config(at), "nap.sh": "sleep 60\n", "a.csv": "a\n1\n" });
    const long = `select count(*) from ${database}.numbers a join ${database}.numbers b on a.n % 3 = b.n % 3 join ${database}.numbers c on b.n % 3 = c.n % 3`;
    writeFile(join(folder, "long.hql"), `select 1;\n-- takes its time\n${long};\n`);
    await good("setup");
    await hdfs.put(`${root}/data/numbers/part-0`, Array.from({ length: 30_000 }, (_, i) => `${i}\n`).join(""));
  });

  const run = (...args: readonly string[]): Promise<Ended> => howdah(args, folder);
  async function good(...args: readonly string[]): Promise<Ended> {
    const ended = await run(...args);
    assert.equal(ended.code, 0, `howdah ${args.join(" ")}\n${ended.out}${ended.err}`);
    return ended;
  }
  /** A command that runs meanwhile, and what it has printed. */
  function begin(...args: readonly string[]): { readonly said: () => string; readonly ended: Promise<Ended> } {
    const one = startCommand(args, folder);
    started.push(one);
    let said = "";
    for (const stream of [one.child.stdout!, one.child.stderr!]) stream.on("data", (text: string) => (said += text));
    return { said: () => said, ended: one.ended };
  }
  const says = (command: { readonly said: () => string }, text: RegExp): Promise<string> =>
    until(
      `${text}`,
      () => Promise.resolve(command.said()),
      (said) => text.test(said),
      { seconds: 240 },
    );
  const idIn = (text: string): string => /\b\d{7}-\d{15}-[\w.-]+-[CWB]\b/.exec(text)?.[0] ?? "";
  const naps = () => all(oozie.workflows({ name: "nap" }));
  async function mode(wanted: "SAFEMODE" | "NORMAL"): Promise<void> {
    const { at } = sandbox;
    const asked = `${at.oozie}/v2/admin/status?systemmode=${wanted}&user.name=${at.user}`;
    const { status } = await fetch(asked, { method: "PUT" });
    assert.equal(status, 200);
    assert.equal(await oozie.systemMode(), wanted);
  }

  it("submits nothing to an Oozie in safe mode, and follows a job through it", async () => {
    const { out } = await good("submit", "waiting");
    const id = idIn(out);
    const watching = begin("watch", id);
    await says(watching, /WAITING/);
    await mode("SAFEMODE");
    await says(watching, /Oozie is in the mode SAFEMODE/);
    const { code, err } = await run("submit", "nap");
    assert.equal(code, 5, err);
    assert.match(err, /safe mode.*oozie admin -systemmode NORMAL/s);
    assert.deepEqual(await naps(), []);
    await mode("NORMAL");
    await says(watching, /Oozie is in the mode NORMAL/);
    await hdfs.put(flag, "");
    const ended = await watching.ended;
    assert.equal(ended.code, 0, ended.out + ended.err);
    assert.deepEqual(await hdfs.list(`${root}/data/marked`), []);
    assert.equal(await oozie.status(id), "SUCCEEDED");
  });

  it("follows a job while Oozie is killed and comes back, and makes it once", async () => {
    const submitted = begin("submit", "nap", "--wait");
    await says(submitted, /RUNNING/);
    const watching = begin("watch", idIn(submitted.said()));
    await says(watching, /RUNNING/);
    await kill(sandbox, "oozie");
    for (const one of [submitted, watching]) await says(one, /Oozie cannot be asked, waiting for it/);
    const away = await run("submit", "nap");
    assert.equal(away.code, 5, away.err);
    assert.match(away.err, /nothing listens there \(connection refused\)\n.*\n.*is the server up/);
    assert.deepEqual(await sandbox.up(), ["oozie"]);
    for (const one of [submitted, watching]) {
      await says(one, /Oozie is back/);
      const { code, out, err } = await one.ended;
      assert.equal(code, 0, out + err);
      assert.match(out, /nap .*SUCCEEDED/);
    }
    assert.deepEqual(
      (await naps()).map(({ status }) => status),
      ["SUCCEEDED"],
    );
  });

  it("says which statement was under way when HiveServer2 was killed; the same command runs once it is back", async () => {
    const dying = begin("hive", "run", "long.hql");
    await says(dying, /long\.hql:1 /);
    await until(
      "the query runs",
      () => sandbox.run("logs", "hiveserver2"),
      ({ out }) => /Stage-\d map = /.test(out),
    );
    await kill(sandbox, "hiveserver2");
    const { code, err } = await dying.ended;
    assert.equal(code, 5, err);
    assert.match(err, /HiveServer2 went away while it ran a statement.*\n +at long\.hql:3.*\n.*look at the tables/);
    const query = ["query", `select count(*) as n from ${database}.numbers`, "--format", "csv", "--target", "there"];
    const away = await run(...query);
    const refused = /cannot connect to HiveServer2: nothing listens there \(connection refused\)\n +at jdbc:hive2:/;
    assert.equal(away.code, 5, away.err);
    assert.match(away.err, refused);
    const apply = await run("hive", "apply");
    assert.equal(apply.code, 5, apply.err);
    assert.match(apply.err, refused);
    // The workflow has beeline ask the same server, which ends well all the same: Oozie's word would be wrong.
    const setUp = await run("setup", "--through-oozie");
    assert.equal(setUp.code, 1, setUp.out + setUp.err);
    assert.match(setUp.err, /set-up ended well, but its action database did nothing: .*Could not open/);
    assert.deepEqual(await sandbox.up(), ["hiveserver2"]);
    assert.equal((await good(...query)).out, "n\n30000\n");
    await good("setup");
  });

  it("leaves nothing of a file or an hour whose DataNode is killed; the same commands bring them once it is back", async () => {
    const { at } = sandbox;
    const bytes = randomBytes(3_000_000);
    writeFileSync(join(folder, "big"), bytes);
    const { nameNode, dataNode } = await throughProxies(at);
    const direct = new WebHdfs({ url: at.webHdfs, auth: simpleAuth(at.user) });
    try {
      writeFile(join(folder, "howdah.config.ts"), config({ ...at, webHdfs: nameNode.url }));
      dataNode.decide = ({ url }) => (/big|a\.csv/.test(url) ? { stallBody: 1 } : undefined);
      const put = ["hdfs", "put", "big", `${root}/put/big`];
      const ingest = ["ingest", "lines", "--instance", "2012-03-01T00:00Z", "a.csv", "--target", "there"];
      const dying = [begin(...put), begin(...ingest)];
      for (const part of ["big", "a.csv"])
        await until(
          part,
          () => Promise.resolve(dataNode.seen.join(" ")),
          (seen) => seen.includes(part),
        );
      await kill(sandbox, "datanode");
      for (const { ended } of dying) {
        const { code, err } = await ended;
        assert.equal(code, 5, err);
        assert.match(err, /the NameNode sends us to the DataNode localhost:\d+: /);
      }
      assert.deepEqual(await hdfs.list(`${root}/put`), []);
      assert.deepEqual(await hdfs.list(`${root}/data/lines`), []);
      dataNode.decide = () => undefined;
      assert.deepEqual(await sandbox.up(), ["datanode"]);
      for (const command of [put, ingest]) await good(...command);
      const read = (await good("hdfs", "checksum", `${root}/put/big`)).out;
      assert.ok(bytes.equals(await hdfs.read(`${root}/put/big`)));
      assert.ok(read.includes((await direct.checksum(`${root}/put/big`)).bytes));
    } finally {
      direct.close();
      for (const proxy of [nameNode, dataNode]) await proxy.close();
      writeFile(join(folder, "howdah.config.ts"), config(at));
    }
  });
});
