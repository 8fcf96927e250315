import { projectOptions, type Command } from "../command.ts";

export const ingestCommand: Command = {
  name: "ingest",
  usage: "ingest DATA-SET --instance TIME [FILE…]",
  describe: "put files into an instance of a data set, the flag last",
  positionals: { min: 1, max: Infinity },
  options: {
    instance: { type: "string", value: "TIME", describe: "the instance's time, such as 2012-03-01T00:00Z" },
    add: {
      type: "boolean",
      describe: "put further files into an instance that exists; what was made of it gets stale",
    },
    replace: { type: "boolean", describe: "put these files in the place of those of an instance that exists" },
    "allow-gap": { type: "boolean", describe: "although an earlier instance is not there yet" },
    ...projectOptions,
  },
  examples: [
    ["howdah ingest web-logs --instance 2012-03-01T00:00Z hits.tsv.gz", "an hour of a feed"],
    ["howdah ingest web-logs --instance 2012-03-01T00:00Z --add late.tsv", "late data for the same hour"],
    ["howdah ingest web-logs --target sandbox --instance 2012-03-01T00:00Z hits.tsv.gz", "the same on a cluster"],
    ["howdah ingest sales --instance 2012-03-01T01:00Z", "an hour without data: the flag alone"],
  ],
  run: async (args, io) => (await import("../handlers/ingest.ts")).handle(args, io),
};
