import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { inParallel } from "../connect/parallel.ts";
import {
  absentIfMissing,
  isNotFound,
  sha256Of,
  upload,
  type FileStatus,
  type WebHdfs,
} from "../connect/webhdfs/index.ts";
import { HowdahError } from "../core/errors.ts";
import { recordFile, type RawRecord } from "../jobs/record.ts";
import { successFlag } from "../oozie/dataset.ts";
import { onDisk } from "../project/disk.ts";
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
  const call = signal === undefined ? {} : { signal };
  const [staged, old] = [beside(folder, "new"), beside(folder, "old")];
  await recover(hdfs, folder);
  if (mode === "add") return addTo(hdfs, folder, files, doneFlag, signal);
  if (mode === "new") await refuseExisting(hdfs, folder, doneFlag, signal);
  try {
    await hdfs.mkdir(staged, call);
    const record = recordOf(await copyAll(hdfs, files, [], (name) => `${staged}/${name}`, signal));
    await hdfs.create(`${staged}/${recordFile}`, recordText(record), { ...call, overwrite: true });
    if (doneFlag !== "") await hdfs.create(`${staged}/${doneFlag}`, "", { ...call, overwrite: true });
    // From here on it is a moment's work, which is not cut in two: a rename into a folder that is there would go below it.
    const replaced = await renamedIfThere(hdfs, folder, old);
    try {
      await hdfs.mv(staged, folder);
    } catch (error) {
      if (replaced) await hdfs.mv(old, folder);
      throw error;
    }
    if (replaced) await hdfs.rm(old, { recursive: true, force: true });
    return record;
  } catch (error) {
    // Without the caller's signal: it may be what ended the work.
    await hdfs.rm(staged, { recursive: true, force: true, deadline: 5000 }).catch(() => undefined);
    throw error;
  }
}

/** The record of an instance whose files are there as it says, by names and lengths; undefined where that is not so. */
export async function recordOn(
  hdfs: WebHdfs,
  folder: string,
  doneFlag: string,
  signal?: AbortSignal,
): Promise<RawRecord | undefined> {
  const list = await listed(hdfs, folder, signal);
  if (doneFlag !== "" && !list.some(({ name }) => name === doneFlag)) return undefined;
  const record = await readRecord(hdfs, folder, list, signal);
  const there = dataFiles(list).map(({ name, length }) => `${name} ${length}`);
  const said = record?.files.map(({ name, bytes }) => `${name} ${bytes}`) ?? [];
  return JSON.stringify(there.sort()) === JSON.stringify([...said].sort()) ? record : undefined;
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
  const present = await rawFiles(hdfs, dataFiles(list), record, signal);
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
    const sha256 = await sha256Of(createReadStream(path));
    const given = signal === undefined ? {} : { signal };
    await upload(hdfs, path, place(name), { ...given, overwrite: true, rename: false });
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

/** Data files with their hashes: as the record says, or of what other tools have put, read anew. */
async function rawFiles(
  hdfs: WebHdfs,
  files: readonly FileStatus[],
  record: RawRecord | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly RawFile[]> {
  const call = signal === undefined ? {} : { signal };
  const found: RawFile[] = [];
  for (const { name, path, length } of files) {
    const known = record?.files.find((file) => file.name === name && file.bytes === length);
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
