import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJdbcUrl } from "#src/connect/hiveserver2/index.js";
import { isHowdahError, type HowdahError } from "#src/core/errors.js";

function refused(url: string): HowdahError {
  try {
    parseJdbcUrl(url);
  } catch (error) {
    assert.ok(isHowdahError(error), String(error));
    return error;
  }
  throw new Error(`${url} was taken`);
}

describe("connect: JDBC URLs of HiveServer2", () => {
  const anonymous = { kind: "password", user: "anonymous", password: "anonymous" };

  it("are read in all their parts", () => {
    assert.deepEqual(
      parseJdbcUrl(
        "jdbc:hive2://a:10001,[::1]:10002,c/sales;user=ann;password=p%3Bq;transportMode=http;httpPath=/gw/hive;ssl=true;" +
          "http.header.X-Team=ops;hive.server2.proxy.user=bob;loginTimeout=5?hive.exec.parallel=true;tez.queue.name=q#day=1;n=2",
      ),
      {
        hosts: [
          { host: "a", port: 10_001 },
          { host: "::1", port: 10_002 },
          { host: "c", port: 10_000 },
        ],
        database: "sales",
        httpPath: "gw/hive",
        headers: { "X-Team": "ops" },
        tls: {},
        auth: { kind: "password", user: "ann", password: "p;q" },
        proxyUser: "bob",
        settings: { "hive.exec.parallel": "true", "tez.queue.name": "q" },
        variables: { day: "1", n: "2" },
        connectTimeout: 5_000,
      },
    );
  });

  for (const [url, expected] of [
    ["jdbc:hive2://h", { auth: anonymous }],
    ["jdbc:hive2://h:10000/", { auth: anonymous }],
    ["jdbc:hive2://h/default;", { auth: anonymous }],
    ["jdbc:hive2://h;auth=noSasl", { auth: { kind: "noSasl" } }],
    ["jdbc:hive2://h/default;auth=noSasl;user=ann", { auth: { kind: "noSasl", user: "ann" } }],
    ["jdbc:hive2://h/default;user=ann", { auth: { ...anonymous, user: "ann" } }],
    ["jdbc:hive2://h/default;principal=hive/_HOST@R", { auth: { kind: "kerberos", principal: "hive/_HOST@R" } }],
    ["jdbc:hive2://h/;ssl=true;sslTrustStore=/etc/ca.pem", { auth: anonymous, tls: { ca: "/etc/ca.pem" } }],
    [
      "jdbc:hive2://h/;ssl=true;twoWay=true;sslKeyStore=c.p12;keyStorePassword=pw",
      { auth: anonymous, tls: { pfx: "c.p12", passphrase: "pw" } },
    ],
    ["jdbc:hive2://h/default;transportMode=http", { auth: anonymous, httpPath: "cliservice" }],
    ["jdbc:hive2://h/default;serviceDiscoveryMode=none;cookieAuth=true", { auth: anonymous }],
  ] as const)
    it(`such as ${url} are understood`, () => {
      const hosts = [{ host: "h", port: 10_000 }];
      assert.deepEqual(parseJdbcUrl(url), { hosts, database: "default", settings: {}, variables: {}, ...expected });
    });

  for (const [url, message, next] of [
    ["jdbc:mysql://h/x", /begins with jdbc:hive2/, /jdbc:hive2:\/\/host:10000/],
    ["jdbc:hive2:///default", /no host/, /name a server/],
    ["jdbc:hive2://h:x/default", /h:x is no host/, /host:10000/],
    ["jdbc:hive2://h:70000/default", /no port 70000/, /65535/],
    ["jdbc:hive2://ann:secret-1@h/default", /before the host/, /;user=/],
    ["jdbc:hive2://h/default;sll=true", /no sll behind ;, did you mean ssl/, /behind a \?/],
    ["jdbc:hive2://h/default;tez.queue.name=q", /no tez\.queue\.name behind ;/, /\?tez\.queue\.name=/],
    ["jdbc:hive2://h/default;user=ann;password=ab;cd", /not name=value/, /%3B.*one of password/],
    ["jdbc:hive2://h/default;user=a;user=b", /user is there twice/, undefined],
    ["jdbc:hive2://h/default;ssl=yes", /ssl must be true or false/, undefined],
    ["jdbc:hive2://h/default;sslTrustStore=ca.pem", /without ssl=true/, undefined],
    ["jdbc:hive2://h/default;ssl=true;sslTrustStore=t.jks", /cannot be read/, /keytool -exportcert -rfc.*tls\.ca/],
    ["jdbc:hive2://h/default;ssl=true;sslKeyStore=t.jks", /cannot be read/, /PKCS12/],
    ["jdbc:hive2://h/default;transportMode=udp", /binary or http/, undefined],
    ["jdbc:hive2://h/default;auth=jwt", /does not speak auth=jwt/, /principal/],
    ["jdbc:hive2://h/default;auth=kerberos", /principal/, /hive\/_HOST@REALM/],
    ["jdbc:hive2://h/default;principal=hive", /service\/host@REALM/, undefined],
    ["jdbc:hive2://h/default;principal=hive/h@R;saslQop=auth-conf", /saslQop=auth-conf/, /ssl=true/],
    ["jdbc:hive2://h/default;initFile=/x.sql", /initFile/, /splitScript/],
    ["jdbc:hive2://h/default;loginTimeout=soon", /number of seconds/, undefined],
    ["jdbc:hive2://h/;serviceDiscoveryMode=consul", /zooKeeper, zooKeeperHA or none/, undefined],
    ["jdbc:hive2://h/;serviceDiscoveryMode=zooKeeper;zooKeeperSSLEnable=1", /zooKeeperSSLEnable must be/, undefined],
    ["jdbc:hive2://h/;serviceDiscoveryMode=zooKeeper;sslTrustStore=t.jks", /cannot be read/, /keytool/],
  ] as const)
    it(`such as ${url} are refused, with what to do`, () => {
      const error = refused(url);
      assert.deepEqual([error.code, error.exitCode], ["HIVE_URL", 2]);
      assert.match(error.message, message);
      assert.ok(error.where?.startsWith(url.slice(0, 10)));
      if (next !== undefined) assert.match(error.next ?? "", next);
      assert.ok(!`${error.message} ${error.where} ${error.next}`.includes("secret-1"));
    });

  for (const [words, expected] of [
    ["serviceDiscoveryMode=zooKeeper", { namespace: "hiveserver2" }],
    ["serviceDiscoveryMode=zookeeper;zooKeeperNamespace=/hs2", { namespace: "hs2" }],
    ["serviceDiscoveryMode=zooKeeperHA", { namespace: "hs2ActivePassiveHA", leader: true }],
    [
      "serviceDiscoveryMode=zooKeeper;transportMode=http;httpPath=gw;sslTrustStore=ca.pem",
      { namespace: "hiveserver2", transport: "http", httpPath: "gw", serverTls: { ca: "ca.pem" } },
    ],
    [
      "serviceDiscoveryMode=zooKeeper;zooKeeperSSLEnable=true;zooKeeperTruststoreLocation=zk.pem;" +
        "zooKeeperKeystoreLocation=c.p12;zooKeeperKeystorePassword=pw;zooKeeperTruststoreType=PEM",
      { namespace: "hiveserver2", tls: { ca: "zk.pem", pfx: "c.p12", passphrase: "pw" } },
    ],
  ] as const)
    it(`that leave it to ZooKeeper are understood: ${words}`, () => {
      const { hosts, discovery, httpPath, tls, database } = parseJdbcUrl(`jdbc:hive2://zk1,zk2:2182/sales;${words}`);
      assert.deepEqual(discovery, {
        zooKeeper: [
          { host: "zk1", port: 2181 },
          { host: "zk2", port: 2182 },
        ],
        ...expected,
      });
      assert.deepEqual([hosts, httpPath, tls, database], [[], undefined, undefined, "sales"]);
    });

  it("never show a password", () => {
    const password = fc.stringMatching(/^[A-Za-z0-9%+!]{6,12}$/);
    fc.assert(
      fc.property(
        password,
        fc.constantFrom("ssl=maybe", "nonsense", "initFile=x", "auth=jwt", "x=1"),
        (secret, broken) => {
          const error = refused(`jdbc:hive2://h/default;user=a;password=${secret}Zq9;${broken}`);
          assert.ok(!`${error.message} ${error.where} ${error.next}`.includes(`${secret}Zq9`));
        },
      ),
    );
  });
});
