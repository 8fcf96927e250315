import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "../connect/errors.ts";
import { isOver } from "../connect/oozie/index.ts";
import { exitCodes, HowdahError, messageOf } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Cluster } from "../project/cluster.ts";
import { lostActions, LostLooks, lostPatience } from "./lost.ts";
import {
  readTree,
  statesUnderWay,
  type ActionTree,
  type Tree,
  type TreeOptions,
  type WorkflowActionTree,
} from "./tree.ts";

export interface FollowOptions {
  /** Told `job.changed`, `action.lost`, `server.away`, `server.back` and `server.mode`. */
  readonly emit?: Emit;
  /** Given every tree that was read. */
  readonly show?: (tree: Tree) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks. @default 2000 */
  readonly every?: number;
  /** Milliseconds after which it is given up. @default never */
  readonly timeout?: number;
  readonly tree?: TreeOptions;
}

/**
 * Looks at a job until it is over, and tells what changes; a server that cannot be asked for a while is waited for. An action
 * that ended OK and did nothing is told, and has it in the tree.
 * Throws `NOT_OVER` after the timeout, and what the signal is aborted with.
 */
export async function follow(cluster: Cluster, id: string, options: FollowOptions = {}): Promise<Tree> {
  const { emit = () => undefined, show, signal, every = 2000, timeout = Infinity, tree: treeOptions = {} } = options;
  const begun = performance.now();
  const server = new ServerWatch(emit, "Oozie");
  const looks = new LostLooks(cluster, signal, lostPatience);
  const looking = { ...treeOptions, lost: (launcher: string) => Promise.resolve(looks.soFar(launcher)) };
  const told = new Set<string>();
  let known: ReadonlyMap<string, NodeFacts> | undefined;
  let last: Tree | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const tree = await server.ask(async () => {
      const asked = cluster.oozie.systemMode().catch(() => undefined);
      // Neither is left under way when the other fails.
      const read = await readTree(cluster, id, { ...looking, also: underWay(known) }).finally(() => asked);
      const mode = await asked;
      if (mode !== undefined) server.tellMode(mode);
      return read;
    });
    signal?.throwIfAborted();
    if (tree !== undefined) {
      last = tree;
      const now = nodesOf(tree);
      for (const change of changes(known, now)) emit({ event: "job.changed", ...change });
      known = now;
      for (const lost of lostActions(tree)) {
        if (!told.has(lost.id)) emit({ event: "action.lost", ...lost });
        told.add(lost.id);
      }
      show?.(tree);
      if (isOver(tree.status)) {
        if (await looks.finish()) continue;
        return tree;
      }
    }
    const left = timeout - (performance.now() - begun);
    if (left <= 0) throw notOver(id, last, timeout);
    await sleep(Math.min(every, left), undefined, signal === undefined ? {} : { signal }).catch(() => {
      signal?.throwIfAborted();
    });
  }
}

function notOver(id: string, tree: Tree | undefined, timeout: number): HowdahError {
  const status = tree === undefined ? "cannot be asked about" : `is ${tree.status}`;
  return new HowdahError(`${id} ${status} after ${Math.round(timeout / 60_000)} minutes`, {
    code: "NOT_OVER",
    fault: "run",
    exitCode: exitCodes.waiting,
    where: id,
    next: `it goes on: howdah watch ${id} waits on, howdah kill ${id} ends it`,
  });
}

/** Tells once when a server goes away and once when it is back. */
export class ServerWatch {
  readonly #emit: Emit;
  readonly #server: string;
  #away = false;
  #mode = "NORMAL";

  constructor(emit: Emit, server: string) {
    this.#emit = emit;
    this.#server = server;
  }

  /** Whether it could not be asked last. */
  get isAway(): boolean {
    return this.#away;
  }

  /** What the server says; undefined while it cannot be asked. */
  async ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await work();
      if (this.#away) this.#emit({ event: "server.back", server: this.#server });
      this.#away = false;
      return answer;
    } catch (error) {
      if (!(error instanceof ConnectError) || !passes(error)) throw error;
      if (!this.#away) this.#emit({ event: "server.away", server: this.#server, why: messageOf(error) });
      this.#away = true;
      return undefined;
    }
  }

  tellMode(mode: string): void {
    if (mode !== this.#mode) this.#emit({ event: "server.mode", mode });
    this.#mode = mode;
  }
}

/** What a server says while it is stopped, starts, or is in safe mode. */
function passes({ transient, code, progress, status }: ConnectError): boolean {
  if (transient || code === "OOZIE_SAFE_MODE") return true;
  return progress === "answered" && status !== undefined && (status >= 500 || status === 404);
}

/** What a line of a tree is known by. */
export interface NodeFacts {
  readonly id: string;
  readonly kind: Tree["kind"] | "action" | "workflow-action";
  readonly name: string;
  readonly status: string;
  readonly error?: string;
}

/** A change of one of them; `from` is undefined of what was not there before. */
interface Change extends NodeFacts {
  readonly from: string | undefined;
}

function changes(known: ReadonlyMap<string, NodeFacts> | undefined, now: ReadonlyMap<string, NodeFacts>): Change[] {
  return [...now.values()].flatMap((node) => {
    const from = known?.get(node.id)?.status;
    return from === node.status ? [] : [{ ...node, from }];
  });
}

/** Ids of what has begun, which is to be seen to end. */
function underWay(known: ReadonlyMap<string, NodeFacts> = new Map()): ReadonlySet<string> {
  const begun = [...known.values()].filter(({ status }) => statesUnderWay.some((one) => one === status));
  return new Set(begun.map(({ id }) => id));
}

/** Every job and action of a tree, by its id. */
export function nodesOf(tree: Tree): ReadonlyMap<string, NodeFacts> {
  const nodes = new Map<string, NodeFacts>();
  const add = (node: NodeFacts): void => void nodes.set(node.id, node);
  const addTree = (one: Tree): void => {
    const { id, kind, name, status } = one;
    add({ id, kind, name, status });
    if (one.kind === "bundle") one.coordinators.forEach(addTree);
    else if (one.kind === "workflow") one.actions.forEach(addWorkflowAction);
    else one.actions.toReversed().forEach((action) => addAction(action, name));
  };
  const addAction = ({ id, number, nominal, status, workflow, ...rest }: ActionTree, coordinator: string): void => {
    add({ id, kind: "action", name: `${coordinator} #${number} ${nominal}`, status, ...errorText(rest) });
    // Its workflow's own state says the same.
    workflow?.actions.forEach(addWorkflowAction);
  };
  const addWorkflowAction = (action: WorkflowActionTree): void => {
    const { id, name, status, workflow } = action;
    add({ id, kind: "workflow-action", name, status, ...errorText(action) });
    if (workflow !== undefined) addTree(workflow);
  };
  addTree(tree);
  return nodes;
}

function errorText({ errorCode, errorMessage }: Pick<ActionTree, "errorCode" | "errorMessage">): { error?: string } {
  const text = [errorCode, errorMessage].filter((part) => part !== undefined).join(": ");
  return text === "" ? {} : { error: text };
}
