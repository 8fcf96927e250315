import { existsSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, plus, stepOf, type Instant, type TimeUnit } from "../core/time.ts";
import type { RawRecord } from "../jobs/record.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { isComplete, placeInstance, type FileToPlace, type PlaceOptions } from "./instance.ts";

export interface IngestRequest {
  readonly dataSet: Pick<DataSet, "name" | "every" | "doneFlag">;
  /** The data set's URI for an instance, as a folder. */
  readonly folderOf: (instance: Instant) => string;
  readonly instance: Instant;
  /** The data set's first instance, where it is known. */
  readonly initial?: Instant;
  readonly files: readonly FileToPlace[];
  /** @default "new" */
  readonly mode?: PlaceOptions["mode"];
  /** Accept that an earlier instance is not there yet. @default false */
  readonly allowGap?: boolean;
}

export interface Ingested {
  readonly folder: string;
  readonly record: RawRecord;
}

/**
 * Puts files into one instance of a data set, the flag last. Throws `INSTANCE_OFF_GRID`, `INSTANCE_BEFORE_INITIAL`,
 * `INSTANCE_GAP` naming the first instance that is missing before this one, and what `placeInstance` throws.
 */
export function ingest(request: IngestRequest): Ingested {
  const { dataSet, instance, folderOf, mode = "new" } = request;
  checkGrid(request);
  // An addition goes to an instance that is there: whatever is missing before it was accepted then.
  if (mode !== "add" && request.allowGap !== true) checkGap(request);
  const folder = folderOf(instance);
  return { folder, record: placeInstance(folder, request.files, { doneFlag: dataSet.doneFlag, mode }) };
}

const wholeUnit: Readonly<Record<TimeUnit, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

function checkGrid({ dataSet, instance, initial }: IngestRequest): void {
  const { every, name } = dataSet;
  if (initial !== undefined && instance < initial)
    throw new HowdahError(
      `${name} begins at ${formatOozieTime(initial)}: the instance ${formatOozieTime(instance)} before it is read by nobody`,
      { code: "INSTANCE_BEFORE_INITIAL", next: "name a later instance, or an earlier initial instance" },
    );
  const step = stepOf(every);
  // Without an initial instance the grid's origin is unknown; whole hours, say, are all that can be asked for.
  const past = initial === undefined ? instance % wholeUnit[every.unit] : (instance - initial) % step;
  if (past === 0) return;
  const before = (instance - past) as Instant;
  const after = (before + (initial === undefined ? wholeUnit[every.unit] : step)) as Instant;
  throw new HowdahError(
    `${name} has an instance every ${every.count} ${every.unit}: ${formatOozieTime(instance)} is none of them`,
    { code: "INSTANCE_OFF_GRID", next: `the nearest are ${formatOozieTime(before)} and ${formatOozieTime(after)}` },
  );
}

function checkGap(request: IngestRequest): void {
  const { dataSet, instance, folderOf } = request;
  const present = presence(dataSet.doneFlag);
  const first = request.initial ?? earliest(request, present);
  if (first === undefined) return;
  for (let time = first; time < instance; time = plus(time, dataSet.every))
    if (!present.isThere(folderOf(time)))
      throw new HowdahError(
        `${dataSet.name} has no instance ${formatOozieTime(time)} yet, which comes before ${formatOozieTime(instance)}`,
        {
          code: "INSTANCE_GAP",
          where: folderOf(time),
          next: "ingest that one first (without files, if it is empty), or say --allow-gap",
        },
      );
}

/** How far back an instance is looked for when the initial one is unknown: 11 years of hours. */
const lookBack = 100_000;

function earliest({ dataSet, instance, folderOf }: IngestRequest, { names, isThere }: Presence): Instant | undefined {
  const step = (count: number): Instant => plus(instance, dataSet.every, -count);
  const parent = dirname(folderOf(step(1)));
  // Where all instances are neighbours, the search is over when it has met every folder that is there.
  const flat = dirname(folderOf(step(lookBack))) === parent;
  let unmet = flat ? names(parent).size : Infinity;
  if (names(parent).has(basename(folderOf(instance)))) unmet--;
  let found: Instant | undefined;
  for (let i = 1; i <= lookBack && unmet > 0; i++) {
    const folder = folderOf(step(i));
    if (!names(dirname(folder)).has(basename(folder))) continue;
    unmet--;
    if (isThere(folder)) found = step(i);
  }
  return found;
}

interface Presence {
  /** The names in a folder, hidden ones left out. */
  readonly names: (folder: string) => ReadonlySet<string>;
  readonly isThere: (instance: string) => boolean;
}

/** Asks the disk about folders that its listings name, and not about each of the many that are not there. */
function presence(doneFlag: string): Presence {
  const listings = new Map<string, ReadonlySet<string>>();
  const names = (folder: string): ReadonlySet<string> => {
    let listing = listings.get(folder);
    if (listing === undefined) {
      const all = existsSync(folder) ? readdirSync(folder) : [];
      listings.set(folder, (listing = new Set(all.filter((name) => !/^[._]/.test(name)))));
    }
    return listing;
  };
  return {
    names,
    isThere: (instance) => names(dirname(instance)).has(basename(instance)) && isComplete(instance, doneFlag),
  };
}
