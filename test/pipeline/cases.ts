import fc from "fast-check";
import { hitLine, hourKey, isoTime, landHour, salesHeader, salesLine, salesTime } from "./landing.ts";
import type { HitFields, SalesFields } from "./landing.ts";
import type { RawFile, RawHour, RawLine, Settings } from "./oracle.ts";

/** Small random data of some hours, as files and as the oracle takes it. */
export interface Case {
  readonly settings: Settings;
  /** The settings as `-D` gives them. */
  readonly given: Readonly<Record<string, string>>;
  readonly hours: readonly RawHour[];
  readonly land: (landing: string) => void;
}

/** A line as its bytes stand in a file, and as it is meant. */
interface Written<F> {
  readonly line: RawLine<F>;
  readonly bytes: Buffer;
}

/** Hits of one user at one address, each some seconds after the one before. */
interface Walk {
  readonly user: number;
  readonly ip: number;
  readonly start: number;
  readonly gaps: readonly number[];
  readonly looks: readonly number[];
}

interface Buy {
  /** A moment near a hit, or anywhere. */
  readonly near: { readonly hit: number; readonly off: number } | { readonly at: number };
  readonly customer: number;
  readonly invoice: number;
  readonly look: number;
  readonly quantity: string;
  readonly price: string;
  readonly copies: number;
  readonly wrongHour: boolean;
}

/** A line that must be rejected, and where it stands. */
interface Bad {
  readonly hour: number;
  readonly kind: number;
}

interface Draft {
  readonly long: boolean;
  readonly firstHour: number;
  readonly count: number;
  readonly maxIdleSeconds: number;
  readonly topSpenders: number;
  readonly link: Settings["link"];
  readonly linkColumn: Settings["linkColumn"];
  readonly dateFormat: Settings["dateFormat"];
  readonly shiftDays: number;
  readonly nullText: string;
  readonly walks: readonly Walk[];
  readonly strays: readonly number[];
  readonly buys: readonly Buy[];
  readonly badHits: readonly Bad[];
  readonly badSales: readonly Bad[];
  /** How the lines of an hour are divided into files. */
  readonly layout: number;
}

const users = ["{A}", "{B}", "{Ü}"];
const customers = [...users, "17850.0", "17850", "", "{A}.0", "12.05"];
const ips = ["10.0.0.1", "::1", "10.0.0.2"];
// Nulls in every nullable column, and texts whose order by bytes is not that of a language.
const urls = ["", "/", "/b", "/B?q=1|2", "/ü", "/\u{1F600}", "/\uFFFD"];
const cities = ["", "Rom", "aachen", "Zürich"];
const countries = ["", "IT", "{A}"];
const states = ["", "LZ"];
const invoices = ["536365", "536366", "I-1", "C536365", "A563185", "536365 "];
const stocks = ["", "85123A", "POST"];
const descriptions = ["", "CREAM HANGER", 'SET OF 3 "TINS", RED', "  pinks  "];

/** One of a list, as a number picks it; other numbers of the same line are told apart by `salt`. */
const pick = <T>(list: readonly T[], number: number, salt: number): T =>
  list[Math.floor(number / [1, 7, 31, 127, 521][salt]!) % list.length]!;

const idle = fc.oneof({ weight: 3, arbitrary: fc.constant(1800) }, fc.constantFrom(1, 59, 600, 3599, 3600));

