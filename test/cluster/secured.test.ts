import assert from "node:assert/strict";
import { simpleAuth } from "#src/connect/auth/index.js";
import { ConnectError } from "#src/connect/errors.js";
import { openHive, parseJdbcUrl } from "#src/connect/hiveserver2/index.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import { errorOf } from "../connect/servers.js";
import { webHdfsContract, type HdfsUnderTest } from "../connect/webhdfscontract.js";
import { needCluster } from "../support/cluster.js";
import { ann, SecuredServers } from "./securedservers.js";

describe("cluster: HttpFS, TLS and LDAP", function () {
  this.timeout(300_000);
  let started: SecuredServers | undefined;
  let servers: SecuredServers;
  let well = true;

  before(async function () {
    needCluster(this);
    servers = started = await SecuredServers.start(this);
  });
  afterEach(function () {
    well &&= this.currentTest?.state === "passed";
  });
  after(() => started?.end(well));

  describe("HttpFS", () => {
    webHdfsContract((): HdfsUnderTest => ({ url: servers.httpFs, user: servers.user }));
  });

  describe("the NameNode with TLS, which sends to DataNodes with TLS", () => {
    webHdfsContract((): HdfsUnderTest => ({ url: servers.nameNode, user: servers.user, tls: { ca: servers.ca } }));

    it("is refused while nobody vouches for it", async () => {
      const hdfs = new WebHdfs({ url: servers.nameNode, auth: simpleAuth(servers.user) });
      const error = await errorOf(hdfs.ls("/"));
      hdfs.close();
      assert.ok(error instanceof ConnectError, String(error));
      assert.equal(error.code, "TLS");
      assert.match(error.next ?? "", /authorit|tls\.ca/);
    });
  });

  describe("HiveServer2 with TLS, whose passwords a directory keeps", () => {
    /** Who HiveServer2 takes the caller for. */
    async function whoAmI(words: string, password: string = ann.password): Promise<unknown> {
      const escaped = password.replaceAll(";", "%3B");
      const login = `;user=${ann.user};password=${escaped};ssl=true;sslTrustStore=${servers.caFile}`;
      const session = await openHive(
        parseJdbcUrl(`jdbc:hive2://localhost:${servers.hivePort}/default${words}${login}`),
      );
      try {
        const result = await session.execute("select logged_in_user()");
        return (await result.rows())[0]?.[0];
      } finally {
        await session.close();
      }
    }

    for (const [transport, words] of [
      ["the binary transport", ""],
      ["HTTP", ";transportMode=http;httpPath=cliservice"],
    ] as const)
      it(`lets in by ${transport} whoever has the password, and says no to others without telling it`, async () => {
        if (words !== "") await servers.hiveOverHttp();
        assert.equal(await whoAmI(words), ann.user);
        const error = await errorOf(whoAmI(words, "wrong;guess"));
        assert.ok(error instanceof ConnectError, String(error));
        assert.equal(error.code, "HIVE_LOGIN");
        assert.match(error.message, /ann/);
        assert.doesNotMatch(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`, /guess/);
      });

    it("is not given a password without TLS", async () => {
      const url = `jdbc:hive2://localhost:${servers.hivePort}/default;user=${ann.user};password=x`;
      const error = await errorOf(openHive(parseJdbcUrl(url)));
      assert.ok(error instanceof ConnectError, String(error));
    });
  });
});
