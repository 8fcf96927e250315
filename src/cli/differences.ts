import { shownCell } from "../jobs/cases/cell.ts";
import type { Row } from "../jobs/cases/difference.ts";
import type { TableDifference } from "../local/cases/run.ts";
import type { Io } from "./io.ts";

/** Rows of a difference that are shown; of the others it is told how many there are. */
const shownRows = 20;
const widest = 40;

/** The difference of a table: how many rows, then `-` missing, `+` unexpected, `~` changed, with both values. */
export function differenceLines(difference: TableDifference, { colors }: Io): readonly string[] {
  const { table, key, missing, unexpected, changed, equal, columns } = difference;
  const counts = [
    [changed.length, "changed"],
    [missing.length, "missing"],
    [unexpected.length, "unexpected"],
    [equal, "as expected"],
  ] as const;
  const told = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(", ");
  const rows = [
    ...changed.map((pair) => ({ sign: "~", cells: changedCells(pair) })),
    ...missing.map((row) => ({ sign: "-", cells: plainCells(row) })),
    ...unexpected.map((row) => ({ sign: "+", cells: plainCells(row) })),
  ];
  const shown = rows.slice(0, shownRows);
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...shown.map(({ cells }) => width(cells[i]!.text))),
  );
  const header = columns.map((column, i) => column.padEnd(widths[i]!)).join("  ");
  const paint = { "~": colors.yellow, "-": colors.red, "+": colors.green };
  return [
    `${table}${key === undefined ? "" : ` ${key}`}: ${told}`,
    `  ${colors.dim(header.trimEnd())}`,
    ...shown.map(({ sign, cells }) => {
      const color = paint[sign as keyof typeof paint];
      const texts = cells.map(({ text, differs }, i) => {
        const padded = text + " ".repeat(widths[i]! - width(text));
        return differs ? color(padded) : padded;
      });
      return `${color(sign)} ${texts.join("  ").trimEnd()}`;
    }),
    ...(rows.length > shown.length ? [`  and ${rows.length - shown.length} more`] : []),
  ];
}

interface ShownCell {
  readonly text: string;
  readonly differs: boolean;
}

function plainCells(row: Row): readonly ShownCell[] {
  return row.map((cell) => ({ text: cut(shownCell(cell)), differs: true }));
}

function changedCells({ expected, found }: { readonly expected: Row; readonly found: Row }): readonly ShownCell[] {
  return expected.map((cell, i) => {
    const other = found[i]!;
    if (cell === other) return { text: cut(shownCell(cell)), differs: false };
    return { text: `${cut(shownCell(cell))} → ${cut(shownCell(other))}`, differs: true };
  });
}

function cut(text: string): string {
  const letters = Array.from(text);
  return letters.length > widest ? `${letters.slice(0, widest - 1).join("")}…` : text;
}

function width(text: string): number {
  return Array.from(text).length;
}
