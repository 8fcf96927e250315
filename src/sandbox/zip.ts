import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { HowdahError, isHowdahError, systemCode } from "../core/errors.ts";

/** A file in a zip archive, as the archive's directory describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: () => Buffer;
}

// Signatures and lengths of the fixed parts: APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16.
const localHeader = { signature: 0x04034b50, length: 30 };
const directoryHeader = { signature: 0x02014b50, length: 46 };
const directoryEnd = { signature: 0x06054b50, length: 22 };
const stored = 0;
const deflated = 8;
/** The flag of an entry whose name is UTF-8: 4.4.4, bit 11. */
const utf8 = 0x0800;
/** The first of January 1980, the earliest date a zip can tell: equal contents make equal archives. */
const earliest = 0x21;

interface Located extends ZipEntry {
  /** Where its description stands in the directory, and where that ends. */
  readonly from: number;
  readonly to: number;
}

interface Directory {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly Located[];
}

/** The entries of a zip archive or jar. Throws `BAD_ARCHIVE` for what is none, or is larger than 4 GB. */
export function zipEntries(archive: Buffer): readonly ZipEntry[] {
  return directoryOf(archive).entries.map(({ name, bytes }) => ({
    name,
    bytes: () => reading(bytes, `${name} is damaged`),
  }));
}

/**
 * The same archive with other bytes for one entry. All other entries stay byte for byte; the new one goes behind them,
 * and what it replaces stays as a gap that the directory no longer names.
 */
export function replaceEntry(archive: Buffer, name: string, bytes: Uint8Array): Buffer {
  const { from, to, entries } = directoryOf(archive);
  const old = entries.find((entry) => entry.name === name);
  if (old === undefined) throw badArchive(`there is no ${name} in it`);
  const { local, header } = written(name, bytes, from);
  const directory = [archive.subarray(from, old.from), header, archive.subarray(old.to, to)];
  return Buffer.concat([
    archive.subarray(0, from),
    local,
    ...directory,
    endOf(entries.length, from + local.length, to - from - (old.to - old.from) + header.length),
  ]);
}

/** A new archive of these files, in this order. */
export function zipOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const locals: Buffer[] = [];
  const headers: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const { local, header } = written(name, bytes, offset);
    locals.push(local);
    headers.push(header);
    offset += local.length;
  }
  const directory = Buffer.concat(headers);
  return Buffer.concat([...locals, directory, endOf(files.length, offset, directory.length)]);
}

function directoryOf(archive: Buffer): Directory {
  return reading(() => readDirectory(archive), "its directory is damaged");
}

/** Lengths and offsets of a damaged archive lead out of it, and what is packed does not unpack. */
function reading<T>(read: () => T, why: string): T {
  try {
    return read();
  } catch (error) {
    if (isHowdahError(error) || systemCode(error) === undefined) throw error;
    throw badArchive(why, error);
  }
}

function readDirectory(archive: Buffer): Directory {
  // A comment of up to 65,535 bytes may follow the end record.
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + directoryEnd.length > archive.length) throw badArchive("it has no directory");
  const from = archive.readUInt32LE(end + 16);
  const to = from + archive.readUInt32LE(end + 12);
  if (to > end) throw badArchive("its directory is too large");
  const entries: Located[] = [];
  for (let at = from; at < to;) {
    const entry = entryAt(archive, at);
    entries.push(entry);
    at = entry.to;
  }
  return { from, to, entries };
}

function entryAt(archive: Buffer, from: number): Located {
  if (archive.readUInt32LE(from) !== directoryHeader.signature) throw badArchive("its directory is damaged");
  const nameLength = archive.readUInt16LE(from + 28);
  const nameFrom = from + directoryHeader.length;
  const to = nameFrom + nameLength + archive.readUInt16LE(from + 30) + archive.readUInt16LE(from + 32);
  const name = archive.toString("utf8", nameFrom, nameFrom + nameLength);
  return { name, from, to, bytes: () => bytesAt(archive, from, name) };
}

function bytesAt(archive: Buffer, from: number, name: string): Buffer {
  const method = archive.readUInt16LE(from + 10);
  const local = archive.readUInt32LE(from + 42);
  const data = local + localHeader.length + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(data, data + archive.readUInt32LE(from + 20));
  if (method !== stored && method !== deflated) throw badArchive(`${name} is packed in an unknown way (${method})`);
  const bytes = method === stored ? Buffer.from(packed) : inflateRawSync(packed);
  if (crc32(bytes) !== archive.readUInt32LE(from + 16)) throw badArchive(`${name} is damaged`);
  return bytes;
}

/** An entry as it stands among the files, and its description for the directory. */
function written(name: string, bytes: Uint8Array, offset: number): { local: Buffer; header: Buffer } {
  const packed = deflateRawSync(bytes);
  const nameBytes = Buffer.from(name);
  // From "version needed" to the length of the name, both headers hold the same.
  const shared = Buffer.alloc(24);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(utf8, 2);
  shared.writeUInt16LE(deflated, 4);
  shared.writeUInt16LE(earliest, 8);
  shared.writeUInt32LE(crc32(bytes), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(bytes.length, 18);
  shared.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.alloc(localHeader.length);
  local.writeUInt32LE(localHeader.signature, 0);
  shared.copy(local, 4);
  const header = Buffer.alloc(directoryHeader.length);
  header.writeUInt32LE(directoryHeader.signature, 0);
  header.writeUInt16LE(20, 4);
  shared.copy(header, 6);
  header.writeUInt32LE(offset, 42);
  return { local: Buffer.concat([local, nameBytes, packed]), header: Buffer.concat([header, nameBytes]) };
}

function endOf(count: number, from: number, length: number): Buffer {
  if (count >= 0xffff || from >= 0xffff_ffff) throw badArchive("it is too large for this way of writing");
  const end = Buffer.alloc(directoryEnd.length);
  end.writeUInt32LE(directoryEnd.signature, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(from, 16);
  return end;
}

function badArchive(why: string, cause?: unknown): HowdahError {
  return new HowdahError(`not an archive that can be used: ${why}`, { code: "BAD_ARCHIVE", fault: "run", cause });
}
