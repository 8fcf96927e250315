import { HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import type { Frequency } from "../core/time.ts";
import { expr, toExpr, type ElType, type Expr, type Value } from "./el.ts";

/**
 * A part of a workflow. Workflows are composed of parts, never wired: start, fork, join, ok, error, kill and end
 * follow from the composition.
 */
export type WorkflowPart = Sequence | Parallel | Decision | Kill | Action;

export interface Sequence {
  readonly kind: "sequence";
  readonly steps: readonly WorkflowPart[];
}

export interface Parallel {
  readonly kind: "parallel";
  readonly name: string;
  readonly branches: readonly WorkflowPart[];
  readonly at: Place;
}

export interface Decision {
  readonly kind: "decision";
  readonly name: string;
  /** The first case whose condition holds is taken. */
  readonly cases: readonly { readonly when: Expr<"boolean", "workflow">; readonly then: WorkflowPart }[];
  readonly otherwise: WorkflowPart;
  readonly at: Place;
}

/** Ends the workflow as failed. */
export interface Kill {
  readonly kind: "kill";
  readonly name: string;
  readonly message: Expr<"string", "workflow">;
  readonly at: Place;
}

/** What all actions have. */
export interface ActionBase {
  readonly kind: "action";
  readonly name: string;
  /** Tried again so many times, so long apart, when it fails. */
  readonly retry: { readonly max: number; readonly every: Frequency } | undefined;
  /** Runs when the action has failed; the workflow then ends as failed. */
  readonly handler: WorkflowPart | undefined;
  readonly at: Place;
  /** The same action with a handler for its failure. */
  onError(handler: WorkflowPart): this;
}

/** Operations on the file system, done in order. */
export type FsOperation =
  | { readonly is: "mkdir"; readonly path: Expr<"path", "workflow"> }
  | { readonly is: "delete"; readonly path: Expr<"path", "workflow"> }
  | { readonly is: "touch"; readonly path: Expr<"path", "workflow"> }
  | { readonly is: "move"; readonly from: Expr<"path", "workflow">; readonly to: Expr<"path", "workflow"> }
  | {
      readonly is: "chmod";
      readonly path: Expr<"path", "workflow">;
      /** Octal, `755`, or symbolic, `-rwxr-xr-x`. */
      readonly permissions: string;
      readonly recursive: boolean;
    };

export interface FsAction extends ActionBase {
  readonly type: "fs";
  readonly operations: readonly FsOperation[];
}

/** What a hive2 action runs: something that writes itself as HiveQL. `src/hive` makes them. */
export interface HiveScriptPart {
  readonly kind: "hive";
  /** Every expression in it, so that its parameters can be found. */
  readonly uses: readonly Expr[];
}

export interface Hive2Action extends ActionBase {
  readonly type: "hive2";
  readonly run: readonly HiveScriptPart[];
}

/** What the definitions need to know of a SQL job. `src/jobs` makes them. */
export interface SqlJob {
  readonly kind: "job";
  readonly name: string;
  /** How long a unit of its work is. */
  readonly every: Frequency;
  /** How a unit's time is written, such as `yyyyMMdd_HH`. */
  readonly key: string;
}

export interface SparkAction extends ActionBase {
  readonly type: "spark";
  readonly job: SqlJob;
  /** Keys of the first and the last unit, both included. */
  readonly from: Expr<"string", "workflow">;
  readonly to: Expr<"string", "workflow">;
}

export interface ShellAction extends ActionBase {
  readonly type: "shell";
  readonly command: string;
  readonly arguments: readonly Expr<ElType, "workflow">[];
  readonly environment: Readonly<Record<string, Expr<ElType, "workflow">>>;
  /** Files of the project, put beside the command where it runs. */
  readonly files: readonly string[];
  /** Lines `key=value` that it prints can be asked for with `outputOf`. */
  readonly captureOutput: boolean;
}

export interface SubWorkflowAction extends ActionBase {
  readonly type: "sub-workflow";
  readonly run: WorkflowCall<"workflow">;
}

export type Action = FsAction | Hive2Action | SparkAction | ShellAction | SubWorkflowAction;

/** The types of a workflow's inputs, by name. */
export type InputTypes = Readonly<Record<string, ElType>>;

export interface Workflow<I extends InputTypes = InputTypes> {
  readonly kind: "workflow";
  readonly name: string;
  readonly inputs: I;
  readonly body: WorkflowPart;
  readonly at: Place;
  /** The workflow with values for its inputs, in the phase of whoever starts it. */
  with<P extends "action" | "workflow">(values: { readonly [K in keyof I]: Value<I[K], P> }): WorkflowCall<P>;
}

/** A workflow and the values of its inputs. */
export interface WorkflowCall<P extends "action" | "workflow"> {
  readonly workflow: Workflow;
  readonly values: Readonly<Record<string, Expr<ElType, P>>>;
}

/**
 * Declares a workflow. `inputs` names what whoever starts it must give; the body gets each as an expression of the
 * phase `workflow`.
 */
export function workflow<const I extends InputTypes>(
  name: string,
  inputs: I,
  body: (inputs: { readonly [K in keyof I]: Expr<I[K], "workflow"> }) => WorkflowPart,
): Workflow<I> {
  const at = callerPlace();
  const given = Object.fromEntries(Object.keys(inputs).map((input) => [input, expr({ is: "parameter", name: input })]));
  const made: Workflow<I> = Object.freeze({
    kind: "workflow" as const,
    name: nodeName(name, at),
    inputs,
    body: body(given as { readonly [K in keyof I]: Expr<I[K], "workflow"> }),
    at,
    with: <P extends "action" | "workflow">(values: { readonly [K in keyof I]: Value<I[K], P> }): WorkflowCall<P> => {
      const entries = Object.entries<Value<ElType, P>>(values);
      return Object.freeze({
        workflow: made,
        values: Object.freeze(Object.fromEntries(entries.map(([key, value]) => [key, toExpr<ElType, P>(value)]))),
      });
    },
  });
  return made;
}

/** One after another. */
export function sequence(...steps: readonly WorkflowPart[]): Sequence {
  return Object.freeze({ kind: "sequence", steps });
}

/** Nothing to do; what a decision's branch does that goes straight on. */
export const nothing: Sequence = sequence();

/** Side by side; what follows waits for all of them. */
export function parallel(name: string, ...branches: readonly WorkflowPart[]): Parallel {
  const at = callerPlace();
  if (branches.length < 2)
    throw new HowdahError(`parallel ${name} has ${branches.length} branch: it takes two or more`, {
      code: "PARALLEL",
      where: at,
    });
  return Object.freeze({ kind: "parallel", name: nodeName(name, at), branches, at });
}

/** Takes the first case whose condition holds, else `otherwise`; what follows comes after any of them. */
export function decide(name: string, cases: Decision["cases"], otherwise: WorkflowPart = nothing): Decision {
  const at = callerPlace();
  if (cases.length === 0) throw new HowdahError(`decision ${name} has no case`, { code: "DECISION", where: at });
  return Object.freeze({ kind: "decision", name: nodeName(name, at), cases, otherwise, at });
}

/** A case of a decision. */
export function when(condition: Expr<"boolean", "workflow">, then: WorkflowPart): Decision["cases"][number] {
  return Object.freeze({ when: condition, then });
}

/** Ends the workflow as failed, with a message. */
export function kill(name: string, message: Value<"string", "workflow">): Kill {
  const at = callerPlace();
  return Object.freeze({ kind: "kill", name: nodeName(name, at), message: toExpr<"string", "workflow">(message), at });
}

/** Options of every action. */
export interface ActionOptions {
  /** @default none: a failure is final */
  readonly retry?: { readonly max: number; readonly every: Frequency };
}

function action<A extends Action>(name: string, { retry }: ActionOptions, own: Omit<A, keyof ActionBase>): A {
  const at = callerPlace();
  if (retry !== undefined && retry.every.unit !== "minutes" && retry.every.unit !== "hours")
    throw new HowdahError(`action ${name}: Oozie counts the time between retries in minutes`, {
      code: "RETRY",
      where: at,
    });
  const make = (handler: WorkflowPart | undefined): A =>
    Object.freeze({
      ...own,
      kind: "action",
      name: nodeName(name, at),
      retry,
      handler,
      at,
      onError: (next: WorkflowPart) => make(next),
    }) as unknown as A;
  return make(undefined);
}

/** Works on the file system. `FsActionExecutor` does the operations in the order in which they are given. */
export function fs(name: string, operations: readonly FsOperation[], options: ActionOptions = {}): FsAction {
  return action<FsAction>(name, options, { type: "fs", operations });
}

type PathValue = Value<"path", "workflow">;
const pathExpr = (value: PathValue): Expr<"path", "workflow"> => toExpr<"path", "workflow">(value);

export const mkdir = (at: PathValue): FsOperation => Object.freeze({ is: "mkdir", path: pathExpr(at) });
/** Deletes a file, or a folder with everything in it; one that is not there is no mistake. */
export const remove = (at: PathValue): FsOperation => Object.freeze({ is: "delete", path: pathExpr(at) });
/** Makes an empty file, or sets the time of one that exists. */
export const touch = (at: PathValue): FsOperation => Object.freeze({ is: "touch", path: pathExpr(at) });
export const move = (from: PathValue, to: PathValue): FsOperation =>
  Object.freeze({ is: "move", from: pathExpr(from), to: pathExpr(to) });
export const chmod = (
  at: PathValue,
  permissions: string,
  options: { readonly recursive?: boolean } = {},
): FsOperation =>
  Object.freeze({ is: "chmod", path: pathExpr(at), permissions, recursive: options.recursive ?? false });

/** Runs HiveQL through HiveServer2. */
export function hive2(name: string, run: readonly HiveScriptPart[], options: ActionOptions = {}): Hive2Action {
  return action<Hive2Action>(name, options, { type: "hive2", run });
}

/** Runs a SQL job for a range of units. */
export function spark(
  name: string,
  options: ActionOptions & {
    readonly job: SqlJob;
    readonly from: Value<"string", "workflow">;
    /** @default from */
    readonly to?: Value<"string", "workflow">;
  },
): SparkAction {
  return action<SparkAction>(name, options, {
    type: "spark",
    job: options.job,
    from: toExpr<"string", "workflow">(options.from),
    to: toExpr<"string", "workflow">(options.to ?? options.from),
  });
}

/** Runs a command on a node of the cluster. */
export function shell(
  name: string,
  options: ActionOptions & {
    readonly command: string;
    readonly arguments?: readonly Value<ElType, "workflow">[];
    readonly environment?: Readonly<Record<string, Value<ElType, "workflow">>>;
    readonly files?: readonly string[];
    readonly captureOutput?: boolean;
  },
): ShellAction {
  const environment = Object.entries(options.environment ?? {});
  return action<ShellAction>(name, options, {
    type: "shell",
    command: options.command,
    arguments: (options.arguments ?? []).map((argument) => toExpr<ElType, "workflow">(argument)),
    environment: Object.fromEntries(environment.map(([key, value]) => [key, toExpr<ElType, "workflow">(value)])),
    files: options.files ?? [],
    captureOutput: options.captureOutput ?? false,
  });
}

/** Runs another workflow. */
export function subWorkflow(
  name: string,
  run: WorkflowCall<"workflow">,
  options: ActionOptions = {},
): SubWorkflowAction {
  return action<SubWorkflowAction>(name, options, { type: "sub-workflow", run });
}

/** Names of nodes and applications: OOZIE-2168 allows 128 characters. */
export function nodeName(name: string, at: Place): string {
  if (!/^[a-zA-Z_][-_a-zA-Z0-9]{0,127}$/.test(name))
    throw new HowdahError(
      `${JSON.stringify(name)} cannot name a node: a letter or _, then letters, digits, - and _, up to 128 characters`,
      { code: "NODE_NAME", where: at },
    );
  return name;
}
