import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A hit: hour and minute of the day, user, url, city. A user has one ip; `null` is an empty field. */
export type Hit = readonly [time: string, user: string, url: string | null, city: string | null];

/** A line of an invoice; the user is its CustomerID. */
export type Line = readonly [
  time: string,
  user: string,
  invoice: string,
  description: string,
  quantity: number,
  price: string,
];

/** Lands a whole day, 2012-03-01, each hour in a folder with its flag; and the products. */
export function landDay(
  data: string,
  hits: readonly Hit[],
  lines: readonly Line[],
  products: Readonly<Record<string, string>>,
): void {
  for (let hour = 0; hour < 24; hour++) {
    const hh = String(hour).padStart(2, "0");
    const ofHour = <T extends readonly [string, ...unknown[]]>(rows: readonly T[]): readonly T[] =>
      rows.filter(([time]) => time.startsWith(`${hh}:`));
    put(data, `omniture/date_ts=20120301_${hh}`, "hits.tsv", ofHour(hits).map(hitLine));
    const invoiceLines = ofHour(lines).map(salesLine);
    put(data, `sales/date_ts=20120301_${hh}`, "sales.csv", invoiceLines.length === 0 ? [] : [header, ...invoiceLines]);
  }
  put(data, "products", "products.tsv", ["url\tcategory", ...Object.entries(products).map((row) => row.join("\t"))]);
}

const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

function put(data: string, folder: string, name: string, lines: readonly string[]): void {
  const path = join(data, "landing", folder);
  mkdirSync(path, { recursive: true });
  if (lines.length > 0) writeFileSync(join(path, name), `${lines.join("\n")}\n`);
  writeFileSync(join(path, "_SUCCESS"), "");
}

export const ipOf = (user: string): string => `10.0.0.${user.charCodeAt(0)}`;

function hitLine([time, user, url, city]: Hit): string {
  const fields = Array.from({ length: 178 }, () => "");
  const values = { 2: `2012-03-01 ${time}:00`, 8: ipOf(user), 13: url ?? "", 14: user, 50: city ?? "", 51: "it" };
  for (const [position, value] of Object.entries(values)) fields[Number(position) - 1] = value;
  return fields.join("\t");
}

function salesLine([time, user, invoice, description, quantity, price]: Line): string {
  const [hour, minute] = time.split(":");
  const quoted = description === "" ? "" : `"${description.replaceAll('"', '""')}"`;
  return [invoice, "85123A", quoted, quantity, `3/1/2012 ${Number(hour)}:${minute!}`, price, user, "Italy"].join(",");
}
