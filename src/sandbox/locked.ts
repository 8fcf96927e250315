import { setTimeout as sleep } from "node:timers/promises";
import type { Emit } from "../core/events.ts";
import { HowdahError, isHowdahError, messageOf } from "../core/errors.ts";
import { lockJob, type Lock } from "../project/lock.ts";
import type { Sandbox } from "./folder.ts";

/** Does work while no other command changes the sandbox; waits for one that does. */
export async function alone<T>(
  sandbox: Sandbox,
  { emit, signal }: { readonly emit: Emit; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const lock = await waitForLock(sandbox, emit, signal);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function waitForLock(sandbox: Sandbox, emit: Emit, signal: AbortSignal | undefined): Promise<Lock> {
  for (let tries = 0; ; tries++) {
    try {
      return lockJob(sandbox.run, "_howdah", `the sandbox ${sandbox.name}`);
    } catch (error) {
      if (!isHowdahError(error) || error.code !== "LOCKED") throw error;
      if (tries === 0) emit({ event: "sandbox.waiting", why: messageOf(error) });
      // A first start on a slow line may download for long, but nobody waits for an hour.
      if (tries > 3600 * 4)
        throw new HowdahError(error.message, {
          code: "LOCKED",
          ...(error.next === undefined ? {} : { next: error.next }),
        });
      await sleep(250);
      signal?.throwIfAborted();
    }
  }
}
