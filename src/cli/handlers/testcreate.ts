import { exitCodes, HowdahError } from "../../core/errors.ts";
import { createCase } from "../../local/cases/create.ts";
import { jobNamed } from "../../local/cases/find.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withTarget } from "../project.ts";
import { countOption, defines } from "../values.ts";

/** `howdah test create` */
export async function create(args: Arguments, io: Io): Promise<number> {
  const [, jobName, other] = args.positionals;
  const key = args.text("hour");
  if (jobName === undefined || other !== undefined || key === undefined)
    throw new HowdahError("test create takes one job and --hour KEY", {
      code: "USAGE",
      next: "howdah test create JOB --hour 20120301_08",
    });
  const rows = countOption(args, "rows") ?? 20;
  const [name, where] = [args.text("name"), args.text("where")];
  const project = await projectOf(args, io);
  const compiled = jobNamed(project.jobs, jobName);
  const created = await withTarget(args, project, defines(args), (target) =>
    createCase(target, compiled, {
      key,
      rows,
      ...(name === undefined ? {} : { name }),
      ...(where === undefined ? {} : { where }),
    }),
  );
  if (io.json) io.out(JSON.stringify(created));
  else {
    io.out(`${created.file}: ${created.name}`);
    for (const { name: relation, taken, of } of created.given)
      io.out(`  ${relation}: ${taken === of ? `all ${of}` : `${taken} of ${of}`} rows`);
    io.out("what it expects is what the job makes of these rows now: see that it is right");
  }
  return exitCodes.done;
}
