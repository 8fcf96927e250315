import type { AnyJob } from "../connect/oozie/index.ts";
import type { Cluster } from "../project/cluster.ts";
import { remoteLayout } from "../release/remote.ts";

/** Properties of a job by which howdah knows it again. */
export const marks = {
  /** A hash over all other properties. */
  submission: "howdah.submission",
  /** How often the same was submitted, from 1. */
  attempt: "howdah.attempt",
  project: "howdah.project",
} as const;

/** The submission that a job is of, and which attempt at it; undefined of a job that howdah did not submit. */
export function submissionOf({ configuration }: Pick<AnyJob, "configuration">): {
  readonly submission: string | undefined;
  readonly attempt: number;
} {
  return { submission: configuration[marks.submission], attempt: Number(configuration[marks.attempt] ?? 0) || 0 };
}

/** The release that a job runs; undefined of a job that is no application of the target's. */
export function releaseOf({ path }: Pick<AnyJob, "path">, { target }: Pick<Cluster, "target">): string | undefined {
  const below = `${remoteLayout(target).releases}/`;
  const at = path?.indexOf(below) ?? -1;
  return path === undefined || at < 0 ? undefined : /^[^/]+/.exec(path.slice(at + below.length))?.[0];
}
