import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { interrupted } from "../connect/errors.ts";
import { inParallel } from "../connect/parallel.ts";
import {
  absentIfMissing,
  folderOf,
  isNotFound,
  removeUnfinished,
  sha256Of,
  upload,
  type FileStatus,
  type WebHdfs,
} from "../connect/webhdfs/index.ts";
import { HowdahError, isHowdahError } from "../core/errors.ts";
import { recordFile, type RawRecord } from "../jobs/record.ts";
import { successFlag } from "../oozie/dataset.ts";
import { onDisk } from "../project/disk.ts";
import type { FolderOf, Held, StagedInstance } from "../project/ingestfolder.ts";
import {
  instanceExists,
  instanceIncomplete,
  instanceMissing,
  isHidden,
  nameToPlace,
  recordOf,
  recordText,
  sameContent,
  type FileToPlace,
  type PlaceOptions,
  type RawFile,
} from "../project/rawinstance.ts";

/*
 * Raw data-set instances on HDFS, as src/local/instance.ts has them on a folder: a new one is filled beside its place
 * and comes in by one rename, flag and all; an addition takes the flag away for a moment. The caller holds the data
 * set's lock, so whatever lies beside an instance was left by somebody who is gone.
 */

export interface HdfsPlaceOptions extends PlaceOptions {
  readonly signal?: AbortSignal;
}

/** Files of an instance that are copied side by side. */
const filesAtOnce = 4;

/**
 * Puts files into an instance; at any kill it is as it was, complete with the files, or without its flag. What a kill
 * leaves is cleared by the next call. Throws `INSTANCE_EXISTS`, `INSTANCE_INCOMPLETE`, `INSTANCE_MISSING`,
 * `SAME_CONTENT`, `FILE_NAME`, `FILE_CHANGED`, and a ConnectError of the server.
 */
export async function placeOnHdfs(
  hdfs: WebHdfs,
  folder: string,
  files: readonly FileToPlace[],
  options: HdfsPlaceOptions,
): Promise<RawRecord> {
  const { doneFlag = successFlag, mode, signal } = options;
  await recover(hdfs, folder);
  if (mode === "add") return addTo(hdfs, folder, files, doneFlag, signal);
  if (mode === "new") await refuseExisting(hdfs, folder, doneFlag, signal);
  const call = signal === undefined ? {} : { signal };
  // What is not refused may still be there: a folder without files.
  const staged = await stageOnHdfs(hdfs, folder, files, { doneFlag, replaces: true, ...call });
  await staged.publish();
  return staged.record;
}

export interface HdfsStageOptions extends Pick<HdfsPlaceOptions, "doneFlag" | "signal"> {
  /** Whether something may be in its place. */
  readonly replaces: boolean;
}

/**
 * Fills an instance beside its place, which `publish` brings there. Call it after `lookOn`, or another look at what is
 * there. Throws `FILE_NAME`, `FILE_CHANGED`, and a ConnectError of the server.
 */
export async function stageOnHdfs(
  hdfs: WebHdfs,
  folder: string,
  files: readonly FileToPlace[],
  { doneFlag = successFlag, replaces, signal }: HdfsStageOptions,
): Promise<StagedInstance & { readonly record: RawRecord }> {
  const call = { ...(signal === undefined ? {} : { signal }), overwrite: true };
  const [staged, old] = [beside(folder, "new"), beside(folder, "old")];
  // Without the caller's signal: it may be what ended the work.
  const discard = async (): Promise<void> => {
    await hdfs.rm(staged, { recursive: true, force: true, deadline: 5000 }).catch(() => undefined);
  };
  const cleanly = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      await removeUnfinished(hdfs, staged, error, signal).catch(() => undefined);
      if (!isHowdahError(error) || error.code !== "INTERRUPTED") throw error;
      throw interrupted(
        `${folder} was not filled`,
        folder,
        "what was there before is there: the same command begins anew",
      );
    }
  };
  const record = await cleanly(async () => {
    const made = recordOf(await copyAll(hdfs, files, [], (name) => `${staged}/${name}`, signal));
    // Both are there before anybody sees them: it does not matter which comes first.
    await Promise.all([
      hdfs.create(`${staged}/${recordFile}`, recordText(made), call),
      ...(doneFlag === "" ? [] : [hdfs.create(`${staged}/${doneFlag}`, "", call)]),
    ]);
    return made;
  });
  // A moment's work, which no signal cuts in two.
  const publish = (): Promise<void> =>
    cleanly(async () => {
      const replaced = replaces && (await renamedIfThere(hdfs, folder, old));
      try {
        // Without overwriting, a rename into a folder that is there would go below it.
        await hdfs.mv(staged, folder, { overwrite: true });
      } catch (error) {
        if (replaced) await hdfs.mv(old, folder);
        throw error;
      }
      if (replaced) await hdfs.rm(old, { recursive: true, force: true });
    });
  return { record, publish, discard };
}

