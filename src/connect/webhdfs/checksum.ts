import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { crc32c } from "./crc32c.ts";
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
  }

  update(data: Uint8Array): void {
    const { bytesPerCrc } = this.#form;
    for (let at = 0; at < data.length;) {
      const end = Math.min(data.length, at + bytesPerCrc - this.#inCrc, at + this.#blockSize - this.#inBlock);
      this.#crc = this.#next(data, at, end);
      this.#inCrc += end - at;
      this.#inBlock += end - at;
      at = end;
      if (this.#inCrc === bytesPerCrc) this.#endCrc();
      if (this.#inBlock === this.#blockSize) this.#endBlock();
    }
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

/** What servers have, unless they are set otherwise (`dfs.checksum.type`, `dfs.bytes-per-checksum`, `dfs.blocksize`). */
export const usualForm: ChecksumForm = { type: "CRC32C", bytesPerCrc: 512 };
export const usualBlockSize = 134_217_728;

export function isUsual(remote: FileChecksum): boolean {
  const form = formOf(remote);
  return form?.type === usualForm.type && form.bytesPerCrc === usualForm.bytesPerCrc;
}

/** Says whether what arrived is what was sent, with a checksum that was computed while it was sent. */
export interface ArrivedCheck {
  /** Undefined where the server has another kind of checksum. Ask once, at the end. */
  matches(remote: FileChecksum, blockSize: number): Promise<boolean | undefined> | boolean | undefined;
}

/**
 * The checksum of what is sent, computed on its way: reading it all once more afterwards would take longer than waiting for
 * the server, which this fills.
 */
export class SentChecksum implements ArrivedCheck {
  readonly #blockSize: number;
  readonly #computed: Md5Md5Crc;

  constructor(blockSize = usualBlockSize) {
    this.#blockSize = blockSize;
    this.#computed = new Md5Md5Crc(usualForm, blockSize);
  }

  update(data: Uint8Array): void {
    this.#computed.update(data);
  }

  matches(remote: FileChecksum, blockSize: number): boolean | undefined {
    return isUsual(remote) && blockSize === this.#blockSize ? this.#computed.digest() === md5Of(remote) : undefined;
  }
}

/** Java's DataOutputBuffer begins with 32 bytes and doubles. An empty file is given 32 zeros too. */
function bufferLength(blocks: number): number {
  let length = 32;
  while (length < blocks * 16) length *= 2;
  return length;
}
