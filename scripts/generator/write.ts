import { once } from "node:events";
import { createWriteStream, renameSync, rmSync } from "node:fs";
import { finished } from "node:stream/promises";
import { createGzip, type Gzip } from "node:zlib";
import { diskError, onDisk } from "howdah";

const pieceCharacters = 1 << 18;

/** Writes lines into a gzip file as they come. The file has its name only when it is whole. */
export class GzipLines {
  readonly #path: string;
  readonly #aside: string;
  readonly #gzip: Gzip = createGzip({ level: 1 });
  readonly #done: Promise<void>;
  #piece = "";
  #failure: unknown;

  constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.unfinished`;
    const file = this.#gzip.pipe(createWriteStream(this.#aside));
    file.on("error", (error) => this.#gzip.destroy(error));
    this.#done = finished(file).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async write(line: string): Promise<void> {
    this.#piece += `${line}\n`;
    if (this.#piece.length >= pieceCharacters) await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#throwFailure();
    const taken = this.#gzip.write(this.#piece);
    this.#piece = "";
    if (!taken) await Promise.race([once(this.#gzip, "drain"), this.#done]);
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#gzip.end();
    await this.#done;
    this.#throwFailure();
    onDisk("finish the file", this.#path, () => renameSync(this.#aside, this.#path));
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.#gzip.destroy(new Error("discarded"));
    await this.#done;
    rmSync(this.#aside, { force: true });
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw diskError(this.#failure, "write the file", this.#path);
  }
}
