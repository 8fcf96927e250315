import type { Application } from "../../connect/yarn.ts";
import { isHowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";
import { outputOf } from "../logs/containers.ts";

/** How far run_sql.py is, by what it prints. */
export interface JobProgress {
  /** Units of the whole range. */
  readonly units: number;
  /** Of them, those that were done before, and those that were made. */
  readonly done: number;
  readonly made: number;
  /** Key of the last that was made. */
  readonly last: string | undefined;
}

/** What the driver has printed so far; undefined where it cannot be read: it is worth knowing, and no reason to fail. */
export async function driverProgress(cluster: Cluster, application: Application): Promise<JobProgress | undefined> {
  try {
    const output = await outputOf(cluster, application, "stdout");
    return output === undefined ? undefined : progressIn(output);
  } catch (error) {
    if (isHowdahError(error) && error.fault === "server") return undefined;
    throw error;
  }
}

/** Reads lines such as `units.fresh first=20120301_00 last=20120301_04 units=5`. */
export function progressIn(output: string): JobProgress | undefined {
  let units: number | undefined;
  let [done, made] = [0, 0];
  let last: string | undefined;
  for (const line of output.split("\n")) {
    const [, event = "", facts = ""] = /^([a-z]+\.[a-z]+) (.*)$/.exec(line) ?? [];
    const count = Number(/(?:^| )units=(\d+)/.exec(facts)?.[1] ?? 0);
    if (event === "job.started") units = count;
    else if (event === "units.fresh") done += count;
    else if (event === "unit.published") {
      made += 1;
      last = /(?:^| )unit=(\S+)/.exec(facts)?.[1];
    }
  }
  return units === undefined ? undefined : { units, done, made, last };
}
