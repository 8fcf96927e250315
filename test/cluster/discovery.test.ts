import assert from "node:assert/strict";
import { openHive, parseJdbcUrl, type HiveSession } from "#src/connect/hiveserver2/index.js";
import { ConnectError } from "#src/connect/errors.js";
import { errorOf } from "../connect/servers.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { howdah, madeProject, removeFolder } from "../support/command.js";
import { closedPort } from "../support/faults.js";
import { RegisteredServers, type StartedServer } from "./registeredservers.js";
import { until } from "./waiting.js";

const registers = { "hive.server2.support.dynamic.service.discovery": "true" } as const;
const standsBy = { ...registers, "hive.server2.active.passive.ha.enable": "true" } as const;

describe("cluster: HiveServer2 that ZooKeeper names", function () {
  this.timeout(300_000);
  let at: ClusterAddresses;
  let servers: RegisteredServers | undefined;
  let zooKeeper: StartedServer;
  let binary: StartedServer;
  let http: StartedServer;
  let well = true;

  before(async function () {
    at = needCluster(this);
    servers = await RegisteredServers.make();
    zooKeeper = await servers.zooKeeper();
    binary = await servers.hiveServer2(zooKeeper.port, registers);
    http = await servers.hiveServer2(zooKeeper.port, { ...registers, "hive.server2.transport.mode": "http" });
    await registered("/hiveserver2", 2);
  });
  afterEach(function () {
    well &&= this.currentTest?.state === "passed";
  });
  after(() => servers?.end(well));

  /** Waits until so many servers stand below a path, and take connections. */
  async function registered(path: string, count: number): Promise<void> {
    await until(
      `${count} servers of HiveServer2`,
      () => servers!.at(zooKeeper.port, (one) => one.children(path)),
      (names) => names?.length === count,
    );
  }

  const url = (words = "", ports: readonly number[] = [zooKeeper.port]): string =>
    `jdbc:hive2://${ports.map((port) => `localhost:${port}`).join(",")}/;serviceDiscoveryMode=zooKeeper${words}`;

  /** Where a session was opened; a server that has just registered may still be about to listen. */
  async function openedAt(address: string, emit: (event: string) => void = () => undefined): Promise<string> {
    let session: HiveSession | undefined;
    try {
      session = await openHive({ ...parseJdbcUrl(address), emit: ({ event }) => emit(event) });
      assert.deepEqual(await (await session.execute("select 1")).rows(), [[1]]);
      return session.url;
    } finally {
      await session?.close();
    }
  }

  async function refused(address: string): Promise<ConnectError> {
    const thrown = await errorOf(openedAt(address));
    assert.ok(thrown instanceof ConnectError, String(thrown));
    return thrown;
  }

  it("is found wherever it is, by the transport that it tells", async () => {
    const seen = new Set<string>();
    // The first of the ensemble is down.
    const ensemble = url(";zooKeeperNamespace=hiveserver2", [await closedPort(), zooKeeper.port]);
    await until(
      "both servers",
      async () => [...seen.add(await openedAt(ensemble))],
      ({ length }) => length === 2,
    );
    assert.deepEqual(
      [...seen].sort(),
      [`http://localhost:${http.port}/cliservice`, `jdbc:hive2://localhost:${binary.port}/default`].sort(),
    );
    const chosen = await openedAt(url(";transportMode=binary"));
    assert.equal(chosen, `jdbc:hive2://localhost:${binary.port}/default`);
  });

  it("answers howdah query", async () => {
    const folder = madeProject({
      "howdah.config.ts": `
import * as h from "howdah";
const w = h.workflow("w", {}, () => h.shell("x", { command: "true" }));
const cluster = { ...h.sandbox({ root: "/user/${at.user}/howdah-test/discovery" }), hiveServer2: ${JSON.stringify(url())} };
export default h.defineConfig({ name: "q", definitions: [w], targets: { there: cluster }, defaultTarget: "there" });
`,
    });
    const { code, out, err } = await howdah(["query", "select 1 as one", "--format", "csv"], folder);
    removeFolder(folder);
    assert.equal(code, 0, err);
    assert.equal(out, "one\n1\n");
  });

  it("is told apart from a name that nobody registers with, and from what is no ZooKeeper", async () => {
    const mistyped = await refused(url(";zooKeeperNamespace=hiveserver"));
    assert.deepEqual(
      [mistyped.code, mistyped.exitCode, mistyped.where],
      ["HIVE_DISCOVERY", 2, `localhost:${zooKeeper.port}`],
    );
    assert.match(mistyped.message, /did you mean hiveserver2\?/);
    const leader = await refused(`jdbc:hive2://localhost:${zooKeeper.port}/;serviceDiscoveryMode=zooKeeperHA`);
    assert.match(leader.next!, /active\.passive\.ha\.registry\.namespace.*hiveserver2/);
    const none = await refused(url("", [await closedPort()]));
    assert.equal(none.code, "CONNECT_REFUSED");
    assert.match(none.message, /cannot connect to ZooKeeper/);
    const other = await refused(url("", [binary.port]));
    assert.match(other.message, /ZooKeeper/);
    assert.ok(["ZOOKEEPER", "CONNECT_BROKE"].includes(other.code), other.code);
  });

  it("is refused where ZooKeeper does not let everybody read, and where it lets in only who shows who he is", async () => {
    await servers!.command(zooKeeper.port, "create", "/closed", "", "ip:10.1.2.3:r");
    const closed = await refused(url(";zooKeeperNamespace=closed"));
    assert.deepEqual([closed.code, closed.exitCode], ["ZOOKEEPER", 5]);
    assert.match(closed.message, /NoAuth/);
    assert.match(closed.next!, /world:anyone:r/);
    const strict = await servers!.zooKeeper(["sessionRequireClientSASLAuth=true"]);
    const stranger = await refused(url("", [strict.port]));
    assert.deepEqual([stranger.code, stranger.exitCode], ["ZOOKEEPER", 5]);
    assert.match(stranger.message, /SessionClosedRequireSasl/);
    await strict.kill();
  });

  it("is asked elsewhere when it was killed, while ZooKeeper still names it and afterwards", async () => {
    await http.kill();
    const events: string[] = [];
    await until(
      "a query that tried the dead one first",
      async () => {
        assert.equal(
          await openedAt(url(), (event) => events.push(event)),
          `jdbc:hive2://localhost:${binary.port}/default`,
        );
        return events.includes("hive.failover") ? "" : (await names()).join();
      },
      (answer) => answer === "" || !answer.includes(String(http.port)),
    );
    assert.ok(events.includes("hive.discovered"));
    await binary.kill();
    const dead = await refused(url());
    assert.deepEqual([dead.code, dead.exitCode], ["CONNECT_REFUSED", 5]);
    assert.match(dead.next!, /ZooKeeper names a server that was killed until its session there ends/);
    await registered("/hiveserver2", 0);
    const gone = await refused(url());
    assert.deepEqual([gone.code, gone.exitCode], ["HIVE_DISCOVERY", 5]);
    assert.match(gone.message, /no server is registered there/);
    assert.match(gone.next!, /is HiveServer2 up/);
  });

  it("is the one that leads, of two that stand by for one another", async () => {
    const pair = [
      await servers!.hiveServer2(zooKeeper.port, standsBy),
      await servers!.hiveServer2(zooKeeper.port, standsBy),
    ];
    await registered("/hs2ActivePassiveHA-unsecure/instances", 2);
    const address = `jdbc:hive2://localhost:${zooKeeper.port}/;serviceDiscoveryMode=zooKeeperHA`;
    const leads = (): Promise<string> => openedAt(address).catch((error: unknown) => String(error));
    const urls = pair.map(({ port }) => `jdbc:hive2://localhost:${port}/default`);
    const first = await until("a leader", leads, (answer) => urls.includes(answer));
    for (let i = 0; i < 3; i++) assert.equal(await openedAt(address), first);
    await pair[urls.indexOf(first)]!.kill();
    const second = await until("another leader", leads, (answer) => answer !== first && urls.includes(answer));
    assert.notEqual(second, first);
  });

  async function names(): Promise<readonly string[]> {
    return (await servers!.at(zooKeeper.port, (one) => one.children("/hiveserver2"))) ?? [];
  }
});
