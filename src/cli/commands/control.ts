import type { Verb } from "../../operate/control.ts";
import { clusterOption, projectOptions, type Command, type OptionSpec } from "../command.ts";

const { project } = projectOptions;

function control(
  verb: Verb,
  describe: string,
  options: Readonly<Record<string, OptionSpec>>,
  examples: Command["examples"],
  notes: readonly string[],
): Command {
  return {
    name: verb,
    usage: `${verb} NAME|ID… [OPTION…]`,
    describe,
    positionals: { min: 1, max: 100 },
    options: {
      ...options,
      "dry-run": { type: "boolean", describe: "say what would be done; change nothing" },
      wait: { type: "boolean", describe: "until the job and all below it have followed" },
      timeout: { type: "string", value: "TIME", describe: "wait no longer than 90m, 2h or 1d; exit 3 then" },
      target: clusterOption,
      project: project,
    },
    examples,
    notes,
    run: async (args, io) => (await import("../handlers/control.ts")).handle(verb, args, io),
  };
}

export const killCommand = control(
  "kill",
  "end jobs, or some actions of a coordinator",
  {
    from: { type: "string", value: "TIME", describe: "actions of nominal times from here on" },
    until: { type: "string", value: "TIME", describe: "actions of nominal times before this one" },
    actions: { type: "string", value: "NUMBERS", describe: "actions by their numbers, such as 3-7" },
    yes: { type: "boolean", describe: "kill what a bundle's or a coordinator's name means" },
  },
  [
    ["howdah kill marketing", "what would be killed; --yes kills it"],
    ["howdah kill 0000012-260101000000000-oozie-ann-B --wait", "a bundle, until all its coordinators have ended"],
    ["howdah kill livy:7", "a batch of Livy, and its application in YARN"],
    ["howdah kill hourly --from 2012-03-01T00:00Z --until 2012-03-01T06:00Z --yes", "six actions"],
  ],
  ["A name means the newest job of it that is alive. What is over stays as it is, without an error."],
);

export const suspendCommand = control(
  "suspend",
  "hold jobs: no action begins until they are resumed",
  {},
  [["howdah suspend marketing", "a bundle with all its coordinators"]],
  ["A workflow's action that runs goes on to its end."],
);

export const resumeCommand = control(
  "resume",
  "let suspended jobs go on",
  {},
  [["howdah resume marketing --dry-run", "how many actions that would release at once"]],
  ["Nominal times that passed meanwhile have their actions made at once, as far as the throttle lets them."],
);
