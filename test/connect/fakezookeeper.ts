import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { closed, listen } from "../support/faults.js";
import type { Pair } from "./certificates.js";

export interface FakeZooKeeperOptions {
  /** What each node holds, by its path; parents are there by themselves. */
  readonly nodes?: Readonly<Record<string, string>>;
  /** The error that asking for a path gives (`KeeperException.Code`). */
  readonly errors?: Readonly<Record<string, number>>;
  /** What is sent instead of the answer to the first message: not ZooKeeper's. */
  readonly greeting?: Buffer;
  /** The answer to a path is cut to so many bytes. */
  readonly cutAnswer?: number;
  readonly tls?: Pair;
}

export interface FakeZooKeeper {
  readonly port: number;
  /** "children /a", "data /a/b", "close", in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** Answers as ZooKeeper does, byte by byte: a client must not rely on how messages are cut. */
export async function fakeZooKeeper(options: FakeZooKeeperOptions = {}): Promise<FakeZooKeeper> {
  const { nodes = {}, errors = {}, greeting, cutAnswer, tls } = options;
  const seen: string[] = [];
  const open = new Set<Socket>();

  function answerTo(type: number, path: string): { error: number; body: Buffer } {
    const error = errors[path];
    if (error !== undefined) return { error, body: Buffer.alloc(0) };
    const paths = Object.keys(nodes);
    if (type === 4) {
      const held = nodes[path];
      if (held === undefined) return { error: -101, body: Buffer.alloc(0) };
      // Stat is 68 bytes.
      return { error: 0, body: Buffer.concat([text(held), Buffer.alloc(68)]) };
    }
    const prefix = path === "/" ? "/" : `${path}/`;
    const below = paths.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length).split("/")[0]!);
    if (below.length === 0 && nodes[path] === undefined) return { error: -101, body: Buffer.alloc(0) };
    const names = [...new Set(below)].filter((name) => name !== "");
    return { error: 0, body: Buffer.concat([int(names.length), ...names.map(text)]) };
  }

  function serve(socket: Socket): void {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    let held = Buffer.alloc(0);
    let connected = false;
    socket.on("data", (chunk) => {
      held = Buffer.concat([held, chunk]);
      for (
        ;
        held.length >= 4 && held.length >= 4 + held.readInt32BE(0);
        held = held.subarray(4 + held.readInt32BE(0))
      ) {
        const message = held.subarray(4, 4 + held.readInt32BE(0));
        if (!connected) {
          connected = true;
          send(
            socket,
            greeting ??
              framed(Buffer.concat([int(0), int(10_000), Buffer.alloc(7), Buffer.from([1]), text("0".repeat(16))])),
          );
          continue;
        }
        const [sequence, type] = [message.readInt32BE(0), message.readInt32BE(4)];
        if (type === -11) {
          seen.push("close");
          socket.end();
          continue;
        }
        const path = message.toString("utf8", 12, 12 + message.readInt32BE(8));
        seen.push(`${type === 4 ? "data" : "children"} ${path}`);
        const { error, body } = answerTo(type, path);
        const answer = Buffer.concat([int(sequence), Buffer.alloc(8), int(error), body]);
        send(socket, framed(cutAnswer === undefined ? answer : answer.subarray(0, cutAnswer)));
      }
    });
  }

  const server: Server = tls === undefined ? createServer(serve) : createTlsServer({ ...tls }, serve);
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close: async () => {
      for (const socket of open) socket.destroy();
      await closed(server);
    },
  };
}

function send(socket: Socket, bytes: Buffer): void {
  for (let i = 0; i < bytes.length; i++) socket.write(bytes.subarray(i, i + 1));
}

function framed(message: Buffer): Buffer {
  return Buffer.concat([int(message.length), message]);
}

function text(value: string): Buffer {
  return Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
