import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../core/hash.ts";
import { onDisk } from "./disk.ts";
import { compareBytes, isHidden, type RawFile } from "./rawinstance.ts";

/*
 * The files of a raw instance that lies in a folder of this machine.
 */

/** The data files of an instance by name, hashed anew: they may have been put by other tools. */
export function readRaw(folder: string): RawFile[] {
  return onDisk("read the instance", folder, () =>
    dataFiles(folder).map((name) => ({ name, ...hashFile(join(folder, name)) })),
  );
}

/** Names of the data files directly in a folder, in byte order. */
export function dataFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !isHidden(entry.name))
    .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && statSync(join(folder, entry.name)).isFile()))
    .map(({ name }) => name)
    .sort(compareBytes);
}

/** The size of a file and the SHA-256 of what is in it, in hex. */
export function hashFile(path: string): { bytes: number; sha256: string } {
  const { size } = statSync(path);
  // Most instances are small files; one read of each is several times faster than a stream.
  if (size <= chunkBytes) {
    const data = readFileSync(path);
    return { bytes: data.length, sha256: sha256(data) };
  }
  const file = openSync(path, "r");
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for (const chunk of chunks(file, path)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    closeSync(file);
  }
}

const chunkBytes = 1 << 20;

/** A file that is open, in pieces; each is overwritten by the next. */
export function* chunks(file: number, path: string): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (;;) {
    const bytes = onDisk("read the file", path, () => readSync(file, buffer));
    if (bytes === 0) return;
    yield buffer.subarray(0, bytes);
  }
}
