import { projectOptions, type Command } from "../command.ts";

export const reportCommand: Command = {
  name: "report",
  usage: "report --out FILE.html [--from TIME] [--until TIME] [--title TEXT]",
  describe: "tell how every hour of a folder of data stands, and what came of it, on one page that needs no network",
  positionals: { min: 0, max: 0 },
  options: {
    out: { type: "string", value: "FILE", describe: "the page's file; an earlier one is replaced" },
    from: { type: "string", value: "TIME", describe: "the first time, such as 2012-03-01T00:00Z (default: all)" },
    until: {
      type: "string",
      value: "TIME",
      describe: "no instance begins at or after it (default: all that there is)",
    },
    title: { type: "string", value: "TEXT", describe: "the page's title (default: the project's name)" },
    ...projectOptions,
  },
  examples: [
    ["howdah report --out report.html", "the newest fifteen days first, with the project's insights"],
    ["howdah report --out march.html --from 2012-03-01T00:00Z --until 2012-04-01T00:00Z --title March", "one month"],
    ["howdah report --json", "the same facts for programs"],
  ],
  notes: [
    "What is done, stale or waits is what howdah run would say; nothing is changed, and a run may go on meanwhile.\nInsights are the named queries that the configuration shows as plots; they tell of all that the tables hold. One that\nfails shows its error in its place, and is told here.",
  ],
  run: async (args, io) => (await import("../handlers/report.ts")).handle(args, io),
};
