import type { Expr, Phase } from "../oozie/el/index.ts";

/**
 * How raw files are read, the same by every runner. Each line becomes a row of texts: the named columns, and
 * `_file` (path below the data set's root), `_line` (physical, from 1, the header included), `_raw` (the line) and
 * `_reason` (null, or why the line is no row: `columns`, `encoding`, `quotes`, the first that holds).
 *
 * A line ends at LF; one CR before it is dropped, other CRs are text; the last line may lack its LF. An empty field
 * and `\N` are null; other text stays verbatim. Files ending in `.gz` are unpacked. A UTF-8 byte order mark is dropped.
 */
export interface RawFormat {
  /** `tsv`: tabs, no quotes. `csv`: commas, quotes as in RFC 4180, but no field runs over a line's end. */
  readonly layout: "tsv" | "csv";
  /** Fields of a line. */
  readonly width: number;
  /** The first line of each file, which must be exactly this; undefined when files have none. */
  readonly header: readonly string[] | undefined;
  /** The columns given to SQL: name and position, from 1. */
  readonly columns: Readonly<Record<string, number>>;
  /** `utf-8` or `latin-1`. */
  readonly encoding: Expr<"string", Phase>;
}

/** What a reader of raw files rejects by itself; SQL finds the other reasons. */
export type ReaderReason = "columns" | "encoding" | "quotes";
