import { errorFacts, exitCodes, HowdahError, isHowdahError, messageOf } from "howdah";
import { land } from "./landing/landing.ts";
import { help, readOptions } from "./landing/options.ts";
import { progressLine } from "./landing/progress.ts";
import { summaryText } from "./landing/summary.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");
const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () =>
    interruption.abort(
      new HowdahError("interrupted: nothing was landed", { code: "INTERRUPTED", exitCode: exitCodes.interrupted }),
    ),
  );

const progress = progressLine(process.stderr);
try {
  const given = readOptions(args);
  if (given === undefined) console.log(help);
  else {
    const summary = await land(given.landing, given.request, { progress: progress.show, signal: interruption.signal });
    progress.clear();
    console.log(json ? JSON.stringify(summary) : summaryText(summary, given.data));
  }
} catch (error) {
  progress.clear();
  process.exitCode = isHowdahError(error) ? error.exitCode : exitCodes.bug;
  if (json) console.log(JSON.stringify({ error: errorFacts(error) }));
  else if (isHowdahError(error)) {
    console.error(`error: ${error.message}`);
    if (error.where !== undefined) console.error(`  where: ${error.where}`);
    if (error.next !== undefined) console.error(`  next: ${error.next}`);
  } else console.error(error instanceof Error ? error.stack : messageOf(error));
}
