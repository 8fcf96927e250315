/** What `howdah report` shows beside the hours. */
export interface ReportConfig {
  /** Answers of named queries, as plots. @default [] */
  readonly insights?: readonly Insight[];
  /** Sentences that stand above everything, while a parameter has a value. @default [] */
  readonly notices?: readonly Notice[];
}

export interface Insight {
  readonly title: string;
  /** A named query, over all that its tables hold. */
  readonly query: string;
  readonly plot: Plot;
}

export interface Notice {
  /** The parameter, and the value for which the text is true. */
  readonly parameter: string;
  readonly is: string;
  readonly text: string;
}

export type Plot = BarsPlot | StackedPlot;

/** How numbers are written. */
export type NumberFormat = "number" | "percent";

/** A bar a row, lying, in the order of the query. */
export interface BarsPlot {
  readonly kind: "bars";
  /** The column that names a bar. */
  readonly label: string;
  /** The column that is its length. */
  readonly value: string;
  readonly format: NumberFormat;
  /** A column that stands beside the value, such as how many it is of. */
  readonly beside: string | undefined;
  /** How many rows are drawn; the table has the others. */
  readonly most: number;
}

/** A column for each value of `x`, made of one piece a row. */
export interface StackedPlot {
  readonly kind: "stacked";
  readonly x: string;
  /** The column that is a piece's height. */
  readonly value: string;
  /** The column by which pieces have their colours; the largest by their sum have one each, the rest share one. */
  readonly series: string;
  readonly format: NumberFormat;
  /** A column that is told of a piece as well. */
  readonly beside: string | undefined;
}

/** Draws a bar for each row of a query. `most` bars at most. @default 12 */
export function bars(options: {
  readonly label: string;
  readonly value: string;
  readonly format?: NumberFormat;
  readonly beside?: string;
  readonly most?: number;
}): BarsPlot {
  const { label, value, format = "number", beside, most = 12 } = options;
  return Object.freeze({ kind: "bars", label, value, format, beside, most });
}

/** Draws a column for each value of `x`, its rows upon each other in the order of the query. */
export function stacked(options: {
  readonly x: string;
  readonly value: string;
  readonly series: string;
  readonly format?: NumberFormat;
  readonly beside?: string;
}): StackedPlot {
  const { x, value, series, format = "number", beside } = options;
  return Object.freeze({ kind: "stacked", x, value, series, format, beside });
}
