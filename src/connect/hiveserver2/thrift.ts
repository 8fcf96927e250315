// All that is used of the package hive-driver: the calls of TCLIService, and how they are written as bytes. Loaded with the
// first session. Its
// connections, its clients and its conversion of values are done without: docs/hiveserver2.md says why.
import type { HiveDriver } from "hive-driver";
import { bug, messageOf } from "../../core/errors.ts";
import { ConnectError } from "../errors.ts";
import type { CallFacts, Exchange } from "./exchange.ts";

/** A 64-bit number, as the package node-int64 holds it. */
export interface Int64 {
  readonly buffer: Buffer;
  readonly offset: number;
}

export interface ColumnData {
  readonly values: readonly unknown[];
  /** A bit for each row, the lowest of the first byte first; bytes at the end may be left out. */
  readonly nulls: Buffer;
}

export type ColumnKind =
  "boolVal" | "byteVal" | "i16Val" | "i32Val" | "i64Val" | "doubleVal" | "stringVal" | "binaryVal";

/** `TRowSet`. */
export interface RowSet {
  readonly rows: readonly unknown[];
  readonly columns: readonly Readonly<Record<ColumnKind, ColumnData | null>>[] | null;
  /** Columns one after another in Thrift's compact protocol (ThriftJDBCBinarySerDe). */
  readonly binaryColumns: Buffer | null;
  readonly columnCount: number | null;
}

/** What of the package thrift there is beneath; hive-driver hands it on without a type. */
interface Thrift {
  readonly TBinaryProtocol: ProtocolOf;
  readonly TCompactProtocol: ProtocolOf;
}
type ProtocolOf = new (transport: object) => Protocol;
interface Protocol {
  readMessageBegin(): { readonly fname: string; readonly mtype: number; readonly rseqid: number };
}
type Receive = (input: Protocol, type: number, sequence: number) => void;
interface Service {
  readonly Client: new (output: Outgoing, protocol: ProtocolOf) => Readonly<Record<string, Receive | undefined>>;
}
interface Types {
  readonly TColumn: new () => Readonly<Record<ColumnKind, ColumnData | null>> & { read(input: Protocol): void };
}

type ClientOf = ConstructorParameters<typeof HiveDriver>[1];

/** Collects what is written until it is a whole message. */
class Outgoing {
  #parts: Buffer[] = [];

  write(part: Buffer | string): void {
    this.#parts.push(typeof part === "string" ? Buffer.from(part) : part);
  }

  /** Thrift says so at the end of a message. */
  flush(): void {
    // It is taken below.
  }

  setCurrSeqId(): void {
    // Of use to connections that have several requests under way.
  }

  taken(): Buffer {
    const message = Buffer.concat(this.#parts);
    this.#parts = [];
    return message;
  }
}

/** Gives a protocol the bytes of a message. Reading beyond its end throws a RangeError. */
class Incoming {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(length: number): Buffer {
    return this.#bytes.subarray(this.#next(length), this.#at);
  }

  readByte(): number {
    return this.#bytes.readInt8(this.#next(1));
  }

  readI16(): number {
    return this.#bytes.readInt16BE(this.#next(2));
  }

  readI32(): number {
    return this.#bytes.readInt32BE(this.#next(4));
  }

  readDouble(): number {
    return this.#bytes.readDoubleBE(this.#next(8));
  }

  readString(length: number): string {
    return this.#bytes.toString("utf8", this.#next(length), this.#at);
  }

  #next(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("the message ends too early");
    return at;
  }
}

/** Calls of one server. They are sent one after another, in order. */
export class Calls {
  readonly #exchange: Exchange;
  readonly #where: string;
  readonly #outgoing = new Outgoing();
  readonly #client: InstanceType<Service["Client"]>;
  readonly #driver: HiveDriver;
  readonly #thrift: Thrift;
  readonly #types: Types;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(exchange: Exchange, where: string, module: typeof import("hive-driver")) {
    const { thrift, connections } = module;
    this.#exchange = exchange;
    this.#where = where;
    this.#thrift = (new connections.HttpConnection() as unknown as { readonly thrift: Thrift }).thrift;
    const service = thrift.TCLIService as Service;
    this.#types = thrift.TCLIService_types as Types;
    this.#client = new service.Client(this.#outgoing, this.#thrift.TBinaryProtocol);
    this.#driver = new module.HiveDriver(
      thrift.TCLIService_types as ConstructorParameters<typeof HiveDriver>[0],
      this.#client as unknown as ClientOf,
    );
  }

  static async over(exchange: Exchange, where: string): Promise<Calls> {
    const module = await import("hive-driver");
    return new Calls(exchange, where, module);
  }

  /** One call. @throws ConnectError when there is no answer, or one that is none of Thrift */
  call<R>(facts: CallFacts, make: (driver: HiveDriver) => Promise<R>): Promise<{ answer: R; bytes: number }> {
    const done = this.#last.then(() => this.#call(facts, make));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #call<R>(facts: CallFacts, make: (driver: HiveDriver) => Promise<R>): Promise<{ answer: R; bytes: number }> {
    const answered = make(this.#driver);
    // It settles below, or never.
    answered.catch(() => undefined);
    const message = await this.#exchange.send(this.#outgoing.taken(), facts);
    try {
      const input = new this.#thrift.TBinaryProtocol(new Incoming(message));
      const { fname, mtype, rseqid } = input.readMessageBegin();
      const receive = this.#client[`recv_${fname}`];
      if (receive === undefined) throw bug(`an answer to ${fname}, which was not asked`);
      receive.call(this.#client, input, mtype, rseqid);
    } catch (error) {
      throw this.#unreadable(facts.what, error);
    }
    try {
      return { answer: await answered, bytes: message.length };
    } catch (error) {
      // TApplicationException, of which Thrift makes no Error with a stack; or a text.
      throw this.#unreadable(facts.what, error);
    }
  }

  /** The columns of a `TRowSet` that holds them as one value. */
  unpacked(columns: Buffer, count: number): NonNullable<RowSet["columns"]> {
    const input = new this.#thrift.TCompactProtocol(new Incoming(columns));
    return Array.from({ length: count }, () => {
      const column = new this.#types.TColumn();
      column.read(input);
      return column;
    });
  }

  close(reason?: Error): void {
    this.#exchange.close(reason);
  }

  #unreadable(what: string, error: unknown): ConnectError {
    return new ConnectError(`${what}: the server's answer cannot be read (${messageOf(error)})`, {
      code: "CONNECT_ANSWER",
      where: this.#where,
      progress: "answered",
      next: "its version may be one that is not known here (Hive 1.1 to 4), or a proxy changed the answer",
      cause: error,
    });
  }
}
