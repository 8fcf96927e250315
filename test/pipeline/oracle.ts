import { createHash } from "node:crypto";
import type { HitFields, SalesFields } from "./landing.ts";
import { hourKey, isoTime } from "./landing.ts";

/*
 * What the rows of the pipeline must be, said once more: plainly, slowly, over all hours at once, and by nothing that
 * the pipeline itself uses. It knows no state; where the pipeline carries state from hour to hour, this looks at
 * everything.
 */

/** A line of a raw file: its fields, or why the reader has none to give. */
export type RawLine<F> = {
  /** As it must stand among the rejects. */
  readonly raw: string;
} & ({ readonly fields: F } | { readonly reason: "columns" | "encoding" | "quotes" });

export interface RawFile<F> {
  /** Path below the landing folder. */
  readonly file: string;
  readonly lines: readonly RawLine<F>[];
}

export interface RawHour {
  /** When it begins, in seconds since 1970. */
  readonly begins: number;
  readonly hits: readonly RawFile<HitFields>[];
  readonly sales: readonly RawFile<SalesFields>[];
}

export interface Settings {
  readonly maxIdleSeconds: number;
  readonly topSpenders: number;
  readonly link: "column" | "demo";
  readonly linkColumn: "CustomerID" | "Country";
  readonly dateFormat: "M/d/yyyy H:mm" | "yyyy-MM-dd HH:mm:ss";
  readonly shiftDays: number;
}

type Text = string | null;

interface Hit {
  readonly time: number;
  readonly userid: string;
  readonly ip: string;
  readonly url: Text;
  readonly city: Text;
  readonly country: Text;
  readonly state: Text;
}

interface Sale {
  readonly invoiceNo: string;
  readonly stockCode: Text;
  readonly description: Text;
  readonly quantity: bigint;
  /** In thousandths. */
  readonly price: bigint;
  readonly invoiceDate: number;
  readonly customerId: Text;
  readonly country: Text;
  readonly kind: "sale" | "cancellation" | "adjustment" | "other";
  readonly userid: Text;
  readonly time: number;
}

interface Session {
  readonly id: string;
  readonly userid: string;
  readonly ip: string;
  readonly hits: readonly Hit[];
  readonly start: number;
  readonly end: number;
}

