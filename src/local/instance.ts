import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../core/errors.ts";
import { recordFile, type RawRecord } from "../jobs/record.ts";
import { successFlag } from "../oozie/dataset.ts";
import { isRunning } from "../project/process.ts";
import { onDisk } from "../project/disk.ts";
import { chunks, dataFiles, readRaw } from "../project/rawfolder.ts";
import {
  contentOf,
  instanceExists,
  instanceIncomplete,
  instanceMissing,
  nameToPlace,
  recordOf,
  recordText,
  sameContent,
  type FileToPlace,
  type PlaceOptions,
  type RawFile,
} from "../project/rawinstance.ts";

export { contentOf, readRaw, type FileToPlace, type PlaceOptions, type RawFile };

/*
 * Raw data-set instances on a folder. An instance is complete when its flag is there, so a flag may never stand in a
 * folder that is being filled. A new instance is therefore filled beside its place and comes in by one rename, flag
 * and all; only an addition to an instance that readers know takes the flag away for a moment.
 */

/** Whether an instance's flag is there. */
export function isComplete(folder: string, doneFlag = successFlag): boolean {
  return existsSync(join(folder, doneFlag));
}

/**
 * Puts files into an instance; at any kill it is as it was, complete with the files, or without its flag. What a kill
 * leaves is cleared by the next call.
 *
 * Throws `INSTANCE_EXISTS`, `INSTANCE_INCOMPLETE`, `INSTANCE_MISSING`, `SAME_CONTENT`, `FILE_NAME`, and what
 * `diskError` makes of the file system's refusals.
 */
export function placeInstance(folder: string, files: readonly FileToPlace[], options: PlaceOptions): RawRecord {
  const { doneFlag = successFlag, mode } = options;
  if (mode === "add") return addToInstance(folder, files, doneFlag);
  const parent = dirname(folder);
  onDisk("make the folder", parent, () => mkdirSync(parent, { recursive: true }));
  recoverInstances(parent);
  if (mode === "new") refuseExisting(folder, doneFlag);
  const staged = besides(folder, "new");
  try {
    onDisk("make the folder", staged, () => mkdirSync(staged));
    const record = sealInstance(staged, copyAll(files, staged, []), doneFlag);
    publishInstance(staged, folder);
    return record;
  } catch (error) {
    rmSync(staged, { recursive: true, force: true });
    throw error;
  }
}

/** Gives a folder that is filled aside its record and its flag. */
export function sealInstance(folder: string, files: readonly RawFile[], doneFlag = successFlag): RawRecord {
  const record = recordOf(files);
  onDisk("write the instance's record and flag", folder, () => {
    writeFileSync(join(folder, recordFile), recordText(record));
    if (doneFlag !== "") writeFileSync(join(folder, doneFlag), "");
  });
  return record;
}

/** Renames a sealed folder to its place on the same disk; what stood there goes. */
export function publishInstance(sealed: string, folder: string): void {
  const aside = besides(folder, "old");
  onDisk("put the instance in place", folder, () => {
    mkdirSync(dirname(folder), { recursive: true });
    const replaced = renameIfThere(folder, aside);
    try {
      renameSync(sealed, folder);
    } catch (error) {
      if (replaced && !existsSync(folder)) renameSync(aside, folder);
      throw error;
    }
    if (replaced) rmSync(aside, { recursive: true, force: true });
  });
}

/** Refuses an instance that is there, or that somebody else may be filling. */
export function refuseExisting(folder: string, doneFlag = successFlag): void {
  if (!existsSync(folder)) return;
  if (isComplete(folder, doneFlag)) throw instanceExists(folder);
  if (dataFiles(folder).length > 0) throw instanceIncomplete(folder);
}

/** Whether {@link refuseExisting} would refuse. */
export function isOccupied(folder: string, doneFlag = successFlag): boolean {
  return existsSync(folder) && (isComplete(folder, doneFlag) || dataFiles(folder).length > 0);
}

