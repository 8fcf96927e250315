import { callerPlace, type Place } from "../core/source.ts";
import type { Table, View } from "../hive/table.ts";
import type { Job } from "../jobs/job.ts";
import type { Bundle, Coordinator } from "../oozie/coordinator.ts";
import type { Workflow } from "../oozie/workflow.ts";

/** What `howdah.config.ts` exports as its default. */
export interface Config {
  /** The project's name. */
  readonly name: string;
  /** What the project runs: bundles, coordinators, workflows and jobs; whatever these use is found through them. */
  readonly definitions: readonly Definition[];
  /** Tables and views that no definition mentions, for queries. @default [] */
  readonly tables?: readonly (Table | View)[];
  /** Folder of named queries (`*.sql`), relative to the configuration. */
  readonly queries?: string;
  readonly targets: Readonly<Record<string, Target>>;
  /** Name of the target that is used when nobody names one. @default the only target */
  readonly defaultTarget?: string;
}

export type Definition = Bundle | Coordinator | Workflow | Job;

/** Somewhere the definitions run. */
export type Target = FolderTarget;

/** A value that stands in no file of the project: it is read when it is used, and never shown. */
export type SecretSource =
  | { readonly kind: "secret"; readonly from: "environment"; readonly variable: string }
  | { readonly kind: "secret"; readonly from: "file"; readonly file: string };

/** What a target gives to the definitions, as the folder's path decides. */
export interface TargetValues {
  /** Values of parameters, by name. */
  readonly parameters?: Readonly<Record<string, string | number | SecretSource>>;
  /** JSON files of parameter values (name to text), such as what landing recorded beside the data; each may be absent. */
  readonly parameterFiles?: readonly string[];
}

/** A folder on this machine: flags, rows and records lie in it, jobs run on DuckDB. */
export interface FolderTarget {
  readonly kind: "folder";
  /** Relative to the configuration; `--data` names another. */
  readonly folder: string;
  readonly values: (folder: string) => TargetValues;
  /** How much memory DuckDB may use before it spills to disk. @default "2GB" */
  readonly memory: string;
}

/** A target on this machine. `values` is asked for the values that depend on the folder. */
export function folder(
  path: string,
  values: (folder: string) => TargetValues = () => ({}),
  options: { readonly memory?: string } = {},
): FolderTarget {
  return Object.freeze({ kind: "folder", folder: path, values, memory: options.memory ?? "2GB" });
}

/** A secret in an environment variable. */
export function fromEnvironment(variable: string): SecretSource {
  return Object.freeze({ kind: "secret", from: "environment", variable });
}

/** A secret in a file outside of the project; `~` is the user's home. */
export function fromFile(file: string): SecretSource {
  return Object.freeze({ kind: "secret", from: "file", file });
}

/** A configuration and where it was written. */
export interface LocatedConfig {
  readonly kind: "config";
  readonly config: unknown;
  readonly at: Place;
}

/** Types the configuration; it is checked when the project is loaded. */
export function defineConfig(config: Config): LocatedConfig {
  return { kind: "config", config, at: callerPlace() };
}
