import { didYouMean, exitCodes, HowdahError } from "../../../core/errors.ts";
import { defaultPorts } from "../../../sandbox/ports.ts";
import { parts, usualParts, type Part } from "../../../sandbox/services.ts";
import { up, type UpReport } from "../../../sandbox/up.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { choicesOf } from "./choices.ts";
import { seconds, size } from "./format.ts";
import { Progress } from "./progress.ts";
import { namedSandbox } from "./which.ts";

/** `howdah sandbox up` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const begun = performance.now();
  const sandbox = namedSandbox(args);
  const progress = new Progress(io);
  const choices = choicesOf(args, sandbox.choices);
  try {
    const report = await up(sandbox, {
      parts: partsOf(args.text("only")),
      choices,
      emit: (event) => progress.take(event),
      signal: io.signal,
    });
    progress.end();
    if (io.json) io.out(JSON.stringify({ started: report.started, ...report.status }));
    else summarise(report, performance.now() - begun, io);
    return exitCodes.done;
  } finally {
    progress.end();
  }
}

function partsOf(text: string | undefined): readonly Part[] {
  if (text === undefined) return usualParts;
  return text.split(",").map((word) => {
    const part = parts.find((one) => one === word.trim());
    if (part !== undefined) return part;
    throw new HowdahError(`--only: there is no part ${word}${didYouMean(word, parts)}`, {
      code: "USAGE",
      next: `the parts are ${parts.join(", ")}`,
    });
  });
}

/** Ends with what a person can act on. */
function summarise({ sandbox, started, status }: UpReport, ms: number, io: Io): void {
  const { green, dim } = io.colors;
  const healthy = status.services.filter(({ state }) => state === "healthy");
  for (const { title, address } of healthy) if (address !== undefined) io.out(`  ${title.padEnd(22)} ${address}`);
  const what = started.length === 0 ? "all healthy before" : `${started.length} started in ${seconds(ms)}`;
  io.out(`${green("healthy")} ${healthy.length} servers, ${size(status.resident)} of memory (${what})`);
  const named = sandbox.name === "default" ? "" : ` --name ${sandbox.name}`;
  const next: readonly (readonly [string, string])[] = [
    [`howdah sandbox sh${named} hdfs dfs -ls /`, "also yarn, beeline, oozie, spark-submit, pyspark"],
    [`howdah sandbox status${named}`, "logs SERVICE, env, reset"],
    [`howdah sandbox down${named}`, "stops it; data stay"],
  ];
  const width = Math.max(...next.map(([command]) => command.length));
  for (const [command, more] of next) io.out(`  ${command.padEnd(width)}  ${dim(more)}`);
  if (sandbox.ports.namenode !== defaultPorts.namenode)
    io.out(dim(`  ports are ${sandbox.choices.portOffset} higher than usual; a target must name them`));
}
