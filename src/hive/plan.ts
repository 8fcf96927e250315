import type { Place } from "../core/source.ts";
import type { LiveColumn, LiveTable } from "./described.ts";
import { addColumns, create, escapedLayout, hiveQl, hiveText, plainQuery } from "./statements.ts";
import type { Column, Database, Table, TableFormat, View } from "./table.ts";

/** What a project declares. Locations are whole URIs. */
export interface DeclaredTables {
  readonly databases: readonly { readonly database: Database; readonly location: string | undefined }[];
  readonly tables: readonly { readonly table: Table; readonly location: string }[];
  readonly views: readonly View[];
}

/** What a metastore has of it. */
export interface LiveTables {
  /** By name; the location where it was asked for. */
  readonly databases: ReadonlyMap<string, { readonly location: string | undefined }>;
  /** Tables and views, by full name. */
  readonly tables: ReadonlyMap<string, LiveTable>;
}

/** Something that is to be done to a metastore. None of it loses rows. */
export interface TableStep {
  readonly does: "create-database" | "create-table" | "add-columns" | "create-view" | "replace-view";
  readonly name: string;
  /** Those that are added. */
  readonly columns?: readonly LiveColumn[];
  /** HiveQL, without a semicolon. */
  readonly statement: string;
  readonly at: Place;
}

/** A difference that could not be undone without losing rows, or the way to them. */
export interface TableRefusal {
  readonly name: string;
  /** Where it is about one. */
  readonly column?: string;
  readonly why: string;
  readonly next: string;
  readonly at: Place;
}

export interface TablePlan {
  /** In the order in which they are to be done. */
  readonly steps: readonly TableStep[];
  /** Names of what is as it is declared. */
  readonly same: readonly string[];
  readonly refused: readonly TableRefusal[];
}

/**
 * Compares what is declared with what a metastore has. Comments are not compared. Tables that nobody declares are none of
 * its business.
 */
export function planTables(declared: DeclaredTables, live: LiveTables): TablePlan {
  const steps: TableStep[] = [];
  const same: string[] = [];
  const refused: TableRefusal[] = [];
  const take = (name: string, found: Compared): void => {
    if (found === "same") same.push(name);
    else if ("statement" in found) steps.push(found);
    else refused.push(...found);
  };
  for (const { database, location } of declared.databases)
    take(database.name, ofDatabase(database, location, live.databases.get(database.name)));
  for (const { table, location } of declared.tables)
    take(table.fullName, ofTable(table, location, live.tables.get(table.fullName)));
  for (const view of declared.views) take(view.fullName, ofView(view, live.tables.get(view.fullName)));
  return { steps, same, refused };
}

type Compared = "same" | TableStep | readonly TableRefusal[];

function ofDatabase(
  database: Database,
  location: string | undefined,
  there: { readonly location: string | undefined } | undefined,
): Compared {
  const { name, at } = database;
  if (there === undefined) return created("create-database", name, database, location ?? "");
  if (location === undefined || there.location === undefined || isSameLocation(location, there.location)) return "same";
  return [
    {
      name,
      why: `the database ${name} lies at ${there.location}, and ${location} is declared`,
      next: `Hive moves no databases: declare its location so, or none`,
      at,
    },
  ];
}

function created(does: TableStep["does"], name: string, thing: Database | Table | View, location: string): TableStep {
  const [statement] = create(thing);
  return { does, name, statement: hiveQl(statement!, () => location), at: thing.at };
}

