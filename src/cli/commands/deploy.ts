import { clusterOption, projectOptions, type Command } from "../command.ts";

const { project, define } = projectOptions;

export const deployCommand: Command = {
  name: "deploy",
  usage: "deploy [--target NAME] [--dry-run]",
  describe: "bring what a build writes to a cluster, and make it the current release",
  positionals: { min: 0, max: 0 },
  options: {
    target: clusterOption,
    "dry-run": {
      type: "boolean",
      describe: "only say what would be uploaded, and what differs from the current release",
    },
    wait: { type: "string", value: "TIME", describe: "how long to wait while somebody else deploys (default: 10m)" },
    project: project,
    define: define,
  },
  examples: [
    ["howdah deploy --dry-run", "the files that would be uploaded; nothing is touched"],
    ["howdah deploy --target production", "uploads what is not there, verifies it, then switches to it"],
  ],
  notes: [
    "A release is known by the hash of its content: the second time there is nothing to do. Jobs that run keep the\nrelease that they were submitted with. An interrupted deploy leaves the old release current; the next one goes on\nwith what it had uploaded.",
  ],
  run: async (args, io) => (await import("../handlers/deploy.ts")).handle(args, io),
};

export const releasesCommand: Command = {
  name: "releases",
  usage: "releases [--target NAME]",
  describe: "list the releases on a cluster, and which running jobs use them",
  positionals: { min: 0, max: 0 },
  options: { target: clusterOption, project: project },
  examples: [["howdah releases", "hash, when, by whom, files, bytes, jobs; the current one is marked"]],
  run: async (args, io) => (await import("../handlers/releases.ts")).handleReleases(args, io),
};

export const rollbackCommand: Command = {
  name: "rollback",
  usage: "rollback [HASH] [--target NAME]",
  describe: "make an earlier release the current one again",
  positionals: { min: 0, max: 1 },
  options: { target: clusterOption, project: project },
  examples: [
    ["howdah rollback", "the release that was current before; once more, and it is the other one again"],
    ["howdah rollback 3f2a", "the release whose hash begins so"],
  ],
  notes: [
    "The release is read and compared with its manifest first. What is submitted from then on uses it; jobs that run\nkeep theirs.",
  ],
  run: async (args, io) => (await import("../handlers/releases.ts")).handleRollback(args, io),
};

export const gcCommand: Command = {
  name: "gc",
  usage: "gc [--keep N] [--dry-run] [--target NAME]",
  describe: "remove releases that nothing uses any more",
  positionals: { min: 0, max: 0 },
  options: {
    keep: { type: "string", value: "N", describe: "keep at least the N releases deployed last (default: 5)" },
    "dry-run": { type: "boolean", describe: "only say what would be removed" },
    target: clusterOption,
    project: project,
  },
  examples: [
    ["howdah gc --dry-run", "what would be removed, what stays, and why"],
    ["howdah gc --keep 2", "also what crashed deploys left more than a day ago"],
  ],
  notes: [
    "A release stays while it is current, among the newest, or used by a job of Oozie that is not over, whoever's it is.\nWhere Oozie does not answer nothing is removed. A job whose release is gone cannot be run again.",
  ],
  run: async (args, io) => (await import("../handlers/releases.ts")).handleGc(args, io),
};
