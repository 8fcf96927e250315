import { join } from "node:path";
import type { Instant } from "#src/core/time.js";
import type { ActionStatus, RunReport } from "#src/local/run.js";
import { hitLine, hourFolder, hourKey, isoTime, landHour, salesHeader, salesLine, salesTime } from "./landing.ts";

/** From 20:00 to 02:00: the first day ends in between, the second waits. */
const begins = Date.UTC(2012, 2, 1, 20) / 1000;
export const hours = Array.from({ length: 6 }, (_, i) => begins + i * 3600);
export const keys = hours.map(hourKey);

export function hit(time: number, userid: string, more: { readonly ip?: string; readonly url?: string } = {}): string {
  return hitLine({
    time: isoTime(time),
    ip: more.ip ?? "10.0.0.1",
    url: more.url ?? "/",
    userid,
    city: "Rom",
    country: "IT",
    state: "",
  });
}

export function sale(time: number, customerId: string, unitPrice = "2.5"): string {
  const [invoiceNo, stockCode, description] = ["536365", "85123A", "CREAM HANGER"];
  return salesLine({
    invoiceNo,
    stockCode,
    description,
    quantity: "2",
    invoiceDate: salesTime(time),
    unitPrice,
    customerId,
    country: "IT",
  });
}

/** A user who stays all the time, one who comes in the second hour and goes in the third, one in the fifth. */
export function landAll(landing: string): void {
  hours.forEach((hour, i) => {
    const hits = [hit(hour + 300, "{A}"), hit(hour + 1900, "{A}"), hit(hour + 3500, "{A}")];
    if (i === 1) hits.push(hit(hour + 3000, "{B}"));
    if (i === 2) hits.push(hit(hour + 60, "{B}"), hit(hour + 120, "{B}"));
    if (i === 4) hits.push(hit(hour + 600, "{C}"));
    const sales = [sale(hour + 360, "{A}"), sale(hour + 120, "{B}", "7.25"), sale(hour + 600, "")];
    landHour(landing, "omniture", keys[i]!, { "hits.tsv": hits.join("\n") + "\n" });
    landHour(landing, "sales", keys[i]!, { "sales.csv": [salesHeader, ...sales].join("\n") + "\n" });
  });
}

export function file(folder: string, feed: "omniture" | "sales", i: number): string {
  return join(hourFolder(join(folder, "landing"), feed, keys[i]!), feed === "omniture" ? "hits.tsv" : "sales.csv");
}

export function instant(seconds: number): Instant {
  return (seconds * 1000) as Instant;
}

export function statuses({ actions }: RunReport): Readonly<Partial<Record<ActionStatus, number>>> {
  const found: Partial<Record<ActionStatus, number>> = {};
  for (const { status } of actions) found[status] = (found[status] ?? 0) + 1;
  return found;
}
