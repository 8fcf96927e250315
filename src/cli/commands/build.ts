import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project, define } = projectOptions;

export const buildCommand: Command = {
  name: "build",
  usage: "build [--target NAME] [--out FOLDER]",
  describe: "write Oozie XML, HiveQL, jobs and their properties into one folder",
  positionals: { min: 0, max: 0 },
  options: {
    target: clusterOption,
    out: { type: "string", value: "FOLDER", describe: "where to write (default: build-files in the project)" },
    project: project,
    define: define,
  },
  examples: [
    ["howdah build", "build-files/ for the only cluster"],
    ["howdah build --target production -D end=2030-01-01T00:00Z", "for another one, with a value for job.properties"],
  ],
  notes: [
    "The tree can be read, copied and deployed. manifest.json lists its files with their hashes and where each comes\nfrom. Nothing is written when something is wrong.",
  ],
  run: async (args, io) => (await import("../handlers/build.ts")).handle(args, io),
};
