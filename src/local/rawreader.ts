import { isAscii, isUtf8 } from "node:buffer";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createGunzip, gunzipSync } from "node:zlib";
import type { DuckDBAppender } from "@duckdb/node-api";
import { HowdahError, messageOf, systemCode } from "../core/errors.ts";
import type { RawFormat, ReaderReason } from "../jobs/format.ts";

export type RawEncoding = "utf-8" | "latin-1";

/** A format whose encoding is known. */
export type ResolvedRawFormat = Omit<RawFormat, "encoding"> & { readonly encoding: RawEncoding };

/**
 * Takes one line. `fields` holds the format's columns in their order; it is one array that the next line overwrites.
 * A line that the reader rejects (`reason` is not null) has nulls in all of them.
 */
export type RawSink = (
  fields: readonly (string | null)[],
  line: number,
  raw: string,
  reason: ReaderReason | null,
) => void;

export interface RawCounts {
  /** Lines read, those that were rejected included, the header not. */
  readonly rows: number;
  /** Of these, the lines that the reader rejected. */
  readonly rejected: number;
}

/** Larger pieces than zlib's own 16 kB: each is decoded to one string, and strings by the thousand cost more. */
const pieceBytes = 1 << 20;

/** No line of a text file is this long; what is, would not fit into a string with its neighbours. */
const longestLine = 1 << 27;

/** Bytes up to which a file is read at once. */
const smallFile = 1 << 20;

const lf = 10;
const cr = 13;
const quote = 34;
const comma = 44;
const tab = 9;

/** Checks a configured encoding. Throws `RAW_ENCODING`. */
export function rawEncoding(text: string): RawEncoding {
  if (text === "utf-8" || text === "latin-1") return text;
  throw new HowdahError(`${JSON.stringify(text)} is no encoding of raw files: utf-8 or latin-1`, {
    code: "RAW_ENCODING",
  });
}

/**
 * Reads one raw file line by line, by the rules that {@link RawFormat} states; `.gz` is unpacked. `name` is what
 * errors call the file. Never holds more than some megabytes of it.
 *
 * Throws `RAW_HEADER` (the first line is not the declared header), `RAW_GZIP` (broken, or cut off), `RAW_LINE` (a
 * line of more than 128 MB) and `RAW_READ`. Lines before the fault have reached the sink by then.
 */
export async function readRawFile(
  path: string,
  name: string,
  format: ResolvedRawFormat,
  sink: RawSink,
): Promise<RawCounts> {
  const lines = new LineReader(name, format, sink);
  try {
    const bytes = wholeFile(path);
    if (bytes === undefined) await streamFile(path, lines);
    else {
      lines.take(bytes);
      lines.end();
    }
  } catch (error) {
    throw readError(error, path, name);
  }
  return lines.counts;
}

/** The same of a file that is in memory; a name ending in `.gz` means nothing here. */
export function readRawBytes(bytes: Buffer, name: string, format: ResolvedRawFormat, sink: RawSink): RawCounts {
  const lines = new LineReader(name, format, sink);
  lines.take(bytes);
  lines.end();
  return lines.counts;
}

/**
 * A sink that appends to a table of DuckDB: the partition key, the format's columns, then `_file` VARCHAR, `_line`
 * INTEGER, `_raw` VARCHAR, `_reason` VARCHAR; `key` null when the data set has no key column.
 */
export function appendTo(appender: DuckDBAppender, key: string | null, file: string): RawSink {
  return (fields, line, raw, reason) => {
    if (key !== null) appender.appendVarchar(key);
    for (const field of fields)
      if (field === null) appender.appendNull();
      else appender.appendVarchar(field);
    appender.appendVarchar(file);
    appender.appendInteger(line);
    appender.appendVarchar(raw);
    if (reason === null) appender.appendNull();
    else appender.appendVarchar(reason);
    appender.endRow();
  };
}