/** Clears what killed calls left beside the instances of a folder; an instance that was put aside comes back. */
export function recoverInstances(parent: string): void {
  if (!existsSync(parent)) return;
  onDisk("clear what a killed run left", parent, () => {
    for (const entry of readdirSync(parent)) {
      const [, name, which, owner] = besidesName.exec(entry) ?? [];
      if (name === undefined || isAlive(Number(owner))) continue;
      const left = join(parent, entry);
      if (which === "old" && !existsSync(join(parent, name))) renameSync(left, join(parent, name));
      else rmSync(left, { recursive: true, force: true });
    }
  });
}

/** What a raw instance holds, as records name it: a hash of its files' names and contents. */
export function rawContent(folder: string): string {
  return contentOf(readRaw(folder));
}

/** {@link placeInstance} in the mode `add`. */
export function addToInstance(folder: string, files: readonly FileToPlace[], doneFlag = successFlag): RawRecord {
  recoverInstances(dirname(folder));
  const complete = isComplete(folder, doneFlag);
  if (!complete && !existsSync(join(folder, recordFile))) throw instanceMissing(folder);
  const aside = (name: string | number): string => join(folder, `.adding-${name}`);
  clearAdditions(folder);
  const present = readRaw(folder);
  try {
    // Checked before the flag goes: a refusal leaves the instance as it was.
    const added = copyAll(files, folder, present, aside).filter((file, i) => {
      const twin = present.find(({ sha256 }) => sha256 === file.sha256);
      if (twin === undefined) return true;
      if (complete) throw sameContent(files[i]!.path, join(folder, twin.name));
      return false; // The addition was cut off after this file came in.
    });
    const record = recordOf([...present, ...added]);
    onDisk("add to the instance", folder, () => {
      writeFileSync(aside("record"), recordText(record));
      const flag = join(folder, doneFlag);
      if (complete && doneFlag !== "") renameSync(flag, aside("flag"));
      for (const { name, staged } of added) renameSync(staged, join(folder, name));
      renameSync(aside("record"), join(folder, recordFile));
      if (doneFlag !== "") {
        if (complete) renameSync(aside("flag"), flag);
        else writeFileSync(flag, "");
      }
    });
    return record;
  } finally {
    clearAdditions(folder);
  }
}

function clearAdditions(folder: string): void {
  onDisk("clear what a killed run left", folder, () => {
    for (const name of readdirSync(folder))
      if (name.startsWith(".adding-")) rmSync(join(folder, name), { force: true });
  });
}

/** Copies files into a folder under names that are free there, or under other names that the caller gives. */
function copyAll(
  files: readonly FileToPlace[],
  folder: string,
  present: readonly RawFile[],
  stagedAs?: (index: number) => string,
): (RawFile & { readonly staged: string })[] {
  const taken = new Set(present.map(({ name }) => name));
  return files.map(({ path, name = basename(path) }, i) => {
    const free = nameToPlace(name, path, taken);
    taken.add(free);
    const staged = stagedAs?.(i) ?? join(folder, free);
    return { name: free, staged, ...copyHashed(path, staged) };
  });
}

function copyHashed(from: string, to: string): { bytes: number; sha256: string } {
  const source = onDisk("read the file", from, () => openSync(from, "r"));
  try {
    const target = onDisk("write the file", to, () => openSync(to, "wx"));
    try {
      const hash = createHash("sha256");
      let bytes = 0;
      for (const chunk of chunks(source, from)) {
        hash.update(chunk);
        onDisk("write the file", to, () => {
          for (let at = 0; at < chunk.length;) at += writeSync(target, chunk, at);
        });
        bytes += chunk.length;
      }
      return { bytes, sha256: hash.digest("hex") };
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** A folder beside an instance that engines ignore; its name tells whose it is. */
function besides(folder: string, which: "new" | "old"): string {
  return join(dirname(folder), `.${basename(folder)}.${which}-${process.pid}`);
}
const besidesName = /^\.(.+)\.(new|old)-(\d+)$/;

/** Another process that is running. Calls of this one never overlap, so its own leftovers are leftovers. */
function isAlive(pid: number): boolean {
  return pid !== process.pid && isRunning(pid);
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
