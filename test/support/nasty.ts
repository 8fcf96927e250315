import { gzipSync } from "node:zlib";
import type { ResolvedRawFormat } from "#src/local/rawreader.js";

/** A file that readers trip over, and how it is to be read. */
export interface NastyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly format: ResolvedRawFormat;
}

export const twoTabs: ResolvedRawFormat = {
  layout: "tsv",
  width: 3,
  header: undefined,
  columns: { third: 3, first: 1 },
  encoding: "utf-8",
};
export const twoCommas: ResolvedRawFormat = {
  layout: "csv",
  width: 3,
  header: undefined,
  columns: { a: 1, b: 2, c: 3 },
  encoding: "utf-8",
};
const wide: ResolvedRawFormat = { ...twoTabs, width: 178, columns: { c2: 2, c178: 178, c50: 50 } };

/** Bytes of a text in which `\xhh` stands for a byte. */
export function bytesOf(text: string): Buffer {
  return Buffer.concat(
    text
      .split(/(\\x[0-9a-f]{2})/)
      .map((part) => (/^\\x/.test(part) ? Buffer.from(part.slice(2), "hex") : Buffer.from(part))),
  );
}

const tabs = (count: number): string =>
  Array.from({ length: count }, (_, i) => (i % 7 === 0 ? `v${i}` : "")).join("\t");
const everyByte = Buffer.concat(Array.from({ length: 256 }, (_, byte) => Buffer.from([97, 44, byte, 44, 98, 10])));

const texts: readonly (readonly [name: string, format: ResolvedRawFormat, text: string])[] = [
  ["bytes that are no UTF-8", twoCommas, "a,\\xff,c\na,b,c\n\\xfe\\xc3,é,\\xe2\\x82\na,\\x80,\\xbf\\xf0\\x9f\\x98"],
  ["overlong sequences", twoCommas, "\\xc0\\x80,\\xe0\\x80\\xaf,\\xf0\\x82\\x82\\xac\n\\xc1\\xbf,b,c\n"],
  ["encoded surrogates", twoCommas, "\\xed\\xa0\\x80,\\xed\\xbf\\xbf,x\n\\xed\\x9f\\xbf,\\xee\\x80\\x80,x\n"],
  ["beyond Unicode", twoCommas, "\\xf4\\x8f\\xbf\\xbf,\\xf4\\x90\\x80\\x80,\\xf5\\x80\\x80\\x80\n"],
  ["wrong columns and bad bytes", twoCommas, 'a,\\xff\n\\xff,"x\n"\\xff,b\n"\\xff,b,c\n'],
  ["lone CRs", twoTabs, "a\tb\rc\td\r\re\n\rx\ty\tz\n"],
  ["CR CR LF", twoTabs, "a\tb\tc\r\r\na\tb\tc\r\n\r\n\r\r\n"],
  ["a CR at the end without LF", twoTabs, "a\tb\tc\r\na\tb\tc\r"],
  ["blank lines", twoTabs, "\n\na\tb\tc\n\n"],
  ["a blank line where one field is wanted", { ...twoTabs, width: 1, columns: { only: 1 } }, "\na\n\n"],
  ["no final newline", twoTabs, "a\tb\tc\nd\te\tf"],
  ["no final newline and bad bytes", twoTabs, "a\tb\tc\nd\te\t\\xff"],
  ["nothing", twoTabs, ""],
  ["a newline alone", twoTabs, "\n"],
  ["quotes", twoCommas, '"a","b,c","d""e"\n"","""","\\N"\na"b,c"",d"e"\n"a" ,b,c\n"a"b,c,d\n"a,b\n"a,b,c\na,"b,c\n'],
  [
    "more quotes",
    twoCommas,
    'a,b,"c\nd","e",f\na,"b""c,d\n""",b,c\n"""a""",b,"c"x\n,,"\n"a"b"c,d,e\n""a,b,c\n"a"",b"",c\n',
  ],
  ["a quote that opens and one column too few", twoCommas, '"a,b",c\na,b,"c,d",e\n'],
  ["quotes in TSV", twoTabs, '"a\tb"\t"c\n""\t"\tx"y\n'],
  ["nulls", twoTabs, "\t\\N\t\n\\N\t\t\\N\n \tx\t\\n\n"],
  ["a byte order mark", twoCommas, "\\xef\\xbb\\xbfa,b,c\n\\xef\\xbb\\xbfa,b,c\n"],
  ["a byte order mark alone", twoCommas, "\\xef\\xbb\\xbf"],
  ["a byte order mark in latin-1", { ...twoCommas, encoding: "latin-1" }, "\\xef\\xbb\\xbfa,b,c\n"],
  ["half a byte order mark", twoCommas, "\\xef\\xbba,b,c\n"],
  ["NUL bytes", twoTabs, "\0\ta\0b\t\0\n\0\n"],
  ["line ends of Unicode", twoCommas, "a\u2028b,c\u0085d,e\u000bf\u000c\na\u001cb,\u001d,\u2029\n"],
  ["177 to 179 columns", wide, `${tabs(178)}\n${tabs(177)}\n${tabs(179)}\n${tabs(178)}\r\n`],
  ["escapes that are text", twoTabs, "\\\\xff\t\\\\N\t\\\\\n"],
  ["a header", { ...twoCommas, header: ["a", "b", "c"] }, "\\xef\\xbb\\xbfa,b,c\r\n1,2,3\nx\n"],
  ["a header that needs quotes", { ...twoCommas, header: ["a,x", 'b"y', "c"] }, '"a,x","b""y",c\n1,2,3\n'],
  ["a header and nothing", { ...twoCommas, header: ["a", "b", "c"] }, "a,b,c"],
  ["an empty file where a header is declared", { ...twoCommas, header: ["a", "b", "c"] }, ""],
];

