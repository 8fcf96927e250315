import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project } = projectOptions;

export const logsCommand: Command = {
  name: "logs",
  usage: "logs NAME|JOB-ID|livy:ID|application_… [--action NAME] [--at TIME] [--all] [--lines N]",
  describe: "show what a failed job said, the decisive lines first: launchers, Spark, Hive, Oozie, Livy",
  positionals: { min: 1, max: 1 },
  options: {
    action: { type: "string", value: "NAME", describe: "this action of the workflow (default: those that failed)" },
    at: {
      type: "string",
      value: "TIME",
      describe: "a coordinator's action of this nominal time (default: the latest that failed)",
    },
    all: { type: "boolean", describe: "every action, also what did not fail" },
    lines: { type: "string", value: "N", describe: "how many lines of the end of each log (default: 40)" },
    project: project,
    target: clusterOption,
  },
  examples: [
    ["howdah logs hourly", "the latest action of a coordinator that failed"],
    ["howdah logs hourly --at 2012-03-01T05:00Z --lines 200", "the action of five o'clock, more of it"],
    ["howdah logs prepare-hour --action prepare-and-map", "one action of the newest run of a workflow"],
    ["howdah logs livy:7", "a batch of Livy"],
  ],
  notes: [
    "Of each file the last megabyte is read. What looks like a secret is shown as ***.",
    "Exit codes: 0 the logs were shown, 2 there is no such job or action, 5 a server could not be asked.",
  ],
  run: async (args, io) => (await import("../handlers/logs.ts")).handle(args, io),
};
