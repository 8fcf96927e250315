import { isBatchOver, type Batch } from "../../connect/livy.ts";
import { HowdahError, isHowdahError, messageOf } from "../../core/errors.ts";
import type { Emit } from "../../core/events.ts";
import { parseTimeBy } from "../../core/time.ts";
import type { CompiledJob } from "../../jobs/compile.ts";
import type { JobSpec } from "../../jobs/spec.ts";
import { isNotFound } from "../../connect/webhdfs/index.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import { batchName, parseBatchName, tagsOf, type BatchName } from "../../release/batchname.ts";
import { layout } from "../../release/layout.ts";
import { valuesOf } from "../../release/build.ts";
import { withTargetLock } from "../../release/lock.ts";
import { remoteLayout } from "../../release/remote.ts";
import { arrivalUnknown, lookAgain, mayHaveArrived } from "../arrival.ts";
import { checkCurrent, notDeployed } from "../deployed.ts";
import { recordedValues } from "../values.ts";
import { cancelBatch } from "./cancel.ts";
import { attemptsAt, isAlive } from "./find.ts";
import { followBatch, type BatchEnd, type BatchRef, type FollowBatchOptions } from "./follow.ts";
import { refuseMissingInputs } from "./inputs.ts";
import { batchNow } from "./list.ts";
import { missingOf, named, planBatches, type BatchPlan, type SparkPlan, type SparkRequest } from "./plan.ts";
import { submittedValues } from "./submitted.ts";
import { refuseTaken } from "./taken.ts";

export interface DispatchOptions extends FollowBatchOptions {
  /**
   * Told `spark.prepared`, `batch.posted`, `batch.found`, `batch.unsure`, `batch.cancelled`, what `followBatch` tells, and
   * what the lock tells.
   */
  readonly emit?: Emit;
  /** Also where Oozie or another batch makes the same. @default false */
  readonly beside?: boolean;
  /** Leaves the batch, which can be only one, to itself once it is posted. @default false */
  readonly detach?: boolean;
}

/** A batch that was posted, or found. */
export interface Dispatched {
  /** `found`: the same is alive already; nothing was posted. */
  readonly outcome: "posted" | "found";
  /** Names of the jobs that it runs, one after another. */
  readonly jobs: readonly string[];
  readonly name: string;
  /** Livy's; undefined where it has forgotten the batch. */
  readonly id: number | undefined;
  readonly application: string | undefined;
  readonly release: string;
  readonly attempt: number;
  /** Undefined where it was left to itself. */
  readonly end: BatchEnd | undefined;
}

/**
 * Runs jobs by Livy over the whole range, one after another in the order of what they read; those that follow one another
 * and have the same units are one batch. The same is never posted while it is alive: it is found and followed instead.
 * Ends with the first that fails; when the signal is aborted, the batch that runs is cancelled. Throws what `planBatches`,
 * `checkCurrent`, `refuseMissingInputs`, `refuseTaken` and `followBatch` throw, `RELEASE_DIFFERS`, `SUBMIT_UNKNOWN`, and
 * what Livy refuses.
 */
export async function dispatch(
  project: Project,
  cluster: Cluster,
  request: SparkRequest,
  options: DispatchOptions = {},
): Promise<readonly Dispatched[]> {
  const { emit = () => undefined, signal, detach = false } = options;
  const plan = await prepared(project, cluster, request, options);
  if (detach && plan.batches.length > 1)
    throw new HowdahError(
      `${request.jobs.join(", ")} cannot be one batch; what runs one after another cannot be left to itself`,
      { code: "USAGE", next: "leave --detach out, or send them one by one" },
    );
  const dispatched: Dispatched[] = [];
  for (const [i, batch] of plan.batches.entries()) {
    signal?.throwIfAborted();
    const lockOptions = { doing: "spark submit", emit, ...(signal === undefined ? {} : { signal }) };
    const sent = await withTargetLock(cluster, lockOptions, async (lock) => {
      // All at once before the first: a chain that cannot end well is not begun.
      await check(project, cluster, request, plan, i === 0 ? plan.batches : [batch], options);
      return sendOrFind(project, cluster, batch, () => lock.check(), options);
    });
    const { name, ref, outcome } = sent;
    const facts = {
      jobs: name.jobs,
      name: batchName(name),
      id: ref.id,
      application: ref.application,
      release: plan.release,
      attempt: name.attempt,
    };
    emit({ event: `batch.${outcome}`, ...facts, units: batch.units.length, first: name.first, last: name.last });
    const end = detach ? undefined : await followed(cluster, ref, options);
    dispatched.push({ outcome, ...facts, end });
    if (end?.succeeded === false) break;
  }
  return dispatched;
}

