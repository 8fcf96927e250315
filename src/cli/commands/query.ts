import { projectOptions, type Command } from "../command.ts";

export const queryCommand: Command = {
  name: "query",
  usage: "query SQL|NAME [-D NAME=VALUE…] [--format table|csv|jsonl]",
  describe: "ask the tables of a folder or a cluster in SQL, or with one of the project's named queries",
  positionals: { min: 0, max: 1 },
  options: {
    format: { type: "string", value: "FORMAT", describe: "table (default), csv (one header line) or jsonl" },
    file: { type: "string", value: "FILE", describe: "read the SQL from a file" },
    list: { type: "boolean", describe: "list the project's named queries" },
    tables: { type: "boolean", describe: "list the project's tables and their columns" },
    ...projectOptions,
    define: {
      type: "list",
      alias: "D",
      value: "NAME=VALUE",
      describe: "the value of :NAME in the query; may be repeated",
    },
  },
  examples: [
    ['howdah query "select count(*) from warehouse.session_mapped"', "any SELECT over the tables"],
    ["howdah query --list", "the named queries and what they answer"],
    ["howdah query session_mapped --target sandbox", "the same of a cluster, through its HiveServer2"],
    ["howdah query spend_by_city_and_day --format csv > spend.csv", "a named query as CSV"],
  ],
  notes: [
    "Only rows go to stdout. A failing query exits 2. On a folder it is DuckDB that answers, on a cluster Hive.\nCtrl-C cancels the query on the server.",
  ],
  run: async (args, io) => (await import("../handlers/query.ts")).handle(args, io),
};
