// CRC-32C (Castagnoli), as Hadoop computes it of each 512 bytes.
import { endianness } from "node:os";

const polynomial = 0x82f63b78;

/** Of a byte, and of a byte with up to seven zeros behind it: with eight tables eight bytes go at once. */
const tables = new Uint32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  tables[byte] = crc;
}
for (let at = 256; at < tables.length; at++) {
  const before = tables[at - 256]!;
  tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
}

/** Continues a checksum with `data[from..to)`. Begin with 0. */
export function crc32c(data: Uint8Array, from: number, to: number, before = 0): number {
  let crc = ~before;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ tables[(crc ^ data[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Bytes that `crcsOf` takes at once. */
const room = 262_144;

/** Of so many pieces `crcsOf` gives the checksums at once; none where it cannot, and `crc32c` has to. */
export function piecesAtOnce(length: number): number {
  return length % 8 === 0 && theKernel() !== undefined ? Math.floor(room / length) : 0;
}

/**
 * The checksums of pieces of one length that follow each other, each as four bytes, big-endian, as Hadoop digests them.
 * They are there until the next call. Five times as fast as `crc32c`: it is WebAssembly, whose code is written below.
 */
export function crcsOf(data: Uint8Array, from: number, pieces: number, length: number): Uint8Array {
  const { memory, run } = theKernel()!;
  memory.set(data.subarray(from, from + pieces * length), at.pieces);
  run(at.pieces, pieces, length, at.checksums);
  return memory.subarray(at.checksums, at.checksums + 4 * pieces);
}

/** Where in the memory they lie. */
const at = { tables: 0, pieces: tables.byteLength, checksums: tables.byteLength + room };
/** One of eight bytes is the shortest piece. */
const pages = Math.ceil((at.checksums + room / 2) / 65_536);

interface Kernel {
  readonly memory: Uint8Array;
  readonly run: (from: number, pieces: number, length: number, to: number) => void;
}

let kernel: Kernel | undefined;
let isTried = false;

/** Undefined where there is none: V8 without a compiler, or a limit of address space, of which it wants gigabytes. */
function theKernel(): Kernel | undefined {
  if (isTried) return kernel;
  isTried = true;
  try {
    // Tables and pieces are read as words, and what WebAssembly has is little-endian.
    if (endianness() === "LE") kernel = makeKernel();
  } catch {
    kernel = undefined;
  }
  return kernel;
}

/** As far as it is used here: TypeScript has it with browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly run: Kernel["run"] };
  };
};

function makeKernel(): Kernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const memory = new Uint8Array(exports.memory.buffer);
  memory.set(new Uint8Array(tables.buffer), at.tables);
  return { memory, run: exports.run };
}

/** A module of one memory and one function: https://webassembly.github.io/spec/core/binary/modules.html */
function moduleBytes(): Uint8Array {
  const i32 = 0x7f;
  const named = (name: string): number[] => [name.length, ...Buffer.from(name)];
  const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
  // Three variables besides the parameters.
  const code = [1, 3, i32, ...functionBody()];
  return new Uint8Array([
    ...[0, ...Buffer.from("asm"), 1, 0, 0, 0],
    ...section(1, [1, 0x60, 4, i32, i32, i32, i32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...named("memory"), 2, 0, ...named("run"), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

/** Instructions as bytes: https://webassembly.github.io/spec/core/binary/instructions.html */
function functionBody(): readonly number[] {
  const get = (variable: number): number[] => [0x20, variable];
  const set = (variable: number): number[] => [0x21, variable];
  const tee = (variable: number): number[] => [0x22, variable];
  const constant = (value: number): number[] => [0x41, ...signed(value)];
  const load = (offset: number): number[] => [0x28, 2, ...unsigned(offset)];
  const store = [0x36, 2, 0];
  const [add, subtract, and, or, xor, left, right, rotate] = [0x6a, 0x6b, 0x71, 0x72, 0x73, 0x74, 0x76, 0x77] as const;
  const notEqual = 0x47;
  const [loop, end, repeatIf] = [[0x03, 0x40], [0x0b], [0x0d, 0]] as const;
  const [from, pieces, length, to, crc, pieceEnd, word] = [0, 1, 2, 3, 4, 5, 6] as const;

  /** What a table has for a byte of the word, counted from the lowest: four bytes each. */
  const found = (byte: number, table: number): number[] => [
    ...get(word),
    ...(byte === 0 ? [...constant(2), left] : [...constant(8 * byte - 2), right]),
    ...[...constant(255 * 4), and, ...load(at.tables + 1024 * table)],
  ];
  /** A word's four bytes, of which the lowest has the most behind it. */
  const four = (table: number): number[] => [
    ...found(0, table),
    ...[1, 2, 3].flatMap((byte) => [...found(byte, table - byte), xor]),
  ];
  return [
    ...loop,
    ...[...constant(-1), ...set(crc)],
    ...[...get(from), ...get(length), add, ...set(pieceEnd)],
    ...loop,
    ...[...get(from), ...load(0), ...get(crc), xor, ...set(word), ...four(7)],
    ...[...get(from), ...load(4), ...set(word), ...four(3), xor, ...set(crc)],
    ...[...get(from), ...constant(8), add, ...tee(from), ...get(pieceEnd), notEqual, ...repeatIf],
    ...end,
    // Its bytes the other way round.
    ...[...get(to), ...get(crc), ...constant(-1), xor, ...tee(crc)],
    ...[...constant(8), rotate, ...constant(0x00ff00ff), and],
    ...[...get(crc), ...constant(24), rotate, ...constant(0xff00ff00 | 0), and, or, ...store],
    ...[...get(to), ...constant(4), add, ...set(to)],
    ...[...get(pieces), ...constant(1), subtract, ...tee(pieces), ...repeatIf],
    ...end,
    ...end,
  ];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  const isLast = rest === (low & 64 ? -1 : 0);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}
