import { isAscii } from "node:buffer";
import { HowdahError } from "howdah";
import { fieldText, newFields, splitLine, type Fields } from "./csv-line.ts";
import { salesColumns } from "./feeds.ts";
import type { Intake } from "./intake.ts";
import type { HourReader, TimeWriter } from "./row-time.ts";
import { readBlocks } from "./source-file.ts";
import type { Part } from "./staged-rows.ts";
import { isWorkbook } from "./workbook/kind.ts";
import { workbookLines, type SheetTaken } from "./workbook/lines.ts";

const newline = 10;
const carriageReturn = 13;
const quote = 34;
const comma = Buffer.from(",");
const lineEnd = Buffer.from("\n");
const guardedEnd = Buffer.from("\r\n");

export interface SalesFormat {
  /** Of CSV; workbooks say themselves. */
  readonly encoding: "utf-8" | "latin-1";
  readonly readHour: HourReader;
  readonly times: TimeWriter;
  readonly shiftHours: number;
}

/** The header that every landed sales file begins with. */
export const salesHeader = Buffer.from(`${salesColumns.join(",")}\n`);

/** What of a sales file was read, and what was not. */
export interface SalesTaken {
  readonly ignoredColumns: readonly string[];
  /** Of a workbook. */
  readonly sheet?: SheetTaken;
}

/**
 * Sorts the lines of a sales file, CSV or a workbook, into their hours, in the declared order of columns, UTF-8, LF. A
 * line that cannot be split is copied as it is. Throws `MISSING_COLUMN` for a file without the header.
 */
export async function takeSales(path: string, intake: Intake, format: SalesFormat): Promise<SalesTaken> {
  let columns: SalesHeader | undefined;
  let sheet: SheetTaken | undefined;
  const { progress, signal } = intake;
  const blocks = isWorkbook(path)
    ? workbookLines({ path, times: format.times, progress, signal, taken: (one) => (sheet = one) })
    : csvBlocks(path, intake, format);
  const fields = newFields();
  for await (const block of blocks) {
    for (let start = 0; start < block.length;) {
      const found = block.indexOf(newline, start);
      let end = found === -1 ? block.length : found;
      const next = end + 1;
      if (found !== -1 && end > start && block[end - 1] === carriageReturn) end--;
      splitLine(block, start, end, fields);
      if (columns === undefined) columns = readHeader(path, block, fields);
      else {
        const hour = hourOf(block, fields, columns.date, format.readHour) + format.shiftHours;
        const part = intake.begin(hour);
        if (part !== undefined) {
          const asItIs = columns.straight || fields.broken || fields.count !== columns.width;
          if (asItIs) intake.rows.write(part, block, start, end);
          const last = asItIs ? end : writeMapped(intake, part, block, fields, columns.order);
          // A CR that ends the text must not be taken for one that belongs to the LF.
          const ending = last > start && block[last - 1] === carriageReturn ? guardedEnd : lineEnd;
          intake.rows.write(part, ending, 0, ending.length);
        }
      }
      start = next;
    }
    await intake.afterBlock();
  }
  if (columns === undefined) throw missing(path, salesColumns, "");
  return { ignoredColumns: columns.ignored, ...(sheet === undefined ? {} : { sheet }) };
}

async function* csvBlocks(path: string, intake: Intake, { encoding }: SalesFormat): AsyncGenerator<Buffer> {
  for await (const block of readBlocks(path, intake.progress))
    yield encoding === "latin-1" ? latin1AsUtf8(block) : block;
}

/** Latin-1 is one byte a character, so a block can be converted without regard to lines. */
function latin1AsUtf8(block: Buffer): Buffer {
  return isAscii(block) ? block : Buffer.from(block.toString("latin1"), "utf8");
}

interface SalesHeader {
  readonly width: number;
  /** Where each declared column stands in the file. */
  readonly order: readonly number[];
  readonly date: number;
  /** The file has the declared columns in the declared order, and no others. */
  readonly straight: boolean;
  readonly ignored: readonly string[];
}

function readHeader(path: string, block: Buffer, fields: Fields): SalesHeader {
  const names = Array.from({ length: fields.count }, (_, i) => fieldText(block, fields, i));
  const absent = salesColumns.filter((name) => !names.includes(name));
  if (absent.length > 0) throw missing(path, absent, names.join(","));
  const twice = salesColumns.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice.length > 0)
    throw new HowdahError(`the header names a column twice: ${twice.join(", ")}`, {
      code: "COLUMN_TWICE",
      where: `${path}:1`,
      next: "rename one of the two in the file",
    });
  const order = salesColumns.map((name) => names.indexOf(name));
  return {
    width: names.length,
    order,
    date: names.indexOf("InvoiceDate"),
    straight: names.length === salesColumns.length && order.every((at, i) => at === i),
    ignored: names.filter((name) => !salesColumns.some((column) => column === name)),
  };
}

function missing(path: string, absent: readonly string[], header: string): HowdahError {
  const none = absent.length === salesColumns.length;
  return new HowdahError(
    none
      ? `the file has no header; its first line is: ${header.slice(0, 200)}`
      : `the file lacks ${absent.join(", ")}; its header is: ${header.slice(0, 200)}`,
    {
      code: "MISSING_COLUMN",
      where: `${path}:1`,
      next: `its first line must name, in any order: ${salesColumns.join(",")}`,
    },
  );
}

function hourOf(block: Buffer, fields: Fields, date: number, readHour: HourReader): number {
  if (date >= fields.count) return NaN;
  const start = fields.starts[date]!;
  const end = fields.ends[date]!;
  if (block[start] !== quote || end <= start) return readHour(block, start, end);
  return block[end - 1] === quote ? readHour(block, start + 1, end - 1) : NaN;
}

/** Writes a line's fields in the declared order; gives the end of the one that came last. */
function writeMapped(intake: Intake, part: Part, block: Buffer, fields: Fields, order: readonly number[]): number {
  let end = 0;
  order.forEach((at, i) => {
    if (i > 0) intake.rows.write(part, comma, 0, 1);
    end = fields.ends[at]!;
    intake.rows.write(part, block, fields.starts[at]!, end);
  });
  return end;
}
