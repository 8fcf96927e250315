import type { Command } from "../command.ts";

export const initCommand: Command = {
  name: "init",
  usage: "init [FOLDER] [--template orders|marketing]",
  describe: "make a folder a project that runs: definitions, jobs, a sample, a README, a CI file",
  positionals: { min: 0, max: 1 },
  options: {
    template: {
      type: "string",
      value: "NAME",
      describe: "orders: a small one with a sample (the default); marketing: the whole reference pipeline",
    },
  },
  examples: [
    ["howdah init", "this folder, beside what npm has put there"],
    ["howdah init sales", "a new folder"],
    ["howdah init shop --template marketing", "web logs and sales to sessions and top spenders"],
  ],
  notes: [
    "Nothing is overwritten: when one of its files is there, none is written. package.json may be there: it gets the scripts\nthat it lacks, and howdah as a dependency unless it has it. No network is needed.",
  ],
  run: async (args, io) => (await import("../handlers/init.ts")).handle(args, io),
};
