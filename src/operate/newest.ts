import type { CoordinatorJob } from "../connect/oozie/index.ts";
import { HowdahError, isHowdahError } from "../core/errors.ts";
import type { ElValue } from "../oozie/el/index.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Project } from "../project/load.ts";
import { findJob } from "./find.ts";
import { plannedIfKnown, type Planned } from "./planned.ts";
import { clusterValues } from "./values.ts";

/** A coordinator of the project, its newest job and what the calendar says of it. */
export interface NewestJob {
  readonly name: string;
  readonly job: CoordinatorJob;
  /** Undefined where a parameter has no value. */
  readonly plan: Planned | undefined;
}

/** The newest job of each coordinator of the project that was ever submitted. */
export async function newestJobs(cluster: Cluster, project: Project): Promise<readonly NewestJob[]> {
  const parameter = await targetValues(cluster, project);
  const all = await Promise.all(
    [...project.definitions.coordinators].map(async ([name, coordinator]): Promise<NewestJob | undefined> => {
      const job = await newestJob(cluster, project, name);
      return job === undefined ? undefined : { name, job, plan: plannedIfKnown(coordinator, job, parameter) };
    }),
  );
  return all.filter((one) => one !== undefined);
}

/** The job of a coordinator that is meant by its name; undefined where it was never submitted. */
export async function newestJob(cluster: Cluster, project: Project, name: string): Promise<CoordinatorJob | undefined> {
  try {
    const found = await findJob(cluster, project.definitions, name);
    return found.kind === "coordinator" ? found : undefined;
  } catch (error) {
    if (isHowdahError(error) && error.code === "NO_JOB") return undefined;
    throw error;
  }
}

/** Values of parameters on the target, for those that a job does not give. */
export async function targetValues(cluster: Cluster, project: Project): Promise<(name: string) => ElValue | undefined> {
  const values = await clusterValues(project, cluster, {});
  return (name) => values.get(name);
}

/** The coordinator's job of a name or an id. Throws `NAME_UNKNOWN`, `NO_JOB`, `NOT_A_COORDINATOR`. */
export async function coordinatorJob(cluster: Cluster, project: Project, nameOrId: string): Promise<CoordinatorJob> {
  const job = await findJob(cluster, project.definitions, nameOrId);
  if (job.kind === "coordinator") return job;
  throw new HowdahError(`${nameOrId} is a ${job.kind}, and this is for coordinators`, {
    code: "NOT_A_COORDINATOR",
    next:
      job.kind === "bundle"
        ? `name one of its coordinators: ${job.coordinators.map(({ name }) => name).join(", ")}`
        : "a workflow has no end, pause or concurrency; howdah kill and howdah rerun are for it",
  });
}
