import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, madeProject, removeFolder, type Ended } from "../support/command.js";
import { closedPort } from "../support/faults.js";
import { TestHdfs } from "./hdfs.js";

/** Oozie takes these for done: beeline of Hive 3.1 ends with 0 where it reaches no HiveServer2. */
describe("cluster: hive2 actions that reach no HiveServer2", function () {
  this.timeout(400_000);
  const run = randomBytes(4).toString("hex");
  const name = `ask-${run}`;
  let at: ClusterAddresses;
  let hdfs: TestHdfs | undefined;
  let folder: string | undefined;
  let base: string;
  let lost: string;
  const on = (target: string, ...words: readonly string[]): Promise<Ended> =>
    howdah([...words, "--target", target], folder!);

  before(async function () {
    at = needCluster(this);
    hdfs = new TestHdfs(at);
    base = `/user/${at.user}/howdah-test/lost-${run}`;
    folder = madeProject({
      "howdah.config.ts": `
import * as h from "howdah";
const ask = h.workflow("${name}", {}, () => h.sequence(
  h.fs("before", [h.mkdir("${base}/before")]),
  h.hive2("ask", [h.hiveScript("SELECT 1;\\nSELECT 2")]),
  h.fs("after", [h.mkdir("${base}/after")]),
));
const there = h.sandbox({ root: "${base}/release" });
const away = h.cluster({ ...there, hiveServer2: "jdbc:hive2://localhost:${await closedPort()}/default" });
export default h.defineConfig({ name: "lost", definitions: [ask], targets: { there, away }, defaultTarget: "there" });
`,
    });
  });
  after(async () => {
    if (folder !== undefined) removeFolder(folder);
    await hdfs?.remove(base);
    hdfs?.close();
  });

  it("are told of by whoever waits for them, with exit code 1", async () => {
    const deployed = await on("away", "deploy");
    assert.equal(deployed.code, 0, deployed.err);
    const { code, out, err } = await on("away", "submit", name, "--wait");
    assert.equal(code, 1, err);
    assert.match(out, /ask ended OK, but did nothing: .*Could not open/);
    assert.match(err, /howdah why \S+ says what to do/);
    [, lost] = /submitted workflow \S+ (\S+-W)/.exec(out)! as unknown as [string, string];
    const watched = await on("away", "watch", lost, "--json");
    assert.equal(watched.code, 1, watched.err);
    const events = watched.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; name: string; said: string });
    const told = events.filter(({ event }) => event === "action.lost");
    assert.deepEqual(
      told.map((one) => one.name),
      ["ask"],
    );
    assert.match(told[0]!.said, /Could not open/);
  });

  it("are shown by status, why and logs, with what to do", async () => {
    const status = await on("away", "status", lost);
    assert.match(status.out, /SUCCEEDED/, status.err);
    assert.match(status.out, /ask +hive2 +OK.*\n +did nothing: .*Could not open/);
    const why = await on("away", "why", lost);
    assert.match(why.out, /its action ask did nothing: .*Could not open/, why.err);
    assert.match(why.out, new RegExp(`howdah rerun ${lost} --from-node ask`));
    const logs = await on("away", "logs", lost);
    assert.match(logs.out, /^ask ended OK, but did nothing\n.*--from-node ask/, logs.err);
    assert.match(logs.out, /Could not open/);
  });

  it("are run again from there, and told of again while nobody answers", async () => {
    const { code, out, err } = await on("away", "rerun", lost, "--from-node", "ask", "--wait");
    assert.equal(code, 1, err);
    assert.match(out, /is run again, without before/);
    assert.match(out, /but ask \(\S+@ask\) did nothing: .*Could not open/);
  });

  it("are not taken for those that reach one", async () => {
    const deployed = await on("there", "deploy");
    assert.equal(deployed.code, 0, deployed.err);
    const { code, out, err } = await on("there", "submit", name, "--wait");
    assert.equal(code, 0, err);
    assert.doesNotMatch(out, /did nothing/);
    const [, id] = /submitted workflow \S+ (\S+-W)/.exec(out)! as unknown as [string, string];
    for (const word of ["status", "why", "logs"]) {
      const said = await on("there", word, id);
      assert.doesNotMatch(said.out, /did nothing/);
    }
  });
});
