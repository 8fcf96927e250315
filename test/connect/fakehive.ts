import { createServer as createHttpServer } from "node:http";
import { createRequire } from "node:module";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { closed, listen } from "../support/faults.js";
import type { Pair } from "./certificates.js";

type Callback = (error: unknown, answer: object) => void;
type Protocol = object;
/** What is used of the package thrift, beneath hive-driver. */
interface Thrift {
  TBinaryProtocol: new (transport: object) => Protocol;
  TCompactProtocol: new (transport: object) => Protocol & { flush(): void };
  TBufferedTransport: {
    new (buffer: undefined, flushed: (bytes: Buffer) => void): { flush(): void };
    receiver(received: (transport: object) => void): (bytes: Buffer) => void;
  };
  Int64: new (bytes: Buffer) => object;
  createServer(processor: object, handlers: object, options: object): Server;
}
type Made = new (values: object) => object;

const require = createRequire(import.meta.url);
const driver = require("hive-driver") as {
  thrift: { TCLIService: { Processor: new (handlers: object) => object }; TCLIService_types: Record<string, Made> };
};
const thrift = createRequire(require.resolve("hive-driver"))("thrift") as Thrift;
const types = driver.thrift.TCLIService_types;

/** A value of a struct of Hive's service, by its name: `make("TStatus", { statusCode: 0 })`. */
export function make(name: string, values: object): object {
  return new types[name]!(values);
}

export function int64(value: bigint): object {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return new thrift.Int64(bytes);
}

/** A column of a result: its kind (`stringVal`), and its values. */
export function column(kind: string, values: readonly unknown[]): object {
  const nulls = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (value === null) nulls[i >> 3]! |= 1 << (i & 7);
  });
  const empty: Record<string, unknown> = {
    stringVal: "",
    i64Val: int64(0n),
    boolVal: false,
    binaryVal: Buffer.alloc(0),
  };
  const held = values.map((value) => value ?? empty[kind] ?? 0);
  const name = `T${kind[0]!.toUpperCase()}${kind.slice(1, -3)}Column`;
  return make("TColumn", { [kind]: make(name, { values: held, nulls }) });
}

/** Columns packed as ThriftJDBCBinarySerDe does. */
export function packed(columns: readonly object[]): Buffer {
  const parts: Buffer[] = [];
  const transport = new thrift.TBufferedTransport(undefined, (bytes) => parts.push(bytes));
  const output = new thrift.TCompactProtocol(transport);
  for (const one of columns) (one as { write(output: Protocol): void }).write(output);
  output.flush();
  return Buffer.concat(parts);
}

const ok = { statusCode: 0 };

/** What a statement does on the fake server. */
export interface FakeStatement {
  /** Instead of starting. */
  readonly refused?: object;
  /** A state (`TOperationState`) for each time it is asked for; the last one stays. @default finished at once */
  readonly states?: readonly number[];
  /** More of the status in the last state: `errorMessage`. */
  readonly status?: object;
  /** Lines of the log that are there each time it is asked for. */
  readonly log?: readonly (readonly string[])[];
  /** `[name, type, qualifiers]` */
  readonly columns?: readonly (readonly [string, number, Record<string, number>?])[];
  /** Each a list of columns. */
  readonly batches?: readonly (readonly object[])[];
  /** Instead of columns. */
  readonly packed?: { readonly bytes: Buffer; readonly count: number };
  readonly modified?: bigint;
  /** Called before each call of it is answered. */
  readonly on?: (call: string) => void;
}

export interface FakeHive {
  readonly port: number;
  /** The calls, in order, with what matters of them: "ExecuteStatement select 1". */
  readonly seen: string[];
  /** What sessions were opened with. */
  readonly opened: Record<string, string>[];
  /** Headers of requests, over HTTP. */
  readonly headers: Record<string, string | string[] | undefined>[];
  readonly statements: Map<string, FakeStatement>;
  /** What opening a session is answered with, besides its handle. */
  session: object;
  /** Closes every connection. */
  cut(): void;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly transport?: "sasl" | "bare" | "http";
  readonly tls?: Pair;
  /** Who is let in. @default everybody */
  readonly password?: string;
  /** Kerberos instead of a password: the protections that are offered (RFC 4752), and tokens that are plain texts. */
  readonly protections?: number;
  /** What SASL is refused with. */
  readonly refuse?: string;
  /** Headers of each answer, over HTTP. */
  readonly answerHeaders?: Record<string, string | string[]>;
}

