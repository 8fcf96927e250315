import { projectOptions, type Command } from "../command.ts";

export const cleanCommand: Command = {
  name: "clean",
  usage: "clean [--before TIME] [--yes]",
  describe: "take away the rows of old partitions of tables that may be pruned",
  positionals: { min: 0, max: 0 },
  options: {
    before: { type: "string", value: "TIME", describe: "partitions before it (default: all but those a table keeps)" },
    yes: { type: "boolean", describe: "do it; without it, clean shows what it would do" },
    ...projectOptions,
  },
  examples: [
    ["howdah clean", "shows what could go"],
    ["howdah clean --before 2012-03-10T00:00Z --yes", "takes the rows away that are older"],
  ],
  notes: [
    "A pruned partition keeps its record, without flag and rows: its hour still counts as done, and is made again only by\nhowdah run --rerun. The newest partition of each table, and what a day or hour\nstill to come reads, always stay. What was kept aside of hours that failed their checks goes, whatever its age.",
  ],
  run: async (args, io) => (await import("../handlers/clean.ts")).handle(args, io),
};
