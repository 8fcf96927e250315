import { exitCodes } from "../../core/errors.ts";
import { prunable, prune, type Prunable } from "../../local/clean.ts";
import { projectOptions, type Command } from "../command.ts";
import { defines, timeOption } from "../parse.ts";
import { projectOf, withTarget } from "../project.ts";

export const cleanCommand: Command = {
  name: "clean",
  usage: "clean [--before TIME] [--yes]",
  describe: "take away the rows of old partitions of tables that may be pruned",
  positionals: { min: 0, max: 0 },
  options: {
    before: { type: "string", value: "TIME", describe: "partitions before it (default: all but those a table keeps)" },
    yes: { type: "boolean", describe: "do it; without it, clean shows what it would do" },
    ...projectOptions,
  },
  examples: [
    ["howdah clean", "shows what could go"],
    ["howdah clean --before 2012-03-10T00:00Z --yes", "takes the rows away that are older"],
  ],
  notes: [
    "A pruned partition keeps its record, without flag and rows: its hour still counts as done, and is made again only by\nhowdah run --rerun. The newest partition of each table always stays.",
  ],
  run: async (args, io) => {
    const project = await projectOf(args, io);
    return withTarget(args, project, defines(args), (target) => {
      const found = prunable(target, timeOption(args, "before"));
      if (args.flag("yes")) prune(target, found);
      const tables = [...grouped(found)].map(([table, partitions]) => ({
        table,
        partitions: partitions.length,
        first: partitions[0]!.instance,
        last: partitions.at(-1)!.instance,
        rows: sum(partitions.map(({ rows }) => rows)),
        bytes: sum(partitions.map(({ bytes }) => bytes)),
      }));
      if (io.json) io.out(JSON.stringify({ done: args.flag("yes"), tables }));
      else {
        for (const { table, partitions, first, last, rows, bytes } of tables)
          io.out(`${table}  ${first} … ${last}  ${partitions} partitions, ${rows} rows, ${bytes} bytes`);
        if (found.length === 0) io.out("nothing may go");
        else io.out(args.flag("yes") ? "pruned" : "nothing was changed; --yes does it");
      }
      return Promise.resolve(exitCodes.done);
    });
  },
};

function grouped(found: readonly Prunable[]): ReadonlyMap<string, readonly Prunable[]> {
  const map = new Map<string, Prunable[]>();
  for (const one of found) {
    const { fullName } = one.dataSet.table;
    map.set(fullName, [...(map.get(fullName) ?? []), one]);
  }
  return map;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
