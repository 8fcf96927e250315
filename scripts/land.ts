import { interruption, reportError } from "./command-line.ts";
import { feeds } from "./landing/feeds.ts";
import { land, type Progress } from "./landing/landing.ts";
import { help, readOptions } from "./landing/options.ts";
import { summaryText } from "./landing/summary.ts";
import { percent, progressLine } from "./progress.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");
const signal = interruption("interrupted: nothing was landed");
const progress = progressLine(process.stderr);
const show: Progress = (feed, read, total) => progress.show(`Landing ${feeds[feed].what}: ${percent(read, total)}`);
try {
  const given = readOptions(args);
  if (given === undefined) console.log(help);
  else {
    const summary = await land(given.landing, given.request, { progress: show, signal });
    progress.clear();
    console.log(json ? JSON.stringify(summary) : summaryText(summary, given.data));
  }
} catch (error) {
  progress.clear();
  reportError(error, json);
}
