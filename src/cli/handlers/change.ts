import { exitCodes, HowdahError } from "../../core/errors.ts";
import { formatOozieTime } from "../../core/time.ts";
import { makeChange, planChange, type Change, type ChangedAction } from "../../operate/change.ts";
import { coordinatorJob } from "../../operate/newest.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { countOption, timeOption } from "../values.ts";

/** `howdah change` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const change = changeOf(args);
  const project = await projectOf(args, io);
  return withCluster(args, project, async (cluster) => {
    const job = await coordinatorJob(cluster, project, args.positionals[0]!);
    const plan = await planChange(cluster, job, change);
    const dry = args.flag("dry-run");
    if (!dry) await makeChange(cluster, plan);
    const { differences, dropped, inTheWay } = plan;
    const facts = (all: readonly ChangedAction[]): readonly object[] =>
      all.map((one) => ({ ...one, nominal: formatOozieTime(one.nominal) }));
    if (io.json)
      io.out(
        JSON.stringify({
          coordinator: job.name,
          id: job.id,
          done: !dry,
          differences,
          dropped: facts(dropped),
          inTheWay: facts(inTheWay),
        }),
      );
    else {
      io.out(`${job.name} (${job.id})`);
      for (const one of differences) io.out(`  ${one}`);
      for (const { nominal, status } of dropped)
        io.out(`  ${formatOozieTime(nominal)} ${status} ${dry ? "would be" : "is"} taken away`);
      for (const { nominal, status } of inTheWay) io.out(`  ${formatOozieTime(nominal)} ${status} is in the way`);
      if (dry) io.out("nothing was changed");
    }
    return inTheWay.length > 0 ? exitCodes.failed : exitCodes.done;
  });
}

function changeOf(args: Arguments): Change {
  const [end, pause] = [timeOption(args, "end"), timeOption(args, "pause")];
  const concurrency = args.text("concurrency") === "-1" ? -1 : countOption(args, "concurrency");
  if (pause !== undefined && args.flag("no-pause"))
    throw new HowdahError("--pause and --no-pause: not both", { code: "USAGE" });
  if ((end ?? pause ?? concurrency) === undefined && !args.flag("no-pause"))
    throw new HowdahError("what is to be changed?", {
      code: "USAGE",
      next: "--end, --pause, --no-pause or --concurrency",
    });
  return {
    ...(end === undefined ? {} : { end }),
    ...(args.flag("no-pause") ? { pause: "none" as const } : pause === undefined ? {} : { pause }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}
