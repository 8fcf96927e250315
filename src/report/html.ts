import { gzipSync } from "node:zlib";

/** Text as HTML shows it, in an element or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A value as JSON that can stand in a script element, packed by gzip (in base64): facts of many hours are much alike. */
export function packed(value: unknown): string {
  return gzipSync(JSON.stringify(value)).toString("base64");
}

/** A table whose cells are escaped; those of numbers stand to the right. */
export function tableHtml(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: ReadonlySet<number> = new Set(),
): string {
  const isNumber = (i: number): string => (numbers.has(i) ? ' class="number"' : "");
  const head = columns.map((name, i) => `<th scope="col"${isNumber(i)}>${escaped(name)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((cell, i) => `<td${isNumber(i)}>${escaped(cell)}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="group" aria-label="table"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
