import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project } = projectOptions;

export const changeCommand: Command = {
  name: "change",
  usage: "change NAME|JOB-ID [--end TIME] [--pause TIME | --no-pause] [--concurrency N] [--dry-run]",
  describe: "change the end, the pause or the concurrency of a coordinator",
  positionals: { min: 1, max: 1 },
  options: {
    end: { type: "string", value: "TIME", describe: "no nominal time is at or after it" },
    pause: { type: "string", value: "TIME", describe: "make no actions of this nominal time and later ones" },
    "no-pause": { type: "boolean", describe: "end a pause" },
    concurrency: { type: "string", value: "N", describe: "how many actions run side by side" },
    "dry-run": { type: "boolean", describe: "say what it means; change nothing" },
    project: project,
    target: clusterOption,
  },
  examples: [
    ["howdah change hourly --end 2012-03-02T00:00Z", "an earlier or a later end"],
    ["howdah change hourly --pause 2012-03-01T12:00Z", "no actions from noon on"],
    ["howdah change hourly --concurrency 4", "four actions side by side"],
  ],
  notes: [
    "Actions at or after a new end or pause that have not begun are taken away, and listed; one that has begun is in\nthe way: exit 1.",
  ],
  run: async (args, io) => (await import("../handlers/change.ts")).handle(args, io),
};
