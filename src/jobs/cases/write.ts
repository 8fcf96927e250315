import { writeCell } from "./cell.ts";
import type { Row } from "./difference.ts";

/** Rows of a case as {@link caseText} writes them. */
export interface TableToWrite {
  readonly is: "given" | "expect";
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Raw files in the place of rows. */
  readonly files?: readonly string[];
}

export interface CaseToWrite {
  readonly name: string;
  /** Said to readers, below the name. */
  readonly about: string;
  /** `hour: 20120301_08`, `max_idle_seconds = 600` */
  readonly options: readonly string[];
  readonly tables: readonly TableToWrite[];
}

/** A case as `readCases` reads it, its tables aligned. */
export function caseText({ name, about, options, tables }: CaseToWrite): string {
  const sections = tables.flatMap((table) => [`### ${table.is} ${table.name}`, ...contentOf(table)]);
  return `${[`## ${name}`, about, options.map((option) => `- ${option}`).join("\n"), ...sections].join("\n\n")}\n`;
}

function contentOf({ columns, rows, files = [] }: TableToWrite): readonly string[] {
  if (files.length > 0) return files.map(fenced);
  return [rows.length === 0 ? "empty" : tableText(columns, rows)];
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([mark]) => mark.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}\n${text}${text.endsWith("\n") ? "" : "\n"}${mark}`;
}

function tableText(columns: readonly string[], rows: readonly Row[]): string {
  const cells = [columns, ...rows.map((row) => row.map(writeCell))];
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((row) => Array.from(row[i]!).length)));
  const line = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
  const padded = cells.map((row) =>
    line(row.map((text, i) => text + " ".repeat(widths[i]! - Array.from(text).length))),
  );
  return [padded[0]!, line(widths.map((width) => "-".repeat(width))), ...padded.slice(1)].join("\n");
}
