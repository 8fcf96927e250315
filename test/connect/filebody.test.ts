import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FileBody } from "#src/connect/filebody.js";
import { freshFolders } from "../support/folders.js";
import { localServers } from "./servers.js";

const sha = (...parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

describe("connect: a file as a body", () => {
  const folderOf = freshFolders();
  const servers = localServers();
  const content = randomBytes(5_000_001);
  const file = (bytes: Uint8Array = content): string => {
    const path = join(folderOf(), "a.bin");
    writeFileSync(path, bytes);
    return path;
  };

  /** Pipes a body to a server that takes it as it likes. @returns the hash of what arrived */
  async function arrived(body: FileBody, taken: (request: http.IncomingMessage) => Promise<Buffer>): Promise<string> {
    const { url } = await servers.http((request, response) => {
      taken(request).then(
        (bytes) => response.end(sha(bytes)),
        () => response.destroy(),
      );
    });
    const request = http.request(url, { method: "PUT" });
    body.once("error", (error) => request.destroy(error));
    const answer = new Promise<string>((resolve, reject) => {
      body.on("error", reject);
      request.on("error", reject).on("response", (response) => {
        response.setEncoding("utf8").on("data", resolve);
      });
    });
    assert.equal(body.pipe(request), request);
    return answer;
  }
  const whole = async (request: http.IncomingMessage, pause = 0): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (pause > 0 && chunks.length % 20 === 0) await sleep(pause);
    }
    return Buffer.concat(chunks);
  };

  it("arrives as it is, however slowly it is taken, and is shown on its way", async () => {
    for (const pause of [0, 5]) {
      const seen = createHash("sha256");
      const body = new FileBody(file(), content.length).onPiece((piece) => void seen.update(piece));
      assert.equal(await arrived(body, (request) => whole(request, pause)), sha(content));
      assert.equal(seen.digest("hex"), sha(content));
      assert.ok(body.readableEnded);
    }
  });

  it("ends at the length that it was given, be it nothing", async () => {
    for (const length of [0, 1, 262_144, 300_000])
      assert.equal(
        await arrived(new FileBody(file(), length), whole),
        sha(content.subarray(0, length)),
        `${length} bytes`,
      );
  });

  it("is a stream like others to whoever does not pipe it", async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of new FileBody(file(), 1_000_000) as AsyncIterable<Buffer>) chunks.push(chunk);
    assert.equal(sha(...chunks), sha(content.subarray(0, 1_000_000)));
  });

  it("says that the file became shorter, and that there is none", async () => {
    const path = file();
    truncateSync(path, 4_000_000);
    await assert.rejects(arrived(new FileBody(path, content.length), whole), { code: "FILE_CHANGED", where: path });
    await assert.rejects(arrived(new FileBody(`${path}.no`, 1), whole), { code: "ENOENT" });
  });

  it("stops reading when it is destroyed", async () => {
    const body = new FileBody(file(), content.length);
    let pieces = 0;
    body.onPiece(() => {
      pieces += 1;
      if (pieces === 2) body.destroy();
    });
    const request = http.request((await servers.http((given) => void given.resume())).url, { method: "PUT" });
    request.on("error", () => undefined);
    const closed = once(body, "close");
    body.pipe(request);
    await closed;
    await sleep(20);
    request.destroy();
    assert.equal(pieces, 2);
  });
});
