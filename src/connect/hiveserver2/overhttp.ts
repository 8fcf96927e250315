import { basicAuth, spnego, type Auth } from "../auth/index.ts";
import { ConnectError } from "../errors.ts";
import { Http } from "../http.ts";
import { readAll } from "../streams.ts";
import { cookies } from "./cookies.ts";
import type { CallFacts, Exchange } from "./exchange.ts";
import { tooLate } from "./explain.ts";
import type { HiveHost, HiveOptions } from "./options.ts";
import { servicePrincipal } from "./sasl.ts";

/** Longer than any statement: timers of Node hold no more than 24 days. */
const unlimited = 2_000_000_000;

/** The HTTP transport: each message is a POST. Nothing is connected yet. */
export function openHttp(to: HiveHost, options: HiveOptions, url: string): Exchange {
  const { tls, addresses, connectTimeout, emit, headers, httpPath = "" } = options;
  const base = new URL(url);
  base.pathname = "";
  const http = new Http(
    { name: "HiveServer2", explain },
    {
      url: base.href,
      auth: [...who(options, to.host), cookies()],
      ...(tls === undefined ? {} : { tls }),
      ...(addresses === undefined ? {} : { hosts: addresses }),
      ...(connectTimeout === undefined ? {} : { connectTimeout }),
      ...(emit === undefined ? {} : { emit }),
      ...(headers === undefined ? {} : { headers }),
    },
  );
  let reason: Error | undefined;
  return {
    async send(message: Buffer, { what, deadline = unlimited }: CallFacts): Promise<Buffer> {
      try {
        const answer = await http.stream({
          method: "POST",
          path: `/${httpPath}`,
          body: message,
          headers: { "Content-Type": "application/x-thrift", Accept: "application/x-thrift" },
          what,
          deadline,
        });
        return await readAll(answer.body);
      } catch (error) {
        if (reason !== undefined) throw reason;
        if (!(error instanceof ConnectError)) throw error;
        if (error.code === "CONNECT_TIMEOUT") throw tooLate(what, url, deadline);
        throw /Parse Error/.test(error.message) ? notHttp(error, url) : error;
      }
    },
    close(why?: Error) {
      reason ??= why;
      http.close();
    },
  };
}

function who({ auth }: HiveOptions, to: string): readonly Auth[] {
  switch (auth?.kind) {
    case "password":
      return [basicAuth(auth.user, auth.password)];
    case "kerberos": {
      const { load } = auth;
      return [spnego({ ...servicePrincipal(auth.principal, to), ...(load === undefined ? {} : { load }) })];
    }
    case "noSasl":
    case undefined:
      return [];
  }
}

function explain({ status }: { readonly status: number }): { code: string; next: string } | undefined {
  if (status === 401 || status === 403)
    return { code: "HIVE_LOGIN", next: "are user and password, or the principal, those that the server knows?" };
  if (status === 404 || status === 405)
    return { code: "HIVE_TRANSPORT", next: "is httpPath the server's hive.server2.thrift.http.path?" };
  return undefined;
}

function notHttp(cause: ConnectError, where: string): ConnectError {
  return new ConnectError("cannot connect to HiveServer2: it does not speak HTTP there", {
    code: "HIVE_TRANSPORT",
    where,
    progress: "answered",
    next: "leave out transportMode=http, or take the port of the HTTP transport (10001)",
    cause,
  });
}
