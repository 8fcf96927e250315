import type { Emit } from "../../core/events.ts";
import type { GssModule } from "../auth/index.ts";
import type { TlsOptions } from "../tls.ts";

export interface HiveHost {
  readonly host: string;
  readonly port: number;
}

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

/** Where a HiveServer2 is, and who asks it for what. Times are milliseconds. `parseJdbcUrl` makes these of a URL. */
export interface HiveOptions {
  /** Servers of the same service: the first that answers is taken. */
  readonly hosts: readonly HiveHost[];
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
  /** Within which a connection must be accepted. @default 10,000 */
  readonly connectTimeout?: number;
  /** Within which a session must be open, and a cancelled statement have ended. @default 60,000 */
  readonly deadline?: number;
  /** Told `http.request` and `http.retry` of the HTTP transport, and `hive.failover`, without secrets. */
  readonly emit?: Emit;
}

/** Who Hive's own driver is where nobody is named. */
export const anonymous = { kind: "password", user: "anonymous", password: "anonymous" } as const;

/** As messages show a server. */
export function hiveUrl({ host, port }: HiveHost, { httpPath, tls, database = "default" }: HiveOptions): string {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  if (httpPath !== undefined) return `http${tls === undefined ? "" : "s"}://${address}/${httpPath}`;
  return `jdbc:hive2://${address}/${database}${tls === undefined ? "" : ";ssl=true"}`;
}
