import type { Command, CommandGroup, OptionSpec } from "../command.ts";

const name: Readonly<Record<string, OptionSpec>> = {
  name: {
    type: "string",
    value: "NAME",
    describe: "which sandbox; several may live side by side (default: HOWDAH_SANDBOX, or default)",
  },
};

const ports: Readonly<Record<string, OptionSpec>> = {
  "port-offset": { type: "string", value: "N", describe: "add N to each port, such as 3000" },
  port: { type: "list", value: "NAME=NUMBER", describe: "one port; the names are in docs/sandbox.md" },
};

const up: Command = {
  name: "sandbox up",
  usage: "sandbox up [--only PARTS] [--small] [--port-offset N] [OPTION…]",
  describe: "start what does not run, and wait until all is healthy",
  positionals: { min: 0, max: 0 },
  options: {
    only: {
      type: "string",
      value: "PARTS",
      describe:
        "hdfs, yarn, hive, oozie, livy, httpfs, spark-history; what they need comes too (default: all but the last two)",
    },
    small: { type: "boolean", describe: "small heaps, and 3 GB for jobs: for a machine with 8 GB" },
    ...ports,
    set: {
      type: "list",
      value: "FILE:NAME=VALUE",
      describe: "a setting of a server, such as oozie-site:oozie.service.coord.normal.default.timeout=60",
    },
    ...name,
  },
  examples: [
    ["howdah sandbox up", "HDFS, YARN, Hive, Oozie with its share library, Livy and Spark"],
    ["howdah sandbox up --only hdfs,hive", "these alone"],
    ["howdah sandbox up --name tests --port-offset 3000", "a second one beside the first"],
  ],
  notes: [
    "Twice is harmless: what runs and is healthy stays as it is, what died is started again. The choices (--small, ports,\n--set) are kept with the sandbox. Exit codes: 0 all healthy, 1 something did not start, 2 the machine lacks something.",
  ],
  run: async (args, io) => (await import("../handlers/sandbox/up.ts")).handle(args, io),
};

const down: Command = {
  name: "sandbox down",
  usage: "sandbox down",
  describe: "stop all of it; data stay",
  positionals: { min: 0, max: 0 },
  options: name,
  examples: [["howdah sandbox down", "stops the servers, and the jobs that run on them"]],
  run: async (args, io) => (await import("../handlers/sandbox/down.ts")).handleDown(args, io),
};

const status: Command = {
  name: "sandbox status",
  usage: "sandbox status [--json]",
  describe: "what each server does: healthy, starting, silent, died or stopped",
  positionals: { min: 0, max: 0 },
  options: name,
  examples: [["howdah sandbox status", "a line each, with process id, memory and address"]],
  notes: ["Exit codes: 0 all that was started is healthy, 1 something died or is silent, 3 something is starting."],
  run: async (args, io) => (await import("../handlers/sandbox/status.ts")).handle(args, io),
};

const logs: Command = {
  name: "sandbox logs",
  usage: "sandbox logs SERVICE [--lines N] [--follow]",
  describe: "the end of a server's log",
  positionals: { min: 1, max: 1 },
  options: {
    lines: { type: "string", value: "N", describe: "how many lines (default: 50)" },
    follow: { type: "boolean", describe: "go on with what comes, until Ctrl-C" },
    ...name,
  },
  examples: [["howdah sandbox logs oozie --follow", "what Oozie logs, as it does"]],
  run: async (args, io) => (await import("../handlers/sandbox/logs.ts")).handle(args, io),
};

const reset: Command = {
  name: "sandbox reset",
  usage: "sandbox reset [--yes]",
  describe: "stop it and remove its data",
  positionals: { min: 0, max: 0 },
  options: { yes: { type: "boolean", describe: "do not ask" }, ...name },
  examples: [["howdah sandbox reset --yes", "the next up begins with an empty HDFS"]],
  notes: ["The packages stay in the cache, so nothing is downloaded again."],
  run: async (args, io) => (await import("../handlers/sandbox/down.ts")).handleReset(args, io),
};

const env: Command = {
  name: "sandbox env",
  usage: "sandbox env",
  describe: "print what to export, so that hdfs, yarn, beeline, oozie and spark-submit are this sandbox's",
  positionals: { min: 0, max: 0 },
  options: name,
  examples: [['eval "$(howdah sandbox env)"', "then `hdfs dfs -ls /` works in this shell"]],
  run: async (args, io) => (await import("../handlers/sandbox/sh.ts")).handleEnv(args, io),
};

const sh: Command = {
  name: "sandbox sh",
  usage: "sandbox sh [COMMAND [ARGUMENT…]]",
  describe: "run a command with the sandbox's clients on the path, or a shell",
  passes: true,
  positionals: { min: 0, max: Infinity },
  options: name,
  examples: [
    ["howdah sandbox sh hdfs dfs -ls /", "the real client of HDFS, without installing any"],
    ["howdah sandbox sh beeline -e 'show tables'", "asks HiveServer2"],
    ["howdah sandbox sh oozie jobs", "asks Oozie"],
    ["howdah sandbox sh", "a shell in which they all are"],
  ],
  notes: ["The exit code is that of the command."],
  run: async (args, io) => (await import("../handlers/sandbox/sh.ts")).handleSh(args, io),
};

const doctor: Command = {
  name: "sandbox doctor",
  usage: "sandbox doctor [--thorough] [--small] [--port-offset N] [--json]",
  describe: "say what this machine lacks for a sandbox, and how to get it",
  positionals: { min: 0, max: 0 },
  options: {
    thorough: { type: "boolean", describe: "compare the contents of packages, not their sizes alone; takes seconds" },
    small: { type: "boolean", describe: "judge for a small sandbox" },
    ...ports,
    ...name,
  },
  examples: [
    ["howdah sandbox doctor", "Java, Maven, Python, memory, disk, host name, ports, packages"],
    ["howdah sandbox doctor --name tests --port-offset 3000", "whether a second one would find its ports free"],
  ],
  notes: ["Exit codes: 0 nothing is missing, 1 something is."],
  run: async (args, io) => (await import("../handlers/sandbox/doctor.ts")).handle(args, io),
};

export const sandboxCommands: CommandGroup = {
  name: "sandbox",
  describe: "a real Hadoop, Hive, Oozie, Livy and Spark on this machine",
  verbs: { up, down, status, logs, sh, env, doctor, reset },
  notes: ["It needs Java 17, Maven and Python 3, about 3 GB of memory and as much disk; nothing is installed."],
};
