// ZooKeeper, as far as finding servers needs it: what stands below a path, and what a node holds. Its wire protocol is that
// of zookeeper.jute, the same since ZooKeeper 3.4: each message has its length before it. Nothing is written, nothing watched.
import type { Socket } from "node:net";
import { isHowdahError } from "../core/errors.ts";
import { ConnectError, failure, late } from "./errors.ts";
import { firstThatAnswers, shuffled } from "./failover.ts";
import { redact } from "./redact.ts";
import { connected, hostPort, type HostPort, type SocketOptions } from "./socket.ts";

export interface ZooKeeperOptions extends SocketOptions {
  /** Those of an ensemble hold the same: they are tried in an order that chance makes. */
  readonly servers: readonly HostPort[];
  /** Milliseconds for each answer. @default 20,000 */
  readonly deadline?: number;
}

export interface ZooKeeper {
  /** The server that answered: `host:port`. */
  readonly at: string;
  /** The names of what stands below a path; undefined where the path does not exist. @throws ConnectError */
  children(path: string): Promise<readonly string[] | undefined>;
  /** What a node holds; undefined where there is none. @throws ConnectError */
  data(path: string): Promise<Buffer | undefined>;
  close(): void;
}

/** `ZooDefs.OpCode` */
const operation = { getData: 4, getChildren: 8, closeSession: -11 } as const;
/** `KeeperException.Code` */
const noNode = -101;
const refusals: ReadonlyMap<number, string> = new Map([
  [-102, "it does not let everybody read there (NoAuth)"],
  [-115, "it does not take who asks (AuthFailed)"],
  [-124, "it lets nobody in who does not show who he is (SessionClosedRequireSasl)"],
]);
/** Far above `jute.maxbuffer`, 1 MB: what is longer is no answer of ZooKeeper's. */
const longest = 64 << 20;
/** A session ends with its connection, so it need not live long. */
const sessionTimeout = 10_000;

/** Opens a session with the first server that answers. @throws ConnectError: CONNECT_REFUSED and its like, TLS, ZOOKEEPER */
export function openZooKeeper(options: ZooKeeperOptions): Promise<ZooKeeper> {
  return firstThatAnswers(shuffled(options.servers), (server) => openAt(server, options), { where: hostPort });
}

