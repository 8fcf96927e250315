import { projectOptions, type Command } from "../command.ts";

export const runCommand: Command = {
  name: "run",
  usage: "run [BUNDLE|COORDINATOR|WORKFLOW|JOB] [--from TIME] [--until TIME] [OPTION…]",
  describe: "run definitions on a folder, with DuckDB in the place of Spark",
  positionals: { min: 0, max: 1 },
  options: {
    from: { type: "string", value: "TIME", describe: "the first nominal time, such as 2012-03-01T00:00Z" },
    until: { type: "string", value: "TIME", describe: "no nominal time is at or after it (default: what has landed)" },
    "as-range": { type: "boolean", describe: "send runs of consecutive hours through each job at once" },
    rerun: { type: "boolean", describe: "make everything again, also what is done" },
    "dry-run": { type: "boolean", describe: "say what would run and why; change nothing" },
    "require-complete": { type: "boolean", describe: "exit 3 when something waits" },
    ...projectOptions,
  },
  examples: [
    ["howdah run", "everything of the only bundle that is ready and not done"],
    ["howdah run hourly --until 2012-03-02T00:00Z --as-range", "the hours of a day, each job once for all of them"],
    ["howdah run --dry-run -D top_spenders=5", "what a changed parameter would make outdated"],
    ["howdah run map-session-sales --from 2012-03-01T08:00Z --until 2012-03-01T09:00Z", "one job for one hour, again"],
  ],
  notes: [
    "Exit codes: 0 done (also when something waits), 1 an action failed, 2 wrong usage or input, 3 something waits and\n--require-complete was given, 130 Ctrl-C.",
  ],
  run: async (args, io) => (await import("../handlers/run.ts")).handle(args, io),
};
