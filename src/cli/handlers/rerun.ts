import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import type { CoordinatorJob, WorkflowJob } from "../../connect/oozie/index.ts";
import { lostOf, type LostAction } from "../../operate/lost.ts";
import { findJob } from "../../operate/find.ts";
import {
  dependentCommands,
  overStatuses,
  planRerun,
  refuseOpen,
  rerun,
  rerunWorkflow,
  skippedNodes,
  waitForActions,
  waitForWorkflow,
  type OverStatus,
  type RerunChoice,
  type RerunPlan,
  type WorkflowChoice,
} from "../../operate/rerun.ts";
import { utc } from "../../operate/planned.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { timeOption } from "../values.ts";

/** Dependents that are shown by name. */
const shown = 20;

/** `howdah rerun` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  return withCluster(args, project, async (cluster) => {
    const job = await findJob(cluster, project.definitions, args.positionals[0]!);
    if (job.kind === "coordinator") return ofCoordinator(cluster, project, job, args, io);
    if (job.kind === "workflow") return ofWorkflow(cluster, job, args, io);
    throw new HowdahError(`${job.name} is a bundle: its coordinators are run again one by one`, {
      code: "USAGE",
      next: `howdah rerun ${job.coordinators[0]?.name ?? "NAME"}`,
    });
  });
}

function choiceOf(args: Arguments): RerunChoice {
  const [at, from, until] = [timeOption(args, "at"), timeOption(args, "from"), timeOption(args, "until")];
  const text = args.text("status");
  if (at !== undefined && (from ?? until) !== undefined)
    throw new HowdahError("--at names one action, --from and --until a range: not both", { code: "USAGE" });
  if (from !== undefined && until !== undefined && from >= until)
    throw new HowdahError("--from is not before --until", { code: "WINDOW", next: "a range is from <= t < until" });
  if (text === undefined && at === undefined && (from === undefined || until === undefined))
    throw new HowdahError("which actions?", {
      code: "USAGE",
      next: "--at TIME, --from TIME --until TIME, or --status FAILED,KILLED,TIMEDOUT",
    });
  const statuses = text?.split(",").map((one): OverStatus => {
    const found = overStatuses.find((known) => known === one.trim().toUpperCase());
    if (found !== undefined) return found;
    throw new HowdahError(`--status ${one}: no action that is over has such a state${didYouMean(one, overStatuses)}`, {
      code: "USAGE",
      next: `there are ${overStatuses.join(", ")}`,
    });
  });
  const range = at === undefined ? { from, until } : { from: at, until: (at + 60_000) as Instant };
  return {
    ...(range.from === undefined ? {} : { from: range.from }),
    ...(range.until === undefined ? {} : { until: range.until }),
    ...(statuses === undefined ? {} : { statuses }),
  };
}

async function ofCoordinator(
  cluster: Cluster,
  project: Project,
  job: CoordinatorJob,
  args: Arguments,
  io: Io,
): Promise<number> {
  refuseOptions(args, ["failed", "from-node"], "is for workflows, and this is a coordinator");
  const plan = await planRerun(cluster, project, job, choiceOf(args));
  const dry = args.flag("dry-run");
  if (!dry) refuseOpen(plan);
  if (!dry) await rerun(cluster, plan, { refresh: args.flag("refresh"), eraseOutputs: args.flag("erase-outputs") });
  if (io.json) io.out(JSON.stringify(factsOf(plan, !dry)));
  else for (const line of linesOf(plan, dry)) io.out(line);
  if (dry || !args.flag("wait")) return plan.open.length > 0 ? exitCodes.failed : exitCodes.done;
  const told = (over: number): void => io.status(`${over} of ${plan.actions.length} actions are over`);
  const ended = await waitForActions(cluster, plan, { signal: io.signal, told });
  const failed = ended.filter(({ status }) => status !== "SUCCEEDED");
  const workflows = ended.flatMap(({ status, workflowId }) => (status === "SUCCEEDED" ? (workflowId ?? []) : []));
  const lost = await lostOf(cluster, workflows, io.signal);
  if (io.json) io.out(JSON.stringify({ ended: ended.map(({ id, status }) => ({ id, status })), lost }));
  else {
    io.out(`${ended.length - failed.length} of ${ended.length} ended well`);
    for (const { nominal, status } of failed)
      io.out(`  ${utc(nominal)} ${status}: howdah logs ${job.name} --at ${utc(nominal)}`);
    for (const line of lostLines(lost)) io.out(line);
  }
  return failed.length + lost.length === 0 ? exitCodes.done : exitCodes.failed;
}

function factsOf({ job, actions, open, dependents }: RerunPlan, sent: boolean): Readonly<Record<string, unknown>> {
  const withTime = (one: { readonly nominal: Instant }): object => ({ ...one, nominal: formatOozieTime(one.nominal) });
  return {
    coordinator: job.name,
    id: job.id,
    sent,
    actions: actions.map(withTime),
    open: open.map(withTime),
    dependents: dependents?.map(withTime) ?? null,
  };
}

function linesOf({ job, actions, open, dependents }: RerunPlan, dry: boolean): readonly string[] {
  const stale = dependents ?? [];
  return [
    `${job.name} (${job.id}): ${actions.length} ${actions.length === 1 ? "action" : "actions"} to be run again${dry ? "" : ": sent"}`,
    ...actions.map(
      ({ nominal, number, status, why }) => `  ${formatOozieTime(nominal)}  @${number}  ${status}  ${why}`,
    ),
    ...(open.length === 0 ? [] : [`${open.length} in the range are not over, and are refused:`]),
    ...open.map(({ nominal, number, status }) => `  ${formatOozieTime(nominal)}  @${number}  ${status}`),
    ...(dependents === undefined ? ["what depends on them is not known: this project has no such coordinator"] : []),
    ...(stale.length === 0
      ? []
      : [`${stale.length} actions read what they write, and may be stale afterwards (at most these):`]),
    ...stale
      .slice(0, shown)
      .map(
        ({ coordinator, nominal, status, because }) =>
          `  ${coordinator} ${formatOozieTime(nominal)}  ${status}  reads ${because}`,
      ),
    ...(stale.length > shown ? [`  and ${stale.length - shown} more`] : []),
    ...dependentCommands(stale).map((command) => `  → ${command}`),
    ...(dry ? ["nothing was changed"] : []),
  ];
}

async function ofWorkflow(cluster: Cluster, workflow: WorkflowJob, args: Arguments, io: Io): Promise<number> {
  refuseOptions(
    args,
    ["at", "from", "until", "status", "refresh", "erase-outputs"],
    "is for coordinators, and this is a workflow",
  );
  const node = args.text("from-node");
  if (node !== undefined && args.flag("failed"))
    throw new HowdahError("--failed and --from-node are two ways: not both", { code: "USAGE" });
  const choice: WorkflowChoice =
    node !== undefined ? { fromNode: node } : args.flag("failed") ? { failed: true } : { everything: true };
  const skipped = skippedNodes(workflow, choice);
  const dry = args.flag("dry-run");
  if (!dry) await rerunWorkflow(cluster, workflow, choice);
  const { id, name } = workflow;
  if (io.json) io.out(JSON.stringify({ workflow: name, id, sent: !dry, skipped }));
  else {
    io.out(
      `${name} (${id}) ${dry ? "would be" : "is"} run again${skipped.length === 0 ? ", all of it" : `, without ${skipped.join(", ")}`}`,
    );
    if (dry) io.out("nothing was changed");
  }
  if (dry || !args.flag("wait")) return exitCodes.done;
  const { status } = await waitForWorkflow(cluster, id, io.signal);
  const lost = await lostOf(cluster, [id], io.signal);
  if (io.json) io.out(JSON.stringify({ ended: [{ id, status }], lost }));
  else {
    io.out(status === "SUCCEEDED" ? "it ended well" : `it ended ${status}: howdah logs ${id}`);
    for (const line of lostLines(lost)) io.out(line);
  }
  return status === "SUCCEEDED" && lost.length === 0 ? exitCodes.done : exitCodes.failed;
}

function lostLines(lost: readonly LostAction[]): readonly string[] {
  return lost.map(({ id, name, said }) => `  but ${name} (${id}) did nothing: ${said}`);
}

function refuseOptions(args: Arguments, names: readonly string[], why: string): void {
  const given = names.find((name) => args.text(name) !== undefined || args.flag(name));
  if (given !== undefined) throw new HowdahError(`--${given} ${why}`, { code: "USAGE" });
}
