// Orders of a shop arrive as a file an hour. Each hour they become rows of a table, each day the products' sales.
import {
  bundle,
  coordinator,
  database,
  days,
  decimalParameter,
  hours,
  intParameter,
  job,
  parameters,
  parquet,
  partitionsOf,
  path,
  pathParameter,
  rawFiles,
  sequence,
  spark,
  startOfDay,
  table,
  timeParameter,
  workflow,
} from "howdah";

/** Everything that may differ from one target to the next; `-D name=value` gives a value too. */
export const p = parameters({
  landing: pathParameter({ describe: "where files arrive" }),
  data: pathParameter({ describe: "below it lie the tables" }),
  first_hour: timeParameter({ describe: "the first hour", otherwise: "earliest-landed" }),
  end: timeParameter({ describe: "no hour is at or after it" }),
  max_reject_share: decimalParameter({ default: "0.05", min: 0, max: 1, describe: "an hour with more rejects fails" }),
  min_rejects: intParameter({ default: 5, min: 0, describe: "so many rejects are never too many" }),
});

const hourly = { every: hours(1), initial: p.first_hour };
const daily = { every: days(1), initial: startOfDay(p.first_hour) };

/** What arrives: <landing>/orders/date_ts=20260105_18/ holds an hour's files, and _SUCCESS once they are complete. */
export const orderLines = rawFiles("order-lines", {
  ...hourly,
  root: p.landing,
  folder: "orders",
  files: {
    layout: "csv",
    width: 5,
    header: ["order_id", "ordered_at", "product", "quantity", "unit_price"],
    columns: { order_id: 1, ordered_at: 2, product: 3, quantity: 4, unit_price: 5 },
    encoding: "utf-8",
  },
});

const shop = database("shop", { comment: "orders and sales" });

export const ordersTable = table(shop, "orders", {
  comment: "lines of orders",
  columns: {
    order_id: "string",
    ordered_at: "timestamp",
    product: "string",
    quantity: "int",
    amount: { type: "decimal(18,2)", comment: "quantity * unit price" },
  },
  partitionedBy: { date_ts: { type: "string", comment: "hour, yyyyMMdd_HH" } },
  format: parquet,
  location: path`${p.data}/shop/orders`,
});
export const rejectsTable = table(shop, "rejects", {
  comment: "lines that could not be read",
  columns: { data_set: "string", file: "string", line: "int", reason: "string", raw: "string" },
  partitionedBy: { date_ts: { type: "string", comment: "hour, yyyyMMdd_HH" } },
  format: parquet,
  location: path`${p.data}/shop/rejects`,
});
export const salesTable = table(shop, "daily_sales", {
  comment: "what each product sold in a day",
  columns: { product: "string", orders: "bigint", pieces: "bigint", revenue: "decimal(38,2)" },
  partitionedBy: { date_ts: { type: "string", comment: "day, yyyyMMdd" } },
  format: parquet,
  location: path`${p.data}/shop/daily_sales`,
});

export const ordersData = partitionsOf(ordersTable, hourly);
export const rejects = partitionsOf(rejectsTable, hourly);
export const salesData = partitionsOf(salesTable, daily);

/** Lines become typed rows; what is none goes to the rejects. */
export const readOrders = job("read-orders", {
  sql: "jobs/read_orders.sql",
  every: hours(1),
  reads: { lines: orderLines.current(0) },
  writes: [rejects, ordersData],
  rejects: { table: rejects, maxShare: p.max_reject_share, min: p.min_rejects },
});

/** A day's orders become sales by product. */
export const sumSales = job("sum-sales", {
  sql: "jobs/sum_sales.sql",
  every: days(1),
  reads: { orders: ordersData.currentRange(0, 23) },
  writes: [salesData],
});

export const readHour = workflow("read-hour", { hour: "string" }, ({ hour }) =>
  sequence(spark("read-orders", { job: readOrders, from: hour })),
);
export const sumDay = workflow("sum-day", { day: "string" }, ({ day }) =>
  sequence(spark("sum-sales", { job: sumSales, from: day })),
);

/** Each hour, once its files are complete. */
export const hourlyOrders = coordinator("hourly", {
  every: hours(1),
  start: p.first_hour,
  end: p.end,
  reads: { lines: orderLines.current(0) },
  run: ({ nominalTime, formatTime }) => readHour.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
  timeout: days(7),
});

/** Each day, once its 24 hours are done. */
export const dailySales = coordinator("daily", {
  every: days(1),
  start: startOfDay(p.first_hour),
  end: p.end,
  reads: { hours: ordersData.currentRange(0, 23) },
  run: ({ nominalTime, formatTime }) => sumDay.with({ day: formatTime(nominalTime, "yyyyMMdd") }),
  timeout: days(7),
  accept: {
    BEFORE_INITIAL: "first_hour is a midnight on a cluster; here the first day takes the hours that there are",
  },
});

export const orders = bundle("orders", [hourlyOrders, dailySales]);
