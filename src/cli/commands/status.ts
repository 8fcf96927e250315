import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project } = projectOptions;

export const statusCommand: Command = {
  name: "status",
  usage: "status [NAME|ID|livy:ID] [OPTION…]",
  describe: "what runs on the cluster: the project's jobs, or one with all below it",
  positionals: { min: 0, max: 1 },
  options: {
    from: { type: "string", value: "TIME", describe: "actions of nominal times from here on" },
    until: { type: "string", value: "TIME", describe: "actions of nominal times before this one" },
    status: { type: "string", value: "STATUS", describe: "actions in these states, such as FAILED,KILLED,TIMEDOUT" },
    all: {
      type: "boolean",
      describe: "all actions of coordinators (default: 10: what runs, what comes next, the newest)",
    },
    target: clusterOption,
    project: project,
  },
  examples: [
    ["howdah status", "the project's jobs that are alive or ended lately"],
    ["howdah status marketing", "a bundle, its coordinators, what runs, what comes next, and what these began"],
    ["howdah status hourly --status FAILED,KILLED --from 2012-03-01T00:00Z", "what failed since"],
  ],
  notes: ["Times are UTC. A name means the newest job of it that is alive, or else the newest."],
  run: async (args, io) => (await import("../handlers/status.ts")).handle(args, io),
};

export const watchCommand: Command = {
  name: "watch",
  usage: "watch NAME|ID|livy:ID [--timeout TIME] [OPTION…]",
  describe: "look on until a job is over",
  positionals: { min: 1, max: 1 },
  options: {
    timeout: { type: "string", value: "TIME", describe: "no longer than 90m, 2h or 1d; exit 3 then" },
    target: clusterOption,
    project: project,
  },
  examples: [
    ["howdah watch marketing", "the tree, drawn anew as it changes"],
    ["howdah watch hourly --json", "each change as a line of JSON"],
  ],
  notes: [
    "Ctrl-C ends the watching alone. While Oozie is away or in safe mode it says so and goes on.",
    "Exit codes: 0 it succeeded, 1 it failed or was killed, 3 not over in time, 130 Ctrl-C.",
  ],
  run: async (args, io) => (await import("../handlers/watch.ts")).handle(args, io),
};