const draft: fc.Arbitrary<Draft> = fc
  .record({
    long: fc.nat(7).map((n) => n === 7),
    maxIdleSeconds: idle,
    firstHour: fc.integer({ min: 17, max: 23 }),
    hours: fc.integer({ min: 5, max: 9 }),
  })
  .chain(({ long, maxIdleSeconds: anyIdle, firstHour, hours }) => {
    // A session over a day takes fewer hits the longer they may be apart.
    const maxIdleSeconds = long ? Math.max(anyIdle, 1800) : anyIdle;
    // Two hours of a day, the whole next one, and one hour more.
    const count = long ? 27 : hours;
    const seconds = count * 3600;
    const gap = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0, 1, maxIdleSeconds - 1, maxIdleSeconds, maxIdleSeconds + 1) },
      { weight: 1, arbitrary: fc.constantFrom(60, 1800, 1801, 3600) },
      { weight: 2, arbitrary: fc.nat(2 * maxIdleSeconds) },
    );
    const start = fc.oneof(
      fc.nat(seconds - 1),
      fc.nat(count * 2 - 1).map((n) => n * 1800),
      fc.nat(count - 1).map((n) => (n + 1) * 3600 - 1),
    );
    const short = fc.array(gap, { maxLength: 8 });
    const steady = fc.tuple(fc.constantFrom(maxIdleSeconds, Math.max(1, maxIdleSeconds - 7)), fc.nat(60));
    const gaps = fc.oneof(
      { weight: 3, arbitrary: short },
      { weight: 1, arbitrary: steady.map(([every, times]) => Array<number>(times).fill(every)) },
    );
    const look = fc.nat(99_999);
    const walk = fc.record({
      user: fc.nat(users.length - 1),
      ip: fc.nat(ips.length - 1),
      start,
      gaps,
      looks: fc.array(look, { minLength: 1, maxLength: 4 }),
    });
    const dayLong = fc.record({
      user: fc.nat(users.length - 1),
      ip: fc.nat(ips.length - 1),
      start: fc.nat(1800),
      gaps: fc.constant(Array<number>(Math.ceil((25 * 3600) / maxIdleSeconds)).fill(maxIdleSeconds)),
      looks: fc.array(look, { minLength: 1, maxLength: 4 }),
    });
    const buy = fc.record({
      near: fc.oneof(
        { weight: 3, arbitrary: fc.record({ hit: fc.nat(999), off: fc.constantFrom(0, 0, 1, -1, 60, -60, 600) }) },
        { weight: 1, arbitrary: fc.record({ at: fc.nat(seconds - 1) }) },
      ),
      customer: fc.oneof(
        { weight: 3, arbitrary: fc.nat(users.length - 1) },
        { weight: 1, arbitrary: fc.nat(customers.length - 1) },
      ),
      invoice: fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(invoices.length - 1) }),
      look,
      quantity: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom("1", "2", "12") },
        fc.constantFrom("-1", "0", "+3", "2147483647", "-2147483648", "007"),
      ),
      price: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom("1", "2.55", "0.5") },
        fc.constantFrom("0", "-11062.06", "999999999.999", "+1.250", "0.001"),
      ),
      copies: fc.constantFrom(1, 1, 1, 2, 3),
      wrongHour: fc.nat(19).map((n) => n === 0),
    });
    const bad = fc.record({ hour: fc.nat(count - 1), kind: fc.nat(99) });
    return fc.record({
      long: fc.constant(long),
      maxIdleSeconds: fc.constant(maxIdleSeconds),
      firstHour: fc.constant(long ? 22 : firstHour),
      count: fc.constant(count),
      topSpenders: fc.constantFrom(1, 2, 10),
      link: fc.constantFrom("column" as const, "column" as const, "demo" as const),
      linkColumn: fc.constantFrom(
        "CustomerID" as const,
        "CustomerID" as const,
        "CustomerID" as const,
        "Country" as const,
      ),
      dateFormat: fc.constantFrom("M/d/yyyy H:mm" as const, "yyyy-MM-dd HH:mm:ss" as const),
      shiftDays: fc.constantFrom(0, 455, -1),
      nullText: fc.constantFrom("", "\\N"),
      walks: long
        ? fc.tuple(fc.array(walk, { maxLength: 16 }), dayLong).map(([walks, one]) => [...walks, one])
        : fc.array(walk, { maxLength: 10 }),
      strays: fc.array(fc.nat(999), { maxLength: 2 }),
      buys: fc.array(buy, { maxLength: 14 }),
      badHits: fc.array(bad, { maxLength: 3 }),
      badSales: fc.array(bad, { maxLength: 4 }),
      layout: fc.nat(99),
    });
  });

export const anyCase: fc.Arbitrary<Case> = draft.map(toCase);

