import { join, resolve } from "node:path";
import { didYouMean, HowdahError, parseOozieTime } from "howdah";
import { parseOptions, usage as scriptUsage } from "../command-line.ts";
import { hourMilliseconds, salesColumns, type Hour } from "./feeds.ts";
import type { Request } from "./journal.ts";
import { hourReader } from "./row-time.ts";
import { sourceFile, type SourceFile } from "./source-file.ts";

export const help = `Splits raw files into the hours by which the pipeline reads them.

  npm run land -- --web-logs FILE --sales FILE [options]

Files
  --web-logs FILE           hit data, 178 tab-separated columns, gzip or plain; may be repeated: slices land together
  --sales FILE              invoice lines with a header: CSV, gzip or plain, or an .xlsx workbook, of which the first
                            sheet that has the columns is read; may be repeated
  --products FILE           url and category, tab-separated with a header
  --data DIR                the data root; files go to DIR/landing (default: data)

Hours
  --from TIME --until TIME  such as 2012-03-01T00:00Z; from <= t < until. Every hour in the range gets its folder and
                            flag in each feed that is given, empty ones too; lines of other hours are counted and left
                            out. Default: the range of the data
  --replace                 land hours that are there anew
  --add                     put late data into hours that are there; the same lines twice are refused

Sales
  --sales-shift-days N      days to add to the dates of sales (default 0; the public sample takes 455)
  --sales-date-format P     yyyy MM M dd d HH H mm ss 'T' and punctuation (default M/d/yyyy H:mm). The dates of a
                            workbook are written by it
  --sales-encoding E        of CSV: utf-8 (default) or latin-1; what is landed is UTF-8
  --link demo|column        how sales find their users. column: --link-column holds the user id. demo: customers are
                            linked to users at random. Must be named when the shift is 0; otherwise demo
  --link-column NAME        default CustomerID

  --json                    the summary as one JSON object
  --help

Examples
  npm run land -- --web-logs Omniture.1.tsv.gz --sales online-retail.csv.gz --sales-shift-days 455 \\
      --from 2012-03-01T00:00Z --until 2012-03-16T01:00Z --data data
  npm run land -- --sales late.csv --link column --add --data data

Exit codes: 0 landed, 2 refused (nothing was landed), 1 failed (a full disk, say; nothing was landed), 130 interrupted.`;

const options = {
  "web-logs": { type: "string", multiple: true },
  sales: { type: "string", multiple: true },
  products: { type: "string" },
  data: { type: "string", default: "data" },
  from: { type: "string" },
  until: { type: "string" },
  replace: { type: "boolean" },
  add: { type: "boolean" },
  "sales-shift-days": { type: "string" },
  "sales-date-format": { type: "string" },
  "sales-encoding": { type: "string" },
  link: { type: "string" },
  "link-column": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

type Given = ReturnType<typeof parseOptions<typeof options>>;

export interface LandOptions {
  readonly data: string;
  readonly landing: string;
  readonly request: Request;
}

/** Reads the command line; undefined when help is asked for. */
export function readOptions(args: readonly string[]): LandOptions | undefined {
  const given = parseOptions("land", options, args);
  if (given.help === true) return undefined;
  const webLogs = sources("--web-logs", given["web-logs"] ?? []);
  const sales = sources("--sales", given.sales ?? []);
  if (webLogs.length + sales.length === 0 && given.products === undefined)
    throw usage("there is nothing to land: neither --web-logs nor --sales nor --products is given");
  if (given.replace === true && given.add === true) throw usage("--replace and --add exclude each other");
  const from = hourOption("--from", given.from);
  const until = hourOption("--until", given.until);
  if (from !== null && until !== null && from >= until)
    throw usage(`--from ${given.from} is not before --until ${given.until}`);
  const encoding = given["sales-encoding"] ?? "utf-8";
  if (encoding !== "utf-8" && encoding !== "latin-1")
    throw usage(`--sales-encoding ${encoding} is neither utf-8 nor latin-1`);
  const values = salesValues(given);
  return {
    data: given.data,
    landing: join(resolve(given.data), "landing"),
    request: {
      webLogs,
      sales,
      products: given.products === undefined ? null : sourceFile(resolve(given.products)),
      encoding,
      from,
      until,
      mode: given.replace === true ? "replace" : given.add === true ? "add" : "new",
      values: sales.length === 0 ? null : values(),
    },
  };
}

function usage(message: string): HowdahError {
  return scriptUsage("land", message);
}

function sources(option: string, paths: readonly string[]): SourceFile[] {
  const files = paths.map((path) => sourceFile(resolve(path)));
  const twice = files.find(({ path }, i) => files.findIndex((other) => other.path === path) < i);
  if (twice !== undefined) throw usage(`${option} names ${twice.path} twice`);
  return files;
}

function hourOption(option: string, text: string | undefined): Hour | null {
  if (text === undefined) return null;
  const time = parseOozieTime(text);
  if (time === undefined) throw usage(`${option} ${text} is no time such as 2012-03-01T00:00Z`);
  if (time % hourMilliseconds !== 0) throw usage(`${option} ${text} is no whole hour: files are landed by the hour`);
  return time / hourMilliseconds;
}

/** The values that hold for landed sales. Checked only when there are sales. */
function salesValues(given: Given): () => NonNullable<Request["values"]> {
  return () => {
    const shift = given["sales-shift-days"] ?? "0";
    if (!/^-?\d{1,6}$/.test(shift)) throw usage(`--sales-shift-days ${shift} is no whole number of days`);
    const days = Number(shift);
    const pattern = given["sales-date-format"] ?? "M/d/yyyy H:mm";
    hourReader(pattern);
    const column = given["link-column"] ?? "CustomerID";
    if (!salesColumns.some((name) => name === column))
      throw usage(
        `--link-column ${column} is no column of sales${didYouMean(column, salesColumns)} (${salesColumns.join(", ")})`,
      );
    // A shift tells the public sample, which has no customer in common with the logs. Without one this may be a real
    // shop, where a guess would mail the wrong people.
    const link = given.link ?? (days === 0 ? undefined : "demo");
    if (link === undefined)
      throw new HowdahError("--link must be named when sales are not shifted: howdah does not guess who bought what", {
        code: "LINK_UNNAMED",
        next: "--link column when a column of sales holds the user ids of the web logs; --link demo to invent them at random",
      });
    if (link !== "demo" && link !== "column") throw usage(`--link ${link} is neither demo nor column`);
    return {
      sales_encoding: "utf-8",
      sales_date_format: pattern,
      link,
      link_column: column,
      sales_shift_days: String(days),
    };
  };
}
