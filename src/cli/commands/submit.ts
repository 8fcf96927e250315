import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project, define } = projectOptions;

export const submitCommand: Command = {
  name: "submit",
  usage: "submit BUNDLE|COORDINATOR|WORKFLOW [--start TIME] [--end TIME] [-D NAME=VALUE] [OPTION…]",
  describe: "have Oozie run a bundle, a coordinator or a workflow of the deployed release",
  positionals: { min: 1, max: 1 },
  options: {
    start: { type: "string", value: "TIME", describe: "the first nominal time, such as 2012-03-01T00:00Z" },
    end: { type: "string", value: "TIME", describe: "no nominal time is at or after it" },
    "dry-run": { type: "boolean", describe: "have the server look at it; print the properties and its answer" },
    wait: { type: "boolean", describe: "until it is over; exit 0 when it succeeded, else 1" },
    timeout: { type: "string", value: "TIME", describe: "wait no longer than 90m, 2h or 1d; exit 3 then" },
    release: { type: "string", value: "HASH", describe: "a deployed release (default: the current one)" },
    beside: { type: "boolean", describe: "also beside an alive job of the same name with other content" },
    target: clusterOption,
    project: project,
    define: { ...define, describe: "the value of a parameter or of a workflow's input; may be repeated" },
  },
  examples: [
    ["howdah submit marketing --start 2012-03-01T00:00Z --end 2012-03-02T00:00Z", "a bundle for a day"],
    ["howdah submit prepare-hour -D hour=20120301_00 --wait", "a workflow, until it is over"],
    ["howdah submit marketing --dry-run", "what would be sent, and what the server says of it"],
  ],
  notes: [
    "The same is never submitted twice: what is alive or has succeeded is found and printed; what failed or was killed\nis sent anew. Ctrl-C while waiting ends the waiting alone.",
    "Exit codes: 0 submitted, or was submitted already (with --wait: succeeded), 1 failed, or another one is alive,\n2 wrong usage or input, 3 not over in time, 5 the server refused, 130 Ctrl-C.",
  ],
  run: async (args, io) => (await import("../handlers/submit.ts")).handle(args, io),
};
