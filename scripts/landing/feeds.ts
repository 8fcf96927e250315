import { formatTimeBy, parseTimeBy, type Instant } from "howdah";
import { salesHeader } from "../../hive/tables.ts";

/** The two feeds that arrive by the hour: the folder of each below the landing, and how its files are named. */
export const feeds = {
  webLogs: { folder: "omniture", file: "part-00000.tsv.gz", what: "hits" },
  sales: { folder: "sales", file: "part-00000.csv.gz", what: "sales lines" },
} as const;

export type Feed = keyof typeof feeds;

export const feedNames: readonly Feed[] = ["webLogs", "sales"];

/** The header of landed sales files, and the columns that a sales file must have. */
export const salesColumns = salesHeader;

export const productColumns = ["url", "category"] as const;

export const hourMilliseconds = 3_600_000;

/** Hours since 1970: what rows are sorted by. */
export type Hour = number;

export function timeOf(hour: Hour): Instant {
  return (hour * hourMilliseconds) as Instant;
}

const hourFolderPattern = "'date_ts='yyyyMMdd_HH";

/** An hour's folder of a feed, below the landing. */
export function hourFolder(feed: Feed, hour: Hour): string {
  return `${feeds[feed].folder}/${formatTimeBy(hourFolderPattern, timeOf(hour))}`;
}

/** The hour of a folder's name, undefined for other folders. */
export function hourOfFolder(name: string): Hour | undefined {
  const time = parseTimeBy(hourFolderPattern, name);
  return time === undefined ? undefined : time / hourMilliseconds;
}
