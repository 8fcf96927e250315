import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "../connect/errors.ts";
import { HowdahError, isHowdahError, messageOf } from "../core/errors.ts";

/** Whether the server may have carried out what failed: a gateway's answer says nothing of the server behind it. */
export function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  return error.progress === "unknown" || (error.progress === "answered" && [502, 504].includes(error.status ?? 0));
}

/** Looks for what may have arrived until it is found, for `patience` milliseconds, also while the server cannot be asked. */
export async function lookAgain<T>(find: () => Promise<T | undefined>, patience: number): Promise<T | undefined> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      const found = await find();
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof ConnectError) || performance.now() > until) throw error;
    }
    if (performance.now() > until) return undefined;
    await sleep(500);
  }
}

/** @param what such as `Oozie has taken the workflow set-up` */
export function arrivalUnknown(what: string, error: unknown, next: string): HowdahError {
  return new HowdahError(`it is not known whether ${what}: ${messageOf(error)}`, {
    code: "SUBMIT_UNKNOWN",
    fault: "server",
    ...(isHowdahError(error) && error.where !== undefined ? { where: error.where } : {}),
    next,
    cause: error,
  });
}
