import { exitCodes, HowdahError } from "../../core/errors.ts";
import type { HowdahEvent } from "../../core/events.ts";
import { dispatch, tryBatches, type Dispatched } from "../../operate/spark/dispatch.ts";
import type { SparkPlan, SparkRequest } from "../../operate/spark/plan.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import type { Instant } from "../../core/time.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { Batches, decisiveLines } from "../batches.ts";
import { defines, durationOption, timeOption } from "../values.ts";

/** `howdah spark submit` */
export async function handleSubmit(args: Arguments, io: Io): Promise<number> {
  const [from, until] = [timeNeeded(args, "from"), timeNeeded(args, "until")];
  const [release, timeout] = [args.text("release"), durationOption(args, "timeout", Infinity)];
  const project = await projectOf(args, io);
  const request: SparkRequest = {
    jobs: [...new Set(args.positionals)],
    from,
    until,
    given: defines(args),
    rerun: args.flag("rerun"),
    ...(release === undefined ? {} : { release }),
  };
  const shown = new Batches(io);
  const options = {
    emit: (event: HowdahEvent) => shown.take(event),
    signal: io.signal,
    beside: args.flag("beside"),
    detach: args.flag("detach"),
    timeout,
  };
  return withCluster(args, project, async (cluster) => {
    if (args.flag("dry-run")) {
      renderDryRun(await tryBatches(project, cluster, request, options), io);
      return exitCodes.done;
    }
    const sent = await dispatch(project, cluster, request, options);
    io.status("");
    return ended(project, cluster, request, sent, io);
  });
}

function timeNeeded(args: Arguments, name: "from" | "until"): Instant {
  const time = timeOption(args, name);
  if (time !== undefined) return time;
  throw new HowdahError(`--${name} is missing: a job is run for a range of times`, {
    code: "USAGE",
    next: "--from 2012-03-01T00:00Z --until 2012-03-02T00:00Z",
  });
}

/** Says why the last one failed, and what was not run because of it. */
async function ended(
  project: Project,
  cluster: Cluster,
  { jobs }: SparkRequest,
  sent: readonly Dispatched[],
  io: Io,
): Promise<number> {
  const failed = sent.find(({ end }) => end?.succeeded === false);
  if (failed?.end === undefined) return exitCodes.done;
  for await (const line of decisiveLines(project, cluster, failed.end, io)) io.out(line);
  const begun = sent.flatMap((one) => (one === failed ? upTo(one.jobs, one.end?.progress?.job) : one.jobs));
  const left = jobs.filter((job) => !begun.includes(job));
  if (left.length > 0) {
    if (io.json) io.out(JSON.stringify({ event: "batches.left", jobs: left }));
    else io.say(`not run: ${left.join(", ")}`);
  }
  return failed.end.exitCode;
}

/** All where it is not known how far a batch came. */
function upTo(jobs: readonly string[], last: string | undefined): readonly string[] {
  return last === undefined ? jobs : jobs.slice(0, jobs.indexOf(last) + 1);
}

function renderDryRun({ batches, release, shown }: SparkPlan, io: Io): void {
  const all = batches.map(({ units, name: { jobs, first, last }, request, secret }) => ({
    ...{ jobs, first, last },
    units: units.length,
    request: { ...request, args: request.args?.map((one) => masked(one, secret)) },
  }));
  if (io.json) return io.out(JSON.stringify({ release, batches: all, values: shown }));
  for (const one of all) io.out(JSON.stringify(one, undefined, 2));
  io.out(`nothing stands in the way, and ${io.colors.green("nothing was posted")}`);
}

/** `name=value` without the value of a secret. */
function masked(argument: string, secret: ReadonlySet<string>): string {
  const [name = ""] = argument.split("=", 1);
  return argument.includes("=") && secret.has(name) ? `${name}=******` : argument;
}
