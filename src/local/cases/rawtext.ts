import type { ResolvedRawFormat } from "../rawreader.ts";
import { headerLine } from "../rawreader.ts";
import type { Row } from "../../jobs/cases/difference.ts";

/** How the files of a case are called, the first being 1. */
export function rawFileName(layout: ResolvedRawFormat["layout"], number: number): string {
  return `lines${number === 1 ? "" : `-${number}`}.${layout}`;
}

/**
 * A raw file whose lines have the named columns and nothing in all others; null is an empty field. `refuse` is told of
 * values that no line can hold.
 */
export function rawText(
  format: ResolvedRawFormat,
  columns: readonly string[],
  rows: readonly { readonly cells: Row; readonly line: number }[],
  refuse: (why: string, line: number) => void,
): string {
  const header = headerLine(format);
  const lines = rows.map(({ cells, line }) => {
    const fields = Array<string>(format.width).fill("");
    columns.forEach((column, i) => {
      const position = format.columns[column];
      const value = cells[i] ?? null;
      if (position === undefined || value === null) return;
      if (value === "") refuse(`${column}: raw files have no empty text: an empty field is null`, line);
      if (/\n|\r$/.test(value) || (format.layout === "tsv" && value.includes("\t")))
        refuse(`${column}: a line of ${format.layout} cannot hold ${JSON.stringify(value)} in a field`, line);
      fields[position - 1] = value;
    });
    return format.layout === "tsv" ? fields.join("\t") : fields.map(quoted).join(",");
  });
  return [...(header === undefined ? [] : [header]), ...lines].map((line) => `${line}\n`).join("");
}

function quoted(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
