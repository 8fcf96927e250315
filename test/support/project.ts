import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import assert from "node:assert/strict";
import { columnList } from "#src/hive/table.js";
import { isTableDataSet, type TableDataSet } from "#src/jobs/job.js";
import { recordFile, type Identity, type PartitionRecord } from "#src/jobs/record.js";
import { query } from "#src/local/query.js";
import { run, type RunReport, type RunRequest } from "#src/local/run.js";
import { openTarget, type LocalTarget } from "#src/local/target.js";
import { loadProject, targetOf, type Project } from "#src/project/load.js";

/** The project that this repository holds beside the library. */
export const projectRoot = join(import.meta.dirname, "..", "..", "..");

let ownProject: Promise<Project> | undefined;

/** The project of {@link projectRoot}, loaded once. */
export function loadOwnProject(): Promise<Project> {
  return (ownProject ??= loadProject(projectRoot));
}

/** Gives `work` a temporary folder, and removes it afterwards; a failing test's folder goes too. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A data folder of a project, and values as `-D` gives them. */
export interface Place {
  readonly project: Project;
  readonly folder: string;
  readonly given?: Readonly<Record<string, string>>;
}

/** Opens the folder as the project's default target, and closes it again. */
export async function withTarget<T>(place: Place, work: (target: LocalTarget) => Promise<T>): Promise<T> {
  const { project, folder, given = {} } = place;
  const target = openTarget(project, targetOf(project, "folder").target, { folder, given });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/** Runs definitions on a folder in this process. */
export function runOn(place: Place, request: RunRequest = {}): Promise<RunReport> {
  return withTarget(place, (target) => run(target, request));
}

/** The tables that the project's jobs write. */
export function writtenTables({ jobs }: Project): readonly TableDataSet[] {
  return [...jobs.values()].flatMap(({ job }) => job.writes.filter(isTableDataSet));
}

/** Rows by table; each row is the JSON of its cells as texts, the partition's key last, in one order for all. */
export type Rows = ReadonlyMap<string, readonly string[]>;

/** All rows of all tables that the project's jobs write. */
export async function rowsOf(place: Place): Promise<Rows> {
  const tables = writtenTables(place.project).map(({ table }) => table);
  const selects = tables.map((table) => {
    const columns = [...columnList(table).map(([name]) => name), ...Object.keys(table.partitionedBy)];
    const cells = columns.map((name) => `cast("${name}" as varchar)`).join(", ");
    return `select '${table.fullName}', [${cells}] from ${table.fullName}`;
  });
  const rows = new Map<string, string[]>(tables.map(({ fullName }) => [fullName, []]));
  await withTarget(place, (target) =>
    query(target, { sql: selects.join(" union all ") }, async (result) => {
      for await (const [table, cells] of result.rows) rows.get(String(table))!.push(String(cells));
    }),
  );
  for (const list of rows.values()) list.sort();
  return rows;
}

/** Every partition's record below a data folder, by the partition's path. */
export function recordsOf(folder: string): ReadonlyMap<string, PartitionRecord> {
  const found = new Map<string, PartitionRecord>();
  for (const path of filesBelow(folder).sort()) {
    // Neither raw hours nor what is in the making are partitions.
    if (!path.endsWith(`/${recordFile}`) || /^(landing|_howdah\/work)\//.test(path)) continue;
    const record = JSON.parse(readFileSync(join(folder, path), "utf8")) as PartitionRecord;
    found.set(path.slice(0, -recordFile.length - 1), record);
  }
  return found;
}

/** What the partitions below a data folder are, without the facts of the runs that made them. */
export function identitiesOf(folder: string): Readonly<Record<string, Identity>> {
  return Object.fromEntries([...recordsOf(folder)].map(([path, { identity }]) => [path, identity]));
}

/** When each partition below a data folder was made: what differs between two of these was made again. */
export function madeAt(folder: string): ReadonlyMap<string, string> {
  return new Map([...recordsOf(folder)].map(([path, { run: facts }]) => [path, facts.started]));
}

/** The partitions of `after` that are not as they were. */
export function madeBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...after].filter(([path, started]) => before.get(path) !== started).map(([path]) => path);
}

/** Every flag below a data folder, landing apart. */
export function flagsOf(folder: string): readonly string[] {
  return filesBelow(folder)
    .filter((path) => path.endsWith("/_SUCCESS") && !path.startsWith("landing/"))
    .sort();
}

/** Fails unless two data folders hold the same rows in every table, the same flags and the same records. */
export async function assertSameData(a: Place, b: Place): Promise<void> {
  assert.deepEqual(identitiesOf(a.folder), identitiesOf(b.folder));
  assert.deepEqual(flagsOf(a.folder), flagsOf(b.folder));
  assert.deepEqual(await rowsOf(a), await rowsOf(b));
}

/** Every file and folder below one, with what a change of it would change. */
export function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((path) => {
      const { size, mtimeMs, ino } = statSync(join(folder, path));
      return `${path} ${size} ${mtimeMs} ${ino}`;
    });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Copies the project into a folder, where `change` may rewrite its files, and loads it from there. */
export async function loadChangedProject(folder: string, change: (root: string) => void): Promise<Project> {
  for (const name of readdirSync(projectRoot))
    // What a project consists of; the library and its tools are this repository's own.
    if (["howdah.config.ts", "package.json", "oozie", "hive", "spark-jobs"].includes(name))
      cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  change(folder);
  return loadProject(folder);
}
