import { inParallel } from "../connect/parallel.ts";
import { ConnectError } from "../connect/errors.ts";
import { hasChecksum, type CallOptions, type FileStatus } from "../connect/webhdfs/index.ts";
import { HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Cluster } from "../project/cluster.ts";
import type { BuildTree, BuildFile } from "./build.ts";
import { layout } from "./layout.ts";
import type { TargetLock } from "./lock.ts";
import { remoteLayout } from "./remote.ts";
import { filesBelow, type Extent, type Stored } from "./stored.ts";

/** How many files are on their way at once. */
const parallel = 12;

export interface PlaceReleaseOptions {
  readonly signal?: AbortSignal;
  /** Told `deploy.progress`, and `deploy.kept` where it fails half-way. */
  readonly emit?: Emit;
}

/** What was uploaded, and what an interrupted upload had left. */
export interface Placed {
  readonly uploaded: Extent;
  readonly kept: Extent;
}

/** The files of a build that are deployed, the manifest last. */
export function deployedFiles({ files, manifest }: BuildTree): readonly BuildFile[] {
  const deployed = new Set(manifest.files.flatMap((file) => (file.deployed ? [file.path] : [])));
  return [...files.filter(({ path }) => deployed.has(path)), ...files.filter(({ path }) => path === layout.manifest)];
}

/**
 * Uploads a release under another name and renames it once all of it is there and verified. A release of which something
 * is missing gets what it misses. Hold the lock.
 */
export async function placeRelease(
  cluster: Cluster,
  built: BuildTree,
  stored: Exclude<Stored, "whole">,
  lock: TargetLock,
  options: PlaceReleaseOptions,
): Promise<Placed> {
  const { hdfs, target } = cluster;
  const { release, partial } = remoteLayout(target);
  const { hash } = built.manifest;
  const files = deployedFiles(built);
  if (stored === "broken") return fill(cluster, release(hash), files, options);
  const placed = await fill(cluster, partial(hash), files, options);
  await lock.check();
  // With rename options a folder that is there is an error; without, it would be moved into.
  await hdfs.mv(partial(hash), release(hash), { ...callOf(options), overwrite: true });
  return placed;
}

/** Makes a folder hold these files, each verified; the last one is written when all others are there. */
async function fill(
  { hdfs }: Cluster,
  folder: string,
  files: readonly BuildFile[],
  options: PlaceReleaseOptions,
): Promise<Placed> {
  const { emit = () => undefined } = options;
  const call = callOf(options);
  const there = await filesBelow(hdfs, folder, call);
  const last = files.at(-1)!;
  const total = extent(files);
  const done = { files: 0, bytes: 0 };
  const [uploaded, kept] = [{ ...done }, { ...done }];
  const begun = new Set<string>();
  const place = async (file: BuildFile): Promise<void> => {
    const bytes = Buffer.byteLength(file.content);
    const path = `${folder}/${file.path}`;
    const before = there.get(file.path);
    // The folder's name is the hash of what is in it: of a file as long as it should be, the checksum decides.
    const isThere = file !== last && before?.length === bytes && (await hasContent(before, file));
    if (!isThere) {
      begun.add(path);
      await hdfs.create(path, file.content, { ...call, overwrite: true });
      if (!(await hasContent(await hdfs.stat(path, call), file))) throw differs(path);
    }
    for (const counts of [done, isThere ? kept : uploaded]) {
      counts.files++;
      counts.bytes += bytes;
    }
    emit({
      event: "deploy.progress",
      files: done.files,
      ofFiles: total.files,
      bytes: done.bytes,
      ofBytes: total.bytes,
    });
  };
  const hasContent = async (status: FileStatus, { content }: BuildFile): Promise<boolean> => {
    const bytes = Buffer.from(content);
    if (status.length !== bytes.length) return false;
    // Of an empty file the length says all; so does of a server without checksums what it can say.
    if (bytes.length === 0) return true;
    const checksum = await hdfs.checksum(status.path, call).catch((error: unknown) => {
      if (error instanceof ConnectError && error.code === "HDFS_UNSUPPORTED") return undefined;
      throw error;
    });
    return checksum === undefined || hasChecksum(bytes, checksum, status.blockSize) !== false;
  };
  try {
    await inParallel(files.slice(0, -1), parallel, async (file) => {
      options.signal?.throwIfAborted();
      await place(file);
    });
    await place(last);
  } catch (error) {
    if (begun.size > 0 || there.size > 0)
      emit({ event: "deploy.kept", folder, files: done.files, ofFiles: total.files });
    throw error;
  }
  return { uploaded, kept };
}

function extent(files: readonly BuildFile[]): Extent {
  return { files: files.length, bytes: files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0) };
}

function callOf({ signal }: PlaceReleaseOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}

function differs(path: string): HowdahError {
  return new HowdahError("what arrived is not what was sent: its length or checksum differs", {
    code: "TRANSFER_DIFFERS",
    fault: "server",
    where: path,
    next: "deploy again; if it happens again, something between alters it",
  });
}
