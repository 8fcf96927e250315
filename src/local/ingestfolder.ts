import { existsSync, readFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { isHowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { onDisk, writeByRename } from "../project/disk.ts";
import {
  ingestFolder,
  type FolderIngested,
  type FolderIngestOptions,
  type Held,
  type InstancePlace,
} from "../project/ingestfolder.ts";
import { landedTimes } from "../project/landed.ts";
import type { LandingFolder } from "../project/landingfolder.ts";
import { lockJob } from "../project/lock.ts";
import { dataFiles, readRaw } from "../project/rawfolder.ts";
import type { Data } from "./data.ts";
import { isComplete, placeInstance, recoverInstances } from "./instance.ts";

/**
 * Puts the instances of a folder that landing made into another folder target. `parameterFiles` are the target's. Throws
 * what `ingestFolder` and `placeInstance` throw, and `LOCKED`.
 */
export async function ingestFolderHere(
  data: Data,
  parameterFiles: readonly string[],
  source: LandingFolder,
  options: FolderIngestOptions = {},
): Promise<FolderIngested> {
  const place = folderPlace(data, parameterFiles, source);
  if (options.dryRun === true) return ingestFolder(source, place, options);
  const locks: { release(): void }[] = [];
  try {
    for (const { dataSet } of source.sets) locks.push(lockJob(data.own("locks"), `ingest-${dataSet.name}`));
    return await ingestFolder(source, place, options);
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** The first instance; undefined where it follows from what has landed, or has no value. */
export function initialHere(data: Data, { initial }: DataSet): Instant | undefined {
  const { node } = initial;
  if (node.is === "parameter" && data.values.origin(node.name) === "data") return undefined;
  try {
    return data.time(initial);
  } catch (error) {
    // Where it follows from what has landed, the first instance is what it will be.
    if (isHowdahError(error) && error.code === "EL_PARAMETER") return undefined;
    throw error;
  }
}

function folderPlace(data: Data, parameterFiles: readonly string[], { root }: LandingFolder): InstancePlace {
  const above = `${root}/`;
  return {
    folderOf: (dataSet, time) => data.folder(dataSet, time),
    initial: (dataSet) => initialHere(data, dataSet),
    landed: (dataSet) => Promise.resolve(landedTimes(dataSet, data.values)),
    look: (folders, onlyLook) => {
      if (!onlyLook)
        for (const parent of new Set(folders.map(({ folder }) => dirname(folder)))) recoverInstances(parent);
      const held = folders.flatMap(({ folder, doneFlag }): readonly (readonly [string, Held])[] => {
        if (!existsSync(folder)) return [];
        if (isComplete(folder, doneFlag)) return [[folder, { complete: true, files: readRaw(folder) }]];
        return dataFiles(folder).length === 0 ? [] : [[folder, { complete: false }]];
      });
      return Promise.resolve(new Map(held));
    },
    // Files are copied as quickly as they are put in place: nothing is won by copying them before.
    stage: (folder, files, { dataSet: { doneFlag }, state }) =>
      Promise.resolve({
        publish: async () => {
          // Copying does not let go of the process: a signal is heard in between.
          await turn();
          placeInstance(folder, files, { doneFlag, mode: state === "replaced" ? "replace" : "new" });
        },
        discard: () => Promise.resolve(),
      }),
    values: parameterFiles
      .filter((file) => file.startsWith(above))
      .map((path) => ({
        path,
        below: path.slice(above.length),
        read: () =>
          Promise.resolve(
            existsSync(path) ? onDisk("read the values", path, () => readFileSync(path, "utf8")) : undefined,
          ),
        write: (text) => {
          onDisk("write the values", path, () => {
            mkdirSync(dirname(path), { recursive: true });
            writeByRename(path, join(dirname(path), `.${process.pid}.values.part`), text);
          });
          return Promise.resolve();
        },
      })),
  };
}
