import { setTimeout as pause } from "node:timers/promises";
import {
  isOver,
  type CoordinatorAction,
  type CoordinatorActionStatus,
  type CoordinatorJob,
  type WorkflowJob,
} from "../connect/oozie/index.ts";
import { didYouMean, HowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Project } from "../project/load.ts";
import { newestJobs } from "./newest.ts";
import { dataOf, instantOf, type Planned } from "./planned.ts";
import { isActionOver } from "./why/action.ts";

/** States of actions that can be run again. */
export const overStatuses = ["SUCCEEDED", "FAILED", "KILLED", "TIMEDOUT", "SKIPPED", "IGNORED"] as const;
export type OverStatus = (typeof overStatuses)[number];

/** Which actions of a coordinator are to be run again. */
export interface RerunChoice {
  /** Nominal times `from <= t < until`. */
  readonly from?: Instant;
  readonly until?: Instant;
  /** Any of them. @default whatever is over */
  readonly statuses?: readonly OverStatus[];
}

export interface RerunAction {
  readonly number: number;
  readonly nominal: Instant;
  readonly status: CoordinatorActionStatus;
  /** Why it is among them, for people. */
  readonly why: string;
}

/** An action that reads what reruns write, straight or through others. */
export interface Dependent {
  readonly coordinator: string;
  readonly id: string;
  readonly nominal: Instant;
  readonly status: CoordinatorActionStatus;
  /** What of its inputs is made anew: `session-sales 2012-03-01T05:00Z`. */
  readonly because: string;
}

export interface RerunPlan {
  readonly job: CoordinatorJob;
  readonly actions: readonly RerunAction[];
  /** In the range, and not over: they cannot be run again. */
  readonly open: readonly RerunAction[];
  /** An upper bound: by the calendar, whether the rows differ or not. Undefined where the project does not know the coordinator. */
  readonly dependents: readonly Dependent[] | undefined;
}

/** How many actions one request names. */
const page = 500;

/** Lists exactly what a rerun would run, and why. Throws `RERUN_NOTHING`. */
export async function planRerun(
  cluster: Cluster,
  project: Project,
  job: CoordinatorJob,
  choice: RerunChoice,
): Promise<RerunPlan> {
  const { from, until, statuses } = choice;
  const range = {
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(until === undefined ? {} : { until: new Date(until) }),
  };
  const actions: RerunAction[] = [];
  const open: RerunAction[] = [];
  for await (const one of cluster.oozie.actions(job.id, {
    ...range,
    ...(statuses === undefined ? {} : { status: statuses }),
  })) {
    // The server's range has both its ends in it.
    if (until !== undefined && one.nominal.getTime() >= until) continue;
    const why = [
      ...(from === undefined && until === undefined ? [] : ["in the range"]),
      ...(statuses === undefined ? [] : [`${one.status} is asked for`]),
    ].join(", ");
    const { number, status } = one;
    (isActionOver(one) ? actions : open).push({ number, nominal: instantOf(one.nominal), status, why });
  }
  if (actions.length + open.length === 0)
    throw new HowdahError(
      `no action of ${job.name} (${job.id}) is meant${statuses === undefined ? "" : `: none is ${statuses.join(" or ")}`}`,
      {
        code: "RERUN_NOTHING",
        next: `howdah simulate ${job.name} lists its nominal times; howdah why ${job.name} says how it stands`,
      },
    );
  return { job, actions, open, dependents: await dependentsOf(cluster, project, job, actions) };
}

/** Throws `RERUN_OPEN` for actions that are not over, which Oozie refuses (E1018). */
export function refuseOpen({ job, open }: RerunPlan): void {
  if (open.length === 0) return;
  const list = open.slice(0, 5).map(({ nominal, status }) => `${formatOozieTime(nominal)} is ${status}`);
  throw new HowdahError(
    `${open.length} of the actions are not over: ${list.join(", ")}${open.length > 5 ? ", …" : ""}`,
    {
      code: "RERUN_OPEN",
      fault: "run",
      where: job.id,
      next: `leave them out with --status ${overStatuses.slice(0, 4).join(",")}, or wait for them: howdah why ${job.name}`,
    },
  );
}

