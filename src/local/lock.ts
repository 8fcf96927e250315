import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, linkSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { HowdahError, systemCode } from "../core/errors.ts";
import { onDisk } from "../project/disk.ts";
import { isRunning } from "../project/process.ts";

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
    for (let tries = 0; !create(path, mine); tries++) {
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

/** Creates the lock whole or not at all: a link to a finished file fails when the name is taken. */
function create(path: string, owner: Owner): boolean {
  const aside = `${path}.${owner.nonce}`;
  writeFileSync(aside, `${JSON.stringify(owner)}\n`);
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Removes a dead owner's lock, and puts back what stood there instead if somebody was quicker. */
function takeAway(path: string, text: string): void {
  const aside = `${path}.dead-${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== text) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
  rmSync(aside, { force: true });
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

/** The start time of a process in clock ticks since boot (proc(5), field 22); undefined where /proc is not. */
function processStart(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ESRCH") return undefined;
    throw error;
  }
}

function parse(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}
