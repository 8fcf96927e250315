import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { simpleAuth } from "#src/connect/auth/index.js";
import { oozieClient, type Oozie } from "#src/connect/oozie/index.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import type { StoredRelease } from "#src/release/releases.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, madeProject, startCommand, writeFile, type Ended } from "../support/command.js";
import { projectRoot } from "../support/project.js";

const config = ({ nameNode, webHdfs, resourceManager, oozie }: ClusterAddresses, root: string): string => `
import * as h from "howdah";
const tell = h.workflow("tell", {}, () => h.shell("tell", {
  command: "tell.sh",
  files: ["bin/tell.sh", ...Array.from({ length: 150 }, (_, i) => \`files/\${i}\`)],
}));
const waiting = h.coordinator("waiting", {
  every: h.days(1), start: "2012-03-01T00:00Z", end: "2012-03-02T00:00Z",
  reads: { never: h.dataset("never", { every: h.days(1), initial: "2012-03-01T00:00Z", uri: h.path\`${root}/never/\${h.DAY}\` }).current(0) },
  timeout: h.days(1),
  run: () => tell.with({}),
});
const at = { profile: "oozie5.2", nameNode: "${nameNode}", webHdfs: "${webHdfs}", resourceManager: "${resourceManager}", oozie: "${oozie}", root: "${root}" } as const;
export default h.defineConfig({
  name: "deploytest",
  definitions: [waiting],
  defaultTarget: "here",
  targets: {
    here: h.cluster(at),
    stranger: h.cluster({ ...at, login: { user: "stranger" } }),
  },
});
`;

