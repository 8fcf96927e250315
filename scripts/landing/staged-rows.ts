import { createHash, type Hash } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { onDisk, type RawFile } from "howdah";

const compress = promisify(gzip);

/** Bytes of rows that are held before all are written out: what bounds the memory of a landing. */
const heldBytes = 48 << 20;
/** Compressions at a time: zlib works in threads beside this one. */
const atOnce = 4;

export interface Part {
  readonly path: string;
  readonly hash: Hash;
  rows: Buffer;
  length: number;
  bytes: number;
  lines: number;
}

/**
 * Collects rows by key (an hour) and writes each key's file aside. Files are opened only to append to them, so
 * thousands of hours need no more handles than one. A file is one gzip stream or several in a row, which is one to
 * every reader; where they are cut depends on the rows alone, so equal input gives equal bytes.
 */
export class StagedRows<Key> {
  readonly #parts = new Map<Key, Part>();
  readonly #pathOf: (key: Key) => string;
  readonly #head: Buffer;
  #held = 0;

  /** `head` begins every file. */
  constructor(pathOf: (key: Key) => string, head: Buffer = Buffer.alloc(0)) {
    this.#pathOf = pathOf;
    this.#head = head;
  }

  get isFull(): boolean {
    return this.#held >= heldBytes;
  }

  get keys(): Key[] {
    return [...this.#parts.keys()];
  }

  lines(key: Key): number {
    return this.#parts.get(key)?.lines ?? 0;
  }

  /** Begins a line, given its number of bytes; {@link write} fills it. */
  line(key: Key): Part {
    let part = this.#parts.get(key);
    if (part === undefined) {
      const path = this.#pathOf(key);
      part = { path, hash: createHash("sha256"), rows: Buffer.alloc(0), length: 0, bytes: 0, lines: 0 };
      this.#parts.set(key, part);
      this.write(part, this.#head, 0, this.#head.length);
    }
    part.lines++;
    return part;
  }

  write(part: Part, from: Buffer, start: number, end: number): void {
    const bytes = end - start;
    if (part.length + bytes > part.rows.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(4096, 2 * (part.length + bytes)));
      part.rows.copy(larger, 0, 0, part.length);
      part.rows = larger;
    }
    from.copy(part.rows, part.length, start, end);
    part.length += bytes;
    this.#held += bytes;
  }

  /** Writes out all that is held, the signal allowing. */
  async flush(signal: AbortSignal): Promise<void> {
    const full = [...this.#parts.values()].filter(({ length }) => length > 0);
    for (let i = 0; i < full.length; i += atOnce) {
      signal.throwIfAborted();
      await Promise.all(full.slice(i, i + atOnce).map((part) => this.#append(part)));
    }
    this.#held = 0;
  }

  async #append(part: Part): Promise<void> {
    const packed = await compress(part.rows.subarray(0, part.length), { level: 1 });
    onDisk("write the rows", part.path, () => {
      if (part.bytes === 0) mkdirSync(dirname(part.path), { recursive: true });
      appendFileSync(part.path, packed);
    });
    part.hash.update(packed);
    part.bytes += packed.length;
    part.length = 0;
    part.rows = Buffer.alloc(0);
  }

  /** The files that were written, after the last {@link flush}, by key. */
  files(name: string): Map<Key, RawFile> {
    return new Map(
      [...this.#parts].map(([key, { bytes, hash }]) => [key, { name, bytes, sha256: hash.digest("hex") }] as const),
    );
  }
}
