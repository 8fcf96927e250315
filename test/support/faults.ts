import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens to one request on its way to a server. Nothing else: it passes. */
export interface Fault {
  /** Milliseconds until it goes on. */
  readonly delay?: number;
  /** The connection is closed before the server sees anything. */
  readonly cut?: boolean;
  /** The connections are closed once so many bytes of the body have gone to the server. */
  readonly cutBody?: number;
  /** After so many bytes of the body no more go to the server, and nothing is answered, until the client leaves. */
  readonly stallBody?: number;
  /** The server does what is asked; the connection is closed instead of answering. */
  readonly dropResponse?: boolean;
  /** The connection is closed after so many bytes of the answer's body. */
  readonly cutResponse?: number;
  /** This is answered; the server sees nothing. */
  readonly answer?: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
}

/** A request as it is decided upon. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** How many have come, this one included. */
  readonly count: number;
}

export interface FaultProxyOptions {
  readonly decide?: (request: SeenRequest) => Fault | undefined;
  /** Where the server redirects to, as the client shall see it: through another proxy. */
  readonly redirect?: (location: string) => string;
}

export interface FaultProxy {
  readonly port: number;
  /** `http://localhost:<port>` */
  readonly url: string;
  /** Decides from now on. */
  decide: (request: SeenRequest) => Fault | undefined;
  /** What came, in order: "PUT /webhdfs/v1/a?op=CREATE". */
  readonly seen: readonly string[];
  /** Closes every connection that is open. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Stands before an HTTP server at `target` (`http://localhost:9870`). */
export async function faultProxy(target: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const seen: string[] = [];
  const origin = new URL(target);
  const server = createHttpServer((request, response) => {
    void pass(request, response);
  });

  async function pass(request: IncomingMessage, response: import("node:http").ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    seen.push(`${method} ${url}`);
    const fault = proxy.decide({ method, url, headers, count: seen.length }) ?? {};
    if (fault.delay !== undefined) await sleep(fault.delay);
    if (fault.cut === true) return void request.socket.destroy();
    if (fault.answer !== undefined) {
      request.resume();
      response.writeHead(fault.answer.status, fault.answer.headers ?? {}).end(fault.answer.body ?? "");
      return;
    }
    const forwarded = httpRequest(
      { host: origin.hostname, port: origin.port, method, path: url, headers: { ...headers, host: origin.host } },
      (answer) => {
        if (fault.dropResponse === true) {
          answer.resume().once("end", () => request.socket.destroy());
          return;
        }
        const { location } = answer.headers;
        const rewritten = location === undefined ? {} : { location: (options.redirect ?? String)(location) };
        response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...rewritten });
        if (fault.cutResponse === undefined) answer.pipe(response);
        else cutAfter(fault.cutResponse, answer, response, () => request.socket.destroy());
        answer.once("error", () => request.socket.destroy());
      },
    );
    forwarded.once("error", () => request.socket.destroy());
    const end = (): void => void forwarded.destroy();
    request.socket.once("close", end);
    forwarded.once("close", () => request.socket.off("close", end));
    if (fault.stallBody !== undefined) cutAfter(fault.stallBody, request, forwarded, () => undefined);
    else if (fault.cutBody === undefined) request.pipe(forwarded);
    else
      cutAfter(fault.cutBody, request, forwarded, () => {
        forwarded.destroy();
        request.socket.destroy();
      });
  }

  await listen(server);
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    port,
    url: `http://localhost:${port}`,
    decide: options.decide ?? (() => undefined),
    seen,
    cutAll: () => server.closeAllConnections(),
    close: () => closed(server),
  };
  return proxy;
}

function cutAfter(bytes: number, from: NodeJS.ReadableStream, to: NodeJS.WritableStream, cut: () => void): void {
  let left = bytes;
  from.on("data", (chunk: Buffer) => {
    if (left <= 0) return;
    to.write(chunk.subarray(0, left));
    left -= chunk.length;
    // What was written shall arrive first.
    if (left <= 0) setTimeout(cut, 20);
  });
  from.once("end", () => {
    if (left > 0) to.end();
  });
}

/** What happens to one connection. Nothing else: it passes. */
export interface ConnectionFault {
  readonly delay?: number;
  /** It is closed as soon as it is accepted. */
  readonly cut?: boolean;
  /** It is accepted, and nothing ever comes. */
  readonly silent?: boolean;
  /** It is closed after so many bytes from the server. */
  readonly cutDown?: number;
  /** It is closed after so many bytes from the client. */
  readonly cutUp?: number;
}

export interface TcpProxy {
  readonly port: number;
  /** Decides about the connections from now on; they are counted from 1. */
  decide: (connection: number) => ConnectionFault | undefined;
  cutAll(): void;
  close(): Promise<void>;
}

/** Stands before any TCP server, such as HiveServer2. */
export async function tcpProxy(port: number, host = "localhost"): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.once("close", () => open.delete(socket)).on("error", () => socket.destroy());
  };
  const server = createTcpServer((client) => {
    keep(client);
    void join(client, proxy.decide(++count) ?? {});
  });

  async function join(client: Socket, fault: ConnectionFault): Promise<void> {
    if (fault.cut === true) return void client.destroy();
    if (fault.silent === true) return;
    if (fault.delay !== undefined) await sleep(fault.delay);
    const upstream = keep(connect({ port, host }));
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.once("close", end);
    upstream.once("close", end);
    relay(client, upstream, fault.cutUp, end);
    relay(upstream, client, fault.cutDown, end);
  }

  await listen(server);
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    decide: () => undefined,
    cutAll: () => open.forEach((socket) => socket.destroy()),
    close: async () => {
      proxy.cutAll();
      await closed(server);
    },
  };
  return proxy;
}

function relay(from: Socket, to: Socket, limit: number | undefined, end: () => void): void {
  if (limit === undefined) from.pipe(to);
  else cutAfter(limit, from, to, end);
}

/** A second NameNode, which answers as a standby does. `host:port` is of 127.0.0.1. */
export async function standbyNameNode(): Promise<FaultProxy> {
  const body = JSON.stringify({
    RemoteException: {
      exception: "StandbyException",
      javaClassName: "org.apache.hadoop.ipc.StandbyException",
      message: "Operation category READ is not supported in state standby. Visit https://s.apache.org/sbnn-error",
    },
  });
  const answer = { status: 403, headers: { "Content-Type": "application/json" }, body };
  return faultProxy("http://localhost:9", { decide: () => ({ answer }) });
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await listen(server);
  const { port } = server.address() as AddressInfo;
  await closed(server);
  return port;
}

export async function listen(server: Server | TcpServer, port = 0): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
}

export async function closed(server: Server | TcpServer): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}
