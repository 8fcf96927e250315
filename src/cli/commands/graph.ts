import { projectOptions, type Command } from "../command.ts";

export const graphCommand: Command = {
  name: "graph",
  usage: "graph [NAME] [--format svg|dot|mermaid|text] [--out FILE]",
  describe: "draw who feeds whom in a project, or a bundle, a coordinator, a workflow, a job or a table",
  positionals: { min: 0, max: 1 },
  options: {
    format: {
      type: "string",
      value: "FORMAT",
      describe: "svg, dot, mermaid or text (default: by the name of --out, else text)",
    },
    out: { type: "string", value: "FILE", describe: "write to a file (default: to stdout)" },
    project: projectOptions.project,
  },
  examples: [
    ["howdah graph --out lineage.svg", "raw files, jobs, tables: who feeds whom, as a picture"],
    ["howdah graph prepare-hour", "a workflow with its forks, decisions and failures, on the terminal"],
    ["howdah graph warehouse.session_mapped --format mermaid", "what a table is made of, for Markdown"],
  ],
  notes: [
    "Files named .svg, .dot, .gv, .mmd, .mermaid and .txt have their format by their name. No server is asked and no data is\nread; the definitions need not be right. --json prints nodes, edges and groups.",
  ],
  run: async (args, io) => (await import("../handlers/graph.ts")).handle(args, io),
};
