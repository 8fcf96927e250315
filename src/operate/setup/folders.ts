import { folderOf, type CallOptions, type FileStatus } from "../../connect/webhdfs/index.ts";
import { HowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Definitions } from "../../project/definitions.ts";
import { hasField, literalOf, uriPattern } from "../../project/uripattern.ts";
import type { Values } from "../../project/values.ts";
import type { DeclaredTables } from "../../hive/plan.ts";
import { parametersOf } from "../../oozie/el/index.ts";
import { pathOn } from "../paths.ts";
import { guardOf, isDenied } from "../probe.ts";

/** A folder that jobs, or howdah, write to. */
export interface NeededFolder {
  readonly path: string;
  /** For whom: `the table raw.sales`. */
  readonly of: string;
}

/** Why a folder cannot be used, as far as it can be seen. `at` is where something has to be done. */
export interface FolderRefusal {
  /** `missing`: it may not be made; `closed`: not written to; `guarded`: a folder above it lets nobody through. */
  readonly is: "missing" | "closed" | "guarded";
  readonly path: string;
  readonly at: string;
  readonly owner: string;
  readonly group: string;
  /** Octal. */
  readonly permission: string;
}

/** What became of the folders. */
export interface FoldersReady {
  /** Of a dry run, those that would be made. */
  readonly made: readonly string[];
  readonly there: readonly string[];
  readonly refused: readonly FolderRefusal[];
}

/** Every folder that a project needs on a cluster, each once, those above others first. */
export function neededFolders(
  cluster: Cluster,
  { dataSets }: Definitions,
  { tables }: DeclaredTables,
  values: Values,
): readonly NeededFolder[] {
  const { nameNode, root } = cluster.target;
  const found = new Map<string, string>([[root, "the releases"]]);
  const add = (uri: string, of: string): void => {
    const path = pathOn(nameNode, uri)?.replace(/(.)\/+$/, "$1");
    // What lies elsewhere is not of this HDFS, and not to be made ready here.
    if (path !== undefined && path !== "/" && !found.has(path)) found.set(path, of);
  };
  for (const { table, location } of tables) add(location, `the table ${table.fullName}`);
  for (const dataSet of dataSets.values()) {
    // Without its values nothing can be said of it; what runs it asks for them.
    if (parametersOf(dataSet.uri).some((name) => values.get(name) === undefined)) continue;
    const parts = uriPattern(dataSet, values).split("/");
    const first = parts.findIndex(hasField);
    const fixed = first === -1 ? parts : parts.slice(0, first);
    add(fixed.map(literalOf).join("/"), `the data set ${dataSet.name}`);
  }
  return [...found].map(([path, of]) => ({ path, of })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Makes folders that are not there, and finds those that the user may not make or write to. One that is there is left as
 * it is. @throws HDFS_NOT_A_FOLDER
 */
export async function readyFolders(
  cluster: Cluster,
  folders: readonly NeededFolder[],
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal?: AbortSignal },
): Promise<FoldersReady> {
  const call: CallOptions = signal === undefined ? {} : { signal };
  const made: string[] = [];
  const there: string[] = [];
  const refused: FolderRefusal[] = [];
  // One after another: a folder may lie in one that was just made.
  for (const folder of folders) {
    signal?.throwIfAborted();
    const found = await readyFolder(cluster, folder, dryRun, call);
    if (found === "made") made.push(folder.path);
    else if (found === "there") there.push(folder.path);
    else refused.push(found);
  }
  return { made, there, refused };
}

async function readyFolder(
  { hdfs }: Cluster,
  { path, of }: NeededFolder,
  dryRun: boolean,
  call: CallOptions,
): Promise<"made" | "there" | FolderRefusal> {
  try {
    const status = await hdfs.statIfThere(path, call);
    if (status !== undefined) {
      if (status.type !== "directory")
        throw new HowdahError(`${path}, for ${of}, is a file`, {
          code: "HDFS_NOT_A_FOLDER",
          where: path,
          next: "move it away, or give the parameter of that path another value",
        });
      return (await hdfs.mayAccess(path, "rwx", call)) ? "there" : refusal("closed", path, path, status);
    }
    const [top, above] = await missingFrom(hdfs, path, call);
    if (!(await hdfs.mayAccess(above.path, "-wx", call))) return refusal("missing", path, top, above);
    // What Hive's and YARN's own users read is not closed to them by a strict umask.
    if (!dryRun) await hdfs.mkdir(path, { ...call, permission: "755" });
    return "made";
  } catch (error) {
    const guard = isDenied(error) ? await guardOf(hdfs, path) : undefined;
    if (guard === undefined) throw error;
    return refusal("guarded", path, guard.path, guard);
  }
}

function refusal(
  is: FolderRefusal["is"],
  path: string,
  at: string,
  { owner, group, permission }: Pick<FileStatus, "owner" | "group" | "permission">,
): FolderRefusal {
  return { is, path, at, owner, group, permission };
}

/** The highest folder of a path that is missing, and the one that is there above it. */
async function missingFrom(
  hdfs: Cluster["hdfs"],
  path: string,
  call: CallOptions,
): Promise<readonly [missing: string, above: FileStatus]> {
  for (let missing = path; ; missing = folderOf(missing)) {
    const above = await hdfs.statIfThere(folderOf(missing), call);
    if (above !== undefined) return [missing, above];
  }
}
