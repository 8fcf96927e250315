import { interruption, reportError } from "./command-line.ts";
import { land } from "./landing/landing.ts";
import { help, readOptions } from "./landing/options.ts";
import { progressLine } from "./landing/progress.ts";
import { summaryText } from "./landing/summary.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");
const signal = interruption("interrupted: nothing was landed");
const progress = progressLine(process.stderr);
try {
  const given = readOptions(args);
  if (given === undefined) console.log(help);
  else {
    const summary = await land(given.landing, given.request, { progress: progress.show, signal });
    progress.clear();
    console.log(json ? JSON.stringify(summary) : summaryText(summary, given.data));
  }
} catch (error) {
  progress.clear();
  reportError(error, json);
}
