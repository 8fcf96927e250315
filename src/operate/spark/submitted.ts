import { inParallel } from "../../connect/parallel.ts";
import { ConnectError } from "../../connect/errors.ts";
import type { CoordinatorJob } from "../../connect/oozie/index.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { SubmittedValues } from "../../project/values.ts";
import { newestJob } from "../newest.ts";
import { expanded } from "../planned.ts";

/**
 * The values of parameters that the newest jobs of the project's coordinators were submitted with: a batch that makes their
 * hours has to begin where they do. A parameter of which they have several is left out; none is known where Oozie cannot be
 * asked.
 */
export async function submittedValues(
  cluster: Cluster,
  project: Project,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<SubmittedValues> {
  if (names.length === 0 || cluster.target.oozie === undefined) return new Map();
  const jobs: CoordinatorJob[] = [];
  try {
    await inParallel(project.definitions.coordinators.keys(), 8, async (name) => {
      signal?.throwIfAborted();
      const job = await newestJob(cluster, project, name);
      if (job !== undefined) jobs.push(job);
    });
  } catch (error) {
    if (error instanceof ConnectError) return new Map();
    throw error;
  }
  return new Map(
    names.flatMap((name) => {
      const known = jobs.flatMap(({ id, configuration }) => {
        const value = expanded(configuration, name);
        // Something in it nobody has a value for.
        return value === undefined || value.includes("${") ? [] : [{ value, job: id }];
      });
      return new Set(known.map(({ value }) => value)).size === 1 ? [[name, known[0]!] as const] : [];
    }),
  );
}