/** What would be posted, and whether anything stands in its way; nothing is. */
export async function tryBatches(
  project: Project,
  cluster: Cluster,
  request: SparkRequest,
  options: DispatchOptions = {},
): Promise<SparkPlan> {
  const plan = await prepared(project, cluster, request, options);
  await check(project, cluster, request, plan, plan.batches, options);
  return plan;
}

async function prepared(
  project: Project,
  cluster: Cluster,
  request: SparkRequest,
  { emit = () => undefined, signal }: DispatchOptions,
): Promise<SparkPlan> {
  const recorded = await recordedValues(cluster, signal);
  const missing = missingOf(project, request.jobs, valuesOf(project, cluster.target, request.given ?? {}, recorded));
  const submitted = await submittedValues(cluster, project, missing, signal);
  const plan = planBatches(project, cluster, request, recorded, submitted);
  const batches = plan.batches.map(({ units, name: { jobs, first, last } }) => ({
    ...{ jobs, first, last },
    units: units.length,
  }));
  emit({ event: "spark.prepared", release: plan.release, batches, values: plan.shown });
  return plan;
}

async function check(
  project: Project,
  cluster: Cluster,
  request: SparkRequest,
  plan: SparkPlan,
  batches: readonly BatchPlan[],
  { signal, beside = false }: DispatchOptions,
): Promise<void> {
  const isNamed = request.release !== undefined;
  for (const compiled of batches.flatMap(({ jobs }) => jobs)) {
    const path = `${remoteLayout(cluster.target).release(plan.release)}/${layout.jobSpec(compiled.job.name)}`;
    const again = (hash: string): string => `howdah spark submit … --release ${hash}`;
    await checkCurrent(cluster, { release: plan.release, path, isNamed, again }, signal);
    if (isNamed && plan.release !== plan.here) await checkOther(cluster, plan.release, compiled, path, signal);
  }
  await refuseMissingInputs(cluster, batches, plan.values, signal);
  if (!beside) await refuseTaken(cluster, project, batches, plan.values);
}

/** A job of another release than the definitions here must take the same parameters. */
async function checkOther(
  cluster: Cluster,
  release: string,
  { job, parameters }: CompiledJob,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let spec: JobSpec;
  try {
    spec = JSON.parse((await cluster.hdfs.cat(path, signal === undefined ? {} : { signal })).toString()) as JobSpec;
  } catch (error) {
    if (isNotFound(error)) notDeployed(cluster, release);
    throw error;
  }
  const names = (list: readonly { readonly name: string }[]): string =>
    [...new Set(list.map(({ name }) => name))].sort().join(", ");
  const [there, here] = [names(spec.parameters), names(parameters)];
  if (there === here && spec.key === job.key) return;
  throw new HowdahError(`${job.name} of release ${release} has the parameters ${there}, and here it has ${here}`, {
    code: "RELEASE_DIFFERS",
    where: path,
    next: "send it from the project as it was then",
  });
}

interface Sent {
  readonly outcome: Dispatched["outcome"];
  readonly name: BatchName;
  readonly ref: BatchRef;
}

