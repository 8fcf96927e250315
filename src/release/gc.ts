import { absentIfMissing, type CallOptions, type FileStatus } from "../connect/webhdfs/index.ts";
import { HowdahError, isHowdahError, messageOf } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Cluster } from "../project/cluster.ts";
import { withTargetLock, type TargetLock } from "./lock.ts";
import { listReleases, type StoredRelease } from "./releases.ts";
import { remoteLayout } from "./remote.ts";
import { releasesInUse, type UsingJob } from "./usage.ts";

export interface GcOptions {
  /** How many releases are kept at least, those deployed last. @default 5 */
  readonly keep?: number;
  /** Only say what would be removed. @default false */
  readonly dryRun?: boolean;
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Told `gc.removed`, and what the lock tells. */
  readonly emit?: Emit;
  /** Milliseconds since 1970. @default the time */
  readonly now?: () => number;
}

/** Why a release stays. */
export type KeptFor = "current" | "newest" | "used";

/** What a collection removed and kept; of a dry run, what it would have. */
export interface Collected {
  readonly removed: readonly StoredRelease[];
  readonly kept: readonly (StoredRelease & { readonly why: KeptFor; readonly jobs: readonly UsingJob[] })[];
  /** What crashed deploys left, and collections that did not end. */
  readonly leftovers: readonly string[];
  readonly bytes: number;
  readonly dryRun: boolean;
}

/** For how long what an interrupted deploy left may be gone on with. */
const day = 86_400_000;

/**
 * Removes the releases that are neither current, nor among the newest, nor used by a job that is not over, whoever's it
 * is; and what crashed deploys left more than a day ago. Throws `USE_UNKNOWN` where Oozie, or Livy or YARN where the target
 * has a Livy, cannot be asked: then nothing is removed.
 */
export async function collect(cluster: Cluster, options: GcOptions = {}): Promise<Collected> {
  const { dryRun = false, patience, signal, emit = () => undefined } = options;
  const call = signal === undefined ? {} : { signal };
  if (dryRun) return plan(cluster, options, call);
  const asked = { doing: "gc", ...call, emit, ...(patience === undefined ? {} : { patience }) };
  // Submitting holds the lock too: no job begins to use a release between the question and the removal.
  return withTargetLock(cluster, asked, async (lock) => {
    const collected = await plan(cluster, options, call);
    await remove(cluster, collected, lock, options, call);
    return collected;
  });
}

async function remove(
  { hdfs, target }: Cluster,
  { removed, leftovers }: Collected,
  lock: TargetLock,
  { signal, emit = () => undefined }: GcOptions,
  call: CallOptions,
): Promise<void> {
  const { release: folderOf, removed: away } = remoteLayout(target);
  for (const path of leftovers) {
    signal?.throwIfAborted();
    await hdfs.rm(path, { ...call, recursive: true, force: true });
    emit({ event: "gc.removed", path });
  }
  for (const { release } of removed) {
    signal?.throwIfAborted();
    await lock.check();
    // Renamed first: a release is there as a whole or not at all.
    await hdfs.mv(folderOf(release), away(release), call);
    await hdfs.rm(away(release), { ...call, recursive: true, force: true });
    emit({ event: "gc.removed", path: folderOf(release) });
  }
}

async function plan(cluster: Cluster, options: GcOptions, call: CallOptions): Promise<Collected> {
  const { keep = 5, dryRun = false, now = Date.now } = options;
  const using = await inUse(cluster);
  const [releases, leftovers] = await Promise.all([listReleases(cluster, call), leftoversOf(cluster, now(), call)]);
  const removed: StoredRelease[] = [];
  const kept: Collected["kept"][number][] = [];
  releases.forEach((release, i) => {
    const jobs = using.get(release.release) ?? [];
    const why = release.current ? "current" : jobs.length > 0 ? "used" : i < keep ? "newest" : undefined;
    if (why === undefined) removed.push(release);
    else kept.push({ ...release, why, jobs });
  });
  const bytes = removed.reduce((sum, one) => sum + one.bytes, 0);
  return { removed, kept, leftovers, bytes, dryRun };
}

async function inUse(cluster: Cluster): Promise<ReadonlyMap<string, readonly UsingJob[]>> {
  try {
    return await releasesInUse(cluster);
  } catch (error) {
    if (isHowdahError(error) && (error.fault === "user" || error.code === "INTERRUPTED")) throw error;
    throw new HowdahError(`it is not known which releases jobs use, so none is removed: ${messageOf(error)}`, {
      code: "USE_UNKNOWN",
      fault: "server",
      ...(isHowdahError(error) && error.where !== undefined ? { where: error.where } : {}),
      next: "collect again once the servers answer",
      cause: error,
    });
  }
}

/** What is older than a day and belongs to nobody who is at work; what was on its way out is taken at once. */
async function leftoversOf({ hdfs, target }: Cluster, now: number, call: CallOptions): Promise<readonly string[]> {
  const { root, releases, hiveSite, lock } = remoteLayout(target);
  const [inReleases, inConf, inRoot] = await Promise.all(
    [releases, hiveSite.slice(0, hiveSite.lastIndexOf("/")), root].map(
      async (folder) => (await absentIfMissing(hdfs.ls(folder, call))) ?? [],
    ),
  );
  const isOld = ({ modified }: FileStatus): boolean => now - modified > day;
  const lockName = lock.slice(root.length + 1);
  return [
    ...inReleases!.filter((one) => one.name.startsWith(".gc-") || (one.name.endsWith(".partial") && isOld(one))),
    ...inConf!.filter((one) => /^\.hive-site\.xml\.\w+\.part$/.test(one.name) && isOld(one)),
    ...inRoot!.filter((one) => one.name.startsWith(`${lockName}.`) && isOld(one)),
  ].map(({ path }) => path);
}
