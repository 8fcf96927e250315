import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project } = projectOptions;

export const whyCommand: Command = {
  name: "why",
  usage: "why NAME|JOB-ID|ACTION-ID [--at TIME]",
  describe: "say why a job or an action on a cluster does not go on: what it reads is looked at now",
  positionals: { min: 1, max: 1 },
  options: {
    at: {
      type: "string",
      value: "TIME",
      describe: "the action of this nominal time, such as 2012-03-01T00:00Z (default: the oldest that waits)",
    },
    project: project,
    target: clusterOption,
  },
  examples: [
    ["howdah why hourly", "the oldest action of a coordinator that waits"],
    ["howdah why hourly --at 2012-03-01T05:00Z", "the action of five o'clock"],
    ["howdah why 0000002-261125043522366-oozie-joe-C@6", "an action by Oozie's id"],
    ["howdah why marketing", "the oldest action of each coordinator of a bundle"],
  ],
  notes: ["Exit codes: 0 it runs or is done, 1 it failed, 3 it waits."],
  run: async (args, io) => (await import("../handlers/why.ts")).handle(args, io),
};
