/** How many bytes values of Thrift's binary protocol take that always take as many: bool, byte, double, i16, i32, i64. */
const sizes: Readonly<Record<number, number>> = { 2: 1, 3: 1, 4: 8, 6: 2, 8: 4, 10: 8 };

/**
 * Where the message of Thrift's binary protocol ends that begins a buffer; undefined when it is not all there. A bare
 * connection (NOSASL) puts no length before its messages, and trying to read one after each packet takes long for a
 * large answer: this only steps over it.
 */
export function messageEnd(bytes: Buffer): number | undefined {
  let at = 4;
  const string = (): void => {
    at += 4 + bytes.readUInt32BE(at);
  };
  const skip = (type: number): void => {
    const size = sizes[type];
    if (size !== undefined) at += size;
    else if (type === 11) string();
    else if (type === 12) struct();
    else if (type === 13) {
      const [key, value, count] = [bytes.readUInt8(at), bytes.readUInt8(at + 1), bytes.readUInt32BE(at + 2)];
      at += 6;
      for (let i = 0; i < count && at <= bytes.length; i++) {
        skip(key);
        skip(value);
      }
    } else if (type === 14 || type === 15) {
      const [element, count] = [bytes.readUInt8(at), bytes.readUInt32BE(at + 1)];
      at += 5;
      const each = sizes[element];
      if (each !== undefined) at += each * count;
      else for (let i = 0; i < count && at <= bytes.length; i++) skip(element);
    } else throw new TypeError(`there is no type ${type} in Thrift's binary protocol`);
  };
  const struct = (): void => {
    for (let type = bytes.readUInt8(at++); type !== 0; type = bytes.readUInt8(at++)) {
      at += 2;
      skip(type);
    }
  };
  try {
    string();
    at += 4;
    struct();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return at <= bytes.length ? at : undefined;
}
