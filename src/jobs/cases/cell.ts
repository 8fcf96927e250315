import { messageOf } from "../../core/errors.ts";

/** A value of a row in a case. */
export type Cell = string | null;

/**
 * Reads a cell of a Markdown table: nothing, or the word `null`, is null; a text in double quotes is read as JSON has it
 * (`""` is the empty text, `"null"` the word, `"a\nb"` has two lines); other text is as it stands. Backticks around a cell
 * are taken off, and a backslash before what Markdown would take for a sign of its own.
 */
export function readCell(text: string): { readonly value: Cell; readonly problem?: string } {
  const [, code] = /^`(.*)`$/.exec(text) ?? [];
  const plain = code === undefined ? text.replace(/\\([|*_<>~`#[\]])/g, "$1") : code.replaceAll("\\|", "|");
  if (plain === "" || plain === "null") return { value: null };
  if (!plain.startsWith('"')) return { value: plain };
  try {
    const value: unknown = JSON.parse(plain);
    if (typeof value === "string") return { value };
  } catch (error) {
    return { value: null, problem: `${plain} is no text in double quotes: ${messageOf(error)}` };
  }
  return { value: null, problem: `${plain} is no text in double quotes` };
}

/** Writes a cell so that {@link readCell} reads the same. */
export function writeCell(value: Cell): string {
  if (value === null) return "";
  // What a formatter or the reader would take otherwise: blanks at the ends, control characters, signs of Markdown.
  if (value === "" || value === "null" || value !== value.trim() || /^["`]|[\u0000-\u001f\u007f`]/.test(value))
    return asCode(JSON.stringify(value));
  return /[*_<>~#[\]\\|]/.test(value) && !/^[\w.-]+$/.test(value) ? asCode(value) : value;
}

function asCode(text: string): string {
  const escaped = text.replaceAll("|", "\\|");
  // A backtick would end the code; within JSON it can be written by its number.
  return `\`${escaped.replaceAll("`", "\\u0060")}\``;
}

/** A value as messages show it. */
export function shownCell(value: Cell): string {
  if (value === null) return "null";
  return value === "" || value === "null" || value !== value.trim() || /[\u0000-\u001f\u007f-\u009f]/.test(value)
    ? JSON.stringify(value)
    : value;
}