function toCase(d: Draft): Case {
  const { maxIdleSeconds, topSpenders, link, linkColumn, dateFormat, shiftDays } = d;
  const settings: Settings = { maxIdleSeconds, topSpenders, link, linkColumn, dateFormat, shiftDays };
  const begins = Date.UTC(2012, 1, 28, d.firstHour) / 1000;
  const ends = begins + d.count * 3600;
  const orNull = (text: string): string => (text === "" ? d.nullText : text);

  const hits: { readonly folder: number; readonly fields: HitFields; readonly time: number }[] = [];
  for (const { user, ip, start, gaps, looks } of d.walks) {
    let time = begins + start;
    [0, ...gaps].forEach((gap, i) => {
      time += gap;
      if (time >= ends) return;
      const look = looks[i % looks.length]!;
      const [url, city, country, state] = [urls, cities, countries, states].map((list, salt) =>
        orNull(pick(list, look, salt)),
      );
      const fields = {
        time: isoTime(time),
        ip: ips[ip]!,
        userid: users[user]!,
        url: url!,
        city: city!,
        country: country!,
        state: state!,
      };
      hits.push({ folder: Math.floor((time - begins) / 3600), fields, time });
    });
  }
  // Some hits lie in the folder of the next hour.
  const strays = new Set(hits.length === 0 ? [] : d.strays.map((n) => n % hits.length));
  const hitLines: Written<HitFields>[][] = Array.from({ length: d.count }, () => []);
  hits.forEach(({ folder, fields }, i) =>
    hitLines[(folder + (strays.has(i) ? 1 : 0)) % d.count]!.push(written(fields, hitLine(fields))),
  );
  for (const { hour, kind } of d.badHits) {
    const time = begins + hour * 3600;
    hitLines[hour]!.unshift(
      badHit({ time: isoTime(time), ip: ips[0]!, userid: users[0]!, url: "/", city: "", country: "", state: "" }, kind),
    );
  }

  const salesLines: Written<SalesFields>[][] = Array.from({ length: d.count }, () => []);
  const saleTime = dateFormat === "M/d/yyyy H:mm" ? salesTime : isoTime;
  for (const { near, customer, invoice, look, quantity, price, copies, wrongHour } of d.buys) {
    const wanted =
      "at" in near ? begins + near.at : hits.length === 0 ? begins : hits[near.hit % hits.length]!.time + near.off;
    const exact = Math.min(Math.max(wanted, begins), ends - 1);
    const time = dateFormat === "M/d/yyyy H:mm" ? Math.floor(exact / 60) * 60 : exact;
    const fields: SalesFields = {
      invoiceNo: invoices[invoice]!,
      stockCode: orNull(pick(stocks, look, 0)),
      description: orNull(pick(descriptions, look, 1)),
      quantity,
      invoiceDate: saleTime(time - shiftDays * 86400),
      unitPrice: price,
      customerId: orNull(customers[customer]!),
      country: orNull(pick(countries, look, 2)),
    };
    const folder = (Math.floor((time - begins) / 3600) + (wrongHour ? 1 : 0)) % d.count;
    for (let i = 0; i < copies; i++) salesLines[folder]!.push(written(fields, salesLine(fields)));
  }
  for (const { hour, kind } of d.badSales) {
    const invoiceDate = saleTime(begins + hour * 3600 - shiftDays * 86400);
    salesLines[hour]!.unshift(badSale({ ...goodSale, invoiceDate }, kind));
  }

  const keys = hitLines.map((_, i) => hourKey(begins + i * 3600));
  const hitFiles = hitLines.map((lines, i) => divided("omniture", keys[i]!, "hits.tsv", lines, d.layout + i));
  const salesFiles = salesLines.map((lines, i) => divided("sales", keys[i]!, "sales.csv", lines, d.layout + 3 * i));
  return {
    settings,
    given: {
      max_idle_seconds: String(maxIdleSeconds),
      top_spenders: String(topSpenders),
      link,
      link_column: linkColumn,
      sales_date_format: dateFormat,
      sales_shift_days: String(shiftDays),
      // Rejects are rows like others here; what too many of them do is another test's.
      min_rejects: "1000000",
    },
    hours: keys.map((_, i) => ({
      begins: begins + i * 3600,
      hits: hitFiles[i]!.map(({ raw }) => raw),
      sales: salesFiles[i]!.map(({ raw }) => raw),
    })),
    land: (landing) => {
      keys.forEach((key, i) => {
        landHour(
          landing,
          "omniture",
          key,
          Object.fromEntries(hitFiles[i]!.map(({ name, text }) => [name, text(null)])),
        );
        landHour(
          landing,
          "sales",
          key,
          Object.fromEntries(salesFiles[i]!.map(({ name, text }) => [name, text(salesHeader)])),
        );
      });
    },
  };
}

function written<F>(fields: F, raw: string): Written<F> {
  return { line: { raw, fields }, bytes: Buffer.from(raw) };
}

function broken<F>(reason: "columns" | "encoding" | "quotes", raw: string, bytes = Buffer.from(raw)): Written<F> {
  return { line: { raw, reason }, bytes };
}

/** A line with a byte that no UTF-8 has. */
function misencoded<F>(before: string, after: string): Written<F> {
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
  return broken("encoding", `${before}\\xff${after}`, bytes);
}

