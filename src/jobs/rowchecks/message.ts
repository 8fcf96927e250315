/** Rows that break a check, as texts; null is a null. */
export interface SampleRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** How many rows a message shows. */
export const shownRows = 5;
const widest = 40;

/**
 * Rows as lines of a table, two spaces before each. `run_sql.py` writes the same, and `howdah logs` takes lines that
 * begin so for a part of the error above them.
 */
export function sampleLines({ columns, rows }: SampleRows): readonly string[] {
  const cells = [columns, ...rows].map((row) => row.map(cellText));
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => codePoints(row[i]!).length)));
  const padded = (cell: string, i: number): string => cell + " ".repeat(widths[i]! - codePoints(cell).length);
  return cells.map((row) => `  ${row.map(padded).join("  ").trimEnd()}`);
}

/** One line of text without control characters, cut where it is long. */
function cellText(value: string | null): string {
  if (value === null) return "null";
  const text = codePoints(value.replaceAll(/\p{Cc}/gu, " "));
  return text.length > widest ? `${text.slice(0, widest - 1).join("")}…` : text.join("");
}

function codePoints(text: string): readonly string[] {
  return Array.from(text);
}
