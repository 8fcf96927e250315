import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "../connect/errors.ts";
import { isNotFound } from "../connect/webhdfs/index.ts";
import { HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Cluster } from "../project/cluster.ts";
import { claim, isGone, parseClaim, type Claim } from "../project/lockfile.ts";
import { remoteLayout } from "./remote.ts";

/** Who holds a target's lock. */
interface Holder extends Claim {
  readonly user: string;
  /** What the holder does: `deploy`. */
  readonly doing: string;
}

/** The lock of a target's root on HDFS, held. */
export interface TargetLock {
  /** Call it before what must not happen twice. @throws LOCK_LOST when somebody else has taken it over */
  check(): Promise<void>;
}

export interface LockOptions {
  /** What is to be done: `deploy`. */
  readonly doing: string;
  /** How long to wait for another holder, in milliseconds. @default 60,000 */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Told `lock.waiting` and `lock.taken-over`, with who holds it. */
  readonly emit?: Emit;
}

/** How often a holder shows that it lives, and for how long it may show nothing before it counts as dead. */
const renewal = 10_000;
const silence = 45_000;

/**
 * Does something while holding the lock of a target, which deploying, submitting and collecting take. A holder that has
 * died is found out (at once where it ran on this machine, by its silence elsewhere), and its lock is taken over. Throws
 * `LOCKED` with who holds it when that one is still at work after the patience.
 */
export async function withTargetLock<T>(
  cluster: Cluster,
  options: LockOptions,
  work: (lock: TargetLock) => Promise<T>,
): Promise<T> {
  const path = remoteLayout(cluster.target).lock;
  const mine: Holder = { ...claim(), user: cluster.user, doing: options.doing };
  await take(cluster, path, mine, options);
  const timer = setInterval(() => {
    cluster.hdfs.utimes(path, { modified: Date.now() }, { deadline: renewal }).catch(() => undefined);
  }, renewal);
  timer.unref();
  try {
    return await work({
      check: async () => {
        const holder = await holderOf(cluster, path);
        if (holder?.nonce !== mine.nonce)
          throw new HowdahError(`the lock was taken over${holder === undefined ? "" : ` by ${who(holder)}`}`, {
            code: "LOCK_LOST",
            fault: "run",
            where: path,
            next: "run it again: what was done so far is kept",
          });
      },
    });
  } finally {
    clearInterval(timer);
    const holder = await holderOf(cluster, path).catch(() => undefined);
    if (holder?.nonce === mine.nonce)
      await cluster.hdfs.rm(path, { force: true, deadline: 5000 }).catch(() => undefined);
  }
}

async function take(cluster: Cluster, path: string, mine: Holder, options: LockOptions): Promise<void> {
  const { patience = 60_000, signal, emit = () => undefined } = options;
  const { hdfs } = cluster;
  const call = signal === undefined ? {} : { signal };
  const aside = `${path}.${mine.nonce}`;
  const begun = performance.now();
  // What a holder showed last, and since when it has shown nothing else, by our own clock.
  let shown: { readonly nonce: string; readonly modified: number; readonly since: number } | undefined;
  await hdfs.create(aside, `${JSON.stringify(mine)}\n`, { ...call, overwrite: true });
  try {
    for (;;) {
      try {
        await hdfs.mv(aside, path, call);
        return;
      } catch (error) {
        if (!(error instanceof ConnectError) || error.code !== "HDFS_EXISTS") throw error;
      }
      const status = await hdfs.statIfThere(path, call);
      const holder = status === undefined ? undefined : await holderOf(cluster, path);
      if (status === undefined || holder === undefined) continue;
      const now = performance.now();
      if (shown?.nonce !== holder.nonce || shown.modified !== status.modified)
        shown = { nonce: holder.nonce, modified: status.modified, since: now };
      if (isGone(holder) || now - shown.since > silence) {
        await takeAway(cluster, path, holder, aside);
        emit({ event: "lock.taken-over", from: who(holder) });
      } else if (now - begun > patience) throw locked(path, holder);
      else {
        emit({ event: "lock.waiting", for: who(holder), doing: holder.doing });
        await sleep(500, undefined, call);
      }
    }
  } catch (error) {
    await hdfs.rm(aside, { force: true, deadline: 5000 }).catch(() => undefined);
    throw error;
  }
}

/** Renames a dead holder's lock away. One that took its place in the meantime gets it back. */
async function takeAway(cluster: Cluster, path: string, dead: Holder, aside: string): Promise<void> {
  const { hdfs } = cluster;
  const away = `${aside}.dead`;
  try {
    await hdfs.mv(path, away);
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  const holder = await holderOf(cluster, away);
  if (holder !== undefined && holder.nonce !== dead.nonce) await hdfs.mv(away, path);
  else await hdfs.rm(away, { force: true });
}

async function holderOf({ hdfs }: Cluster, path: string): Promise<Holder | undefined> {
  try {
    return parseClaim((await hdfs.cat(path)).toString()) as Holder | undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function who({ user, host, pid }: Holder): string {
  return `${user} on ${host}, process ${pid}`;
}

function locked(path: string, holder: Holder): HowdahError {
  return new HowdahError(`${who(holder)} holds the lock: ${holder.doing} is going on`, {
    code: "LOCKED",
    fault: "run",
    where: path,
    next: "wait for it, or stop it; a lock whose holder has died is taken over by itself",
  });
}
