import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HowdahError, onDisk, type Instant } from "howdah";
import { Random } from "./random.ts";
import { hourOf, hourSeconds, isMarathonStart, type Hour } from "./rhythm.ts";
import { salesHeader, Till, type Purchase } from "./sales.ts";
import { customer, customerOf, openShop, productRows, type Shop } from "./shop.ts";
import { marathon, visitsOf, type Visit, type VisitOptions } from "./visits.ts";
import { hitLines } from "./weblogs.ts";
import { GzipLines } from "./write.ts";

export interface GenerateOptions {
  /** The folder of the three files. */
  readonly out: string;
  readonly days: number;
  /** 1 over 15 days is about the public samples: 77,000 hits, 31,000 lines of sales. Multiplies people, not hours. */
  readonly scale: number;
  readonly seed: number;
  /** 00:00 of the first day. */
  readonly start: Instant;
  /** `numbers`: customers have ids of their own, as in the public sample. `linked`: ids of visitors who are on the site. */
  readonly customers: "numbers" | "linked";
  /** Invoices are dated so many days earlier. */
  readonly salesShiftDays: number;
}

export interface Generated {
  readonly webLogs: string;
  readonly sales: string;
  readonly products: string;
  readonly hits: number;
  readonly salesLines: number;
  readonly hours: number;
}

const fileNames = { webLogs: "web-logs.tsv.gz", sales: "online-retail.csv.gz", products: "products.tsv.gz" } as const;
/** Tells a folder of generated files from one with the originals, which must not be written over. */
const markFile = "generated.json";

/** Means of an hour at scale 1. */
const visitsAnHour = 46.5;
const invoicesAnHour = 5.1;
const visitorsADay = 1000;
const customersADay = 60;
/** Rows are written in no order, within so many. */
const shuffled = 20_000;

/** Writes the three raw files of an invented shop; the same options give the same bytes. */
export async function generate(options: GenerateOptions, signal?: AbortSignal): Promise<Generated> {
  const { out, seed } = options;
  const path = (name: keyof typeof fileNames): string => join(out, fileNames[name]);
  onDisk("make the folder", out, () => mkdirSync(out, { recursive: true }));
  const there = Object.values(fileNames).find((name) => existsSync(join(out, name)));
  if (there !== undefined && !existsSync(join(out, markFile)))
    throw new HowdahError(`${there} is there, and was not generated here`, {
      code: "FILE_EXISTS",
      where: out,
      next: "name another --out",
    });
  onDisk("mark the folder", out, () =>
    writeFileSync(join(out, markFile), `${JSON.stringify({ ...options, out: "." })}\n`),
  );

  const shop = openShop(seed);
  const files = {
    webLogs: new GzipLines(path("webLogs")),
    sales: new GzipLines(path("sales")),
    products: new GzipLines(path("products")),
  };
  try {
    for (const row of ["url\tcategory", ...productRows(shop)]) await files.products.write(row);
    const counts = await trade(shop, options, files, signal);
    for (const file of Object.values(files)) await file.close();
    return { webLogs: path("webLogs"), sales: path("sales"), products: path("products"), ...counts };
  } catch (error) {
    for (const file of Object.values(files)) await file.discard();
    throw error;
  }
}

type Counts = Pick<Generated, "hits" | "salesLines" | "hours">;

/** Hour by hour: who comes, and who buys. Only the visits of one hour are in memory. */
async function trade(
  shop: Shop,
  options: GenerateOptions,
  files: { readonly webLogs: GzipLines; readonly sales: GzipLines },
  signal: AbortSignal | undefined,
): Promise<Counts> {
  const { seed, scale, days } = options;
  const start = options.start / 1000;
  const hours = days * 24;
  const visiting: VisitOptions = {
    shop,
    visitors: Math.max(3, Math.round(visitorsADay * days * scale)),
    start,
    end: start + hours * hourSeconds,
  };
  const till = new Till(shop, options.salesShiftDays);
  let hits = 0;
  let salesLines = 0;
  let pending: string[] = [];
  const writeHits = async (random: Random): Promise<void> => {
    for (const line of random.shuffle(pending)) await files.webLogs.write(line);
    hits += pending.length;
    pending = [];
  };

  await files.sales.write(salesHeader);
  for (let index = 0; index < hours; index++) {
    signal?.throwIfAborted();
    const hour = hourOf(index, start);
    const random = Random.of(seed, "hour", index);
    const purchases: Purchase[] = [];
    const linking = Random.of(seed, "linking", index);
    const invoices = linking.poisson(invoicesAnHour * scale * hour.till);
    const visitCount = random.poisson(visitsAnHour * scale * hour.site);
    const buying = (0.86 * invoices) / Math.max(1, visitCount);
    for (const visit of visits(hour, visitCount, random, visiting, scale)) {
      pending.push(...hitLines(visit, random));
      if (pending.length >= shuffled) await writeHits(random);
      if (options.customers === "linked" && linking.chance(1.65 * buying))
        purchases.push(...purchaseIn(visit, seed, linking));
    }
    await writeHits(random);
    if (options.customers === "numbers") purchases.push(...numbered(hour, invoices, options, linking));
    else purchases.push(...anonymous(hour, Math.round(0.14 * invoices), linking));

    const late = index >= hours * 0.6;
    for (const purchase of purchases.sort((a, b) => a.time - b.time))
      for (const line of till.invoice(purchase, late, linking)) {
        await files.sales.write(line);
        salesLines++;
      }
    // One each four days, and two on the first: even a short time has negative prices.
    if (index === 10 || index === 11 || index % 96 === 60) {
      await files.sales.write(till.adjustment(hour.start + linking.below(hourSeconds), linking));
      salesLines++;
    }
  }
  return { hits, salesLines, hours };
}

function* visits(hour: Hour, count: number, random: Random, options: VisitOptions, scale: number): Generator<Visit> {
  yield* visitsOf(hour, count, random, options);
  if (isMarathonStart(hour.index))
    for (let i = 0; i < Math.max(1, Math.round(scale)); i++) yield marathon(hour, random, options);
}

/** A purchase at a whole minute within a visit, which is all that an invoice's date can say; none when it has none. */
function purchaseIn({ visitor, hits }: Visit, seed: number, random: Random): Purchase[] {
  const minutes = hits.flatMap(({ time }, i) => {
    const next = hits[i + 1]?.time ?? time;
    const minute = Math.ceil(time / 60) * 60;
    return minute <= next && next - time <= 1800 ? [minute] : [];
  });
  return minutes.length === 0 ? [] : [{ customer: customerOf(seed, visitor), time: random.pick(minutes) }];
}

function numbered(hour: Hour, count: number, { seed, scale, days }: GenerateOptions, random: Random): Purchase[] {
  const customers = Math.max(2, Math.round(customersADay * days * scale));
  return Array.from({ length: count }, () => ({
    customer: random.chance(0.14) ? undefined : customer(seed, Math.floor(random.unit() ** 1.4 * customers)),
    time: hour.start + random.below(60) * 60,
  }));
}

function anonymous(hour: Hour, count: number, random: Random): Purchase[] {
  return Array.from({ length: count }, () => ({ customer: undefined, time: hour.start + random.below(60) * 60 }));
}
