import { isOver, type CoordinatorAction, type CoordinatorJob } from "../../connect/oozie/index.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import { instantOf, utc } from "../planned.ts";
import { whoMayEnter, type Presence } from "../probe.ts";
import { reason, type InputNow, type Reason } from "./explanation.ts";

/** Why an action that waits for its inputs does not become ready. */
export function waitingReasons(
  job: CoordinatorJob,
  action: CoordinatorAction,
  inputs: readonly InputNow[],
  now: Instant,
): readonly Reason[] {
  const nominal = instantOf(action.nominal);
  if (nominal > now)
    return [...heldReasons(job), reason("TIME", `its nominal time ${utc(action.nominal)} has not come`, undefined)];
  const missing = inputs.flatMap(inputReasons);
  const pushed = action.pushMissing.map((uri) =>
    reason("PARTITION_MISSING", `the metastore has no partition ${uri}`, "whoever makes it has to register it"),
  );
  const found = [...missing, ...pushed];
  const all =
    found.length > 0
      ? found
      : [
          reason(
            "INPUTS_THERE",
            "all that it reads is there now: Oozie sees it when it looks again, within a minute or two",
            undefined,
          ),
        ];
  return [...heldReasons(job), ...all, deadlineReason(job, action, now)];
}

/** What keeps a whole coordinator, and so each of its actions. */
export function heldReasons({ id, status, paused, start, name }: CoordinatorJob): readonly Reason[] {
  switch (status) {
    case "SUSPENDED":
    case "SUSPENDEDWITHERROR":
    case "PREPSUSPENDED":
      return [
        reason(
          "SUSPENDED",
          "the coordinator is suspended: it looks for no input and starts nothing",
          `howdah resume ${id}`,
        ),
      ];
    case "PAUSED":
    case "PAUSEDWITHERROR":
    case "PREPPAUSED":
      return [
        reason(
          "PAUSED",
          `the coordinator is paused${paused === undefined ? "" : ` since ${utc(paused)}`}: it makes no new actions; those that were made go on`,
          `howdah change ${name} --no-pause`,
        ),
      ];
    case "PREP":
      return [
        reason(
          "NOT_BEGUN",
          start === undefined || start.getTime() <= Date.now()
            ? "the coordinator was submitted a moment ago: its first actions are being made"
            : `the coordinator begins at ${utc(start)}`,
          undefined,
        ),
      ];
    default:
      return [];
  }
}

/** One reason an input; of many missing instances the first is shown by name. */
function inputReasons({ name, dataSet, instances, resolved, resolution, choice }: InputNow): readonly Reason[] {
  if (!resolved)
    return [
      reason("INPUT_UNRESOLVED", `${name}: ${choice} of ${dataSet} is not resolved: ${resolution ?? ""}`, undefined),
    ];
  const kinds = new Map<string, (typeof instances)[number][]>();
  for (const one of instances)
    if (one.presence.is !== "there") kinds.set(one.presence.is, [...(kinds.get(one.presence.is) ?? []), one]);
  return [...kinds.values()].map((all) => {
    const [first] = all;
    const { presence, time, uri } = first!;
    const more = all.length === 1 ? "" : ` (and ${all.length - 1} more)`;
    const which = `${name}: ${dataSet}${time === undefined ? "" : ` ${time}`}${more}`;
    return reason(reasonCodes[presence.is], `${which}: ${presenceText(presence)}`, adviceFor(presence, first!, uri));
  });
}

const reasonCodes: Readonly<Record<Presence["is"], string>> = {
  there: "INPUT_THERE",
  "folder-missing": "INPUT_MISSING",
  "flag-missing": "FLAG_MISSING",
  denied: "INPUT_DENIED",
  elsewhere: "INPUT_ELSEWHERE",
};

/** How something stands, for people. */
export function presenceText(presence: Presence): string {
  switch (presence.is) {
    case "there":
      return "is there";
    case "folder-missing":
      return `the folder is missing; what is there is ${presence.nearest}`;
    case "flag-missing": {
      const files = `${presence.atLeast ? "at least " : ""}${presence.files} ${presence.files === 1 ? "file" : "files"}`;
      const newest = presence.newest === undefined ? "" : `, the newest of ${utc(presence.newest)}`;
      return `the flag is missing; the folder is there, with ${files}${newest}`;
    }
    case "denied": {
      if (presence.at === undefined) return `${presence.asked} may not look there`;
      const { path, owner, group, permission } = presence.at;
      return `${presence.asked} may not look into ${path}, which is ${owner}:${group} ${permission}: ${whoMayEnter(presence.at)} may`;
    }
    case "elsewhere":
      return "it is of another file system, which was not looked at";
  }
}

function adviceFor(presence: Presence, { maker }: InputNow["instances"][number], uri: string): string | undefined {
  if (presence.is === "denied")
    return presence.at === undefined
      ? undefined
      : `the owner lets the job's user in: hdfs dfs -chmod o+rx ${presence.at.path}; Oozie goes on waiting without a word until then`;
  if (maker !== undefined) {
    const action = `${maker.coordinator} ${maker.nominal}`;
    const at = `${maker.coordinator} --at ${maker.nominal}`;
    switch (maker.status) {
      case "FAILED":
      case "KILLED":
        return `${action} makes it, and is ${maker.status}: howdah logs ${at} shows why; then howdah rerun ${at}`;
      case "TIMEDOUT":
        return `${action} makes it, and is ${maker.status}: howdah rerun ${at}`;
      case "not submitted":
        return `${maker.coordinator} makes it, and was never submitted: howdah submit ${maker.coordinator}`;
      default:
        return `${action} makes it, and is ${maker.status}`;
    }
  }
  if (presence.is === "flag-missing")
    return `whoever writes the folder writes the flag last; if it is whole: hdfs dfs -touchz ${uri}`;
  return presence.is === "folder-missing" ? "no coordinator of this project makes it: it has to be landed" : undefined;
}