/** Instances that are looked at side by side. */
const looksAtOnce = 16;

/**
 * What is in the folders of instances, by folder; those that hold nothing are left out. What a kill left of them is
 * cleared before, unless it shall only be looked.
 */
export async function lookOn(
  hdfs: WebHdfs,
  folders: readonly FolderOf[],
  { onlyLook, signal }: { readonly onlyLook: boolean; readonly signal?: AbortSignal },
): Promise<ReadonlyMap<string, Held>> {
  const parents = new Map<string, FolderOf[]>();
  for (const one of folders) {
    const parent = folderOf(one.folder);
    parents.set(parent, [...(parents.get(parent) ?? []), one]);
  }
  const held = new Map<string, Held>();
  for (const [parent, some] of parents) {
    // One listing of a folder tells of hundreds of instances that nothing is there.
    const names = new Set((await listed(hdfs, parent, signal)).map(({ path }) => path));
    await inParallel(some, looksAtOnce, async ({ folder, doneFlag }) => {
      const left = names.has(beside(folder, "new")) || names.has(beside(folder, "old"));
      if (left && !onlyLook) await recover(hdfs, folder);
      const one = left || names.has(folder) ? await heldOn(hdfs, folder, doneFlag, signal) : undefined;
      if (one !== undefined) held.set(folder, one);
    });
  }
  return held;
}

async function heldOn(
  hdfs: WebHdfs,
  folder: string,
  doneFlag: string,
  signal?: AbortSignal,
): Promise<Held | undefined> {
  const list = await absentIfMissing(hdfs.ls(folder, signal === undefined ? {} : { signal }));
  if (list === undefined) return undefined;
  const files = dataFiles(list);
  if (doneFlag !== "" && !list.some(({ name }) => name === doneFlag))
    return files.length === 0 ? undefined : { complete: false };
  return { complete: true, files: await rawFiles(hdfs, list, await readRecord(hdfs, folder, list, signal), signal) };
}

async function refuseExisting(hdfs: WebHdfs, folder: string, doneFlag: string, signal?: AbortSignal): Promise<void> {
  const status = await hdfs.statIfThere(folder, signal === undefined ? {} : { signal });
  if (status === undefined) return;
  const list = await listed(hdfs, folder, signal);
  if (doneFlag === "" || list.some(({ name }) => name === doneFlag)) throw instanceExists(folder);
  if (dataFiles(list).length > 0) throw instanceIncomplete(folder);
}

async function addTo(
  hdfs: WebHdfs,
  folder: string,
  files: readonly FileToPlace[],
  doneFlag: string,
  signal?: AbortSignal,
): Promise<RawRecord> {
  const list = await listed(hdfs, folder, signal);
  const hasFlag = list.some(({ name }) => name === doneFlag);
  const complete = doneFlag === "" ? await hdfs.exists(folder) : hasFlag;
  const record = await readRecord(hdfs, folder, list, signal);
  if (!complete && record === undefined) throw instanceMissing(folder);
  const present = await rawFiles(hdfs, list, record, signal);
  const aside = (name: string): string => `${folder}/.adding-${name}`;
  try {
    // Checked before the flag goes: a refusal leaves the instance as it was.
    const copied = await copyAll(hdfs, files, present, aside, signal);
    const added = copied.filter((file) => {
      const twin = present.find(({ sha256 }) => sha256 === file.sha256);
      if (twin === undefined) return true;
      if (complete) throw sameContent(file.path, `${folder}/${twin.name}`);
      return false; // The addition was cut off after this file came in.
    });
    const whole = recordOf([...present, ...added]);
    await hdfs.create(aside("record"), recordText(whole), { overwrite: true });
    const flag = `${folder}/${doneFlag}`;
    if (hasFlag) await hdfs.mv(flag, aside("flag"));
    for (const { name } of added) await hdfs.mv(aside(name), `${folder}/${name}`);
    await hdfs.mv(aside("record"), `${folder}/${recordFile}`, { overwrite: true });
    if (hasFlag) await hdfs.mv(aside("flag"), flag);
    else if (doneFlag !== "") await hdfs.create(flag, "", { overwrite: true });
    return whole;
  } finally {
    await clearAdditions(hdfs, folder).catch(() => undefined);
  }
}

