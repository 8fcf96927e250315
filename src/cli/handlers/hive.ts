import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import type { HowdahEvent } from "../../core/events.ts";
import { runScript } from "../../operate/hive.ts";
import { applyTables, compareTables, declaredTables } from "../../operate/tables.ts";
import { clusterValues } from "../../operate/values.ts";
import { targetOf } from "../../project/load.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { rendererOf } from "../rows.ts";
import { appliedLine, planFacts, planLines, sameLine } from "../tables.ts";
import { defines } from "../values.ts";

/** `howdah hive apply` */
export async function handleApply(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const { name } = targetOf(project, "cluster", args.text("target"));
  const dryRun = args.flag("dry-run");
  const { signal, json } = io;
  return withCluster(args, project, async (cluster) => {
    io.status(`asking HiveServer2 of ${name} for its tables`);
    const values = await clusterValues(project, cluster, defines(args), signal);
    const plan = await compareTables(cluster, declaredTables(project.definitions, cluster, values), signal);
    io.status("");
    const show = dryRun ? io.out : io.say;
    if (!json) for (const line of planLines(plan, io)) show(line);
    if (dryRun) {
      if (!json && plan.steps.length + plan.refused.length === 0) io.out(sameLine(plan));
      if (json) io.out(JSON.stringify({ target: name, dryRun, ...planFacts(plan) }));
      return plan.refused.length === 0 ? exitCodes.done : exitCodes.usage;
    }
    const emit = (event: HowdahEvent): void => {
      if (!json) io.out(appliedLine(event, io));
    };
    await applyTables(cluster, plan, { signal, emit });
    io.out(json ? JSON.stringify({ target: name, dryRun, ...planFacts(plan) }) : sameLine(plan));
    return exitCodes.done;
  });
}

/** `howdah hive run` */
export async function handleRun(args: Arguments, io: Io): Promise<number> {
  const render = rendererOf(args.text("format"), io);
  const [given] = args.positionals;
  const file = resolve(io.cwd, given!);
  if (!existsSync(file)) throw new HowdahError(`there is no file ${given!}`, { code: "NO_FILE", where: file });
  const script = { text: readFileSync(file, "utf8"), file: given!, variables: defines(args) };
  const project = await projectOf(args, io);
  const { signal } = io;
  const statements = await withCluster(args, project, (cluster) =>
    runScript(
      cluster,
      script,
      async ({ place, statement, seconds, result }) => {
        io.say(
          `${place}  ${statement.length > 80 ? `${statement.slice(0, 79)}…` : statement}  (${seconds.toFixed(1)} s)`,
        );
        if (result !== undefined) await render(result, io);
      },
      { signal, onLog: (line) => io.status(line) },
    ),
  );
  io.say(`ran ${statements} ${statements === 1 ? "statement" : "statements"}`);
  return exitCodes.done;
}
