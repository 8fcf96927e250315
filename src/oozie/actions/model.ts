import type { Place } from "../../core/source.ts";
import type { Frequency } from "../../core/time.ts";
import type { Accept } from "../accept.ts";
import type { ElType, Expr } from "../el/index.ts";
import { slaExpressions, type Sla } from "../sla.ts";
import type { WorkflowCall, WorkflowPart } from "../workflow.ts";

/** An expression that has its value while a workflow runs. */
export type Running<T extends ElType = ElType> = Expr<T, "workflow">;

/** What all actions have. */
export interface ActionBase {
  readonly kind: "action";
  readonly name: string;
  readonly retry: Retry | undefined;
  readonly sla: Sla | undefined;
  /** Runs when the action has failed; the workflow then ends as failed. */
  readonly handler: WorkflowPart | undefined;
  readonly accept: Accept;
  readonly at: Place;
  /** The same action with a handler for its failure. */
  onError(handler: WorkflowPart): this;
}

/** Tried again so many times, so long apart, when it fails with an error that Oozie takes for a passing one. */
export interface Retry {
  readonly max: number;
  /** Oozie counts it in minutes. */
  readonly every: Frequency<"minutes" | "hours">;
  /** @default "periodic" */
  readonly policy?: "periodic" | "exponential";
}

/** Where the program runs that starts an action's job on the cluster. */
export interface Launcher {
  /** Megabytes. */
  readonly memory?: number;
  readonly cores?: number;
  readonly javaOptions?: string;
  /** `NAME=value` of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default the target's queue for launchers */
  readonly queue?: string;
  readonly shareLib?: string;
  readonly viewAcl?: string;
  readonly modifyAcl?: string;
}

/** What an action must show to a secured service. */
export interface Credential {
  readonly kind: "credential";
  readonly name: string;
  /** A type that the server knows, such as `hive2`, `hcat`, `hbase`. */
  readonly type: string;
  readonly properties: Readonly<Record<string, Expr<ElType, "workflow">>>;
  readonly at: Place;
}

/** What the actions have that Oozie starts through a launcher on the cluster. */
export interface LaunchedBase extends ActionBase {
  /** Done before the action starts. */
  readonly prepare: readonly FsOperation[];
  /** Properties of the action's Hadoop job. */
  readonly configuration: Readonly<Record<string, Running>>;
  readonly launcher: Launcher;
  readonly credentials: readonly Credential[];
  /** Put beside the program where it runs: a file of the project, or a path of the cluster. */
  readonly files: readonly ActionFile[];
  readonly archives: readonly ActionFile[];
}

/** A file of the project (relative to it), which is shipped, or a path of the cluster. */
export type ActionFile = string | Running<"path">;

/** Operations on the file system, done in order. */
export type FsOperation =
  | { readonly is: "mkdir"; readonly path: Running<"path"> }
  | { readonly is: "delete"; readonly path: Running<"path">; readonly trash: boolean }
  | { readonly is: "touch"; readonly path: Running<"path"> }
  | { readonly is: "move"; readonly from: Running<"path">; readonly to: Running<"path"> }
  | {
      readonly is: "chmod";
      readonly path: Running<"path">;
      /** Octal, `755`, or symbolic, `-rwxr-xr-x`. */
      readonly permissions: string;
      readonly recursive: boolean;
      /** Also the files in it, not the folders alone. */
      readonly files: boolean;
    }
  | {
      readonly is: "chgrp";
      readonly path: Running<"path">;
      readonly group: string;
      readonly recursive: boolean;
      readonly files: boolean;
    }
  | { readonly is: "setrep"; readonly path: Running<"path">; readonly replication: number };

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

export interface Hive2Action extends LaunchedBase {
  readonly type: "hive2";
  readonly run: readonly HiveScriptPart[];
}

/** What the definitions need to know of a SQL job. `src/jobs` makes them. */
export interface SqlJob {
  readonly kind: "job";
  readonly name: string;
  /** How long a unit of its work is. */
  readonly every: Frequency<"minutes" | "hours" | "days">;
  /** How a unit's time is written, such as `yyyyMMdd_HH`. */
  readonly key: string;
  readonly at: Place;
}

export interface SparkAction extends LaunchedBase {
  readonly type: "spark";
  /** They run one after another in one Spark application, up to the first that fails. */
  readonly jobs: readonly SqlJob[];
  /** Keys of the first and the last unit of each, both included. */
  readonly from: Running<"string">;
  readonly to: Running<"string">;
}

