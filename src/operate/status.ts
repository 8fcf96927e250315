import { isOver, type AnyJob } from "../connect/oozie/index.ts";
import { inParallel } from "../connect/parallel.ts";
import { isHowdahError, messageOf } from "../core/errors.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Definitions } from "../project/definitions.ts";
import type { LoadedDefinitions } from "../project/load.ts";
import { readCurrent } from "../release/current.ts";
import { findJob } from "./find.ts";
import { releaseOf } from "./marks.ts";
import { projectBatches, type BatchFacts } from "./spark/list.ts";
import { treeOf, type Tree, type TreeOptions } from "./tree.ts";

/** What runs of a project on a cluster. */
export interface ProjectStatus {
  /** The current release; undefined where nothing was deployed. */
  readonly current: string | undefined;
  /** The newest first. */
  readonly jobs: readonly Tree[];
  /** Batches of Livy, the newest first; none where the target says no Livy. */
  readonly batches: readonly BatchFacts[];
  /** Why Livy's batches are not known; undefined where they are. */
  readonly batchesUnknown?: string;
}

/** For how long a job that is over counts as one that has just ended, from when it was submitted. */
const recent = 24 * 3_600_000;
/** So many jobs of a kind are asked for, and so many that are over are shown of a name. */
const listed = 100;
const shownOver = 3;

/** The project's jobs that are alive or ended lately, without their actions. */
export async function projectStatus(
  cluster: Cluster,
  { definitions, config }: Pick<LoadedDefinitions, "definitions" | "config">,
): Promise<ProjectStatus> {
  const { oozie, user } = cluster;
  const asked = batchesIfKnown(cluster, config.name);
  const { bundles, coordinators, workflows } = definitions;
  const ask = async (
    names: Iterable<string>,
    list: (filter: { name: readonly string[]; user: string }) => AsyncIterable<AnyJob>,
  ): Promise<readonly AnyJob[]> => {
    const name = [...names];
    const found: AnyJob[] = [];
    if (name.length > 0) for await (const job of list({ name, user })) if (found.push(job) === listed) break;
    return found;
  };
  const [current, ...lists] = await Promise.all([
    readCurrent(cluster),
    ask(bundles.keys(), (filter) => oozie.bundles(filter)),
    ask(coordinators.keys(), (filter) => oozie.coordinators(filter)),
    ask(workflows.keys(), (filter) => oozie.workflows(filter)),
  ]);
  const chosen = lists.flatMap((list) => worthShowing(list.filter(isSubmitted)));
  const trees = new Map<string, Tree>();
  await inParallel(chosen, 6, async ({ id }) => {
    // Lists leave out where a job's application lies, and to which bundle a coordinator belongs.
    const job = await oozie.job(id);
    if (!isSubmitted(job) || releaseOf(job, cluster) === undefined) return;
    trees.set(id, await treeOf(cluster, job, { shown: 0, workflows: false }));
  });
  return {
    current: current?.deployments[0]?.release,
    jobs: chosen.flatMap(({ id }) => trees.get(id) ?? []),
    ...(await asked),
  };
}

/** Livy is worth asking, but no reason to show nothing of Oozie. */
async function batchesIfKnown(
  cluster: Cluster,
  project: string,
): Promise<Pick<ProjectStatus, "batches" | "batchesUnknown">> {
  if (cluster.target.livy === undefined) return { batches: [] };
  try {
    return { batches: await projectBatches(cluster, project) };
  } catch (error) {
    if (!isHowdahError(error) || error.fault === "bug") throw error;
    return { batches: [], batchesUnknown: messageOf(error) };
  }
}

/** Not those that a coordinator or a bundle began. */
function isSubmitted(job: AnyJob): boolean {
  if (job.kind === "workflow") return job.parentId === undefined || job.parentId === "";
  return job.kind === "bundle" || job.bundleId === undefined || job.bundleId === "";
}

function worthShowing(jobs: readonly AnyJob[]): readonly AnyJob[] {
  const over = new Map<string, number>();
  return jobs.filter(({ name, status, created }) => {
    if (!isOver(status)) return true;
    const before = over.get(name) ?? 0;
    over.set(name, before + 1);
    return before === 0 || (before < shownOver && created !== undefined && Date.now() - created.getTime() < recent);
  });
}

/** One job with all below it, and the current release. */
export async function jobStatus(
  cluster: Cluster,
  definitions: Definitions,
  nameOrId: string,
  options: TreeOptions = {},
): Promise<{ readonly current: string | undefined; readonly job: Tree }> {
  const [current, job] = await Promise.all([
    readCurrent(cluster),
    findJob(cluster, definitions, nameOrId).then((found) => treeOf(cluster, found, options)),
  ]);
  return { current: current?.deployments[0]?.release, job };
}
