import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emit } from "../core/events.ts";
import { onDisk, readIfThere } from "../project/disk.ts";
import { createWhole, takeAway } from "../project/lockfile.ts";
import { isRunning, processStart } from "../project/process.ts";

interface Holder {
  readonly pid: number;
  /** Tells apart a process id that was used again; null where it is not known. */
  readonly started: string | null;
  readonly host: string;
  readonly nonce: string;
}

const lookEvery = 200;

/**
 * Does something that one process at a time may do, and waits for its turn; the lock of a process that is gone is
 * taken over. Emits `packages.waiting` once, with who is at work and where the lock lies, when there is a wait.
 */
export async function inTurn<T>(
  lock: string,
  { emit, signal }: { readonly emit: Emit; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const started = processStart(process.pid) ?? null;
  const mine = JSON.stringify({ pid: process.pid, started, host: hostname(), nonce: randomUUID() } satisfies Holder);
  onDisk("make a folder for packages", dirname(lock), () => mkdirSync(dirname(lock), { recursive: true }));
  for (let told = false; !onDisk("take the lock", lock, () => createWhole(lock, mine));) {
    const text = readIfThere(lock);
    if (text === undefined) continue;
    const holder = parse(text);
    if (holder === undefined || isGone(holder)) {
      takeAway(lock, text);
      continue;
    }
    if (!told) emit({ event: "packages.waiting", pid: holder.pid, host: holder.host, lock });
    told = true;
    await sleep(lookEvery);
    signal?.throwIfAborted();
  }
  try {
    return await work();
  } finally {
    if (readIfThere(lock) === mine) rmSync(lock, { force: true });
  }
}

/** A process of another machine cannot be looked at from here. */
function isGone({ pid, started, host }: Holder): boolean {
  if (host !== hostname()) return false;
  return !isRunning(pid) || (started !== null && (processStart(pid) ?? started) !== started);
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
