import { projectOptions, type Command } from "../command.ts";

export const checkCommand: Command = {
  name: "check",
  usage: "check [TABLE…] [--from TIME] [--until TIME] [OPTION…]",
  describe: "run the declared checks on rows on partitions that there are; nothing is changed",
  positionals: { min: 0, max: 1000 },
  options: {
    from: { type: "string", value: "TIME", describe: "the first partition, such as 2012-03-01T00:00Z" },
    until: { type: "string", value: "TIME", describe: "no partition is at or after it (default: all that there are)" },
    ...projectOptions,
  },
  examples: [
    ["howdah check", "every check of every table and job"],
    ["howdah check warehouse.hourly_top_spenders --from 2012-03-01T00:00Z", "one table's, and its job's"],
  ],
  notes: [
    "After a check was declared or changed, this tells whether what was made before obeys it. It reads a folder of data;\non a cluster partitions are checked when they are made.",
    "Exit codes: 0 none failed (some may have warned), 1 some failed, 2 wrong usage or there is nothing to check.",
  ],
  run: async (args, io) => (await import("../handlers/check.ts")).handle(args, io),
};
