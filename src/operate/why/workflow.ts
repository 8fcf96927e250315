import { createHash } from "node:crypto";
import { isOver, type WorkflowAction, type WorkflowJob } from "../../connect/oozie/index.ts";
import { absentFromYarn, isApplicationOver, type Application, type Yarn } from "../../connect/yarn.ts";
import type { Cluster } from "../../project/cluster.ts";
import { lookedInto, lostActions, type LostAction } from "../lost.ts";
import { utc } from "../planned.ts";
import { treeOf } from "../tree.ts";
import {
  reason,
  type ApplicationNow,
  type Explanation,
  type Reason,
  type Verdict,
  type WorkflowPlace,
} from "./explanation.ts";

/** States of actions in which they are over, well or not. */
const settled: readonly WorkflowAction["status"][] = ["OK", "ERROR", "KILLED", "FAILED"];

/** Explains how a workflow stands; a sub-workflow at which it is likewise. */
export async function explainWorkflow(cluster: Cluster, workflow: WorkflowJob): Promise<Explanation> {
  const { id, name, status } = workflow;
  const lost =
    status === "SUCCEEDED" ? lostActions(await treeOf(cluster, workflow, { lost: lookedInto(cluster) })) : [];
  const open = workflow.actions.filter((action) => !settled.includes(action.status) && !action.type.startsWith(":"));
  const failed = workflow.actions.filter(({ errorCode, type }) => errorCode !== undefined && !type.startsWith(":"));
  const shown = isOver(status) ? (status === "SUCCEEDED" ? [] : failed) : open;
  const at = await Promise.all(shown.map((action) => placeOf(cluster.yarn, workflow, action)));
  const subs = isOver(status) ? [] : open.filter(({ externalId }) => externalId?.endsWith("-W") === true);
  const parts = await Promise.all(
    subs.map(async ({ externalId }) => explainWorkflow(cluster, await cluster.oozie.workflow(externalId!))),
  );
  const reasons = [
    ...jobReasons(workflow),
    ...lost.map((one) => lostReason(one, id)),
    ...(isOver(status) ? [] : at.flatMap(placeReasons)),
  ];
  return {
    kind: "workflow",
    id,
    name,
    nominal: undefined,
    status,
    verdict: lost.length > 0 ? "failed" : verdictOf(workflow, at, parts),
    reasons,
    inputs: [],
    at,
    parts,
  };
}

function lostReason({ name, said }: LostAction, id: string): Reason {
  return reason(
    "LOST",
    `but its action ${name} did nothing: ${said}`,
    `once HiveServer2 is up, howdah rerun ${id} --from-node ${name} does it and what comes after it`,
  );
}

function jobReasons({ id, status, start, end }: WorkflowJob): readonly Reason[] {
  switch (status) {
    case "PREP":
      return [
        reason(
          "NOT_STARTED",
          "it was submitted and not started",
          `oozie job -start ${id}, or submit it with howdah submit`,
        ),
      ];
    case "SUSPENDED":
      return [reason("SUSPENDED", "it is suspended: nothing of it goes on", `howdah resume ${id}`)];
    case "SUCCEEDED":
      return [reason("DONE", `it ended well${end === undefined ? "" : ` at ${utc(end)}`}`)];
    case "FAILED":
    case "KILLED":
      return [
        reason(
          status,
          `it ${status === "FAILED" ? "failed" : "was ended as killed"}${end === undefined ? "" : ` at ${utc(end)}`}`,
          `howdah logs ${id} shows why; howdah rerun ${id} --failed goes on where it ended`,
        ),
      ];
    default:
      return [reason("RUNNING", `it runs${start === undefined ? "" : ` since ${utc(start)}`}`)];
  }
}

function placeReasons({ name, status, applications, errorCode, errorMessage }: WorkflowPlace): readonly Reason[] {
  const failure =
    errorCode === undefined ? "" : ` (${errorCode}${errorMessage === undefined ? "" : `: ${errorMessage}`})`;
  switch (status) {
    case "USER_RETRY":
    case "START_RETRY":
    case "END_RETRY":
      return [reason("RETRY", `${name} failed and is tried again by itself${failure}`)];
    case "START_MANUAL":
    case "END_MANUAL":
      return [
        reason(
          "MANUAL",
          `${name} could not be begun after all tries${failure}`,
          "mend the cause, then howdah resume it",
        ),
      ];
    default:
      return applications
        .filter(waitsForRoom)
        .map((one) =>
          reason("NO_ROOM", `${name}: ${one.id} waits in the queue ${one.queue}: ${roomText(one)}`, roomAdvice(one)),
        );
  }
}

