import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { HowdahError, throwAll } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { indexAt, timeAt, type Grid } from "../oozie/calendar.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { onDisk } from "./disk.ts";
import { checkInstance } from "./ingestguard.ts";
import type { LandedSet, LandingFolder } from "./landingfolder.ts";
import { dataFiles, readRaw } from "./rawfolder.ts";
import type { FileToPlace, RawFile } from "./rawinstance.ts";
import { parseValues } from "./values.ts";

/** Where instances go: the HDFS of a cluster, or a folder. */
export interface InstancePlace {
  folderOf(dataSet: DataSet, time: Instant): string;
  /** The first instance; undefined where nobody has said when that is: the earliest one that is there counts then. */
  initial(dataSet: DataSet): Instant | undefined;
  /** Times of a data set's complete instances, in order; those that are known to be complete need not be looked at. */
  landed(dataSet: DataSet, known: ReadonlySet<Instant>): Promise<readonly Instant[]>;
  /** What is where the instances shall be; what a kill left is cleared before, unless it only looks. */
  look(folders: readonly FolderOf[], onlyLook: boolean): Promise<ReadonlyMap<string, Held>>;
  /** Brings an instance's files there, where nobody sees them yet. */
  stage(folder: string, files: readonly FileToPlace[], instance: PlannedInstance): Promise<StagedInstance>;
  /** Files of values that the target reads, by what they are called below the root. */
  readonly values: readonly ValuesFile[];
}

/** An instance that is whole, but not in its place. */
export interface StagedInstance {
  /** Brings it to its place, its flag not before its files. */
  publish(): Promise<void>;
  /** Clears what is not in its place; does nothing once it is. */
  discard(): Promise<void>;
}

export interface FolderOf {
  readonly folder: string;
  readonly doneFlag: string;
}

/** What is in an instance's folder: the files of a complete one, or that its flag is missing. Nothing is not in the map. */
export type Held = { readonly complete: true; readonly files: readonly RawFile[] } | { readonly complete: false };

/** A file of values on a target. */
export interface ValuesFile {
  readonly path: string;
  /** Its path below the root of what lands, where a folder of landing has it too. */
  readonly below: string;
  /** Undefined where it is not there. */
  readonly read: () => Promise<string | undefined>;
  readonly write: (text: string) => Promise<void>;
}

export interface FolderIngestOptions {
  /** The first time. @default that of the folder's first instance */
  readonly from?: Instant;
  /** No time at or after it. @default all that the folder has */
  readonly until?: Instant;
  /** Put instances in the place of those that hold something else. @default false */
  readonly replace?: boolean;
  /** Accept that an instance before the first one is not there yet. @default false */
  readonly allowGap?: boolean;
  /** Only say what would be done. @default false */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Told `ingest.planned`, `ingest.instance` for each that is there afterwards, `ingest.stopped` where it ends early. */
  readonly emit?: Emit;
}

export interface PlannedInstance {
  readonly dataSet: DataSet;
  readonly time: Instant;
  /** In the folder that landing made. */
  readonly source: string;
  /** At the target. */
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** `same`: it is there, with the same content. */
  readonly state: "new" | "replaced" | "same";
}

export interface SetSummary {
  readonly dataSet: string;
  readonly new: number;
  readonly replaced: number;
  readonly same: number;
  /** Times at which neither the folder nor the target has an instance. */
  readonly missing: readonly MissingSpan[];
}

/** Instances one after another that are missing. */
export interface MissingSpan {
  readonly first: string;
  readonly last: string;
  readonly instances: number;
}

/** What was put; of a dry run, what would have been. */
export interface FolderIngested {
  readonly from: string;
  readonly until: string;
  /** Different times of the instances. */
  readonly times: number;
  readonly sets: readonly SetSummary[];
  /** What was put. */
  readonly instances: number;
  readonly files: number;
  readonly bytes: number;
  /** Files of values, and whether they were there. */
  readonly values: readonly { readonly path: string; readonly state: "new" | "same" }[];
  readonly dryRun: boolean;
}

/** Times whose instances are brought there side by side: waiting for servers takes most of the time. */
const timesAtOnce = 4;

