import type { HiveRow, HiveSession } from "../connect/hiveserver2/index.ts";
import { HowdahError, throwAll } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { readDescription, type LiveTable } from "../hive/described.ts";
import { planTables, type DeclaredTables, type LiveTables, type TablePlan, type TableRefusal } from "../hive/plan.ts";
import { evaluate, parametersOf, type Expr } from "../oozie/el/index.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Definitions } from "../project/definitions.ts";
import type { Values } from "../project/values.ts";
import { pathOn } from "./paths.ts";
import { valuesMissing } from "./values.ts";

export interface TablesOptions {
  readonly signal?: AbortSignal;
  /** Told `table.applied` of each step that is done. */
  readonly emit?: Emit;
}

/** Tables that are described by one session, before another one is worth opening. */
const share = 3;
const mostSessions = 4;

/**
 * Compares databases, tables and views as they are declared with what the target's metastore has. Changes nothing. Throws
 * what HiveServer2 refuses.
 */
export async function compareTables(
  cluster: Cluster,
  declared: DeclaredTables,
  signal?: AbortSignal,
): Promise<TablePlan> {
  return planTables(declared, await liveTables(cluster, declared, signal));
}

/**
 * Does what a plan says, one step after another. Of a plan with refusals nothing is done. Throws `HIVE_DIFFERS`, all
 * refusals together, and what HiveServer2 refuses; the steps before stay done.
 */
export async function applyTables(
  cluster: Cluster,
  { steps, refused }: TablePlan,
  { signal, emit = () => undefined }: TablesOptions = {},
): Promise<void> {
  throwAll(refused.map(refusalError));
  if (steps.length === 0) return;
  const session = await cluster.hive();
  try {
    for (const { does, name, columns, statement } of steps) {
      signal?.throwIfAborted();
      const begun = performance.now();
      await session.execute(statement, signal === undefined ? {} : { signal });
      const seconds = (performance.now() - begun) / 1000;
      emit({ event: "table.applied", does, name, ...(columns === undefined ? {} : { columns }), seconds });
    }
  } finally {
    await session.close();
  }
}

/** What of a plan is refused, as `applyTables` throws it. */
export function refusalErrors(plan: TablePlan | undefined): readonly HowdahError[] {
  return plan?.refused.map(refusalError) ?? [];
}

function refusalError({ why, next, at }: TableRefusal): HowdahError {
  return new HowdahError(why, { code: "HIVE_DIFFERS", where: at, next });
}

/** What a project declares, with the locations that it has on a cluster. @throws PARAMETER_MISSING */
export function declaredTables(definitions: Definitions, { target }: Cluster, values: Values): DeclaredTables {
  const databases = [...definitions.databases.values()];
  const tables = [...definitions.tables.values()];
  const locations = [...databases, ...tables].flatMap(({ location }) => (location === undefined ? [] : [location]));
  const missing = [...new Set(locations.flatMap(parametersOf))].filter((name) => values.get(name) === undefined).sort();
  if (missing.length > 0) throw valuesMissing("the locations of tables need", missing);
  const uriOf = (location: Expr): string => {
    const text = String(evaluate(location, { parameter: (name) => values.get(name) }));
    // As in the properties of jobs: a path is of the target's HDFS.
    const path = pathOn(target.nameNode, text);
    return path === undefined ? text : `${target.nameNode}${path}`;
  };
  return {
    databases: databases.map((database) => ({
      database,
      location: database.location === undefined ? undefined : uriOf(database.location),
    })),
    tables: tables.map((table) => ({ table, location: uriOf(table.location) })),
    views: [...definitions.views.values()],
  };
}

async function liveTables(
  cluster: Cluster,
  { databases, tables, views }: DeclaredTables,
  signal?: AbortSignal,
): Promise<LiveTables> {
  const found: { databases: Map<string, { location: string | undefined }>; tables: Map<string, LiveTable> } = {
    databases: new Map(),
    tables: new Map(),
  };
  if (databases.length === 0) return found;
  const options = signal === undefined ? {} : { signal };
  const ask = async (session: HiveSession, sql: string): Promise<readonly HiveRow[]> =>
    (await session.execute(sql, options)).rows();
  const first = await cluster.hive();
  const sessions = [first];
  try {
    const known = new Set((await ask(first, "SHOW DATABASES")).map(textOf));
    const declared = new Set([...tables.map(({ table }) => table.fullName), ...views.map(({ fullName }) => fullName)]);
    const described: string[] = [];
    for (const { database, location } of databases.filter((one) => known.has(one.database.name))) {
      const { name } = database;
      const [row] = location === undefined ? [] : await ask(first, `DESCRIBE DATABASE ${name}`);
      found.databases.set(name, { location: row === undefined ? undefined : String(row[2]) });
      const names = (await ask(first, `SHOW TABLES IN ${name}`)).map((one) => `${name}.${textOf(one)}`);
      described.push(...names.filter((one) => declared.has(one)));
    }
    const more = Math.min(mostSessions, Math.ceil(described.length / share)) - 1;
    const opened = await Promise.allSettled(Array.from({ length: Math.max(0, more) }, () => cluster.hive()));
    // A server that lets nobody open as many is asked by those that there are.
    for (const one of opened) if (one.status === "fulfilled") sessions.push(one.value);
    const waiting = described.values();
    const work = async (session: HiveSession): Promise<void> => {
      for (const name of waiting) {
        const rows = await ask(session, `DESCRIBE FORMATTED ${name}`);
        found.tables.set(name, readDescription(rows.map((row) => row.map(cellText))));
      }
    };
    const ended = await Promise.allSettled(sessions.map(work));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    return found;
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

function textOf(row: HiveRow): string {
  return String(row[0]).toLowerCase();
}

function cellText(value: HiveRow[number]): string | null {
  return value === null ? null : String(value);
}
