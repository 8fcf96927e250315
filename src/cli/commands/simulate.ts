import { projectOptions, type Command } from "../command.ts";

const { project, define, target } = projectOptions;

export const simulateCommand: Command = {
  name: "simulate",
  usage: "simulate [COORDINATOR|BUNDLE] [--from TIME] [--until TIME] [--submitted TIME] [OPTION…]",
  describe: "foresee which actions a coordinator has, and what each waits for",
  positionals: { min: 0, max: 1 },
  options: {
    from: { type: "string", value: "TIME", describe: "the first nominal time (default: the coordinator's start)" },
    until: { type: "string", value: "TIME", describe: "no nominal time is at or after it (default: its end)" },
    zone: { type: "string", value: "ZONE", describe: "show local times of it too (default: the coordinator's own)" },
    uris: { type: "boolean", describe: "show the flag of every instance" },
    submitted: {
      type: "string",
      value: "TIME",
      describe: "when it is submitted: shows when actions are made and start",
    },
    takes: { type: "string", value: "DURATION", describe: "how long a workflow takes, such as 90m (default: 10m)" },
    delay: { type: "string", value: "DURATION", describe: "how long after its time an input is there (default: 0m)" },
    project: project,
    target: { ...target, describe: "whose parameters and server it is (default: the default target)" },
    define: define,
  },
  examples: [
    ["howdah simulate hourly -D first_hour=2012-03-01T00:00Z --until 2012-03-02T00:00Z", "the actions of a day"],
    [
      "howdah simulate daily -D first_hour=2012-03-01T00:00Z --until 2012-04-01T00:00Z --submitted 2012-03-20T00:00Z --takes 2h",
      "what a late start means",
    ],
  ],
  notes: [
    "No server is asked. latest and future are named only: which instances they are is known when an action starts.",
    "--submitted follows a server with default settings and nothing else to do: each five minutes it\nmakes the actions that are due and those of the hour after, looks for their inputs each minute, and starts them as\nthrottle, concurrency and the order of execution allow.",
    "With --json, one object a line: each action, then a summary.",
  ],
  run: async (args, io) => (await import("../handlers/simulate.ts")).handle(args, io),
};