/**
 * Puts the instances of a folder that landing made. They come to their places in order of time; at each time those of all
 * data sets side by side. What is there already with the same content stays. Everything is looked at before anything is put: throws
 * `INSTANCE_DIFFERS`, `OTHER_VALUES`, `NOTHING_LANDED`, `WINDOW` and what `checkInstance` throws. Broken off, it leaves
 * whole instances, with which the same call goes on.
 */
export async function ingestFolder(
  source: LandingFolder,
  place: InstancePlace,
  options: FolderIngestOptions = {},
): Promise<FolderIngested> {
  const { dryRun = false, signal, emit = () => undefined } = options;
  const window = windowOf(source, options);
  const values = await compareValues(source, place);
  const chosen = source.sets.map((set) => ({ set, times: set.times.filter((time) => isIn(window, time)) }));
  const planned = await compare(chosen, place, options);
  const sets: SetSummary[] = [];
  for (const { set, times } of chosen) {
    const { dataSet } = set;
    const same = planned.filter((one) => one.dataSet === dataSet && one.state === "same");
    const present = await place.landed(dataSet, new Set(same.map(({ time }) => time)));
    guard(dataSet, times, present, place, options);
    sets.push(summaryOf(set, window, planned, present));
  }
  const toPut = planned.filter(({ state }) => state !== "same");
  const ingested: FolderIngested = {
    from: formatOozieTime(window.from),
    until: formatOozieTime(window.until),
    times: new Set(planned.map(({ time }) => time)).size,
    sets,
    instances: toPut.length,
    files: sum(toPut.map(({ files }) => files)),
    bytes: sum(toPut.map(({ bytes }) => bytes)),
    values: values.map(({ file, same }) => ({ path: file.path, state: same ? "same" : "new" })),
    dryRun,
  };
  emit({ event: "ingest.planned", ...ingested });
  for (const instance of planned) if (dryRun || instance.state === "same") emit(instanceEvent(instance));
  if (dryRun) return ingested;
  // Whoever finds an hour there finds what holds for its files.
  for (const { file, text, same } of values) if (!same) await file.write(text);
  await putInOrder(byTime(toPut), place, emit, signal);
  return ingested;
}

async function putInOrder(
  groups: readonly (readonly PlannedInstance[])[],
  place: InstancePlace,
  emit: Emit,
  signal: AbortSignal | undefined,
): Promise<void> {
  type Staging = Promise<{ readonly instance: PlannedInstance; readonly staged: StagedInstance }>;
  const under: Staging[][] = [];
  const stage = (instance: PlannedInstance): Staging => {
    const staging = place
      .stage(instance.folder, filesOf(instance.source), instance)
      .then((staged) => ({ instance, staged }));
    // Each is waited for in its turn: until then a failure is none that nobody handles.
    staging.catch(() => undefined);
    return staging;
  };
  let done = 0;
  try {
    for (let next = 0; done < groups.length; done++) {
      signal?.throwIfAborted();
      while (next < groups.length && next < done + timesAtOnce) under.push(groups[next++]!.map(stage));
      const ready = await Promise.all(under[done]!);
      signal?.throwIfAborted();
      const published = await Promise.allSettled(
        ready.map(async ({ instance, staged }) => {
          await staged.publish();
          emit(instanceEvent(instance));
        }),
      );
      for (const one of published) if (one.status === "rejected") throw one.reason;
    }
  } catch (error) {
    const rest = await Promise.allSettled(under.slice(done).flat());
    await Promise.all(rest.flatMap((one) => (one.status === "fulfilled" ? [one.value.staged.discard()] : [])));
    if (groups.length > 0) emit({ event: "ingest.stopped", times: done, ofTimes: groups.length });
    throw error;
  }
}

interface TimeWindow {
  readonly from: Instant;
  readonly until: Instant;
}

function isIn({ from, until }: TimeWindow, time: Instant): boolean {
  return time >= from && time < until;
}

