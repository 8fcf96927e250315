import { didYouMean, HowdahError } from "../../core/errors.ts";
import { redact } from "../redact.ts";
import type { HostPort } from "../socket.ts";

type Values = ReadonlyMap<string, string>;

/** Names behind a `;` that are understood (`Utils.JdbcConnectionParams` of Hive). */
const understood = [
  "user",
  "password",
  "auth",
  "principal",
  "saslQop",
  "ssl",
  "sslTrustStore",
  "trustStorePassword",
  "trustStoreType",
  "sslKeyStore",
  "keyStorePassword",
  "twoWay",
  "transportMode",
  "httpPath",
  "hive.server2.transport.mode",
  "hive.server2.thrift.http.path",
  "hive.server2.proxy.user",
  "serviceDiscoveryMode",
  "zooKeeperNamespace",
  "zooKeeperSSLEnable",
  "zooKeeperTruststoreLocation",
  "zooKeeperKeystoreLocation",
  "zooKeeperKeystorePassword",
  "initFile",
  "loginTimeout",
];

/** What Hive's own driver does by these, this client does without, or in its own way. */
const needless = [
  "cookieAuth",
  "cookieName",
  "fetchSize",
  "fetchThreads",
  "kerberosAuthType",
  "requestTrack",
  "retries",
  "retryInterval",
  "socketTimeout",
  "trustStoreAlgorithm",
  "zooKeeperKeystoreType",
  "zooKeeperSessionTimeout",
  "zooKeeperTruststorePassword",
  "zooKeeperTruststoreType",
];

/** The parts of a URL, not yet interpreted. */
export class JdbcUrl {
  readonly hosts: readonly HostPort[];
  readonly database: string;
  readonly session: Values;
  readonly settings: Values;
  readonly variables: Values;
  readonly #shown: string;

  constructor(text: string) {
    this.#shown = redact(text.trim());
    const prefix = "jdbc:hive2://";
    if (!text.trim().startsWith(prefix))
      throw this.error(`a JDBC URL of HiveServer2 begins with ${prefix}`, "such as jdbc:hive2://host:10000/default");
    const parts = /^([^/;?#]*)(?:\/([^;?#]*))?((?:;[^?#]*)?)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      text.trim().slice(prefix.length),
    );
    const [, hosts = "", database = "", session = "", settings = "", variables = ""] = parts ?? [];
    this.database = decoded(database) || "default";
    this.session = this.#values(session, "behind ;");
    const usual = this.discovery === "none" ? "10000" : "2181";
    this.hosts = hosts.split(",").map((host) => this.#host(host.trim(), usual));
    this.settings = this.#values(settings, "behind ?");
    this.variables = this.#values(variables, "behind #");
  }

  /** How the servers are found, in lower case: the names are told apart whatever their case. */
  get discovery(): string {
    return (this.session.get("serviceDiscoveryMode") ?? "none").toLowerCase();
  }

  #host(text: string, usual: string): HostPort {
    if (text.includes("@"))
      throw this.error("a name or a password stands before the host", "write ;user=…;password=… behind the database");
    const [, bracketed, name, port = usual] = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d+))?$/.exec(text) ?? [];
    const host = bracketed ?? name;
    if (host === undefined)
      throw text === ""
        ? this.error("there is no host", "a Hive embedded into the client is Java's alone: name a server")
        : this.error(`${redact(text)} is no host with a port`, `write host:${usual}, or [address]:${usual} for IPv6`);
    const number = Number(port);
    if (number < 1 || number > 65_535) throw this.error(`there is no port ${port}`, "ports are 1 to 65535");
    return { host, port: number };
  }

  #values(text: string, where: string): Values {
    const values = new Map<string, string>();
    for (const part of text.split(";").filter((part) => part.trim() !== "")) {
      const equals = part.indexOf("=");
      const name = decoded(equals < 0 ? part : part.slice(0, equals)).trim();
      // What has no name may be the rest of a password that holds a semicolon.
      if (equals < 0 || name === "")
        throw this.error(
          `a part ${where} is not name=value`,
          "a ; inside of a value is written %3B, a ? %3F, a # %23; the part stands after the " +
            (values.size === 0 ? "beginning" : `one of ${[...values.keys()].at(-1)}`),
        );
      if (values.has(name)) throw this.error(`${name} is there twice, ${where}`);
      values.set(name, decoded(part.slice(equals + 1)).trim());
    }
    return values;
  }

  checkName(name: string): void {
    if (understood.includes(name) || needless.includes(name) || /^http\.(header|cookie)\../.test(name)) return;
    throw this.error(
      `there is no ${name} behind ;${didYouMean(name, [...understood, ...needless])}`,
      name.includes(".")
        ? `Hive's own settings go behind a question mark: ?${name}=…`
        : "Hive's settings go behind a ?, variables behind a #",
    );
  }

  refuseInitFile(): void {
    if (!this.session.has("initFile")) return;
    throw this.error(
      "initFile is a script that Hive's own driver runs first; howdah runs no file that a URL names",
      "leave it out, and run its statements first: splitScript divides it, execute runs each",
    );
  }

  wrong(name: string, wanted: string): HowdahError {
    return this.error(`${name} must be ${wanted}`);
  }

  error(message: string, next?: string): HowdahError {
    return new HowdahError(message, {
      code: "HIVE_URL",
      where: this.#shown,
      ...(next === undefined ? {} : { next }),
    });
  }
}

/** Percent-encoding where it is one: a password may hold a % of its own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