/** A small file's bytes: read at once it takes a tenth of the time that setting streams up for it would. */
function wholeFile(path: string): Buffer | undefined {
  if (statSync(path).size > smallFile) return undefined;
  const bytes = readFileSync(path);
  if (!path.endsWith(".gz")) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: 64 * smallFile });
  } catch (error) {
    if (systemCode(error) === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

async function streamFile(path: string, lines: LineReader): Promise<void> {
  const file = createReadStream(path, { highWaterMark: pieceBytes });
  // Not a pipeline: zeros that pad a gzip file end it for zlib before the file ends, and a pipeline would then throw
  // away what has not been read yet.
  const source = path.endsWith(".gz") ? file.pipe(createGunzip({ chunkSize: pieceBytes })) : file;
  file.on("error", (error) => source.destroy(error));
  try {
    for await (const piece of source as AsyncIterable<Buffer>) lines.take(piece);
    lines.end();
  } finally {
    file.destroy();
  }
}

function readError(error: unknown, path: string, name: string): unknown {
  const code = systemCode(error) ?? "";
  if (code.startsWith("Z_"))
    return new HowdahError(`${name} is a broken gzip file: ${messageOf(error)}`, {
      code: "RAW_GZIP",
      fault: "run",
      where: path,
      next: "put the whole file there again",
      cause: error,
    });
  if (/^E[A-Z0-9]+$/.test(code))
    return new HowdahError(`${name} cannot be read: ${messageOf(error)}`, {
      code: "RAW_READ",
      fault: "run",
      where: path,
      cause: error,
    });
  return error;
}

/** The declared header as it stands in a file. */
export function headerLine(format: Pick<RawFormat, "layout" | "header">): string | undefined {
  if (format.layout === "tsv") return format.header?.join("\t");
  return format.header?.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(",");
}

/** Cuts pieces of a file into lines and lines into fields. */
class LineReader {
  private readonly name: string;
  private readonly format: ResolvedRawFormat;
  private readonly sink: RawSink;
  /** The start of a line whose end has not come yet. */
  private begun: Buffer[] = [];
  private begunBytes = 0;
  private line = 0;
  private rejected = 0;
  private atStart = true;
  private readonly header: string | undefined;
  private readonly separator: number;
  /** Where each field begins; the end of one is the begin of the next, less the separator. */
  private readonly bounds: Int32Array;
  private readonly positions: readonly number[];
  private readonly fields: (string | null)[];
  private readonly noFields: readonly null[];

  constructor(name: string, format: ResolvedRawFormat, sink: RawSink) {
    this.name = name;
    this.format = format;
    this.sink = sink;
    this.header = headerLine(format);
    this.separator = format.layout === "csv" ? comma : tab;
    this.bounds = new Int32Array(format.width + 1);
    this.positions = Object.values(format.columns).map((position) => position - 1);
    this.fields = this.positions.map(() => null);
    this.noFields = this.positions.map(() => null);
  }

  get counts(): RawCounts {
    return { rows: Math.max(0, this.line - (this.header === undefined ? 0 : 1)), rejected: this.rejected };
  }

  /** The next bytes of the file. */
  take(piece: Buffer): void {
    const end = piece.lastIndexOf(lf) + 1;
    if (end > 0) {
      const head = piece.subarray(0, end);
      this.wholeLines(this.begun.length === 0 ? head : Buffer.concat([...this.begun, head]));
      this.begun = [];
      this.begunBytes = 0;
    }
    if (end === piece.length) return;
    this.begun.push(piece.subarray(end));
    this.begunBytes += piece.length - end;
    if (this.begunBytes > longestLine)
      throw new HowdahError(`line ${this.line + 1} of ${this.name} is longer than ${longestLine} bytes`, {
        code: "RAW_LINE",
        fault: "run",
        where: this.name,
        next: "is it a text file?",
      });
  }

  /** The file has ended; its last line may lack its LF. */
  end(): void {
    if (this.begun.length > 0) this.wholeLines(Buffer.concat(this.begun));
    this.begun = [];
  }

  /** Decodes many lines at once where it can: one call for all of them, and fields are then cut from one string. */
  private wholeLines(bytes: Buffer): void {
    let block = bytes;
    if (this.atStart) {
      this.atStart = false;
      if (this.format.encoding === "utf-8" && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf)
        block = block.subarray(3);
    }
    if (this.format.encoding === "latin-1" || isAscii(block)) this.textLines(block.toString("latin1"), true);
    else if (isUtf8(block)) this.textLines(block.toString("utf8"), true);
    else
      for (let start = 0; start < block.length;) {
        const found = block.indexOf(lf, start);
        const end = found < 0 ? block.length : found + 1;
        const line = block.subarray(start, end);
        if (isUtf8(line)) this.textLines(line.toString("utf8"), true);
        else this.textLines(withEscapes(line), false);
        start = end;
      }
  }

  private textLines(text: string, valid: boolean): void {
    for (let start = 0; start < text.length;) {
      const found = text.indexOf("\n", start);
      const next = found < 0 ? text.length : found + 1;
      let end = found < 0 ? text.length : found;
      if (found > start && text.charCodeAt(found - 1) === cr) end--;
      this.line++;
      if (this.line === 1 && this.header !== undefined) this.checkHeader(text.slice(start, end), this.header);
      else this.row(text, start, end, valid);
      start = next;
    }
  }

  private checkHeader(found: string, declared: string): void {
    if (found === declared) return;
    const shown = found.length > 2000 ? `${found.slice(0, 2000)}…` : found;
    throw new HowdahError(
      `${this.name} does not begin with the declared header\n  declared: ${declared}\n  found:    ${shown}`,
      {
        code: "RAW_HEADER",
        fault: "run",
        where: this.name,
        next: "give the file the declared header, with its columns in this order",
      },
    );
  }

  private row(text: string, start: number, end: number, valid: boolean): void {
    const { layout, width } = this.format;
    const raw = text.substring(start, end);
    const quotes = layout === "csv" && raw.includes('"');
    const found = quotes ? this.quotedBounds(text, start, end) : this.plainBounds(text, start, end);
    // A negative number of fields: so many, and the quotes went wrong.
    const reason =
      start === end || Math.abs(found) !== width ? "columns" : !valid ? "encoding" : found < 0 ? "quotes" : null;
    if (reason === null) {
      this.cut(text, quotes);
      this.sink(this.fields, this.line, raw, null);
    } else {
      this.rejected++;
      this.sink(this.noFields, this.line, raw, reason);
    }
  }

  private cut(text: string, quotes: boolean): void {
    const { bounds, positions, fields } = this;
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i]!;
      const start = bounds[position]!;
      const end = bounds[position + 1]! - 1;
      if (start === end) {
        fields[i] = null;
        continue;
      }
      let field = text.substring(start, end);
      if (quotes && text.charCodeAt(start) === quote) field = field.slice(1, -1).replaceAll('""', '"');
      fields[i] = field === "" || field === "\\N" ? null : field;
    }
  }

  /** Notes where the fields of a line begin; gives their number. */
  private plainBounds(text: string, start: number, end: number): number {
    const { bounds, separator } = this;
    const width = bounds.length - 1;
    let count = 0;
    bounds[0] = start;
    for (let i = start; i < end; i++) {
      if (text.charCodeAt(i) !== separator) continue;
      if (++count <= width) bounds[count] = i + 1;
    }
    if (++count <= width) bounds[count] = end + 1;
    return count;
  }

  /** The same for a line with quotes; the number is negative where one is not closed, or text follows a closed one. */
  private quotedBounds(text: string, start: number, end: number): number {
    const { bounds } = this;
    const width = bounds.length - 1;
    let count = 0;
    let broken = false;
    let at = start;
    for (;;) {
      if (count <= width) bounds[count] = at;
      count++;
      if (at < end && text.charCodeAt(at) === quote) {
        const closed = closingQuote(text, at, end);
        broken ||= closed < 0 || (closed + 1 < end && text.charCodeAt(closed + 1) !== comma);
        at = closed < 0 ? end : closed + 1;
      }
      const next = text.indexOf(",", at);
      if (next < 0 || next >= end) break;
      at = next + 1;
    }
    if (count <= width) bounds[count] = end + 1;
    return broken ? -count : count;
  }
}

/** Where the quote that opens at `open` closes, doubled ones passed over; -1 when it does not before `end`. */
function closingQuote(text: string, open: number, end: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || at >= end) return -1;
    if (at + 1 >= end || text.charCodeAt(at + 1) !== quote) return at;
  }
}

/** Decodes UTF-8, and writes each byte that belongs to no valid sequence as `\xhh`. */
function withEscapes(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const sequence = bytes.subarray(at, at + length);
    // isUtf8 knows overlong forms, surrogates and what lies beyond U+10FFFF.
    const valid = sequence.length === length && isUtf8(sequence);
    text += valid ? sequence.toString("utf8") : `\\x${first.toString(16).padStart(2, "0")}`;
    at += valid ? length : 1;
  }
  return text;
}
