import { addPartition, create, hive2, minutes, sequence, spark, workflow } from "howdah";
import * as t from "../hive/tables.ts";
import { dailyTop, mapSessionSales, prepare } from "./jobs.ts";

const retry = { max: 2, every: minutes(1) };

export const prepareHour = workflow("prepare-hour", { hour: "string" }, ({ hour }) =>
  sequence(
    hive2(
      "register-raw",
      [t.rawHits, t.rawSales].map((table) => addPartition(table, { date_ts: hour })),
      { retry },
    ),
    spark("prepare-and-map", { job: [prepare, mapSessionSales], from: hour }),
  ),
);

export const topSpenders = workflow("top-spenders", { day: "string" }, ({ day }) =>
  sequence(spark("daily-top-spenders", { job: dailyTop, from: day })),
);

/** Creates the databases raw, processed and warehouse, and their tables. */
export const setUp = workflow("set-up", {}, () =>
  sequence(
    hive2("databases", create(...t.databases)),
    hive2("raw", create(...t.rawTables)),
    hive2("processed", create(...t.processedTables)),
    hive2("warehouse", create(...t.warehouseTables)),
  ),
);
