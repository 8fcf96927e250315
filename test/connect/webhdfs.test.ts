import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { simpleAuth } from "#src/connect/auth/index.js";
import { ConnectError } from "#src/connect/errors.js";
import type { HttpOptions } from "#src/connect/http.js";
import { isHowdahError } from "#src/core/errors.js";
import { upload, WebHdfs } from "#src/connect/webhdfs/index.js";
import { closedPort, faultProxy, standbyNameNode } from "../support/faults.js";
import { freshFolders } from "../support/folders.js";
import { standInCluster } from "./namenode.js";
import { errorOf, json, localServers } from "./servers.js";
import { webHdfsContract } from "./webhdfscontract.js";

describe("connect: WebHDFS, a stand-in", () => {
  webHdfsContract(async () => ({ ...(await standInCluster()), user: "root" }));
});

describe("connect: WebHDFS, an older stand-in", () => {
  webHdfsContract(async () => {
    const cluster = await standInCluster();
    cluster.old = true;
    return { url: cluster.url, close: () => cluster.close(), user: "root" };
  });
});

describe("connect: WebHDFS when things break", () => {
  const servers = localServers();
  const folder = freshFolders();
  const client = (options: HttpOptions) =>
    servers.also(new WebHdfs({ auth: simpleAuth("root"), pause: 1, attempts: 3, ...options }));
  const cluster = async () => servers.also(await standInCluster());

  async function failed(promise: Promise<unknown>): Promise<ConnectError> {
    const error = await errorOf(promise);
    assert.ok(error instanceof ConnectError, String(error));
    return error;
  }

  it("sends no content to the NameNode, and the content once to the DataNode", async () => {
    const { url, seen } = await cluster();
    await client({ url }).create("/a", () => Readable.from([randomBytes(100_000)]), { length: 100_000 });
    assert.deepEqual(seen, ["CREATE /a", "dn CREATE /a"]);
  });

  it("writes all again when a DataNode dies in the middle, and leaves nothing under the name until it is whole", async () => {
    const standIn = await cluster();
    const dataNode = servers.also(await faultProxy(standIn.dataUrl));
    standIn.redirect = (location) => location.replace(standIn.dataUrl, dataNode.url);
    dataNode.decide = ({ count }) => (count === 1 ? { cutBody: 200_000 } : undefined);
    const file = join(folder(), "f");
    const bytes = randomBytes(1_000_000);
    writeFileSync(file, bytes);
    assert.equal((await upload(client({ url: standIn.url }), file, "/data/f")).files, 1);
    assert.deepEqual(standIn.files.get("/data/f"), bytes);
    assert.deepEqual([...standIn.files.keys()].sort(), ["/", "/data", "/data/f"]);

    dataNode.decide = () => ({ cutBody: 1000 });
    await failed(upload(client({ url: standIn.url }), file, "/data/g"));
    assert.deepEqual([...standIn.files.keys()].sort(), ["/", "/data", "/data/f"]);
  });

  it("leaves nothing of a file that a DataNode makes only when its client has left", async () => {
    const standIn = await cluster();
    const stop = new AbortController();
    let made: (() => void) | undefined;
    const isMade = new Promise<void>((resolve) => (made = resolve));
    const dataNode = await servers.http((request) => {
      const path = decodeURIComponent(new URL(request.url!, "http://x").pathname).replace("/webhdfs/v1", "");
      request
        .on("error", () => undefined)
        .once("close", () => {
          setTimeout(() => {
            standIn.files.set(path, Buffer.of(1));
            made?.();
          }, 100);
        });
      stop.abort(new Error("enough"));
    });
    standIn.redirect = (location) => location.replace(standIn.dataUrl, dataNode.url);
    const file = join(folder(), "f");
    writeFileSync(file, randomBytes(1000));
    const error = await errorOf(upload(client({ url: standIn.url }), file, "/data/f", { signal: stop.signal }));
    assert.match(String(error), /cannot write \/data\/f: interrupted/);
    await isMade;
    assert.deepEqual([...standIn.files.keys()].sort(), ["/", "/data"]);
  });

  it("names what it wrote of a file and could not remove", async () => {
    const standIn = await cluster();
    const dataNode = servers.also(await faultProxy(standIn.dataUrl, { decide: () => ({ cutBody: 100 }) }));
    standIn.redirect = (location) => location.replace(standIn.dataUrl, dataNode.url);
    const nameNode = servers.also(await faultProxy(standIn.url));
    nameNode.decide = ({ method }) => (method === "DELETE" ? { cut: true } : undefined);
    const file = join(folder(), "f");
    writeFileSync(file, randomBytes(1000));
    const error = await errorOf(upload(client({ url: nameNode.url }), file, "/data/f"));
    assert.ok(isHowdahError(error), String(error));
    const [left, ...more] = [...standIn.files.keys()].filter((path) => path.endsWith(".part"));
    assert.deepEqual([error.code, more, standIn.files.has("/data/f")], ["CONNECT_BROKE", [], false]);
    assert.ok(error.message.includes(`what was written stays in ${left!}: `), error.message);
    assert.ok(error.next?.endsWith(`howdah hdfs rm ${left!}`));
  });

  it("takes up a read where it broke", async () => {
    const standIn = await cluster();
    const bytes = randomBytes(300_000);
    standIn.files.set("/f", bytes);
    const dataNode = servers.also(await faultProxy(standIn.dataUrl));
    standIn.redirect = (location) => location.replace(standIn.dataUrl, dataNode.url);
    dataNode.decide = ({ count }) => (count < 3 ? { cutResponse: 100_000 } : undefined);
    assert.deepEqual(await client({ url: standIn.url }).cat("/f"), bytes);
    assert.equal(dataNode.seen.length, 3);
    assert.match(dataNode.seen[2]!, /offset=200000/);
  });

  it("does not append twice when the answer is lost", async () => {
    const standIn = await cluster();
    standIn.files.set("/log", Buffer.from("one"));
    const dataNode = servers.also(await faultProxy(standIn.dataUrl, { decide: () => ({ dropResponse: true }) }));
    standIn.redirect = (location) => location.replace(standIn.dataUrl, dataNode.url);
    assert.equal((await failed(client({ url: standIn.url }).append("/log", "two"))).progress, "unknown");
    assert.equal(standIn.files.get("/log")?.toString(), "onetwo");
  });

  it("knows that a rename and a removal were done though the answer was lost", async () => {
    const standIn = await cluster();
    standIn.files.set("/a", Buffer.from("a"));
    const proxy = servers.also(await faultProxy(standIn.url));
    const hdfs = client({ url: proxy.url });
    let lost = 0;
    proxy.decide = ({ url }) => (/op=(RENAME|DELETE)/.test(url) && lost++ === 0 ? { dropResponse: true } : undefined);
    await hdfs.mv("/a", "/b");
    assert.deepEqual([...standIn.files.keys()], ["/", "/b"]);
    lost = 0;
    assert.equal(await hdfs.rm("/b"), true);
    assert.deepEqual([...standIn.files.keys()], ["/"]);
  });

  it("passes by a standby and a NameNode that is down, in reading and in both steps of writing", async () => {
    const standIn = await cluster();
    const standby = servers.also(await standbyNameNode());
    const dead = `http://localhost:${await closedPort()}`;
    const hdfs = client({ url: [standby.url, dead, standIn.url] });
    await hdfs.create("/a", "a");
    assert.equal((await hdfs.cat("/a")).toString(), "a");
    assert.equal(standby.seen.length, 1);
    // A standby that takes CREATE, so that it shows at the DataNode alone.
    const half = servers.also(
      await faultProxy(standIn.url, { redirect: (l) => l.replace(standIn.dataUrl, standby.url) }),
    );
    await client({ url: [half.url, standIn.url] }).create("/b", "b", { overwrite: true });
    assert.equal(standIn.files.get("/b")?.toString(), "b");
    assert.equal((await failed(client({ url: standby.url }).stat("/a"))).code, "HDFS_STANDBY");
  });

  it("names the DataNode that cannot be resolved, and finds it by the address given", async () => {
    const standIn = await cluster();
    standIn.redirect = (location) => location.replace("localhost", "dn1.nowhere.invalid");
    const error = await failed(client({ url: standIn.url, attempts: 1 }).create("/a", "a"));
    assert.equal(error.code, "CONNECT_UNRESOLVED");
    assert.match(error.message, /DataNode dn1\.nowhere\.invalid:\d+/);
    assert.match(error.next ?? "", /`hosts: { "dn1\.nowhere\.invalid": .*HttpFS/);
    const hosts = { "dn1.nowhere.invalid": "127.0.0.1" };
    await client({ url: standIn.url, hosts }).create("/a", "a", { overwrite: true });
    assert.equal(standIn.files.get("/a")?.toString(), "a");
  });

  it("asks for another DataNode than the one that does not answer", async () => {
    const standIn = await cluster();
    const dead = `localhost:${await closedPort()}`;
    standIn.redirect = (location) =>
      location.includes("excludedatanodes") ? location : location.replace(/localhost:\d+/, dead);
    await client({ url: standIn.url }).create("/a", "a");
    assert.ok(standIn.files.has("/a"));
  });

  for (const [what, length] of [
    ["a file", 10],
    ["a large file", (20 << 20) + 3],
  ] as const)
    it(`says what differs when a server keeps other bytes than it was sent: ${what}`, async () => {
      const standIn = await cluster();
      const file = join(folder(), "f");
      const content = Buffer.alloc(length, "0123456789");
      writeFileSync(file, content);
      const altered = Buffer.from(content);
      altered.write("x", length - 1);
      const proxy = servers.also(await faultProxy(standIn.url));
      proxy.decide = ({ url }) => {
        const written = [...standIn.files.entries()].find(([path]) => path.endsWith(".part"));
        if (url.includes("GETFILESTATUS") && written?.[1]?.length === length) standIn.files.set(written[0], altered);
        return undefined;
      };
      // With the server's own block size the checksum is the one computed while sending, else one of the file read anew.
      for (const options of [{}, { blockSize: 1_048_576 }]) {
        const error = await failed(upload(client({ url: proxy.url }), file, "/f", options));
        assert.equal(error.code, "TRANSFER_DIFFERS");
        assert.deepEqual([...standIn.files.keys()], ["/"]);
      }
      proxy.decide = () => undefined;
      for (const options of [{}, { blockSize: 1_048_576 }]) {
        const done = await upload(client({ url: proxy.url }), file, "/f", { ...options, overwrite: true });
        assert.equal(done.files, 1);
        assert.ok(standIn.files.get("/f")?.equals(content));
      }
    });

  for (const [exception, message] of [
    ["EOFException", "End of File Exception between local host is: …"],
    ["ConnectException", "Call From dn1 to nn1:8020 failed on connection exception"],
    [
      "IOException",
      "DestHost:destPort nn1:8020. Failed on local exception: java.io.IOException: Connection reset by peer",
    ],
  ] as const)
    it(`asks again where a DataNode's connection to its NameNode is an old one: ${exception}`, async () => {
      const standIn = await cluster();
      const dataNode = servers.also(await faultProxy(standIn.dataUrl));
      standIn.redirect = (location) => location.replace(standIn.dataUrl, dataNode.url);
      const body = JSON.stringify({ RemoteException: { exception, message } });
      dataNode.decide = ({ count }) => (count === 1 || count === 3 ? { answer: { status: 403, body } } : undefined);
      const hdfs = client({ url: standIn.url });
      await hdfs.create("/a", "1", { overwrite: true });
      assert.equal((await hdfs.cat("/a")).toString(), "1");
      assert.equal(dataNode.seen.length, 4);
      dataNode.decide = () => ({ answer: { status: 403, body } });
      const error = await failed(hdfs.cat("/a"));
      assert.deepEqual([error.code, error.exitCode], ["HDFS_CUT_OFF", 5]);
    });

  it("waits while the NameNode is in safe mode, and prints the settings that impersonation needs", async () => {
    const standIn = await cluster();
    const refuse = (status: number, exception: string, message: string) => ({
      answer: {
        status,
        body: JSON.stringify({ RemoteException: { exception, javaClassName: `x.${exception}`, message } }),
      },
    });
    const proxy = servers.also(await faultProxy(standIn.url));
    proxy.decide = ({ count }) =>
      count < 3 ? refuse(403, "SafeModeException", "Name node is in safe mode.") : undefined;
    await client({ url: proxy.url }).mkdir("/a");
    proxy.decide = () => refuse(403, "AuthorizationException", "User: hue is not allowed to impersonate bob");
    const error = await failed(client({ url: proxy.url }).mkdir("/b"));
    assert.deepEqual([error.code, error.exitCode], ["IMPERSONATION_REFUSED", 4]);
    assert.match(error.next ?? "", /hadoop\.proxyuser\.hue\.hosts.*hadoop\.proxyuser\.hue\.groups/);
  });

  it("writes through HttpFS, which redirects to itself, and through a gateway that names the place in JSON", async () => {
    const bodies: string[] = [];
    const server = await servers.http((request, response) => {
      const own = `http://${request.headers.host}${request.url}&data=true`;
      const data = request.url?.includes("data=true") === true;
      if (!data && request.url?.startsWith("/json")) return json(response, 200, { Location: own });
      if (!data) return response.writeHead(307, { Location: own }).end();
      request.on("data", (chunk: Buffer) => bodies.push(`${request.headers["content-type"]} ${chunk.toString()}`));
      request.once("end", () => response.writeHead(201).end());
    });
    for (const base of ["/webhdfs/v1", "/json"]) await client({ url: server.url + base }).create("/a", "x");
    assert.deepEqual(bodies, ["application/octet-stream x", "application/octet-stream x"]);
    assert.match(server.seen[1]!, /user\.name=root/);
  });
});
