import { bug } from "../core/errors.ts";

const utf8 = 1;
/** Bytes behind the tag of each kind of constant but Utf8: Java Virtual Machine Specification 4.4, table 4.4-A. */
const lengths: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};
const long = 5;
const double = 6;

/**
 * A compiled class with other texts in its constant pool; ASCII alone. Whatever uses such a constant, be it a string,
 * a name or a descriptor, uses the new text. Throws when a text to be replaced is not there.
 */
export function replaceConstants(classFile: Uint8Array, replacements: ReadonlyMap<string, string>): Buffer {
  try {
    return replaced(classFile, replacements);
  } catch (error) {
    // A length that leads out of the file.
    throw error instanceof RangeError ? bug("the class file is cut short", error) : error;
  }
}

function replaced(classFile: Uint8Array, replacements: ReadonlyMap<string, string>): Buffer {
  const old = Buffer.from(classFile.buffer, classFile.byteOffset, classFile.byteLength);
  if (old.length < 10 || old.readUInt32BE(0) !== 0xcafebabe) throw bug("not a class file");
  const parts: Buffer[] = [];
  const found = new Set<string>();
  let copied = 0;
  let at = 10;
  for (let index = 1; index < old.readUInt16BE(8); index++) {
    const tag = old.readUInt8(at);
    if (tag !== utf8) {
      const length = lengths[tag];
      if (length === undefined) throw bug(`constant ${index} of the class file is of the unknown kind ${tag}`);
      at += 1 + length;
      // 4.4.5: these two take two places.
      if (tag === long || tag === double) index++;
      continue;
    }
    const end = at + 3 + old.readUInt16BE(at + 1);
    const text = old.toString("latin1", at + 3, end);
    const replacement = replacements.get(text);
    if (replacement !== undefined) {
      found.add(text);
      parts.push(old.subarray(copied, at), constant(replacement));
      copied = end;
    }
    at = end;
  }
  const missing = [...replacements.keys()].filter((text) => !found.has(text));
  if (missing.length > 0) throw bug(`the class file holds no ${missing.join(" and no ")}`);
  return Buffer.concat([...parts, old.subarray(copied)]);
}

function constant(text: string): Buffer {
  const head = Buffer.from([utf8, 0, 0]);
  head.writeUInt16BE(text.length, 1);
  return Buffer.concat([head, Buffer.from(text, "latin1")]);
}