async function sendOrFind(
  project: Project,
  cluster: Cluster,
  plan: BatchPlan,
  checkLock: () => Promise<void>,
  options: DispatchOptions,
): Promise<Sent> {
  const { signal, beside = false } = options;
  const batches = await cluster.livy.list();
  const attempts = await attemptsAt(cluster, plan.name, batches);
  const alive = attempts.find(isAlive);
  if (alive !== undefined)
    return {
      outcome: "found",
      name: alive.name,
      ref: { name: alive.name, id: alive.batch?.id, application: alive.application?.id ?? alive.batch?.appId },
    };
  if (!beside) await refuseOverlapping(project, cluster, plan, batches);
  const name = { ...plan.name, attempt: 1 + Math.max(0, ...attempts.map((one) => one.name.attempt)) };
  signal?.throwIfAborted();
  await checkLock();
  const batch = await post(cluster, plan, name, options);
  return { outcome: "posted", name, ref: { name, id: batch.id, application: batch.appId } };
}

/** Another batch of one of the jobs that is alive and makes some of the same units. @throws RUNS_ALREADY */
async function refuseOverlapping(
  { config }: Project,
  cluster: Cluster,
  { jobs: [{ job }], name, units }: BatchPlan,
  batches: readonly Batch[],
): Promise<void> {
  for (const batch of batches) {
    const own = batch.name === undefined ? undefined : parseBatchName(batch.name, config.name);
    if (own === undefined || !own.jobs.some((one) => name.jobs.includes(one))) continue;
    const [first, last] = [own.first, own.last].map((key) => parseTimeBy(job.key, key));
    if (first === undefined || last === undefined || first > units.at(-1)! || last < units[0]!) continue;
    const { state } = await batchNow(cluster, batch, config.name);
    if (isBatchOver(state)) continue;
    // The same project may be deployed elsewhere on the same Livy, over other data.
    if (!(await cluster.hdfs.exists(remoteLayout(cluster.target).release(own.release)))) continue;
    throw new HowdahError(
      `the batch livy:${batch.id} of ${own.jobs.join("+")} (${state}) makes ${own.first} to ${own.last}: nothing was sent`,
      {
        code: "RUNS_ALREADY",
        fault: "run",
        where: batch.name ?? String(batch.id),
        next: `howdah watch livy:${batch.id} waits for it, howdah kill livy:${batch.id} ends it; --beside sends nevertheless`,
      },
    );
  }
}

async function post(
  cluster: Cluster,
  plan: BatchPlan,
  name: BatchName,
  { emit = () => undefined, patience = 20_000 }: DispatchOptions,
): Promise<Batch> {
  const { livy } = cluster;
  const spelled = batchName(name);
  const { any, own } = tagsOf(name);
  try {
    return await livy.post(named(plan, name, [any, own]));
  } catch (error) {
    if (isHowdahError(error) && error.code === "LIVY_REFUSED") {
      // What Livy refuses it remembers as "starting" all the same (SessionManager registers it first).
      const left = await livy.find(spelled).catch(() => undefined);
      if (left !== undefined) await livy.cancel(left.id).catch(() => undefined);
      throw error;
    }
    const isTaken = isHowdahError(error) && error.code === "LIVY_DUPLICATE";
    if (!isTaken && !mayHaveArrived(error)) throw error;
    if (!isTaken) emit({ event: "batch.unsure", name: spelled, why: messageOf(error) });
    const found = await lookAgain(() => livy.find(spelled), patience);
    if (found !== undefined) return found;
    const next = "the same command again: it looks for the batch before it posts anything";
    throw arrivalUnknown(`Livy has taken the batch ${spelled}`, error, next);
  }
}

/** Follows a batch; when the signal is aborted meanwhile, it is cancelled. */
async function followed(cluster: Cluster, ref: BatchRef, options: DispatchOptions): Promise<BatchEnd> {
  const { emit = () => undefined, signal } = options;
  try {
    return await followBatch(cluster, ref, options);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    const name = ref.name === undefined ? undefined : batchName(ref.name);
    try {
      emit({ event: "batch.cancelled", id: ref.id, name, ...(await cancelBatch(cluster, ref)) });
    } catch (failure) {
      emit({ event: "batch.cancelled", id: ref.id, name, over: false, why: messageOf(failure) });
    }
    throw error;
  }
}
