import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import { runScript } from "../../operate/hive.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { rendererOf } from "../rows.ts";
import { defines } from "../values.ts";

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
