import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { HowdahError, messageOf } from "../core/errors.ts";
import type { HiveType } from "../hive/table.ts";
import type { SqlParts } from "../jobs/sql.ts";
import type { ParameterSpec } from "../oozie/parameters.ts";
import { isRunning } from "../project/process.ts";

/** DuckDB in memory, spilling to a folder. It holds work in progress alone; what lasts are the partitions' files. */
export class Engine {
  readonly name: string;
  readonly #instance: DuckDBInstance;
  readonly #spill: string;
  readonly #connections = new Set<DuckDBConnection>();
  #workspaces = 0;

  private constructor(instance: DuckDBInstance, name: string, spill: string) {
    this.#spill = spill;
    this.#instance = instance;
    this.name = name;
  }

  /** `memory` as DuckDB writes sizes; `spill` is a folder for all processes, made when it is needed. */
  static async open(options: { readonly memory: string; readonly spill: string }): Promise<Engine> {
    const duckdb = await import("@duckdb/node-api");
    clearSpills(options.spill);
    const instance = await duckdb.DuckDBInstance.create(":memory:", {
      memory_limit: options.memory,
      temp_directory: join(options.spill, String(process.pid)),
      // Rows have no order of their own here, and keeping one costs memory.
      preserve_insertion_order: "false",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    return new Engine(
      instance,
      `duckdb ${duckdb.version().replace(/^v/, "")}`,
      join(options.spill, String(process.pid)),
    );
  }

  /** Ends the statements that are running; they throw. */
  interrupt(): void {
    for (const connection of this.#connections) connection.interrupt();
  }

  /** A catalog and a connection of its own for one piece of work; everything made in it goes with it. */
  async workspace<T>(work: (workspace: Workspace) => Promise<T>): Promise<T> {
    const connection = await this.#instance.connect();
    const name = `work_${(this.#workspaces += 1)}`;
    this.#connections.add(connection);
    try {
      await connection.run(`attach ':memory:' as ${name}`);
      await connection.run(`use ${name}`);
      return await work(new Workspace(connection));
    } finally {
      await connection.run("use memory").catch(() => undefined);
      await connection.run(`detach database if exists ${name}`).catch(() => undefined);
      this.#connections.delete(connection);
      connection.closeSync();
    }
  }

  close(): void {
    this.#instance.closeSync();
    rmSync(this.#spill, { recursive: true, force: true });
  }
}

/** One connection. Errors of DuckDB are passed on as they are; who knows what the SQL was for says so. */
export class Workspace {
  readonly connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** Rows as JavaScript values: whole numbers of 64 bits as bigint, decimals and times as DuckDB's own values. */
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.connection.runAndReadAll(sql)).getRows();
  }

  /** Rows of texts, with the names of their columns. */
  async table(
    sql: string,
  ): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }> {
    const result = await this.connection.runAndReadAll(sql);
    return { columns: result.deduplicatedColumnNames(), rows: result.getRows() };
  }

  /** Work on few rows is done sooner by one thread: DuckDB's tasks for a second one cost more than they save. */
  async threads(count: number): Promise<void> {
    await this.run(`set threads = ${count}`);
  }

  async append(table: string, fill: (appender: DuckDBAppender) => Promise<void>): Promise<void> {
    const appender = await this.connection.createAppender(table);
    try {
      await fill(appender);
    } finally {
      appender.closeSync();
    }
  }
}

export function duckdbType(type: HiveType): string {
  return type === "string" ? "varchar" : type;
}

/** A text as a SQL string. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A parameter's text as a SQL value of its type. */
export function sqlValue(type: ParameterSpec["type"], text: string): string {
  switch (type) {
    case "int":
    case "decimal":
    case "boolean":
      return text.startsWith("-") ? `(${text})` : text;
    case "time":
      return `timestamp ${sqlText(text.replace("T", " ").replace("Z", ":00"))}`;
    case "string":
    case "path":
    case "choice":
    case "dateFormat":
      return sqlText(text);
  }
}

/** Fills the holes of a compiled SELECT. */
export function fillParts(parts: SqlParts, value: (parameter: string) => string): string {
  return parts.map((part) => (typeof part === "string" ? part : value(part.parameter))).join("");
}

/**
 * The hash of a row: the first 15 hex digits of the md5 of its text, in which a null is `-` and any other value
 * `<length>:<text>`. A partition's content is `<rows>-<sum of these>`: independent of the rows' order and of the
 * engine, for `run_sql.py` has the same definition.
 */
export function rowHashSql(columns: readonly (readonly [string, HiveType])[]): string {
  const row = columns
    .map(
      ([name]) =>
        `coalesce(length(cast(${sqlName(name)} as varchar)) || ':' || cast(${sqlName(name)} as varchar), '-')`,
    )
    .join(" || ");
  return `cast('0x' || substr(md5(${row}), 1, 15) as bigint)`;
}

/** The content of a partition without rows. */
export const noRows = "0-0";

/** What DuckDB says of a statement, as an error that names the SQL's place. */
export function engineError(error: unknown, what: string, where: string): HowdahError {
  const message = messageOf(error);
  const outOfMemory = message.startsWith("Out of Memory");
  const full = /No space left on device|Could not write file|failed to offload/i.test(message);
  return new HowdahError(`${what}: ${message.split("\n\n")[0]!.trim()}`, {
    code: full ? "DISK_FULL" : outOfMemory ? "OUT_OF_MEMORY" : "SQL",
    fault: "run",
    where,
    ...(full ? { next: "free some space, then do the same again" } : {}),
    ...(outOfMemory ? { next: "give the target more memory: folder(…, …, { memory })" } : {}),
    cause: error,
  });
}

/** What processes that were killed left. */
function clearSpills(folder: string): void {
  if (!existsSync(folder)) return;
  for (const pid of readdirSync(folder)) if (!isRunning(Number(pid))) rmSync(join(folder, pid), { recursive: true });
}