async function openAt(server: HostPort, options: ZooKeeperOptions): Promise<ZooKeeper> {
  const where = hostPort(server);
  const what = "cannot connect to ZooKeeper";
  const socket = await connected(server, options, { what, where, clean: redact, notTls });
  const session = new Session(socket, where, options);
  try {
    await session.begin();
    return session;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

class Session implements ZooKeeper {
  readonly at: string;
  readonly #socket: Socket;
  readonly #messages: AsyncGenerator<Buffer, undefined>;
  readonly #deadline: number;
  #asked = 0;

  constructor(socket: Socket, at: string, { deadline = 20_000 }: ZooKeeperOptions) {
    this.at = at;
    this.#socket = socket;
    this.#messages = messages(socket, at);
    this.#deadline = deadline;
    // Whoever reads learns of it; between two answers nobody does.
    socket.on("error", () => undefined);
  }

  /** ConnectRequest: version, last transaction seen, time-out, session and its password: a new one; may it be read-only. */
  async begin(): Promise<void> {
    const parts = [int(0), long(0n), int(sessionTimeout), long(0n), int(16), Buffer.alloc(16), Buffer.from([0])];
    // ConnectResponse: version, time-out, session, password.
    const answer = await this.#exchange("cannot connect to ZooKeeper", parts);
    if (answer.length < 20) throw notZooKeeper(this.at);
  }

  children(path: string): Promise<readonly string[] | undefined> {
    return this.#ask(operation.getChildren, path, (answer) => {
      const names: string[] = [];
      let at = 4;
      for (let i = answer.readInt32BE(0); i > 0; i--) {
        const end = at + 4 + answer.readInt32BE(at);
        names.push(answer.toString("utf8", at + 4, end));
        at = end;
      }
      return names;
    });
  }

  data(path: string): Promise<Buffer | undefined> {
    // A length of -1 is a node without data.
    return this.#ask(operation.getData, path, (answer) => answer.subarray(4, 4 + Math.max(0, answer.readInt32BE(0))));
  }

  close(): void {
    this.#socket.end(framed([int(++this.#asked), int(operation.closeSession)]));
    this.#socket.destroySoon();
  }

  /** GetChildrenRequest and GetDataRequest: a path, and whether to watch it. Undefined: it does not exist. */
  async #ask<T>(type: number, path: string, parse: (answer: Buffer) => T): Promise<T | undefined> {
    const what = `cannot read ${path} of ZooKeeper`;
    const bytes = Buffer.from(path);
    const request = [int(++this.#asked), int(type), int(bytes.length), bytes, Buffer.from([0])];
    const answer = await this.#exchange(what, request);
    try {
      // ReplyHeader: which request, transaction, error.
      const error = answer.readInt32BE(12);
      if (error === noNode) return undefined;
      if (error !== 0) throw this.#refused(what, error);
      return parse(answer.subarray(16));
    } catch (error) {
      throw error instanceof RangeError ? notZooKeeper(this.at) : error;
    }
  }

  async #exchange(what: string, parts: readonly Buffer[]): Promise<Buffer> {
    const timer = setTimeout(() => this.#socket.destroy(late(what, this.at, this.#deadline, "answer")), this.#deadline);
    try {
      this.#socket.write(framed(parts));
      const { value } = await this.#messages.next();
      if (value === undefined) throw this.#hungUp(what);
      return value;
    } catch (error) {
      if (isHowdahError(error)) throw error;
      throw this.#hungUp(what, failure(what, this.at, error, redact));
    } finally {
      clearTimeout(timer);
    }
  }

  #refused(what: string, error: number): ConnectError {
    const known = refusals.get(error);
    return new ConnectError(`${what}: ${known ?? `it answers with the error ${error}`}`, {
      code: "ZOOKEEPER",
      where: this.at,
      progress: "answered",
      next:
        known === undefined
          ? "the numbers are those of KeeperException.Code; ZooKeeper's own log says more"
          : "howdah shows ZooKeeper nobody: have its nodes readable by everybody (world:anyone:r), or name the servers themselves",
    });
  }

  /** So does a server that has no quorum, and one that was told what it does not understand. */
  #hungUp(what: string, cause?: ConnectError): ConnectError {
    return new ConnectError(`${what}: it closed the connection without an answer`, {
      code: "CONNECT_BROKE",
      where: this.at,
      progress: "unsent",
      transient: true,
      elsewhere: true,
      next: "are most servers of its ensemble up? Does it want TLS? Its log says why",
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** What the server sends, message by message, until it closes the connection. */
async function* messages(socket: Socket, where: string): AsyncGenerator<Buffer, undefined> {
  let held = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4) {
      const end = 4 + held.readUInt32BE(0);
      if (end > longest) throw notZooKeeper(where);
      if (held.length < end) break;
      yield held.subarray(4, end);
      held = held.subarray(end);
    }
  }
  return undefined;
}

function framed(parts: readonly Buffer[]): Buffer {
  const message = Buffer.concat(parts);
  return Buffer.concat([int(message.length), message]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function notZooKeeper(where: string): ConnectError {
  return new ConnectError("cannot connect to ZooKeeper: what answers there is none", {
    code: "ZOOKEEPER",
    where,
    progress: "answered",
    next: "are host and port ZooKeeper's own (2181)? With serviceDiscoveryMode the URL names ZooKeeper, not HiveServer2",
  });
}

function notTls(where: string, cause: unknown): ConnectError {
  return new ConnectError("cannot connect to ZooKeeper: it does not speak TLS there", {
    code: "TLS",
    where,
    progress: "unsent",
    next: "leave out zooKeeperSSLEnable=true, or take the port that has TLS (secureClientPort)",
    cause,
  });
}
