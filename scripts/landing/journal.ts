import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { addToInstance, isComplete, onDisk, publishInstance, readRaw, successFlag, writeByRename } from "howdah";
import type { LandingSummary } from "./summary.ts";
import type { SourceFile } from "./source-file.ts";
import { valuesFile, type LandingValues } from "./values.ts";

/*
 * A landing prepares everything in a folder aside. Writing the journal there is the moment from which it is landed:
 * what a kill then leaves undone, the next landing does first. A kill before that leaves nothing landed.
 */

/** What was asked for, to know a repeated landing by. */
export interface Request {
  readonly webLogs: readonly SourceFile[];
  readonly sales: readonly SourceFile[];
  readonly products: SourceFile | null;
  readonly encoding: string;
  readonly from: number | null;
  readonly until: number | null;
  readonly mode: "new" | "replace" | "add";
  readonly values: LandingValues | null;
}

export interface Journal {
  readonly request: Request;
  readonly values: LandingValues | null;
  /** Instances landed with other values, all of which this landing replaces: none may be read with the new ones. */
  readonly outdated: readonly string[];
  /** Folders below the landing, each prepared under the same path aside. */
  readonly instances: readonly JournalEntry[];
  /** Files below the landing with rows that belong to no hour. */
  readonly loose: readonly string[];
  readonly summary: LandingSummary;
}

export type JournalEntry =
  | { readonly how: "place"; readonly folder: string }
  | { readonly how: "add"; readonly folder: string; readonly file: string; readonly sha256: string };

/** Where a landing is prepared: on the same disk, in a folder that engines ignore. */
export function stagingFolder(landing: string): string {
  return join(landing, "_landing.staging");
}

function journalFile(landing: string): string {
  return join(stagingFolder(landing), "journal.json");
}

export function writeJournal(landing: string, journal: Journal): void {
  const path = journalFile(landing);
  onDisk("write the landing's journal", path, () => writeByRename(path, `${path}.aside`, JSON.stringify(journal)));
}

/** Does what the journal says and is not done yet, and clears it. Gives undefined where there is none. */
export function carryOut(landing: string): Journal | undefined {
  const path = journalFile(landing);
  if (!existsSync(path)) return undefined;
  const journal = JSON.parse(onDisk("read the landing's journal", path, () => readFileSync(path, "utf8"))) as Journal;
  const staging = stagingFolder(landing);
  if (journal.values !== null) {
    for (const folder of journal.outdated) {
      // One that came anew before a kill keeps its flag.
      const flag = join(landing, folder, successFlag);
      if (existsSync(join(staging, folder))) onDisk("take the flag away", flag, () => rmSync(flag, { force: true }));
    }
    const values = valuesFile(landing);
    const text = `${JSON.stringify(journal.values, undefined, 2)}\n`;
    onDisk("write the landing's values", values, () => writeByRename(values, join(staging, "values.aside"), text));
  }
  for (const entry of journal.instances) {
    const staged = join(staging, entry.folder);
    const folder = join(landing, entry.folder);
    if (entry.how === "place") {
      if (existsSync(staged)) publishInstance(staged, folder);
    } else if (!isComplete(folder) || !readRaw(folder).some(({ sha256 }) => sha256 === entry.sha256))
      addToInstance(folder, [{ path: join(staged, entry.file) }]);
  }
  for (const file of journal.loose) {
    const staged = join(staging, file);
    const target = join(landing, file);
    onDisk("keep the rows without an hour", target, () => {
      mkdirSync(dirname(target), { recursive: true });
      if (existsSync(staged)) renameSync(staged, target);
    });
  }
  clearStaging(landing);
  return journal;
}

export function clearStaging(landing: string): void {
  const staging = stagingFolder(landing);
  onDisk("clear the landing's work", staging, () => rmSync(staging, { recursive: true, force: true }));
}
