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
  const isThere = presence(request);
  const first = request.initial ?? earliest(request, isThere);
  if (first === undefined) return;
  for (let time = first; time < instance; time = plus(time, dataSet.every))
    if (!isThere(time))
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

function earliest({ dataSet, instance }: IngestRequest, isThere: (time: Instant) => boolean): Instant | undefined {
  let found: Instant | undefined;
  let time = instance;
  for (let i = 0; i < lookBack; i++) {
    time = plus(time, dataSet.every, -1);
    if (isThere(time)) found = time;
  }
  return found;
}

/** Asks the disk about folders that its listings name, and not about each of the many that are not there. */
function presence({ dataSet, folderOf }: IngestRequest): (time: Instant) => boolean {
  const listings = new Map<string, ReadonlySet<string>>();
  return (time) => {
    const folder = folderOf(time);
    const parent = dirname(folder);
    let names = listings.get(parent);
    if (names === undefined) listings.set(parent, (names = new Set(existsSync(parent) ? readdirSync(parent) : [])));
    return names.has(basename(folder)) && isComplete(folder, dataSet.doneFlag);
  };
}
