import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { closed, listen } from "../support/faults.js";

export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** "GET /path?query", in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts servers that are closed after each test. */
export function localServers(): {
  http(handler: Handler): Promise<LocalServer>;
  https(options: ServerOptions, handler: Handler): Promise<LocalServer>;
  /** Closes this after the test too. */
  also<T extends { close(): unknown }>(thing: T): T;
} {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const also = <T extends { close(): unknown }>(thing: T): T => {
    open.push(thing);
    return thing;
  };
  async function start(protocol: "http" | "https", options: ServerOptions, handler: Handler): Promise<LocalServer> {
    const seen: string[] = [];
    const listener: Handler = (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      handler(request, response);
    };
    const server = protocol === "http" ? createServer(listener) : createSecureServer(options, listener);
    await listen(server);
    const { port } = server.address() as AddressInfo;
    return also({ url: `${protocol}://localhost:${port}`, port, seen, close: () => closed(server) });
  }
  return {
    http: (handler) => start("http", {}, handler),
    https: (options, handler) => start("https", options, handler),
    also,
  };
}

/** Everything that a client sends as a body. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

/** The error that something throws. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it threw nothing");
}
