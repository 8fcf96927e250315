import { exitCodes, HowdahError, isHowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Cluster } from "../project/cluster.ts";
import { logsOf } from "./logs/containers.ts";
import { readTree, type Tree, type WorkflowActionTree, type WorkflowTree } from "./tree.ts";

/** What beeline says when it has no connection (Hive's Utils and HiveConnection). */
const noConnection = /Could not open connection to the HS2 server|Could not open client transport/;

/** An action that ended well, and did nothing. */
export interface Unreached {
  readonly id: string;
  readonly action: string;
  /** What beeline said. */
  readonly line: string;
}

type HiveAction = Pick<WorkflowActionTree, "id" | "name" | "type" | "status" | "applications">;

/**
 * Whether an action's beeline reached no HiveServer2: with a script it ends well all the same (Hive 3.1.3,
 * `BeeLine.begin`; mended in 4.0, HIVE-19048), and so does the action. Only the launcher's log tells; undefined also
 * where that cannot be read.
 */
export async function unreachedOf(
  cluster: Cluster,
  { id, name, type, status, applications: [launcher] }: HiveAction,
  signal: AbortSignal | undefined,
): Promise<Unreached | undefined> {
  if (type !== "hive2" || status !== "OK" || launcher === undefined) return undefined;
  try {
    const application = await cluster.yarn.application(launcher.id);
    for await (const log of logsOf(cluster, application, signal, patience)) {
      const line = "text" in log ? log.text.split("\n").find((one) => noConnection.test(one)) : undefined;
      if (line !== undefined) return { id, action: name, line: line.trim() };
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!isHowdahError(error)) throw error;
  }
  return undefined;
}

/** Logs are being brought to where they stay when an action has just ended. */
const patience = 10_000;

/** The first such action of a workflow. */
export async function unreachedIn(
  cluster: Cluster,
  tree: Tree,
  signal: AbortSignal | undefined,
): Promise<Unreached | undefined> {
  for (const action of hiveActions(tree)) {
    const unreached = await unreachedOf(cluster, action, signal);
    if (unreached !== undefined) return unreached;
  }
  return undefined;
}

/** The first of workflows, by their ids. */
export async function unreachedInWorkflows(
  cluster: Cluster,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Unreached | undefined> {
  for (const id of ids) {
    const unreached = await unreachedIn(cluster, await readTree(cluster, id), signal);
    if (unreached !== undefined) return unreached;
  }
  return undefined;
}

/** That a job ended well, but not in truth. */
export function unreachedError(job: string, { id, action, line }: Unreached): HowdahError {
  return new HowdahError(
    `${job} ended well, but its action ${action} reached no HiveServer2 and did nothing: ${line}`,
    {
      code: "HIVE_UNREACHED",
      fault: "run",
      exitCode: exitCodes.failed,
      where: id,
      next: `once HiveServer2 is up, howdah rerun ${workflowOf(id)}`,
    },
  );
}

/** The workflow of an action's id, `…-W@action`. */
function workflowOf(id: string): string {
  return id.replace(/@.*$/, "");
}

/**
 * Looks into the logs of what Hive does in a job while it is followed, of each action once, as it has ended. Of a
 * coordinator or a bundle what had ended before is left alone.
 */
export class HiveWatch {
  readonly #cluster: Cluster;
  readonly #emit: Emit;
  readonly #signal: AbortSignal | undefined;
  readonly #seen = new Set<string>();
  readonly #found: Unreached[] = [];
  #begun = false;
  #work: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, emit: Emit, signal: AbortSignal | undefined) {
    this.#cluster = cluster;
    this.#emit = emit;
    this.#signal = signal;
  }

  look(tree: Tree): void {
    const asked = this.#begun || tree.kind === "workflow";
    this.#begun = true;
    for (const action of hiveActions(tree)) {
      if (action.status !== "OK" || this.#seen.has(action.id)) continue;
      this.#seen.add(action.id);
      if (asked) this.#work = this.#work.then(() => this.#ask(action));
    }
    // Whoever awaits the end gets the error; until then it is nobody's.
    this.#work.catch(() => undefined);
  }

  async #ask(action: HiveAction): Promise<void> {
    const unreached = await unreachedOf(this.#cluster, action, this.#signal);
    if (unreached === undefined) return;
    this.#found.push(unreached);
    this.#emit({ event: "action.unreached", ...unreached });
  }

  /** What was found, once everything was looked at. */
  async end(): Promise<readonly Unreached[]> {
    await this.#work;
    return this.#found;
  }
}

function hiveActions(tree: Tree): readonly HiveAction[] {
  const ofWorkflow = ({ actions }: WorkflowTree): readonly HiveAction[] =>
    actions.flatMap((action) => [
      ...(action.type === "hive2" ? [action] : []),
      ...(action.workflow === undefined ? [] : ofWorkflow(action.workflow)),
    ]);
  if (tree.kind === "workflow") return ofWorkflow(tree);
  const coordinators = tree.kind === "bundle" ? tree.coordinators : [tree];
  return coordinators.flatMap(({ actions }) =>
    actions.flatMap(({ workflow }) => (workflow === undefined ? [] : ofWorkflow(workflow))),
  );
}