function windowOf(source: LandingFolder, { from, until }: FolderIngestOptions): TimeWindow {
  const { sets, folder } = source;
  const all = sets.flatMap(({ times }) => times);
  const nothing = (why: string, where: string): HowdahError =>
    new HowdahError(why, {
      code: "NOTHING_LANDED",
      where,
      next: `of ${sets[0]!.dataSet.name} an instance would lie at ${sets[0]!.folderOf(from ?? (0 as Instant))}, complete with its flag`,
    });
  if (all.length === 0)
    throw nothing(
      `the folder has no complete instance of ${sets.map(({ dataSet }) => dataSet.name).join(", ")}`,
      folder,
    );
  const window = {
    from: from ?? (Math.min(...all) as Instant),
    until:
      until ??
      (Math.max(
        ...sets.flatMap(({ dataSet, times }) => times.slice(-1).map((last) => after(dataSet, last))),
      ) as Instant),
  };
  const [first, end] = [window.from, window.until].map(formatOozieTime) as [string, string];
  if (window.from >= window.until)
    throw new HowdahError(`nothing lies between ${first} and ${end}`, {
      code: "WINDOW",
      next: "give an earlier --from or a later --until",
    });
  if (!all.some((time) => isIn(window, time)))
    throw nothing(`the folder has no complete instance from ${first} until ${end}`, folder);
  return window;
}

function gridFrom({ every, timezone }: DataSet, initial: Instant): Grid {
  return { every, initial, timezone };
}

function after(dataSet: DataSet, time: Instant): Instant {
  return timeAt(gridFrom(dataSet, time), 1);
}

/** Refuses what would be read by nobody, and an instance before the first one that is not there. */
function guard(
  dataSet: DataSet,
  times: readonly Instant[],
  present: readonly Instant[],
  place: InstancePlace,
  { allowGap = false }: FolderIngestOptions,
): void {
  const shared = { dataSet, folderOf: (time: Instant) => place.folderOf(dataSet, time), present };
  const initial = place.initial(dataSet);
  const known = initial === undefined ? {} : { initial };
  times.forEach((instance, i) => checkInstance({ ...shared, ...known, instance, allowGap: allowGap || i > 0 }));
}

/** Compares what is to be put with what is there. @throws INSTANCE_DIFFERS */
async function compare(
  chosen: readonly { readonly set: LandedSet; readonly times: readonly Instant[] }[],
  place: InstancePlace,
  { replace = false, dryRun = false }: FolderIngestOptions,
): Promise<readonly PlannedInstance[]> {
  const all = chosen
    .flatMap(({ set: { dataSet, folderOf }, times }) =>
      times.map((time) => ({ dataSet, time, source: folderOf(time), folder: place.folderOf(dataSet, time) })),
    )
    .sort((a, b) => a.time - b.time);
  const held = await place.look(
    all.map(({ folder, dataSet: { doneFlag } }) => ({ folder, doneFlag })),
    dryRun,
  );
  const differing: (typeof all)[number][] = [];
  const planned = all.map((instance): PlannedInstance => {
    const there = held.get(instance.folder);
    const sizes = sizesOf(instance.source);
    const facts = { ...instance, files: sizes.length, bytes: sum(sizes.map(({ bytes }) => bytes)) };
    if (there === undefined) return { ...facts, state: "new" };
    if (there.complete && isSame(instance.source, sizes, there.files)) return { ...facts, state: "same" };
    differing.push(instance);
    return { ...facts, state: "replaced" };
  });
  if (differing.length > 0 && !replace) {
    const names = differing.slice(0, 3).map(({ dataSet, time }) => `${dataSet.name} ${formatOozieTime(time)}`);
    const more = differing.length > 3 ? ` and ${differing.length - 3} more` : "";
    throw new HowdahError(
      `${differing.length === 1 ? "an instance is" : `${differing.length} instances are`} there with other content, or without a flag: ${names.join(", ")}${more}; nothing was put`,
      {
        code: "INSTANCE_DIFFERS",
        where: differing[0]!.folder,
        next: "--replace puts what the folder has in their place, which makes stale what was made of them",
      },
    );
  }
  return planned;
}

function sizesOf(folder: string): readonly { readonly name: string; readonly bytes: number }[] {
  return onDisk("read the instance", folder, () =>
    dataFiles(folder).map((name) => ({ name, bytes: statSync(join(folder, name)).size })),
  );
}

