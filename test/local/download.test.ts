import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { download, type DownloadRequest } from "#src/local/download.js";
import { errorOf, localServers, type LocalServer } from "../connect/servers.js";
import { jitiPath, projectRoot } from "../pipeline/scripts.js";
import { freshFolders } from "../support/folders.js";
import { until } from "../support/until.js";

const sumOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** A file on a server, which can break off, change, or know nothing of ranges. */
class Served {
  content = randomBytes(300_000);
  etag: string | undefined = '"one"';
  modified: string | undefined;
  ranges = true;
  /** After how many bytes each answer breaks off. */
  readonly breaks: number[] = [];
  /** Answers stop there, and stay open. */
  stops: number | undefined;
  readonly asked: (string | undefined)[] = [];
  /** Where the client keeps what has come. */
  part = "";

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { range, "if-range": condition } = request.headers;
    this.asked.push(range);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const same = condition !== undefined && (condition === this.etag || condition === this.modified);
    const part = this.ranges && range !== undefined && same;
    if (part && from >= this.content.length) {
      response.writeHead(416, { "Content-Range": `bytes */${this.content.length}` }).end();
      return;
    }
    const body = this.content.subarray(part ? from : 0);
    response.writeHead(part ? 206 : 200, {
      "Content-Length": body.length,
      ...(this.etag === undefined ? {} : { ETag: this.etag }),
      ...(this.modified === undefined ? {} : { "Last-Modified": this.modified }),
      ...(part ? { "Content-Range": `bytes ${from}-${this.content.length - 1}/${this.content.length}` } : {}),
    });
    const end = this.breaks.shift();
    if (end !== undefined) {
      response.write(body.subarray(0, end));
      // What has not been written by then is lost with the connection.
      const arrived = (part ? from : 0) + end;
      void until(() => end === 0 || sizeOf(this.part) === arrived, "what was sent").then(() => response.destroy());
    } else if (this.stops !== undefined) response.write(body.subarray(0, this.stops));
    else response.end(body);
  }
}