/** A HiveServer2 in this process, on the service that hive-driver was generated from. */
export async function fakeHive(options: FakeOptions = {}): Promise<FakeHive> {
  const { transport = "sasl", tls } = options;
  const sockets = new Set<Socket>();
  const fake = {
    seen: [] as string[],
    opened: [] as Record<string, string>[],
    headers: [] as Record<string, string | string[] | undefined>[],
    statements: new Map<string, FakeStatement>(),
    session: {},
    cut: () => sockets.forEach((socket) => socket.destroy()),
  };
  const handlers = handlersOf(fake);
  const answerTo = answering(handlers);
  const server =
    transport === "http"
      ? httpFront(answerTo, fake.headers, options)
      : transport === "bare"
        ? thrift.createServer(driver.thrift.TCLIService.Processor, handlers, {
            transport: thrift.TBufferedTransport,
            protocol: thrift.TBinaryProtocol,
          })
        : tls === undefined
          ? createServer((socket) => void saslFront(socket, answerTo, options))
          : createTlsServer({ ...tls }, (socket) => void saslFront(socket, answerTo, options));
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => sockets.delete(socket));
  });
  await listen(server);
  const port = (server.address() as AddressInfo).port;
  return Object.assign(fake, {
    port,
    close: async () => {
      fake.cut();
      await closed(server);
    },
  });
}

function handlersOf(fake: Omit<FakeHive, "port" | "close">): object {
  const running: { statement: FakeStatement; polled: number; logged: number; fetched: number }[] = [];
  const at = (request: { operationHandle: { operationId: { guid: Buffer } } }, call: string) => {
    const one = running[request.operationHandle.operationId.guid.readInt32BE(0)]!;
    fake.seen.push(call);
    one.statement.on?.(call);
    return one;
  };
  const id = (number: number) => {
    const guid = Buffer.alloc(16);
    guid.writeInt32BE(number);
    return make("THandleIdentifier", { guid, secret: Buffer.alloc(16) });
  };
  return {
    OpenSession(request: { configuration: Record<string, string> }, done: Callback) {
      fake.seen.push("OpenSession");
      fake.opened.push({ ...request.configuration });
      const sessionHandle = make("TSessionHandle", { sessionId: id(0) });
      const status = make("TStatus", ok);
      done(null, make("TOpenSessionResp", { status, serverProtocolVersion: 9, sessionHandle, ...fake.session }));
    },
    CloseSession(_: object, done: Callback) {
      fake.seen.push("CloseSession");
      done(null, make("TCloseSessionResp", { status: make("TStatus", ok) }));
    },
    ExecuteStatement({ statement: sql }: { statement: string }, done: Callback) {
      fake.seen.push(`ExecuteStatement ${sql}`);
      const statement = fake.statements.get(sql) ?? {};
      statement.on?.("ExecuteStatement");
      const { refused } = statement;
      if (refused !== undefined)
        return done(null, make("TExecuteStatementResp", { status: make("TStatus", { statusCode: 3, ...refused }) }));
      running.push({ statement, polled: 0, logged: 0, fetched: 0 });
      const hasResultSet = statement.columns !== undefined;
      const operationHandle = { operationId: id(running.length - 1), operationType: 0, hasResultSet };
      const status = make("TStatus", ok);
      done(null, make("TExecuteStatementResp", { status, operationHandle: make("TOperationHandle", operationHandle) }));
    },
    GetOperationStatus(request: Parameters<typeof at>[0], done: Callback) {
      const one = at(request, "GetOperationStatus");
      const { states = [2], status = {}, modified } = one.statement;
      const last = one.polled >= states.length - 1;
      const operationState = states[Math.min(one.polled++, states.length - 1)];
      const numModifiedRows = modified === undefined ? {} : { numModifiedRows: int64(modified) };
      const more = last ? { ...status, ...numModifiedRows } : {};
      done(null, make("TGetOperationStatusResp", { status: make("TStatus", ok), operationState, ...more }));
    },
    GetResultSetMetadata(request: Parameters<typeof at>[0], done: Callback) {
      const columns = at(request, "GetResultSetMetadata").statement.columns!.map(([columnName, type, given], i) => {
        const qualifiers = Object.fromEntries(
          Object.entries(given ?? {}).map(([name, i32Value]) => [name, make("TTypeQualifierValue", { i32Value })]),
        );
        const typeQualifiers = given === undefined ? {} : { typeQualifiers: make("TTypeQualifiers", { qualifiers }) };
        const primitiveEntry = make("TPrimitiveTypeEntry", { type, ...typeQualifiers });
        const typeDesc = make("TTypeDesc", { types: [make("TTypeEntry", { primitiveEntry })] });
        return make("TColumnDesc", { columnName, typeDesc, position: i + 1 });
      });
      const schema = make("TTableSchema", { columns });
      done(null, make("TGetResultSetMetadataResp", { status: make("TStatus", ok), schema }));
    },
    FetchResults(
      request: Parameters<typeof at>[0] & { fetchType: number; maxRows: { toNumber(): number } },
      done: Callback,
    ) {
      const one = at(request, request.fetchType === 1 ? "FetchLog" : `FetchRows ${request.maxRows.toNumber()}`);
      const { batches = [], log, packed: whole, status = {} } = one.statement;
      const answer = (results: object) =>
        done(
          null,
          make("TFetchResultsResp", {
            status: make("TStatus", ok),
            hasMoreRows: false,
            results: make("TRowSet", { startRowOffset: int64(0n), rows: [], ...results }),
          }),
        );
      if (request.fetchType === 1) {
        if (log === undefined)
          return done(null, make("TFetchResultsResp", { status: make("TStatus", { statusCode: 3 }) }));
        return answer({ columns: [column("stringVal", log[one.logged++] ?? [])] });
      }
      if ("fetchFails" in status)
        return done(
          null,
          make("TFetchResultsResp", { status: make("TStatus", { statusCode: 3, ...(status.fetchFails as object) }) }),
        );
      const batch = one.fetched++;
      if (whole !== undefined)
        return answer(batch === 0 ? { binaryColumns: whole.bytes, columnCount: whole.count } : { columns: [] });
      answer({ columns: batches[batch] ?? [] });
    },
    CancelOperation(request: Parameters<typeof at>[0], done: Callback) {
      const one = at(request, "CancelOperation");
      Object.assign(one, { statement: { ...one.statement, states: [3] } });
      done(null, make("TCancelOperationResp", { status: make("TStatus", ok) }));
    },
    CloseOperation(request: Parameters<typeof at>[0], done: Callback) {
      at(request, "CloseOperation");
      done(null, make("TCloseOperationResp", { status: make("TStatus", ok) }));
    },
  };
}

