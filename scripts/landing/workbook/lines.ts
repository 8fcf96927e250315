import { HowdahError } from "howdah";
import { salesColumns } from "../feeds.ts";
import type { TimeWriter } from "../row-time.ts";
import { openWorkbook, type Sheet, type Workbook } from "./parts.ts";
import { columnName, sheetRows, type Row } from "./rows.ts";
import { CellTime, numberText, priceText, type Cell } from "./values.ts";
import { Zip } from "./zip.ts";

/** Which of a workbook's sheets was read. */
export interface SheetTaken {
  readonly file: string;
  readonly sheet: string;
  /** Sheets that were not. */
  readonly others: readonly string[];
}

export interface WorkbookReading {
  readonly path: string;
  readonly times: TimeWriter;
  readonly progress: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly taken: (sheet: SheetTaken) => void;
}

/**
 * The lines of a workbook as those of a CSV file, in blocks: the sheet that has the columns of sales, times by the
 * pattern, prices to three places. A row that holds nothing is no line.
 */
export async function* workbookLines(reading: WorkbookReading): AsyncGenerator<Buffer> {
  const { path, progress, signal, times, taken } = reading;
  const workbook = await openWorkbook(await Zip.open(path, progress), signal);
  const { sheet, header, rest } = await salesSheet(workbook, signal);
  const others = workbook.sheets.filter((one) => one !== sheet).map(({ name }) => name);
  taken({ file: path, sheet: sheet.name, others });

  const names = header.cells.map((cell) => cellText(cell, times));
  yield Buffer.from(`${names.map(csvField).join(",")}\n`);
  const line = lineWriter(names, times, (column, row) => `${path}, ${sheet.name}!${columnName(column)}${row}`);
  for await (const rows of rest) yield Buffer.from(rows.map(line).join(""));
}

interface Found {
  readonly sheet: Sheet;
  readonly header: Row;
  /** The rows below the header. */
  readonly rest: AsyncGenerator<Row[]>;
}

/** The first sheet whose first row names the columns of sales. A workbook of one sheet is judged by that as CSV is. */
async function salesSheet(workbook: Workbook, signal: AbortSignal): Promise<Found> {
  const refused: string[] = [];
  for (const sheet of workbook.sheets) {
    const blocks = sheetRows(workbook, sheet, signal);
    const first = await blocks.next();
    const [header, ...rows] = first.done === true ? [] : first.value;
    const names = header?.cells ?? [];
    if (header !== undefined && (workbook.sheets.length === 1 || salesColumns.every((name) => names.includes(name))))
      return { sheet, header, rest: resumed(rows, blocks) };
    await blocks.return(undefined);
    const absent = salesColumns.filter((name) => !names.includes(name));
    refused.push(`${JSON.stringify(sheet.name)} ${header === undefined ? "is empty" : `lacks ${absent.join(", ")}`}`);
  }
  throw new HowdahError(`no sheet of the workbook begins with the columns of sales: ${refused.join("; ")}`, {
    code: "MISSING_COLUMN",
    where: workbook.zip.path,
    next: `the first row of one must name, in any order: ${salesColumns.join(",")}`,
  });
}

async function* resumed(first: Row[], blocks: AsyncGenerator<Row[]>): AsyncGenerator<Row[]> {
  if (first.length > 0) yield first;
  yield* blocks;
}

function lineWriter(
  names: readonly string[],
  times: TimeWriter,
  place: (column: number, row: number) => string,
): (row: Row) => string {
  const price = names.indexOf("UnitPrice");
  return ({ number, cells }) => {
    let line = "";
    for (let column = 0; column < Math.max(cells.length, names.length); column++) {
      if (column > 0) line += ",";
      const cell = cells[column] ?? "";
      if (typeof cell === "string") line += csvField(cell);
      else if (typeof cell === "number") line += column === price ? priceText(cell) : numberText(cell);
      else {
        if (cell.seconds % times.precision !== 0)
          throw new HowdahError(`a time is finer than the date pattern ${times.pattern}, which would cut it`, {
            code: "DATE_PRECISION",
            where: place(column, number),
            next: 'name a pattern that has a place for it: --sales-date-format "M/d/yyyy H:mm:ss"',
          });
        line += times.write(cell.seconds);
      }
    }
    return `${line}\n`;
  };
}

function cellText(cell: Cell, times: TimeWriter): string {
  if (typeof cell === "string") return cell;
  return cell instanceof CellTime ? times.write(cell.seconds) : numberText(cell);
}

/** A text as a field of CSV. One with a line break breaks its line, as it does in a file of CSV. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
