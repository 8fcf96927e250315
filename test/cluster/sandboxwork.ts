import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { basename } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { livyClient } from "#src/connect/livy.js";
import { oozieClient } from "#src/connect/oozie/index.js";
import { isRunning, isZombie } from "#src/project/process.js";
import type { ServiceName } from "#src/sandbox/services.js";
import { needCluster } from "../support/cluster.js";
import { skip } from "../support/skip.js";
import { TestHdfs } from "./hdfs.js";
import { exampleJobs, fetchedPackages, TestSandbox } from "./sandbox.js";
import { all, until } from "./waiting.js";

/** Kills `howdah sandbox up` in the middle of something. */
export async function killUp(sandbox: TestSandbox, what: string, begun: () => Promise<boolean>): Promise<void> {
  const { child, ended } = sandbox.start("up");
  let over = false;
  void ended.then(() => (over = true));
  await until(what, async () => over || (await begun()), Boolean, { seconds: 400, every: 20 });
  child.kill("SIGKILL");
  const { signal, err } = await ended;
  assert.equal(signal, "SIGKILL", `up ended before ${what}: ${err}`);
}

/** Whether a process does anything: one that ended may stay in the table until its parent asks for it. */
export function isAlive(pid: number): boolean {
  return isRunning(pid) && !isZombie(pid);
}

/** Kills a server so that it can do nothing about it. */
export async function kill(sandbox: TestSandbox, name: ServiceName): Promise<void> {
  const pid = sandbox.pidOf(name);
  process.kill(pid, "SIGKILL");
  await until(
    name,
    () => Promise.resolve(isAlive(pid)),
    (lives) => !lives,
    { every: 20 },
  );
}

/** Has servers do what they are there for. */
export async function works(sandbox: TestSandbox, hdfs: TestHdfs, names: readonly ServiceName[]): Promise<void> {
  await Promise.all([...new Set(names.map((name) => work[name]))].map((one) => one(sandbox, hdfs)));
}

type Work = (sandbox: TestSandbox, hdfs: TestHdfs) => Promise<void>;

const files: Work = async (_, hdfs) => {
  const bytes = randomBytes(200_000);
  await hdfs.put("/tmp/again", bytes);
  assert.ok(bytes.equals(await hdfs.read("/tmp/again")));
};

const tables: Work = async (sandbox) => {
  const { code, out, err } = await sandbox.sh("beeline", "--outputformat=csv2", "-e", "show databases");
  assert.equal(code, 0, err);
  assert.deepEqual(out.trim().split("\n").slice(-2), ["database_name", "default"]);
};

const jobs: Work = async (sandbox, hdfs) => {
  const folder = `/tmp/count-${randomBytes(4).toString("hex")}`;
  await hdfs.put(`${folder}/words`, "ant bee ant\n");
  const { code, err } = await sandbox.sh(
    ...["hadoop", "jar", await exampleJobs(), "wordcount", `${folder}/words`, `${folder}/counts`],
  );
  assert.equal(code, 0, err);
  assert.equal(await hdfs.readFolder(`${folder}/counts`), "ant\t2\nbee\t1\n");
};

const workflows: Work = async (sandbox, hdfs) => {
  const oozie = oozieClient({ url: sandbox.at.oozie, auth: simpleAuth(sandbox.at.user) });
  try {
    const path = `/tmp/workflow-${randomBytes(4).toString("hex")}`;
    await hdfs.put(
      `${path}/workflow.xml`,
      `<workflow-app xmlns="uri:oozie:workflow:0.5" name="made"><start to="a"/><action name="a">
      <fs><mkdir path="${sandbox.at.nameNode}${path}/made"/></fs><ok to="end"/><error to="end"/></action><end name="end"/></workflow-app>`,
    );
    const properties = { "oozie.wf.application.path": `${sandbox.at.nameNode}${path}`, "user.name": sandbox.at.user };
    const id = await oozie.submit(properties, { start: true });
    await until(
      "the workflow",
      () => oozie.status(id),
      (status) => status === "SUCCEEDED",
      { seconds: 40 },
    );
    assert.ok((await hdfs.list(path))?.includes("made"));
    assert.ok((await all(oozie.workflows({ name: "made" }))).some((one) => one.id === id));
  } finally {
    oozie.close();
  }
};

const batches: Work = async (sandbox) => {
  const livy = livyClient({ url: sandbox.at.livy, auth: simpleAuth(sandbox.at.user) });
  try {
    assert.deepEqual(await livy.list(), []);
  } finally {
    livy.close();
  }
};

const work: Readonly<Record<ServiceName, Work>> = {
  namenode: files,
  datanode: files,
  resourcemanager: jobs,
  nodemanager: jobs,
  history: jobs,
  metastore: tables,
  hiveserver2: tables,
  oozie: workflows,
  livy: batches,
  httpfs: files,
  "spark-history": () => Promise.reject(new Error("no test starts it")),
};

/** Every file of the share library lies in HDFS, once and whole, and Oozie knows each library. */
export async function assertShareLibraryWhole(sandbox: TestSandbox, hdfs: TestHdfs): Promise<void> {
  const { shareLibrary } = await fetchedPackages();
  const expected = Object.entries(shareLibrary).flatMap(([library, paths]) =>
    paths.map((path) => `${library}/${basename(path)} ${statSync(path).size}`),
  );
  const [folder, ...more] = (await hdfs.list("/user/oozie/share/lib"))!;
  assert.deepEqual(more, []);
  const root = `/user/oozie/share/lib/${folder!}`;
  const found = await hdfs.walk(root);
  assert.deepEqual(found.map(({ path, length }) => `${path.slice(root.length + 1)} ${length}`).sort(), expected.sort());
  assert.ok(expected.length > 200, `${expected.length} files`);
  const { code, out, err } = await sandbox.sh("oozie", "admin", "-shareliblist");
  assert.equal(code, 0, err);
  for (const library of ["distcp", "hive2", "oozie", "spark"]) assert.match(out, new RegExp(`^${library}$`, "m"));
}

/**
 * Gives a suite, whose tests go on from one another, a sandbox of its own, which is gone afterwards if all went well; once
 * a test has failed the others are skipped.
 */
export function ownSandbox(offset: number, begin: (sandbox: TestSandbox, hdfs: TestHdfs) => void): void {
  let own: { readonly sandbox: TestSandbox; readonly hdfs: TestHdfs } | undefined;
  let well = true;

  before(function () {
    needCluster(this);
    const sandbox = TestSandbox.own(offset);
    own = { sandbox, hdfs: new TestHdfs(sandbox.at) };
    begin(sandbox, own.hdfs);
  });

  beforeEach(function () {
    if (!well) skip(this, "what it goes on from failed");
  });

  afterEach(function () {
    well &&= this.currentTest?.state === "passed";
  });

  after(async () => {
    own?.hdfs.close();
    await own?.sandbox.end(well);
  });
}
