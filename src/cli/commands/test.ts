import { projectOptions, type Command } from "../command.ts";

export const testCommand: Command = {
  name: "test",
  usage: "test [JOB…] [--case TEXT] [OPTION…]\n       howdah test create JOB --hour KEY [OPTION…]",
  describe: "run the cases of jobs: rows that are given, and the rows that must come out",
  positionals: { min: 0, max: 1000 },
  options: {
    case: { type: "string", value: "TEXT", describe: "only cases that have this in their name" },
    engine: { type: "string", value: "ENGINE", describe: "duckdb, or spark on this machine (default: duckdb)" },
    list: { type: "boolean", describe: "list the cases; run none" },
    junit: { type: "string", value: "FILE", describe: "write the outcome as JUnit XML too" },
    hour: {
      type: "string",
      value: "KEY",
      describe: "create: the hour (or day) whose rows are taken, such as 20120301_08",
    },
    name: { type: "string", value: "TEXT", describe: "create: the case's name (default: JOB KEY)" },
    where: {
      type: "string",
      value: "SQL",
      describe: "create: only rows for which this holds, of inputs that have its columns",
    },
    rows: { type: "string", value: "COUNT", describe: "create: so many rows of each input at most (default: 20)" },
    ...projectOptions,
  },
  examples: [
    ["howdah test", "every case of every job"],
    ["howdah test map-session-sales --case pause", "some of one job"],
    ["howdah test --junit test.xml", "for a build server"],
    ["howdah test --engine spark", "the same on PySpark, as a cluster runs them; it starts for some seconds"],
    [
      "howdah test create map-session-sales --hour 20120301_08 --where \"userid = '{A}'\"",
      "a case from what one user did in an hour",
    ],
  ],
  notes: [
    "The cases of spark-jobs/x.sql stand in spark-jobs/x.test.md. A case has the values that it\nnames and the parameters' defaults, whatever machine it runs on:\n--target, --data and -D are for create alone.",
    "Exit codes: 0 all passed, 1 some failed, 2 wrong usage, or a case is not in order, 130 Ctrl-C.",
  ],
  run: async (args, io) => (await import("../handlers/test.ts")).handle(args, io),
};