const hourOf = (time: number): number => Math.floor(time / 3600) * 3600;
const dayKey = (time: number): string => hourKey(time).slice(0, 8);
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** The order of texts: by bytes, nulls first. */
function byText(a: Text, b: Text): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The first order that tells two apart. */
function first(...orders: readonly number[]): number {
  return orders.find((order) => order !== 0) ?? 0;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const orNull = (text: string): Text => (text === "" || text === "\\N" ? null : text);

/** Seconds since 1970 of a time that there is; null for all else. */
function timeFrom(parts: readonly string[]): number | null {
  const [year, month, day, hour, minute, second] = parts.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  // Date.UTC would take the year 12 for 1912.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const same =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.getTime() / 1000 : null;
}

function isoTimeFrom(text: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  return found === null ? null : timeFrom(found.slice(1));
}

function saleTimeFrom(text: string, format: Settings["dateFormat"]): number | null {
  if (format === "yyyy-MM-dd HH:mm:ss") return isoTimeFrom(text);
  const found = /^(\d\d?)\/(\d\d?)\/(\d{4}) (\d\d?):(\d\d)$/.exec(text);
  if (found === null) return null;
  const [, month, day, year, hour, minute] = found as unknown as readonly string[];
  return timeFrom([year!, month!, day!, hour!, minute!, "0"]);
}

function quantityFrom(text: Text): bigint | null {
  if (text === null || !/^[-+]?\d+$/.test(text)) return null;
  const value = BigInt(text.replace("+", ""));
  return value >= -2147483648n && value <= 2147483647n ? value : null;
}

function priceFrom(text: Text): bigint | null {
  const found = text === null ? null : /^([-+]?)(\d{1,9})(?:\.(\d{1,3}))?$/.exec(text);
  if (found === null) return null;
  const [, sign, whole, thousandths = ""] = found;
  return BigInt(`${whole!}${thousandths.padEnd(3, "0")}`) * (sign === "-" ? -1n : 1n);
}

function decimal(thousandths: bigint): string {
  const digits = (thousandths < 0n ? -thousandths : thousandths).toString().padStart(4, "0");
  return `${thousandths < 0n ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

type Judged<T> = { readonly good: T } | { readonly reason: string };

function judgeHit(fields: HitFields, hour: number): Judged<Hit> {
  const [userid, ip, text] = [orNull(fields.userid), orNull(fields.ip), orNull(fields.time)];
  if (userid === null || ip === null || text === null) return { reason: "null-key" };
  const time = isoTimeFrom(text);
  if (time === null) return { reason: "bad-value" };
  if (hourOf(time) !== hour) return { reason: "wrong-hour" };
  const [url, city, country, state] = [fields.url, fields.city, fields.country, fields.state].map(orNull);
  return { good: { time, userid, ip, url: url!, city: city!, country: country!, state: state! } };
}

/** A sales line before it is linked to a user. */
function judgeSale(fields: SalesFields, hour: number, settings: Settings): Judged<Sale> {
  const [invoiceNo, date] = [orNull(fields.invoiceNo), orNull(fields.invoiceDate)];
  if (invoiceNo === null || date === null) return { reason: "null-key" };
  const invoiceDate = saleTimeFrom(date, settings.dateFormat);
  const [quantity, price] = [quantityFrom(orNull(fields.quantity)), priceFrom(orNull(fields.unitPrice))];
  if (invoiceDate === null || quantity === null || price === null) return { reason: "bad-value" };
  const time = invoiceDate + settings.shiftDays * 86400;
  if (hourOf(time) !== hour) return { reason: "wrong-hour" };
  const customerId = orNull(fields.customerId)?.replace(/\.0$/, "") ?? null;
  const country = orNull(fields.country);
  const kind = invoiceNo.startsWith("C")
    ? "cancellation"
    : invoiceNo.startsWith("A")
      ? "adjustment"
      : quantity > 0n && price > 0n
        ? "sale"
        : "other";
  const userid = settings.link === "demo" ? null : settings.linkColumn === "Country" ? country : customerId;
  const [stockCode, description] = [orNull(fields.stockCode), orNull(fields.description)];
  return {
    good: { invoiceNo, stockCode, description, quantity, price, invoiceDate, customerId, country, kind, userid, time },
  };
}

/** Links the sales of an hour to the users of that hour at random, as the mode `demo` has it. */
function linkAtRandom(sales: readonly Sale[], hits: readonly Hit[]): readonly Sale[] {
  const byHash = (a: string, b: string): number => first(byText(md5(a), md5(b)), byText(a, b));
  const linked = sales.filter(({ kind, customerId }) => kind === "sale" && customerId !== null);
  const customers = [...new Set(linked.map(({ customerId }) => customerId!))].sort(byHash);
  const users = [...new Set(hits.map(({ userid }) => userid))].sort(byHash);
  if (users.length === 0) return sales;
  return sales.map((sale) => {
    if (!linked.includes(sale)) return sale;
    const userid = users[customers.indexOf(sale.customerId!) % users.length]!;
    const own = linked.filter(({ customerId }) => customerId === sale.customerId);
    const invoices = [...new Set(own.map(({ invoiceNo }) => invoiceNo))].sort(byText);
    const times = [...new Set(hits.filter((hit) => hit.userid === userid).map(({ time }) => time))].sort(
      (a, b) => b - a,
    );
    return { ...sale, userid, time: times[invoices.indexOf(sale.invoiceNo) % times.length]! };
  });
}

/** Sessions of all hits given. */
function sessionsOf(hits: readonly Hit[], maxIdleSeconds: number): readonly Session[] {
  const sessions: Session[] = [];
  for (const own of groupBy(hits, ({ userid, ip }) => JSON.stringify([userid, ip])).values()) {
    const parts: Hit[][] = [];
    for (const hit of [...own].sort((a, b) => a.time - b.time)) {
      const last = parts.at(-1)?.at(-1);
      if (last !== undefined && hit.time - last.time <= maxIdleSeconds) parts.at(-1)!.push(hit);
      else parts.push([hit]);
    }
    for (const part of parts) {
      const [{ userid, ip, time: start }, end] = [part[0]!, part.at(-1)!.time];
      sessions.push({ id: md5(`${userid}|${ip}|${start}`), userid, ip, hits: part, start, end });
    }
  }
  return sessions;
}

type Cells = readonly (string | number | bigint | null)[];

function sessionCells(session: Session): Cells {
  const { userid, ip, id, start, end, hits } = session;
  const byUrl = [...hits].sort((a, b) => first(a.time - b.time, byText(a.url, b.url)));
  const [place] = [...hits].sort((a, b) =>
    first(a.time - b.time, byText(a.city, b.city), byText(a.country, b.country), byText(a.state, b.state)),
  );
  const pages = [byUrl[0]!.url, byUrl.at(-1)!.url];
  return [
    userid,
    ip,
    id,
    isoTime(start),
    isoTime(end),
    hits.length,
    ...pages,
    place!.city,
    place!.country,
    place!.state,
  ];
}

function lineCells({ invoiceNo, stockCode, description, quantity, price, time }: Sale): Cells {
  return [invoiceNo, stockCode, description, quantity, decimal(price), decimal(quantity * price), isoTime(time)];
}

/** The users who spent most. */
function topSpenders(
  sales: readonly Sale[],
  count: number,
): readonly { readonly userid: string; readonly spend: bigint; readonly rank: number }[] {
  const buying = sales.filter(({ kind, userid }) => kind === "sale" && userid !== null);
  return [...groupBy(buying, ({ userid }) => userid!)]
    .map(([userid, own]) => ({ userid, spend: own.reduce((sum, { quantity, price }) => sum + quantity * price, 0n) }))
    .sort((a, b) => (a.spend === b.spend ? byText(a.userid, b.userid) : a.spend > b.spend ? -1 : 1))
    .slice(0, count)
    .map((spender, i) => ({ ...spender, rank: i + 1 }));
}

/**
 * All rows of all tables after the hours given, which follow one another; the daily tables for the days whose last
 * hour is among them. Rows are written as the JSON of their cells, in order.
 */
export function expectedRows(hours: readonly RawHour[], settings: Settings): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  const add = (table: string, key: string, ...cells: Cells): void => {
    const row = JSON.stringify([...cells.map((cell) => (cell === null ? null : String(cell))), key]);
    tables.set(table, [...(tables.get(table) ?? []), row]);
  };
  const { maxIdleSeconds } = settings;

  const prepared = hours.map(({ begins, hits: hitFiles, sales: salesFiles }) => {
    const key = hourKey(begins);
    const judge = <F, T>(
      dataSet: string,
      files: readonly RawFile<F>[],
      headerLines: number,
      of: (fields: F) => Judged<T>,
    ): readonly T[] =>
      files.flatMap(({ file, lines }) =>
        lines.flatMap((line, i) => {
          const judged = "reason" in line ? line : of(line.fields);
          if ("good" in judged) return [judged.good];
          add("processed.rejects", key, dataSet, file, i + 1 + headerLines, judged.reason, line.raw);
          return [];
        }),
      );
    const hits = judge("web-logs", hitFiles, 0, (fields) => judgeHit(fields, begins));
    const unlinked = judge("sales", salesFiles, 1, (fields) => judgeSale(fields, begins, settings));
    return { begins, key, hits, sales: settings.link === "demo" ? linkAtRandom(unlinked, hits) : unlinked };
  });

  for (const { key, hits, sales } of prepared) {
    for (const { time, userid, ip, url, city, country, state } of hits)
      add("processed.omniture", key, isoTime(time), userid, ip, url, city, country, state);
    for (const sale of sales) {
      const { invoiceDate, customerId, country, kind, userid } = sale;
      add("processed.sales", key, ...lineCells(sale), isoTime(invoiceDate), customerId, country, kind, userid);
    }
    for (const { userid, spend, rank } of topSpenders(sales, settings.topSpenders))
      add("warehouse.hourly_top_spenders", key, userid, decimal(spend), rank);
  }

  const sessions = sessionsOf(
    prepared.flatMap(({ hits }) => hits),
    maxIdleSeconds,
  );
  const sessionOf = new Map(sessions.flatMap((session) => session.hits.map((hit) => [hit, session] as const)));
  for (const { key, hits } of prepared)
    for (const hit of hits) {
      const { time, userid, ip, url, city, country, state } = hit;
      add("processed.session_hits", key, isoTime(time), userid, ip, url, city, country, state, sessionOf.get(hit)!.id);
    }

  const lines = prepared
    .flatMap(({ sales }) => sales)
    .filter(({ kind, userid }) => kind === "sale" && userid !== null)
    .map((sale) => {
      const around = sessions.filter(
        ({ userid, start, end }) => userid === sale.userid && start <= sale.time && sale.time <= end,
      );
      const [session] = around.sort((a, b) => first(b.start - a.start, byText(a.id, b.id)));
      return { sale, session };
    });

  const closes = ({ end }: Session): number => hourOf(end + maxIdleSeconds);
  const begun = new Set(prepared.map(({ begins }) => begins));
  for (const session of sessions.filter((one) => begun.has(closes(one)))) {
    const [key, cells] = [hourKey(closes(session)), sessionCells(session)];
    add("processed.sessions", key, ...cells);
    const own = lines.filter((line) => line.session === session);
    if (own.length === 0) add("warehouse.session_mapped", key, ...cells, ...Array<null>(7).fill(null));
    for (const { sale } of own) add("warehouse.session_mapped", key, ...cells, ...lineCells(sale));
  }

  // The state after each hour, from everything that was known by then.
  for (const { begins, key } of prepared) {
    const known = prepared.filter((hour) => hour.begins <= begins).flatMap(({ hits }) => hits);
    const open = sessionsOf(known, maxIdleSeconds).filter((session) => session.end + maxIdleSeconds >= begins + 3600);
    for (const session of open) add("processed.open_sessions", key, ...sessionCells(session));
    for (const { sale, session } of lines) {
      const came = hourOf(sale.time) <= begins;
      const given = session !== undefined && closes(session) <= begins;
      const mayBelong = open.some(({ userid, start }) => userid === sale.userid && start <= sale.time);
      if (came && !given && mayBelong) add("processed.open_lines", key, sale.userid, ...lineCells(sale));
    }
  }

  for (const [day, own] of groupBy(prepared, ({ begins }) => dayKey(begins))) {
    if (!own.some(({ key }) => key.endsWith("_23"))) continue;
    for (const { userid, spend, rank } of topSpenders(
      own.flatMap(({ sales }) => sales),
      settings.topSpenders,
    )) {
      add("warehouse.daily_top_spenders", day, userid, decimal(spend), rank);
      add("warehouse.promo_mailing_list", day, userid);
      for (const hit of own.flatMap(({ hits }) => hits).filter((one) => one.userid === userid)) {
        const { time, url, ip, city, country, state } = hit;
        const id = sessionOf.get(hit)!.id;
        const cells = [userid, isoTime(time), url, id, ip, city, country, state, decimal(spend), rank];
        add("warehouse.daily_top_spenders_usage_logs", day, ...cells);
      }
    }
  }
  for (const rows of tables.values()) rows.sort();
  return tables;
}
