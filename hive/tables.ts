import {
  columnsOf,
  database,
  delimited,
  inRange,
  notNull,
  oneOf,
  parquet,
  path,
  quotedCsv,
  satisfies,
  table,
  unique,
  view,
  type HiveType,
} from "howdah";
import { p } from "../oozie/parameters.ts";

const raw = database("raw", { comment: "files as they arrived; a partition an hour" });
const processed = database("processed", { comment: "prepared data by hour; may be pruned" });
const warehouse = database("warehouse", { comment: "what analysts query" });

const byHour = { date_ts: { type: "string", comment: "hour, yyyyMMdd_HH" } } as const;
const byDay = { date_ts: { type: "string", comment: "day, yyyyMMdd" } } as const;

/** Columns of the clickstream that the pipeline uses, by position. */
export const hitColumns = { hit_time: 2, ip: 8, url: 13, userid: 14, city: 50, country: 51, state: 53 };
export const hitWidth = 178;
export const salesHeader = [
  "InvoiceNo",
  "StockCode",
  "Description",
  "Quantity",
  "InvoiceDate",
  "UnitPrice",
  "CustomerID",
  "Country",
] as const;

const strings = (names: readonly string[]): Record<string, HiveType> =>
  Object.fromEntries(names.map((name) => [name.toLowerCase(), "string"]));

export const rawHits = table(raw, "omniturelogs", {
  comment: "the clickstream's lines",
  columns: strings(Array.from({ length: hitWidth }, (_, i) => `col_${i + 1}`)),
  partitionedBy: byHour,
  format: delimited("\t"),
  location: path`${p.landing}/omniture`,
});
export const rawHitsNamed = view(raw, "omniture", {
  comment: "the columns of omniturelogs that the pipeline uses",
  query: `SELECT ${Object.entries(hitColumns)
    .map(([name, position]) => `col_${position} AS ${name}`)
    .join(", ")}, date_ts FROM raw.omniturelogs`,
});
export const rawSales = table(raw, "sales", {
  comment: "lines of invoices",
  columns: strings(salesHeader),
  partitionedBy: byHour,
  format: quotedCsv({ headerLines: 1 }),
  location: path`${p.landing}/sales`,
});
export const products = table(raw, "products", {
  comment: "the category that a page shows",
  columns: { url: "string", category: "string" },
  format: delimited("\t", { headerLines: 1 }),
  location: path`${p.landing}/products`,
});

const place = { city: "string", country: "string", state: "string" } as const;
const stored = (database_: "processed" | "warehouse", name: string): ReturnType<typeof path> =>
  path`${p.data}/${database_}/${name}`;

export const omniture = table(processed, "omniture", {
  comment: "hits",
  columns: { hit_ts: "timestamp", userid: "string", ip: "string", url: "string", ...place },
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "omniture"),
  keep: 24,
  checks: [notNull(["hit_ts", "userid", "ip"])],
});

const line = {
  invoiceno: "string",
  stockcode: "string",
  description: "string",
  quantity: "int",
  unitprice: "decimal(12,3)",
  amount: { type: "decimal(23,3)", comment: "quantity * unitprice" },
  sale_ts: { type: "timestamp", comment: "when it was sold, on the clock of the hits" },
} as const;

export const sales = table(processed, "sales", {
  comment: "lines of invoices with their kind and their user",
  columns: {
    ...line,
    invoicedate: "timestamp",
    customerid: "string",
    country: "string",
    kind: { type: "string", comment: "sale, cancellation, adjustment or other" },
    userid: "string",
  },
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "sales"),
  keep: 48,
  checks: [
    notNull(["invoiceno", "quantity", "unitprice", "amount", "sale_ts", "invoicedate"]),
    oneOf("kind", ["sale", "cancellation", "adjustment", "other"]),
    satisfies("amount = cast(quantity as decimal(19,0)) * unitprice", { name: "amount is quantity * unitprice" }),
  ],
});

