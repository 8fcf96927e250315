import { isOver, type AnyJob, type CoordinatorJob, type JobStatus } from "../connect/oozie/index.ts";
import { inParallel } from "../connect/parallel.ts";
import { HowdahError, messageOf } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Project } from "../project/load.ts";
import { withTargetLock } from "../release/lock.ts";
import { arrivalUnknown, lookAgain, mayHaveArrived } from "./arrival.ts";
import { beginningWarnings, type SubmitWarning } from "./beginning.ts";
import { checkDeployed } from "./deployed.ts";
import { jobsOf, type Application } from "./find.ts";
import { marks, releaseOf, submissionOf } from "./marks.ts";
import { prepare, type Submission, type SubmitRequest } from "./prepare.ts";
import { recordedValues } from "./values.ts";

export interface SubmitOptions {
  /** Told `submit.prepared`, `submit.earlier`, `submit.unsure`, and what the lock tells. */
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
  /** Beside a job of the same name that is alive. @default false */
  readonly beside?: boolean;
  /** How long a job is looked for of which it is not known whether it arrived, in milliseconds. @default 20,000 */
  readonly patience?: number;
}

/** What became of a submission. */
export interface Submitted {
  /** `found`: the same was submitted before, and is alive or ended well; nothing was sent. */
  readonly outcome: "submitted" | "found";
  readonly id: string;
  readonly kind: Application["kind"];
  readonly name: string;
  readonly status: JobStatus | undefined;
  readonly release: string;
  readonly attempt: number;
}

/**
 * Submits a workflow, a coordinator or a bundle of a deployed release. The same is never sent twice: what is alive or
 * ended well is found again, what failed or was killed is sent anew as the next attempt. Throws what `prepare` and
 * `checkDeployed` throw, `RUNS_ALREADY`, `SUBMIT_UNKNOWN`, and what Oozie refuses.
 */
export async function submit(
  project: Project,
  cluster: Cluster,
  request: SubmitRequest,
  options: SubmitOptions = {},
): Promise<Submitted> {
  const { emit = () => undefined, signal, beside = false } = options;
  const { submission } = await prepared(project, cluster, request, options);
  const lockOptions = { doing: "submit", emit, ...(signal === undefined ? {} : { signal }) };
  return withTargetLock(cluster, lockOptions, async (lock) => {
    const [, { same, others }] = await Promise.all([
      checkDeployed(cluster, submission, request, signal),
      lookUp(cluster, submission),
    ]);
    const found = same.find(({ status }) => !isOver(status) || status === "SUCCEEDED");
    if (found !== undefined) return toldOf(submission, "found", await begun(cluster, found, submission));
    const [earlier] = same;
    if (earlier !== undefined)
      emit({ event: "submit.earlier", id: earlier.id, status: earlier.status, ...attemptOf(earlier) });
    if (others.length > 0 && !beside) throw runsAlready(cluster, submission, others);
    const attempt = 1 + Math.max(0, ...same.map((job) => submissionOf(job).attempt));
    signal?.throwIfAborted();
    await lock.check();
    const job = await send(cluster, submission, attempt, options);
    return { ...toldOf(submission, "submitted", job), attempt };
  });
}

/** Has the server look at a submission, which changes nothing. @returns it, what to think of before it is sent, and the server's words */
export async function tryOut(
  project: Project,
  cluster: Cluster,
  request: SubmitRequest,
  options: SubmitOptions = {},
): Promise<{ readonly submission: Submission; readonly warnings: readonly SubmitWarning[]; readonly answer: string }> {
  const { submission, warnings } = await prepared(project, cluster, request, options);
  await checkDeployed(cluster, submission, request, options.signal);
  const answer = await cluster.oozie.dryRun({ ...submission.properties, [marks.attempt]: "1" });
  return { submission, warnings, answer };
}

async function prepared(
  project: Project,
  cluster: Cluster,
  request: SubmitRequest,
  { emit = () => undefined, signal }: SubmitOptions,
): Promise<{ readonly submission: Submission; readonly warnings: readonly SubmitWarning[] }> {
  const recorded = await recordedValues(cluster, signal);
  const submission = prepare(project, cluster, request, recorded, Date.now() as Instant);
  const { application, release, values, schedules } = submission;
  const warnings = await beginningWarnings(cluster, submission.beginnings, signal);
  emit({ event: "submit.prepared", ...application, release, values, schedules, warnings });
  return { submission, warnings };
}

/** Of jobs that are over, so many of the newest are looked at; those that are alive all. */
const remembered = 20;
/** So many of the newest jobs of a name are asked for. */
const listed = 100;

interface Found {
  /** Of the same submission, the newest first. */
  readonly same: readonly AnyJob[];
  /** Alive with other content: they would write what this one writes. */
  readonly others: readonly AnyJob[];
}

