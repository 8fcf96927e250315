import { agree, countOf, days, hours, job, sumOf } from "howdah";
import * as d from "./data.ts";
import { p } from "./parameters.ts";

/** Lines that may be somebody's in a session. */
const saleLines = "kind = 'sale' and userid is not null";

/** Raw lines become typed hits and sales; what is neither goes to the rejects. */
export const prepare = job("prepare", {
  sql: "spark-jobs/prepare.sql",
  every: hours(1),
  reads: { hit_lines: d.webLogs.current(0), sales_lines: d.salesLines.current(0) },
  writes: [d.hits, d.sales, d.rejects],
  rejects: { table: d.rejects, maxShare: p.max_reject_share, min: p.min_rejects },
  parameters: [p.sales_date_format, p.sales_shift_days, p.link, p.link_column],
  checks: [
    agree("hits in = hits out + rejects", countOf("hit_lines"), "=", [
      countOf(d.hits),
      countOf(d.rejects, "data_set = 'web-logs'"),
    ]),
    agree("sales lines in = sales lines out + rejects", countOf("sales_lines"), "=", [
      countOf(d.sales),
      countOf(d.rejects, "data_set = 'sales'"),
    ]),
  ],
});

/** Hits become sessions, sale lines find theirs, and the hour's top spenders are found. */
export const mapSessionSales = job("map-session-sales", {
  sql: "spark-jobs/map_session_sales.sql",
  every: hours(1),
  reads: {
    hits: d.hits.current(0),
    sales: d.sales.current(0),
    sessions_before: d.openSessions.current(-1),
    lines_before: d.openLines.current(-1),
  },
  writes: [d.sessionHits, d.sessions, d.sessionMapped, d.hourlyTopSpenders, d.openLines, d.openSessions],
  parameters: [p.max_idle_seconds, p.top_spenders],
  checks: [
    agree("every hit has a session", countOf("hits"), "=", countOf(d.sessionHits)),
    agree("hits of sessions, closed and open", [countOf("hits"), sumOf("sessions_before", "hits")], "=", [
      sumOf(d.sessions, "hits"),
      sumOf(d.openSessions, "hits"),
    ]),
    agree(
      "lines attributed and carried on are never more than lines",
      [countOf(d.sessionMapped, "sale_ts is not null"), countOf(d.openLines)],
      "<=",
      [countOf("sales", saleLines), countOf("lines_before")],
    ),
    agree(
      "amounts attributed and carried on are never more than sales",
      [sumOf(d.sessionMapped, "amount"), sumOf(d.openLines, "amount")],
      "<=",
      [sumOf("sales", "amount", saleLines), sumOf("lines_before", "amount")],
    ),
    agree(
      "top spenders spend no more than all",
      sumOf(d.hourlyTopSpenders, "hourly_spend"),
      "<=",
      sumOf("sales", "amount", saleLines),
    ),
  ],
});

/** The day's top spenders, what they looked at, and whom to write to. */
export const dailyTop = job("daily-top-spenders", {
  sql: "spark-jobs/daily_top_spenders.sql",
  every: days(1),
  reads: { sales: d.sales.currentRange(0, 23), session_hits: d.sessionHits.currentRange(0, 23) },
  writes: [d.dailyTopSpenders, d.usageLogs, d.mailingList],
  parameters: [p.top_spenders],
  checks: [
    agree("who is mailed", countOf(d.mailingList), "=", countOf(d.dailyTopSpenders)),
    agree(
      "top spenders of the day spend no more than all",
      sumOf(d.dailyTopSpenders, "daily_spend"),
      "<=",
      sumOf("sales", "amount", saleLines),
    ),
  ],
});