describe("cluster: deploying", function () {
  this.timeout(300_000);
  const root = `/user/howdah-deploy-${randomUUID().slice(0, 8)}`;
  let at: ClusterAddresses;
  let project: string | undefined;
  let started: WebHdfs | undefined;
  let hdfs: WebHdfs;
  let oozie: Oozie | undefined;
  const submitted: string[] = [];

  before(async function () {
    at = needCluster(this);
    started = hdfs = new WebHdfs({ url: at.webHdfs, auth: simpleAuth(at.user) });
    oozie = oozieClient({ url: at.oozie, auth: simpleAuth(at.user) });
    const files = Array.from({ length: 150 }, (_, i) => [`files/${i}`, randomBytes(20 + i).toString("hex")] as const);
    project = madeProject({ "howdah.config.ts": config(at, root), ...Object.fromEntries(files) });
    symlinkSync(join(projectRoot, "node_modules"), join(project, "node_modules"));
    change("first");
    await hdfs.mkdir(root, { permission: "755" });
  });
  after(async () => {
    for (const id of submitted) await oozie?.kill(id);
    await started?.rm(root, { recursive: true, force: true });
    started?.close();
    oozie?.close();
    if (project !== undefined) rmSync(project, { recursive: true, force: true });
  });

  const change = (text: string): void => void writeFile(join(project!, "bin/tell.sh"), `echo ${text}\n`);
  const run = (...args: readonly string[]): Promise<Ended> => howdah(args, project!);
  async function facts<T>(...args: readonly string[]): Promise<T> {
    const { code, out, err } = await run(...args, "--json");
    assert.equal(code, 0, `${err}${out}`);
    return JSON.parse(out) as T;
  }
  interface Facts {
    readonly release: string;
    readonly state: string;
    readonly folder: string;
    readonly uploaded: { readonly files: number };
    readonly kept: { readonly files: number };
  }
  const releases = async () =>
    (await facts<{ releases: (StoredRelease & { jobs: { id: string }[] })[] }>("releases")).releases;
  const names = async (folder: string): Promise<readonly string[]> => (await hdfs.ls(folder)).map(({ name }) => name);

  it("uploads what is missing, once", async () => {
    const dry = await facts<Facts>("deploy", "--dry-run");
    assert.deepEqual(await names(root), []);
    const first = await facts<Facts>("deploy");
    assert.deepEqual([first.state, first.release], ["uploaded", dry.release]);
    assert.ok(first.uploaded.files > 150);
    const { fileCount } = await hdfs.contentSummary(first.folder);
    assert.equal(fileCount, first.uploaded.files);
    assert.equal((await hdfs.cat(`${first.folder}/files/bin/tell.sh`)).toString(), "echo first\n");
    const again = await facts<Facts>("deploy");
    assert.deepEqual([again.state, again.uploaded.files], ["same", 0]);
    assert.deepEqual(await names(root), ["current.json", "releases"]);
  });

  it("leaves the old release current when it is killed, and goes on with what was uploaded", async () => {
    change("killed");
    const { release, folder } = await facts<Facts>("deploy", "--dry-run");
    const partial = `${root}/releases/.${release}.partial`;
    const { child, ended } = startCommand(["deploy"], project!);
    for (let there = 0; there < 10; there = await count(partial)) await sleep(5);
    child.kill("SIGKILL");
    assert.equal((await ended).signal, "SIGKILL");
    assert.ok(!(await hdfs.exists(folder)));
    assert.ok(!(await releases()).some((one) => one.release === release));
    const then = await run("deploy", "--json");
    assert.equal(then.code, 0, then.err);
    assert.match(then.err, /took over the lock/);
    const done = JSON.parse(then.out) as Facts;
    assert.ok(done.kept.files > 0);
    assert.equal((await hdfs.contentSummary(folder)).fileCount, done.kept.files + done.uploaded.files);
    assert.ok(!(await hdfs.exists(partial)));
    assert.equal((await run("rollback", release)).code, 0, "every byte is as the manifest says");
  });

  it("stops on Ctrl-C, says where what was uploaded is, and goes on with it", async () => {
    change("interrupted");
    const { release } = await facts<Facts>("deploy", "--dry-run");
    const partial = `${root}/releases/.${release}.partial`;
    const { child, ended } = startCommand(["deploy"], project!);
    for (let there = 0; there < 10; there = await count(partial)) await sleep(5);
    child.kill("SIGINT");
    const { code, err } = await ended;
    assert.equal(code, 130, err);
    assert.match(err, new RegExp(`what was uploaded stays in ${partial.replaceAll(".", "\\.")} .*: the next deploy`));
    assert.deepEqual(await names(root), ["current.json", "releases"]);
    assert.ok((await facts<Facts>("deploy")).kept.files > 0);
  });

  it("has a second deploy of the same wait and do nothing", async () => {
    change("two at once");
    const both = await Promise.all([facts<Facts>("deploy"), facts<Facts>("deploy")]);
    assert.deepEqual(both.map(({ state }) => state).sort(), ["same", "uploaded"]);
    assert.equal((await releases()).filter(({ current }) => current).length, 1);
  });

  it("rolls back to the release before", async () => {
    const before = await releases();
    await facts("rollback");
    const after = await releases();
    assert.ok(after.find(({ release }) => release === before[1]!.release)!.current);
    const gone = `${root}/releases/${before[0]!.release}/files/bin/tell.sh`;
    await hdfs.rm(gone);
    const { code, err } = await run("rollback", before[0]!.release);
    assert.equal(code, 1, err);
    assert.match(err, /files\/bin\/tell\.sh is gone/);
    assert.equal((await facts<Facts>("deploy")).state, "mended");
  });

  it("keeps what a running coordinator uses when it collects, and removes it once that is over", async () => {
    change("submitted");
    const { folder, release } = await facts<Facts>("deploy");
    const id = await oozie!.submit({
      "user.name": at.user,
      nameNode: at.nameNode,
      resourceManager: at.resourceManager,
      release: `${at.nameNode}${folder}`,
      "oozie.coord.application.path": `${at.nameNode}${folder}/oozie/coordinators/waiting/coordinator.xml`,
      "oozie.use.system.libpath": "true",
    });
    submitted.push(id);
    change("newer");
    const { release: newest } = await facts<Facts>("deploy");
    const listed = (await releases()).find((one) => one.release === release)!;
    assert.deepEqual(
      listed.jobs.map((job) => job.id),
      [id],
    );
    const dry = await facts<{ removed: unknown[] }>("gc", "--keep", "1", "--dry-run");
    const collected = await facts<{ kept: { release: string; why: string }[]; removed: unknown[] }>(
      "gc",
      "--keep",
      "1",
    );
    assert.deepEqual(collected.removed, dry.removed);
    assert.ok(collected.removed.length >= 3);
    assert.deepEqual(
      collected.kept.map((one) => [one.release, one.why]),
      [
        [newest, "current"],
        [release, "used"],
      ],
    );
    assert.deepEqual([...(await names(`${root}/releases`))].sort(), [newest, release].sort());
    await oozie!.kill(id);
    while ((await oozie!.status(id)) !== "KILLED") await sleep(200);
    await facts("gc", "--keep", "1");
    assert.deepEqual(await names(`${root}/releases`), [newest]);
  });

  it("says that a quota is used up, or that permission is lacking, and leaves the release before current", async () => {
    const before = (await releases())[0]!;
    change("too much");
    const quota = async (...args: readonly string[]): Promise<void> => {
      const { code, err } = await run("sandbox", "sh", "hdfs", "dfsadmin", ...args, root);
      assert.equal(code, 0, err);
    };
    // A block's size is reserved while it is written.
    await quota("-setSpaceQuota", "140m");
    try {
      const { code, err } = await run("deploy");
      assert.equal(code, 5, err);
      assert.match(err, /quota/i);
    } finally {
      await quota("-clrSpaceQuota");
    }
    const { code, err } = await run("deploy", "--target", "stranger");
    assert.equal(code, 5, err);
    assert.match(err, /Permission denied: user=stranger/);
    assert.equal((await releases()).find(({ current }) => current)!.release, before.release);
    assert.deepEqual(
      (await names(root)).filter((name) => name.startsWith("lock")),
      [],
    );
  });

  async function count(folder: string): Promise<number> {
    return (await hdfs.exists(folder)) ? (await hdfs.contentSummary(folder)).fileCount : 0;
  }
});
