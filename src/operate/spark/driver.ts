import type { Application } from "../../connect/yarn.ts";
import { isHowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";
import { outputOf } from "../logs/containers.ts";

/** How far run_sql.py is, by what it prints; of several jobs, each unit counts for every one of them. */
export interface JobProgress {
  /** The job that was begun last. */
  readonly job: string;
  /** Units of the whole range, of all jobs. */
  readonly units: number;
  /** Of them, those that were done before, and those that were made. */
  readonly done: number;
  readonly made: number;
  /** Key of the last that was made. */
  readonly last: string | undefined;
}

/**
 * What the driver of some jobs has printed so far; undefined where it cannot be read: it is worth knowing, and no reason
 * to fail.
 */
export async function driverProgress(
  cluster: Cluster,
  application: Application,
  jobs: number,
): Promise<JobProgress | undefined> {
  try {
    const output = await outputOf(cluster, application, "stdout");
    return output === undefined ? undefined : progressIn(output, jobs);
  } catch (error) {
    if (isHowdahError(error) && error.fault === "server") return undefined;
    throw error;
  }
}

/** Reads lines such as `units.fresh first=20120301_00 last=20120301_04 units=5`. */
export function progressIn(output: string, jobs: number): JobProgress | undefined {
  let begun: { readonly job: string; readonly units: number } | undefined;
  let [done, made] = [0, 0];
  let last: string | undefined;
  for (const line of output.split("\n")) {
    const [, event = "", facts = ""] = /^([a-z]+\.[a-z]+) (.*)$/.exec(line) ?? [];
    const count = Number(/(?:^| )units=(\d+)/.exec(facts)?.[1] ?? 0);
    if (event === "job.started") begun = { job: /(?:^| )job=(\S+)/.exec(facts)?.[1] ?? "", units: count * jobs };
    else if (event === "units.fresh") done += count;
    else if (event === "unit.published") {
      made += 1;
      last = /(?:^| )unit=(\S+)/.exec(facts)?.[1];
    }
  }
  return begun === undefined ? undefined : { ...begun, done, made, last };
}
