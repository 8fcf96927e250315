import { createHash, randomUUID } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { HowdahError, messageOf } from "../../core/errors.ts";
import { FileBody, fileChanged } from "../filebody.ts";
import { formOf, md5Of, Md5Md5Crc } from "./checksum.ts";
import type { FileChecksum } from "./status.ts";

/** A file or folder on this machine; `relative` is its path below what is transferred, empty for that itself. */
export interface LocalEntry {
  readonly path: string;
  readonly relative: string;
  readonly type: "file" | "directory";
  readonly length: number;
  readonly modified: number;
}

/** A file, or a folder with all below it; links are followed. @throws NOT_FOUND, NOT_A_FILE */
export async function* localEntries(path: string, relative = ""): AsyncGenerator<LocalEntry> {
  const found = await stat(path).catch((error: unknown) => {
    throw new HowdahError(`cannot read: ${messageOf(error)}`, { code: "NOT_FOUND", where: path });
  });
  const entry = { path, relative, length: found.size, modified: found.mtimeMs };
  if (found.isFile()) yield { ...entry, type: "file" };
  else if (found.isDirectory()) {
    yield { ...entry, type: "directory", length: 0 };
    for (const name of (await readdir(path)).sort())
      yield* localEntries(join(path, name), relative === "" ? name : `${relative}/${name}`);
  } else throw new HowdahError("neither a file nor a folder", { code: "NOT_A_FILE", where: path });
}

/** The bytes that a file had when it was looked at: no more, should it have grown since. */
export function bytesOf({ path, length }: LocalEntry): FileBody {
  return new FileBody(path, length);
}

/** @throws FILE_CHANGED when it is another than when it was looked at */
export async function assertUnchanged({ path, length, modified }: LocalEntry): Promise<void> {
  const now = await stat(path);
  if (now.size !== length || now.mtimeMs !== modified) throw fileChanged(path);
}

/**
 * Whether a local file has the content of which the server gave the checksum; undefined where its kind of checksum cannot
 * be computed here.
 */
export async function sameContent(
  local: LocalEntry,
  remote: FileChecksum,
  blockSize: number,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const form = formOf(remote);
  if (form === undefined) return undefined;
  const computed = new Md5Md5Crc(form, blockSize);
  for await (const chunk of bytesOf(local) as AsyncIterable<Buffer>) {
    if (signal?.aborted === true)
      throw new HowdahError("interrupted", { code: "INTERRUPTED", exitCode: 130, fault: "run" });
    computed.update(chunk);
  }
  return computed.digest() === md5Of(remote);
}

/** SHA-256 of a stream, in hex. */
export async function sha256Of(source: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}

/** A name beside the file itself, for what is not whole yet. Engines pass over names that begin with a dot. */
export function temporaryName(name: string): string {
  return `.${name}.${randomUUID().slice(0, 8)}.part`;
}
