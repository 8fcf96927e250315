import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { simpleAuth } from "#src/connect/auth/index.js";
import { jobHistoryClient, yarnClient } from "#src/connect/yarn.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { commandFile, startProgram, writeFile } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { TestHdfs } from "./hdfs.js";
import { squaresJob } from "./project.js";
import { exampleJobs, TestSandbox } from "./sandbox.js";
import { absent, until } from "./waiting.js";

describe("cluster: the sandbox's clients", function () {
  this.timeout(400_000);
  const folder = freshFolders();
  const run = randomBytes(4).toString("hex");
  let at: ClusterAddresses;
  let sandbox: TestSandbox;
  let root: string;
  let hdfs: TestHdfs | undefined;

  before(async function () {
    at = needCluster(this);
    sandbox = TestSandbox.given(at);
    hdfs = new TestHdfs(at);
    root = `/user/${at.user}/howdah-test/clients-${run}`;
    await hdfs.putAll([
      { path: `${root}/words/one`, content: "ant bee\nant\n" },
      { path: `${root}/words/two`, content: "bee cat bee\n" },
    ]);
  });

  after(async () => {
    await hdfs?.remove(root);
    hdfs?.close();
  });

  /** What a client printed that ended well. */
  const printed = async (...command: readonly string[]): Promise<string> => {
    const { code, out, err } = await sandbox.sh(...command);
    assert.equal(code, 0, `${command.join(" ")}: ${err}${out}`);
    return out;
  };

  it("are hdfs, which lists, puts and gets", async () => {
    // As the help has it, without a `--`.
    const { code, out, err } = await sandbox.run("sh", "hdfs", "dfs", "-ls", "/");
    assert.equal(code, 0, err);
    assert.match(out, /^drwxrwxrwt .* \/tmp$/m);
    const file = writeFile(`${folder()}/täglich`, "some\0bytes\n");
    await printed("hdfs", "dfs", "-put", file, `${root}/put`);
    assert.equal(await printed("hdfs", "dfs", "-cat", `${root}/put`), "some\0bytes\n");
  });

  it("end as the real ones end, and say why", async () => {
    const absent = await sandbox.sh("hdfs", "dfs", "-cat", `${root}/nowhere`);
    assert.deepEqual([absent.code, absent.out], [1, ""]);
    assert.match(absent.err, /nowhere': No such file or directory/);
    const verb = await sandbox.sh("hdfs", "nosuchverb");
    assert.equal(verb.code, 2);
    assert.match(verb.err, /the sandbox knows dfs, /);
    assert.equal((await sandbox.sh("sh", "-c", "exit 7")).code, 7);
    assert.equal((await sandbox.sh("sh", "-c", "kill -TERM $$")).code, 143);
    assert.equal((await sandbox.sh("no-such-command")).code, 127);
  });

  it("are ended with what started them", async () => {
    const { child, ended } = sandbox.start("sh", "--", "sh", "-c", "echo begun >&2; exec sleep 300");
    await new Promise((resolve) => child.stderr!.once("data", resolve));
    child.kill("SIGTERM");
    assert.equal((await ended).code, 143);
  });

  it("are beeline, which asks HiveServer2", async () => {
    const { code, out, err } = await sandbox.run(
      "sh",
      "beeline",
      "--outputformat=csv2",
      "-e",
      "select 6 * 7 as n, 'a b' as s",
    );
    assert.equal(code, 0, err);
    assert.deepEqual(out.trim().split("\n").slice(-2), ["n,s", "42,a b"]);
    const wrong = await sandbox.sh("beeline", "-e", "select no_such_column");
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.err, /no_such_column/);
  });

  it("are oozie, which knows its server", async () => {
    assert.match(await printed("oozie", "admin", "-status"), /System mode: NORMAL/);
    assert.match(await printed("oozie", "admin", "-shareliblist"), /^spark$/m);
    const jobs = await printed("oozie", "jobs", "-filter", `name=clients-${run}`);
    assert.match(jobs, /No Jobs match your criteria!/);
    const absent = await sandbox.sh("oozie", "job", "-info", "9999999-200101010000000-oozie-no-W");
    assert.notEqual(absent.code, 0);
    assert.match(`${absent.out}${absent.err}`, /E0604/);
  });

  it("are hadoop, which runs a MapReduce job, and spark-submit, which runs PySpark, both on YARN", async () => {
    const job = writeFile(`${folder()}/squares.py`, squaresJob);
    const broken = writeFile(`${folder()}/broken.py`, "raise SystemExit(3)\n");
    const name = `squares ${run}`;
    const [count, squares, failed] = await Promise.all([
      sandbox.sh("hadoop", "jar", await exampleJobs(), "wordcount", `${root}/words`, `${root}/counts`),
      sandbox.sh("spark-submit", "--deploy-mode", "cluster", "--name", name, job, `${at.nameNode}${root}/squares`, "4"),
      sandbox.sh("spark-submit", "--deploy-mode", "cluster", broken),
    ]);
    assert.equal(count.code, 0, count.err);
    assert.equal(squares.code, 0, squares.err);
    assert.equal(failed.code, 1, failed.err);
    assert.match(failed.err, /final status: FAILED/);
    assert.equal(await hdfs!.readFolder(`${root}/counts`), "ant\t2\nbee\t3\ncat\t1\n");
    assert.equal(await hdfs!.readFolder(`${root}/squares`), "0\n1\n4\n9\n");
    const [, id] = /Running job: (job_\w+)/.exec(count.err) ?? [];
    assert.ok(id !== undefined, count.err);
    const history = jobHistoryClient({ url: at.jobHistory });
    const yarn = yarnClient({ url: at.yarn, auth: simpleAuth(at.user) });
    try {
      const done = await until(
        "the history",
        () => history.job(id).catch(absent),
        (one) => one !== undefined,
      );
      assert.deepEqual([done?.state, done?.maps.completed, done?.reduces.completed], ["SUCCEEDED", 2, 1]);
      const applications = await yarn.applications({ types: ["SPARK"], user: at.user });
      assert.deepEqual(
        applications.filter((one) => one.name === name).map(({ state, finalStatus }) => [state, finalStatus]),
        [["FINISHED", "SUCCEEDED"]],
      );
    } finally {
      history.close();
      yarn.close();
    }
  });

  it("are in any shell by what env prints", async () => {
    const script = [
      `eval "$(${quoted(process.execPath)} ${quoted(commandFile)} sandbox env --name ${sandbox.name})" || exit 9`,
      'for name in hdfs hadoop yarn mapred beeline oozie spark-submit pyspark; do command -v "$name" || exit 8; done',
      'echo "$OOZIE_URL"',
      `yarn node -list -all`,
      `hdfs dfs -test -e ${root}/words/one && ! hdfs dfs -test -e ${root}/words/none`,
    ].join("\n");
    const { ended } = startProgram("bash", ["-c", script], folder(), { XDG_DATA_HOME: sandbox.home });
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    const lines = out.split("\n");
    assert.ok(
      lines.slice(0, 8).every((line) => line.startsWith(`${sandbox.opened.bin}/`)),
      out,
    );
    assert.equal(lines[8], at.oozie);
    assert.match(out, /^\s*localhost:\d+\s+RUNNING\s/m);
  });
});

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
