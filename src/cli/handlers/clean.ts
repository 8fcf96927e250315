import { exitCodes } from "../../core/errors.ts";
import { prunable, prune, type Prunable } from "../../local/clean.ts";
import { defines, timeOption } from "../values.ts";
import { projectOf, withTarget } from "../project.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";

/** `howdah clean` */
export async function handle(args: Arguments, io: Io): Promise<number> {
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
}

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
