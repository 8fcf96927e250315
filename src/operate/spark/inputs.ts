import { inParallel } from "../../connect/parallel.ts";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import { formatTimeBy, type Instant } from "../../core/time.ts";
import type { JobDataSet, JobInput } from "../../jobs/job.ts";
import { consecutiveRuns, indexAt, timeAt } from "../../oozie/calendar.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import type { ElValue } from "../../oozie/el/index.ts";
import { gridOf } from "../../oozie/resolve.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Values } from "../../project/values.ts";
import { flagIn, folderOn } from "../paths.ts";
import { jobsIn, type BatchPlan } from "./plan.ts";

/** Flags looked at side by side: each is a request of its own. */
const atOnce = 16;

/**
 * Refuses batches whose inputs have not arrived and are not made by the batches before them; all that is missing is
 * named. Units that are done need none. @throws INPUT_MISSING
 */
export async function refuseMissingInputs(
  cluster: Cluster,
  batches: readonly BatchPlan[],
  values: Values,
  signal?: AbortSignal,
): Promise<void> {
  const parameter = (name: string): ElValue | undefined => values.get(name);
  const flags = new Flags(cluster, values, signal);
  const made = new Set<string>();
  const missing = new Map<string, Missing>();
  for (const { job, units } of batches.flatMap(jobsIn)) {
    for (const write of job.writes) for (const unit of units) made.add(keyOf(write, unit));
    const needed = new Map<string, Missing & { readonly units: Instant[] }>();
    for (const unit of units)
      for (const read of Object.values(job.reads))
        for (const time of instancesOf(read, unit, parameter)) {
          const key = keyOf(read.dataSet, time);
          if (made.has(key)) continue;
          const known = needed.get(key);
          if (known === undefined) needed.set(key, { dataSet: read.dataSet, time, units: [unit] });
          else known.units.push(unit);
        }
    await inParallel(needed.entries(), atOnce, async ([key, { dataSet, time, units: by }]) => {
      if (await flags.has(dataSet, time)) return;
      for (const unit of by) {
        const done = await Promise.all(job.writes.map((write) => flags.has(write, unit)));
        if (!done.every(Boolean)) return void missing.set(key, { dataSet, time });
      }
    });
  }
  if (missing.size > 0) throw inputsMissing(cluster, values, [...missing.values()]);
}

interface Missing {
  readonly dataSet: JobDataSet;
  readonly time: Instant;
}

function keyOf({ name }: DataSet, time: Instant): string {
  return `${name} ${time}`;
}

/** The instances that a unit declares as inputs: those before the initial one are none. */
function instancesOf(
  { dataSet, from, to }: JobInput,
  unit: Instant,
  parameter: (name: string) => ElValue | undefined,
): readonly Instant[] {
  const grid = gridOf(dataSet, parameter);
  const nearest = indexAt(grid, unit);
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => nearest + from + i);
  return numbers.filter((number) => number >= 0).map((number) => timeAt(grid, number));
}

/** Which instances are complete, each asked for once. */
class Flags {
  readonly #cluster: Cluster;
  readonly #values: Values;
  readonly #call: { readonly signal?: AbortSignal };
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(cluster: Cluster, values: Values, signal: AbortSignal | undefined) {
    this.#cluster = cluster;
    this.#values = values;
    this.#call = signal === undefined ? {} : { signal };
  }

  has(dataSet: DataSet, time: Instant): Promise<boolean> {
    const path = flagOn(this.#cluster, this.#values, dataSet, time);
    const known = this.#known.get(path) ?? this.#cluster.hdfs.exists(path, this.#call);
    this.#known.set(path, known);
    return known;
  }
}

function flagOn(cluster: Cluster, values: Values, dataSet: DataSet, time: Instant): string {
  return flagIn(folderOn(cluster, values, dataSet, time), dataSet);
}

function inputsMissing(cluster: Cluster, values: Values, missing: readonly Missing[]): HowdahError {
  const byDataSet = new Map<JobDataSet, Instant[]>();
  for (const { dataSet, time } of missing) byDataSet.set(dataSet, [...(byDataSet.get(dataSet) ?? []), time]);
  const list = [...byDataSet].map(([dataSet, times]) => `${dataSet.name} ${timesText(dataSet, times)}`);
  const [first] = [...missing].sort((a, b) => a.time - b.time);
  return new HowdahError(`not all inputs have arrived, and nothing was sent; missing: ${list.join("; ")}`, {
    code: "INPUT_MISSING",
    fault: "run",
    exitCode: exitCodes.waiting,
    where: flagOn(cluster, values, first!.dataSet, first!.time),
    next: "wait for them, choose another range, or name the jobs that make them too",
  });
}

/** `20120301_00 … 20120301_04 (5), 20120301_07` */
export function timesText({ key, every }: Pick<JobDataSet, "key" | "every">, times: readonly Instant[]): string {
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  return consecutiveRuns(every, sorted)
    .map((run) => {
      const [first, last] = [run[0]!, run.at(-1)!].map((time) => formatTimeBy(key, time));
      return run.length === 1 ? first : `${first} … ${last} (${run.length})`;
    })
    .join(", ");
}
