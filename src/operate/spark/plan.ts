import type { BatchRequest } from "../../connect/livy.ts";
import { didYouMean, HowdahError } from "../../core/errors.ts";
import { hashOf, type Json } from "../../core/hash.ts";
import { formatOozieTime, formatTimeBy, type Instant } from "../../core/time.ts";
import type { CompiledJob } from "../../jobs/compile.ts";
import type { Job } from "../../jobs/job.ts";
import { nominalTimes } from "../../oozie/calendar.ts";
import { gridOf } from "../../oozie/resolve.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { RecordedValues, SubmittedValues, Values } from "../../project/values.ts";
import { batchName, type BatchName } from "../../release/batchname.ts";
import { build } from "../../release/build.ts";
import { layout } from "../../release/layout.ts";
import { resolved, valueProperty } from "../../release/properties.ts";
import { remoteLayout } from "../../release/remote.ts";
import { refuseWrong, type ValueFacts } from "../prepare.ts";
import { valuesMissing } from "../values.ts";
import { settingsOf } from "./settings.ts";

/** What is to be run by Livy. */
export interface SparkRequest {
  /** Names of jobs, in any order. */
  readonly jobs: readonly string[];
  /** Units of `from <= t < until`. */
  readonly from: Instant;
  readonly until: Instant;
  /** `-D name=value` */
  readonly given?: Readonly<Record<string, string>>;
  /** The hash of a deployed release. @default what the project is now, which must be the current one */
  readonly release?: string;
  /** Also what is done. @default false */
  readonly rerun?: boolean;
}

/** A batch as it would be posted. */
export interface BatchPlan {
  /** In the order in which they run; each over all units. */
  readonly jobs: readonly [CompiledJob, ...CompiledJob[]];
  readonly units: readonly Instant[];
  /** Of the first attempt. */
  readonly name: BatchName;
  /** All but its name and its tags. */
  readonly request: BatchRequest;
  /** Names of the parameters whose values must not be shown. */
  readonly secret: ReadonlySet<string>;
}

/** Batches in the order in which they have to run. */
export interface SparkPlan {
  readonly batches: readonly BatchPlan[];
  /** Of the release that they run, and of the project as it is here. */
  readonly release: string;
  readonly here: string;
  readonly values: Values;
  /** Those that the jobs use. */
  readonly shown: readonly ValueFacts[];
}

/**
 * Works out what would be posted, asking no server. Throws `NAME_UNKNOWN`, `WINDOW`, `PARAMETER_MISSING` with all that
 * have no value, `SPARK_OPTION`, and what `build` throws.
 */
export function planBatches(
  project: Project,
  cluster: Cluster,
  request: SparkRequest,
  recorded: RecordedValues,
  submitted: SubmittedValues = new Map(),
): SparkPlan {
  const { from, until, given = {}, rerun = false } = request;
  if (from >= until)
    throw new HowdahError(`--from ${formatOozieTime(from)} is not before --until ${formatOozieTime(until)}`, {
      code: "WINDOW",
      next: "a range is from <= t < until",
    });
  const named = request.jobs.map((name) => jobOf(project, name));
  // Whatever the order of the words, the same jobs are the same batches.
  const jobs = [...project.jobs.values()].filter((one) => named.includes(one));
  const { name: targetName, target } = cluster;
  const { manifest, values } = build(project, { name: targetName, target }, { given, recorded, submitted });
  const used = [...new Set(jobs.flatMap(({ parameters }) => parameters.map(({ name }) => name)))].sort();
  refuseMissing(jobs, values);
  refuseWrong(project, used, values);
  const release = request.release ?? manifest.hash;
  const settings = settingsOf(target);
  const place = `${target.nameNode}${remoteLayout(target).release(release)}`;
  const ordered = inOrder(jobs.map((one) => ({ ...one, units: unitsIn(one, from, until, values) })));
  // The runner of another release may take one job alone, or know other units.
  const runs = release === manifest.hash ? together(ordered) : ordered.map((one) => [one] as const);
  const batches = runs.map((some): BatchPlan => {
    const [{ job, units }] = some;
    const [first, last] = [units[0]!, units.at(-1)!].map((unit) => formatTimeBy(job.key, unit)) as [string, string];
    const parameters = new Map(some.flatMap((one) => one.parameters).map((one) => [one.name, one]));
    const texts = [...parameters].map(
      ([name, one]) => `${name}=${resolved(valueProperty(name, one, values).value!, target)}`,
    );
    const names = some.map(({ job }) => job.name);
    const batch: BatchRequest = {
      ...settings,
      file: `${place}/${layout.runner}`,
      args: [
        ...names.map((name) => `${place}/${layout.jobSpec(name)}`),
        ...["--from", first, "--to", last],
        ...texts.sort().flatMap((text) => ["-D", text]),
        ...(rerun ? ["--rerun"] : []),
      ],
    };
    const content = hashOf({ batch, user: cluster.user } as unknown as Json).slice(0, 8);
    return {
      jobs: some,
      units,
      name: { project: project.config.name, jobs: names, first, last, release, content, attempt: 1 },
      request: batch,
      secret: new Set([...parameters.keys()].filter((name) => values.isSecret(name))),
    };
  });
  const shown = used.map((name): ValueFacts => ({
    name,
    value: values.isSecret(name) ? undefined : values.get(name),
    from: values.origin(name) ?? "default",
  }));
  return { batches, release, here: manifest.hash, values, shown };
}

