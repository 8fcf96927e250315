import { didYouMean, HowdahError } from "../../core/errors.ts";
import { redact } from "../redact.ts";
import type { TlsOptions } from "../tls.ts";
import { anonymous, type HiveAuth, type HiveHost, type HiveOptions } from "./options.ts";

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
  "zooKeeperSessionTimeout",
];

/**
 * Reads a JDBC URL, `jdbc:hive2://host:port,host:port/database;name=value?setting=value#variable=value`, into options for
 * `openHive`. A name or value may be percent-encoded. Errors show no password.
 * @throws HIVE_URL
 */
export function parseJdbcUrl(text: string): HiveOptions {
  const url = new JdbcUrl(text);
  const { session } = url;
  const get = (name: string): string | undefined => session.get(name);
  for (const name of session.keys()) url.checkName(name);
  url.refuseWhatNeedsMore();

  const mode = get("transportMode") ?? get("hive.server2.transport.mode") ?? "binary";
  if (!["binary", "http"].includes(mode)) throw url.wrong("transportMode", "binary or http");
  const httpPath = get("httpPath") ?? get("hive.server2.thrift.http.path") ?? "cliservice";
  const headers = [...session].filter(([name]) => name.startsWith("http.header."));
  const tls = tlsOf(url);
  const proxyUser = get("hive.server2.proxy.user");
  const login = get("loginTimeout");
  if (login !== undefined && !/^\d+$/.test(login)) throw url.wrong("loginTimeout", "a number of seconds");
  return {
    hosts: url.hosts,
    database: url.database,
    ...(mode === "http" ? { httpPath: httpPath.replace(/^\/+|\/+$/g, "") } : {}),
    ...(headers.length === 0
      ? {}
      : { headers: Object.fromEntries(headers.map(([name, value]) => [name.slice("http.header.".length), value])) }),
    ...(tls === undefined ? {} : { tls }),
    auth: authOf(url),
    ...(proxyUser === undefined ? {} : { proxyUser }),
    settings: Object.fromEntries(url.settings),
    variables: Object.fromEntries(url.variables),
    ...(login === undefined || Number(login) === 0 ? {} : { connectTimeout: Number(login) * 1000 }),
  };
}

/** The parts of a URL, not yet interpreted. */
class JdbcUrl {
  readonly hosts: readonly HiveHost[];
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
    this.hosts = hosts.split(",").map((host) => this.#host(host.trim()));
    this.database = decoded(database) || "default";
    this.session = this.#values(session, "behind ;");
    this.settings = this.#values(settings, "behind ?");
    this.variables = this.#values(variables, "behind #");
  }

  #host(text: string): HiveHost {
    if (text.includes("@"))
      throw this.error("a name or a password stands before the host", "write ;user=…;password=… behind the database");
    const [, bracketed, name, port = "10000"] = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d+))?$/.exec(text) ?? [];
    const host = bracketed ?? name;
    if (host === undefined)
      throw text === ""
        ? this.error("there is no host", "a Hive embedded into the client is Java's alone: name a server")
        : this.error(`${redact(text)} is no host with a port`, "write host:10000, or [address]:10000 for IPv6");
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

  /** What this client does not do is said, rather than left out. */
  refuseWhatNeedsMore(): void {
    const discovery = this.session.get("serviceDiscoveryMode");
    if (discovery !== undefined && discovery.toLowerCase() !== "none") {
      const namespace = this.session.get("zooKeeperNamespace") ?? "hiveserver2";
      throw new HowdahError(`the URL leaves it to ${discovery} to name the server, which howdah does not ask`, {
        code: "HIVE_DISCOVERY",
        where: this.#shown,
        next:
          `name the servers themselves, several with commas: zookeeper-client -server ${this.hosts[0]!.host}:` +
          `${this.hosts[0]!.port} ls /${namespace} lists them (serverUri=host:port)`,
      });
    }
    if (this.session.has("initFile"))
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

function tlsOf(url: JdbcUrl): TlsOptions | undefined {
  const get = (name: string): string | undefined => url.session.get(name);
  const ssl = (get("ssl") ?? "false").toLowerCase();
  if (!["true", "false"].includes(ssl)) throw url.wrong("ssl", "true or false");
  if (ssl === "false") {
    if (get("sslTrustStore") !== undefined) throw url.error("sslTrustStore is given without ssl=true");
    return undefined;
  }
  const trust = get("sslTrustStore");
  if (trust !== undefined && !/\.(pem|crt|cer)$/i.test(trust))
    throw url.error(
      "sslTrustStore is a Java key store, which cannot be read here",
      "export it once: keytool -exportcert -rfc -keystore STORE -alias ALIAS > ca.pem, then write " +
        "sslTrustStore=ca.pem, or leave it out and give tls.ca",
    );
  const key = get("sslKeyStore");
  if (key !== undefined && !/\.(p12|pfx)$/i.test(key))
    throw url.error(
      "sslKeyStore is a Java key store, which cannot be read here",
      "convert it once: keytool -importkeystore -srckeystore STORE -destkeystore client.p12 -deststoretype PKCS12",
    );
  const passphrase = get("keyStorePassword");
  return {
    ...(trust === undefined ? {} : { ca: trust }),
    ...(key === undefined ? {} : { pfx: key }),
    ...(key === undefined || passphrase === undefined ? {} : { passphrase }),
  };
}

function authOf(url: JdbcUrl): HiveAuth {
  const get = (name: string): string | undefined => url.session.get(name);
  const auth = get("auth")?.toLowerCase();
  const principal = get("principal");
  const user = get("user");
  if (auth === "nosasl") return { kind: "noSasl", ...(user === undefined ? {} : { user }) };
  if (auth !== undefined && !["none", "ldap", "pam", "custom", "plain", "kerberos"].includes(auth))
    throw url.error(`howdah does not speak auth=${auth}`, "it speaks noSasl, a user with a password, and a principal");
  const quality = get("saslQop");
  if (quality !== undefined && !quality.split(",").includes("auth"))
    throw url.error(`howdah does not speak saslQop=${quality}`, "it speaks saslQop=auth; ssl=true encrypts as well");
  if (principal !== undefined) {
    if (!/^[^/@\s]+\/[^/@\s]+(@\S+)?$/.test(principal)) throw url.wrong("principal", "service/host@REALM");
    return { kind: "kerberos", principal };
  }
  if (auth === "kerberos")
    throw url.error("auth=kerberos needs the server's principal", "add principal=hive/_HOST@REALM");
  return { kind: "password", user: user ?? anonymous.user, password: get("password") ?? anonymous.password };
}

/** Percent-encoding where it is one: a password may hold a % of its own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
