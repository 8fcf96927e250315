import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { chooseJava } from "#src/sandbox/java.js";
import { repositoryPath } from "#src/sandbox/lists.js";
import { fetchWithMaven } from "#src/sandbox/maven.js";
import { portsOf } from "#src/sandbox/ports.js";
import { hadoopXml } from "#src/sandbox/settings.js";
import { certificates } from "../connect/certificates.js";
import { fetchedPackages, TestSandbox } from "./sandbox.js";
import { until } from "./waiting.js";

const offset = 1400;
/** Ports for which the sandbox has no names. */
const [nameNodeTls, dataNodeTls, ldap] = [9871 + offset, 9865 + offset, 1389 + offset];
const storePassword = "of-the-store";

/** The one user whom the directory knows. */
export const ann = { user: "ann", password: "s;cret of ann" } as const;

const directoryServer = {
  group: "com.unboundid",
  name: "unboundid-ldapsdk",
  version: "6.0.11",
  bytes: 5_719_155,
  sha256: "2c1e12a147deb662f6f2a07ff2b3b3507a3ce6593a7351ac563f3a46381bd8ba",
} as const;

const settings = {
  "hdfs-site": {
    "dfs.http.policy": "HTTP_AND_HTTPS",
    "dfs.namenode.https-address": `localhost:${nameNodeTls}`,
    "dfs.datanode.https.address": `localhost:${dataNodeTls}`,
  },
  "hive-site": {
    "hive.server2.authentication": "LDAP",
    "hive.server2.authentication.ldap.url": `ldap://localhost:${ldap}`,
    "hive.server2.authentication.ldap.baseDN": "ou=people,dc=example,dc=com",
    "hive.server2.use.SSL": "true",
    "hive.server2.keystore.path": "{{conf}}/server.p12",
    "hive.server2.keystore.password": storePassword,
  },
};

const overHttp = {
  "hive.server2.transport.mode": "http",
  "hive.server2.thrift.http.port": "{{port.hiveserver2}}",
};

function setOptions(files: Readonly<Record<string, Readonly<Record<string, string>>>>): readonly string[] {
  return Object.entries(files).flatMap(([file, values]) =>
    Object.entries(values).map(([name, value]) => `--set=${file}:${name}=${value}`),
  );
}

/**
 * A sandbox of servers as they are found behind gateways and with certificates: HttpFS, HDFS that speaks TLS too, and
 * HiveServer2 with TLS, which asks a directory for passwords.
 */
export class SecuredServers {
  /** What `howdah sandbox up` is told, and with what HiveServer2 is reached. */
  #sandbox = TestSandbox.own(offset, "secured", ["--only=httpfs,hive", ...setOptions(settings)]);
  #directory: ChildProcess | undefined;
  readonly caFile: string;
  readonly ca: string;

  private constructor(context: Mocha.Context) {
    const { conf } = this.#sandbox.opened;
    mkdirSync(join(conf, "hadoop"), { recursive: true });
    const made = certificates(context, conf);
    [this.ca, this.caFile] = [made.ca, made.caFile];
    const store = join(conf, "server.p12");
    const { status, stderr } = spawnSync(
      "openssl",
      ["pkcs12", "-export", "-inkey", join(conf, "server.key"), "-in", join(conf, "server.pem")].concat(
        ...["-name", "server", "-out", store, "-passout", `pass:${storePassword}`],
      ),
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    const keystore = { location: store, password: storePassword, keypassword: storePassword, type: "pkcs12" };
    const ssl = Object.entries(keystore).map(([name, value]) => [`ssl.server.keystore.${name}`, value] as const);
    writeFileSync(join(conf, "hadoop/ssl-server.xml"), hadoopXml(new Map(ssl)));
  }

  static async start(context: Mocha.Context): Promise<SecuredServers> {
    const servers = new SecuredServers(context);
    try {
      await servers.#startDirectory();
      await servers.#sandbox.up();
      return servers;
    } catch (error) {
      await servers.end(false);
      throw error;
    }
  }

  get user(): string {
    return this.#sandbox.at.user;
  }

  get nameNode(): string {
    return `https://localhost:${nameNodeTls}`;
  }

  get httpFs(): string {
    return `http://localhost:${portsOf(offset).httpfs}`;
  }

  get hivePort(): number {
    return portsOf(offset).hiveserver2;
  }

  /** HiveServer2 has one transport at a time. */
  async hiveOverHttp(): Promise<void> {
    const down = await this.#sandbox.run("down");
    assert.equal(down.code, 0, down.err);
    const { home, name, at } = this.#sandbox;
    const hive = { ...settings["hive-site"], ...overHttp };
    this.#sandbox = new TestSandbox(at, name, home, ["--only=hive", ...setOptions({ ...settings, "hive-site": hive })]);
    await this.#sandbox.up();
  }

  async end(well: boolean): Promise<void> {
    this.#directory?.kill();
    await this.#sandbox.end(well);
  }

  async #startDirectory(): Promise<void> {
    const { folder, data } = this.#sandbox.opened;
    const repository = join(folder, "maven");
    await fetchWithMaven([directoryServer], { repository, onProgress: () => undefined });
    mkdirSync(data, { recursive: true });
    const entries = join(data, "directory.ldif");
    writeFileSync(
      entries,
      [
        "dn: dc=example,dc=com\nobjectClass: domain\ndc: example",
        "dn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: people",
        `dn: uid=${ann.user},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: ${ann.user}\ncn: Ann\nsn: Ann\nuserPassword: ${ann.password}`,
      ].join("\n\n") + "\n",
    );
    const { agent } = await fetchedPackages();
    const log = openSync(join(data, "directory.log"), "a");
    this.#directory = spawn(
      join(chooseJava()!.home, "bin/java"),
      [
        ...["-Xmx64m", `-javaagent:${agent}`, "-cp", join(repository, repositoryPath(directoryServer))],
        ...["com.unboundid.ldap.listener.InMemoryDirectoryServerTool", "--port", String(ldap)],
        ...["--baseDN", "dc=example,dc=com", "--ldifFile", entries],
      ],
      { stdio: ["ignore", log, log] },
    );
    await until("the directory", () => listens(ldap), Boolean, { seconds: 30 });
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve((socket.destroy(), true))).on("error", () => resolve(false));
  });
}
