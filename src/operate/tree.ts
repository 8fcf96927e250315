import {
  isOver,
  type ActionFilter,
  type AnyJob,
  type BundleJob,
  type CoordinatorAction,
  type CoordinatorActionStatus,
  type CoordinatorJob,
  type JobStatus,
  type WorkflowAction,
  type WorkflowActionStatus,
  type WorkflowJob,
} from "../connect/oozie/index.ts";
import { inParallel } from "../connect/parallel.ts";
import type { Cluster } from "../project/cluster.ts";
import { releaseOf, submissionOf } from "./marks.ts";

/** A job and what is below it, as Oozie and YARN told of them. Times are UTC, ISO 8601. */
export type Tree = BundleTree | CoordinatorTree | WorkflowTree;

interface JobFacts {
  readonly id: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly user: string | undefined;
  readonly created: string | undefined;
  /** Undefined where it is no release of the target. */
  readonly release: string | undefined;
  /** 0 of a job that howdah did not submit. */
  readonly attempt: number;
}

export interface BundleTree extends JobFacts {
  readonly kind: "bundle";
  readonly coordinators: readonly CoordinatorTree[];
}

export interface CoordinatorTree extends JobFacts {
  readonly kind: "coordinator";
  readonly start: string | undefined;
  readonly end: string | undefined;
  /** The nominal time of the action that is made next; undefined when all are. */
  readonly next: string | undefined;
  /** How many of the newest actions are in which state. */
  readonly counts: Readonly<Partial<Record<CoordinatorActionStatus, number>>>;
  /** Whether there are older actions, which are not counted. */
  readonly more: boolean;
  /** The oldest nominal time that waits for its inputs. */
  readonly oldestWaiting: string | undefined;
  /** Those worth showing, the newest first: what is under way, the oldest that waits, and the newest of the rest. */
  readonly actions: readonly ActionTree[];
}

/** An action of a coordinator. */
export interface ActionTree {
  readonly id: string;
  readonly number: number;
  readonly nominal: string;
  readonly status: CoordinatorActionStatus;
  /** What it waits for, as last stored by the server. */
  readonly missing: readonly string[];
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly workflowId: string | undefined;
  /** Undefined where it was not looked at. */
  readonly workflow: WorkflowTree | undefined;
}

export interface WorkflowTree extends JobFacts {
  readonly kind: "workflow";
  readonly started: string | undefined;
  readonly ended: string | undefined;
  /** What does or did something: nodes that steer are left out. */
  readonly actions: readonly WorkflowActionTree[];
}

export interface WorkflowActionTree {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: WorkflowActionStatus;
  readonly started: string | undefined;
  readonly ended: string | undefined;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  /** Of YARN: the launcher's, then those that it began, `application_…`. */
  readonly applications: readonly ApplicationFacts[];
  /** Of a sub-workflow. */
  readonly workflow: WorkflowTree | undefined;
  /** What beeline said, where the action ended OK and did nothing; only if that was looked into. */
  readonly lost?: string;
}

export interface ApplicationFacts {
  readonly id: string;
  /** Asked of YARN while the action runs. */
  readonly state: string | undefined;
}

export interface TreeOptions {
  /** Which actions of coordinators. */
  readonly filter?: Pick<ActionFilter, "from" | "until" | "status">;
  /** How many actions of a coordinator are shown. @default 10 */
  readonly shown?: number;
  /** Ids of actions that are shown before others. @default none */
  readonly also?: ReadonlySet<string>;
  /** Of how many actions, the newest first, it is counted in which state they are. @default 500 */
  readonly counted?: number;
  /** Whether workflows of coordinators' actions are looked into. @default true */
  readonly workflows?: boolean;
  /** Looks into what the launcher of a hive2 action did that ended OK (`LostLooks`). @default nobody does */
  readonly lost?: (launcher: string) => Promise<string | undefined>;
}

/** Requests at the same time. */
const side = 6;

