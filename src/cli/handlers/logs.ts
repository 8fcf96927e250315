import { exitCodes } from "../../core/errors.ts";
import { logs, type LogPart } from "../../operate/logs/logs.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { countOption, timeOption } from "../values.ts";

/** `howdah logs` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const at = timeOption(args, "at");
  const lines = countOption(args, "lines");
  const action = args.text("action");
  const project = await projectOf(args, io);
  return withCluster(args, project, async (cluster) => {
    const request = {
      what: args.positionals[0]!,
      all: args.flag("all"),
      signal: io.signal,
      ...(at === undefined ? {} : { at }),
      ...(lines === undefined ? {} : { lines }),
      ...(action === undefined ? {} : { action }),
    };
    for await (const part of logs(cluster, project.definitions, request)) {
      const text = io.json ? [JSON.stringify(part)] : linesOf(part, io);
      await io.write(text.map((line) => `${line}\n`).join(""));
    }
    return exitCodes.done;
  });
}

function linesOf(part: LogPart, { colors }: Io): readonly string[] {
  const { bold, dim, red } = colors;
  switch (part.is) {
    case "note":
      return [part.text, ...(part.next === undefined ? [] : [`  ${dim("→")} ${part.next}`])];
    case "action": {
      const { path, id, type, status, errorCode, errorMessage, decisive } = part;
      const failure = [errorCode, errorMessage].filter((one) => one !== undefined).join(": ");
      return [
        `${bold(path.join(" › "))} (${type}) ${red(status)}  ${dim(id)}`,
        ...(failure === "" ? [] : [`  ${failure}`]),
        ...decisive.flatMap(({ source, line }, i) => [
          ...(decisive[i - 1]?.source === source ? [] : [`  ${dim(`${source}:`)}`]),
          `    ${red(line)}`,
        ]),
      ];
    }
    case "log": {
      const size = part.bytes === undefined ? "" : `, ${part.bytes} bytes`;
      const rest = part.left === 0 && !part.cut ? "" : `, the last ${part.lines.length} lines`;
      return ["", bold(`-- ${part.source}${size}${rest}`), ...part.lines];
    }
  }
}
