import type { Place } from "../../core/source.ts";
import type { Accept } from "../accept.ts";
import { toExpr, type ElType, type Value } from "../el/index.ts";
import { sla, type SlaOptions } from "../sla.ts";
import type { WorkflowPart } from "../workflow.ts";
import type {
  Action,
  ActionBase,
  ActionFile,
  Credential,
  FsOperation,
  LaunchedAction,
  LaunchedBase,
  Launcher,
  Retry,
  Running,
} from "./model.ts";

/** What may stand where an action takes a value. */
export type RunningValue<T extends ElType = ElType> = Value<T, "workflow">;

/** Options of every action. */
export interface ActionOptions {
  /** @default none: a failure is final */
  readonly retry?: Retry;
  /** What is promised about it. */
  readonly sla?: SlaOptions<"promise">;
  /** Warnings that are meant, by code, with the reason. */
  readonly accept?: Accept;
}

/** Options of the actions that a launcher starts. */
export interface LaunchedOptions extends ActionOptions {
  readonly prepare?: readonly FsOperation[];
  readonly configuration?: Readonly<Record<string, RunningValue>>;
  readonly launcher?: Launcher;
  /** Besides those that a target with Kerberos adds by itself. */
  readonly credentials?: readonly Credential[];
}

export interface FileOptions {
  readonly files?: readonly ActionFile[];
  readonly archives?: readonly ActionFile[];
}

/** What most actions leave out; they share these. */
const none: readonly never[] = Object.freeze([]);
const nothing: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Makes an action; what is its own comes from the caller. Projects have actions by the ten thousand: the properties of
 * one object are added to another's, since a literal that spreads one and then names more costs many times as much.
 */
export function action<A extends Action>(
  name: string,
  options: ActionOptions,
  own: Omit<A, keyof ActionBase>,
  at: Place,
): A {
  const base: ActionBase = {
    kind: "action",
    name,
    retry: options.retry,
    sla: options.sla === undefined ? undefined : sla(options.sla),
    handler: undefined,
    accept: options.accept ?? nothing,
    at,
    onError: withOwnHandler,
  };
  return Object.freeze(Object.assign(base, own)) as unknown as A;
}

function withOwnHandler<A extends ActionBase>(this: A, handler: WorkflowPart): A {
  return Object.freeze({ ...this, handler });
}

/** Makes an action that a launcher starts. */
export function launched<A extends LaunchedAction>(
  name: string,
  options: LaunchedOptions & FileOptions,
  at: Place,
  own: Omit<A, keyof LaunchedBase>,
): A {
  const { prepare = none, configuration = nothing, launcher = nothing, credentials = none, files = none } = options;
  const { archives = none } = options;
  const all = { prepare, configuration: runningMap(configuration, at), launcher, credentials, files, archives };
  return action<A>(name, options, Object.assign(all, own) as unknown as Omit<A, keyof ActionBase>, at);
}

/** A plain value as an expression. */
export function running<T extends ElType>(value: RunningValue<T>, at?: Place): Running<T> {
  return toExpr<T, "workflow">(value, at);
}

/** Likewise, for what may be left out. */
export function some<T extends ElType>(value: RunningValue<T> | undefined, at: Place): Running<T> | undefined {
  return value === undefined ? undefined : running(value, at);
}

/** Plain values as expressions. */
export function runningMap(
  values: Readonly<Record<string, RunningValue>>,
  at: Place,
): Readonly<Record<string, Running>> {
  const entries = Object.entries(values);
  return entries.length === 0 ? nothing : Object.fromEntries(entries.map(([key, value]) => [key, running(value, at)]));
}
