import { resolve } from "node:path";
import type { Emit } from "../core/events.ts";
import { openTarget, type LocalOptions, type LocalTarget } from "../local/target.ts";
import { openCluster, type Cluster } from "../project/cluster.ts";
import {
  findProject,
  loadDefinitions,
  loadProject,
  targetOf,
  type LoadedDefinitions,
  type Project,
} from "../project/load.ts";
import type { Arguments } from "./command.ts";
import type { Io } from "./io.ts";

/** The folder of the project that a command is about. */
export function rootOf(args: Arguments, io: Io): string {
  const named = args.text("project");
  return named === undefined ? findProject(io.cwd) : resolve(io.cwd, named);
}

/** The project that a command is about. */
export async function projectOf(args: Arguments, io: Io): Promise<Project> {
  return loadProject(rootOf(args, io));
}

/** The definitions of the project that a command is about, unchecked. */
export async function definitionsOf(args: Arguments, io: Io): Promise<LoadedDefinitions> {
  return loadDefinitions(rootOf(args, io));
}

/** Does something on the folder target that a command is about, and closes it again. */
export async function withTarget<T>(
  args: Arguments,
  project: Project,
  given: Readonly<Record<string, string>>,
  work: (target: LocalTarget) => Promise<T>,
  options: Pick<LocalOptions, "snapshot"> = {},
): Promise<T> {
  const folder = args.text("data");
  const target = openTarget(project, targetOf(project, "folder", args.text("target")).target, {
    ...options,
    given,
    ...(folder === undefined ? {} : { folder }),
  });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/** Does something on the cluster target that a command is about, and ends its connections. */
export async function withCluster<T>(
  args: Arguments,
  project: LoadedDefinitions,
  work: (cluster: Cluster) => Promise<T>,
  emit?: Emit,
): Promise<T> {
  const connection = { root: project.root, ...(emit === undefined ? {} : { emit }) };
  const cluster = openCluster(targetOf(project, "cluster", args.text("target")), connection);
  try {
    return await work(cluster);
  } finally {
    cluster.close();
  }
}

/**
 * Whether a command that works on both kinds of targets is to work on a cluster: by the target that is named, or else the
 * default one; a project without either is asked for a folder.
 */
export function isOnCluster(args: Arguments, { config }: Project): boolean {
  const name = args.text("target") ?? config.defaultTarget;
  return name !== undefined && config.targets[name]?.kind === "cluster";
}
