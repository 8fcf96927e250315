import { inParallel } from "../connect/parallel.ts";
import type { CallOptions } from "../connect/webhdfs/index.ts";
import { HowdahError, throwAll } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { sha256 } from "../core/hash.ts";
import type { Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import { readCurrent, writeCurrent } from "./current.ts";
import { withTargetLock } from "./lock.ts";
import { listReleases, releaseNamed, type StoredRelease } from "./releases.ts";
import { remoteLayout } from "./remote.ts";
import { filesBelow, readManifest } from "./stored.ts";

export interface RollbackOptions {
  /** The release, or the beginning of its hash. @default the one that was current before */
  readonly release?: string;
  readonly patience?: number;
  readonly signal?: AbortSignal;
  readonly emit?: Emit;
  /** @default the time */
  readonly now?: () => Instant;
}

/** What a rollback did. */
export interface RolledBack {
  readonly release: string;
  readonly before: string;
  /** False where it was the current one already. */
  readonly switched: boolean;
}

/**
 * Makes an earlier release the current one again, once all of its files were read and are as its manifest says. Throws
 * `NO_RELEASE`, `RELEASE_BROKEN`, `LOCKED`.
 */
export async function rollback(cluster: Cluster, options: RollbackOptions = {}): Promise<RolledBack> {
  const { patience, signal, emit, now = () => Date.now() as Instant } = options;
  const call = signal === undefined ? {} : { signal };
  const asked = {
    doing: "rollback",
    ...call,
    ...(patience === undefined ? {} : { patience }),
    ...(emit === undefined ? {} : { emit }),
  };
  return withTargetLock(cluster, asked, async (lock) => {
    const [current, releases] = await Promise.all([readCurrent(cluster, signal), listReleases(cluster, call)]);
    const before = current?.deployments[0]?.release;
    if (before === undefined)
      throw new HowdahError("nothing was deployed yet", { code: "NO_RELEASE", next: "howdah deploy" });
    const chosen =
      options.release === undefined
        ? earlier(releases, current?.deployments.map(({ release }) => release) ?? [])
        : releaseNamed(releases, options.release);
    if (chosen.release === before) return { release: before, before, switched: false };
    await verifyRelease(cluster, chosen.release, call);
    await lock.check();
    await writeCurrent(cluster, chosen.release, current, now());
    return { release: chosen.release, before, switched: true };
  });
}

/** Reads all of a release and compares it with its manifest. @throws RELEASE_BROKEN, for each file that is not as it was */
export async function verifyRelease(cluster: Cluster, hash: string, call: CallOptions = {}): Promise<void> {
  const { hdfs, target } = cluster;
  const folder = remoteLayout(target).release(hash);
  const broken = (why: string, where: string): HowdahError =>
    new HowdahError(`the release ${hash} is not whole: ${why}`, {
      code: "RELEASE_BROKEN",
      fault: "run",
      where,
      next: "deploy the definitions that it was made of again, or choose another release: howdah releases",
    });
  const manifest = await readManifest(cluster, hash, call);
  if (manifest === undefined) throw broken("its manifest is gone", folder);
  const there = await filesBelow(hdfs, folder, call);
  const errors: HowdahError[] = [];
  await inParallel(
    manifest.files.filter(({ deployed }) => deployed),
    8,
    async ({ path, bytes, sha256: expected }) => {
      const where = `${folder}/${path}`;
      const status = there.get(path);
      if (status === undefined) errors.push(broken(`${path} is gone`, where));
      else if (status.length !== bytes || sha256(await hdfs.cat(where, call)) !== expected)
        errors.push(broken(`${path} is not what was deployed`, where));
    },
  );
  throwAll(errors);
}

/** The last release that was current before this one and is still there. */
function earlier(releases: readonly StoredRelease[], deployed: readonly string[]): StoredRelease {
  for (const release of deployed) {
    const found = releases.find((one) => one.release === release && !one.current);
    if (found !== undefined) return found;
  }
  throw new HowdahError("no release that was current before is there any more", {
    code: "NO_RELEASE",
    next: "howdah releases lists what there is; name one: howdah rollback HASH",
  });
}
