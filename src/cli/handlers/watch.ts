import { batchStatus, batchId } from "../../operate/spark/list.ts";
import { followBatch } from "../../operate/spark/follow.ts";
import { jobStatus } from "../../operate/status.ts";
import { parseBatchName } from "../../release/batchname.ts";
import { batchLabel, Batches, decisiveLines } from "../batches.ts";
import type { Arguments } from "../command.ts";
import { followShown } from "../following.ts";
import type { Io } from "../io.ts";
import { definitionsOf, withCluster } from "../project.ts";
import { durationOption } from "../values.ts";

/** `howdah watch` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await definitionsOf(args, io);
  const [what, timeout] = [args.positionals[0]!, durationOption(args, "timeout", Infinity)];
  return withCluster(args, project, async (cluster) => {
    const id = batchId(what);
    if (id !== undefined) {
      const facts = await batchStatus(cluster, id, project.config.name);
      const { name: spelled = "", application } = facts;
      const shown = new Batches(io, batchLabel(facts));
      const ref = { id, name: parseBatchName(spelled, project.config.name), application };
      const end = await followBatch(cluster, ref, { timeout, signal: io.signal, emit: (event) => shown.take(event) });
      if (!end.succeeded) for await (const line of decisiveLines(project, cluster, end, io)) io.out(line);
      return end.exitCode;
    }
    const quick = { shown: 0, workflows: false };
    const { current, job } = await jobStatus(cluster, project.definitions, what, quick);
    return followShown(cluster, job.id, io, { current, timeout });
  });
}