/** A job and the units that it is asked for. */
interface Asked extends CompiledJob {
  readonly units: readonly Instant[];
}

/**
 * Divides jobs into runs of those that have the same units: they share a Spark application, whose start takes longer than
 * their work on an hour.
 */
function together(jobs: readonly Asked[]): readonly (readonly [Asked, ...Asked[]])[] {
  const runs: [Asked, ...Asked[]][] = [];
  for (const one of jobs) {
    const last = runs.at(-1);
    if (last !== undefined && haveSameUnits(last[0], one)) last.push(one);
    else runs.push([one]);
  }
  return runs;
}

function haveSameUnits(a: Asked, b: Asked): boolean {
  return a.job.key === b.job.key && a.units.join() === b.units.join();
}

/** Each job of a batch, with the units of all. */
export function jobsIn({
  jobs,
  units,
}: BatchPlan): readonly { readonly job: Job; readonly units: readonly Instant[] }[] {
  return jobs.map(({ job }) => ({ job, units }));
}

/** A batch as it is posted under a name. */
export function named(plan: BatchPlan, name: BatchName, tags: readonly string[]): BatchRequest {
  const { request } = plan;
  const own = request.conf?.["spark.yarn.tags"];
  return {
    ...request,
    name: batchName(name),
    conf: {
      ...request.conf,
      "spark.app.name": batchName(name),
      // Livy puts its own tag before those that are given (SparkApp.prepareSparkConf).
      "spark.yarn.tags": [...(own === undefined ? [] : [own]), ...tags].join(","),
    },
  };
}

function jobOf({ jobs }: Project, name: string): CompiledJob {
  const found = jobs.get(name);
  if (found !== undefined) return found;
  const names = [...jobs.keys()];
  throw new HowdahError(`there is no job ${name}${didYouMean(name, names)}`, {
    code: "NAME_UNKNOWN",
    next: names.length === 0 ? "the project has no jobs" : `there are ${names.join(", ")}`,
  });
}

/** Jobs behind those that write what they read, and beside those of the same units where they can be. */
function inOrder(jobs: readonly Asked[]): readonly Asked[] {
  const left = new Set(jobs);
  const ordered: Asked[] = [];
  while (left.size > 0) {
    const reads = ({ job }: CompiledJob): ReadonlySet<string> =>
      new Set(Object.values(job.reads).map(({ dataSet }) => dataSet.name));
    const free = [...left].filter((one) =>
      [...left].every((other) => other === one || !other.job.writes.some(({ name }) => reads(one).has(name))),
    );
    const last = ordered.at(-1);
    const next = free.find((one) => last !== undefined && haveSameUnits(last, one)) ?? free[0];
    if (next === undefined)
      throw new HowdahError(`${[...left].map(({ job }) => job.name).join(" and ")} read what the others write`, {
        code: "USAGE",
        next: "run them one after another, each by itself",
      });
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** Parameters of jobs without a default that nobody gave a value, by name. Throws `NAME_UNKNOWN`. */
export function missingOf(project: Project, names: readonly string[], values: Values): readonly string[] {
  const all = names.flatMap((name) => jobOf(project, name).parameters);
  // A default may be made of those that are missing.
  const plain = all.filter(({ name }) => project.definitions.parameters.get(name)?.spec.default === undefined);
  return missingIn(plain, values);
}

function missingIn(parameters: readonly { readonly name: string }[], values: Values): readonly string[] {
  const missing = parameters.filter(({ name }) => values.get(name) === undefined);
  return [...new Set(missing.map(({ name }) => name))].sort();
}

function refuseMissing(jobs: readonly CompiledJob[], values: Values): void {
  const missing = missingIn(
    jobs.flatMap(({ parameters }) => parameters),
    values,
  );
  if (missing.length === 0) return;
  const names = jobs.map(({ job }) => job.name).join(", ");
  throw valuesMissing(`${jobs.length === 1 ? "the job" : "the jobs"} ${names} need`, missing);
}

function unitsIn({ job }: CompiledJob, from: Instant, until: Instant, values: Values): readonly Instant[] {
  const initial = Math.min(...job.writes.map((write) => gridOf(write, (name) => values.get(name)).initial)) as Instant;
  const units = [...nominalTimes({ every: job.every, start: initial, end: until }, from, until)];
  if (units.length > 0) return units;
  throw new HowdahError(
    `no unit of ${job.name} begins at or after ${formatOozieTime(from)} and before ${formatOozieTime(until)}`,
    {
      code: "WINDOW",
      where: job.at,
      next: `its units are ${job.every.count === 1 ? job.every.unit : `${job.every.count} ${job.every.unit}`} long, the first is ${formatOozieTime(initial)}`,
    },
  );
}
