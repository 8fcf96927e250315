import { HowdahError } from "howdah";
import { reading, TextReader, type Sheet, type Workbook } from "./parts.ts";
import { isoTime, serialTime, unescapeText, type Cell } from "./values.ts";
import { attribute, plainText, XmlError, XmlScanner, type XmlHandler } from "./xml.ts";

export interface Row {
  /** Its number in the sheet. */
  readonly number: number;
  /** From column A to the last one that holds something. */
  readonly cells: readonly Cell[];
}

/** Columns up to XFD: what a sheet can have. */
const mostColumns = 16_384;

/** The rows of a sheet that hold something, in blocks as they come. Throws `BROKEN_WORKBOOK`, `FORMULA_VALUE`. */
export async function* sheetRows(workbook: Workbook, sheet: Sheet, signal: AbortSignal): AsyncGenerator<Row[]> {
  const { zip } = workbook;
  let rows: Row[] = [];
  const reader = new RowReader(workbook, sheet, (row) => rows.push(row));
  const scanner = new XmlScanner(reader);
  for await (const chunk of zip.content(sheet.part)) {
    signal.throwIfAborted();
    reading(zip, sheet.part, () => scanner.write(chunk));
    if (rows.length === 0) continue;
    yield rows;
    rows = [];
  }
  reading(zip, sheet.part, () => scanner.end());
}

const wholeNumber = /^(?:0|-?[1-9]\d*)$/;

/** Makes rows of a sheet's elements: `<row r="2"><c r="A2" t="s" s="1"><v>0</v></c></row>`. */
class RowReader implements XmlHandler {
  readonly #workbook: Workbook;
  readonly #sheet: Sheet;
  readonly #row: (row: Row) => void;
  readonly #inline = new TextReader();
  #number = 0;
  #cells: Cell[] = [];
  #filled = 0;
  #column = -1;
  #type: string | undefined;
  #style: string | undefined;
  #value = "";
  #hasValue = false;
  #inValue = false;
  #isInline = false;
  #hasFormula = false;

  constructor(workbook: Workbook, sheet: Sheet, row: (row: Row) => void) {
    this.#workbook = workbook;
    this.#sheet = sheet;
    this.#row = row;
  }

  open(name: string, attributes: string): void {
    if (name === "c") this.#beginCell(attributes);
    else if (name === "v") this.#inValue = this.#hasValue = true;
    else if (name === "row") {
      this.#number = Number(attribute(attributes, "r") ?? this.#number + 1);
      this.#cells = [];
      this.#filled = 0;
      this.#column = -1;
    } else if (name === "is") this.#isInline = true;
    else if (name === "f") this.#hasFormula = true;
    else if (this.#isInline) this.#inline.open(name);
  }

  text(raw: string): void {
    if (this.#inValue) this.#value = this.#value === "" ? raw : this.#value + raw;
    else if (this.#isInline) this.#inline.text(raw);
  }

  close(name: string): void {
    if (name === "c") this.#endCell();
    else if (name === "v") this.#inValue = false;
    else if (name === "row") {
      if (this.#filled > 0) this.#row({ number: this.#number, cells: this.#cells });
    } else if (name === "is") this.#isInline = false;
    else if (this.#isInline) this.#inline.close(name);
  }

  #beginCell(attributes: string): void {
    const reference = attribute(attributes, "r");
    // Cells need not say where they stand: then each is behind the one before.
    const column = reference === undefined ? this.#column + 1 : columnOf(reference);
    if (column <= this.#column || column >= mostColumns) throw new XmlError(`a cell stands at ${reference ?? column}`);
    this.#column = column;
    this.#type = attribute(attributes, "t");
    this.#style = attribute(attributes, "s");
    this.#value = "";
    this.#hasValue = false;
    this.#hasFormula = false;
  }

  #endCell(): void {
    const cell = this.#cell();
    if (cell === "") return;
    while (this.#filled < this.#column) this.#cells[this.#filled++] = "";
    this.#cells[this.#filled++] = cell;
  }

  #cell(): Cell {
    const type = this.#type;
    if (type === "inlineStr") return this.#inline.take();
    if (!this.#hasValue) {
      if (!this.#hasFormula) return "";
      throw new HowdahError("a cell holds a formula, but not what it comes to", {
        code: "FORMULA_VALUE",
        where: `${this.#workbook.zip.path}, ${this.#place()}`,
        next: "open the workbook in a spreadsheet program, which computes it, and save it",
      });
    }
    const value = this.#value.includes("&") || this.#value.includes("\r") ? plainText(this.#value) : this.#value;
    switch (type) {
      case "s": {
        const text = wholeNumber.test(value) ? this.#workbook.strings[Number(value)] : undefined;
        if (text === undefined) throw new XmlError(`the cell ${this.#place()} refers to a text that is not there`);
        return text;
      }
      case "str":
        return unescapeText(value);
      case "b":
        return value === "1" || value === "true" ? "TRUE" : "FALSE";
      case "d":
        return isoTime(value) ?? value;
      case "e":
        return value;
      default:
        return this.#numeric(value.trim());
    }
  }

  #numeric(value: string): Cell {
    if (value === "") return "";
    const number = Number(value);
    if (!Number.isFinite(number))
      throw new XmlError(`the cell ${this.#place()} holds no number but ${value.slice(0, 40)}`);
    if (this.#style !== undefined && this.#workbook.timeStyles[Number(this.#style)] === true) {
      const time = serialTime(number, this.#workbook.since1904);
      if (time !== undefined) return time;
    }
    return wholeNumber.test(value) ? value : number;
  }

  #place(): string {
    return `${this.#sheet.name}!${columnName(this.#column)}${this.#number}`;
  }
}

/** 0 of `A2`, 26 of `AA2`. */
function columnOf(reference: string): number {
  let column = 0;
  let at = 0;
  for (; at < reference.length; at++) {
    const letter = reference.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  if (at === 0) throw new XmlError(`a cell stands at ${reference.slice(0, 20)}`);
  return column - 1;
}

export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}
