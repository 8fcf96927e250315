import { setTimeout as sleep } from "node:timers/promises";
import { isOver, type AnyJob, type CoordinatorAction, type CoordinatorJob } from "../connect/oozie/index.ts";
import { exitCodes, HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import {
  cron,
  days,
  endOfDays,
  endOfMonths,
  endOfWeeks,
  minutes,
  months,
  type Every,
  type Instant,
} from "../core/time.ts";
import { nominalTimes } from "../oozie/calendar.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Definitions } from "../project/definitions.ts";
import { findJob } from "./find.ts";

export type Verb = "kill" | "suspend" | "resume";

/** Some actions of a coordinator: by number (`3-7`), or by nominal time, `from <= t < until`. */
export interface SomeActions {
  readonly actions?: string;
  readonly from?: Instant;
  readonly until?: Instant;
}

/** What would be done to a job. */
export interface Plan {
  readonly verb: Verb;
  readonly id: string;
  readonly kind: AnyJob["kind"];
  readonly name: string;
  readonly status: string;
  /** Why nothing is to be done; undefined where something is. */
  readonly idle: string | undefined;
  /** Coordinators that follow, and actions that are alive, by coordinator. */
  readonly coordinators: readonly CoordinatorPlan[];
  /** The actions that are killed by themselves; undefined where the whole job is meant. */
  readonly actions: readonly ActionFacts[] | undefined;
}

export interface CoordinatorPlan {
  readonly id: string;
  readonly name: string;
  /** Actions that are made and not over. */
  readonly alive: number;
  /** Nominal times that passed while it was suspended, whose actions are made once it goes on. */
  readonly due: number;
  readonly throttle: number;
  readonly concurrency: number;
}

interface ActionFacts {
  readonly number: number;
  readonly nominal: string;
  readonly status: string;
}

const aliveStatuses = ["WAITING", "READY", "SUBMITTED", "RUNNING", "SUSPENDED"] as const;

/** Finds out what a verb would do to a job. Throws `NAME_UNKNOWN`, `NO_JOB`, `NO_ACTIONS`, `USAGE`. */
export async function plan(
  cluster: Cluster,
  definitions: Definitions,
  verb: Verb,
  nameOrId: string,
  some: SomeActions = {},
): Promise<Plan> {
  const job = await findJob(cluster, definitions, nameOrId);
  const { id, kind, name, status } = job;
  const facts = { verb, id, kind, name, status, idle: idle(verb, job) };
  if (Object.keys(some).length > 0) {
    if (job.kind !== "coordinator")
      throw new HowdahError(`${id} is a ${kind}: some actions are a coordinator's`, {
        code: "USAGE",
        next: "name the coordinator, or its id",
      });
    return { ...facts, coordinators: [], actions: await chosenActions(cluster, job, some) };
  }
  const members =
    job.kind === "bundle"
      ? await Promise.all(job.coordinators.map((one) => cluster.oozie.coordinator(one.id)))
      : job.kind === "coordinator"
        ? [job]
        : [];
  const coordinators = await Promise.all(members.map((one) => coordinatorPlan(cluster, one)));
  return { ...facts, coordinators, actions: undefined };
}

function idle(verb: Verb, { status }: AnyJob): string | undefined {
  if (isOver(status)) return `is over already: ${status}`;
  const suspended = status.includes("SUSPENDED");
  if (verb === "suspend" && suspended) return "is suspended already";
  return verb === "resume" && !suspended ? `is not suspended: ${status}` : undefined;
}

async function chosenActions(
  { oozie }: Cluster,
  { id }: CoordinatorJob,
  { actions, from, until }: SomeActions,
): Promise<readonly ActionFacts[]> {
  const numbers = actions === undefined ? undefined : numbersIn(actions);
  const filter = {
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(until === undefined ? {} : { until: new Date(until) }),
    status: aliveStatuses,
  };
  const found: CoordinatorAction[] = [];
  for await (const one of oozie.actions(id, filter))
    // Oozie's own range has both ends in it.
    if ((until === undefined || one.nominal.getTime() < until) && (numbers?.(one.number) ?? true)) found.push(one);
  if (found.length === 0)
    throw new HowdahError(`no action of ${id} that is meant is alive`, {
      code: "NO_ACTIONS",
      where: id,
      next: `howdah status ${id} lists its actions`,
    });
  return found.map(({ number, nominal, status }) => ({ number, nominal: timeText(nominal), status }));
}

/** Whether a number is among `3-7,9`. Throws `USAGE`. */
function numbersIn(text: string): (number: number) => boolean {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text))
    throw new HowdahError(`--actions ${text} names no actions`, { code: "USAGE", next: "write it as 3, 3-7 or 1,3-7" });
  const ranges = text.split(",").map((part) => part.split("-").map(Number) as [number, number?]);
  return (number) => ranges.some(([low, high = low]) => low <= number && number <= high);
}