/** Reads what is known of a job and of all below it. */
export async function readTree(cluster: Cluster, id: string, options: TreeOptions = {}): Promise<Tree> {
  return treeOf(cluster, await cluster.oozie.job(id), options);
}

/** The same, of a job whose facts are known. */
export function treeOf(cluster: Cluster, job: AnyJob, options: TreeOptions = {}): Promise<Tree> {
  if (job.kind === "bundle") return bundleTree(cluster, job, options);
  return job.kind === "coordinator" ? coordinatorTree(cluster, job, options) : workflowTree(cluster, job, options);
}

async function bundleTree(cluster: Cluster, job: BundleJob, options: TreeOptions): Promise<BundleTree> {
  const trees = new Map<string, CoordinatorTree>();
  await inParallel(job.coordinators, side, async ({ id }) => {
    trees.set(id, await coordinatorTree(cluster, await cluster.oozie.coordinator(id), options));
  });
  return { ...factsOf(job, cluster), kind: "bundle", coordinators: job.coordinators.map(({ id }) => trees.get(id)!) };
}

async function coordinatorTree(cluster: Cluster, job: CoordinatorJob, options: TreeOptions): Promise<CoordinatorTree> {
  const { filter = {}, shown = 10, counted = 500, workflows = true } = options;
  const wanted = Math.max(counted, shown);
  const newest = await first(cluster.oozie.actions(job.id, { ...filter, order: "desc", page: wanted }), wanted + 1);
  const more = newest.length > wanted;
  const actions = newest.slice(0, wanted);
  /** The oldest in such a state, beyond what is counted too. */
  const oldest = async (
    status: readonly CoordinatorActionStatus[],
    count: number,
  ): Promise<readonly CoordinatorAction[]> => {
    // Of no state would be of any.
    if (count === 0 || status.length === 0) return [];
    return more
      ? first(cluster.oozie.actions(job.id, { ...filter, status, order: "asc", page: count }), count)
      : actions
          .filter((action) => status.includes(action.status))
          .toReversed()
          .slice(0, count);
  };
  const waiting = await oldest(["WAITING"], 1);
  const underWay = await oldest(
    statesUnderWay.filter((one) => filter.status?.includes(one) ?? true),
    shown,
  );
  const known = new Map([...underWay, ...actions].map((action) => [action.id, action]));
  const kept: CoordinatorAction[] = [];
  for (const id of [...(options.also ?? [])].filter((one) => one.startsWith(`${job.id}@`)))
    kept.push(known.get(id) ?? (await cluster.oozie.coordinatorAction(id)));
  const next = filter.status === undefined ? waiting : [];
  const worth = firstOnes([...kept, ...underWay, ...next, ...actions], shown);
  const counts: Partial<Record<CoordinatorActionStatus, number>> = {};
  for (const { status } of actions) counts[status] = (counts[status] ?? 0) + 1;
  const below = new Map<string, WorkflowTree>();
  const looked = worth.flatMap(({ workflowId }) => workflowId ?? []);
  if (workflows)
    await inParallel(looked, side, async (id) => {
      below.set(id, await workflowTree(cluster, await cluster.oozie.workflow(id), options));
    });
  return {
    ...factsOf(job, cluster),
    kind: "coordinator",
    start: iso(job.start),
    end: iso(job.end),
    next: isOver(job.status) || isAllMade(job) ? undefined : iso(job.nextMaterialized ?? job.start),
    counts,
    more,
    oldestWaiting: iso(waiting[0]?.nominal),
    actions: worth.map((action) => actionTree(action, below.get(action.workflowId ?? ""))),
  };
}

/** An action of a coordinator in such a state has begun, and is not over. */
export const statesUnderWay: readonly CoordinatorActionStatus[] = ["RUNNING", "SUBMITTED", "SUSPENDED"];

