import { Worker } from "node:worker_threads";
import { isUsual, md5Of, usualBlockSize, usualForm, type ArrivedCheck } from "./checksum.ts";
import type { LocalEntry } from "./local.ts";
import type { FileChecksum } from "./status.ts";
import type { SumTask } from "./sumthread.ts";

/** From here on a thread is worth its start: computing the checksum takes a third of the time of sending. */
const large = 64 << 20;

/**
 * The checksum of a large file, computed by another thread from the file itself while the file is sent; undefined of a
 * small one. Whoever has it ends it.
 */
export function checksumBeside(local: LocalEntry, blockSize = usualBlockSize): ChecksumBeside | undefined {
  return local.length < large ? undefined : new ChecksumBeside(local, blockSize);
}

class ChecksumBeside implements ArrivedCheck {
  readonly #blockSize: number;
  readonly #worker: Worker;
  readonly #digest: Promise<string | undefined>;

  constructor(local: LocalEntry, blockSize: number) {
    const workerData: SumTask = { local, form: usualForm, blockSize };
    this.#blockSize = blockSize;
    this.#worker = new Worker(new URL("./sumthread.js", import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 },
    });
    this.#digest = new Promise((resolve) => {
      this.#worker.once("message", resolve);
      // Without it the file is read once more afterwards; whatever is wrong with the file shows there.
      this.#worker.once("error", () => resolve(undefined));
      this.#worker.once("exit", () => resolve(undefined));
    });
  }

  async matches(remote: FileChecksum, blockSize: number): Promise<boolean | undefined> {
    if (!isUsual(remote) || blockSize !== this.#blockSize) return undefined;
    const digest = await this.#digest;
    return digest === undefined ? undefined : digest === md5Of(remote);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
