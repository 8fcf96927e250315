import { projectOptions, type Command } from "../command.ts";

export const ingestCommand: Command = {
  name: "ingest",
  usage: "ingest DATA-SET --instance TIME [FILE…] | ingest [DATA-SET…] --from-folder FOLDER",
  describe: "put files into instances of data sets, the flag last",
  positionals: { min: 0, max: Infinity },
  options: {
    instance: { type: "string", value: "TIME", describe: "the instance's time, such as 2012-03-01T00:00Z" },
    add: {
      type: "boolean",
      describe: "put further files into an instance that exists; what was made of it gets stale",
    },
    replace: { type: "boolean", describe: "put these files in the place of those of an instance that exists" },
    "allow-gap": { type: "boolean", describe: "although an earlier instance is not there yet" },
    "from-folder": {
      type: "string",
      value: "FOLDER",
      describe: "put all that landing made in a folder of this machine, such as data/landing",
    },
    from: { type: "string", value: "TIME", describe: "with --from-folder: from this time on (default: its first)" },
    until: { type: "string", value: "TIME", describe: "with --from-folder: before this time (default: all)" },
    "dry-run": { type: "boolean", describe: "with --from-folder: only list what would be put" },
    ...projectOptions,
  },
  examples: [
    ["howdah ingest web-logs --instance 2012-03-01T00:00Z hits.tsv.gz", "an hour of a feed"],
    ["howdah ingest web-logs --instance 2012-03-01T00:00Z --add late.tsv", "late data for the same hour"],
    ["howdah ingest web-logs --target sandbox --instance 2012-03-01T00:00Z hits.tsv.gz", "the same on a cluster"],
    ["howdah ingest sales --instance 2012-03-01T01:00Z", "an hour without data: the flag alone"],
    ["howdah ingest --target sandbox --from-folder data/landing", "every landed hour of all data sets"],
  ],
  notes: [
    "With --from-folder, instances that are there with the same content stay as they are, so that doing it again goes on\nwhere it was broken off; other content is refused before anything is put, unless --replace is given. The landing's\nrecord of values goes where the target's parameterFiles look for it.",
  ],
  run: async (args, io) => (await import("../handlers/ingest.ts")).handle(args, io),
};
