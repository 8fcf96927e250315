import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** The columns of a hit that the pipeline uses, as they stand in a file: an empty text is a null. */
export interface HitFields {
  readonly time: string;
  readonly ip: string;
  readonly url: string;
  readonly userid: string;
  readonly city: string;
  readonly country: string;
  readonly state: string;
}

/** The columns of a sales line, as they stand in a file but for quotes. */
export interface SalesFields {
  readonly invoiceNo: string;
  readonly stockCode: string;
  readonly description: string;
  readonly quantity: string;
  readonly invoiceDate: string;
  readonly unitPrice: string;
  readonly customerId: string;
  readonly country: string;
}

export const salesHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

/** Positions from 1, of 178. */
const positions: readonly (readonly [keyof HitFields, number])[] = [
  ["time", 2],
  ["ip", 8],
  ["url", 13],
  ["userid", 14],
  ["city", 50],
  ["country", 51],
  ["state", 53],
];

/** A hit as one line of Omniture hit data. */
export function hitLine(hit: HitFields): string {
  const fields = Array.from({ length: 178 }, () => "");
  for (const [name, position] of positions) fields[position - 1] = hit[name];
  return fields.join("\t");
}

/** A sales line as CSV, with quotes where they are needed. */
export function salesLine(line: SalesFields): string {
  const { invoiceNo, stockCode, description, quantity, invoiceDate, unitPrice, customerId, country } = line;
  return [invoiceNo, stockCode, description, quantity, invoiceDate, unitPrice, customerId, country]
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

/** `20120301_00` of a time in whole seconds since 1970. */
export function hourKey(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(\d+).*$/, "$1$2$3_$4");
}

/** `2012-03-01 00:00:00` */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** `3/1/2012 0:05` */
export function salesTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const minute = String(date.getUTCMinutes()).padStart(2, "0");
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()} ${date.getUTCHours()}:${minute}`;
}

/** The folder of an hour of a feed. */
export function hourFolder(landing: string, feed: "omniture" | "sales", key: string): string {
  return join(landing, feed, `date_ts=${key}`);
}

/** Writes an hour of a feed, the flag last; a name that ends in `.gz` is packed. */
export function landHour(
  landing: string,
  feed: "omniture" | "sales",
  key: string,
  files: Readonly<Record<string, string | Buffer>>,
): void {
  const folder = hourFolder(landing, feed, key);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), name.endsWith(".gz") ? gzipSync(content) : content);
  writeFileSync(join(folder, "_SUCCESS"), "");
}
