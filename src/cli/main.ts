import { errorFacts } from "../core/events.ts";
import {
  didYouMean,
  exitCodes,
  HowdahError,
  isHowdahError,
  ManyErrors,
  messageOf,
  systemCode,
} from "../core/errors.ts";
import type { Command, CommandGroup } from "./command.ts";
import { processIo, type Io } from "./io.ts";

/** The commands: a line each for the overview, the rest is loaded when it is used. */
export const commands: Readonly<
  Record<string, { readonly describe: string; readonly load: () => Promise<Command | CommandGroup> }>
> = {
  init: {
    describe: "make a folder a project that runs",
    load: async () => (await import("./commands/init.ts")).initCommand,
  },
  validate: {
    describe: "say all that is wrong with the definitions",
    load: async () => (await import("./commands/validate.ts")).validateCommand,
  },
  graph: {
    describe: "draw who feeds whom, or a workflow, as SVG, DOT, Mermaid or text",
    load: async () => (await import("./commands/graph.ts")).graphCommand,
  },
  test: {
    describe: "run the cases of jobs: rows given, rows expected",
    load: async () => (await import("./commands/test.ts")).testCommand,
  },
  simulate: {
    describe: "foresee which actions a coordinator has, and what each waits for",
    load: async () => (await import("./commands/simulate.ts")).simulateCommand,
  },
  run: {
    describe: "run definitions here: what is ready and not done yet",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  query: {
    describe: "ask the tables of a folder in SQL",
    load: async () => (await import("./commands/query.ts")).queryCommand,
  },
  check: {
    describe: "run the declared checks on rows on partitions that there are",
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  report: {
    describe: "tell of all hours of a folder, and what came of them, on one page",
    load: async () => (await import("./commands/report.ts")).reportCommand,
  },
  ingest: {
    describe: "put files into an instance of a data set, the flag last",
    load: async () => (await import("./commands/ingest.ts")).ingestCommand,
  },
  clean: {
    describe: "take away the rows of old partitions that may be pruned",
    load: async () => (await import("./commands/clean.ts")).cleanCommand,
  },
  build: {
    describe: "write Oozie XML, HiveQL, jobs and their properties into one folder",
    load: async () => (await import("./commands/build.ts")).buildCommand,
  },
  setup: {
    describe: "make a cluster ready: folders, release, hive-site.xml, share library, tables",
    load: async () => (await import("./commands/setup.ts")).setupCommand,
  },
  deploy: {
    describe: "bring what a build writes to a cluster, and make it the current release",
    load: async () => (await import("./commands/deploy.ts")).deployCommand,
  },
  releases: {
    describe: "list the releases on a cluster, and which running jobs use them",
    load: async () => (await import("./commands/deploy.ts")).releasesCommand,
  },
  rollback: {
    describe: "make an earlier release the current one again",
    load: async () => (await import("./commands/deploy.ts")).rollbackCommand,
  },
  gc: {
    describe: "remove releases that nothing uses any more",
    load: async () => (await import("./commands/deploy.ts")).gcCommand,
  },
  submit: {
    describe: "have Oozie run a bundle, a coordinator or a workflow",
    load: async () => (await import("./commands/submit.ts")).submitCommand,
  },
  spark: {
    describe: "run jobs by Livy, without Oozie",
    load: async () => (await import("./commands/spark.ts")).sparkCommands,
  },
  status: {
    describe: "what runs on the cluster: the project's jobs, or one with all below it",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
  watch: {
    describe: "look on until a job is over",
    load: async () => (await import("./commands/status.ts")).watchCommand,
  },
  why: {
    describe: "say why a job or an action does not go on",
    load: async () => (await import("./commands/why.ts")).whyCommand,
  },
  logs: {
    describe: "show what a failed job said, the decisive lines first",
    load: async () => (await import("./commands/logs.ts")).logsCommand,
  },
  rerun: {
    describe: "run actions of a coordinator, or a workflow, again",
    load: async () => (await import("./commands/rerun.ts")).rerunCommand,
  },
  kill: {
    describe: "end jobs, or some actions of a coordinator",
    load: async () => (await import("./commands/control.ts")).killCommand,
  },
  suspend: {
    describe: "hold jobs: no action begins until they are resumed",
    load: async () => (await import("./commands/control.ts")).suspendCommand,
  },
  resume: {
    describe: "let suspended jobs go on",
    load: async () => (await import("./commands/control.ts")).resumeCommand,
  },
  change: {
    describe: "change the end, the pause or the concurrency of a coordinator",
    load: async () => (await import("./commands/change.ts")).changeCommand,
  },
  update: {
    describe: "give a running coordinator the definition of the current release",
    load: async () => (await import("./commands/update.ts")).updateCommand,
  },
  hive: {
    describe: "make a cluster's tables as declared; run HiveQL there",
    load: async () => (await import("./commands/hive.ts")).hiveCommands,
  },
  hdfs: {
    describe: "files on a cluster: list, upload, download, remove and more",
    load: async () => (await import("./commands/hdfs.ts")).hdfsCommands,
  },
  sandbox: {
    describe: "a real Hadoop, Hive, Oozie, Livy and Spark on this machine",
    load: async () => (await import("./commands/sandbox.ts")).sandboxCommands,
  },
  completion: {
    describe: "make a shell complete commands, options and the project's names",
    load: async () => (await import("./commands/completion.ts")).completionCommand,
  },
};

/** Runs the command line. Gives the exit code; prints errors itself. */
export async function main(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && argv.length === 1)) {
    process.stdout.write(`${overview()}\n`);
    return first === undefined ? exitCodes.usage : exitCodes.done;
  }
  const interrupt = new AbortController();
  const io = processIo({ json: argv.includes("--json"), signal: interrupt.signal });
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    io.say("stopping; once more to stop at once");
    interrupt.abort(new HowdahError("interrupted", { code: "INTERRUPTED", exitCode: exitCodes.interrupted }));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error) => {
    if (systemCode(error) === "EPIPE") process.exit(exitCodes.done);
    throw error;
  });
  try {
    const [name, rest] = first === "help" ? [argv[1]!, ["--help"]] : [first, argv.slice(1)];
    return await runCommand(await find(name), rest, io);
  } catch (error) {
    // Where what was interrupted says what it leaves behind, that is worth more than the bare fact.
    const bare = interrupt.signal.aborted && !(isHowdahError(error) && error.code === "INTERRUPTED");
    return report(bare ? interrupt.signal.reason : error, argv.includes("--verbose"), io);
  } finally {
    io.status("");
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

async function find(name: string): Promise<Command | CommandGroup> {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (found !== undefined) return found.load();
  throw new HowdahError(
    name.startsWith("-")
      ? `${name} stands before the command`
      : `there is no command ${name}${didYouMean(name, Object.keys(commands))}`,
    { code: "USAGE", next: "howdah --help lists the commands" },
  );
}

async function runCommand(command: Command | CommandGroup, argv: readonly string[], io: Io): Promise<number> {
  if ("verbs" in command) return runVerb(command, argv, io);
  const own =
    command.passes === true ? argv.slice(0, argv.findIndex((word) => !word.startsWith("-")) + 1 || undefined) : argv;
  if (own.includes("--help") || own.includes("-h")) {
    const { help } = await import("./help.ts");
    process.stdout.write(`${help(command)}\n`);
    return exitCodes.done;
  }
  const { parse } = await import("./parse.ts");
  return command.run(parse(command, argv), io);
}

async function runVerb(group: CommandGroup, argv: readonly string[], io: Io): Promise<number> {
  const [verb, ...rest] = argv;
  const command = verb !== undefined && Object.hasOwn(group.verbs, verb) ? group.verbs[verb] : undefined;
  if (command !== undefined) return runCommand(command, rest, io);
  if (verb === undefined || verb === "--help" || verb === "-h") {
    const { groupHelp } = await import("./help.ts");
    process.stdout.write(`${groupHelp(group)}\n`);
    return verb === undefined ? exitCodes.usage : exitCodes.done;
  }
  throw new HowdahError(`there is no ${group.name} ${verb}${didYouMean(verb, Object.keys(group.verbs))}`, {
    code: "USAGE",
    next: `howdah ${group.name} --help lists what there is`,
  });
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    "howdah: define, test and run Oozie pipelines",
    "",
    "Usage: howdah COMMAND [OPTION…]",
    "",
    ...Object.entries(commands).map(([name, { describe }]) => `  ${name.padEnd(width)}  ${describe}`),
    "",
    "  howdah COMMAND --help    options and examples of a command",
    "  howdah --version",
  ].join("\n");
}

/** Prints an error for a person, or as JSON, and gives its exit code. */
function report(error: unknown, verbose: boolean, io: Io): number {
  const problems = error instanceof ManyErrors ? error.problems : [error];
  if (io.json) io.out(JSON.stringify({ errors: problems.map(errorFacts) }));
  for (const problem of problems) {
    io.say(`${io.colors.red("error:")} ${messageOf(problem)}`);
    if (isHowdahError(problem)) {
      if (problem.where !== undefined && problem.where !== "") io.say(`  at ${problem.where}`);
      if (problem.next !== undefined) io.say(`  ${io.colors.dim("→")} ${problem.next}`);
    } else io.say("  this is a defect of howdah: please report it with the output of --verbose");
    if (verbose) for (let cause = problem; cause instanceof Error; cause = cause.cause) io.say(cause.stack ?? "");
  }
  return isHowdahError(error) ? error.exitCode : exitCodes.bug;
}
