// Raw files read slowly and plainly, one byte after the other, to hold the fast readers against.

export interface OracleRow {
  readonly fields: readonly (string | null)[];
  readonly line: number;
  readonly raw: string;
  readonly reason: string | null;
}

interface OracleFormat {
  readonly layout: "tsv" | "csv";
  readonly width: number;
  readonly encoding: "utf-8" | "latin-1";
  readonly positions: readonly number[];
  readonly header: boolean;
}

/** The rows of a file; of one with a header, the first line is passed over unread. */
export function oracleRows(bytes: Uint8Array, format: OracleFormat): OracleRow[] {
  const file = [...bytes];
  if (format.encoding === "utf-8" && file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf) file.splice(0, 3);
  const lines: number[][] = [];
  let line: number[] = [];
  for (const byte of file) {
    if (byte === 10) {
      if (line.at(-1) === 13) line.pop();
      lines.push(line);
      line = [];
    } else line.push(byte);
  }
  if (line.length > 0) lines.push(line);
  return lines.map((found, i) => oracleRow(found, i + 1, format)).slice(format.header ? 1 : 0);
}

function oracleRow(bytes: readonly number[], line: number, format: OracleFormat): OracleRow {
  const { characters, valid } = decode(bytes, format.encoding);
  const raw = characters.join("");
  const { fields, closed } = format.layout === "csv" ? csv(characters) : { fields: split(characters), closed: true };
  const reason =
    characters.length === 0 || fields.length !== format.width
      ? "columns"
      : !valid
        ? "encoding"
        : !closed
          ? "quotes"
          : null;
  const value = (position: number): string | null => {
    const field = fields[position - 1]!;
    return field === "" || field === "\\N" ? null : field;
  };
  return { line, raw, reason, fields: format.positions.map((at) => (reason === null ? value(at) : null)) };
}

function split(characters: readonly string[]): string[] {
  const fields: string[] = [];
  let field = "";
  for (const character of characters)
    if (character === "\t") {
      fields.push(field);
      field = "";
    } else field += character;
  return [...fields, field];
}

function csv(characters: readonly string[]): { fields: string[]; closed: boolean } {
  const fields: string[] = [];
  let state: "begin" | "plain" | "quoted" | "closed" = "begin";
  let closed = true;
  let field = "";
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (state === "quoted") {
      if (character !== '"') field += character;
      else if (characters[i + 1] === '"') {
        field += '"';
        i++;
      } else state = "closed";
    } else if (character === ",") {
      fields.push(field);
      field = "";
      state = "begin";
    } else if (state === "begin" && character === '"') state = "quoted";
    else if (state === "closed") {
      closed = false;
      state = "plain";
    } else {
      field += character;
      state = "plain";
    }
  }
  fields.push(field);
  return { fields, closed: closed && state !== "quoted" };
}

/** The well-formed byte sequences, as the Unicode standard lists them (table 3-7). */
const sequences: readonly (readonly (readonly [number, number])[])[] = [
  [[0x00, 0x7f]],
  [
    [0xc2, 0xdf],
    [0x80, 0xbf],
  ],
  [
    [0xe0, 0xe0],
    [0xa0, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xe1, 0xec],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xed, 0xed],
    [0x80, 0x9f],
    [0x80, 0xbf],
  ],
  [
    [0xee, 0xef],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf0, 0xf0],
    [0x90, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf1, 0xf3],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf4, 0xf4],
    [0x80, 0x8f],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
];

function decode(bytes: readonly number[], encoding: string): { characters: string[]; valid: boolean } {
  if (encoding === "latin-1") return { characters: bytes.map((byte) => String.fromCharCode(byte)), valid: true };
  const characters: string[] = [];
  let valid = true;
  for (let at = 0; at < bytes.length;) {
    const found = sequences.find((ranges) =>
      ranges.every(([low, high], i) => bytes[at + i] !== undefined && bytes[at + i]! >= low && bytes[at + i]! <= high),
    );
    if (found === undefined) {
      valid = false;
      characters.push("\\", "x", bytes[at]!.toString(16).padStart(2, "0"));
      at++;
      continue;
    }
    const first = found.length === 1 ? bytes[at]! : bytes[at]! & (0x7f >> found.length);
    const rest = bytes.slice(at + 1, at + found.length);
    characters.push(String.fromCodePoint(rest.reduce((code, byte) => (code << 6) | (byte & 0x3f), first)));
    at += found.length;
  }
  return { characters, valid };
}
