import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";
import { systemCode } from "../../core/errors.ts";
import { failure } from "../errors.ts";
import { nodeTls } from "../tls.ts";
import { notTls } from "./explain.ts";
import type { HiveHost, HiveOptions } from "./options.ts";

/** A connection that is open, over TLS with its certificate checked. @throws ConnectError */
export function connected(
  { host, port }: HiveHost,
  { tls, connectTimeout = 10_000 }: HiveOptions,
  where: string,
  clean: (text: string) => string,
): Promise<Socket> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket =
    tls === undefined
      ? connectTcp({ host, port })
      : connectTls({ host, port, ...name, ...nodeTls(tls, rootCertificates) });
  return new Promise((resolve, reject) => {
    let accepted = false;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      const noTls = accepted && !/^(?!ERR_SSL_WRONG)[A-Z_]*(?:CERT|SIGN|ISSUER|SSL|TLS)/.test(systemCode(error) ?? "");
      reject(noTls ? notTls(where, error) : failure("cannot connect to HiveServer2", where, error, clean));
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
