import { exitCodes, HowdahError } from "../../core/errors.ts";
import { lookedInto } from "../../operate/lost.ts";
import { batchId, batchStatus } from "../../operate/spark/list.ts";
import { jobStatus, projectStatus } from "../../operate/status.ts";
import type { TreeOptions } from "../../operate/tree.ts";
import type { ActionFilter } from "../../connect/oozie/index.ts";
import { batchLine } from "../batches.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { definitionsOf, withCluster } from "../project.ts";
import { treeLines } from "../tree.ts";
import { timeOption } from "../values.ts";

/** `howdah status` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await definitionsOf(args, io);
  const { definitions } = project;
  const [nameOrId] = args.positionals;
  const options = treeOptions(args);
  if (nameOrId === undefined && Object.keys(options).length > 0)
    throw new HowdahError("--all, --status, --from and --until are about one job", {
      code: "USAGE",
      next: "howdah status NAME --all",
    });
  await withCluster(args, project, async (cluster) => {
    const batch = batchId(nameOrId ?? "");
    if (batch !== undefined) {
      const facts = await batchStatus(cluster, batch, project.config.name);
      io.out(io.json ? JSON.stringify(facts) : batchLine(facts, io));
      return;
    }
    if (nameOrId !== undefined) {
      const lost = lookedInto(cluster, io.signal);
      const status = await jobStatus(cluster, definitions, nameOrId, { ...options, lost });
      if (io.json) io.out(JSON.stringify(status));
      else for (const line of treeLines(status.job, { colors: io.colors, current: status.current })) io.out(line);
      return;
    }
    const status = await projectStatus(cluster, project);
    if (io.json) {
      io.out(JSON.stringify(status));
      return;
    }
    const { current } = status;
    io.out(
      current === undefined
        ? `nothing is deployed on ${cluster.name}`
        : `current release ${current} on ${cluster.name}`,
    );
    for (const job of status.jobs) for (const line of treeLines(job, { colors: io.colors, current })) io.out(line);
    for (const one of status.batches) io.out(batchLine(one, io));
    if (status.jobs.length + status.batches.length === 0) io.out("no job is alive or ended lately");
    if (status.batchesUnknown !== undefined) io.say(`which batches Livy has is not known: ${status.batchesUnknown}`);
  });
  return exitCodes.done;
}

/** Which actions of a coordinator are shown. */
export function treeOptions(args: Arguments): TreeOptions {
  const [from, until] = [timeOption(args, "from"), timeOption(args, "until")];
  const status = args.text("status")?.split(",");
  const filter = {
    ...(from === undefined ? {} : { from: new Date(from) }),
    // Oozie's own range has its end in it, and nominal times are whole minutes.
    ...(until === undefined ? {} : { until: new Date(until - 60_000) }),
    ...(status === undefined ? {} : { status: status.map(actionStatus) }),
  };
  return {
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    ...(args.flag("all") ? { shown: 100_000, counted: 1000 } : {}),
  };
}

type Status = NonNullable<ActionFilter["status"]>[number];
const statuses: readonly Status[] = [
  ...(["WAITING", "READY", "SUBMITTED", "RUNNING", "SUSPENDED", "TIMEDOUT"] as const),
  ...(["SUCCEEDED", "KILLED", "FAILED", "IGNORED", "SKIPPED"] as const),
];

function actionStatus(text: string): Status {
  const status = statuses.find((one) => one === text.trim().toUpperCase());
  if (status !== undefined) return status;
  throw new HowdahError(`--status ${text} is none of an action`, {
    code: "USAGE",
    next: `there are ${statuses.join(", ")}`,
  });
}
