import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project, define } = projectOptions;

export const updateCommand: Command = {
  name: "update",
  usage: "update NAME|JOB-ID [--dry-run] [-D NAME=VALUE…]",
  describe: "give a running coordinator, or those of a bundle, the definition of the current release",
  positionals: { min: 1, max: 1 },
  options: {
    "dry-run": { type: "boolean", describe: "show the difference; change nothing" },
    project: project,
    target: clusterOption,
    define: define,
  },
  examples: [
    ["howdah update hourly --dry-run", "what Oozie sees as different"],
    ["howdah update marketing", "every coordinator of a bundle"],
  ],
  notes: [
    "Oozie cannot change a name, frequency, start, end or time zone so: what of these differs is listed, with the commands\nthat end the old coordinator and start the new one.",
  ],
  run: async (args, io) => (await import("../handlers/update.ts")).handle(args, io),
};
