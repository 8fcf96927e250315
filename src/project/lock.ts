import { mkdirSync, rmSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { onDisk, readIfThere } from "./disk.ts";
import { createWhole, takeAway } from "./lockfile.ts";
import { isRunning, processStart } from "./process.ts";

/** Who holds a lock. `run_sql.py` writes and reads the same. */
interface Owner {
  readonly owner: "process" | "yarn";
  readonly job: string;
  readonly pid: number;
  /** When the process started, as the system counts it, so that a pid used again is told apart; null where unknown. */
  readonly started: string | null;
  readonly host: string;
  readonly application: string | null;
  readonly nonce: string;
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
  const mine: Owner = {
    owner: "process",
    job,
    pid: process.pid,
    started: processStart(process.pid) ?? null,
    host: hostname(),
    application: null,
    nonce: randomUUID(),
  };
  onDisk("take the lock", path, () => {
    mkdirSync(locks, { recursive: true });
    for (let tries = 0; !createWhole(path, `${JSON.stringify(mine)}\n`); tries++) {
      const text = readIfThere(path);
      if (text === undefined) continue;
      const owner = parse(text);
      if (owner === undefined || isAlive(owner) || tries > 9) throw locked(job, path, owner);
      takeAway(path, text);
    }
  });
  return {
    check: () => {
      if (parse(readIfThere(path) ?? "")?.nonce !== mine.nonce)
        throw new HowdahError(`the lock of ${job} is no longer ours`, { code: "LOCK_LOST", fault: "run", where: path });
    },
    release: () => {
      if (parse(readIfThere(path) ?? "")?.nonce === mine.nonce) rmSync(path, { force: true });
    },
  };
}

function locked(job: string, path: string, owner: Owner | undefined): HowdahError {
  const who =
    owner === undefined
      ? "somebody who left an unreadable lock"
      : owner.owner === "yarn"
        ? `the YARN application ${owner.application ?? ""}`
        : `process ${owner.pid} on ${owner.host}`;
  return new HowdahError(`${job.startsWith("_") ? `another ${job.slice(1)}` : job} is at work on this data: ${who}`, {
    code: "LOCKED",
    where: path,
    next: "wait for it to end; a lock whose owner is gone is taken over by itself",
  });
}

/** A YARN application, and a process of another machine, cannot be looked at from here: they count as alive. */
function isAlive(owner: Owner): boolean {
  if (owner.owner === "yarn" || owner.host !== hostname()) return true;
  if (!isRunning(owner.pid)) return false;
  const started = processStart(owner.pid);
  return started === undefined || owner.started === null || started === owner.started;
}

function parse(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}
