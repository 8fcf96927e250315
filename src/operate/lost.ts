// Actions that ended OK and did nothing. Beeline of Hive 3.1 ends with 0 where it reaches no HiveServer2 and was given a script
// (`BeeLine.connectUsingArgs` has it leave before the script is read), whatever options it gets, so that Oozie's hive2
// action ends OK and what comes after it goes on. Only the launcher's log tells.
import { inParallel } from "../connect/parallel.ts";
import { isHowdahError } from "../core/errors.ts";
import type { Cluster } from "../project/cluster.ts";
import { logsOf } from "./logs/containers.ts";
import { readTree, type Tree, type TreeOptions, type WorkflowActionTree } from "./tree.ts";

/** For how long the logs of what has just ended are waited for, in milliseconds: they are being brought to where they stay. */
export const lostPatience = 20_000;

/** What beeline says when it has no connection (Hive's Utils and HiveConnection), by whatever way. */
const noConnection =
  /Could not open (?:connection to the HS2 server|client transport)|Could not (?:establish connection to|create http connection to) jdbc:hive2|Unable to read HiveServer2 \w+ from ZooKeeper/;
/** And when it has one, at last. */
const connection = /^Connected to: /m;

export interface LostAction {
  readonly id: string;
  readonly name: string;
  /** What beeline said. */
  readonly said: string;
}

/** Looks into the logs of launchers, into each once. */
export class LostLooks {
  readonly #cluster: Cluster;
  readonly #patience: number;
  readonly #signal: AbortSignal | undefined;
  readonly #looks = new Map<string, Promise<string | undefined>>();
  readonly #known = new Map<string, string | undefined>();

  /** @param patience milliseconds for which logs are waited for that are not there yet */
  constructor(cluster: Cluster, signal: AbortSignal | undefined, patience = 0) {
    this.#cluster = cluster;
    this.#signal = signal;
    this.#patience = patience;
  }

  /**
   * What beeline said, of the launcher of a hive2 action that ended OK and did nothing; undefined where it did something, and
   * where its log cannot be read. Never fails.
   */
  of(launcher: string): Promise<string | undefined> {
    const begun = this.#looks.get(launcher);
    if (begun !== undefined) return begun;
    const look = this.#look(launcher).then((said) => {
      this.#known.set(launcher, said);
      return said;
    });
    this.#looks.set(launcher, look);
    return look;
  }

  /** The same as far as it is known; otherwise the look is begun. */
  soFar(launcher: string): string | undefined {
    void this.of(launcher);
    return this.#known.get(launcher);
  }

  /** Waits for the looks that are under way. @returns whether there was any */
  async finish(): Promise<boolean> {
    if (this.#known.size === this.#looks.size) return false;
    await Promise.all(this.#looks.values());
    return true;
  }

  async #look(launcher: string): Promise<string | undefined> {
    try {
      const application = await this.#cluster.yarn.application(launcher);
      let said: string | undefined;
      for await (const log of logsOf(this.#cluster, application, this.#signal, this.#patience)) {
        if (!("text" in log)) continue;
        // It may have tried more than once.
        if (connection.test(log.text)) return undefined;
        said ??= log.text.split("\n").find((line) => noConnection.test(line));
      }
      return said?.trim();
    } catch (error) {
      if (isHowdahError(error) || this.#signal?.aborted === true) return undefined;
      throw error;
    }
  }
}

/** Has a tree tell of actions that did nothing: `readTree(cluster, id, { lost: lookedInto(cluster) })`. */
export function lookedInto(
  cluster: Cluster,
  signal?: AbortSignal,
  patience?: number,
): NonNullable<TreeOptions["lost"]> {
  const looks = new LostLooks(cluster, signal, patience);
  return (launcher) => looks.of(launcher);
}

/** The actions that did nothing of workflows that have just ended. */
export async function lostOf(
  cluster: Cluster,
  workflows: readonly string[],
  signal: AbortSignal,
): Promise<readonly LostAction[]> {
  const lost = lookedInto(cluster, signal, lostPatience);
  const found = new Map<string, readonly LostAction[]>();
  await inParallel(workflows, 6, async (id) => {
    signal.throwIfAborted();
    found.set(id, lostActions(await readTree(cluster, id, { lost })));
  });
  return workflows.flatMap((id) => found.get(id) ?? []);
}

/** The actions of a tree that were looked into and found to have done nothing. */
export function lostActions(tree: Tree): readonly LostAction[] {
  const ofActions = (actions: readonly WorkflowActionTree[]): readonly LostAction[] =>
    actions.flatMap(({ id, name, lost, workflow }) => [
      ...(lost === undefined ? [] : [{ id, name, said: lost }]),
      ...(workflow === undefined ? [] : ofActions(workflow.actions)),
    ]);
  switch (tree.kind) {
    case "bundle":
      return tree.coordinators.flatMap(lostActions);
    case "coordinator":
      return tree.actions.flatMap(({ workflow }) => (workflow === undefined ? [] : ofActions(workflow.actions)));
    case "workflow":
      return ofActions(tree.actions);
  }
}
