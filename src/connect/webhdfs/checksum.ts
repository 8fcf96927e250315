import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { crc32c, crcsOf, piecesAtOnce } from "./crc32c.ts";
import type { FileChecksum } from "./status.ts";

/** What of a checksum's name and bytes decides how it is computed. */
export interface ChecksumForm {
  readonly type: "CRC32" | "CRC32C";
  /** Of so many bytes a CRC is kept. */
  readonly bytesPerCrc: number;
}

/** How to compute this checksum; undefined of those that cannot be (COMPOSITE-CRC, other file systems' own). */
export function formOf({ algorithm }: FileChecksum): ChecksumForm | undefined {
  const found = /^MD5-of-\d+MD5-of-(\d+)(CRC32C?)$/.exec(algorithm);
  if (found === null) return undefined;
  return { bytesPerCrc: Number(found[1]), type: found[2] === "CRC32C" ? "CRC32C" : "CRC32" };
}

/** The MD5 within a server's checksum: behind bytesPerCRC and crcPerBlock (MD5MD5CRC32FileChecksum.write). */
export function md5Of({ bytes }: FileChecksum): string {
  return bytes.slice(24, 56).toLowerCase();
}

/** Whether content has this checksum; undefined where its kind cannot be computed here. */
export function hasChecksum(content: Uint8Array, remote: FileChecksum, blockSize: number): boolean | undefined {
  const form = formOf(remote);
  if (form === undefined) return undefined;
  const computed = new Md5Md5Crc(form, blockSize);
  computed.update(content);
  return computed.digest() === md5Of(remote);
}

/**
 * HDFS' checksum of a file, computed from its content: the MD5 of the MD5s of the CRCs of each block. Give it the content
 * in pieces, in order. Hadoop digests the whole buffer that holds the MD5s, with the zeros behind them
 * (FileChecksumHelper.makeMd5CrcResult: `digest(blockChecksumBuf.getData())`), so its growth is followed here.
 */
export class Md5Md5Crc {
  readonly #form: ChecksumForm;
  readonly #blockSize: number;
  readonly #piecesAtOnce: number;
  readonly #blocks: Buffer[] = [];
  #block: Hash = createHash("md5");
  #inBlock = 0;
  #crc = 0;
  #inCrc = 0;
  /** CRCs on their way into the block's digest: one call for each four bytes would cost more than the CRC. */
  readonly #pending = Buffer.alloc(4 * 4096);
  #filled = 0;

  constructor(form: ChecksumForm, blockSize: number) {
    this.#form = form;
    this.#blockSize = blockSize;
    this.#piecesAtOnce = form.type === "CRC32C" ? piecesAtOnce(form.bytesPerCrc) : 0;
  }

  update(data: Uint8Array): void {
    for (let at = 0; at < data.length;) {
      const left = Math.min(data.length - at, this.#blockSize - this.#inBlock);
      const taken = this.#takeWhole(data, at, left) || this.#takeSome(data, at, left);
      this.#inBlock += taken;
      at += taken;
      if (this.#inBlock === this.#blockSize) this.#endBlock();
    }
  }

  /** Takes what is of whole CRCs. @returns how many bytes */
  #takeWhole(data: Uint8Array, at: number, left: number): number {
    const { bytesPerCrc } = this.#form;
    if (this.#inCrc > 0) return 0;
    const pieces = Math.min(Math.floor(left / bytesPerCrc), this.#piecesAtOnce);
    if (pieces === 0) return 0;
    this.#flush();
    this.#block.update(crcsOf(data, at, pieces, bytesPerCrc));
    return pieces * bytesPerCrc;
  }

  /** Takes what is of one CRC. @returns how many bytes */
  #takeSome(data: Uint8Array, at: number, left: number): number {
    const { bytesPerCrc } = this.#form;
    const taken = Math.min(left, bytesPerCrc - this.#inCrc);
    this.#crc = this.#next(data, at, at + taken);
    this.#inCrc += taken;
    if (this.#inCrc === bytesPerCrc) this.#endCrc();
    return taken;
  }

  /** The MD5, in hex. */
  digest(): string {
    if (this.#inBlock > 0) this.#endBlock();
    const md5s = Buffer.concat(this.#blocks);
    const padded = Buffer.alloc(bufferLength(this.#blocks.length));
    md5s.copy(padded);
    return createHash("md5").update(padded).digest("hex");
  }

  #next(data: Uint8Array, from: number, to: number): number {
    return this.#form.type === "CRC32C" ? crc32c(data, from, to, this.#crc) : crc32(data.subarray(from, to), this.#crc);
  }

  #endCrc(): void {
    this.#filled = this.#pending.writeUInt32BE(this.#crc, this.#filled);
    this.#crc = 0;
    this.#inCrc = 0;
    if (this.#filled === this.#pending.length) this.#flush();
  }

  #flush(): void {
    this.#block.update(this.#pending.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #endBlock(): void {
    if (this.#inCrc > 0) this.#endCrc();
    this.#flush();
    this.#blocks.push(this.#block.digest());
    this.#block = createHash("md5");
    this.#inBlock = 0;
  }
}

/**
 * The checksum of what is sent, computed on its way with what servers usually have: reading it all once more afterwards
 * would take longer than waiting for the server, which this fills.
 */
export class SentChecksum {
  readonly #form: ChecksumForm = { type: "CRC32C", bytesPerCrc: 512 };
  readonly #blockSize: number;
  readonly #computed: Md5Md5Crc;

  constructor(blockSize = 134_217_728) {
    this.#blockSize = blockSize;
    this.#computed = new Md5Md5Crc(this.#form, blockSize);
  }

  update(data: Uint8Array): void {
    this.#computed.update(data);
  }

  /** Whether the server got what was sent; undefined where it has another kind of checksum. Ask once, at the end. */
  matches(remote: FileChecksum, blockSize: number): boolean | undefined {
    const form = formOf(remote);
    const usual = form?.type === this.#form.type && form.bytesPerCrc === this.#form.bytesPerCrc;
    if (!usual || blockSize !== this.#blockSize) return undefined;
    return this.#computed.digest() === md5Of(remote);
  }
}

/** Java's DataOutputBuffer begins with 32 bytes and doubles. An empty file is given 32 zeros too. */
function bufferLength(blocks: number): number {
  let length = 32;
  while (length < blocks * 16) length *= 2;
  return length;
}
