import { hashOf } from "../core/hash.ts";
import { HowdahError, throwAll } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import type { Expr, Phase } from "../oozie/el/index.ts";
import { rowCheckProblems, type RowCheck } from "./rowcheck.ts";

/** A Hive type, in Hive's own spelling; the decimal has its precision and scale. */
export type HiveType =
  "string" | "int" | "bigint" | "double" | "boolean" | "date" | "timestamp" | `decimal(${number},${number})`;

export interface Column {
  readonly type: HiveType;
  readonly comment?: string;
}

/** Columns by name, in order. A type alone stands for a column without a comment. */
export type Columns = Readonly<Record<string, HiveType | Column>>;

/** How a table's files are written. */
export type TableFormat =
  | { readonly kind: "parquet" }
  | {
      readonly kind: "text";
      readonly serde: string;
      readonly properties: Readonly<Record<string, string>>;
      /** Lines that Hive skips at the top of each file. */
      readonly headerLines: number;
    };

export const parquet: TableFormat = Object.freeze({ kind: "parquet" });

/** Fields divided by one character, no quotes. */
export function delimited(
  delimiter: string,
  options: { readonly headerLines?: number; readonly nullText?: string } = {},
): TableFormat {
  return Object.freeze({
    kind: "text",
    serde: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    properties: {
      "field.delim": delimiter,
      ...(options.nullText === undefined ? {} : { "serialization.null.format": options.nullText }),
    },
    headerLines: options.headerLines ?? 0,
  });
}

/** Comma-separated values with double quotes; every column is a string. */
export function quotedCsv(options: { readonly headerLines?: number } = {}): TableFormat {
  return Object.freeze({
    kind: "text",
    serde: "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    // The SerDe's own escape is a backslash, which would eat those in the data; a NUL never occurs.
    properties: { separatorChar: ",", quoteChar: '"', escapeChar: "\u0000" },
    headerLines: options.headerLines ?? 0,
  });
}

export interface Database {
  readonly kind: "database";
  readonly name: string;
  readonly comment: string | undefined;
  readonly location: Expr<"path", Phase> | undefined;
  readonly at: Place;
}

export interface Table {
  readonly kind: "table";
  readonly database: Database;
  readonly name: string;
  /** `database.name` */
  readonly fullName: string;
  readonly comment: string | undefined;
  readonly columns: Readonly<Record<string, Column>>;
  /** The partition columns, in order; none for a table without partitions. */
  readonly partitionedBy: Readonly<Record<string, Column>>;
  readonly format: TableFormat;
  /** Every table is external and says where its rows lie. */
  readonly location: Expr<"path", Phase>;
  /** How many of the newest partitions `clean` leaves when nobody says more; undefined: it touches none. */
  readonly keep: number | undefined;
  /** What must hold of a partition's rows before anybody sees them. */
  readonly checks: readonly RowCheck[];
  readonly at: Place;
}

export interface View {
  readonly kind: "view";
  readonly database: Database;
  readonly name: string;
  readonly fullName: string;
  readonly comment: string | undefined;
  /** A SELECT, every table in it written with its database. */
  readonly query: string;
  readonly at: Place;
}

const identifier = /^[a-z][a-z0-9_]*$/;

function checkName(what: string, name: string, at: Place): void {
  if (!identifier.test(name))
    throw new HowdahError(
      `${JSON.stringify(name)} cannot name a ${what}: a small letter, then small letters, digits, _`,
      { code: "HIVE_NAME", where: at },
    );
}

export function database(
  name: string,
  options: { readonly comment?: string; readonly location?: Expr<"path", Phase> } = {},
): Database {
  const at = callerPlace();
  checkName("database", name, at);
  return Object.freeze({ kind: "database", name, comment: options.comment, location: options.location, at });
}

export interface TableOptions<C extends Columns = Columns> {
  readonly comment?: string;
  readonly columns: C;
  readonly partitionedBy?: Columns;
  readonly format: TableFormat;
  readonly location: Expr<"path", Phase>;
  readonly keep?: number;
  /** Run on every partition that a job computes, before it is published. */
  readonly checks?: readonly RowCheck<keyof C & string>[];
}

/** Declares an external table. */
export function table<const C extends Columns>(database: Database, name: string, options: TableOptions<C>): Table {
  const at = callerPlace();
  checkName("table", name, at);
  const columns = fullColumns(options.columns, at);
  const partitionedBy = fullColumns(options.partitionedBy ?? {}, at);
  for (const column of Object.keys(partitionedBy))
    if (column in columns)
      throw new HowdahError(`${name}: ${column} is both a column and a partition column`, {
        code: "HIVE_COLUMN",
        where: at,
      });
  const checks = options.checks ?? [];
  throwAll(rowCheckProblems(`${database.name}.${name}`, columns, checks));
  return Object.freeze({
    kind: "table",
    database,
    name,
    fullName: `${database.name}.${name}`,
    comment: options.comment,
    columns,
    partitionedBy,
    format: options.format,
    location: options.location,
    keep: options.keep,
    checks,
    at,
  });
}

/** Declares a view. */
export function view(
  database: Database,
  name: string,
  options: { readonly comment?: string; readonly query: string },
): View {
  const at = callerPlace();
  checkName("view", name, at);
  const fullName = `${database.name}.${name}`;
  return Object.freeze({ kind: "view", database, name, fullName, comment: options.comment, query: options.query, at });
}

function fullColumns(columns: Columns, at: Place): Readonly<Record<string, Column>> {
  const entries = Object.entries(columns).map(([name, column]) => {
    checkName("column", name, at);
    return [name, Object.freeze(typeof column === "string" ? { type: column } : column)] as const;
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** A table's columns, to be taken over into another. */
export function columnsOf(table: Table): Columns {
  return table.columns;
}

/** `[name, type]` of a table's columns without its partition columns. */
export function columnList(table: Table): readonly (readonly [string, HiveType])[] {
  return Object.entries(table.columns).map(([name, { type }]) => [name, type] as const);
}

/** Changes when a table's columns or their types do; comments do not count. */
export function columnsHash(table: Table): string {
  let hash = columnHashes.get(table);
  if (hash === undefined) columnHashes.set(table, (hash = hashOf(columnList(table))));
  return hash;
}

/** A table never changes, and is asked for its columns with each of its partitions. */
const columnHashes = new WeakMap<Table, string>();
