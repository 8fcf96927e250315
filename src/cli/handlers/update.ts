import { redact } from "../../connect/redact.ts";
import type { CoordinatorJob } from "../../connect/oozie/index.ts";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import { findJob } from "../../operate/find.ts";
import { currentBuild, handOver, madeText, planUpdate, update, type UpdatePlan } from "../../operate/update.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { defines } from "../values.ts";

/** `howdah update` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  return withCluster(args, project, async (cluster) => {
    const built = await currentBuild(cluster, project, defines(args));
    for (const job of await jobsOf(cluster, project, args.positionals[0]!)) {
      const plan = await planUpdate(cluster, project, built, job);
      const difference = redact(await update(cluster, plan, args.flag("dry-run")));
      if (io.json) io.out(JSON.stringify(factsOf(plan, difference, !args.flag("dry-run"))));
      else for (const line of linesOf(plan, difference, args.flag("dry-run"))) io.out(line);
    }
    return exitCodes.done;
  });
}

async function jobsOf(cluster: Cluster, project: Project, name: string): Promise<readonly CoordinatorJob[]> {
  const job = await findJob(cluster, project.definitions, name);
  if (job.kind === "coordinator") return [job];
  if (job.kind === "bundle") return Promise.all(job.coordinators.map(({ id }) => cluster.oozie.coordinator(id)));
  throw new HowdahError(`${name} is a workflow, which keeps the definition that it began with`, {
    code: "NOT_A_COORDINATOR",
    next: `howdah submit ${job.name} submits it as it is now`,
  });
}

function factsOf(plan: UpdatePlan, difference: string, done: boolean): Readonly<Record<string, unknown>> {
  const { job, from, to, values, fixed, made } = plan;
  const commands = handOver(plan);
  return {
    coordinator: job.name,
    id: job.id,
    done,
    from: from ?? null,
    to,
    values: values.map(shown),
    fixed,
    made,
    difference,
    commands,
  };
}

function linesOf(plan: UpdatePlan, difference: string, dry: boolean): readonly string[] {
  const { job, from, to, values, fixed } = plan;
  const made = madeText(plan);
  return [
    `${job.name} (${job.id}): release ${from ?? "unknown"} → ${to}`,
    ...values.map(shown).map(({ name, running, here }) => `  ${name}: ${running ?? "none"} → ${here}`),
    ...(difference === ""
      ? ["  Oozie sees no difference"]
      : difference
          .trimEnd()
          .split(/\r?\n/)
          .map((line) => `  ${line}`)),
    ...(fixed.length === 0 ? [] : ["an update cannot change, and so it stays:"]),
    ...fixed.map(({ what, running, here }) => `  ${what}: ${running}, and ${here} here`),
    ...handOver(plan).map((command) => `  → ${command}`),
    ...(made === undefined ? [] : [made]),
    dry ? "nothing was changed" : "updated",
  ];
}

/** What looks like a secret by its name is not shown. */
function shown({ name, running, here }: UpdatePlan["values"][number]): UpdatePlan["values"][number] {
  const hide = (value: string): string => redact(`${name}=${value}`).slice(name.length + 1);
  return { name, running: running === undefined ? undefined : hide(running), here: hide(here) };
}
