import { userInfo } from "node:os";
import { basicAuth, delegationToken, proxyUser, simpleAuth, spnego, type Auth } from "../connect/auth/index.ts";
import type { HiveAuth, HiveDiscovery, HiveOptions, HiveSession } from "../connect/hiveserver2/index.ts";
import type { HttpOptions } from "../connect/http.ts";
import { livyClient, type Livy } from "../connect/livy.ts";
import { oozieClient, type Oozie } from "../connect/oozie/index.ts";
import type { TlsOptions } from "../connect/tls.ts";
import { WebHdfs } from "../connect/webhdfs/index.ts";
import {
  jobHistoryClient,
  nodeManagerClient,
  yarnClient,
  type JobHistory,
  type NodeManager,
  type Yarn,
} from "../connect/yarn.ts";
import { HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { ClusterTarget, ClusterTls } from "./config.ts";
import type { NamedTarget } from "./load.ts";
import { readSecret } from "./values.ts";

/** The servers of a target; each is connected to when it is first asked. */
export interface Cluster {
  /** Of the target. */
  readonly name: string;
  readonly target: ClusterTarget;
  /** For whom things are done: whom jobs and files belong to. With a ticket it is the name in it that counts. */
  readonly user: string;
  readonly hdfs: WebHdfs;
  /** @throws TARGET_LACKS where the target does not say where it is; so does each of the others */
  readonly oozie: Oozie;
  readonly livy: Livy;
  readonly yarn: Yarn;
  /**
   * Opens a session of HiveServer2, which the caller closes. Name, ticket and authorities are the target's, unless the URL
   * has its own. @throws TARGET_LACKS, and what `openHive` throws
   */
  hive(): Promise<HiveSession>;
  /** Undefined where the target does not say where it is: what it would have told is then left out. */
  readonly jobHistory: JobHistory | undefined;
  /** The NodeManager at a web address, `host:port`, as YARN tells it. */
  nodeManager(address: string): NodeManager;
  /** Ends all connections. */
  close(): void;
}

export interface ClusterConnection {
  /** The project's folder: secrets must not lie inside of it. */
  readonly root: string;
  /** Told what HTTP requests do: `http.request`, `http.retry`, `http.failover`. */
  readonly emit?: Emit;
}

/** Opens a target. Nothing is asked of a server yet. @throws SECRET */
export function openCluster({ name, target }: NamedTarget<ClusterTarget>, connection: ClusterConnection): Cluster {
  const { login = {}, tls, proxy, hosts } = target;
  const secret = (what: string, source: Parameters<typeof readSecret>[0]): string =>
    readSecret(source, `${what} of the target ${name}`, connection.root);
  const asking = login.user ?? userInfo().username;
  const user = login.actAs ?? asking;
  const who: Auth =
    login.password !== undefined
      ? basicAuth(asking, secret("password", login.password))
      : target.kerberos === true
        ? spnego()
        : simpleAuth(asking);
  const auth = login.actAs === undefined ? [who] : [who, proxyUser(login.actAs)];
  const token = login.delegationToken;
  const opened = ({ passphrase, ...rest }: ClusterTls): TlsOptions =>
    passphrase === undefined ? rest : { ...rest, passphrase: secret("tls.passphrase", passphrase) };
  const http = (url: string | readonly string[], own: readonly Auth[] = auth): HttpOptions => ({
    url,
    auth: own,
    ...(tls === undefined ? {} : { tls: opened(tls) }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(connection.emit === undefined ? {} : { emit: connection.emit }),
  });
  const need = (setting: "oozie" | "livy", example: string): string | readonly string[] => {
    const url = target[setting];
    if (url !== undefined) return url;
    throw new HowdahError(`the target ${name} does not say where ${setting === "oozie" ? "Oozie" : "Livy"} is`, {
      code: "TARGET_LACKS",
      next: `give it ${setting}: "${example}"`,
    });
  };
  const clients: { close(): void }[] = [];
  const lazy = <T extends { close(): void }>(make: () => T): (() => T) => {
    let one: T | undefined;
    return () => {
      if (one === undefined) clients.push((one = make()));
      return one;
    };
  };
  const hdfs = lazy(() => {
    const only = token === undefined ? auth : [delegationToken(secret("delegation token", token))];
    return new WebHdfs(http(target.webHdfs ?? `http://${hostOf(target.nameNode)}:9870`, only));
  });
  const oozie = lazy(() => oozieClient(http(need("oozie", "http://host:11000/oozie"))));
  const livy = lazy(() => livyClient(http(need("livy", "http://host:8998"))));
  const yarn = lazy(() => yarnClient(http(target.yarn ?? `http://${target.resourceManager.split(":")[0]!}:8088`)));
  const nodeManagers = new Map<string, () => NodeManager>();
  const scheme = [target.yarn ?? ""].flat()[0]!.startsWith("https:") ? "https" : "http";
  const nodeManager = (address: string): NodeManager => {
    const known = nodeManagers.get(address) ?? lazy(() => nodeManagerClient(http(`${scheme}://${address}`)));
    nodeManagers.set(address, known);
    return known();
  };
  const history = lazy(() => jobHistoryClient(http(target.jobHistory ?? "")));
  return {
    name,
    target,
    user,
    get hdfs() {
      return hdfs();
    },
    get oozie() {
      return oozie();
    },
    get livy() {
      return livy();
    },
    get yarn() {
      return yarn();
    },
    get jobHistory() {
      return target.jobHistory === undefined ? undefined : history();
    },
    nodeManager,
    hive: async () => {
      const named = target.hiveServer2;
      const url = typeof named === "object" ? named.url : named;
      if (url === undefined)
        throw new HowdahError(`the target ${name} does not say where HiveServer2 is`, {
          code: "TARGET_LACKS",
          next: 'give it hiveServer2: "jdbc:hive2://host:10000/default"',
        });
      const { openHive, parseJdbcUrl } = await import("../connect/hiveserver2/index.ts");
      const options = parseJdbcUrl(url);
      const principal = typeof named === "object" ? named.principal : undefined;
      const own: HiveOptions["auth"] =
        options.auth !== undefined && !isAnonymous(options.auth)
          ? options.auth
          : principal !== undefined && login.password === undefined
            ? { kind: "kerberos", principal }
            : {
                kind: "password",
                user: asking,
                password: login.password === undefined ? asking : secret("password", login.password),
              };
      return openHive({
        ...options,
        auth: own,
        ...(options.tls === undefined || tls === undefined ? {} : { tls: { ...opened(tls), ...options.tls } }),
        ...(options.discovery === undefined || tls === undefined
          ? {}
          : { discovery: withAuthorities(options.discovery, opened(tls)) }),
        ...(hosts === undefined ? {} : { addresses: hosts }),
        ...(login.actAs === undefined ? {} : { proxyUser: login.actAs }),
        ...(connection.emit === undefined ? {} : { emit: connection.emit }),
      });
    },
    close: () => {
      for (const one of clients) one.close();
    },
  };
}

function isAnonymous(auth: HiveAuth): boolean {
  return auth.kind === "password" && auth.user === "anonymous";
}

/** A target's certificates hold for servers that are found, and for ZooKeeper where it speaks TLS. */
function withAuthorities(discovery: HiveDiscovery, tls: TlsOptions): HiveDiscovery {
  return {
    ...discovery,
    ...(discovery.tls === undefined ? {} : { tls: { ...tls, ...discovery.tls } }),
    serverTls: { ...tls, ...discovery.serverTls },
  };
}

/** The host of `hdfs://host:8020`. */
function hostOf(nameNode: string): string {
  return new URL(nameNode.replace(/^\w+:/, "http:")).hostname;
}