/** Actions of all coordinators of the project that read what these write, and what those write in turn. */
async function dependentsOf(
  cluster: Cluster,
  project: Project,
  job: CoordinatorJob,
  actions: readonly RerunAction[],
): Promise<readonly Dependent[] | undefined> {
  const others = await newestJobs(cluster, project);
  const own =
    others.find(({ job: { id } }) => id === job.id)?.plan ?? others.find(({ name }) => name === job.name)?.plan;
  if (own === undefined) return undefined;
  if (actions.length === 0) return [];
  const stale = new Set<string>();
  const add = (plan: Planned, nominal: Instant): void => {
    for (const { dataSet, time } of dataOf(plan, nominal).writes) stale.add(keyOf(dataSet.name, time));
  };
  const again = new Set(actions.map(({ nominal }) => keyOf(job.name, nominal)));
  for (const { nominal } of actions) add(own, nominal);
  if (stale.size === 0) return [];
  const first = Math.min(...actions.map(({ nominal }) => nominal));
  const candidates: {
    readonly name: string;
    readonly plan: Planned;
    readonly action: CoordinatorAction;
    readonly reads: readonly string[];
  }[] = [];
  for (const { name, job: other, plan } of others) {
    if (plan === undefined) continue;
    // One that reads a whole day has its nominal time at the day's beginning.
    for await (const action of cluster.oozie.actions(other.id, { from: new Date(first - reach(plan)) })) {
      const nominal = instantOf(action.nominal);
      if (again.has(keyOf(name, nominal))) continue;
      candidates.push({
        name,
        plan,
        action,
        reads: dataOf(plan, nominal).reads.map(({ dataSet, time }) => keyOf(dataSet.name, time)),
      });
    }
  }
  const found = new Map<string, Dependent>();
  for (let more = true; more;) {
    more = false;
    for (const { name, plan, action, reads } of candidates) {
      const because = found.has(action.id) ? undefined : reads.find((one) => stale.has(one));
      if (because === undefined) continue;
      const nominal = instantOf(action.nominal);
      found.set(action.id, { coordinator: name, id: action.id, nominal, status: action.status, because });
      add(plan, nominal);
      more = true;
    }
  }
  return [...found.values()].sort((a, b) => a.nominal - b.nominal || (a.coordinator < b.coordinator ? -1 : 1));
}

/** How far ahead of its nominal time a coordinator's actions read, at the most. */
function reach({ simulation }: Planned): number {
  let most = 0;
  for (const { nominal, reads } of simulation.actions(
    simulation.schedule.start,
    (simulation.schedule.start + 40 * 86_400_000) as Instant,
  )) {
    for (const { resolved } of reads) for (const time of resolved.times) most = Math.max(most, time - nominal);
    break;
  }
  // Days and months are not all as long as the first.
  return most === 0 ? 0 : 2 * most;
}

function keyOf(name: string, time: Instant): string {
  return `${name} ${formatOozieTime(time)}`;
}

/** Runs the actions of a plan again, so many a request. Outputs are not erased first unless that is asked for. */
export async function rerun(
  { oozie }: Cluster,
  { job, actions }: RerunPlan,
  { refresh = false, eraseOutputs = false }: { readonly refresh?: boolean; readonly eraseOutputs?: boolean } = {},
): Promise<void> {
  for (let i = 0; i < actions.length; i += page) {
    const numbers = actions.slice(i, i + page).map(({ number }) => number);
    await oozie.rerunActions(job.id, { actions: ranges(numbers) }, { refresh, cleanup: eraseOutputs });
  }
}

/** `1-3,7`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const number of sorted) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** How a workflow is to be run again. */
export type WorkflowChoice =
  /** Where it failed. */
  | { readonly failed: true }
  /** From a node on: what was done before it is left alone. */
  | { readonly fromNode: string }
  | { readonly everything: true };

