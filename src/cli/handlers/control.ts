import { exitCodes, HowdahError } from "../../core/errors.ts";
import { carryOut, plan, type CoordinatorPlan, type Plan, type SomeActions, type Verb } from "../../operate/control.ts";
import { isBatchOver } from "../../connect/livy.ts";
import { isJobId } from "../../operate/find.ts";
import { cancelBatch } from "../../operate/spark/cancel.ts";
import { batchId, batchStatus } from "../../operate/spark/list.ts";
import type { Cluster } from "../../project/cluster.ts";
import { parseBatchName } from "../../release/batchname.ts";
import { batchLine, cancelledText } from "../batches.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { definitionsOf, withCluster } from "../project.ts";
import { statusText } from "../tree.ts";
import { durationOption, timeOption } from "../values.ts";

/** `howdah kill`, `suspend` and `resume` */
export async function handle(verb: Verb, args: Arguments, io: Io): Promise<number> {
  const project = await definitionsOf(args, io);
  const some = verb === "kill" ? someActions(args) : {};
  const [timeout, wait] = [durationOption(args, "timeout", Infinity), args.flag("wait")];
  return withCluster(args, project, async (cluster) => {
    const batches = args.positionals.flatMap((one) => batchId(one) ?? []);
    if (batches.length > 0) {
      if (verb !== "kill" || batches.length < args.positionals.length)
        throw new HowdahError(`batches of Livy can be killed, by themselves: ${args.positionals.join(" ")}`, {
          code: "USAGE",
          next: `howdah kill ${batches.map((id) => `livy:${id}`).join(" ")}`,
        });
      await killBatches(cluster, project.config.name, batches, args.flag("dry-run"), io);
      return exitCodes.done;
    }
    const plans: Plan[] = [];
    for (const one of args.positionals) plans.push(await plan(cluster, project.definitions, verb, one, some));
    if (!io.json) for (const one of plans) for (const line of planLines(one, io)) io.out(line);
    const named = args.positionals.filter((one, i) => !isJobId(one) && plans[i]!.kind !== "workflow");
    const dryRun = args.flag("dry-run");
    if (verb === "kill" && !dryRun && named.length > 0 && !args.flag("yes"))
      throw new HowdahError(
        `nothing was killed: ${named.join(", ")} ${named.length === 1 ? "is a name" : "are names"}`,
        {
          code: "USAGE",
          next: `--yes kills what is listed; or name it by its id: ${plans.map(({ id }) => id).join(" ")}`,
        },
      );
    if (!dryRun) for (const one of plans) await carryOut(cluster, one, { wait, timeout, signal: io.signal });
    if (io.json) io.out(JSON.stringify({ dryRun, jobs: plans }));
    else if (dryRun) io.out("nothing was changed");
    return exitCodes.done;
  });
}

async function killBatches(
  cluster: Cluster,
  project: string,
  ids: readonly number[],
  dryRun: boolean,
  io: Io,
): Promise<void> {
  const all = await Promise.all(ids.map((id) => batchStatus(cluster, id, project)));
  const killed: Record<string, unknown>[] = [];
  for (const [i, { name, state, application }] of all.entries()) {
    if (!io.json) io.out(batchLine(all[i]!, io));
    if (isBatchOver(state)) {
      if (!io.json) io.out(`  is over already: ${state}`);
      continue;
    }
    if (dryRun) continue;
    const ref = { id: ids[i]!, name: name === undefined ? undefined : parseBatchName(name, project), application };
    const cancelled = { ...(await cancelBatch(cluster, ref)), id: ids[i]! };
    killed.push(cancelled);
    if (!io.json) io.out(cancelledText(cancelled, io.colors));
  }
  if (io.json) io.out(JSON.stringify({ dryRun, batches: all, killed }));
  else if (dryRun) io.out("nothing was changed");
}

function someActions(args: Arguments): SomeActions {
  const [from, until, actions] = [timeOption(args, "from"), timeOption(args, "until"), args.text("actions")];
  if (actions !== undefined && (from ?? until) !== undefined)
    throw new HowdahError("--actions and --from or --until both say which actions", {
      code: "USAGE",
      next: "give one of the two",
    });
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(actions === undefined ? {} : { actions }),
  };
}

function planLines(
  { verb, kind, name, id, status, idle, coordinators, actions }: Plan,
  { colors }: Io,
): readonly string[] {
  const own = `${kind} ${name} ${id}`;
  if (idle !== undefined) return [`${own} ${idle}`];
  if (actions !== undefined)
    return [
      `${verb}: ${actions.length} actions of ${own}`,
      ...actions.map((one) => `  #${one.number}  ${one.nominal}  ${statusText(one.status, colors)}`),
    ];
  return [
    `${verb}: ${own}  ${statusText(status, colors)}`,
    ...coordinators.map((one) => `  ${coordinatorText(verb, one)}`),
  ];
}

function coordinatorText(verb: Verb, { name, alive, due, throttle, concurrency }: CoordinatorPlan): string {
  const are = alive === 1 ? "1 action is" : `${alive} actions are`;
  if (verb !== "resume") return `${name}: ${are} alive`;
  const more = due === 0 ? "" : `, and ${due} more are due and made at once, at most ${throttle} waiting side by side`;
  const running = concurrency < 0 ? "any number runs" : `${concurrency} may run`;
  return `${name}: ${are} released at once${more}; ${running} side by side`;
}
