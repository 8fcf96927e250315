import { callerPlace } from "../../core/source.ts";
import {
  launched,
  running,
  runningMap,
  some,
  type FileOptions,
  type LaunchedOptions,
  type RunningValue,
} from "./make.ts";
import type {
  ActionFile,
  DistcpAction,
  Hive2Action,
  HiveScriptPart,
  JavaAction,
  ShellAction,
  SparkAction,
  SparkApplicationAction,
  SqlJob,
} from "./model.ts";

/** Runs HiveQL through HiveServer2. */
export function hive2(
  name: string,
  run: readonly HiveScriptPart[],
  options: LaunchedOptions & FileOptions = {},
): Hive2Action {
  const at = callerPlace(hive2);
  return launched<Hive2Action>(name, options, at, { type: "hive2", run });
}

/**
 * Runs a SQL job for a range of units, or several one after another up to the first that fails. Jobs of one action
 * share its launcher and one Spark application, whose start takes longer than an hour of little data: what was made
 * before a failure stands, and is left alone when the action runs again.
 */
export function spark(
  name: string,
  options: LaunchedOptions & {
    readonly job: SqlJob | readonly SqlJob[];
    readonly from: RunningValue<"string">;
    /** @default from */
    readonly to?: RunningValue<"string">;
  },
): SparkAction {
  const at = callerPlace(spark);
  return launched<SparkAction>(name, options, at, {
    type: "spark",
    jobs: [options.job].flat(),
    from: running(options.from, at),
    to: running(options.to ?? options.from, at),
  });
}

/** Runs a Spark application: a jar or a Python file. */
export function sparkApplication(
  name: string,
  options: LaunchedOptions &
    FileOptions & {
      readonly application: ActionFile;
      /** The class in a jar that has `main`. */
      readonly mainClass?: string;
      readonly arguments?: readonly RunningValue[];
      /** Options of spark-submit: `--conf spark.executor.memory=2g`. */
      readonly options?: RunningValue<"string">;
      /** @default "cluster" */
      readonly mode?: "cluster" | "client";
    },
): SparkApplicationAction {
  const at = callerPlace(sparkApplication);
  return launched<SparkApplicationAction>(name, options, at, {
    type: "spark-application",
    application: options.application,
    mainClass: options.mainClass,
    arguments: (options.arguments ?? []).map((argument) => running(argument, at)),
    options: some(options.options, at),
    mode: options.mode ?? "cluster",
  });
}

/** Runs a command on a node of the cluster. */
export function shell(
  name: string,
  options: LaunchedOptions &
    FileOptions & {
      readonly command: string;
      readonly arguments?: readonly RunningValue[];
      readonly environment?: Readonly<Record<string, RunningValue>>;
      /** @default false */
      readonly captureOutput?: boolean;
    },
): ShellAction {
  const at = callerPlace(shell);
  return launched<ShellAction>(name, options, at, {
    type: "shell",
    command: options.command,
    arguments: (options.arguments ?? []).map((argument) => running(argument, at)),
    environment: runningMap(options.environment ?? {}, at),
    captureOutput: options.captureOutput ?? false,
  });
}

/** Runs the `main` of a Java class on a node of the cluster. */
export function java(
  name: string,
  options: LaunchedOptions &
    FileOptions & {
      readonly mainClass: string;
      readonly arguments?: readonly RunningValue[];
      readonly javaOptions?: readonly string[];
      /** @default false */
      readonly captureOutput?: boolean;
    },
): JavaAction {
  const at = callerPlace(java);
  return launched<JavaAction>(name, options, at, {
    type: "java",
    mainClass: options.mainClass,
    javaOptions: options.javaOptions ?? [],
    arguments: (options.arguments ?? []).map((argument) => running(argument, at)),
    captureOutput: options.captureOutput ?? false,
  });
}

/** Copies between folders or clusters with `hadoop distcp`. */
export function distcp(
  name: string,
  options: LaunchedOptions & {
    readonly from: readonly RunningValue<"path">[];
    readonly to: RunningValue<"path">;
    readonly options?: readonly string[];
    readonly javaOptions?: string;
  },
): DistcpAction {
  const at = callerPlace(distcp);
  return launched<DistcpAction>(name, options, at, {
    type: "distcp",
    from: options.from.map((path) => running(path, at)),
    to: running(options.to, at),
    options: options.options ?? [],
    javaOptions: options.javaOptions,
  });
}
