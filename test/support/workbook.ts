import { closeSync, openSync, writeSync } from "node:fs";
import { strToU8, Zip, ZipDeflate } from "fflate";

/** A cell as it stands in a sheet; undefined is one that is not there. */
export type CellSpec =
  | { readonly shared: string }
  | { readonly inline: string }
  | { readonly fonts: readonly string[] }
  | { readonly number: string }
  /** Seconds since 1970. */
  | { readonly time: number }
  | { readonly iso: string }
  | { readonly error: string }
  | { readonly boolean: boolean }
  /** With the value that was computed, if any. */
  | { readonly formula: string; readonly type?: "str" | "n"; readonly value?: string }
  | undefined;

export interface SheetSpec {
  readonly name: string;
  /** An empty row is left out, its number is not. */
  readonly rows: Iterable<readonly CellSpec[]>;
}

export interface WorkbookSpec {
  readonly sheets: readonly SheetSpec[];
  readonly since1904?: boolean;
  /** The format of times. @default the built-in one of dates with a clock */
  readonly timeFormat?: string;
  /** Rows and cells do not say where they stand: rows must be whole. */
  readonly unplaced?: boolean;
  /** Elements have a prefix, as some programs write them. */
  readonly prefix?: string;
}

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packaged = "http://schemas.openxmlformats.org/package/2006/relationships";
const heading = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n';

const escaped = (text: string): string =>
  text
    .replace(/_x(?=[0-9A-Fa-f]{4}_)/g, "_x005F_x")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "_x000D_");

const columnName = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : columnName(Math.floor(column / 26) - 1) + columnName(column % 26);

const serialOf = (seconds: number, since1904: boolean): string =>
  String(seconds / 86_400 + (since1904 ? 24_107 : 25_569));

/** Writes an .xlsx workbook, piece by piece. */
export function writeWorkbook(path: string, spec: WorkbookSpec): void {
  const { sheets, since1904 = false, timeFormat, unplaced = false, prefix = "" } = spec;
  const file = openSync(path, "w");
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    writeSync(file, chunk);
  });
  const part = (name: string, pieces: Iterable<string>): void => {
    const entry = new ZipDeflate(name, { level: 1 });
    zip.add(entry);
    entry.push(strToU8(heading));
    for (const piece of pieces) entry.push(strToU8(piece));
    entry.push(new Uint8Array(0), true);
  };
  const p = prefix === "" ? "" : `${prefix}:`;
  const space = prefix === "" ? `xmlns="${main}"` : `xmlns:${prefix}="${main}"`;
  const strings = new Map<string, number>();
  const shared = (text: string): number => {
    const at = strings.get(text) ?? strings.size;
    strings.set(text, at);
    return at;
  };
  const cellXml = (cell: NonNullable<CellSpec>, place: string): string => {
    const t = (text: string): string => `<${p}t xml:space="preserve">${escaped(text)}</${p}t>`;
    const c = (attributes: string, value: string): string => `<${p}c${place}${attributes}>${value}</${p}c>`;
    const v = (value: string | number): string => `<${p}v>${value}</${p}v>`;
    if ("shared" in cell) return c(' t="s"', v(shared(`<${p}si>${t(cell.shared)}</${p}si>`)));
    if ("fonts" in cell) {
      const runs = cell.fonts.map((text) => `<${p}r>${t(text)}</${p}r>`).join("");
      return c(' t="s"', v(shared(`<${p}si>${runs}<${p}rPh sb="0" eb="1">${t("spoken")}</${p}rPh></${p}si>`)));
    }
    if ("inline" in cell) return c(' t="inlineStr"', `<${p}is>${t(cell.inline)}</${p}is>`);
    if ("number" in cell) return c("", v(cell.number));
    if ("time" in cell) return c(' s="1"', v(serialOf(cell.time, since1904)));
    if ("iso" in cell) return c(' s="1" t="d"', v(cell.iso));
    if ("error" in cell) return c(' t="e"', v(cell.error));
    if ("boolean" in cell) return c(' t="b"', v(cell.boolean ? 1 : 0));
    const value = cell.value === undefined ? "" : v(escaped(cell.value));
    return c(cell.type === "str" ? ' t="str"' : "", `<${p}f>${escaped(cell.formula)}</${p}f>${value}`);
  };
  function* sheetXml(rows: SheetSpec["rows"]): Generator<string> {
    yield `<${p}worksheet ${space}><${p}sheetData>`;
    let number = 0;
    let piece = "";
    for (const row of rows) {
      number++;
      if (row.length === 0) continue;
      piece += unplaced ? `<${p}row>` : `<${p}row r="${number}" spans="1:8">`;
      row.forEach((cell, i) => {
        if (cell !== undefined) piece += cellXml(cell, unplaced ? "" : ` r="${columnName(i)}${number}"`);
        else if (unplaced) piece += `<${p}c/>`;
      });
      piece += `</${p}row>`;
      if (piece.length < 1 << 18) continue;
      yield piece;
      piece = "";
    }
    yield `${piece}</${p}sheetData></${p}worksheet>`;
  }

  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${related}/${type}" Target="${target}"/>`;
  part("_rels/.rels", [
    `<Relationships xmlns="${packaged}">${relation("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
  ]);
  const names = sheets.map(
    ({ name }, i) => `<${p}sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`,
  );
  part("xl/workbook.xml", [
    `<${p}workbook ${space} xmlns:r="${related}"><${p}workbookPr${since1904 ? ' date1904="1"' : ""}/>`,
    `<${p}sheets>${names.join("")}</${p}sheets></${p}workbook>`,
  ]);
  part("xl/_rels/workbook.xml.rels", [
    `<Relationships xmlns="${packaged}">`,
    ...sheets.map((_, i) => relation(`rId${i + 1}`, "worksheet", `worksheets/sheet${i + 1}.xml`)),
    `${relation("rIdA", "styles", "styles.xml")}${relation("rIdB", "sharedStrings", "/xl/sharedStrings.xml")}</Relationships>`,
  ]);
  const format = timeFormat === undefined ? "" : `<${p}numFmt numFmtId="164" formatCode="${escaped(timeFormat)}"/>`;
  part("xl/styles.xml", [
    `<${p}styleSheet ${space}><${p}numFmts>${format}</${p}numFmts>`,
    // Styles of styles come first, and are not what cells name.
    `<${p}cellStyleXfs><${p}xf numFmtId="14"/><${p}xf numFmtId="0"/></${p}cellStyleXfs>`,
    `<${p}cellXfs><${p}xf numFmtId="0"/><${p}xf numFmtId="${timeFormat === undefined ? 22 : 164}"/></${p}cellXfs></${p}styleSheet>`,
  ]);
  sheets.forEach(({ rows }, i) => part(`xl/worksheets/sheet${i + 1}.xml`, sheetXml(rows)));
  part("xl/sharedStrings.xml", [`<${p}sst ${space}>`, ...strings.keys(), `</${p}sst>`]);
  zip.end();
  closeSync(file);
}
