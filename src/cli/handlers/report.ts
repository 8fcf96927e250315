import { resolve } from "node:path";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import { states, type ReportFacts } from "../../report/facts.ts";
import { gatherReport } from "../../report/gather.ts";
import { graphOf, renderSvg, warmUp } from "../../report/graph/index.ts";
import { refuseFolder, writePage } from "../../report/write.ts";
import type { Arguments } from "../command.ts";
import { bytesText, countText } from "../bytes.ts";
import type { Io } from "../io.ts";
import { nearby } from "../nearby.ts";
import { projectOf, withTarget } from "../project.ts";
import { defines, timeOption } from "../values.ts";

/** `howdah report` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const out = args.text("out");
  if (out === undefined && !io.json)
    throw new HowdahError("report needs a file to write", {
      code: "USAGE",
      next: "howdah report --out report.html, or --json for the facts alone",
    });
  const [from, until, title] = [timeOption(args, "from"), timeOption(args, "until"), args.text("title")];
  const file = out === undefined ? undefined : resolve(io.cwd, out);
  // Before the work, not after it.
  if (file !== undefined) {
    refuseFolder(file);
    warmUp();
  }
  const project = await projectOf(args, io);
  io.status("looking at the hours");
  const facts = await withTarget(
    args,
    project,
    defines(args),
    (target) =>
      gatherReport(target, {
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
        ...(title === undefined ? {} : { title }),
        signal: io.signal,
      }),
    { snapshot: true },
  );
  const bytes = file === undefined ? undefined : writePage(facts, await renderSvg(graphOf(project)), file);
  io.status("");
  if (io.json) io.out(JSON.stringify({ ...facts, page: file === undefined ? null : { file, bytes } }));
  else {
    io.out(`${io.colors.green("written")}: ${nearby(file!, io)}  ${bytesText(bytes!)}`);
    io.out(summary(facts));
  }
  for (const { title: insight, error } of facts.insights)
    if (error !== undefined) io.say(`${io.colors.yellow("no answer")}: ${insight}: ${error.message}`);
  return exitCodes.done;
}

/** `2012-03-01T00:00Z … 2012-03-16T01:00Z, 14 data sets: 12 missing, 20 empty, 4,990 done` */
function summary({ dataSets, from, until }: ReportFacts): string {
  const all = dataSets.flatMap(({ instances }) => instances);
  const counts = states.flatMap((state) => {
    const count = all.filter((instance) => instance.state === state).length;
    return count === 0 ? [] : [`${count.toLocaleString("en")} ${state}`];
  });
  return `${from} … ${until}, ${countText(dataSets.length, "data set")}: ${counts.join(", ")}`;
}