/** Nodes that are left alone. Throws `RERUN_OPEN` for a workflow that is not over, `NO_ACTION`. */
export function skippedNodes(workflow: WorkflowJob, choice: WorkflowChoice): readonly string[] {
  const { id, name, status, actions } = workflow;
  if (!isOver(status))
    throw new HowdahError(`the workflow ${name} is ${status}: only one that is over can be run again`, {
      code: "RERUN_OPEN",
      fault: "run",
      where: id,
      next: `howdah why ${id} says where it is; howdah kill ${id} ends it`,
    });
  const own = actions.filter(({ type }) => !type.startsWith(":"));
  const done = own.filter((one) => one.status === "OK");
  if ("everything" in choice) return [];
  if ("failed" in choice) return done.map((one) => one.name);
  const node = own.find((one) => one.name === choice.fromNode);
  if (node === undefined) {
    const names = own.map((one) => one.name);
    throw new HowdahError(
      `the workflow ${name} has not come to a node ${choice.fromNode}${didYouMean(choice.fromNode, names)}`,
      {
        code: "NO_ACTION",
        where: id,
        next: `it has come to ${names.join(", ")}`,
      },
    );
  }
  // The server gives them in the order in which they began (GET_ACTIONS_FOR_WORKFLOW), but their times in whole seconds.
  const before = new Set(own.slice(0, own.indexOf(node)));
  return done.filter((one) => before.has(one)).map((one) => one.name);
}

/** Runs a workflow that is over again. */
export async function rerunWorkflow({ oozie }: Cluster, workflow: WorkflowJob, choice: WorkflowChoice): Promise<void> {
  const skip = skippedNodes(workflow, choice);
  await oozie.rerunWorkflow(workflow.id, "failed" in choice ? { failed: true } : { skip });
}

/** How often it is asked whether reruns have ended. */
const askEvery = 3000;

/** Waits until actions of a coordinator are over, and gives them. `told` hears how many are. */
export async function waitForActions(
  { oozie }: Cluster,
  { job, actions }: RerunPlan,
  { signal, told }: { readonly signal: AbortSignal; readonly told: (over: number) => void },
): Promise<readonly CoordinatorAction[]> {
  const numbers = new Set(actions.map(({ number }) => number));
  const nominals = actions.map(({ nominal }) => nominal);
  const range = { from: new Date(Math.min(...nominals)), until: new Date(Math.max(...nominals)) };
  for (;;) {
    signal.throwIfAborted();
    const found: CoordinatorAction[] = [];
    for await (const one of oozie.actions(job.id, range)) if (numbers.has(one.number)) found.push(one);
    const over = found.filter(isActionOver).length;
    told(over);
    if (over === found.length) return found;
    await pause(askEvery, undefined, { signal });
  }
}

/** Waits until a workflow is over, and gives it. */
export async function waitForWorkflow({ oozie }: Cluster, id: string, signal: AbortSignal): Promise<WorkflowJob> {
  for (;;) {
    signal.throwIfAborted();
    const workflow = await oozie.workflow(id);
    if (isOver(workflow.status)) return workflow;
    await pause(askEvery, undefined, { signal });
  }
}

/** When the first and the last action of a plan are, for people. */
export function spanText({ actions }: RerunPlan): string {
  const [first, last] = [actions[0], actions.at(-1)];
  if (first === undefined || last === undefined) return "";
  return first === last
    ? formatOozieTime(first.nominal)
    : `${formatOozieTime(first.nominal)} … ${formatOozieTime(last.nominal)}`;
}

/** Commands that run dependents again, in the order of their coordinators' first ones. */
export function dependentCommands(dependents: readonly Dependent[]): readonly string[] {
  const done = dependents.filter(({ status }) => status === "SUCCEEDED");
  const byName = new Map<string, Dependent[]>();
  for (const one of done) byName.set(one.coordinator, [...(byName.get(one.coordinator) ?? []), one]);
  return [...byName].map(([name, all]) => {
    const until = formatOozieTime((all.at(-1)!.nominal + 60_000) as Instant);
    return all.length === 1
      ? `howdah rerun ${name} --at ${formatOozieTime(all[0]!.nominal)}`
      : `howdah rerun ${name} --from ${formatOozieTime(all[0]!.nominal)} --until ${until} --status SUCCEEDED`;
  });
}