/** When an action that waits is given up (`CoordActionInputCheckXCommand.isTimeout`). */
function deadlineReason({ timeout }: CoordinatorJob, { nominal, created }: CoordinatorAction, now: Instant): Reason {
  if (timeout < 0) return reason("NO_TIMEOUT", "it waits for ever: its timeout is -1", undefined);
  const from = Math.max(nominal.getTime(), created?.getTime() ?? 0);
  const deadline = (from + (timeout + 1) * 60_000) as Instant;
  const text = `it is given up at ${formatOozieTime(deadline)}, when it has waited for more than ${minutesText(timeout)}`;
  return reason(deadline <= now ? "TIMEOUT_DUE" : "TIMEOUT", text, undefined);
}

export function minutesText(minutes: number): string {
  if (minutes % 1440 === 0 && minutes > 0) return `${minutes / 1440} ${minutes === 1440 ? "day" : "days"}`;
  if (minutes % 60 === 0 && minutes > 0) return `${minutes / 60} ${minutes === 60 ? "hour" : "hours"}`;
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** Why an action whose inputs are there was not started (`CoordActionReadyXCommand`). */
export function readyReasons(
  job: CoordinatorJob,
  action: CoordinatorAction,
  others: readonly CoordinatorAction[],
): readonly Reason[] {
  const running = others.filter(({ status }) => status === "RUNNING" || status === "SUBMITTED");
  const list = (all: readonly CoordinatorAction[]): string => {
    const shown = all
      .slice(0, 5)
      .map(
        ({ nominal, number, workflowId }) =>
          `${utc(nominal)} (@${number}${workflowId === undefined ? "" : `, ${workflowId}`})`,
      );
    return `${shown.join(", ")}${all.length > 5 ? ` and ${all.length - 5} more` : ""}`;
  };
  const held = heldReasons(job);
  const full = job.concurrency >= 0 && running.length >= job.concurrency;
  const concurrency = full
    ? [
        reason(
          "CONCURRENCY",
          `its inputs are there; ${running.length} of at most ${job.concurrency} run: ${list(running)}`,
          `howdah why ${running[0]!.id}; or howdah change ${job.name} --concurrency ${job.concurrency + 1}`,
        ),
      ]
    : [];
  const before = others.filter(
    ({ status, nominal, id }) =>
      status === "READY" &&
      id !== action.id &&
      (job.execution === "LIFO" ? nominal > action.nominal : nominal < action.nominal),
  );
  const order =
    before.length > 0 && (full || held.length > 0)
      ? [
          reason(
            "ORDER",
            `${before.length} ready ${before.length === 1 ? "action comes" : "actions come"} first (${job.execution}): ${list(before)}`,
            undefined,
          ),
        ]
      : [];
  const soon =
    held.length + concurrency.length === 0
      ? [
          reason(
            "STARTING",
            "its inputs are there and there is room: Oozie starts it when its queue comes to it",
            undefined,
          ),
        ]
      : [];
  return [...held, ...concurrency, ...order, ...soon];
}

/** How an action ended. */
export function endedReasons(job: CoordinatorJob, action: CoordinatorAction): readonly Reason[] {
  const { status, errorCode, errorMessage, modified, nominal } = action;
  const when = modified === undefined ? "" : ` at ${utc(modified)}`;
  const why =
    errorCode === undefined ? "" : ` with ${errorCode}${errorMessage === undefined ? "" : `: ${errorMessage}`}`;
  const at = utc(nominal);
  const rerun = `howdah rerun ${job.name} --at ${at}`;
  switch (status) {
    case "TIMEDOUT":
      return [
        reason(
          "TIMED_OUT",
          `it was given up${when}: its inputs were not there within ${minutesText(Math.max(0, job.timeout))}`,
          `${rerun}, once they are there`,
        ),
      ];
    case "FAILED":
      return [
        reason("FAILED", `it failed${when}${why}`, `howdah logs ${job.name} --at ${at} shows why; then ${rerun}`),
      ];
    case "KILLED":
      return [
        reason(
          "KILLED",
          `it was killed, or its workflow ended so${when}${why}`,
          `howdah logs ${job.name} --at ${at} shows why; then ${rerun}`,
        ),
      ];
    case "SKIPPED":
      return [
        reason("SKIPPED", `it was left out${when}: the execution ${job.execution} skips what is late`, undefined),
      ];
    case "IGNORED":
      return [reason("IGNORED", `somebody had it ignored${when}`, rerun)];
    default:
      return [reason("DONE", `it ended well${when}`, undefined)];
  }
}

/** Whether nothing more happens to an action by itself. */
export function isActionOver({ status }: Pick<CoordinatorAction, "status">): boolean {
  return ["SUCCEEDED", "FAILED", "KILLED", "TIMEDOUT", "SKIPPED", "IGNORED"].includes(status);
}

/** How a coordinator stands of which no action is open. */
export function overText(job: CoordinatorJob): string {
  const until = job.end === undefined ? "" : `; it ended at ${utc(job.end)}`;
  return isOver(job.status) ? `it is over (${job.status})${until}` : `it is ${job.status}`;
}
