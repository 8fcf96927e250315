import { projectOptions, type Command } from "../command.ts";

export const validateCommand: Command = {
  name: "validate",
  usage: "validate [--target NAME] [--strict] [--all] | --codes | --explain CODE",
  describe: "say all that is wrong with the definitions, or probably not meant",
  positionals: { min: 0, max: 0 },
  options: {
    strict: { type: "boolean", describe: "exit 2 also when there are warnings" },
    all: { type: "boolean", describe: "show accepted warnings too, with their reasons" },
    codes: { type: "boolean", describe: "list the codes of all problems that can be found" },
    explain: { type: "string", value: "CODE", describe: "what a code means, with an example and how to mend it" },
    project: projectOptions["project"],
    target: {
      type: "string",
      value: "NAME",
      describe: "the cluster for whose server it must be right (default: each of them)",
    },
  },
  examples: [
    ["howdah validate", "every problem, by file and line"],
    ["howdah validate --strict", "the same for continuous integration: a warning fails too"],
    ["howdah validate --explain READS_GAPS", "why that is a problem, and what to write instead"],
  ],
  notes: [
    "Nothing is asked of a server, and nothing is run.",
    'A warning that is meant is accepted in place: accept: { CODE: "reason" } of a coordinator, data set, workflow, action or\nbundle. Accepted ones are counted only.',
    "Exit codes: 0 no error, 2 errors (with --strict also warnings).",
  ],
  run: async (args, io) => (await import("../handlers/validate.ts")).handle(args, io),
};