function badHit(hit: HitFields, kind: number): Written<HitFields> {
  const mend = (change: Partial<HitFields>): Written<HitFields> => {
    const fields = { ...hit, ...change };
    return written(fields, hitLine(fields));
  };
  const kinds: readonly (() => Written<HitFields>)[] = [
    () => broken("columns", "x\ty"),
    () => broken("columns", ""),
    () => broken("columns", `${hitLine(hit)}\t`),
    () => misencoded(hitLine(hit), ""),
    () => mend({ userid: "" }),
    () => mend({ ip: "\\N" }),
    () => mend({ time: "" }),
    // A null comes before a bad value.
    () => mend({ time: "2012-02-30 00:00:00", userid: "\\N" }),
    () => mend({ time: "2012-02-30 00:00:00" }),
    () => mend({ time: "2012-03-01 24:00:00" }),
    () => mend({ time: "2012-03-01T00:00:00" }),
    () => mend({ time: `${hit.time} ` }),
    () => mend({ time: `${hit.time}.0` }),
    () => mend({ time: "now" }),
    () => mend({ time: "0012-03-01 00:00:00" }),
  ];
  return kinds[kind % kinds.length]!();
}

const goodSale: SalesFields = {
  invoiceNo: "536365",
  stockCode: "85123A",
  description: "CREAM HANGER",
  quantity: "1",
  invoiceDate: "",
  unitPrice: "2.55",
  customerId: "{A}",
  country: "IT",
};

function badSale(sale: SalesFields, kind: number): Written<SalesFields> {
  const mend = (change: Partial<SalesFields>): Written<SalesFields> => {
    const fields = { ...sale, ...change };
    return written(fields, salesLine(fields));
  };
  const kinds: readonly (() => Written<SalesFields>)[] = [
    () => broken("columns", "536365,85123A"),
    () => broken("columns", ""),
    () => broken("quotes", salesLine(sale).replace("CREAM", '"CREAM"X')),
    () => broken("quotes", salesLine(sale).replace(/IT$/, '"IT')),
    () => misencoded("536365,", salesLine(sale).slice("536365,".length)),
    () => mend({ invoiceNo: "" }),
    () => mend({ invoiceDate: "\\N" }),
    () => mend({ invoiceNo: "\\N", quantity: "x" }),
    () => mend({ quantity: "" }),
    () => mend({ unitPrice: "\\N" }),
    ...["1.5", "1.0", "5.", "1e3", "0x10", "5_000", "2147483648", " 1", "--1", "999999999999999999"].map(
      (quantity) => () => mend({ quantity }),
    ),
    ...["1.2345", "1e3", "1,5", ".5", "5.", "1234567890", "NaN", "-"].map((unitPrice) => () => mend({ unitPrice })),
    ...[
      "2/30/2012 1:00",
      "13/1/2012 0:00",
      "2012-02-30 00:00:00",
      "now",
      "2012",
      "3/1/12 0:00",
      "2012-03-01 24:00:00",
    ].map((invoiceDate) => () => mend({ invoiceDate })),
  ];
  return kinds[kind % kinds.length]!();
}

/** Divides an hour's lines into files: none or an empty one for no lines, one, or two; gzip or plain; with and without a last LF. */
function divided<F>(
  feed: string,
  key: string,
  name: string,
  lines: readonly Written<F>[],
  layout: number,
): readonly { readonly name: string; readonly raw: RawFile<F>; readonly text: (header: string | null) => Buffer }[] {
  if (lines.length === 0 && layout % 3 === 0) return [];
  const half = layout % 4 === 1 ? Math.ceil(lines.length / 2) : lines.length;
  const parts = half === lines.length ? [lines] : [lines.slice(0, half), lines.slice(half)];
  return parts.map((part, i) => {
    const file = `${i}-${name}${(layout + i) % 2 === 0 ? ".gz" : ""}`;
    const [end, lastEnd] = [layout % 5 === 0 ? "\r\n" : "\n", layout % 7 === 0];
    return {
      name: file,
      raw: { file: `${feed}/date_ts=${key}/${file}`, lines: part.map(({ line }) => line) },
      text: (header) => {
        if (part.length === 0 && layout % 2 === 0) return Buffer.alloc(0);
        const all = [...(header === null ? [] : [Buffer.from(header)]), ...part.map(({ bytes }) => bytes)];
        // A blank last line is a line only with its end.
        const bare = lastEnd && all.at(-1)?.length !== 0;
        return Buffer.concat(
          all.flatMap((bytes, j) => (bare && j === all.length - 1 ? [bytes] : [bytes, Buffer.from(end)])),
        );
      },
    };
  });
}
