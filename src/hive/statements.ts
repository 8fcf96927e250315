import { callerPlace, type Place } from "../core/source.ts";
import { toExpr, type ElType, type Expr, type Value } from "../oozie/el/index.ts";
import type { HiveScriptPart } from "../oozie/actions/index.ts";
import type { Column, Database, Table, View } from "./table.ts";

/** HiveQL as values: what a runner without Hive can act on, and what is written as text for one with it. */
export type HiveStatement =
  | (HiveScriptPart & { readonly is: "create-database"; readonly database: Database; readonly at: Place })
  | (HiveScriptPart & { readonly is: "create-table"; readonly table: Table; readonly at: Place })
  | (HiveScriptPart & { readonly is: "create-view"; readonly view: View; readonly at: Place })
  | (HiveScriptPart & {
      readonly is: "add-partition";
      readonly table: Table;
      readonly partition: Readonly<Record<string, Expr<ElType, "workflow">>>;
      readonly at: Place;
    })
  | (HiveScriptPart & { readonly is: "script"; readonly text: string; readonly at: Place });

export function isHiveStatement(part: HiveScriptPart): part is HiveStatement {
  return "is" in part;
}

/** Creates databases, tables and views that are not there yet, in the order given. */
export function create(...things: readonly (Database | Table | View)[]): readonly HiveStatement[] {
  const at = callerPlace();
  return things.map((thing): HiveStatement => {
    const base = { kind: "hive", at } as const;
    switch (thing.kind) {
      case "database":
        return { ...base, is: "create-database", database: thing, uses: some(thing.location) };
      case "table":
        return { ...base, is: "create-table", table: thing, uses: [thing.location] };
      case "view":
        return { ...base, is: "create-view", view: thing, uses: [] };
    }
  });
}

/** Makes a partition known; one that is already known is left as it is. */
export function addPartition(
  table: Table,
  partition: Readonly<Record<string, Value<ElType, "workflow">>>,
): HiveStatement {
  const entries = Object.entries(partition).map(([key, value]) => [key, toExpr<ElType, "workflow">(value)] as const);
  return {
    kind: "hive",
    is: "add-partition",
    table,
    partition: Object.fromEntries(entries),
    uses: [...entries.map(([, value]) => value), table.location],
    at: callerPlace(),
  };
}

/** HiveQL as the user wrote it. Only Hive can run it. */
export function hiveScript(text: string, uses: readonly Expr[] = []): HiveStatement {
  return { kind: "hive", is: "script", text, uses, at: callerPlace(hiveScript) };
}

function some<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

/** Gives an expression's text: a value, or `${parameter}` where the text stays a template. */
export type TextOf = (value: Expr) => string;

/** A statement as HiveQL, without the closing semicolon. */
export function hiveQl(statement: HiveStatement, textOf: TextOf): string {
  switch (statement.is) {
    case "create-database": {
      const { name, comment, location } = statement.database;
      return [
        `CREATE DATABASE IF NOT EXISTS ${name}`,
        ...(comment === undefined ? [] : [`COMMENT ${quote(comment)}`]),
        ...(location === undefined ? [] : [`LOCATION ${quoteTemplate(textOf(location))}`]),
      ].join("\n");
    }
    case "create-table":
      return createTable(statement.table, textOf);
    case "create-view": {
      const { fullName, comment, query } = statement.view;
      const commented = comment === undefined ? "" : ` COMMENT ${quote(comment)}`;
      // Hive 3.1 refuses IF NOT EXISTS where the view is there.
      return `CREATE OR REPLACE VIEW ${fullName}${commented} AS\n${plainQuery(query)}`;
    }
    case "add-partition": {
      const values = Object.entries(statement.partition).map(
        ([key, value]) => `${key}=${quoteTemplate(textOf(value))}`,
      );
      return `ALTER TABLE ${statement.table.fullName} ADD IF NOT EXISTS PARTITION (${values.join(", ")})`;
    }
    case "script":
      return statement.text;
  }
}

/** Adds columns behind those that are there; to the partitions too, which have columns of their own. */
export function addColumns(
  { fullName, partitionedBy }: Table,
  columns: readonly (readonly [string, Column])[],
): string {
  const cascade = Object.keys(partitionedBy).length === 0 ? "" : " CASCADE";
  return `ALTER TABLE ${fullName} ADD COLUMNS (\n${columnLines(columns)}\n)${cascade}`;
}

/**
 * A view's query as every way to Hive leaves it, so that what is there can be compared with what is declared: without
 * comments, at whose semicolons old Beelines split and which newer ones take out; without spaces at the ends of lines, which
 * Beeline takes away, in strings too; without tabs, at which Hive ends a line where it describes the view.
 */
export function plainQuery(query: string): string {
  return query
    .trim()
    .replace(hiveText, (token) =>
      /^['"`]/.test(token)
        ? escapedLayout(token)
        : token
            .replace(/--[^\n]*/g, "")
            .replace(/\/\*[^]*?\*\//g, " ")
            .replaceAll("\t", " ")
            .replace(/\s*\n\s*/g, "\n"),
    )
    .trimEnd();
}

/** A string with its tabs and ends of lines as HiveQL escapes them. */
export function escapedLayout(text: string): string {
  return text.replaceAll("\t", "\\t").replaceAll("\n", "\\n");
}

/** Strings, names, and runs of comments and white space: what of HiveQL is no word of it. Hints are words. */
export const hiveText = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|`(?:[^`]|``)*`|(?:--[^\n]*|\/\*(?!\+)[^]*?\*\/|\s)+/g;

function createTable(table: Table, textOf: TextOf): string {
  const { format } = table;
  const partitions = Object.entries(table.partitionedBy);
  const lines = [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${table.fullName} (`,
    columnLines(Object.entries(table.columns)),
    ")",
    ...(table.comment === undefined ? [] : [`COMMENT ${quote(table.comment)}`]),
    ...(partitions.length === 0 ? [] : [`PARTITIONED BY (`, columnLines(partitions), ")"]),
  ];
  if (format.kind === "parquet") lines.push("STORED AS PARQUET");
  else {
    const properties = Object.entries(format.properties).map(([key, value]) => `${quote(key)} = ${quote(value)}`);
    lines.push(`ROW FORMAT SERDE ${quote(format.serde)}`);
    if (properties.length > 0) lines.push(`WITH SERDEPROPERTIES (${properties.join(", ")})`);
    lines.push("STORED AS TEXTFILE");
  }
  lines.push(`LOCATION ${quoteTemplate(textOf(table.location))}`);
  if (format.kind === "text" && format.headerLines > 0)
    lines.push(`TBLPROPERTIES ('skip.header.line.count' = '${format.headerLines}')`);
  return lines.join("\n");
}

function columnLines(columns: readonly (readonly [string, Column])[]): string {
  return columns
    .map(([name, { type, comment }]) => `  ${name} ${type}${comment === undefined ? "" : ` COMMENT ${quote(comment)}`}`)
    .join(",\n");
}

/** A HiveQL string of a text in which Hive shall see no variable. */
function quote(text: string): string {
  return quoteTemplate(text).replaceAll("${", "\\044{");
}

/** A HiveQL string: a backslash, a quote and control characters are escaped, as Hive's lexer reads them. */
function quoteTemplate(text: string): string {
  const escaped = text.replace(/[\\'\u0000-\u001f;]/g, (character) =>
    character === "\\" || character === "'"
      ? `\\${character}`
      : character === ";"
        ? // Beeline of old splits scripts at every semicolon, also inside strings.
          "\\073"
        : `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `'${escaped}'`;
}
