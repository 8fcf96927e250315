import { jobStatus } from "../../operate/status.ts";
import type { Arguments } from "../command.ts";
import { followShown } from "../following.ts";
import type { Io } from "../io.ts";
import { definitionsOf, withCluster } from "../project.ts";
import { durationOption } from "../values.ts";

/** `howdah watch` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await definitionsOf(args, io);
  return withCluster(args, project, async (cluster) => {
    const quick = { shown: 0, workflows: false };
    const { current, job } = await jobStatus(cluster, project.definitions, args.positionals[0]!, quick);
    return followShown(cluster, job.id, io, { current, timeout: durationOption(args, "timeout", Infinity) });
  });
}
