import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
import { HowdahError } from "../core/errors.ts";
import { FileBody } from "./filebody.ts";

/** A deadline for one exchange. Bytes that go by prolong it, unless it is for the whole. */
export class Meter {
  #timer: NodeJS.Timeout;
  /** When bytes were last seen; looked at when the timer ends, since setting it anew for each chunk costs. */
  #seen = performance.now();

  constructor(milliseconds: number, whole: boolean, late: () => void) {
    const end = () => {
      const left = whole ? 0 : this.#seen + milliseconds - performance.now();
      if (left > 1) this.#timer = setTimeout(end, left);
      else late();
    };
    this.#timer = setTimeout(end, milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** A request's body on its way. */
  sent(source: Readable): Readable {
    // What stands between would keep its buffers.
    if (source instanceof FileBody) return source.onPiece(this.#saw);
    return pipeline(source, passing(this.#saw), () => undefined);
  }

  /** An answer's body on its way; what breaks it is explained, and `done` is called once it is over. */
  received(source: Readable, explain: (error: unknown) => Error, done: () => void): Readable {
    const watched = passing(this.#saw);
    source.once("error", (error) => watched.destroy(explain(error)));
    watched.once("close", () => {
      done();
      source.destroy();
    });
    return source.pipe(watched);
  }

  readonly #saw = (): void => {
    this.#seen = performance.now();
  };
}

/** Lets bytes go by, and shows them. */
export function passing(seen: (piece: Uint8Array) => void): Transform {
  return new Transform({
    transform(piece: Uint8Array, _, callback: TransformCallback) {
      seen(piece);
      callback(null, piece);
    },
  });
}

/** Everything a stream holds. @throws ANSWER_TOO_LONG beyond `limit` bytes */
export async function readAll(source: Readable, limit = 512 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit)
      throw new HowdahError(`an answer is longer than ${limit} bytes`, { code: "ANSWER_TOO_LONG", fault: "server" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The first bytes of a stream, as text; what follows, or breaks it, does not matter. */
export async function readSome(source: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limit) break;
    }
  } catch {
    // What came before it broke is all there is.
  }
  return Buffer.concat(chunks).subarray(0, limit).toString();
}
