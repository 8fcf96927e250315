import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { Readable, type Writable } from "node:stream";
import { simpleAuth } from "#src/connect/auth/index.js";
import { ConnectError } from "#src/connect/errors.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import { errorOf } from "../connect/servers.js";
import { webHdfsContract } from "../connect/webhdfscontract.js";
import { needCluster } from "../support/cluster.js";

describe("cluster: WebHDFS, the NameNode", () => {
  webHdfsContract((context) => {
    const { webHdfs, user } = needCluster(context);
    return { url: webHdfs, user };
  });
});

/** What is used of the package `webhdfs`, which has no types. Its streams are older than Node's: both tell `finish`. */
interface Peer {
  createReadStream(path: string): EventEmitter;
  createWriteStream(path: string): Writable;
  readdir(path: string, callback: (error: Error | null, files: { pathSuffix: string }[]) => void): void;
}

function finished(stream: EventEmitter): Promise<unknown> {
  return new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
}

describe("cluster: WebHDFS, beyond the contract", () => {
  const root = `/tmp/howdah-beyond-${randomUUID().slice(0, 8)}`;
  let started: WebHdfs | undefined;
  let hdfs: WebHdfs;
  let server: ReturnType<typeof needCluster>;

  before(async function () {
    server = needCluster(this);
    hdfs = new WebHdfs({ url: server.webHdfs, auth: simpleAuth(server.user) });
    started = hdfs;
    await hdfs.mkdir(root);
  });
  after(async () => {
    // Nothing was started where the suite is skipped.
    await started?.rm(root, { recursive: true, force: true });
    started?.close();
  });

  it("writes what the package webhdfs reads, and reads what it writes", async () => {
    const peer = (createRequire(import.meta.url)("webhdfs") as { createClient(options: object): Peer }).createClient({
      user: server.user,
      host: "localhost",
      port: Number(new URL(server.webHdfs).port),
      path: "/webhdfs/v1",
    });
    const bytes = randomBytes(3_000_000);
    await hdfs.create(`${root}/ours`, bytes);
    const read: Buffer[] = [];
    const ours = peer.createReadStream(`${root}/ours`).on("data", (chunk: Buffer) => read.push(chunk));
    await finished(ours);
    assert.deepEqual(Buffer.concat(read), bytes);
    const theirs = peer.createWriteStream(`${root}/theirs`);
    await finished(Readable.from([bytes]).pipe(theirs));
    assert.deepEqual(await hdfs.cat(`${root}/theirs`), bytes);
    const names = await new Promise<string[]>((resolve, reject) =>
      peer.readdir(root, (error, files) => {
        if (error === null) resolve(files.map(({ pathSuffix }) => pathSuffix));
        else reject(error);
      }),
    );
    assert.deepEqual(names.sort(), (await hdfs.ls(root)).map(({ name }) => name).sort());
  });

  it("changes modes, owners, times and replication, sums up, and concatenates", async () => {
    const at = (name: string) => `${root}/meta/${name}`;
    for (const name of ["a", "b", "c"]) await hdfs.create(at(name), "x".repeat(1_048_576), { blockSize: 1_048_576 });
    await hdfs.chmod(at("a"), "600");
    await hdfs.chown(at("a"), { owner: "alice", group: "analysts" });
    await hdfs.utimes(at("a"), { modified: 1_000_000 });
    await hdfs.setReplication(at("a"), 2);
    const { permission, owner, group, modified, replication } = await hdfs.stat(at("a"));
    assert.deepEqual([permission, owner, group, modified, replication], ["600", "alice", "analysts", 1_000_000, 2]);
    const { length, fileCount } = await hdfs.contentSummary(`${root}/meta`);
    assert.deepEqual([length, fileCount], [3 * 1_048_576, 3]);
    await hdfs.concat(at("a"), [at("b"), at("c")]);
    assert.equal((await hdfs.stat(at("a"))).length, 3 * 1_048_576);
    assert.equal(await hdfs.exists(at("b")), false);
  });

  it("makes, compares and removes snapshots, and keeps access control lists", async () => {
    const at = `${root}/snap`;
    await hdfs.create(`${at}/one`, "1");
    await hdfs.snapshots.allow(at, true);
    assert.equal(await hdfs.snapshots.create(at, "s1"), `${at}/.snapshot/s1`);
    await hdfs.create(`${at}/two`, "2");
    await hdfs.snapshots.create(at, "s2");
    const changes = await hdfs.snapshots.difference(at, "s1", "s2");
    assert.deepEqual(
      changes.map(({ type, sourcePath }) => [type, sourcePath]),
      [
        ["MODIFY", ""],
        ["CREATE", "two"],
      ],
    );
    for (const name of ["s1", "s2"]) await hdfs.snapshots.remove(at, name);
    await hdfs.snapshots.allow(at, false);
    await hdfs.acls.change(at, "modify", ["user:bob:r-x"]);
    assert.ok((await hdfs.acls.of(at)).entries.includes("user:bob:r-x"));
    await hdfs.acls.remove(at);
    assert.deepEqual((await hdfs.acls.of(at)).entries, []);
  });

  it("says who may not do what", async () => {
    const bob = new WebHdfs({ url: server.webHdfs, auth: simpleAuth("bob") });
    const error = await errorOf(bob.create(`${root}/x`, "x"));
    bob.close();
    assert.ok(error instanceof ConnectError);
    assert.deepEqual([error.code, error.status], ["HDFS_PERMISSION", 403]);
    assert.match(error.message, /user=bob, access=WRITE/);
  });
});
