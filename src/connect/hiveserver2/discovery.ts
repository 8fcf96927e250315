import { didYouMean, isHowdahError } from "../../core/errors.ts";
import { ConnectError } from "../errors.ts";
import { shuffled } from "../failover.ts";
import { hostPort } from "../socket.ts";
import { openZooKeeper, type ZooKeeper } from "../zookeeper.ts";
import { anonymous, type HiveAuth, type HiveDiscovery, type HiveHost, type HiveOptions } from "./options.ts";

/** A server that ZooKeeper tells of, with how to speak to it. */
export interface Found {
  readonly host: HiveHost;
  readonly options: HiveOptions;
}

/** What a server tells of itself: names of Hive's settings, with their values. */
type Told = ReadonlyMap<string, string>;

/** What to do when none of those that are registered answers. */
const noneAnswers =
  "are they up, and reachable from here? ZooKeeper names a server that was killed until its session there ends, which " +
  "takes up to some minutes";

/**
 * The servers that registered with ZooKeeper, in an order that chance makes; of those that stand by for one another the one
 * that leads. @throws ConnectError: HIVE_DISCOVERY where there is none; ZOOKEEPER, CONNECT_REFUSED and its like
 */
export async function discovered(
  options: HiveOptions,
  discovery: HiveDiscovery,
): Promise<{ readonly servers: readonly Found[]; readonly next: string }> {
  const { addresses, connectTimeout, deadline, emit } = options;
  const zooKeeper = await openZooKeeper({
    servers: discovery.zooKeeper,
    ...(discovery.tls === undefined ? {} : { tls: discovery.tls }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
    ...(deadline === undefined ? {} : { deadline }),
  });
  try {
    const servers = shuffled(await registered(zooKeeper, discovery)).flatMap((told) => {
      const found = foundBy(told, options, discovery);
      return found === undefined ? [] : [found];
    });
    if (servers.length === 0)
      throw nobody("none that is registered there tells host, port and the transport of the URL", zooKeeper, discovery);
    emit?.({ event: "hive.discovered", by: zooKeeper.at, servers: servers.map(({ host }) => hostPort(host)) });
    return { servers, next: noneAnswers };
  } finally {
    zooKeeper.close();
  }
}

/** Where the servers register; those that stand by for one another below one of two names (`HS2ActivePassiveHARegistry`). */
function pathsOf({ namespace, leader }: HiveDiscovery): readonly string[] {
  return leader === true ? ["sasl", "unsecure"].map((kind) => `/${namespace}-${kind}/instances`) : [`/${namespace}`];
}

async function registered(zooKeeper: ZooKeeper, discovery: HiveDiscovery): Promise<readonly Told[]> {
  const found: Told[] = [];
  let [there, standBy] = [false, 0];
  for (const path of pathsOf(discovery)) {
    const names = await zooKeeper.children(path);
    there ||= names !== undefined;
    for (const name of names ?? []) {
      const data = await zooKeeper.data(`${path}/${name}`);
      // It left meanwhile.
      if (data === undefined) continue;
      const told = discovery.leader === true ? leaderOf(data.toString()) : settingsOf(data.toString());
      if (told === undefined) standBy += 1;
      else found.push(told);
    }
  }
  if (!there) throw await noNamespace(zooKeeper, discovery);
  if (found.length === 0)
    throw nobody(
      standBy === 0 ? "no server is registered there" : `none of the ${standBy} that are registered there leads now`,
      zooKeeper,
      discovery,
    );
  return found;
}

/** `name=value;name=value`, or from before Hive 1.1 `host:port` alone (`HiveServer2.addServerInstanceToZooKeeper`). */
function settingsOf(text: string): Told {
  if (!text.includes("=")) return new Map([[names.uri, text]]);
  return new Map(
    text.split(";").flatMap((part) => {
      const equals = part.indexOf("=");
      return equals < 1 ? [] : [[part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const];
    }),
  );
}

/** The settings in a service record of YARN's registry, whose JSON holds them beside its own fields; of the leader alone. */
function leaderOf(text: string): Told | undefined {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof record !== "object" || record === null) return undefined;
  const { internal } = record as { readonly internal?: unknown };
  const leads =
    Array.isArray(internal) &&
    internal.some((one: unknown) => (one as { readonly api?: unknown } | null)?.api === "activeEndpoint");
  if (!leads) return undefined;
  return new Map(Object.entries(record).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}

/** Settings that servers tell (`HiveServer2.addConfsToPublish`). */
const names = {
  uri: "hive.server2.instance.uri",
  host: "hive.server2.thrift.bind.host",
  port: "hive.server2.thrift.port",
  httpPort: "hive.server2.thrift.http.port",
  httpPath: "hive.server2.thrift.http.path",
  transport: "hive.server2.transport.mode",
  tls: "hive.server2.use.SSL",
  authentication: "hive.server2.authentication",
  principal: "hive.server2.authentication.kerberos.principal",
} as const;

function foundBy(told: Told, options: HiveOptions, discovery: HiveDiscovery): Found | undefined {
  const wanted = options.httpPath === undefined ? discovery.transport : "http";
  const mode = told.get(names.transport) ?? "all";
  if (wanted !== undefined && mode !== wanted && mode !== "all") return undefined;
  const http = (wanted ?? mode) === "http";
  const [, uriHost, uriPort] = /^(.+):(\d+)$/.exec(told.get(names.uri) ?? "") ?? [];
  const host = told.get(names.host) ?? uriHost;
  const port = Number((http ? told.get(names.httpPort) : undefined) ?? told.get(names.port) ?? uriPort);
  if (host === undefined || host === "" || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  // A name and a password are never sent in the clear to a server that offers TLS.
  const tls = options.tls ?? (told.get(names.tls)?.toLowerCase() === "true" ? (discovery.serverTls ?? {}) : undefined);
  const httpPath = options.httpPath ?? discovery.httpPath ?? told.get(names.httpPath) ?? "cliservice";
  return {
    host: { host, port },
    options: {
      ...options,
      ...(tls === undefined ? {} : { tls }),
      ...(http ? { httpPath: httpPath.replace(/^\/+|\/+$/g, "") } : {}),
      auth: authFor(told, options.auth ?? anonymous),
    },
  };
}

/** As Hive's own driver has it: the server's principal and NOSASL stand in for a name and a password. */
function authFor(told: Told, auth: HiveAuth): HiveAuth {
  if (auth.kind !== "password") return auth;
  const ways = (told.get(names.authentication) ?? "").toUpperCase().split(",");
  if (ways.includes("NOSASL")) return { kind: "noSasl", user: auth.user };
  const principal = told.get(names.principal);
  const takesPasswords = ways.some((way) => ["NONE", "LDAP", "PAM", "CUSTOM"].includes(way));
  return principal === undefined || takesPasswords ? auth : { kind: "kerberos", principal };
}

/** A name that is mistyped is the user's own to mend, and the right one may be seen. */
async function noNamespace(zooKeeper: ZooKeeper, { namespace, leader }: HiveDiscovery): Promise<ConnectError> {
  const all = await zooKeeper.children("/").catch((error: unknown) => {
    // The root need not be readable by everybody.
    if (isHowdahError(error)) return undefined;
    throw error;
  });
  const bare = (all ?? []).map((name) => (leader === true ? name.replace(/-(sasl|unsecure)$/, "") : name));
  return new ConnectError(`ZooKeeper knows no ${namespace}${didYouMean(namespace, bare)}`, {
    code: "HIVE_DISCOVERY",
    fault: "user",
    where: zooKeeper.at,
    progress: "answered",
    next:
      `zooKeeperNamespace must be what the servers have as ${setting(leader)}; they make the node when they start` +
      (all === undefined ? "" : `. In ZooKeeper there are ${all.join(", ")}`),
  });
}

function nobody(why: string, zooKeeper: ZooKeeper, discovery: HiveDiscovery): ConnectError {
  return new ConnectError(`ZooKeeper knows no HiveServer2: ${why} (${pathsOf(discovery).join(", ")})`, {
    code: "HIVE_DISCOVERY",
    where: zooKeeper.at,
    progress: "answered",
    transient: true,
    next:
      "is HiveServer2 up, with hive.server2.support.dynamic.service.discovery=true" +
      (discovery.leader === true ? " and hive.server2.active.passive.ha.enable=true" : "") +
      "? Its log says with which ZooKeeper",
  });
}

function setting(leader: boolean | undefined): string {
  return leader === true ? "hive.server2.active.passive.ha.registry.namespace" : "hive.server2.zookeeper.namespace";
}
