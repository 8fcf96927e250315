import { clusterOption, projectOptions, type Command, type CommandGroup } from "../command.ts";

const { project, define } = projectOptions;

const run: Command = {
  name: "hive run",
  usage: "hive run FILE [-D NAME=VALUE…] [--format table|csv|jsonl]",
  describe: "run the statements of a HiveQL file, one after another, on the target's HiveServer2",
  positionals: { min: 1, max: 1 },
  options: {
    format: { type: "string", value: "FORMAT", describe: "of rows: table (default), csv (one header line) or jsonl" },
    project,
    target: clusterOption,
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

const apply: Command = {
  name: "hive apply",
  usage: "hive apply [--dry-run] [-D NAME=VALUE…]",
  describe: "make the target's databases, tables and views as the project declares them, without losing rows",
  positionals: { min: 0, max: 0 },
  options: {
    "dry-run": { type: "boolean", describe: "only show the plan" },
    project,
    target: clusterOption,
    define,
  },
  examples: [
    ["howdah hive apply --dry-run", "what would be created, which columns added, and what stands in the way"],
    ["howdah hive apply", "the same, and does it; the second time there is nothing to do"],
  ],
  notes: [
    "It creates what is missing, adds columns at the end, and replaces views. What could lose rows is refused, and then\nnothing is done: columns dropped, renamed, re-typed or re-ordered, other partitions, another place or format, a managed\ntable. Comments are not compared. Statements of hiveScript() are not its business: the set-up workflow runs them.",
    "Exit codes: 0 all is as declared, 2 something was refused (with --dry-run: would be), 5 HiveServer2 refused or broke.",
  ],
  run: async (args, io) => (await import("../handlers/hive.ts")).handleApply(args, io),
};

export const hiveCommands: CommandGroup = {
  name: "hive",
  describe: "Hive on a cluster: the project's tables, and HiveQL of any kind",
  verbs: { apply, run },
};
