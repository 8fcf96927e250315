/** A node of a graph of work. */
export interface Step<Name extends string> {
  readonly name: Name;
  /** Names that must be done before; those that are not in the graph are not waited for. */
  readonly needs: readonly Name[];
}

export interface Outcome<Name extends string> {
  readonly failed: ReadonlyMap<Name, unknown>;
  /** Not tried, for something before them failed or the work was interrupted. */
  readonly left: readonly Name[];
}

/** Does each step as soon as those before it are done. What follows a failed step is left; the rest goes on. */
export async function inOrder<Name extends string, S extends Step<Name>>(
  steps: readonly S[],
  work: (step: S) => Promise<void>,
  signal?: AbortSignal,
): Promise<Outcome<Name>> {
  const names = new Set(steps.map(({ name }) => name));
  const done = new Set<Name>();
  const failed = new Map<Name, unknown>();
  const running = new Map<Name, Promise<void>>();
  const waiting = new Set(steps);
  for (;;) {
    if (signal?.aborted !== true)
      for (const step of waiting) {
        if (!step.needs.every((need) => done.has(need) || !names.has(need))) continue;
        waiting.delete(step);
        running.set(
          step.name,
          work(step)
            .then(() => void done.add(step.name))
            .catch((error: unknown) => void failed.set(step.name, error))
            .finally(() => running.delete(step.name)),
        );
      }
    if (running.size === 0) return { failed, left: [...waiting].map(({ name }) => name) };
    await Promise.race(running.values());
  }
}
