import { inParallel } from "../connect/parallel.ts";
import { absentIfMissing, type CallOptions, type FileStatus } from "../connect/webhdfs/index.ts";
import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import { readCurrent, type Current } from "./current.ts";
import { layout } from "./layout.ts";
import { remoteLayout } from "./remote.ts";
import type { Extent } from "./stored.ts";

/** A release on a cluster. */
export interface StoredRelease extends Extent {
  readonly release: string;
  /** When it was last made the current one; what is not remembered any more, when it was uploaded. */
  readonly at: string;
  /** Who did it. */
  readonly by: string;
  readonly current: boolean;
  /** False where its manifest, which is written last, is gone. */
  readonly whole: boolean;
}

const hashPattern = /^[0-9a-f]{16}$/;

/** Every release of a target, the one deployed last first. */
export async function listReleases(cluster: Cluster, call: CallOptions = {}): Promise<readonly StoredRelease[]> {
  const { hdfs, target } = cluster;
  const [current, folders] = await Promise.all([
    readCurrent(cluster, call.signal),
    absentIfMissing(hdfs.ls(remoteLayout(target).releases, call)),
  ]);
  const order = orderOf(current);
  const found: StoredRelease[] = [];
  await inParallel(folders?.filter(isRelease) ?? [], 8, async ({ name, path, owner, modified }) => {
    const [summary, own] = await Promise.all([
      absentIfMissing(hdfs.contentSummary(path, call)),
      hdfs.statIfThere(`${path}/${layout.manifest}`, call),
    ]);
    // Removed meanwhile.
    if (summary === undefined) return;
    const last = current?.deployments.find(({ release }) => release === name);
    found.push({
      release: name,
      at: last?.at ?? formatOozieTime(modified as Instant),
      by: last?.by ?? owner,
      files: summary.fileCount - (own === undefined ? 0 : 1),
      bytes: summary.length - (own?.length ?? 0),
      current: current?.deployments[0]?.release === name,
      whole: own !== undefined,
    });
  });
  const changed = ({ release }: StoredRelease): number => folders?.find(({ name }) => name === release)?.modified ?? 0;
  const place = ({ release }: StoredRelease): number => order.get(release) ?? Infinity;
  return found.sort((a, b) => (place(a) === place(b) ? changed(b) - changed(a) : place(a) - place(b)));
}

/** The release that a hash, or the beginning of one, means. @throws NO_RELEASE */
export function releaseNamed(releases: readonly StoredRelease[], text: string): StoredRelease {
  const fitting = releases.filter(({ release }) => release.startsWith(text));
  if (fitting.length === 1) return fitting[0]!;
  const several = fitting.map(({ release }) => release).join(", ");
  throw new HowdahError(fitting.length === 0 ? `there is no release ${text}` : `${text} may mean ${several}`, {
    code: "NO_RELEASE",
    next: "howdah releases lists what there is",
  });
}

function isRelease({ name, type }: FileStatus): boolean {
  return type === "directory" && hashPattern.test(name);
}

/** How many deployments ago each release was last made the current one. */
function orderOf(current: Current | undefined): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  current?.deployments.forEach(({ release }, i) => order.has(release) || order.set(release, i));
  return order;
}
