// A thread of its own, which computes the checksum of a file: see besides.ts.
import { closeSync, openSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { Md5Md5Crc, type ChecksumForm } from "./checksum.ts";
import type { LocalEntry } from "./local.ts";

/** What the thread is given. */
export interface SumTask {
  /** No more of the file is read than it had when it was looked at. */
  readonly local: Pick<LocalEntry, "path" | "length">;
  readonly form: ChecksumForm;
  readonly blockSize: number;
}

const { local, form, blockSize } = workerData as SumTask;
const computed = new Md5Md5Crc(form, blockSize);
// Always the same bytes of memory, and nothing else to do meanwhile.
const buffer = Buffer.allocUnsafeSlow(262_144);
const file = openSync(local.path, "r");
for (let at = 0; at < local.length;) {
  const bytes = readSync(file, buffer, 0, Math.min(buffer.length, local.length - at), at);
  if (bytes === 0) break;
  computed.update(buffer.subarray(0, bytes));
  at += bytes;
}
closeSync(file);
parentPort!.postMessage(computed.digest());
