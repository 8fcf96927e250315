import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectError } from "#src/connect/errors.js";
import { openZooKeeper, type ZooKeeper, type ZooKeeperOptions } from "#src/connect/zookeeper.js";
import { closedPort, tcpProxy } from "../support/faults.js";
import { certificates } from "./certificates.js";
import { fakeZooKeeper, type FakeZooKeeper, type FakeZooKeeperOptions } from "./fakezookeeper.js";
import { errorOf, localServers } from "./servers.js";

describe("connect: ZooKeeper", () => {
  const servers = localServers();
  const start = async (options: FakeZooKeeperOptions = {}): Promise<FakeZooKeeper> =>
    servers.also(await fakeZooKeeper(options));
  const open = async (ports: readonly number[], options: Partial<ZooKeeperOptions> = {}): Promise<ZooKeeper> =>
    servers.also(await openZooKeeper({ servers: ports.map((port) => ({ host: "localhost", port })), ...options }));
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const thrown = await errorOf(promise);
    assert.ok(thrown instanceof ConnectError, String(thrown));
    return thrown;
  }

  it("tells what stands below a path and what a node holds", async () => {
    const server = await start({ nodes: { "/a/é": "ü=1", "/a/b": "", "/c": "d" } });
    const zooKeeper = await open([await closedPort(), server.port]);
    assert.equal(zooKeeper.at, `localhost:${server.port}`);
    assert.deepEqual(await zooKeeper.children("/"), ["a", "c"]);
    assert.deepEqual(await zooKeeper.children("/a"), ["é", "b"]);
    assert.deepEqual(await zooKeeper.children("/c"), []);
    assert.equal(await zooKeeper.children("/x"), undefined);
    assert.equal((await zooKeeper.data("/a/é"))?.toString(), "ü=1");
    assert.equal((await zooKeeper.data("/a/b"))?.length, 0);
    assert.equal(await zooKeeper.data("/x"), undefined);
    assert.deepEqual(server.seen.slice(0, 2), ["children /", "children /a"]);
  });

  it("is asked over TLS, with its certificate checked", async function () {
    const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    try {
      const { ca, server: tls } = certificates(this, folder);
      const [secure, plain] = [await start({ tls, nodes: { "/a": "" } }), await start()];
      const zooKeeper = await open([secure.port], { tls: { ca } });
      assert.deepEqual(await zooKeeper.children("/"), ["a"]);
      const unknown = await refused(open([secure.port], { tls: {} }));
      assert.equal(unknown.code, "TLS");
      const without = await refused(open([plain.port], { tls: { ca }, connectTimeout: 300 }));
      assert.match(without.next!, /zooKeeperSSLEnable|VPN/);
      // The server waits for the rest of what it takes for TLS.
      const bare = await refused(open([secure.port], { deadline: 300 }));
      assert.ok(["CONNECT_TIMEOUT", "CONNECT_BROKE", "ZOOKEEPER"].includes(bare.code), bare.code);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [code, word] of [
    [-102, "NoAuth"],
    [-115, "AuthFailed"],
    [-124, "SessionClosedRequireSasl"],
    [-6, "error -6"],
  ] as const)
    it(`that answers with ${word} is told by that word`, async () => {
      const server = await start({ nodes: { "/a": "" }, errors: { "/a": code } });
      const failed = await refused((await open([server.port])).children("/a"));
      assert.deepEqual([failed.code, failed.exitCode, failed.where], ["ZOOKEEPER", 5, `localhost:${server.port}`]);
      assert.match(failed.message, new RegExp(`cannot read /a of ZooKeeper.*${word}`));
    });

  it("is told apart from what is none", async () => {
    for (const greeting of [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), Buffer.from([0, 0, 0, 2, 1, 1])]) {
      const failed = await refused(open([(await start({ greeting })).port]));
      assert.equal(failed.code, "ZOOKEEPER");
      assert.match(failed.message, /what answers there is none/);
    }
    for (const cutAnswer of [3, 17]) {
      const server = await start({ nodes: { "/a": "b" }, cutAnswer });
      assert.equal((await refused((await open([server.port])).data("/a"))).code, "ZOOKEEPER");
    }
  });

  it("that hangs up or says nothing is left for another, or told", async () => {
    const server = await start({ nodes: { "/a": "" } });
    const [cut, silent] = [servers.also(await tcpProxy(server.port)), servers.also(await tcpProxy(server.port))];
    cut.decide = () => ({ cut: true });
    silent.decide = () => ({ silent: true });
    for (let i = 0; i < 3; i++) {
      const zooKeeper = await open([cut.port, silent.port, server.port], { deadline: 200 });
      assert.equal(zooKeeper.at, `localhost:${server.port}`);
    }
    const broke = await refused(open([cut.port]));
    assert.equal(broke.code, "CONNECT_BROKE");
    assert.match(broke.next!, /ensemble/);
    const late = await refused(open([silent.port], { deadline: 200 }));
    assert.equal(late.code, "CONNECT_TIMEOUT");
    const none = await refused(open([await closedPort(), cut.port]));
    assert.match(
      none.message,
      /none of the servers answers: .*nothing listens.*closed the connection|none.*closed.*nothing/,
    );
  });
});
