import type { CallOptions } from "../connect/webhdfs/index.ts";
import { isHowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import type { BuildTree } from "./build.ts";
import { readCurrent, writeCurrent, type Current } from "./current.ts";
import { placeHiveSite, type HiveSitePlaced } from "./hivesite.ts";
import { withTargetLock } from "./lock.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import { deployedFiles, placeRelease } from "./place.ts";
import { remoteLayout } from "./remote.ts";
import { extentOf, readManifest, storedState, type Extent, type Stored } from "./stored.ts";

export interface DeployOptions {
  /** The file of this machine of which `<root>/conf/hive-site.xml` is to be a copy. @default it is left as it is */
  readonly hiveSite?: string;
  /** Only say what would be done. @default false */
  readonly dryRun?: boolean;
  /** How long to wait for somebody else who deploys, in milliseconds. @default 10 minutes */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Told `deploy.progress`, `deploy.kept` where it fails half-way, and what the lock tells. */
  readonly emit?: Emit;
  /** @default the time */
  readonly now?: () => Instant;
}

/** Which files of a release are not as in another one. */
export interface ReleaseDifference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** What a deploy did; of a dry run, what it would do. */
export interface Deployed extends Extent {
  readonly release: string;
  readonly folder: string;
  /**
   * What it took: `uploaded`; `mended` where files of the release were gone; `switched` where it was there, but not
   * current; `same` where nothing was to be done.
   */
  readonly state: "uploaded" | "mended" | "switched" | "same";
  readonly uploaded: Extent;
  /** What an interrupted deploy had uploaded. */
  readonly kept: Extent;
  /** The release that was current. */
  readonly before?: string;
  /** From that one; none where its manifest is gone, or it is the same. */
  readonly difference?: ReleaseDifference;
  readonly hiveSite?: HiveSitePlaced;
  readonly dryRun: boolean;
}

/** What a deploy finds. */
interface Found {
  readonly current: Current | undefined;
  readonly stored: Stored;
  readonly hiveSite: HiveSitePlaced | undefined;
}

const nothing: Extent = { files: 0, bytes: 0 };

/**
 * Brings a build to a cluster and makes it the current release: uploads what is not there, then switches. Jobs that run
 * keep the release that they were submitted with. Doing it twice does nothing the second time. Throws `LOCKED`,
 * `LOCK_LOST`, `CURRENT_FILE`, `TRANSFER_DIFFERS`, and what HDFS refuses (`HDFS_PERMISSION`, `HDFS_QUOTA`, …).
 */
export async function deploy(cluster: Cluster, built: BuildTree, options: DeployOptions = {}): Promise<Deployed> {
  const { dryRun = false, patience = 600_000, signal, emit } = options;
  const call = signal === undefined ? {} : { signal };
  // What is as it should be is seen without the lock: nothing that is current is ever removed.
  const found = await look(cluster, built, options, call);
  if (dryRun || isDone(built, found)) return report(cluster, built, found, dryRun, call);
  const asked = { doing: "deploy", patience, ...call, ...(emit === undefined ? {} : { emit }) };
  return withTargetLock(cluster, asked, async (lock) => {
    // Somebody else may have deployed meanwhile.
    const now = await look(cluster, built, options, call);
    const done = await report(cluster, built, now, false, call);
    const placed =
      now.stored === "whole"
        ? { uploaded: nothing, kept: nothing }
        : await placeRelease(cluster, built, now.stored, lock, options);
    if (now.hiveSite !== undefined && now.hiveSite.state !== "same")
      await placeHiveSite(cluster, now.hiveSite.source, call);
    if (now.current?.deployments[0]?.release !== done.release) {
      signal?.throwIfAborted();
      await lock.check();
      await writeCurrent(cluster, done.release, now.current, options.now?.() ?? (Date.now() as Instant));
    }
    return { ...done, ...placed };
  });
}

/** Which deployed files differ between two manifests, by their content. */
export function releaseDifference(before: Manifest, after: Manifest): ReleaseDifference {
  const contents = ({ files }: Manifest): ReadonlyMap<string, ManifestFile> =>
    new Map(files.filter(({ deployed }) => deployed).map((file) => [file.path, file]));
  const [old, now] = [contents(before), contents(after)];
  return {
    added: [...now.keys()].filter((path) => !old.has(path)),
    changed: [...now].flatMap(([path, { sha256 }]) =>
      old.has(path) && old.get(path)!.sha256 !== sha256 ? [path] : [],
    ),
    removed: [...old.keys()].filter((path) => !now.has(path)),
  };
}

async function look(
  cluster: Cluster,
  built: BuildTree,
  { hiveSite }: DeployOptions,
  call: CallOptions,
): Promise<Found> {
  const [current, stored, placed] = await Promise.all([
    readCurrent(cluster, call.signal),
    storedState(cluster, built.manifest, call),
    hiveSite === undefined ? undefined : placeHiveSite(cluster, hiveSite, { ...call, dryRun: true }),
  ]);
  return { current, stored, hiveSite: placed };
}

function isDone({ manifest }: BuildTree, { current, stored, hiveSite }: Found): boolean {
  const isCurrent = current?.deployments[0]?.release === manifest.hash;
  return isCurrent && stored === "whole" && (hiveSite === undefined || hiveSite.state === "same");
}

async function report(
  cluster: Cluster,
  built: BuildTree,
  { current, stored, hiveSite }: Found,
  dryRun: boolean,
  call: CallOptions,
): Promise<Deployed> {
  const { manifest } = built;
  const before = current?.deployments[0]?.release;
  const isCurrent = before === manifest.hash;
  const files = deployedFiles(built);
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  const old = before === undefined || isCurrent ? undefined : await manifestIfReadable(cluster, before, call);
  return {
    release: manifest.hash,
    folder: remoteLayout(cluster.target).release(manifest.hash),
    state: stored === "absent" ? "uploaded" : stored === "broken" ? "mended" : isCurrent ? "same" : "switched",
    ...extentOf(manifest),
    uploaded: stored === "whole" ? nothing : { files: files.length, bytes },
    kept: nothing,
    ...(before === undefined ? {} : { before }),
    ...(old === undefined ? {} : { difference: releaseDifference(old, manifest) }),
    ...(hiveSite === undefined ? {} : { hiveSite }),
    dryRun,
  };
}

/** The release before this one may be broken: that is no reason not to deploy. */
async function manifestIfReadable(cluster: Cluster, hash: string, call: CallOptions): Promise<Manifest | undefined> {
  try {
    return await readManifest(cluster, hash, call);
  } catch (error) {
    if (isHowdahError(error) && error.code === "RELEASE_BROKEN") return undefined;
    throw error;
  }
}
