import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emit } from "../core/events.ts";
import { onDisk, readIfThere } from "../project/disk.ts";
import { claim, createWhole, isGone, parseClaim, takeAway } from "../project/lockfile.ts";

const lookEvery = 200;

export interface Turn {
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
  /** The name of the event that tells of a wait. */
  readonly waiting: "packages.waiting" | "sandbox.waiting";
}

/**
 * Does something that one process at a time may do, and waits for its turn; the lock of a process that is gone is
 * taken over. When there is a wait, emits the event `waiting` once, with who is at work and where the lock lies.
 */
export async function inTurn<T>(lock: string, { emit, signal, waiting }: Turn, work: () => Promise<T>): Promise<T> {
  const mine = JSON.stringify(claim());
  onDisk("make the folder of a lock", dirname(lock), () => mkdirSync(dirname(lock), { recursive: true }));
  for (let told = false; !onDisk("take the lock", lock, () => createWhole(lock, mine));) {
    const text = readIfThere(lock);
    if (text === undefined) continue;
    const holder = parseClaim(text);
    if (holder === undefined || isGone(holder)) {
      takeAway(lock, text);
      continue;
    }
    if (!told) emit({ event: waiting, pid: holder.pid, host: holder.host, lock });
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
