import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  formatOozieTime,
  HowdahError,
  isComplete,
  isOccupied,
  lockJob,
  onDisk,
  readRaw,
  recoverInstances,
  sealInstance,
  sha256,
  type RawFile,
} from "howdah";
import { feedNames, feeds, hourFolder, hourOfFolder, timeOf, type Feed, type Hour } from "./feeds.ts";
import { takeHits } from "./hits.ts";
import { Intake, unassigned, type HourRange } from "./intake.ts";
import {
  carryOut,
  clearStaging,
  stagingFolder,
  writeJournal,
  type Journal,
  type JournalEntry,
  type Request,
} from "./journal.ts";
import { readProducts } from "./products.ts";
import { hourReader, timeWriter } from "./row-time.ts";
import { salesHeader, takeSales, type SalesFormat } from "./sales.ts";
import { StagedRows } from "./staged-rows.ts";
import type { FeedSummary, LandingSummary } from "./summary.ts";
import { differences, recordedValues } from "./values.ts";
import type { SheetTaken } from "./workbook/lines.ts";

/** Told while files are read: which feed, and how far in bytes of its files. */
export type Progress = (feed: Feed, read: number, total: number) => void;

export interface LandingContext {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Lands files: all of them, or on any error and at any kill before the last step nothing. An earlier landing that was
 * cut off in its last step is finished first.
 */
export async function land(landing: string, request: Request, context: LandingContext): Promise<LandingSummary> {
  const lock = lockJob(join(dirname(landing), "_howdah/locks"), "land");
  try {
    const cutOff = carryOut(landing);
    if (cutOff !== undefined && JSON.stringify(cutOff.request) === JSON.stringify(request))
      return { ...cutOff.summary, finishedEarlier: true };
    for (const feed of feedNames) recoverInstances(join(landing, feeds[feed].folder));
    clearStaging(landing);
    try {
      writeJournal(landing, await prepare(landing, request, context));
    } catch (error) {
      clearStaging(landing);
      throw error;
    }
    return carryOut(landing)!.summary;
  } finally {
    lock.release();
  }
}

/** Reads everything, writes all that will be landed aside, and checks that it may be. */
async function prepare(landing: string, request: Request, context: LandingContext): Promise<Journal> {
  const given = feedNames.filter((feed) => request[feed].length > 0);
  const occupied = new Map(feedNames.map((feed) => [feed, occupiedHours(landing, feed)] as const));
  const asked: HourRange = { from: request.from ?? -Infinity, until: request.until ?? Infinity };
  // What can be refused without reading gigabytes is refused before.
  if (request.from !== null && request.until !== null) checkAllowed(landing, request, asked, given, occupied);
  const staging = stagingFolder(landing);
  onDisk("make the folder", staging, () => mkdirSync(staging, { recursive: true }));

  const products = request.products === null ? undefined : await readProducts(request.products.path);
  const intakes = new Map<Feed, Intake>();
  const ignoredColumns = new Set<string>();
  const sheets: SheetTaken[] = [];
  for (const feed of given) {
    const rows = new StagedRows<Hour>(
      (hour) => join(staging, Number.isNaN(hour) ? `unassigned/${feed}` : hourFolder(feed, hour), feeds[feed].file),
      feed === "sales" ? salesHeader : undefined,
    );
    const files = request[feed];
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let before = 0;
    const intake = new Intake(rows, asked, (read) => context.progress(feed, before + read, total), context.signal);
    for (const { path, bytes } of files) {
      if (feed === "webLogs") await takeHits(path, intake);
      else {
        const taken = await takeSales(path, intake, salesFormat(request));
        for (const name of taken.ignoredColumns) ignoredColumns.add(name);
        if (taken.sheet !== undefined) sheets.push(taken.sheet);
      }
      before += bytes;
    }
    await rows.flush(context.signal);
    intakes.set(feed, intake);
  }

  const range = given.length === 0 ? undefined : rangeOf(asked, [...intakes.values()]);
  if (range !== undefined) checkAllowed(landing, request, range, given, occupied);
  const instances: JournalEntry[] = [];
  const loose: string[] = [];
  const summaries = new Map<Feed, FeedSummary>();
  const empty = new Map<Feed, Set<Hour>>();
  for (const [feed, intake] of intakes) {
    const staged = intake.rows.files(feeds[feed].file);
    const { entries, ...facts } = stageHours(landing, feed, range!, request.mode, staged, occupied.get(feed)!);
    instances.push(...entries);
    const loosened = staged.get(unassigned);
    if (loosened !== undefined) loose.push(stageLoose(staging, feed, loosened));
    empty.set(feed, facts.empty);
    summaries.set(feed, {
      files: request[feed].length,
      ...intake.counts,
      hours: facts.hours,
      emptyHours: facts.empty.size,
      ignoredColumns: feed === "sales" ? [...ignoredColumns] : [],
      sheets: feed === "sales" ? sheets : [],
    });
    context.signal.throwIfAborted();
  }
  if (products !== undefined) instances.push(...stageProducts(landing, request, products.text));

  const inBoth =
    given.length < 2 ? null : [...empty.get("webLogs")!].filter((hour) => empty.get("sales")!.has(hour)).length;
  return {
    request,
    values: request.values,
    outdated: outdatedHours(landing, request, occupied).map((hour) => hourFolder("sales", hour)),
    instances,
    loose,
    summary: {
      landing,
      from: range === undefined ? null : formatOozieTime(timeOf(range.from)),
      until: range === undefined ? null : formatOozieTime(timeOf(range.until)),
      hours: range === undefined ? 0 : range.until - range.from,
      webLogs: summaries.get("webLogs") ?? null,
      sales: summaries.get("sales") ?? null,
      emptyInBoth: inBoth,
      products: products?.lines ?? null,
      unassigned: loose,
      values: request.values,
      customersLinkedAtRandom: request.values?.link === "demo",
      finishedEarlier: false,
    },
  };
}

function salesFormat({ values, encoding }: Request): SalesFormat {
  return {
    encoding: encoding === "latin-1" ? "latin-1" : "utf-8",
    readHour: hourReader(values!.sales_date_format),
    times: timeWriter(values!.sales_date_format),
    shiftHours: Number(values!.sales_shift_days) * 24,
  };
}

/** Ten years of hours: a range that follows from the data and is longer comes from a mistyped year. */
const longestRange = 10 * 366 * 24;

function rangeOf(asked: HourRange, intakes: readonly Intake[]): HourRange {
  const hours = intakes.flatMap(({ rows }) => rows.keys.filter((hour) => !Number.isNaN(hour)));
  const open = asked.from === -Infinity || asked.until === Infinity;
  if (!open) return asked;
  if (hours.length === 0)
    throw new HowdahError("no line has a time that can be read, so there is no range of hours to land", {
      code: "NOTHING_TO_LAND",
      next: "check --sales-date-format, or name the range: --from and --until",
    });
  const first = hours.reduce((a, b) => Math.min(a, b));
  const last = hours.reduce((a, b) => Math.max(a, b));
  const range = {
    from: asked.from === -Infinity ? first : asked.from,
    until: asked.until === Infinity ? last + 1 : asked.until,
  };
  if (range.until - range.from > longestRange)
    throw new HowdahError(
      `the lines run from ${formatOozieTime(timeOf(range.from))} to ${formatOozieTime(timeOf(range.until))}, over ten years: a year may be mistyped`,
      { code: "RANGE_TOO_LONG", next: "name the range to land: --from and --until" },
    );
  return range;
}

function occupiedHours(landing: string, feed: Feed): ReadonlySet<Hour> {
  const folder = join(landing, feeds[feed].folder);
  if (!existsSync(folder)) return new Set();
  return onDisk("list the landed hours", folder, () => {
    const hours = readdirSync(folder).map((name) => [name, hourOfFolder(name)] as const);
    return new Set(
      hours.flatMap(([name, hour]) => (hour !== undefined && isOccupied(join(folder, name)) ? [hour] : [])),
    );
  });
}

type Occupied = ReadonlyMap<Feed, ReadonlySet<Hour>>;

/** Refuses to land onto hours that are there unless asked for, and to mix hours of different values. */
function checkAllowed(
  landing: string,
  request: Request,
  range: HourRange,
  given: readonly Feed[],
  occupied: Occupied,
): void {
  const recorded = recordedValues(landing);
  const differing = request.values === null || recorded === undefined ? [] : differences(recorded, request.values);
  if (differing.length > 0) {
    const remaining = [...occupied.get("sales")!].filter((hour) => request.mode !== "replace" || !isIn(range, hour));
    if (remaining.length > 0)
      throw new HowdahError(
        `${remaining.length} hours of sales were landed with other values: ${differing.join("; ")}`,
        {
          code: "OTHER_VALUES",
          where: landing,
          next: "land with those values, replace all hours at once (--replace with their whole range), or name another --data",
        },
      );
  }
  if (request.mode !== "new") return;
  const there = given.flatMap((feed) => {
    const hours = [...occupied.get(feed)!].filter((hour) => isIn(range, hour)).sort((a, b) => a - b);
    return hours.length === 0
      ? []
      : [`${hours.length} of ${feeds[feed].folder} (first ${formatOozieTime(timeOf(hours[0]!))})`];
  });
  if (there.length > 0)
    throw new HowdahError(`hours of the range are landed already: ${there.join(", ")}`, {
      code: "HOURS_EXIST",
      where: landing,
      next: "say --replace to land these hours anew, or --add to put late data into them",
    });
}

function isIn(range: HourRange, hour: Hour): boolean {
  return hour >= range.from && hour < range.until;
}

function outdatedHours(landing: string, request: Request, occupied: Occupied): Hour[] {
  const recorded = recordedValues(landing);
  if (request.values === null || recorded === undefined || differences(recorded, request.values).length === 0)
    return [];
  return [...occupied.get("sales")!];
}

interface StagedHours {
  readonly entries: readonly JournalEntry[];
  readonly hours: FeedSummary["hours"];
  readonly empty: Set<Hour>;
}

/** Makes every hour of the range ready: a folder with record and flag, or a further file for one that is there. */
function stageHours(
  landing: string,
  feed: Feed,
  range: HourRange,
  mode: Request["mode"],
  staged: ReadonlyMap<Hour, RawFile>,
  occupied: ReadonlySet<Hour>,
): StagedHours {
  const entries: JournalEntry[] = [];
  const hours = { placed: 0, replaced: 0, added: 0 };
  const empty = new Set<Hour>();
  const landedTwice: Hour[] = [];
  const staging = stagingFolder(landing);
  for (let hour = range.from; hour < range.until; hour++) {
    const folder = hourFolder(feed, hour);
    const file = staged.get(hour);
    if (mode === "add" && occupied.has(hour)) {
      if (file === undefined) continue;
      const there = join(landing, folder);
      if (isComplete(there) && readRaw(there).some(({ sha256 }) => sha256 === file.sha256)) landedTwice.push(hour);
      entries.push({ how: "add", folder, file: file.name, sha256: file.sha256 });
      hours.added++;
      continue;
    }
    const prepared = join(staging, folder);
    if (file === undefined) {
      onDisk("make the folder", prepared, () => mkdirSync(prepared, { recursive: true }));
      empty.add(hour);
    }
    sealInstance(prepared, file === undefined ? [] : [file]);
    entries.push({ how: "place", folder });
    if (occupied.has(hour)) hours.replaced++;
    else hours.placed++;
  }
  if (landedTwice.length > 0)
    throw new HowdahError(
      `${landedTwice.length} hours of ${feeds[feed].folder} hold the very same lines already, the first of them ${formatOozieTime(timeOf(landedTwice[0]!))}`,
      {
        code: "SAME_CONTENT",
        where: join(landing, hourFolder(feed, landedTwice[0]!)),
        next: "name only the late files",
      },
    );
  return { entries, hours, empty };
}

/** Rows without an hour go to a file named by its content: landing the same rows again makes no second one. */
function stageLoose(staging: string, feed: Feed, { name, sha256 }: RawFile): string {
  const { folder, file } = feeds[feed];
  const loose = `unassigned/${folder}-${sha256.slice(0, 16)}${file.slice(file.indexOf("."))}`;
  onDisk("keep the rows without an hour", staging, () => {
    renameSync(join(staging, `unassigned/${feed}`, name), join(staging, loose));
  });
  return loose;
}

const productsFile = "part-00000.tsv";

function stageProducts(landing: string, { mode }: Request, text: Buffer): JournalEntry[] {
  const folder = join(landing, "products");
  const file = { name: productsFile, bytes: text.length, sha256: sha256(text) };
  if (isOccupied(folder)) {
    const there = readRaw(folder);
    if (isComplete(folder) && there.length === 1 && there[0]!.sha256 === file.sha256) return [];
    if (mode !== "replace")
      throw new HowdahError("other products are landed already", {
        code: "PRODUCTS_EXIST",
        where: folder,
        next: "say --replace to land them anew, or leave --products out",
      });
  }
  const prepared = join(stagingFolder(landing), "products");
  const path = join(prepared, productsFile);
  onDisk("write the products", path, () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
  sealInstance(prepared, [file]);
  return [{ how: "place", folder: "products" }];
}
