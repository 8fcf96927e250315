import type { TlsOptions } from "../tls.ts";
import { JdbcUrl } from "./jdbcparts.ts";
import { anonymous, type HiveAuth, type HiveDiscovery, type HiveOptions } from "./options.ts";

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
  url.refuseInitFile();

  const discovery = discoveryOf(url);
  const transport = transportOf(url);
  const headers = [...session].filter(([name]) => name.startsWith("http.header."));
  const tls = tlsOf(url, serverStores);
  const proxyUser = get("hive.server2.proxy.user");
  const login = get("loginTimeout");
  if (login !== undefined && !/^\d+$/.test(login)) throw url.wrong("loginTimeout", "a number of seconds");
  return {
    hosts: discovery === undefined ? url.hosts : [],
    ...(discovery === undefined ? {} : { discovery }),
    database: url.database,
    ...(discovery === undefined && transport === "http" ? { httpPath: httpPathOf(url) ?? "cliservice" } : {}),
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

/** ZooKeeper's part of a URL; undefined where the URL names the servers themselves. */
function discoveryOf(url: JdbcUrl): HiveDiscovery | undefined {
  const mode = url.discovery;
  if (mode === "none") return undefined;
  if (mode !== "zookeeper" && mode !== "zookeeperha")
    throw url.wrong("serviceDiscoveryMode", "zooKeeper, zooKeeperHA or none");
  const leader = mode === "zookeeperha";
  const namespace = (url.session.get("zooKeeperNamespace") ?? "").replace(/^\/+|\/+$/g, "");
  const tls = tlsOf(url, zooKeeperStores);
  const serverTls = storesOf(url, serverStores);
  const [transport, httpPath] = [transportOf(url), httpPathOf(url)];
  return {
    zooKeeper: url.hosts,
    // Those of Hive's own driver (`Utils.JdbcConnectionParams`).
    namespace: namespace !== "" ? namespace : leader ? "hs2ActivePassiveHA" : "hiveserver2",
    ...(leader ? { leader } : {}),
    ...(tls === undefined ? {} : { tls }),
    ...(Object.keys(serverTls).length === 0 ? {} : { serverTls }),
    ...(transport === undefined ? {} : { transport }),
    ...(httpPath === undefined ? {} : { httpPath }),
  };
}

function transportOf(url: JdbcUrl): "binary" | "http" | undefined {
  const mode = url.session.get("transportMode") ?? url.session.get("hive.server2.transport.mode");
  if (mode !== undefined && mode !== "binary" && mode !== "http") throw url.wrong("transportMode", "binary or http");
  return mode;
}

function httpPathOf(url: JdbcUrl): string | undefined {
  const path = url.session.get("httpPath") ?? url.session.get("hive.server2.thrift.http.path");
  return path?.replace(/^\/+|\/+$/g, "");
}

/** What the parts of TLS are called, of HiveServer2 and of ZooKeeper. */
const serverStores = { on: "ssl", trust: "sslTrustStore", key: "sslKeyStore", password: "keyStorePassword" } as const;
const zooKeeperStores = {
  on: "zooKeeperSSLEnable",
  trust: "zooKeeperTruststoreLocation",
  key: "zooKeeperKeystoreLocation",
  password: "zooKeeperKeystorePassword",
} as const;
type Stores = typeof serverStores | typeof zooKeeperStores;

function tlsOf(url: JdbcUrl, names: Stores): TlsOptions | undefined {
  const on = (url.session.get(names.on) ?? "false").toLowerCase();
  if (!["true", "false"].includes(on)) throw url.wrong(names.on, "true or false");
  if (on === "true") return storesOf(url, names);
  // A server that ZooKeeper names may want TLS without the URL saying so.
  const mayBeTold = names === serverStores && url.discovery !== "none";
  if (!mayBeTold && url.session.has(names.trust)) throw url.error(`${names.trust} is given without ${names.on}=true`);
  return undefined;
}

function storesOf(url: JdbcUrl, names: Stores): TlsOptions {
  const trust = url.session.get(names.trust);
  if (trust !== undefined && !/\.(pem|crt|cer)$/i.test(trust))
    throw url.error(
      `${names.trust} is a Java key store, which cannot be read here`,
      "export it once: keytool -exportcert -rfc -keystore STORE -alias ALIAS > ca.pem, then write " +
        `${names.trust}=ca.pem, or leave it out and give tls.ca`,
    );
  const key = url.session.get(names.key);
  if (key !== undefined && !/\.(p12|pfx)$/i.test(key))
    throw url.error(
      `${names.key} is a Java key store, which cannot be read here`,
      "convert it once: keytool -importkeystore -srckeystore STORE -destkeystore client.p12 -deststoretype PKCS12",
    );
  const passphrase = url.session.get(names.password);
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