function ofTable(table: Table, location: string, there: LiveTable | undefined): Compared {
  const { fullName: name, at } = table;
  if (there === undefined) return created("create-table", name, table, location);
  const refuse = (why: string, next: string, column?: string): TableRefusal => ({
    name,
    ...(column === undefined ? {} : { column }),
    why: `the table ${name} ${why}`,
    next,
    at,
  });
  if (there.kind === "view")
    return [refuse("is a view there", `howdah hive run with DROP VIEW ${name} makes room for it; a view has no rows`)];
  const anew = dropping(name, there);
  const columns = columnsOf(table.columns);
  const refused: TableRefusal[] = [];
  if (there.managed)
    refused.push(
      refuse(
        "is a managed table there, whose files go with it when it is dropped, and an external one is declared",
        `ALTER TABLE ${name} SET TBLPROPERTIES ('EXTERNAL'='TRUE') makes it external; its rows stay`,
      ),
    );
  if (there.location === undefined || !isSameLocation(location, there.location))
    refused.push(
      refuse(
        `lies at ${there.location ?? "no place"}, and ${location} is declared`,
        `declare it where its rows are, or move them; ${anew}`,
      ),
    );
  const format = formatDifference(table.format, there);
  if (format !== undefined) refused.push(refuse(format, `declare it as it is there; ${anew}`));
  const partitions = columnsOf(table.partitionedBy);
  if (listText(partitions) !== listText(there.partitionedBy))
    refused.push(
      refuse(
        `is partitioned by ${listText(there.partitionedBy) || "nothing"} there, and by ${listText(partitions) || "nothing"} as declared`,
        `Hive changes no partition columns: declare it so, or a table of another name and make its rows anew`,
      ),
    );
  const added = columns.filter(([one]) => !there.columns.some(([other]) => other === one));
  const wrong = columnRefusals(columns, added, there.columns).map(({ why, next, column }) =>
    refuse(why, next ?? `declare it as it is there; ${anew}`, column),
  );
  refused.push(...wrong);
  // OpenCSVSerde keeps its columns to itself: Hive's ALTER TABLE finds others than those it would add to.
  if (wrong.length === 0 && added.length > 0 && there.serde.endsWith("OpenCSVSerde"))
    refused.push(refuse(`is to get ${listText(added)}, and Hive adds no columns to tables of ${there.serde}`, anew));
  if (refused.length > 0) return refused;
  if (added.length === 0) return "same";
  const statement = addColumns(
    table,
    added.map(([one]) => [one, table.columns[one]!]),
  );
  return { does: "add-columns", name, columns: added, statement, at };
}

/** What is wrong with a table's columns, each once. */
function columnRefusals(
  declared: readonly LiveColumn[],
  added: readonly LiveColumn[],
  there: readonly LiveColumn[],
): readonly { readonly why: string; readonly next?: string; readonly column?: string }[] {
  const typeOf = new Map(declared);
  const gone = there.filter(([name]) => !typeOf.has(name));
  const dropped = gone.map(([name, type]) => {
    const renamed = declared[there.findIndex(([one]) => one === name)];
    const isRenamed = renamed !== undefined && added.includes(renamed) && renamed[1] === type;
    return {
      column: name,
      why: isRenamed
        ? `has a column ${name} ${type} there, where ${renamed[0]} is declared: files keep the old name, so a renamed column would lose its values`
        : `has a column ${name} ${type} there, and none is declared: its values would be lost`,
      ...(isRenamed ? { next: `declare ${name}, or ${renamed[0]} behind the others beside it` } : {}),
    };
  });
  const retyped = there.flatMap(([name, type]) => {
    const wanted = typeOf.get(name);
    if (wanted === undefined || wanted === type) return [];
    return [
      {
        column: name,
        why: `has the column ${name} as ${type} there, and ${wanted} is declared: files that were written as ${type} stay so, and not every reader turns them into ${wanted}`,
        next: `declare ${type}, or a new column behind the others; to change it, make the table's rows anew`,
      },
    ];
  });
  if (dropped.length > 0) return [...dropped, ...retyped];
  const kept = declared.filter((one) => !added.includes(one)).map(([name]) => name);
  const order = there.map(([name]) => name);
  if (kept.join() !== order.join())
    return [
      ...retyped,
      {
        why: `has its columns in the order ${order.join(", ")} there, and ${kept.join(", ")} as declared: what goes by position, as text files do, would get one's values for another's`,
        next: "declare them in the order that is there",
      },
    ];
  const early = added.find((one) => declared.indexOf(one) < kept.length);
  if (early === undefined) return retyped;
  return [
    ...retyped,
    {
      column: early[0],
      why: `is to get the column ${early[0]} among those that are there, and Hive adds columns at the end`,
      next: `declare it behind ${order.at(-1)!}`,
    },
  ];
}

