import dns from "node:dns";
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";
import { systemCode } from "../core/errors.ts";
import { failure, type ConnectError } from "./errors.ts";
import { nodeTls, type TlsOptions } from "./tls.ts";

/** Where a server listens. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface SocketOptions {
  readonly tls?: TlsOptions;
  /** Addresses of hosts that this machine cannot resolve. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Milliseconds within which a connection must be accepted. @default 10,000 */
  readonly connectTimeout?: number;
}

/** What messages say of a connection. */
export interface SocketFacts {
  /** "cannot connect to HiveServer2" */
  readonly what: string;
  readonly where: string;
  readonly clean: (text: string) => string;
  /** The server accepted the connection, and does not know what TLS is. */
  readonly notTls: (where: string, cause: unknown) => ConnectError;
}

/** A connection that is open, over TLS with its certificate checked. @throws ConnectError */
export function connected(
  { host, port }: HostPort,
  { tls, addresses, connectTimeout = 10_000 }: SocketOptions,
  { what, where, clean, notTls }: SocketFacts,
): Promise<Socket> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const to = { host, port, ...(addresses === undefined ? {} : { lookup: lookupWith(addresses) }) };
  const socket = tls === undefined ? connectTcp(to) : connectTls({ ...to, ...name, ...nodeTls(tls, rootCertificates) });
  return new Promise((resolve, reject) => {
    let accepted = false;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      const noTls = accepted && !/^(?!ERR_SSL_WRONG)[A-Z_]*(?:CERT|SIGN|ISSUER|SSL|TLS)/.test(systemCode(error) ?? "");
      reject(noTls ? notTls(where, error) : failure(what, where, error, clean));
    };
    const late = (): void => fail(Object.assign(new Error("connection timed out"), { code: "CONNECT_TIMEOUT" }));
    const timer = setTimeout(late, connectTimeout);
    const closed = (): void => fail(new Error("the server closed it"));
    socket.once("connect", () => (accepted = true));
    socket.once("error", fail).once("close", closed);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(timer);
      socket.off("error", fail).off("close", closed);
      // Else a server that has vanished from the network is waited for, for ever.
      socket.setNoDelay(true).setKeepAlive(true, 30_000);
      resolve(socket);
    });
  });
}

/** Names of `addresses` have the address given there. */
export function lookupWith(addresses: Readonly<Record<string, string>>): LookupFunction {
  return (name, options, callback) => {
    const address = addresses[name];
    if (address === undefined) return dns.lookup(name, options, callback);
    const family = isIP(address);
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/** As messages show a server: `host:port`, `[::1]:port`. */
export function hostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
