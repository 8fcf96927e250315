import { exitCodes } from "../../core/errors.ts";
import { prunable, prune, removeHeld, type Prunable } from "../../local/clean.ts";
import { heldUnits } from "../../local/held.ts";
import { defines, timeOption } from "../values.ts";
import { projectOf, withTarget } from "../project.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";

/** `howdah clean` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  return withTarget(args, project, defines(args), (target) => {
    const found = prunable(target, timeOption(args, "before"));
    const held = heldUnits(target.data);
    if (args.flag("yes")) {
      prune(target, found);
      removeHeld(target, held);
    }
    const tables = [...grouped(found)].map(([table, partitions]) => ({
      table,
      partitions: partitions.length,
      first: partitions[0]!.instance,
      last: partitions.at(-1)!.instance,
      rows: sum(partitions.map(({ rows }) => rows)),
      bytes: sum(partitions.map(({ bytes }) => bytes)),
    }));
    if (io.json) io.out(JSON.stringify({ done: args.flag("yes"), tables, held }));
    else {
      for (const { table, partitions, first, last, rows, bytes } of tables)
        io.out(`${table}  ${first} … ${last}  ${partitions} partitions, ${rows} rows, ${bytes} bytes`);
      for (const { job, unit } of held) io.out(`${job} ${unit}  kept aside, for it failed its checks`);
      if (found.length + held.length === 0) io.out("nothing may go");
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