/** Files on which all readers must agree. */
export const nastyFiles: readonly NastyFile[] = [
  ...texts.map(([name, format, text]) => ({ name, format, bytes: bytesOf(text) })),
  { name: "every byte in UTF-8", format: twoCommas, bytes: everyByte },
  { name: "every byte in latin-1", format: { ...twoCommas, encoding: "latin-1" }, bytes: everyByte },
  { name: "packed.gz", format: twoTabs, bytes: gzipSync("a\tb\tc\nd\te") },
  { name: "two members.gz", format: twoTabs, bytes: Buffer.concat([gzipSync("a\tb\tc\nd\t"), gzipSync("e\tf\n")]) },
  { name: "padded.gz", format: twoTabs, bytes: Buffer.concat([gzipSync("a\tb\tc\n"), Buffer.alloc(700)]) },
  { name: "nothing packed.gz", format: twoTabs, bytes: gzipSync("") },
];

/** Files that no reader may take, and the code that they must give. */
export const brokenFiles: readonly (NastyFile & { readonly code: string })[] = [
  ...(
    [
      ["cut off.gz", gzipSync("a\tb\tc\n").subarray(0, 20)],
      ["no bytes at all.gz", Buffer.alloc(0)],
      ["no gzip.gz", Buffer.from("a\tb\tc\n")],
      ["wrong sum.gz", Buffer.concat([gzipSync("a\tb\tc\n").subarray(0, -8), Buffer.alloc(8)])],
      ["rubbish behind.gz", Buffer.concat([gzipSync("a\tb\tc\n"), Buffer.from("rubbish")])],
    ] as const
  ).map(([name, bytes]) => ({ name, bytes, format: twoTabs, code: "RAW_GZIP" })),
  ...(
    [
      ["another order", "a,c,b\n1,2,3\n"],
      ["a column less", "a,b\n"],
      ["quoted names", '"a","b","c"\n1,2,3\n'],
      ["no header", "1,2,3\n"],
      ["a blank line first", "\na,b,c\n"],
      ["spaces", "a, b,c\n"],
      ["bad bytes", "a,b,\\xff\n"],
    ] as const
  ).map(([name, text]) => ({
    name,
    bytes: bytesOf(text),
    format: { ...twoCommas, header: ["a", "b", "c"] },
    code: "RAW_HEADER",
  })),
];
