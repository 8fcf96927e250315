/** A constant of a class file but Utf8: its kind, and the bytes behind it. */
export interface OtherConstant {
  readonly tag: number;
  readonly bytes: number;
  /** Two places in the pool: Java Virtual Machine Specification 4.4.5. */
  readonly wide?: true;
}

/** A class file whose constant pool holds texts and other constants, in this order; nothing refers to them. */
export function classFile(constants: readonly (string | OtherConstant)[]): Buffer {
  const places = constants.reduce((sum, one) => sum + (typeof one !== "string" && one.wide === true ? 2 : 1), 1);
  const head = Buffer.alloc(10);
  head.writeUInt32BE(0xcafebabe, 0);
  head.writeUInt16BE(61, 6);
  head.writeUInt16BE(places, 8);
  const pool = constants.map((one) => {
    if (typeof one !== "string") return Buffer.concat([Buffer.from([one.tag]), Buffer.alloc(one.bytes, 0xab)]);
    const text = Buffer.from(one, "latin1");
    const start = Buffer.from([1, 0, 0]);
    start.writeUInt16BE(text.length, 1);
    return Buffer.concat([start, text]);
  });
  return Buffer.concat([head, ...pool, Buffer.from([0, 0x21, 0, 0, 0, 0])]);
}

/** The texts of a constant pool, read as the specification says, and what stands behind the pool. */
export function readClassFile(bytes: Buffer): { readonly texts: readonly string[]; readonly rest: Buffer } {
  const lengths: Readonly<Record<number, number>> = { 15: 3, 7: 2, 8: 2, 16: 2, 19: 2, 20: 2, 5: 8, 6: 8 };
  const texts: string[] = [];
  let at = 10;
  for (let place = 1; place < bytes.readUInt16BE(8); place++) {
    const tag = bytes.readUInt8(at);
    if (tag === 1) {
      const end = at + 3 + bytes.readUInt16BE(at + 1);
      texts.push(bytes.toString("latin1", at + 3, end));
      at = end;
    } else at += 1 + (lengths[tag] ?? 4);
    if (tag === 5 || tag === 6) place++;
  }
  return { texts, rest: bytes.subarray(at) };
}