describe("downloads", () => {
  const servers = localServers();
  const fresh = freshFolders();
  let served: Served;
  let server: LocalServer;
  let folder: string;
  let out: string;

  beforeEach(async () => {
    served = new Served();
    server = await servers.http((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { Location: "/file" }).end();
      else if (request.url?.startsWith("/file") === true) served.answer(request, response);
      else response.writeHead(404).end("<html>not here</html>");
    });
    folder = fresh();
    out = join(folder, "file.xlsx");
    served.part = `${out}.part`;
  });
  const get = (more: Partial<DownloadRequest> = {}) => download({ url: `${server.url}/file`, out, pause: 1, ...more });
  const isHere = () => {
    assert.ok(readFileSync(out).equals(served.content));
    assert.deepEqual(readdirSync(folder), ["file.xlsx"]);
  };
  /** Breaks off so often that the download gives up, with this many bytes. */
  async function cutOff(bytes: number): Promise<void> {
    served.breaks.push(bytes, 0, 0, 0);
    assert.equal(((await errorOf(get({ replace: true }))) as { code: string }).code, "CONNECT_BROKE");
  }

  it("fetch a file whole, and say its sum, which is verified only against one that was given", async () => {
    const sha256 = sumOf(served.content);
    const facts = { out, bytes: 300_000, sha256, there: false, resumed: 0 };
    assert.deepEqual(await get(), { ...facts, verified: false });
    isHere();
    assert.deepEqual(await get({ sha256, replace: true }), { ...facts, verified: true, there: true });
    assert.equal(served.asked.length, 1);
  });

  it("follow redirects, and obey a missing folder", async () => {
    out = join(folder, "raw", "deep", "file.xlsx");
    await get({ url: `${server.url}/moved` });
    assert.ok(readFileSync(out).equals(served.content));
  });

  it("go on where the connection broke, without a byte twice", async () => {
    served.breaks.push(100_000, 50_000);
    await get({ sha256: sumOf(served.content) });
    isHere();
    assert.equal(served.asked.length, 3);
    const [, second, third] = served.asked.map((range) => Number(/\d+/.exec(range ?? "0")![0]));
    assert.ok(second! > 0 && third! > second!, served.asked.join());
  });

  it("go on with what an earlier one left, by an ETag or a date", async () => {
    for (const [etag, modified] of [
      ['"one"', undefined],
      [undefined, "Thu, 01 Mar 2012 00:00:00 GMT"],
      ['W/"weak"', "Thu, 01 Mar 2012 00:00:00 GMT"],
    ]) {
      Object.assign(served, { etag, modified });
      await cutOff(100_000);
      const left = statSync(`${out}.part`).size;
      assert.equal(left, 100_000);
      served.asked.length = 0;
      const { resumed } = await get({ replace: true });
      assert.equal(resumed, left);
      assert.deepEqual(served.asked, [`bytes=${left}-`]);
      isHere();
      served.content = randomBytes(300_000);
      writeFileSync(out, "");
    }
  });

  it("begin anew where the file has changed, the server knows no ranges, or says no version", async () => {
    const changes: readonly (() => void)[] = [
      () => Object.assign(served, { content: randomBytes(200_000), etag: '"two"' }),
      () => Object.assign(served, { content: randomBytes(20), etag: '"three"' }),
      () => (served.ranges = false),
    ];
    for (const change of changes) {
      served.content = randomBytes(300_000);
      await cutOff(100_000);
      change();
      assert.equal((await get({ replace: true })).resumed, 0);
      isHere();
      writeFileSync(out, "");
    }
    Object.assign(served, { ranges: true, etag: undefined });
    await cutOff(1000);
    assert.deepEqual(readdirSync(folder), ["file.xlsx"]);
    await get({ replace: true });
    isHere();
  });

  it("need nothing more where all had come before the end", async () => {
    await cutOff(100_000);
    writeFileSync(`${out}.part`, served.content);
    assert.equal((await get({ sha256: sumOf(served.content) })).resumed, 300_000);
    isHere();
  });

  it("do not begin with the part of another URL", async () => {
    await cutOff(100_000);
    served.asked.length = 0;
    await get({ url: `${server.url}/file?of=others` });
    assert.deepEqual(served.asked, [undefined]);
    isHere();
  });

  it("keep nothing of another sum than was given", async () => {
    const error = (await errorOf(get({ sha256: "0".repeat(64) }))) as {
      code: string;
      exitCode: number;
      message: string;
    };
    assert.deepEqual([error.code, error.exitCode], ["SUM_DIFFERS", 1]);
    assert.ok(error.message.includes(sumOf(served.content)));
    assert.deepEqual(readdirSync(folder), []);
  });

  it("refuse a file that is there, unless it is to be replaced", async () => {
    writeFileSync(out, "mine");
    await assert.rejects(get(), { code: "FILE_EXISTS" });
    await assert.rejects(get({ sha256: sumOf(served.content) }), { code: "FILE_EXISTS" });
    assert.equal(readFileSync(out, "utf8"), "mine");
    assert.equal(served.asked.length, 0);
    await get({ replace: true });
    isHere();
  });

  it("say what is wrong with a URL, and show no signature of one", async () => {
    await assert.rejects(get({ url: `${server.url}/none` }), {
      code: "HTTP_NOT_FOUND",
      exitCode: 5,
      message: /there is no such file/,
    });
    await assert.rejects(get({ url: "file.xlsx" }), { code: "CONNECT_URL" });
    await assert.rejects(get({ url: "ftp://localhost/file" }), { code: "CONNECT_URL" });
    const secret = (await errorOf(get({ url: server.url.replace("//", "//bob:hunter2@") }))) as {
      message: string;
      where: string;
    };
    assert.ok(!`${secret.message} ${secret.where}`.includes("hunter2"));
    const signed = (await errorOf(get({ url: `${server.url}/none?key=hunter2` }))) as {
      message: string;
      where: string;
    };
    assert.ok(!`${signed.message} ${signed.where}`.includes("hunter2"));
    assert.deepEqual(readdirSync(folder), []);
  });

  describe("by npm run fetch", () => {
    const command = (...more: readonly string[]) => [
      jitiPath,
      "scripts/fetch.ts",
      `${server.url}/file`,
      "--out",
      out,
      ...more,
    ];
    async function run(program: string, args: readonly string[], meanwhile?: (pid: number) => Promise<unknown>) {
      const child = spawn(program, args, { cwd: projectRoot });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
      const closed = once(child, "close");
      await meanwhile?.(child.pid!);
      const [code] = (await closed) as [number | null];
      return { code, output };
    }

    it("keep what has come when the user interrupts, and say so; the same command goes on", async () => {
      served.stops = 100_000;
      const { code, output } = await run(process.execPath, command(), async (pid) => {
        await until(() => sizeOf(`${out}.part`) === 100_000, "the first bytes");
        process.kill(pid, "SIGINT");
      });
      assert.equal(code, 130, output);
      assert.match(output, /interrupted: 100000 bytes are kept/);
      served.stops = undefined;
      const again = await run(process.execPath, command());
      assert.equal(again.code, 0, again.output);
      assert.match(again.output, /300,000 bytes, 100,000 of them from an earlier download/);
      assert.match(again.output, new RegExp(`${sumOf(served.content)} \\(unverified`));
      isHere();
    });

    it("keep what has come when the disk is full", async () => {
      // A limit on the size of files stands for the disk's end: the system call fails at the same place.
      const limited = 'ulimit -f 64; exec "$@"';
      const { code, output } = await run("bash", ["-c", limited, "bash", process.execPath, ...command("--json")]);
      assert.equal(code, 1, output);
      assert.equal((JSON.parse(output) as { error: { code: string } }).error.code, "DISK_FULL");
      assert.ok(statSync(`${out}.part`).size > 0);
      await get();
      isHere();
    });

    it("tell usage mistakes", () => {
      for (const args of [
        [],
        ["--out", out],
        [`${server.url}/file`],
        [`${server.url}/file`, "--out", out, "--sha256", "ab"],
      ]) {
        const { status, stderr } = spawnSync(process.execPath, [jitiPath, "scripts/fetch.ts", ...args], {
          cwd: projectRoot,
          encoding: "utf8",
        });
        assert.equal(status, 2, stderr);
        assert.match(stderr, /next: npm run fetch -- --help/);
      }
    });
  });
});
