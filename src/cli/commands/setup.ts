import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project, define } = projectOptions;

export const setupCommand: Command = {
  name: "setup",
  usage: "setup [--target NAME] [--through-oozie] [--dry-run] [-D NAME=VALUE…]",
  describe: "make a cluster ready for the project: folders, release, hive-site.xml, share library, tables",
  positionals: { min: 0, max: 0 },
  options: {
    "through-oozie": {
      type: "boolean",
      describe: "have the project's set-up workflow create the tables (default: HiveServer2 is asked to)",
    },
    "dry-run": { type: "boolean", describe: "only say what would be done" },
    target: clusterOption,
    project,
    define,
  },
  examples: [
    ["howdah setup --dry-run", "what is missing on the cluster"],
    ["howdah setup", "makes it; the second time it finds nothing to do"],
    ["howdah setup --through-oozie", "the same, with the tables created by the workflow that setUp: names"],
  ],
  notes: [
    "What only an administrator may do is printed as commands to paste, and all else is done; after them, howdah setup does\nthe rest. A hive-site.xml that changed is placed again, with the difference.",
    "Exit codes: 0 all is ready, 1 the set-up workflow failed, 2 wrong usage, or tables that would lose rows, 4 an\nadministrator must act, 5 a server refused or cannot be reached, 130 Ctrl-C.",
  ],
  run: async (args, io) => (await import("../handlers/setup.ts")).handle(args, io),
};
