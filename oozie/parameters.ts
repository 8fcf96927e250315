import {
  choiceParameter,
  dateFormatParameter,
  decimalParameter,
  intParameter,
  parameters,
  pathParameter,
  timeParameter,
} from "howdah";

/** Everything that may differ from one deployment to the next. */
export const p = parameters({
  landing: pathParameter({ describe: "where raw files arrive" }),
  data: pathParameter({ describe: "below it lie the tables of processed and warehouse" }),

  first_hour: timeParameter({
    describe: "the first hour; it alone needs no earlier state",
    otherwise: "earliest-landed",
  }),
  end: timeParameter({ describe: "no hour is at or after it" }),

  max_idle_seconds: intParameter({ default: 1800, min: 1, max: 3600, describe: "a longer pause ends a session" }),
  top_spenders: intParameter({ default: 10, min: 1, describe: "how many of an hour and of a day" }),
  max_reject_share: decimalParameter({ default: "0.01", min: 0, max: 1, describe: "an hour with more rejects fails" }),
  min_rejects: intParameter({ default: 10, min: 0, describe: "so many rejects are never too many" }),

  sales_encoding: choiceParameter(["utf-8", "latin-1"], { default: "utf-8" }),
  sales_date_format: dateFormatParameter({ default: "M/d/yyyy H:mm" }),
  sales_shift_days: intParameter({ default: 0, min: -100_000, max: 100_000, describe: "added to InvoiceDate" }),
  link: choiceParameter(["column", "demo"], {
    default: "column",
    describe: "how a sale finds its user: by a column, or at random, for samples that have no customer in common",
  }),
  link_column: choiceParameter(["InvoiceNo", "StockCode", "Description", "CustomerID", "Country"], {
    default: "CustomerID",
    describe: "the column that holds the user's id, with link=column",
  }),
});
