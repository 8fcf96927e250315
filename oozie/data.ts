import { days, hours, partitionsOf, rawFiles, startOfDay } from "howdah";
import * as t from "../hive/tables.ts";
import { p } from "./parameters.ts";

const hourly = { every: hours(1), initial: p.first_hour };
const daily = { every: days(1), initial: startOfDay(p.first_hour) };

// What arrives.
export const webLogs = rawFiles("web-logs", {
  ...hourly,
  root: p.landing,
  folder: "omniture",
  files: { layout: "tsv", width: t.hitWidth, header: undefined, columns: t.hitColumns, encoding: "utf-8" },
});
export const salesLines = rawFiles("sales", {
  ...hourly,
  root: p.landing,
  folder: "sales",
  files: {
    layout: "csv",
    width: t.salesHeader.length,
    header: t.salesHeader,
    columns: Object.fromEntries(t.salesHeader.map((name, i) => [name.toLowerCase(), i + 1])),
    encoding: p.sales_encoding,
  },
});

// What the jobs make: a data set a table.
export const hits = partitionsOf(t.omniture, hourly);
export const sales = partitionsOf(t.sales, { ...hourly, name: "processed-sales" });
export const rejects = partitionsOf(t.rejects, hourly);
export const sessionHits = partitionsOf(t.sessionHits, hourly);
export const openSessions = partitionsOf(t.openSessions, hourly);
export const openLines = partitionsOf(t.openLines, hourly);
export const sessions = partitionsOf(t.sessions, hourly);
export const sessionMapped = partitionsOf(t.sessionMapped, hourly);
export const hourlyTopSpenders = partitionsOf(t.hourlyTopSpenders, hourly);
export const dailyTopSpenders = partitionsOf(t.dailyTopSpenders, daily);
export const usageLogs = partitionsOf(t.usageLogs, daily);
export const mailingList = partitionsOf(t.mailingList, daily);
