import type { Cell } from "./cell.ts";

export type Row = readonly Cell[];

/** How the rows of a table differ from those expected, in the columns that are compared. */
export interface Difference {
  readonly columns: readonly string[];
  /** Expected, and not there. */
  readonly missing: readonly Row[];
  /** There, and not expected. */
  readonly unexpected: readonly Row[];
  /** Pairs of the two that are one row with other values. */
  readonly changed: readonly { readonly expected: Row; readonly found: Row }[];
  /** Rows that are as expected. */
  readonly equal: number;
}

/** Rows beyond which pairs are no longer looked for: nobody reads so many. */
const pairedRows = 200;

/** Compares rows without regard to their order; equal ones count. */
export function compareRows(columns: readonly string[], expected: readonly Row[], found: readonly Row[]): Difference {
  const left = new Map<string, Row[]>();
  for (const row of found) {
    const key = JSON.stringify(row);
    const same = left.get(key);
    if (same === undefined) left.set(key, [row]);
    else same.push(row);
  }
  const missing = expected.filter((row) => left.get(JSON.stringify(row))?.pop() === undefined);
  // In one order, whatever the engine's was.
  const unexpected = [...left].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, rows]) => rows);
  const equal = expected.length - missing.length;
  return { columns, ...paired(missing, unexpected), equal };
}

export function isSame({ missing, unexpected, changed }: Difference): boolean {
  return missing.length + unexpected.length + changed.length === 0;
}

/** Takes together the rows that have most in common: at least half of their columns, and one that is no null. */
function paired(
  missing: readonly Row[],
  unexpected: readonly Row[],
): Pick<Difference, "missing" | "unexpected" | "changed"> {
  if (missing.length > pairedRows || unexpected.length > pairedRows) return { missing, unexpected, changed: [] };
  const candidates = missing.flatMap((expected, i) =>
    unexpected.flatMap((found, j) => {
      const same = expected.filter((cell, column) => cell === found[column]);
      const isNear = same.length * 2 >= expected.length && same.some((cell) => cell !== null);
      return isNear ? [{ i, j, same: same.length }] : [];
    }),
  );
  const [ofMissing, ofUnexpected] = [new Set<number>(), new Set<number>()];
  const changed: { expected: Row; found: Row }[] = [];
  for (const { i, j } of candidates.sort((a, b) => b.same - a.same || a.i - b.i || a.j - b.j)) {
    if (ofMissing.has(i) || ofUnexpected.has(j)) continue;
    ofMissing.add(i);
    ofUnexpected.add(j);
    changed.push({ expected: missing[i]!, found: unexpected[j]! });
  }
  return {
    missing: missing.filter((_, i) => !ofMissing.has(i)),
    unexpected: unexpected.filter((_, j) => !ofUnexpected.has(j)),
    changed,
  };
}
