// What axios and Node's agents do for a client. Loaded with the first request: importing axios takes a quarter of a second.
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex, Readable } from "node:stream";
import tls from "node:tls";
import axios, { isAxiosError, isCancel } from "axios";
import { lookupWith } from "./socket.ts";
import { nodeTls, type TlsOptions } from "./tls.ts";

export interface TransportOptions {
  readonly tls?: TlsOptions;
  /** Addresses of hosts that this machine cannot resolve. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Milliseconds within which a connection must be accepted. */
  readonly connectTimeout: number;
}

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Readable | undefined;
  readonly signal: AbortSignal;
  /** A connection of its own: one that has been idle may be closed by the server just as the request arrives. */
  readonly fresh: boolean;
  readonly proxy: URL | undefined;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly setCookie: readonly string[];
  readonly body: Readable;
}

type Callback = (error: Error | null, socket: Duplex) => void;
type Connect<Options> = (options: Options, callback?: Callback) => Duplex | null | undefined;

/** Lets go of a connection that is not accepted in time; a request that waits for it fails with CONNECT_TIMEOUT. */
function within<Options>(milliseconds: number, connect: Connect<Options>): Connect<Options> {
  return (options, callback) => {
    const socket = connect(options, callback) as Socket | null | undefined;
    if (socket?.connecting !== true) return socket;
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error("connection timed out"), { code: "CONNECT_TIMEOUT" }));
    }, milliseconds);
    const stop = () => clearTimeout(timer);
    socket.once("connect", stop).once("close", stop);
    return socket;
  };
}

/** Connections to servers, kept open between requests until `close`. */
export class Transport {
  readonly #agents: readonly (http.Agent | https.Agent)[];
  readonly #kept: { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent };
  readonly #fresh: { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent };

  constructor(options: TransportOptions) {
    const { hosts, connectTimeout } = options;
    const security = nodeTls(options.tls ?? {}, tls.rootCertificates);
    let context: tls.SecureContext | undefined;
    // Made once: reading 150 authorities takes 50 ms, which each connection would spend anew.
    const secure = <Options>(connect: Connect<Options>): Connect<Options> =>
      security.ca === undefined
        ? connect
        : (given, callback) =>
            connect({ ...given, secureContext: (context ??= tls.createSecureContext(security)) }, callback);
    const shared = { timeout: 0, ...(hosts === undefined ? {} : { lookup: lookupWith(hosts) }) };
    const pair = (keepAlive: boolean) => {
      const httpAgent = new http.Agent({ keepAlive, ...shared });
      const httpsAgent = new https.Agent({ keepAlive, ...shared, ...security });
      httpAgent.createConnection = within(connectTimeout, httpAgent.createConnection.bind(httpAgent));
      httpsAgent.createConnection = within(connectTimeout, secure(httpsAgent.createConnection.bind(httpsAgent)));
      return { httpAgent, httpsAgent };
    };
    this.#kept = pair(true);
    this.#fresh = pair(false);
    this.#agents = [this.#kept, this.#fresh].flatMap(({ httpAgent, httpsAgent }) => [httpAgent, httpsAgent]);
  }

  /** One exchange, whatever the status; the body is still to be read. Redirects are the caller's to follow. */
  async send({ method, url, headers, body, signal, fresh, proxy }: Outgoing): Promise<Incoming> {
    const response = await axios.request<Readable>({
      method,
      url: url.href,
      headers: { ...headers },
      data: body,
      signal,
      responseType: "stream",
      maxRedirects: 0,
      // No limit, and none of the counting that a limit costs: it would stand between a FileBody and its socket.
      maxBodyLength: -1,
      maxContentLength: -1,
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
      ...(fresh ? this.#fresh : this.#kept),
      proxy:
        proxy === undefined
          ? false
          : {
              protocol: proxy.protocol,
              host: proxy.hostname,
              port: Number(proxy.port || (proxy.protocol === "https:" ? 443 : 80)),
              ...(proxy.username === ""
                ? {}
                : {
                    auth: {
                      username: decodeURIComponent(proxy.username),
                      password: decodeURIComponent(proxy.password),
                    },
                  }),
            },
    });
    const known = Object.entries(response.headers as Readonly<Record<string, unknown>>);
    const setCookie = known.find(([name]) => name === "set-cookie")?.[1];
    return {
      status: response.status,
      headers: Object.fromEntries(known.map(([name, value]) => [name, String(value)])),
      setCookie: Array.isArray(setCookie) ? setCookie.map(String) : [],
      body: response.data,
    };
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}

/** What made a request fail, without axios' wrapping (which holds the whole request); undefined when it was stopped. */
export function underlying(error: unknown): unknown {
  if (isCancel(error)) return undefined;
  if (!isAxiosError(error)) return error;
  return error.cause ?? Object.assign(new Error(error.message), { code: error.code });
}
