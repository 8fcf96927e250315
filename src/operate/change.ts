import { isOver, type CoordinatorActionStatus, type CoordinatorJob } from "../connect/oozie/index.ts";
import { ConnectError } from "../connect/errors.ts";
import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import { instantOf, utc } from "./planned.ts";

/** What of a coordinator is to be changed. */
export interface Change {
  /** No nominal time is at or after it. */
  readonly end?: Instant;
  /** No action at or after it is made; "none" ends a pause. */
  readonly pause?: Instant | "none";
  /** How many actions run side by side; -1 for any number. */
  readonly concurrency?: number;
}

export interface ChangedAction {
  readonly id: string;
  readonly nominal: Instant;
  readonly status: CoordinatorActionStatus;
}

/** What a change means for actions that were made already. */
export interface ChangePlan {
  readonly job: CoordinatorJob;
  readonly change: Change;
  /** At or after the new end or pause, not begun: Oozie takes them away. */
  readonly dropped: readonly ChangedAction[];
  /** At or after it and begun or over: Oozie refuses the change (E1022). */
  readonly inTheWay: readonly ChangedAction[];
  /** What differs, for people. */
  readonly differences: readonly string[];
}

/** Says what a change means, before it is made. Throws `CHANGE_OVER`, `CHANGE_END`. */
export async function planChange({ oozie }: Cluster, job: CoordinatorJob, change: Change): Promise<ChangePlan> {
  const { id, name, status, start, end } = job;
  if (isOver(status) && change.end === undefined)
    throw new HowdahError(`the coordinator ${name} is over (${status}): nothing of it but its end can be changed`, {
      code: "CHANGE_OVER",
      fault: "run",
      where: id,
      next: `howdah submit ${name} submits it anew`,
    });
  if (change.end !== undefined && start !== undefined && change.end <= start.getTime())
    throw new HowdahError(`--end ${formatOozieTime(change.end)} is not after the start of ${name}, ${utc(start)}`, {
      code: "CHANGE_END",
      where: id,
      next: `howdah kill ${name} ends it altogether`,
    });
  const limits = [change.end, change.pause === "none" ? undefined : change.pause].filter((one) => one !== undefined);
  const dropped: ChangedAction[] = [];
  const inTheWay: ChangedAction[] = [];
  if (limits.length > 0)
    for await (const one of oozie.actions(id, { from: new Date(Math.min(...limits)) })) {
      const open = one.status === "WAITING" || one.status === "READY";
      (open ? dropped : inTheWay).push({ id: one.id, nominal: instantOf(one.nominal), status: one.status });
    }
  const time = (date: Date | undefined): string => (date === undefined ? "none" : utc(date));
  const differences = [
    ...(change.end === undefined ? [] : [`end: ${time(end)} → ${formatOozieTime(change.end)}`]),
    ...(change.pause === undefined
      ? []
      : [`pause: ${time(job.paused)} → ${change.pause === "none" ? "none" : formatOozieTime(change.pause)}`]),
    ...(change.concurrency === undefined ? [] : [`concurrency: ${job.concurrency} → ${change.concurrency}`]),
  ];
  return { job, change, dropped, inTheWay, differences };
}

/** Makes a change. Throws `CHANGE_MADE` where actions have begun that it would take away, `CHANGE_REFUSED`. */
export async function makeChange({ oozie }: Cluster, { job, change, inTheWay }: ChangePlan): Promise<void> {
  const { id, name } = job;
  if (inTheWay.length > 0) {
    const list = inTheWay.slice(0, 5).map(({ nominal, status }) => `${formatOozieTime(nominal)} is ${status}`);
    const last = inTheWay.at(-1)!.nominal;
    throw new HowdahError(
      `${inTheWay.length} actions at or after that time have begun, which cannot be undone: ${list.join(", ")}${inTheWay.length > 5 ? ", …" : ""}`,
      {
        code: "CHANGE_MADE",
        fault: "run",
        where: id,
        next: `the earliest possible time is ${formatOozieTime((last + 60_000) as Instant)}`,
      },
    );
  }
  try {
    await oozie.change(id, {
      ...(change.end === undefined ? {} : { end: new Date(change.end) }),
      ...(change.pause === undefined ? {} : { pause: change.pause === "none" ? "none" : new Date(change.pause) }),
      ...(change.concurrency === undefined ? {} : { concurrency: change.concurrency }),
    });
  } catch (error) {
    if (!(error instanceof ConnectError) || (error.exception !== "E1015" && error.exception !== "E1022")) throw error;
    throw new HowdahError(`Oozie refuses the change of ${name}: ${error.message}`, {
      code: "CHANGE_REFUSED",
      fault: "run",
      where: id,
      next:
        error.exception === "E1022"
          ? "an action that the change would take away has begun meanwhile: look again with --dry-run"
          : "an end lies after the start and after what was made; a pause lies before the end; a coordinator that is over cannot be changed",
      cause: error,
    });
  }
}
