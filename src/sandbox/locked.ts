import { join } from "node:path";
import type { Emit } from "../core/events.ts";
import type { Sandbox } from "./folder.ts";
import { inTurn } from "./turn.ts";

/** Does work while no other command changes the sandbox; waits for one that does, and says so once. */
export function alone<T>(
  sandbox: Sandbox,
  { emit, signal }: { readonly emit: Emit; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  return inTurn(join(sandbox.run, "lock"), { emit, signal, waiting: "sandbox.waiting" }, work);
}