export const rejects = table(processed, "rejects", {
  comment: "lines of raw files that are no rows",
  columns: {
    data_set: "string",
    file: { type: "string", comment: "path below the landing folder" },
    line: { type: "int", comment: "from 1, the header included" },
    reason: "string",
    raw: "string",
  },
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "rejects"),
  checks: [
    notNull(["data_set", "file", "line"]),
    oneOf("reason", ["columns", "encoding", "quotes", "null-key", "bad-value", "wrong-hour"]),
  ],
});

export const sessionHits = table(processed, "session_hits", {
  comment: "hits with their session",
  columns: { ...columnsOf(omniture), sessionid: "string" },
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "session_hits"),
  keep: 48,
  checks: [notNull("sessionid")],
});

const session = {
  userid: "string",
  ip: "string",
  sessionid: { type: "string", comment: "md5 of userid|ip|start in epoch seconds" },
  session_start: "timestamp",
  session_end: { type: "timestamp", comment: "the last hit" },
  hits: "bigint",
  landing_page: "string",
  exit_page: "string",
  ...place,
} as const;

export const openSessions = table(processed, "open_sessions", {
  comment: "state: sessions that a later hit could still continue",
  columns: session,
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "open_sessions"),
  keep: 24,
  checks: [unique("sessionid")],
});
export const openLines = table(processed, "open_lines", {
  comment: "state: sale lines whose session is still open",
  columns: { userid: "string", ...line },
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "open_lines"),
  keep: 24,
});
export const sessions = table(processed, "sessions", {
  comment: "sessions, by the hour in which they closed",
  columns: session,
  partitionedBy: byHour,
  format: parquet,
  location: stored("processed", "sessions"),
  keep: 48,
  checks: [
    unique("sessionid"),
    inRange("hits", { min: 1 }),
    satisfies("session_start <= session_end", { name: "a session does not end before it starts" }),
  ],
});

export const sessionMapped = table(warehouse, "session_mapped", {
  comment: "sessions and the sale lines attributed to them: a row a line, or one without a line",
  columns: { ...session, ...line },
  partitionedBy: byHour,
  format: parquet,
  location: stored("warehouse", "session_mapped"),
  checks: [
    notNull("sessionid"),
    satisfies("sale_ts between session_start and session_end", { name: "a line lies within its session" }),
  ],
});
export const hourlyTopSpenders = table(warehouse, "hourly_top_spenders", {
  comment: "the users who spent most in an hour",
  columns: { userid: "string", hourly_spend: "decimal(38,3)", rank: "int" },
  partitionedBy: byHour,
  format: parquet,
  location: stored("warehouse", "hourly_top_spenders"),
  checks: [notNull(["userid", "hourly_spend", "rank"]), unique("userid")],
});
export const dailyTopSpenders = table(warehouse, "daily_top_spenders", {
  comment: "the users who spent most in a day",
  columns: { userid: "string", daily_spend: "decimal(38,3)", rank: "int" },
  partitionedBy: byDay,
  format: parquet,
  location: stored("warehouse", "daily_top_spenders"),
  checks: [notNull(["userid", "daily_spend", "rank"]), unique("userid")],
});
export const usageLogs = table(warehouse, "daily_top_spenders_usage_logs", {
  comment: "every hit of a day's top spenders",
  columns: {
    userid: "string",
    hit_ts: "timestamp",
    url: "string",
    sessionid: "string",
    ip: "string",
    ...place,
    daily_spend: "decimal(38,3)",
    rank: "int",
  },
  partitionedBy: byDay,
  format: parquet,
  location: stored("warehouse", "daily_top_spenders_usage_logs"),
  checks: [notNull(["userid", "hit_ts", "rank"])],
});
export const mailingList = table(warehouse, "promo_mailing_list", {
  comment: "whom to send promotional mail",
  columns: { userid: "string" },
  partitionedBy: byDay,
  format: parquet,
  location: stored("warehouse", "promo_mailing_list"),
  checks: [notNull("userid"), unique("userid")],
});

/** What set-up creates, in this order. */
export const databases = [raw, processed, warehouse];
export const rawTables = [rawHits, rawHitsNamed, rawSales, products];
export const processedTables = [omniture, sales, rejects, sessionHits, openSessions, openLines, sessions];
export const warehouseTables = [sessionMapped, hourlyTopSpenders, dailyTopSpenders, usageLogs, mailingList];