export interface SparkApplicationAction extends LaunchedBase {
  readonly type: "spark-application";
  readonly application: ActionFile;
  readonly mainClass: string | undefined;
  readonly arguments: readonly Running[];
  readonly options: Running<"string"> | undefined;
  readonly mode: "cluster" | "client";
}

export interface ShellAction extends LaunchedBase {
  readonly type: "shell";
  readonly command: string;
  readonly arguments: readonly Running[];
  readonly environment: Readonly<Record<string, Running>>;
  /** Lines `key=value` that it prints can be asked for with `outputOf`. */
  readonly captureOutput: boolean;
}

export interface JavaAction extends LaunchedBase {
  readonly type: "java";
  readonly mainClass: string;
  readonly javaOptions: readonly string[];
  readonly arguments: readonly Running[];
  /** Properties that it writes to the file named by `oozie.action.output.properties` can be asked for. */
  readonly captureOutput: boolean;
}

export interface DistcpAction extends LaunchedBase {
  readonly type: "distcp";
  readonly from: readonly Running<"path">[];
  readonly to: Running<"path">;
  /** Such as `-update`. */
  readonly options: readonly string[];
  readonly javaOptions: string | undefined;
}

export interface EmailAction extends ActionBase {
  readonly type: "email";
  readonly to: Running<"string">;
  readonly cc: Running<"string"> | undefined;
  readonly bcc: Running<"string"> | undefined;
  readonly subject: Running<"string">;
  readonly body: Running<"string">;
  readonly contentType: string | undefined;
  readonly attachments: readonly Running<"path">[];
}

export interface SubWorkflowAction extends ActionBase {
  readonly type: "sub-workflow";
  readonly run: WorkflowCall<"workflow">;
}

export type Action =
  | FsAction
  | Hive2Action
  | SparkAction
  | SparkApplicationAction
  | ShellAction
  | JavaAction
  | DistcpAction
  | EmailAction
  | SubWorkflowAction;

/** Actions that a launcher on the cluster starts. */
export type LaunchedAction = Extract<Action, LaunchedBase>;

export function isLaunched(action: Action): action is LaunchedAction {
  return "launcher" in action;
}

/** The paths that an operation works on. */
export function pathsOf(operation: FsOperation): readonly Running<"path">[] {
  return operation.is === "move" ? [operation.from, operation.to] : [operation.path];
}

/**
 * Every expression in an action, those of its handler and of a workflow that it runs not included; with what is promised
 * of it, unless told otherwise.
 */
export function actionExpressions(action: Action, promises = true): readonly Expr[] {
  // One list for all of them: large projects have tens of thousands of actions.
  const all: Expr[] = [];
  switch (action.type) {
    case "fs":
      for (const operation of action.operations) addOperation(all, operation);
      break;
    case "hive2":
      for (const { uses } of action.run) all.push(...uses);
      break;
    case "spark":
      all.push(action.from, action.to);
      break;
    case "spark-application":
      all.push(...action.arguments);
      if (action.options !== undefined) all.push(action.options);
      if (typeof action.application !== "string") all.push(action.application);
      break;
    case "shell":
      all.push(...action.arguments);
      addMap(all, action.environment);
      break;
    case "java":
      all.push(...action.arguments);
      break;
    case "distcp":
      all.push(...action.from, action.to);
      break;
    case "email":
      for (const value of [action.to, action.cc, action.bcc, action.subject, action.body])
        if (value !== undefined) all.push(value);
      all.push(...action.attachments);
      break;
    case "sub-workflow":
      addMap(all, action.run.values);
  }
  addSettings(all, action, promises);
  return all;
}

/** Every expression in what an action has besides what it does, such as its configuration and what is promised of it. */
export function settingExpressions(action: Action): readonly Expr[] {
  const all: Expr[] = [];
  addSettings(all, action, true);
  return all;
}

function addSettings(all: Expr[], action: Action, promises: boolean): void {
  if (isLaunched(action)) {
    for (const operation of action.prepare) addOperation(all, operation);
    addMap(all, action.configuration);
    for (const { properties } of action.credentials) addMap(all, properties);
    for (const file of action.files) if (typeof file !== "string") all.push(file);
    for (const file of action.archives) if (typeof file !== "string") all.push(file);
  }
  if (promises && action.sla !== undefined) all.push(...slaExpressions(action.sla));
}

function addMap(all: Expr[], values: Readonly<Record<string, Expr>>): void {
  for (const name in values) all.push(values[name]!);
}

function addOperation(all: Expr[], operation: FsOperation): void {
  if (operation.is === "move") all.push(operation.from, operation.to);
  else all.push(operation.path);
}