/** What there is of a submission's name and user. */
async function lookUp(cluster: Cluster, { application, coordinators, submission }: Submission): Promise<Found> {
  // A bundle's coordinators may run by themselves too, or in another bundle.
  const members: readonly Application[] =
    application.kind === "bundle" ? coordinators.map(({ name }) => ({ kind: "coordinator", name })) : [];
  const [own, ...ofMembers] = await Promise.all([
    jobsWithProperties(cluster, application, remembered),
    ...members.map((member) => jobsWithProperties(cluster, member, 0)),
  ]);
  const isSame = (job: AnyJob): boolean => job.kind === application.kind && isOfSubmission(job, submission);
  const alive = [...own, ...ofMembers.flat()].filter((job) => !isOver(job.status) && !isSame(job));
  return {
    same: own.filter(isSame),
    others: application.kind === "workflow" ? [] : await withoutDying(cluster, alive),
  };
}

/** Not those that a bundle or a coordinator began with its own properties. */
function isOfSubmission(job: AnyJob, submission: string): boolean {
  const begunBy = job.kind === "workflow" ? job.parentId : job.kind === "coordinator" ? job.bundleId : undefined;
  return begunBy === undefined && submissionOf(job).submission === submission;
}

async function jobsWithProperties(
  cluster: Cluster,
  application: Application,
  over: number,
): Promise<readonly AnyJob[]> {
  const wanted: string[] = [];
  let [seen, seenOver] = [0, 0];
  for await (const { id, status } of jobsOf(cluster, application)) {
    if (!isOver(status) || seenOver++ < over) wanted.push(id);
    if (++seen === listed) break;
  }
  const jobs = new Map<string, AnyJob>();
  await inParallel(wanted, 4, async (id) => void jobs.set(id, await cluster.oozie.job(id)));
  return wanted.map((id) => jobs.get(id)!);
}

/** Without coordinators of bundles that are over: they follow their bundle in a second or two. */
async function withoutDying({ oozie }: Cluster, jobs: readonly AnyJob[]): Promise<readonly AnyJob[]> {
  const bundleOf = (job: AnyJob): string | undefined => (job as Partial<CoordinatorJob>).bundleId;
  const bundles = [...new Set(jobs.flatMap((job) => bundleOf(job) ?? []))];
  const statuses = new Map<string, JobStatus>();
  await inParallel(bundles, 4, async (id) => void statuses.set(id, await oozie.status(id)));
  return jobs.filter((job) => {
    const status = statuses.get(bundleOf(job) ?? "");
    return status === undefined || !isOver(status);
  });
}

function runsAlready(cluster: Cluster, { application }: Submission, others: readonly AnyJob[]): HowdahError {
  const list = others.map((job) => {
    const release = releaseOf(job, cluster);
    const within = job.kind === "coordinator" && job.bundleId !== undefined ? ` of the bundle ${job.bundleId}` : "";
    return `${job.kind} ${job.name} ${job.id}${within} (${job.status}${release === undefined ? "" : `, release ${release}`})`;
  });
  const [first] = others;
  return new HowdahError(
    `${list.join(" and ")} ${others.length === 1 ? "is" : "are"} alive with other content: both would write the same`,
    {
      code: "RUNS_ALREADY",
      fault: "run",
      where: first!.id,
      next: `howdah update ${application.name} gives it the new definition, howdah kill ${first!.id} ends it; --beside submits nevertheless`,
    },
  );
}

function attemptOf(job: AnyJob): { readonly attempt: number } {
  return { attempt: submissionOf(job).attempt };
}

function toldOf({ application, release }: Submission, outcome: Submitted["outcome"], job: AnyJob): Submitted {
  return { outcome, id: job.id, ...application, status: job.status, release, ...attemptOf(job) };
}

/** A job that is to run, and whose submitter was cut off between sending and starting it, is started. */
async function begun({ oozie }: Cluster, job: AnyJob, { start }: Submission): Promise<AnyJob> {
  if (job.kind === "coordinator" || job.status !== "PREP" || !start) return job;
  try {
    await oozie.start(job.id);
  } catch (error) {
    // It has begun in the meantime.
    if ((await oozie.status(job.id)) === "PREP") throw error;
  }
  return oozie.job(job.id);
}

async function send(
  cluster: Cluster,
  submission: Submission,
  attempt: number,
  { emit = () => undefined, patience = 20_000 }: SubmitOptions,
): Promise<AnyJob> {
  const { oozie } = cluster;
  const properties = { ...submission.properties, [marks.attempt]: String(attempt) };
  try {
    return await oozie.job(await oozie.submit(properties, { start: submission.start }));
  } catch (error) {
    if (!mayHaveArrived(error)) throw error;
    emit({ event: "submit.unsure", why: messageOf(error) });
    const job = await lookAgain(async () => {
      const { same } = await lookUp(cluster, submission);
      return same.find((one) => submissionOf(one).attempt === attempt);
    }, patience);
    if (job !== undefined) return begun(cluster, job, submission);
    const { kind, name } = submission.application;
    const next = `howdah submit ${name} again: it looks for the job before it sends anything`;
    throw arrivalUnknown(`Oozie has taken the ${kind} ${name}`, error, next);
  }
}