/** The first of them, each once, the newest first. */
function firstOnes(actions: readonly CoordinatorAction[], count: number): readonly CoordinatorAction[] {
  const chosen = new Map<string, CoordinatorAction>();
  // What was asked for last comes first.
  for (const action of actions) if (!chosen.has(action.id)) chosen.set(action.id, action);
  return [...chosen.values()].slice(0, count).sort((a, b) => b.number - a.number);
}

function isAllMade({ nextMaterialized, end }: CoordinatorJob): boolean {
  return nextMaterialized !== undefined && end !== undefined && nextMaterialized >= end;
}

function actionTree(action: CoordinatorAction, workflow: WorkflowTree | undefined): ActionTree {
  const { id, number, nominal, status, missing, pushMissing, errorCode, errorMessage, workflowId } = action;
  const waits = status === "WAITING" ? [...missing, ...pushMissing] : [];
  return { id, number, nominal: iso(nominal)!, status, missing: waits, errorCode, errorMessage, workflowId, workflow };
}

async function workflowTree(cluster: Cluster, job: WorkflowJob, options: TreeOptions): Promise<WorkflowTree> {
  const actions = job.actions.filter(({ type }) => !type.startsWith(":") && !["switch", "fork", "join"].includes(type));
  const below = new Map<string, Partial<WorkflowActionTree>>();
  await inParallel(actions, side, async (action) => {
    below.set(action.id, await belowAction(cluster, action, options));
  });
  return {
    ...factsOf(job, cluster),
    kind: "workflow",
    started: iso(job.start),
    ended: iso(job.end),
    actions: actions.map((action) => ({
      id: action.id,
      name: action.name,
      type: action.type,
      status: action.status,
      started: iso(action.start),
      ended: iso(action.end),
      errorCode: action.errorCode,
      errorMessage: action.errorMessage,
      applications: [],
      workflow: undefined,
      ...below.get(action.id),
    })),
  };
}

/** What an action began, in Oozie or in YARN. */
async function belowAction(
  cluster: Cluster,
  action: WorkflowAction,
  options: TreeOptions,
): Promise<Partial<WorkflowActionTree>> {
  const { type, externalId, childIds, status } = action;
  if (type === "sub-workflow" && externalId?.endsWith("-W") === true)
    return { workflow: await workflowTree(cluster, await cluster.oozie.workflow(externalId), options) };
  const ids = [externalId, ...childIds].flatMap((id) => applicationId(id) ?? []);
  const applications = await Promise.all(
    [...new Set(ids)].map(async (id) => ({
      id,
      state: status === "RUNNING" ? await stateOf(cluster, id) : undefined,
    })),
  );
  const launcher = type === "hive2" && status === "OK" ? applicationId(externalId) : undefined;
  const lost = launcher === undefined ? undefined : await options.lost?.(launcher);
  return { applications, ...(lost === undefined ? {} : { lost }) };
}

/** `application_1_0002` of that or of `job_1_0002`. */
function applicationId(id: string | undefined): string | undefined {
  const [, number] = /^(?:application|job)_(\d+_\d+)$/.exec(id ?? "") ?? [];
  return number === undefined ? undefined : `application_${number}`;
}

/** What YARN says; nothing where it cannot be asked: Oozie has told enough. */
async function stateOf({ yarn }: Cluster, id: string): Promise<string | undefined> {
  try {
    return (await yarn.application(id)).state;
  } catch {
    return undefined;
  }
}

function factsOf(job: AnyJob, cluster: Cluster): JobFacts {
  const { id, name, status, user, created } = job;
  const release = releaseOf(job, cluster);
  return { id, name, status, user, created: iso(created), release, attempt: submissionOf(job).attempt };
}

async function first<T>(list: AsyncIterable<T>, count: number): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const one of list) if (found.push(one) === count) break;
  return found;
}

/** `2012-03-01T00:00Z`, with seconds where there are any. */
function iso(date: Date | undefined): string | undefined {
  return date?.toISOString().replace(/(?::00)?\.\d+Z$/, "Z");
}
