import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { diskError, isHowdahError, systemCode } from "howdah";
import { brokenWorkbook, notAWorkbook } from "./errors.ts";

// Signatures and lengths of the fixed parts: APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16.
const localHeader = { signature: 0x04034b50, length: 30 };
const directoryHeader = { signature: 0x02014b50, length: 46 };
const directoryEnd = { signature: Buffer.from([0x50, 0x4b, 5, 6]), length: 22 };
const longestComment = 0xffff;
const stored = 0;
const deflated = 8;
/** Bit 0 of an entry's flags: it is encrypted (4.4.4). */
const encrypted = 1;
/** A directory longer than this lists no parts of a workbook. */
const longestDirectory = 16 << 20;
const blockBytes = 1 << 18;

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly offset: number;
}

/** The parts of a workbook's zip archive, by name. Only the directory is held in memory; parts are streamed. */
export class Zip {
  readonly path: string;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #progress: (bytes: number) => void;
  #read = 0;

  private constructor(path: string, entries: ReadonlyMap<string, Entry>, progress: (bytes: number) => void) {
    this.path = path;
    this.#entries = entries;
    this.#progress = progress;
  }

  /** `progress` is told how many bytes of the file were read so far. Throws `BROKEN_WORKBOOK`. */
  static async open(path: string, progress: (bytes: number) => void): Promise<Zip> {
    return new Zip(path, await onFile(path, readDirectory), progress);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The unpacked bytes of a part, checked against its sum once all are read. Throws `BROKEN_WORKBOOK`. */
  async *content(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw brokenWorkbook(this.path, `it has no ${name}`);
    if ((entry.flags & encrypted) !== 0) throw notAWorkbook(this.path, "it is a zip archive with a password");
    if (entry.method !== stored && entry.method !== deflated)
      throw brokenWorkbook(this.path, `${name} is packed in an unknown way (${entry.method})`);
    const start = await onFile(this.path, (file) => dataStart(file, entry.offset));
    let bytes = 0;
    let crc = 0;
    for await (const chunk of this.#unpacked(name, entry, start)) {
      bytes += chunk.length;
      if (bytes > entry.bytes) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (bytes !== entry.bytes || crc !== entry.crc) throw brokenWorkbook(this.path, `${name} is damaged`);
  }

  /** A small part as a whole. */
  async whole(name: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.content(name)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async *#unpacked(name: string, { method, packed }: Entry, start: number): AsyncGenerator<Buffer> {
    if (packed === 0) return;
    const raw = createReadStream(this.path, { start, end: start + packed - 1, highWaterMark: blockBytes });
    raw.on("data", (chunk) => this.#progress((this.#read += chunk.length)));
    // The iteration below reports the errors of both streams; pipeline closes the one when the other fails.
    const content: Readable =
      method === stored ? raw : pipeline(raw, createInflateRaw({ chunkSize: blockBytes }), () => undefined);
    try {
      for await (const chunk of content) yield chunk as Buffer;
    } catch (error) {
      if (systemCode(error)?.startsWith("Z_") === true) throw brokenWorkbook(this.path, `${name} is damaged`, error);
      throw diskError(error, "read the file", this.path);
    } finally {
      raw.destroy();
      content.destroy();
    }
  }
}

async function onFile<T>(path: string, work: (file: ZipFile) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    return await work({ path, handle, size: (await handle.stat()).size });
  } catch (error) {
    throw isHowdahError(error) ? error : diskError(error, "read the file", path);
  } finally {
    await handle?.close();
  }
}

interface ZipFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
}

async function bytesAt({ path, handle, size }: ZipFile, from: number, length: number): Promise<Buffer> {
  if (from < 0 || from + length > size) throw brokenWorkbook(path, "a part of it lies behind its end");
  const block = Buffer.alloc(length);
  const { bytesRead } = await handle.read(block, 0, length, from);
  if (bytesRead < length) throw brokenWorkbook(path, "it became shorter while it was read");
  return block;
}

async function readDirectory(file: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const tailLength = Math.min(file.size, directoryEnd.length + longestComment);
  const tail = await bytesAt(file, file.size - tailLength, tailLength);
  const end = tail.lastIndexOf(directoryEnd.signature);
  if (end === -1 || end + directoryEnd.length > tail.length)
    throw brokenWorkbook(file.path, "its end is missing, as after a download that was cut off");
  const length = tail.readUInt32LE(end + 12);
  const from = tail.readUInt32LE(end + 16);
  if (from === 0xffff_ffff || length === 0xffff_ffff || length > longestDirectory)
    throw brokenWorkbook(file.path, "it is larger than the 4 GB that are read");
  const directory = await bytesAt(file, from, length);
  const entries = new Map<string, Entry>();
  for (let at = 0; at < length;) {
    if (at + directoryHeader.length > length || directory.readUInt32LE(at) !== directoryHeader.signature)
      throw brokenWorkbook(file.path, "its directory is damaged");
    const nameFrom = at + directoryHeader.length;
    const nameTo = nameFrom + directory.readUInt16LE(at + 28);
    const packed = directory.readUInt32LE(at + 20);
    const bytes = directory.readUInt32LE(at + 24);
    const offset = directory.readUInt32LE(at + 42);
    if ([packed, bytes, offset].includes(0xffff_ffff))
      throw brokenWorkbook(file.path, "a part of it is larger than the 4 GB that are read");
    entries.set(directory.toString("utf8", nameFrom, nameTo), {
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed,
      bytes,
      offset,
    });
    at = nameTo + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where an entry's bytes begin: behind a header of its own, whose length the directory does not tell. */
async function dataStart(file: ZipFile, offset: number): Promise<number> {
  const header = await bytesAt(file, offset, localHeader.length);
  if (header.readUInt32LE(0) !== localHeader.signature) throw brokenWorkbook(file.path, "its directory is damaged");
  return offset + localHeader.length + header.readUInt16LE(26) + header.readUInt16LE(28);
}
