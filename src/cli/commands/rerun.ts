import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project } = projectOptions;

export const rerunCommand: Command = {
  name: "rerun",
  usage: "rerun NAME|JOB-ID [--at TIME | --from TIME --until TIME] [--status LIST] [OPTION…]",
  describe: "run actions of a coordinator again, or a workflow",
  positionals: { min: 1, max: 1 },
  options: {
    at: { type: "string", value: "TIME", describe: "the action of this nominal time" },
    from: { type: "string", value: "TIME", describe: "actions from this nominal time on" },
    until: { type: "string", value: "TIME", describe: "no action is at or after it" },
    status: {
      type: "string",
      value: "LIST",
      describe: "only those in such a state: FAILED,KILLED,TIMEDOUT (also SUCCEEDED, SKIPPED, IGNORED)",
    },
    "dry-run": { type: "boolean", describe: "list what would run and why, and what depends on it; change nothing" },
    wait: { type: "boolean", describe: "wait for the end; exit 1 when something fails" },
    refresh: {
      type: "boolean",
      describe: "with the coordinator's definition as it is now; look for latest inputs anew",
    },
    "erase-outputs": { type: "boolean", describe: "have Oozie erase the output events first" },
    failed: { type: "boolean", describe: "of a workflow: go on where it failed" },
    "from-node": {
      type: "string",
      value: "NODE",
      describe: "of a workflow: leave alone what was done before this node",
    },
    project: project,
    target: clusterOption,
  },
  examples: [
    ["howdah rerun hourly --status FAILED,KILLED,TIMEDOUT --dry-run", "which actions that would be"],
    ["howdah rerun hourly --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z --wait", "a day of hours again"],
    ["howdah rerun prepare-hour --failed", "the newest run of a workflow, from where it failed"],
  ],
  notes: [
    "Outputs stay until the new ones are good, unless --erase-outputs is given.",
    "Exit codes: 0 sent, or with --wait ended well; 1 something is not over yet, or with --wait failed.",
  ],
  run: async (args, io) => (await import("../handlers/rerun.ts")).handle(args, io),
};