function waitsForRoom({ state, diagnostics }: ApplicationNow): boolean {
  // It is still accepted while its first container starts.
  if (state === "ACCEPTED") return !/AM container is (?:launched|assigned)/i.test(diagnostics);
  return state === "SUBMITTED" || state === "NEW" || state === "NEW_SAVING";
}

/** Why an application has no container yet, in YARN's own words made shorter (`AMState` of the schedulers). */
function roomText({ diagnostics }: ApplicationNow): string {
  if (/AM resource limit exceeded/i.test(diagnostics))
    return "its queue gives no more of its share to application masters (launchers and drivers)";
  if (/queue.*(?:full|limit)|exceeds.*(?:queue|limit)/i.test(diagnostics))
    return `its queue is full (${firstLine(diagnostics)})`;
  const first = firstLine(diagnostics);
  return first === "" ? "YARN has not given it a container yet" : first;
}

function roomAdvice({ queue }: ApplicationNow): string {
  return `yarn application -list -appStates RUNNING shows who holds the queue ${queue}; a launcherQueue of its own keeps launchers from filling it`;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]!.replace(/\s+/g, " ").slice(0, 300);
}

function verdictOf({ status }: WorkflowJob, at: readonly WorkflowPlace[], parts: readonly Explanation[]): Verdict {
  if (status === "SUCCEEDED") return "done";
  if (isOver(status)) return "failed";
  if (status !== "RUNNING" && status !== "RUNNINGWITHERROR") return "waits";
  if (at.some(({ status: one }) => one === "START_MANUAL" || one === "END_MANUAL")) return "waits";
  const stuck = (place: WorkflowPlace): boolean => {
    const alive = place.applications.filter(({ state }) => !isApplicationOver(state));
    // A launcher that runs while what it began waits does nothing but wait.
    return alive.some(waitsForRoom) && alive.every((one) => waitsForRoom(one) || isLauncher(one));
  };
  if (at.length > 0 && at.every(stuck)) return "waits";
  return parts.length > 0 && parts.length === at.length && parts.every(({ verdict }) => verdict === "waits")
    ? "waits"
    : "runs";
}

function isLauncher({ type }: ApplicationNow): boolean {
  return type === "Oozie Launcher";
}

async function placeOf(yarn: Yarn, workflow: WorkflowJob, action: WorkflowAction): Promise<WorkflowPlace> {
  const { name, type, status, start, errorCode, errorMessage } = action;
  const found = await applicationsOf(yarn, workflow, action);
  return {
    name,
    type,
    status,
    since: start === undefined ? undefined : utc(start),
    errorCode,
    errorMessage,
    applications: found.map(({ id, name: own, type: kind, queue, state, diagnostics }) => ({
      id,
      name: own,
      type: kind,
      queue,
      state,
      diagnostics,
    })),
  };
}

/** An action's launcher, then what that began; as far as YARN still knows of them. */
export async function applicationsOf(
  yarn: Yarn,
  workflow: Pick<WorkflowJob, "id" | "parentId" | "configuration">,
  action: WorkflowAction,
): Promise<readonly Application[]> {
  const { externalId, childIds } = action;
  if (externalId?.startsWith("application_") !== true) return [];
  const ids = new Set([externalId, ...childIds.map((id) => id.replace(/^job_/, "application_"))]);
  const [known, tagged] = await Promise.all([
    Promise.all([...ids].map((id) => absentFromYarn(yarn.application(id)))),
    yarn.applications({ tags: [launcherTag(workflow, action)] }),
  ]);
  const all = [...known.filter((one) => one !== undefined), ...tagged];
  const begun = action.start?.getTime() ?? 0;
  // Earlier runs of the same action carry the same tag.
  const own = all.filter(({ id, started }) => ids.has(id) || started === undefined || started.getTime() >= begun);
  return [...new Map(own.map((one) => [one.id, one])).values()].sort((a, b) =>
    a.id === externalId ? -1 : b.id === externalId ? 1 : a.id < b.id ? -1 : 1,
  );
}

/** The tag of what a launcher begins (`LauncherHelper.getActionYarnTag` and `getTag`), known while it runs. */
export function launcherTag(
  { parentId, configuration }: Pick<WorkflowJob, "parentId" | "configuration">,
  { id, name }: Pick<WorkflowAction, "id" | "name">,
): string {
  const own = configuration["oozie.action.yarn.tag"] ?? parentId;
  const tag = own === undefined ? id : `${own}@${name}`;
  // Written as a number, which loses zeros in front.
  return `oozie-${createHash("md5").update(tag).digest("hex").replace(/^0+/, "")}`;
}
