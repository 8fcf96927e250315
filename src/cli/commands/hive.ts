import { projectOptions, type Command, type CommandGroup } from "../command.ts";

const { project, target } = projectOptions as {
  project: Command["options"][string];
  target: Command["options"][string];
};

const run: Command = {
  name: "hive run",
  usage: "hive run FILE [-D NAME=VALUE…] [--format table|csv|jsonl]",
  describe: "run the statements of a HiveQL file, one after another, on the target's HiveServer2",
  positionals: { min: 1, max: 1 },
  options: {
    format: { type: "string", value: "FORMAT", describe: "of rows: table (default), csv (one header line) or jsonl" },
    project,
    target,
    define: {
      type: "list",
      alias: "D",
      value: "NAME=VALUE",
      describe: "what ${NAME} stands for; may be repeated",
    },
  },
  examples: [
    [
      "howdah hive run build-files/hive/tables.hql -D data=/data -D landing=/data/landing",
      "every table of the project",
    ],
    ["howdah hive run report.hql --format csv > report.csv", "what its SELECTs give, as CSV"],
  ],
  notes: [
    "It ends at the first statement that fails, with the line of what is wrong; what was done before stays done. Ctrl-C\ncancels the statement on the server.",
  ],
  run: async (args, io) => (await import("../handlers/hive.ts")).handleRun(args, io),
};

export const hiveCommands: CommandGroup = {
  name: "hive",
  describe: "HiveQL on a cluster",
  verbs: { run },
};
