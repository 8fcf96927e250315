import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { SubmittedValues } from "../../project/values.ts";
import { newestJob } from "../newest.ts";
import { expanded } from "../planned.ts";

/**
 * The values of parameters that the newest jobs of the project's coordinators were submitted with: a batch that makes their
 * hours has to begin where they do. A parameter of which they have several is left out.
 */
export async function submittedValues(
  cluster: Cluster,
  project: Project,
  names: readonly string[],
): Promise<SubmittedValues> {
  if (names.length === 0 || cluster.target.oozie === undefined) return new Map();
  const coordinators = [...project.definitions.coordinators.keys()];
  const newest = await Promise.all(coordinators.map(async (name) => newestJob(cluster, project, name)));
  const jobs = newest.filter((job) => job !== undefined);
  return new Map(
    names.flatMap((name) => {
      const known = jobs.flatMap(({ id, configuration }) => {
        const value = expanded(configuration, name);
        return value === undefined ? [] : [{ value, job: id }];
      });
      return new Set(known.map(({ value }) => value)).size === 1 ? [[name, known[0]!] as const] : [];
    }),
  );
}
