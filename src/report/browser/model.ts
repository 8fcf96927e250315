import { states, type DataSetFacts, type InstanceFacts, type State } from "../facts.ts";

/** What the page's script reads of a report: the hours alone. The rest was written into the page as it is. */
export interface GridFacts {
  readonly from: string;
  readonly until: string;
  readonly dataSets: readonly DataSetFacts[];
}

/** An instance with its times in milliseconds. */
export interface Instance extends InstanceFacts {
  readonly begins: number;
  readonly ends: number;
}

export interface Row extends Omit<DataSetFacts, "instances"> {
  readonly instances: readonly Instance[];
}

/** A stretch of time under one heading. */
export interface Column {
  readonly begins: number;
  readonly ends: number;
  readonly label: string;
}

/** What stands in a row beneath one column or several. */
export interface Cell {
  readonly first: number;
  readonly span: number;
  readonly instances: readonly Instance[];
}

export const hour = 3_600_000;
export const day = 24 * hour;

export const glyphs: Readonly<Record<State, string>> = {
  done: "✓",
  empty: "○",
  stale: "↻",
  partial: "◐",
  missing: "–",
  failed: "✕",
  running: "▸",
  pruned: "▽",
};

export function rowsOf({ dataSets }: GridFacts): readonly Row[] {
  return dataSets.map((dataSet) => ({
    ...dataSet,
    instances: dataSet.instances.map((one) => ({ ...one, begins: Date.parse(one.time), ends: Date.parse(one.until) })),
  }));
}

/** Puts a row's instances beneath columns: one that is longer than a column spans those that it covers. */
export function cellsOf({ instances }: Row, columns: readonly Column[]): readonly Cell[] {
  const cells: Cell[] = [];
  for (let first = 0; first < columns.length;) {
    const { begins, ends } = columns[first]!;
    const own = instances.filter((one) => one.begins < ends && one.ends > begins);
    const only = own.length === 1 ? own[0] : undefined;
    const covered = only === undefined ? 1 : columns.slice(first).filter((column) => column.begins < only.ends).length;
    cells.push({ first, span: Math.max(1, covered), instances: own });
    first += Math.max(1, covered);
  }
  return cells;
}

/** The state of some instances that asks for attention most. */
export function worstOf(instances: readonly Instance[]): State | undefined {
  return states.find((state) => instances.some((one) => one.state === state));
}

export function countsOf(instances: readonly Instance[]): readonly (readonly [State, number])[] {
  return states
    .map((state) => [state, instances.filter((one) => one.state === state).length] as const)
    .filter(([, count]) => count > 0);
}

/** `done, 1,234 rows`, or `24: 2 failed, 22 done` for several. */
export function stateText(instances: readonly Instance[]): string {
  const [only, other] = instances;
  if (only === undefined) return "none";
  if (other === undefined) return only.rows === undefined ? only.state : `${only.state}, ${numberText(only.rows)} rows`;
  const counts = countsOf(instances).map(([state, count]) => `${count} ${state}`);
  return `${instances.length}: ${counts.join(", ")}`;
}

export function numberText(value: number): string {
  return value.toLocaleString("en");
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes / 1024, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]!}`;
}

/** `2012-03-01 07:00` */
export function timeText(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}

export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function startOfDay(time: number): number {
  return Math.floor(time / day) * day;
}
