import type { Socket } from "node:net";
import { isHowdahError } from "../../core/errors.ts";
import { ConnectError, failure } from "../errors.ts";
import { connected } from "../socket.ts";
import type { CallFacts, Exchange } from "./exchange.ts";
import { hungUp, loginRefused, notThrift, notTls, tooLate, wantsSasl } from "./explain.ts";
import type { HiveHost, HiveOptions } from "./options.ts";
import { mechanismOf, saslStatus, type Mechanism } from "./sasl.ts";
import { messageEnd } from "./unframed.ts";

/** A connection of the binary transport, with who asks already told. @throws ConnectError */
export async function openBinary(
  to: HiveHost,
  options: HiveOptions,
  where: string,
  clean: (text: string) => string,
): Promise<Exchange> {
  const { auth = { kind: "noSasl" } } = options;
  const mechanism = mechanismOf(auth, to.host);
  const exchange = new BinaryExchange(
    await connected(to, options, { what: "cannot connect to HiveServer2", where, clean, notTls }),
    mechanism !== undefined,
    where,
    clean,
  );
  if (mechanism === undefined) return exchange;
  try {
    await exchange.negotiate(mechanism, options.deadline ?? 60_000);
  } catch (error) {
    exchange.close();
    throw error;
  }
  return exchange;
}

class BinaryExchange implements Exchange {
  readonly #socket: Socket;
  /** SASL puts a length before each message. */
  readonly #framed: boolean;
  readonly #where: string;
  readonly #clean: (text: string) => string;
  #chunks: Buffer[] = [];
  #held = 0;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(socket: Socket, framed: boolean, where: string, clean: (text: string) => string) {
    this.#socket = socket;
    this.#framed = framed;
    this.#where = where;
    this.#clean = clean;
    const fail = (error: unknown): void => {
      this.#failure ??= error;
      this.#wake();
    };
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
      this.#wake();
    });
    socket.on("error", fail).once("close", () => fail(new Error("the server closed it")));
  }

  /** Tells the server who asks. The whole of it has a deadline: a server without SASL says nothing at all. */
  async negotiate(mechanism: Mechanism, deadline: number): Promise<void> {
    const negotiated = this.#within({ what: "cannot connect to HiveServer2", deadline }, async () => {
      this.#say(saslStatus.start, Buffer.from(mechanism.name));
      this.#say(saslStatus.ok, await mechanism.first());
      for (;;) {
        const head = await this.#first(5);
        const status = head[0]!;
        if (status < saslStatus.start || status > saslStatus.complete) throw notThrift(head, this.#where);
        await this.#take(5);
        const said = await this.#take(head.readUInt32BE(1));
        if (status === saslStatus.complete) return;
        if (status === saslStatus.ok) this.#say(saslStatus.ok, await mechanism.answer(said));
        else throw loginRefused(this.#clean(said.toString()), mechanism.name, this.#where);
      }
    });
    await negotiated.catch((error: unknown) => {
      throw error instanceof ConnectError && error.code === "CONNECT_BROKE" ? hungUp(error) : error;
    });
  }

  send(message: Buffer, facts: CallFacts): Promise<Buffer> {
    return this.#within(facts, async () => {
      if (!this.#framed) {
        this.#socket.write(message);
        return this.#unframed();
      }
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      this.#socket.write(Buffer.concat([length, message]));
      return this.#take((await this.#take(4)).readUInt32BE(0));
    });
  }

  close(reason?: Error): void {
    this.#failure ??= reason;
    // What was written is sent; that the server closes its side, too, is not waited for.
    if (reason === undefined) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#wake();
  }

  #say(status: number, text: Buffer): void {
    const head = Buffer.alloc(5);
    head.writeUInt8(status);
    head.writeUInt32BE(text.length, 1);
    this.#socket.write(Buffer.concat([head, text]));
  }

  /** A message that has no length before it. */
  async #unframed(): Promise<Buffer> {
    const head = await this.#first(4);
    if (head[0] === saslStatus.bad || head[0] === saslStatus.error) throw wantsSasl(this.#where);
    if (head[0] !== 0x80) throw notThrift(head, this.#where);
    for (;;) {
      const end = messageEnd(await this.#first(this.#held));
      if (end !== undefined) return this.#take(end);
      await this.#first(this.#held + 1);
    }
  }

  async #take(length: number): Promise<Buffer> {
    const all = await this.#first(length);
    this.#chunks = all.length > length ? [all.subarray(length)] : [];
    this.#held -= length;
    return all.subarray(0, length);
  }

  /** All that is there, once there is so much; it stays. */
  async #first(length: number): Promise<Buffer> {
    while (this.#held < length) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  async #within<T>({ what, deadline }: CallFacts, work: () => Promise<T>): Promise<T> {
    const late =
      deadline === undefined ? undefined : setTimeout(() => this.close(tooLate(what, this.#where, deadline)), deadline);
    try {
      return await work();
    } catch (error) {
      throw this.#explained(what, error);
    } finally {
      clearTimeout(late);
    }
  }

  #explained(what: string, error: unknown): Error {
    if (isHowdahError(error)) return error;
    return failure(what, this.#where, error, this.#clean);
  }
}