/** By names and lengths first: hashing takes longer. */
function isSame(
  source: string,
  sizes: readonly { readonly name: string; readonly bytes: number }[],
  files: readonly RawFile[],
): boolean {
  const there = new Map(files.map((file) => [file.name, file]));
  if (there.size !== sizes.length || sizes.some(({ name, bytes }) => there.get(name)?.bytes !== bytes)) return false;
  return readRaw(source).every(({ name, sha256 }) => there.get(name)?.sha256 === sha256);
}

function filesOf(folder: string): readonly FileToPlace[] {
  return onDisk("read the instance", folder, () => dataFiles(folder)).map((name) => ({ path: join(folder, name) }));
}

function byTime(planned: readonly PlannedInstance[]): readonly (readonly PlannedInstance[])[] {
  const groups = new Map<Instant, PlannedInstance[]>();
  for (const one of planned) groups.set(one.time, [...(groups.get(one.time) ?? []), one]);
  return [...groups.values()];
}

function summaryOf(
  { dataSet, times }: LandedSet,
  window: TimeWindow,
  planned: readonly PlannedInstance[],
  present: readonly Instant[],
): SetSummary {
  const count = (state: PlannedInstance["state"]): number =>
    planned.filter((one) => one.dataSet === dataSet && one.state === state).length;
  return {
    dataSet: dataSet.name,
    ...{ new: count("new"), replaced: count("replaced"), same: count("same") },
    missing: missingOf(dataSet, window, times, present),
  };
}

function missingOf(
  dataSet: DataSet,
  window: TimeWindow,
  times: readonly Instant[],
  present: readonly Instant[],
): readonly MissingSpan[] {
  const there = new Set([...times, ...present]);
  // Any instance tells where the others lie; a data set without one has all of them missing.
  const grid = gridFrom(dataSet, times[0] ?? present[0] ?? window.from);
  const missing: MissingSpan[] = [];
  let before: MissingSpan | undefined;
  for (let index = indexAt(grid, window.from); ; index++) {
    const time = timeAt(grid, index);
    if (time < window.from) continue;
    if (before !== undefined && (there.has(time) || time >= window.until)) missing.push(before);
    if (time >= window.until) return missing;
    const last = formatOozieTime(time);
    before = there.has(time)
      ? undefined
      : { first: before?.first ?? last, last, instances: (before?.instances ?? 0) + 1 };
  }
}

interface ComparedValues {
  readonly file: ValuesFile;
  readonly text: string;
  readonly same: boolean;
}

/** The folder's files of values that the target reads too. @throws OTHER_VALUES, PARAMETER_FILE */
async function compareValues({ folder }: LandingFolder, place: InstancePlace): Promise<readonly ComparedValues[]> {
  const compared: ComparedValues[] = [];
  const refused: HowdahError[] = [];
  for (const file of place.values) {
    const path = join(folder, file.below);
    if (!existsSync(path)) continue;
    const text = onDisk("read the values", path, () => readFileSync(path, "utf8"));
    const here = parseValues(text, path);
    const found = await file.read();
    const there = found === undefined ? undefined : parseValues(found, file.path);
    const names = there === undefined ? [] : [...new Set([...Object.keys(here), ...Object.keys(there)])].sort();
    const differences = names
      .filter((name) => here[name] !== there?.[name])
      .map((name) => `${name} is ${there?.[name] ?? "not given"} there and ${here[name] ?? "not given"} here`);
    if (differences.length > 0)
      refused.push(
        new HowdahError(`what has landed there was landed with other values: ${differences.join("; ")}`, {
          code: "OTHER_VALUES",
          where: file.path,
          next: "land with those values, or remove what has landed there, this file last",
        }),
      );
    compared.push({ file, text, same: there !== undefined });
  }
  throwAll(refused);
  return compared;
}

function instanceEvent({ dataSet, time, folder, files, bytes, state }: PlannedInstance): {
  readonly event: string;
  readonly [fact: string]: unknown;
} {
  return {
    event: "ingest.instance",
    ...{ dataSet: dataSet.name, instance: formatOozieTime(time), folder, files, bytes, state },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
