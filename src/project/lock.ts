import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { onDisk, readIfThere } from "./disk.ts";
import { claim, createWhole, isGone, parseClaim, takeAway, type Claim } from "./lockfile.ts";

/** Who holds a lock. `run_sql.py` writes and reads the same. */
interface Owner extends Claim {
  readonly owner: "process" | "yarn";
  readonly job: string;
  readonly application: string | null;
}

/** A held lock. */
export interface Lock {
  /** Throws `LOCK_LOST` when somebody else has taken it over. */
  check(): void;
  release(): void;
}

/**
 * Takes the lock of a job on a data root. A live owner ends the call with its name (`LOCKED`); a dead one's lock is
 * taken over.
 */
export function lockJob(locks: string, job: string): Lock {
  const path = join(locks, `${job}.json`);
  const mine: Owner = { owner: "process", job, ...claim(), application: null };
  onDisk("take the lock", path, () => {
    mkdirSync(locks, { recursive: true });
    for (let tries = 0; !createWhole(path, `${JSON.stringify(mine)}\n`); tries++) {
      const text = readIfThere(path);
      if (text === undefined) continue;
      const owner = parseClaim(text) as Owner | undefined;
      if (owner === undefined || isAlive(owner) || tries > 9) throw locked(job, path, owner);
      takeAway(path, text);
    }
  });
  return {
    check: () => {
      if (parseClaim(readIfThere(path) ?? "")?.nonce !== mine.nonce)
        throw new HowdahError(`the lock of ${job} is no longer ours`, { code: "LOCK_LOST", fault: "run", where: path });
    },
    release: () => {
      if (parseClaim(readIfThere(path) ?? "")?.nonce === mine.nonce) rmSync(path, { force: true });
    },
  };
}

/** Who is at work below a folder of locks, by job; a run as a whole is `_run`. */
export function liveOwners(locks: string): ReadonlyMap<string, string> {
  if (!existsSync(locks)) return new Map();
  const owners = readdirSync(locks)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => {
      const owner = parseClaim(readIfThere(join(locks, name)) ?? "") as Owner | undefined;
      return owner !== undefined && isAlive(owner) ? [[name.slice(0, -".json".length), ownerText(owner)] as const] : [];
    });
  return new Map(owners);
}

function ownerText({ owner, application, pid, host }: Owner): string {
  return owner === "yarn" ? `the YARN application ${application ?? ""}` : `process ${pid} on ${host}`;
}

function locked(job: string, path: string, owner: Owner | undefined): HowdahError {
  const who = owner === undefined ? "somebody who left an unreadable lock" : ownerText(owner);
  return new HowdahError(`${job.startsWith("_") ? `another ${job.slice(1)}` : job} is at work on this data: ${who}`, {
    code: "LOCKED",
    where: path,
    next: "wait for it to end; a lock whose owner is gone is taken over by itself",
  });
}

/** A YARN application cannot be looked at from here: it counts as alive. */
function isAlive(owner: Owner): boolean {
  return owner.owner === "yarn" || !isGone(owner);
}
