import { ConnectError } from "../connect/errors.ts";
import { inParallel } from "../connect/parallel.ts";
import { below, folderOf, isNotFound, type FileStatus, type WebHdfs } from "../connect/webhdfs/index.ts";
import { pathOn } from "./paths.ts";

/** How a path stands at the moment it is looked at. */
export type Presence =
  | { readonly is: "there" }
  /** `nearest` is the deepest folder above it that is there. */
  | { readonly is: "folder-missing"; readonly nearest: string }
  /** The folder is there, with so many files that are no flags; `atLeast` where counting was stopped. */
  | {
      readonly is: "flag-missing";
      readonly files: number;
      readonly atLeast: boolean;
      readonly newest: Date | undefined;
    }
  /** `at` keeps whoever asks from looking. */
  | { readonly is: "denied"; readonly at: Guard | undefined; readonly asked: string }
  /** Another file system, which this target does not lead to. */
  | { readonly is: "elsewhere" };

/** A folder that lets some in and others not. */
export interface Guard {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  /** Octal. */
  readonly permission: string;
}

/** Files that are counted in a folder without its flag. */
const countedFiles = 1000;
/** Paths that are asked for side by side. */
const limit = 16;

/** An instance of a data set: its folder as a URI, and the flag in it; none where the folder is the sign itself. */
export interface Sign {
  readonly folder: string;
  readonly flag: string;
}

/** The URI whose presence Oozie waits for. */
export function signUri({ folder, flag }: Sign): string {
  return flag === "" ? folder : `${folder}/${flag}`;
}

/** Looks at all instances at once, in order. */
export async function probeAll(
  hdfs: WebHdfs,
  { nameNode, user }: { readonly nameNode: string; readonly user: string },
  signs: readonly Sign[],
  signal?: AbortSignal,
): Promise<readonly Presence[]> {
  const found: Presence[] = [];
  await inParallel(signs.entries(), limit, async ([i, sign]) => {
    signal?.throwIfAborted();
    found[i] = await probe(hdfs, nameNode, user, sign);
  });
  return found;
}

async function probe(hdfs: WebHdfs, nameNode: string, user: string, { folder: uri, flag }: Sign): Promise<Presence> {
  const folder = pathOn(nameNode, uri);
  if (folder === undefined) return { is: "elsewhere" };
  try {
    if (await hdfs.exists(flag === "" ? folder : below(folder, flag))) return { is: "there" };
    if (flag !== "" && (await hdfs.exists(folder))) return { is: "flag-missing", ...(await filesIn(hdfs, folder)) };
    return { is: "folder-missing", nearest: await nearestAbove(hdfs, folder) };
  } catch (error) {
    if (!isDenied(error)) throw error;
    return { is: "denied", at: await guardOf(hdfs, folder), asked: user };
  }
}

async function filesIn(
  hdfs: WebHdfs,
  folder: string,
): Promise<{ readonly files: number; readonly atLeast: boolean; readonly newest: Date | undefined }> {
  let files = 0;
  let newest = 0;
  for await (const { name, type, modified } of hdfs.list(folder)) {
    if (type !== "file" || /^[._]/.test(name)) continue;
    newest = Math.max(newest, modified);
    if (++files === countedFiles) break;
  }
  return { files, atLeast: files === countedFiles, newest: newest === 0 ? undefined : new Date(newest) };
}

async function nearestAbove(hdfs: WebHdfs, path: string): Promise<string> {
  for (let above = folderOf(path); above !== "/"; above = folderOf(above)) if (await hdfs.exists(above)) return above;
  return "/";
}

/** The deepest folder of a path that may still be looked at: it lets nobody in who may not enter it. */
export async function guardOf(hdfs: WebHdfs, path: string): Promise<Guard | undefined> {
  for (let above = path; ; above = folderOf(above)) {
    let status: FileStatus | undefined;
    try {
      status = await hdfs.stat(above);
    } catch (error) {
      if (!isDenied(error) && !isNotFound(error)) throw error;
    }
    if (status !== undefined) {
      const { owner, group, permission } = status;
      return { path: above, owner, group, permission };
    }
    if (above === "/") return undefined;
  }
}

export function isDenied(error: unknown): boolean {
  return error instanceof ConnectError && error.code === "HDFS_PERMISSION";
}

/** Who may enter a folder, for people: `joe, and the group etl`. */
export function whoMayEnter({ owner, group, permission }: Guard): string {
  const [ofOwner, ofGroup, ofOthers] = [-3, -2, -1].map((at) => (Number(permission.at(at)) & 1) === 1);
  if (ofOthers === true) return "everyone";
  const some = [...(ofOwner === true ? [owner] : []), ...(ofGroup === true ? [`the group ${group}`] : [])];
  return some.length === 0 ? "nobody but HDFS's superusers" : some.join(", and ");
}