async function coordinatorPlan(cluster: Cluster, job: CoordinatorJob): Promise<CoordinatorPlan> {
  let alive = 0;
  if (!isOver(job.status))
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- they are counted
    for await (const _ of cluster.oozie.actions(job.id, { status: aliveStatuses })) alive += 1;
  const { id, name, throttle, concurrency } = job;
  return {
    id,
    name,
    alive,
    due: job.status.includes("SUSPENDED") ? dueTimes(job, Date.now()) : 0,
    throttle,
    concurrency,
  };
}

/** Nominal times that have passed and have no action yet. */
export function dueTimes(job: CoordinatorJob, now: number): number {
  const every = everyOf(job);
  const [start, end] = [job.start?.getTime(), job.end?.getTime()];
  if (every === undefined || start === undefined || end === undefined) return 0;
  const schedule = { every, start: start as Instant, end: end as Instant, timezone: job.timeZone };
  const from = Math.max(start, job.nextMaterialized?.getTime() ?? start) as Instant;
  return [...nominalTimes(schedule, from, Math.min(end, now) as Instant)].length;
}

/** A frequency as the server tells it (`CoordinatorJob.Timeunit`): hours are minutes to it. */
function everyOf({ frequency, timeUnit }: CoordinatorJob): Every | undefined {
  const count = Number(frequency);
  switch (timeUnit) {
    case "MINUTE":
      return minutes(count);
    case "DAY":
      return days(count);
    case "MONTH":
      return months(count);
    case "END_OF_DAY":
      return endOfDays(count);
    case "END_OF_WEEK":
      return endOfWeeks(count);
    case "END_OF_MONTH":
      return endOfMonths(count);
    case "CRON":
      return cron(frequency);
    default:
      return undefined;
  }
}

export interface ControlOptions {
  /** Until the job and all below it have followed. @default false */
  readonly wait?: boolean;
  /** Milliseconds after which waiting is given up. @default never */
  readonly timeout?: number;
  /** Told `control.done` for each. */
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks. @default 1000 */
  readonly every?: number;
}

/** Does what was planned. Doing it twice does no harm. Throws `NOT_OVER` when waiting takes too long. */
export async function carryOut(cluster: Cluster, planned: Plan, options: ControlOptions = {}): Promise<void> {
  const { verb, id, actions } = planned;
  const { oozie } = cluster;
  options.signal?.throwIfAborted();
  if (planned.idle !== undefined) return;
  if (actions !== undefined) {
    const numbers = actions.map(({ number }) => number);
    // Numbers stand in the request's URL, which has its limit.
    for (let i = 0; i < numbers.length; i += 200) await oozie.killActions(id, { actions: numbers.slice(i, i + 200) });
  } else await oozie[verb](id);
  options.emit?.({ event: "control.done", verb, id });
  if (options.wait === true && actions === undefined) await untilFollowed(cluster, planned, options);
}

async function untilFollowed(cluster: Cluster, { verb, id, kind }: Plan, options: ControlOptions): Promise<void> {
  const { timeout = Infinity, every = 1000, signal } = options;
  const begun = performance.now();
  const fits = ({ status }: Pick<AnyJob, "status">): boolean => {
    if (isOver(status)) return true;
    return verb === "kill" ? false : status.includes("SUSPENDED") === (verb === "suspend");
  };
  for (;;) {
    const job = await cluster.oozie.job(id);
    if (fits(job) && (job.kind !== "bundle" || job.coordinators.every(fits))) return;
    if (performance.now() - begun > timeout)
      throw new HowdahError(`the ${kind} ${id} is still ${job.status}`, {
        code: "NOT_OVER",
        fault: "run",
        exitCode: exitCodes.waiting,
        where: id,
        next: `howdah status ${id}`,
      });
    await sleep(every, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
  }
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`;
}