/** What killed calls left: an instance that was put aside comes back, the rest goes. */
async function recover(hdfs: WebHdfs, folder: string): Promise<void> {
  const [staged, old] = [beside(folder, "new"), beside(folder, "old")];
  await hdfs.rm(staged, { recursive: true, force: true });
  const there = await hdfs.exists(folder);
  if (there) await hdfs.rm(old, { recursive: true, force: true });
  else await renamedIfThere(hdfs, old, folder);
  if (there) await clearAdditions(hdfs, folder);
}

async function clearAdditions(hdfs: WebHdfs, folder: string): Promise<void> {
  for (const { name, path } of await listed(hdfs, folder))
    if (name.startsWith(".adding-")) await hdfs.rm(path, { force: true });
}

type CopiedFile = RawFile & { readonly path: string };

/** Copies files to where `place` says, under names that are free beside those that are present. */
async function copyAll(
  hdfs: WebHdfs,
  files: readonly FileToPlace[],
  present: readonly RawFile[],
  place: (name: string) => string,
  signal: AbortSignal | undefined,
): Promise<readonly CopiedFile[]> {
  const taken = new Set(present.map(({ name }) => name));
  const named = files.map(({ path, name = basename(path) }) => {
    const free = nameToPlace(name, path, taken);
    taken.add(free);
    return { path, name: free };
  });
  const copied = new Map<string, CopiedFile>();
  await inParallel(named, filesAtOnce, async ({ path, name }) => {
    const { size: bytes, mtimeMs } = onDisk("read the file", path, () => statSync(path));
    const given = signal === undefined ? {} : { signal };
    const [sha256] = await Promise.all([
      sha256Of(createReadStream(path)),
      upload(hdfs, path, place(name), { ...given, overwrite: true, rename: false }),
    ]);
    const after = onDisk("read the file", path, () => statSync(path));
    if (after.size !== bytes || after.mtimeMs !== mtimeMs)
      throw new HowdahError("the file changed while it was copied", {
        code: "FILE_CHANGED",
        fault: "run",
        where: path,
        next: "ingest it again once nobody writes it",
      });
    copied.set(name, { path, name, bytes, sha256 });
  });
  return named.map(({ name }) => copied.get(name)!);
}

/** Data files with their hashes: as the record says, or of what other tools have put beside or after it, read anew. */
async function rawFiles(
  hdfs: WebHdfs,
  list: readonly FileStatus[],
  record: RawRecord | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly RawFile[]> {
  const call = signal === undefined ? {} : { signal };
  const recorded = list.find(({ name }) => name === recordFile)?.modified ?? 0;
  const found: RawFile[] = [];
  for (const { name, path, length, modified } of dataFiles(list)) {
    const known =
      modified > recorded ? undefined : record?.files.find((file) => file.name === name && file.bytes === length);
    found.push(known ?? { name, bytes: length, sha256: await sha256Of(hdfs.read(path, call)) });
  }
  return found;
}

async function readRecord(
  hdfs: WebHdfs,
  folder: string,
  list: readonly FileStatus[],
  signal: AbortSignal | undefined,
): Promise<RawRecord | undefined> {
  if (!list.some(({ name }) => name === recordFile)) return undefined;
  const text = await hdfs.cat(`${folder}/${recordFile}`, signal === undefined ? {} : { signal });
  try {
    const record = JSON.parse(text.toString()) as Partial<RawRecord> | null;
    return Array.isArray(record?.files) ? (record as RawRecord) : undefined;
  } catch {
    // Whatever it was, it says nothing of the files.
    return undefined;
  }
}

function dataFiles(list: readonly FileStatus[]): readonly FileStatus[] {
  return list.filter(({ name, type }) => type === "file" && !isHidden(name));
}

async function listed(hdfs: WebHdfs, folder: string, signal?: AbortSignal): Promise<readonly FileStatus[]> {
  return (await absentIfMissing(hdfs.ls(folder, signal === undefined ? {} : { signal }))) ?? [];
}

async function renamedIfThere(hdfs: WebHdfs, from: string, to: string): Promise<boolean> {
  try {
    await hdfs.mv(from, to);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** A folder beside an instance that engines ignore. */
function beside(folder: string, which: "new" | "old"): string {
  const at = folder.lastIndexOf("/") + 1;
  return `${folder.slice(0, at)}.${folder.slice(at)}.${which}`;
}
