import assert from "node:assert/strict";

/** Waits until something holds; generous, since the machine may be busy. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  for (const deadline = performance.now() + seconds * 1000; !(await holds());) {
    assert.ok(performance.now() < deadline, `${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
