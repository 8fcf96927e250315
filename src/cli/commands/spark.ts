import { clusterOption, projectOptions, type Command, type CommandGroup } from "../command.ts";

const { project, define } = projectOptions;

const submit: Command = {
  name: "spark submit",
  usage: "spark submit JOB… --from TIME --until TIME [-D NAME=VALUE] [OPTION…]",
  describe: "run jobs of the deployed release by Livy, without Oozie, each once for the whole range",
  positionals: { min: 1, max: 100 },
  options: {
    from: {
      type: "string",
      value: "TIME",
      describe: "the first unit begins at or after it, such as 2012-03-01T00:00Z",
    },
    until: { type: "string", value: "TIME", describe: "no unit begins at or after it" },
    rerun: { type: "boolean", describe: "make everything again, also what is done" },
    "dry-run": { type: "boolean", describe: "look whether anything stands in the way; print what would be posted" },
    detach: { type: "boolean", describe: "leave the batch to itself once it is posted; jobs of the same units" },
    timeout: { type: "string", value: "TIME", describe: "follow no longer than 90m, 2h or 1d; exit 3 then" },
    release: { type: "string", value: "HASH", describe: "a deployed release (default: the current one)" },
    beside: { type: "boolean", describe: "also where Oozie or another batch makes the same" },
    target: clusterOption,
    project,
    define,
  },
  examples: [
    [
      "howdah spark submit prepare map-session-sales --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z",
      "a day of hours, both jobs in one batch",
    ],
    ["howdah spark submit prepare --from 2012-03-01T00:00Z --until 2012-03-01T06:00Z --detach", "not waited for"],
    [
      "howdah spark submit prepare --from 2012-03-01T00:00Z --until 2012-03-01T06:00Z --dry-run",
      "what would be posted",
    ],
  ],
  notes: [
    "Jobs run in the order of what they read; those that follow one another and have the same units are one batch. Units\nthat are done are left alone. The same that is alive already is followed, and never posted twice. Ctrl-C cancels\nthe batch.",
    "Exit codes: 0 all succeeded, 1 one failed, or somebody else makes the same, 2 wrong usage or input, 3 an input is\nnot there, or not over in time, 5 a server refused, 130 Ctrl-C.",
  ],
  run: async (args, io) => (await import("../handlers/spark.ts")).handleSubmit(args, io),
};

export const sparkCommands: CommandGroup = {
  name: "spark",
  describe: "jobs on Spark, without Oozie",
  verbs: { submit },
};
