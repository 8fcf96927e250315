import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError, interrupted } from "../connect/errors.ts";
import { isNotFound, type CallOptions } from "../connect/webhdfs/index.ts";
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
  /** What else than the releases it guards: `ingest-web-logs`. @default the releases, and what is submitted of them */
  readonly of?: string;
  /** How long to wait for another holder, in milliseconds. @default 60,000 */
  readonly patience?: number;
  /** How long a holder may show nothing before it counts as dead, in milliseconds. @default 45,000 */
  readonly silence?: number;
  readonly signal?: AbortSignal;
  /** Told `lock.waiting` once for each holder that is waited for, and `lock.taken-over`, with who holds it. */
  readonly emit?: Emit;
}

/** How often a holder shows that it lives. */
const renewal = 10_000;

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
  const layout = remoteLayout(cluster.target);
  const path = options.of === undefined ? layout.lock : `${layout.root}/locks/${options.of}.json`;
  const mine: Holder = { ...claim(), user: cluster.user, doing: options.doing };
  /** Files of this process that do not belong there afterwards. */
  const left = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  try {
    await take(cluster, path, mine, left, options);
    timer = setInterval(() => {
      cluster.hdfs.utimes(path, { modified: Date.now() }, { deadline: renewal }).catch(() => undefined);
    }, renewal);
    timer.unref();
    return await work({ check: () => checkHeld(cluster, path, mine) });
  } finally {
    clearInterval(timer);
    const holder = await holderOf(cluster, path).catch(() => undefined);
    if (holder?.nonce === mine.nonce) left.add(path);
    for (const one of left) await cluster.hdfs.rm(one, { force: true, deadline: 5000 }).catch(() => undefined);
  }
}

async function take(
  cluster: Cluster,
  path: string,
  mine: Holder,
  left: Set<string>,
  { patience = 60_000, silence = 45_000, signal, emit = () => undefined }: LockOptions,
): Promise<void> {
  const { hdfs } = cluster;
  const call = signal === undefined ? {} : { signal };
  const aside = `${path}.${mine.nonce}`;
  const begun = performance.now();
  // What a holder showed last, and since when it has shown nothing else, by our own clock.
  let shown: { readonly nonce: string; readonly modified: number; readonly since: number } | undefined;
  let pause = 25;
  left.add(aside);
  await hdfs.create(aside, `${JSON.stringify(mine)}\n`, { ...call, overwrite: true });
  for (;;) {
    try {
      await hdfs.mv(aside, path, call);
      left.delete(aside);
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    const status = await hdfs.statIfThere(path, call);
    const holder = status === undefined ? undefined : await holderOf(cluster, path, call);
    if (status === undefined || holder === undefined) continue;
    const now = performance.now();
    if (shown?.nonce !== holder.nonce) emit({ event: "lock.waiting", for: who(holder), doing: holder.doing });
    if (shown?.nonce !== holder.nonce || shown.modified !== status.modified)
      shown = { nonce: holder.nonce, modified: status.modified, since: now };
    const dead = isGone(holder) || now - shown.since > silence;
    if (dead && (await takeAway(cluster, path, holder, left))) {
      emit({ event: "lock.taken-over", from: who(holder) });
      continue;
    }
    if (now - begun > patience) throw locked(path, holder);
    await sleep((pause = Math.min(500, 2 * pause)), undefined, call).catch(() => {
      throw interrupted("cannot take the lock", path);
    });
  }
}

/**
 * Renames a dead holder's lock away. The new name is the dead one's own, so that of several who find it dead one alone
 * can do so. A lock that took its place in the meantime goes back.
 */
async function takeAway(cluster: Cluster, path: string, dead: Holder, left: Set<string>): Promise<boolean> {
  const { hdfs } = cluster;
  const away = `${path}.${dead.nonce}.dead`;
  try {
    await hdfs.mv(path, away);
  } catch (error) {
    if (isNotFound(error) || isTaken(error)) return false;
    throw error;
  }
  left.add(away);
  const holder = await holderOf(cluster, away);
  if (holder === undefined || holder.nonce === dead.nonce) return true;
  try {
    await hdfs.mv(away, path);
  } catch (error) {
    // A third one took it: the second finds out when it checks.
    if (!isTaken(error)) throw error;
  }
  return false;
}

async function checkHeld(cluster: Cluster, path: string, mine: Holder): Promise<void> {
  let holder: Holder | undefined;
  // It may be on its way back from one who took it for a dead one's.
  for (let looks = 0; looks < 4 && holder === undefined; looks++) {
    if (looks > 0) await sleep(100);
    holder = await holderOf(cluster, path);
  }
  if (holder?.nonce === mine.nonce) return;
  throw new HowdahError(`the lock was taken over${holder === undefined ? "" : ` by ${who(holder)}`}`, {
    code: "LOCK_LOST",
    fault: "run",
    where: path,
    next: "run it again: what was done so far is kept",
  });
}

async function holderOf({ hdfs }: Cluster, path: string, call: CallOptions = {}): Promise<Holder | undefined> {
  try {
    const text = (await hdfs.cat(path, call)).toString();
    const holder = parseClaim(text) as Partial<Holder> | undefined;
    if (typeof holder === "object" && /^[\w-]+$/.test(holder.nonce ?? "")) return holder as Holder;
    // Written by nobody of us: nobody renews it either, so that its silence ends it.
    return {
      pid: 0,
      started: null,
      host: "",
      nonce: `unreadable-${text.length}`,
      user: "somebody",
      doing: "something",
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof ConnectError && error.code === "HDFS_EXISTS";
}

function who({ user, host, pid }: Holder): string {
  return host === "" ? user : `${user} on ${host}, process ${pid}`;
}

function locked(path: string, holder: Holder): HowdahError {
  return new HowdahError(`${who(holder)} holds the lock: ${holder.doing} is going on`, {
    code: "LOCKED",
    fault: "run",
    where: path,
    next: "wait for it, or stop it; a lock whose holder has died is taken over by itself",
  });
}
