import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { onDisk } from "../project/disk.ts";
import type { Data } from "./data.ts";

/*
 * Partitions of a unit that failed its checks are kept aside, in `_howdah/held/<job>/<key>/<table>`, where nobody but
 * who looks for them sees them: replaced by the unit's next failure, gone with its next success.
 */

export function heldFolder(data: Data, job: string, unit: string): string {
  return join(data.own("held"), job, unit);
}

/** Puts folders, by the table's full name, into the place of a unit. */
export function hold(data: Data, job: string, unit: string, tables: ReadonlyMap<string, string>): void {
  const place = heldFolder(data, job, unit);
  onDisk("keep the partitions aside", place, () => {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    for (const [table, folder] of tables) renameSync(folder, join(place, table));
  });
}

/** Forgets what was kept aside of a unit. */
export function release(data: Data, job: string, unit: string): void {
  const place = heldFolder(data, job, unit);
  if (!existsSync(place)) return;
  onDisk("remove what was kept aside", place, () => {
    rmSync(place, { recursive: true });
    const units = dirname(place);
    if (readdirSync(units).length === 0) rmSync(units, { recursive: true });
  });
}

/** A unit whose partitions are kept aside. */
export interface HeldUnit {
  readonly job: string;
  readonly unit: string;
  readonly folder: string;
}

export function heldUnits(data: Data): readonly HeldUnit[] {
  const root = data.own("held");
  const foldersIn = (folder: string): readonly string[] =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name)
          .sort()
      : [];
  return foldersIn(root).flatMap((job) =>
    foldersIn(join(root, job)).map((unit) => ({ job, unit, folder: join(root, job, unit) })),
  );
}