function ofView(view: View, there: LiveTable | undefined): Compared {
  const { fullName: name, at } = view;
  if (there === undefined) return created("create-view", name, view, "");
  if (there.kind === "table")
    return [
      {
        name,
        why: `the view ${name} is a table there, and its rows would be lost`,
        next: "give the view another name, or drop the table by hand",
        at,
      },
    ];
  return bareQuery(plainQuery(view.query)) === bareQuery(there.query ?? "")
    ? "same"
    : created("replace-view", name, view, "");
}

/** A query without what does not change its meaning: comments, and how it is laid out. */
function bareQuery(query: string): string {
  return query
    .replace(/[ \t]+$/gm, "")
    .replace(hiveText, (token) => (/^['"`]/.test(token) ? escapedLayout(token) : " "))
    .replace(/[; ]+$/, "")
    .trim();
}

function columnsOf(columns: Readonly<Record<string, Column>>): readonly LiveColumn[] {
  return Object.entries(columns).map(([name, { type }]) => [name, type.toLowerCase()]);
}

function listText(columns: readonly LiveColumn[]): string {
  return columns.map((column) => column.join(" ")).join(", ");
}

const parquetSerde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
/** Of SerDes' properties those that change no value: what Hive notes for itself, and lines' end, which is always this one. */
const idleProperties = ["serialization.format", "line.delim"];

/** How a table's files are written otherwise than declared; undefined where they are not. */
function formatDifference(format: TableFormat, there: LiveTable): string | undefined {
  const serde = format.kind === "parquet" ? parquetSerde : format.serde;
  if (there.serde !== serde) return `is read by ${there.serde} there, and ${serde} is declared`;
  if (format.kind === "parquet") return undefined;
  const names = new Set([...Object.keys(format.properties), ...Object.keys(there.serdeProperties)]);
  for (const name of [...names].filter((one) => !idleProperties.includes(one)).sort()) {
    const [own, declared] = [there.serdeProperties[name], format.properties[name]];
    // What it ends with in spaces is not to be seen in Hive's description.
    if (own?.trimEnd() !== declared?.trimEnd())
      return `is read with ${name} ${quoted(own)} there, and ${quoted(declared)} is declared`;
  }
  const headers = Number(there.parameters["skip.header.line.count"] ?? 0);
  if (headers === format.headerLines) return undefined;
  return `has ${headers} header lines in each file there, and ${format.headerLines} are declared`;
}

function quoted(value: string | undefined): string {
  return value === undefined ? "not set" : JSON.stringify(value);
}

/** How a table is given up without its files. */
function dropping(name: string, { managed, parameters, partitionedBy }: LiveTable): string {
  const purged = parameters["external.table.purge"]?.toLowerCase() === "true";
  const first = managed
    ? `ALTER TABLE ${name} SET TBLPROPERTIES ('EXTERNAL'='TRUE', 'external.table.purge'='false'), then `
    : purged
      ? `ALTER TABLE ${name} SET TBLPROPERTIES ('external.table.purge'='false'), then `
      : "";
  const again = partitionedBy.length === 0 ? "" : `, and MSCK REPAIR TABLE ${name} finds its partitions`;
  return `or ${first}DROP TABLE ${name}, which leaves the files of an external table; howdah hive apply then makes it anew${again}`;
}

/** Whether two URIs are the same folder. Hadoop's own port of a NameNode may be left out. */
function isSameLocation(one: string, other: string): boolean {
  return bareLocation(one) === bareLocation(other);
}

function bareLocation(uri: string): string {
  const [, server = "", path = ""] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)?(\/.*)?$/i.exec(uri) ?? [undefined, "", uri];
  return `${server.toLowerCase().replace(/^(hdfs:\/\/.*):8020$/, "$1")}${path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1")}`;
}
