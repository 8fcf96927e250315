import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { isHowdahError } from "#src/core/errors.js";

/** Asks until the answer is as wished, and fails with the last answer when it takes too long. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  { seconds = 120, every = 400 }: { readonly seconds?: number; readonly every?: number } = {},
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (Date.now() > deadline)
      assert.fail(`${what}: not within ${seconds} s; at last ${inspect(answer, { depth: 8 }).slice(0, 4000)}`);
    await sleep(every);
  }
}

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

/** Undefined where YARN, or its history, knows of nothing yet. */
export function absent(error: unknown): undefined {
  if (isHowdahError(error) && error.code === "YARN_ABSENT") return undefined;
  throw error;
}
