import type { Emit } from "../../core/events.ts";
import type { GssModule } from "../auth/index.ts";
import { hostPort, type HostPort } from "../socket.ts";
import type { TlsOptions } from "../tls.ts";

export type HiveHost = HostPort;

/** Who asks, as `hive.server2.authentication` of the server wants to know it. */
export type HiveAuth =
  /** NONE, LDAP, PAM and CUSTOM: a name and a password, over SASL PLAIN or HTTP basic. Over a connection with TLS alone. */
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  /** NOSASL: a bare connection. */
  | { readonly kind: "noSasl"; readonly user?: string }
  /** KERBEROS, with the ticket that `kinit` left. */
  | {
      readonly kind: "kerberos";
      /** The server's: `hive/_HOST@REALM`; `_HOST` stands for the host that is connected to. */
      readonly principal: string;
      /** Another implementation of GSS-API. @default the optional package `kerberos`, loaded when first used */
      readonly load?: () => Promise<GssModule>;
    };

/**
 * ZooKeeper, with which servers of HiveServer2 register themselves. What they tell there of transport, TLS and authentication
 * holds where these options do not say otherwise.
 */
export interface HiveDiscovery {
  /** ZooKeeper's servers: the first that answers is asked. */
  readonly zooKeeper: readonly HiveHost[];
  /** Below which they register, without a slash: `hive.server2.zookeeper.namespace` of the servers. */
  readonly namespace: string;
  /** Of servers that stand by for one another (`zooKeeperHA`), only the one that leads is taken. @default any, at random */
  readonly leader?: boolean;
  /** TLS of the connection to ZooKeeper. @default none */
  readonly tls?: TlsOptions;
  /** With what to check a HiveServer2 that wants TLS, where `tls` of the options does not say. @default Node's authorities */
  readonly serverTls?: TlsOptions;
  /** Which transport, where a server has both. @default the one that it tells, "binary" if it tells both */
  readonly transport?: "binary" | "http";
  /** The path of the HTTP transport. @default the one that the server tells */
  readonly httpPath?: string;
}

/** Where a HiveServer2 is, and who asks it for what. Times are milliseconds. `parseJdbcUrl` makes these of a URL. */
export interface HiveOptions {
  /** Servers of the same service: the first that answers is taken. */
  readonly hosts: readonly HiveHost[];
  /** Who tells where the servers are, instead of `hosts`. */
  readonly discovery?: HiveDiscovery;
  /** @default "default" */
  readonly database?: string;
  /** The path of the HTTP transport, such as `cliservice`. @default the binary transport */
  readonly httpPath?: string;
  /** Sent with each request of the HTTP transport. */
  readonly headers?: Readonly<Record<string, string>>;
  /** TLS, verified unless it says otherwise. @default none */
  readonly tls?: TlsOptions;
  /** @default the name and password "anonymous", as Hive's own driver has it */
  readonly auth?: HiveAuth;
  /** Whom to act for (`hive.server2.proxy.user`). */
  readonly proxyUser?: string;
  /** Hive's settings for the session. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What `${hivevar:name}` stands for. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Addresses of hosts that this machine cannot resolve: name to address. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Within which a connection must be accepted. @default 10,000 */
  readonly connectTimeout?: number;
  /** Within which a session must be open, and a cancelled statement have ended. @default 60,000 */
  readonly deadline?: number;
  /** Told `http.request` and `http.retry` of the HTTP transport, `hive.discovered` and `hive.failover`, without secrets. */
  readonly emit?: Emit;
}

/** Who Hive's own driver is where nobody is named. */
export const anonymous = { kind: "password", user: "anonymous", password: "anonymous" } as const;

/** As messages show a server. */
export function hiveUrl(to: HiveHost, { httpPath, tls, database = "default" }: HiveOptions): string {
  const address = hostPort(to);
  if (httpPath !== undefined) return `http${tls === undefined ? "" : "s"}://${address}/${httpPath}`;
  return `jdbc:hive2://${address}/${database}${tls === undefined ? "" : ";ssl=true"}`;
}
