import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { HowdahError } from "../core/errors.ts";

/** A file that somebody writes while it is transferred. */
export function fileChanged(path: string): HowdahError {
  return new HowdahError("the file changed while it was transferred", {
    code: "FILE_CHANGED",
    fault: "run",
    where: path,
    next: "transfer it again once nobody writes it",
  });
}

const pieceBytes = 262_144;
/** Pieces that are on their way at a time: one is read while others are written. */
const pieces = 4;

/**
 * A file's bytes as the body of a request: so many as it had when it was looked at. Where it is piped, as axios does, its
 * few buffers are filled anew as soon as they are written. A stream of its own buffers makes V8 collect a gigabyte of
 * them, which takes longer than to read it.
 *
 * It is destroyed with `FILE_CHANGED` when the file is shorter than it was.
 */
export class FileBody extends Readable {
  readonly #path: string;
  readonly #length: number;
  readonly #listeners: ((piece: Uint8Array) => void)[] = [];
  #file: Promise<FileHandle> | undefined;
  #at = 0;

  constructor(path: string, length: number) {
    super({ highWaterMark: pieceBytes });
    this.#path = path;
    this.#length = length;
  }

  /** Is given each piece before it is written, which it may not keep. */
  onPiece(listener: (piece: Uint8Array) => void): this {
    this.#listeners.push(listener);
    return this;
  }

  /** Not into a Transform, which says that it has written what it still holds. */
  override pipe<Into extends NodeJS.WritableStream>(into: Into): Into {
    this.#pour(into).catch((error: unknown) => this.destroy(error as Error));
    return into;
  }

  override _read(): void {
    if (this.#left === 0) this.push(null);
    else
      this.#next(this.#buffer()).then(
        (piece) => this.push(piece),
        (error: unknown) => this.destroy(error as Error),
      );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const closed = this.#file?.then((file) => file.close()) ?? Promise.resolve();
    // What could not be opened, or closed, has nothing more to lose.
    closed.catch(() => undefined).finally(() => callback(error));
  }

  /** Its end is that of the writer; what breaks the writer is the writer's to tell. */
  async #pour(into: NodeJS.WritableStream): Promise<void> {
    const free: Buffer[] = [];
    let made = 0;
    let gotBack: () => void = () => undefined;
    while (this.#left > 0) {
      // As many as are needed: most files are smaller than one.
      if (free.length === 0 && made++ < pieces) free.push(this.#buffer());
      while (free.length === 0) await new Promise<void>((resolve) => (gotBack = resolve));
      const buffer = free.pop()!;
      const piece = await this.#next(buffer);
      if (this.destroyed) return;
      into.write(piece, (error) => {
        if (error !== undefined && error !== null) return;
        free.push(buffer);
        gotBack();
      });
    }
    if (this.destroyed) return;
    into.end();
    this.push(null);
    this.resume();
  }

  get #left(): number {
    return this.#length - this.#at;
  }

  #buffer(): Buffer {
    return Buffer.allocUnsafeSlow(Math.min(pieceBytes, this.#left));
  }

  async #next(buffer: Buffer): Promise<Buffer> {
    const file = await (this.#file ??= open(this.#path));
    const wanted = Math.min(buffer.length, this.#left);
    const { bytesRead } = await file.read(buffer, 0, wanted, this.#at);
    if (bytesRead === 0) throw fileChanged(this.#path);
    this.#at += bytesRead;
    const piece = buffer.subarray(0, bytesRead);
    for (const listener of this.#listeners) listener(piece);
    return piece;
  }
}
