import assert from "node:assert/strict";
import { ConnectError } from "#src/connect/errors.js";
import { discovered, type Found } from "#src/connect/hiveserver2/discovery.js";
import { openHive, parseJdbcUrl, type HiveOptions } from "#src/connect/hiveserver2/index.js";
import { closedPort } from "../support/faults.js";
import { fakeHive } from "./fakehive.js";
import { fakeZooKeeper, type FakeZooKeeperOptions } from "./fakezookeeper.js";
import { errorOf, localServers } from "./servers.js";

describe("connect: HiveServer2 that ZooKeeper names", () => {
  const servers = localServers();

  /** The options of a URL that names a ZooKeeper with these nodes. */
  async function optionsOf(nodes: Readonly<Record<string, string>>, words = "", more: FakeZooKeeperOptions = {}) {
    const { port } = servers.also(await fakeZooKeeper({ nodes, ...more }));
    const mode = words.includes("serviceDiscoveryMode") ? "" : ";serviceDiscoveryMode=zooKeeper";
    return parseJdbcUrl(`jdbc:hive2://localhost:${port}/sales${mode}${words}`);
  }
  const found = async (options: HiveOptions): Promise<readonly Found[]> =>
    (await discovered(options, options.discovery!)).servers;
  /** The one server that is found where one tells this of itself. */
  async function one(told: string, words = ""): Promise<Partial<HiveOptions> & { at: string }> {
    const [server, ...others] = await found(await optionsOf({ "/hiveserver2/s": told }, words));
    assert.deepEqual(others, []);
    const { tls, auth, httpPath } = server!.options;
    return {
      at: `${server!.host.host}:${server!.host.port}`,
      ...(tls === undefined ? {} : { tls }),
      ...(auth === undefined ? {} : { auth }),
      ...(httpPath === undefined ? {} : { httpPath }),
    };
  }
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const thrown = await errorOf(promise);
    assert.ok(thrown instanceof ConnectError, String(thrown));
    return thrown;
  }

  const binary =
    "hive.server2.instance.uri=h:1;hive.server2.authentication=NONE;hive.server2.transport.mode=binary;" +
    "hive.server2.thrift.sasl.qop=auth;hive.server2.thrift.bind.host=h;hive.server2.thrift.port=10000;hive.server2.use.SSL=false";
  const http = "hive.server2.transport.mode=http;hive.server2.thrift.bind.host=h;hive.server2.thrift.http.port=10001";
  const both = `${binary.replace("binary", "all")};hive.server2.thrift.http.port=10001;hive.server2.thrift.http.path=/gw/`;
  const secure = binary.replace("SSL=false", "SSL=true");
  const kerberized = `${binary.replace("NONE", "KERBEROS")};hive.server2.authentication.kerberos.principal=hive/_HOST@R`;
  const anonymous = { kind: "password", user: "anonymous", password: "anonymous" };
  const ann = { kind: "password", user: "ann", password: "pw" };

  for (const [title, told, words, expected] of [
    ["host and port", binary, "", { at: "h:10000", auth: anonymous }],
    ["host and port alone, before Hive 1.1", "h:10002", "", { at: "h:10002", auth: anonymous }],
    ["the HTTP transport", http, "", { at: "h:10001", auth: anonymous, httpPath: "cliservice" }],
    [
      "the path of the HTTP transport",
      `${http};hive.server2.thrift.http.path=hs2`,
      "",
      { at: "h:10001", auth: anonymous, httpPath: "hs2" },
    ],
    ["both transports, for the binary one", both, "", { at: "h:10000", auth: anonymous }],
    ["both transports, for HTTP", both, ";transportMode=http", { at: "h:10001", auth: anonymous, httpPath: "gw" }],
    ["TLS", secure, "", { at: "h:10000", auth: anonymous, tls: {} }],
    [
      "TLS, with the authority of the URL",
      secure,
      ";sslTrustStore=ca.pem",
      { at: "h:10000", auth: anonymous, tls: { ca: "ca.pem" } },
    ],
    ["TLS, whatever the URL says against it", secure, ";ssl=false", { at: "h:10000", auth: anonymous, tls: {} }],
    ["no TLS, which the URL wants all the same", binary, ";ssl=true", { at: "h:10000", auth: anonymous, tls: {} }],
    ["NOSASL", binary.replace("NONE", "NOSASL"), ";user=ann", { at: "h:10000", auth: { kind: "noSasl", user: "ann" } }],
    ["its principal", kerberized, "", { at: "h:10000", auth: { kind: "kerberos", principal: "hive/_HOST@R" } }],
    [
      "its principal, where the URL has another",
      kerberized,
      ";principal=hive/b@R",
      { at: "h:10000", auth: { kind: "kerberos", principal: "hive/b@R" } },
    ],
    [
      "its principal beside LDAP",
      kerberized.replace("KERBEROS", "KERBEROS,LDAP"),
      ";user=ann;password=pw",
      { at: "h:10000", auth: ann },
    ],
  ] as const)
    it(`is asked as it tells: ${title}`, async () => assert.deepEqual(await one(told, words), expected));

  it("is opened with what the URL says of the session, at another server when one does not answer", async () => {
    const server = servers.also(await fakeHive());
    const dead = await closedPort();
    const told = (port: number): string =>
      `hive.server2.thrift.bind.host=localhost;hive.server2.thrift.port=${port};hive.server2.transport.mode=binary`;
    const options = await optionsOf({ "/hs2/a": told(server.port), "/hs2/b": told(dead) }, ";zooKeeperNamespace=/hs2");
    const failovers: unknown[] = [];
    for (let i = 0; i < 40 && failovers.length === 0; i++) {
      const emit: HiveOptions["emit"] = ({ event, from }) => {
        if (event === "hive.failover") failovers.push(from);
      };
      const session = servers.also(await openHive({ ...options, emit }));
      assert.equal(session.url, `jdbc:hive2://localhost:${server.port}/sales`);
    }
    assert.deepEqual(failovers, [`jdbc:hive2://localhost:${dead}/sales`]);
    assert.equal(server.opened[0]!["use:database"], "sales");
    const alone = await refused(openHive(await optionsOf({ "/hiveserver2/b": told(dead) })));
    assert.equal(alone.code, "CONNECT_REFUSED");
    assert.match(alone.next!, /until its session there ends/);
  });

  it("is the one that leads, of those that stand by for one another", async () => {
    const record = (port: string, api: string): string =>
      JSON.stringify({
        type: "JSONServiceRecord",
        internal: [{ api, addressType: "host/port", addresses: [{ host: "h", port }] }],
        "hive.server2.thrift.bind.host": "h",
        "hive.server2.thrift.port": port,
      });
    const path = "/hs2ActivePassiveHA-unsecure/instances/instance-";
    const words = ";serviceDiscoveryMode=zooKeeperHA";
    const nodes = { [`${path}0`]: record("1", "passiveEndpoint"), [`${path}1`]: record("2", "activeEndpoint") };
    assert.deepEqual(
      (await found(await optionsOf(nodes, words))).map(({ host }) => host),
      [{ host: "h", port: 2 }],
    );
    const waiting = { [`${path}0`]: record("1", "passiveEndpoint"), [`${path}1`]: "not JSON" };
    const none = await refused(optionsOf(waiting, words).then(found));
    assert.deepEqual([none.code, none.transient], ["HIVE_DISCOVERY", true]);
    assert.match(none.message, /none of the 2 that are registered there leads/);
  });

  it("is missed with what to do: a name that is mistyped, nobody there, nothing that tells where", async () => {
    const mistyped = await refused(
      optionsOf({ "/hiveserver2/s": binary, "/x": "" }, ";zooKeeperNamespace=hiverserver2").then(found),
    );
    assert.deepEqual([mistyped.code, mistyped.exitCode], ["HIVE_DISCOVERY", 2]);
    assert.match(mistyped.message, /no hiverserver2, did you mean hiveserver2\?/);
    assert.match(mistyped.next!, /there are hiveserver2, x/);
    const closed = await refused(optionsOf({ "/a": "" }, "", { errors: { "/": -102 } }).then(found));
    assert.match(closed.message, /no hiveserver2$/);
    const empty = await refused(optionsOf({ "/hiveserver2": "" }).then(found));
    assert.deepEqual([empty.code, empty.exitCode], ["HIVE_DISCOVERY", 5]);
    assert.match(empty.message, /no server is registered there \(\/hiveserver2\)/);
    for (const told of ["nothing", "a=b", "hive.server2.thrift.bind.host=h;hive.server2.thrift.port=x"]) {
      const nowhere = await refused(optionsOf({ "/hiveserver2/s": told }).then(found));
      assert.match(nowhere.message, /tells host, port/);
    }
    const other = await refused(optionsOf({ "/hiveserver2/s": http }, ";transportMode=binary").then(found));
    assert.match(other.message, /the transport of the URL/);
  });
});