type AnswerTo = (message: Buffer) => Promise<Buffer>;

function answering(handlers: object): AnswerTo {
  const processor = new driver.thrift.TCLIService.Processor(handlers) as {
    process(input: Protocol, output: Protocol): void;
  };
  return (message) =>
    new Promise((resolve) => {
      const output = new thrift.TBinaryProtocol(new thrift.TBufferedTransport(undefined, resolve));
      thrift.TBufferedTransport.receiver((input) => {
        processor.process(new thrift.TBinaryProtocol(input), output);
      })(message);
    });
}

/** What TSaslServerTransport does: PLAIN, then each message behind its length. */
async function saslFront(
  socket: Socket,
  answerTo: AnswerTo,
  { password, refuse, protections }: FakeOptions,
): Promise<void> {
  const chunks = (socket as AsyncIterable<Buffer, undefined>)[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const take = async (length: number): Promise<Buffer> => {
    while (held.length < length) {
      const next = await chunks.next();
      if (next.done === true) throw new Error("it closed");
      held = Buffer.concat([held, next.value]);
    }
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
  const say = (status: number, text: string): void => {
    const head = Buffer.from([status, 0, 0, 0, 0]);
    head.writeUInt32BE(Buffer.byteLength(text), 1);
    socket.write(Buffer.concat([head, Buffer.from(text)]));
  };
  const negotiated = async () => {
    const head = await take(5);
    if (head[0]! < 1 || head[0]! > 5) {
      say(3, `Invalid status ${head.readInt8(0)}`);
      socket.end();
    }
    return take(head.readUInt32BE(1));
  };
  try {
    const mechanism = (await negotiated()).toString();
    const first = (await negotiated()).toString();
    const [, , given] = first.split("\0");
    if (protections !== undefined && mechanism === "GSSAPI") {
      say(2, `answer to ${first}`);
      if ((await negotiated()).length > 0) return void socket.destroy();
      say(2, Buffer.from([protections, 0, 16, 0]).toString("latin1"));
      if (!(await negotiated()).equals(Buffer.from([1, 0, 0, 0]))) return void socket.destroy();
    }
    const refused =
      protections !== undefined && mechanism === "GSSAPI"
        ? undefined
        : mechanism === "PLAIN"
          ? (refuse ?? (password === undefined || given === password ? undefined : "Error validating the login"))
          : `Unsupported mechanism type ${mechanism}`;
    if (refused !== undefined) {
      say(3, refused);
      return void socket.end();
    }
    say(5, "");
    for (;;) {
      const answer = await answerTo(await take((await take(4)).readUInt32BE(0)));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  } catch {
    socket.destroy();
  }
}

function httpFront(
  answerTo: AnswerTo,
  headers: FakeHive["headers"],
  { password, answerHeaders = {} }: FakeOptions,
): Server {
  return createHttpServer((request, response) => {
    headers.push(request.headers);
    const given = Buffer.from(request.headers.authorization?.slice("Basic ".length) ?? "", "base64").toString();
    if (request.url !== "/cliservice") return void response.writeHead(404).end();
    const known = String(request.headers.cookie).includes("hive.server2.auth=good");
    if (password !== undefined && !known && given.split(":")[1] !== password)
      return void response.writeHead(401, { "WWW-Authenticate": "Basic" }).end("Authentication Error: no");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      void answerTo(Buffer.concat(chunks)).then((answer) => response.writeHead(200, answerHeaders).end(answer));
    });
  });
}
