import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { ConnectError } from "#src/connect/errors.js";
import type { TlsOptions } from "#src/connect/tls.js";
import { download, upload, WebHdfs } from "#src/connect/webhdfs/index.js";
import type { HowdahEvent } from "#src/core/events.js";
import { freshFolders } from "../support/folders.js";
import { errorOf } from "./servers.js";

/** A server of HDFS to be tested: a NameNode, HttpFS, either with TLS, or a stand-in. */
export interface HdfsUnderTest {
  readonly url: string;
  readonly user: string;
  readonly tls?: TlsOptions;
  /** False where it cannot. @default true */
  readonly append?: boolean;
  /** Takes it down, after the last test. */
  close?(): Promise<void>;
}

/** What every server that speaks WebHDFS does for the client, whichever it is. */
export function webHdfsContract(server: (context: Mocha.Context) => Promise<HdfsUnderTest> | HdfsUnderTest): void {
  const folder = freshFolders();
  const root = `/tmp/howdah-contract-${randomUUID().slice(0, 8)}`;
  const events: HowdahEvent[] = [];
  let started: WebHdfs | undefined;
  let hdfs: WebHdfs;
  let under: HdfsUnderTest;

  before(async function () {
    under = await server(this);
    const { url, user, tls } = under;
    const emit = (event: HowdahEvent): unknown => events.push(event);
    hdfs = new WebHdfs({ url, auth: simpleAuth(user), emit, ...(tls && { tls }) });
    started = hdfs;
    await hdfs.mkdir(root);
  });
  after(async () => {
    // Nothing was started where the suite is skipped.
    await started?.rm(root, { recursive: true, force: true });
    started?.close();
    if (started !== undefined) await under.close?.();
  });

  async function code(promise: Promise<unknown>): Promise<string> {
    const error = await errorOf(promise);
    assert.ok(error instanceof ConnectError, String(error));
    return error.code;
  }

  it("writes, looks at, reads whole and in part, whatever the name", async () => {
    const data = randomBytes(200_000);
    for (const name of ["plain", "a b", "ä+ß", "x;y=1%2F&z?#", "'\"[]{}~"]) {
      const path = `${root}/${name}`;
      await hdfs.create(path, data, { permission: "640" });
      const status = await hdfs.stat(path);
      assert.deepEqual([status.name, status.type, status.length], [name, "file", data.length]);
      assert.deepEqual(await hdfs.cat(path), data);
      assert.deepEqual(await hdfs.cat(path, { offset: 1000, length: 500 }), data.subarray(1000, 1500));
    }
    await hdfs.create(`${root}/empty`, "");
    assert.equal((await hdfs.cat(`${root}/empty`)).length, 0);
  });

  it("lists folders in order, piece by piece, and walks what is below", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `f${i}`);
    for (const name of names) await hdfs.create(`${root}/list/${name}`, name);
    await hdfs.create(`${root}/list/sub/deep/g`, "g");
    assert.deepEqual(
      (await hdfs.ls(`${root}/list`)).map(({ name }) => name),
      [...names, "sub"],
    );
    const walked: string[] = [];
    for await (const { path } of hdfs.walk(`${root}/list/sub`)) walked.push(path.slice(root.length));
    assert.deepEqual(walked, ["/list/sub/deep", "/list/sub/deep/g"]);
    assert.deepEqual(
      (await hdfs.ls(`${root}/list/f1`)).map(({ path }) => path),
      [`${root}/list/f1`],
    );
    await hdfs.mkdir(`${root}/none`);
    assert.deepEqual(await hdfs.ls(`${root}/none`), []);
    assert.equal(await code(hdfs.ls(`${root}/nowhere`)), "HDFS_NOT_FOUND");
  });

  it("never takes a false for done", async () => {
    await hdfs.create(`${root}/m/a`, "a");
    await hdfs.create(`${root}/m/b`, "b");
    assert.equal(await code(hdfs.mv(`${root}/m/none`, `${root}/m/c`)), "HDFS_NOT_FOUND");
    assert.equal(await code(hdfs.mv(`${root}/m/a`, `${root}/nowhere/c`)), "HDFS_NOT_FOUND");
    assert.equal(await code(hdfs.mv(`${root}/m/a`, `${root}/m/b`)), "HDFS_EXISTS");
    assert.equal(await code(hdfs.rm(`${root}/m/none`)), "HDFS_NOT_FOUND");
    assert.equal(await hdfs.rm(`${root}/m/none`, { force: true }), false);
    assert.equal(await code(hdfs.rm(`${root}/m`)), "HDFS_NOT_EMPTY");
    assert.equal(await code(hdfs.create(`${root}/m/a`, "x")), "HDFS_EXISTS");
    await hdfs.mv(`${root}/m/a`, `${root}/m/b`, { overwrite: true });
    assert.equal((await hdfs.cat(`${root}/m/b`)).toString(), "a");
    assert.deepEqual(
      (await hdfs.ls(`${root}/m`)).map(({ name }) => name),
      ["b"],
    );
    assert.equal(await hdfs.rm(`${root}/m`, { recursive: true }), true);
    assert.equal(await hdfs.exists(`${root}/m`), false);
  });

  it("appends", async function () {
    if (under.append === false) return;
    await hdfs.create(`${root}/log`, "one");
    await hdfs.append(`${root}/log`, ", two");
    assert.equal((await hdfs.cat(`${root}/log`)).toString(), "one, two");
  });

  it("moves into the trash, also what has a namesake there", async () => {
    for (const content of ["1", "2"]) {
      await hdfs.create(`${root}/old`, content);
      const place = await hdfs.trash(`${root}/old`);
      assert.match(place, /\/\.Trash\/Current\//);
      assert.equal((await hdfs.cat(place)).toString(), content);
      assert.equal(await hdfs.exists(`${root}/old`), false);
    }
  });

  function tree(): { at: string; files: Record<string, Buffer> } {
    const at = join(folder(), "tree");
    const files: Record<string, Buffer> = { "big.bin": randomBytes(2_500_000), "empty.txt": Buffer.alloc(0) };
    for (let i = 0; i < 20; i++) files[`sub ${i % 3}/file-${i}`] = randomBytes(i * 777);
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), bytes);
    }
    return { at, files };
  }

  it("uploads and downloads trees in parallel, verified, leaving nothing half written", async () => {
    const { at, files } = tree();
    const count = Object.keys(files).length;
    const bytes = Object.values(files).reduce((sum, one) => sum + one.length, 0);
    events.length = 0;
    assert.deepEqual(await upload(hdfs, at, `${root}/tree`), { files: count, bytes, skipped: 0 });
    assert.equal(events.filter(({ event }) => event === "transfer.file").length, count);
    const names: string[] = [];
    for await (const { type, path } of hdfs.walk(`${root}/tree`))
      if (type === "file") names.push(path.slice(root.length + 6));
    assert.deepEqual(names.sort(), Object.keys(files).sort());
    const back = join(folder(), "back");
    await download(hdfs, `${root}/tree`, back, { parallel: 3 });
    const found = readdirSync(back, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.equal(found.length, count);
    for (const [name, content] of Object.entries(files)) assert.deepEqual(readFileSync(join(back, name)), content);
  });

  it("resumes: leaves out what is the same and replaces what differs, of the same length too", async () => {
    const { at, files } = tree();
    await upload(hdfs, at, `${root}/again`);
    const count = Object.keys(files).length;
    assert.equal(await code(upload(hdfs, at, `${root}/again`)), "HDFS_EXISTS");
    assert.deepEqual(await upload(hdfs, at, `${root}/again`, { resume: true }), { files: 0, bytes: 0, skipped: count });
    const other = Buffer.from(files["sub 0/file-3"]!);
    other[100]! ^= 1;
    await hdfs.create(`${root}/again/sub 0/file-3`, other, { overwrite: true });
    await hdfs.rm(`${root}/again/big.bin`);
    const { files: sent, skipped } = await upload(hdfs, at, `${root}/again`, { resume: true });
    assert.deepEqual([sent, skipped], [2, count - 2]);
    assert.deepEqual(await hdfs.cat(`${root}/again/sub 0/file-3`), files["sub 0/file-3"]);
  });
}
