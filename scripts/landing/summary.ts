import { basename } from "node:path";
import { feedNames, feeds } from "./feeds.ts";
import type { LineCounts } from "./intake.ts";
import { valuesFile, type LandingValues } from "./values.ts";
import type { SheetTaken } from "./workbook/lines.ts";

export interface FeedSummary extends LineCounts {
  readonly files: number;
  /** Instances by what happened to them. */
  readonly hours: { readonly placed: number; readonly replaced: number; readonly added: number };
  /** Hours that were placed or replaced without a row. */
  readonly emptyHours: number;
  /** Columns of the files that the data set does not have. */
  readonly ignoredColumns: readonly string[];
  /** Sheets of workbooks that were read. */
  readonly sheets: readonly SheetTaken[];
}

/** What a landing did: the same facts for people and for `--json`. */
export interface LandingSummary {
  readonly landing: string;
  /** `2012-03-01T00:00Z`; null when no hours were landed. */
  readonly from: string | null;
  readonly until: string | null;
  /** Hours in the range. */
  readonly hours: number;
  readonly webLogs: FeedSummary | null;
  readonly sales: FeedSummary | null;
  /** Hours in which neither feed has a row; null unless both were landed. */
  readonly emptyInBoth: number | null;
  /** Lines of the products file. */
  readonly products: number | null;
  /** Files below the landing with the rows whose time cannot be read. */
  readonly unassigned: readonly string[];
  readonly values: LandingValues | null;
  readonly customersLinkedAtRandom: boolean;
  /** An earlier landing of the same files had been cut off, and was finished; the figures are that landing's. */
  readonly finishedEarlier: boolean;
}

export const randomLinkSentence =
  "Customers are linked to users at random (link mode demo): who bought what on the site is invented.";

const number = (value: number): string => value.toLocaleString("en-US");

/** The summary for people. */
export function summaryText(summary: LandingSummary, dataFolder: string): string {
  const { from, until, hours, products, values } = summary;
  const lines: string[] = [];
  if (summary.finishedEarlier) lines.push("An earlier landing of these files had been cut off; it is finished now.");
  const landed = feedNames.flatMap((feed) => {
    const facts = summary[feed];
    return facts === null ? [] : [`${number(facts.landed)} ${feeds[feed].what}`];
  });
  if (from !== null && until !== null)
    lines.push(
      `Landed ${landed.join(" and ")} in ${hours === 1 ? "1 hour" : `${number(hours)} hours`}, from ${from} until ${until}, in ${summary.landing}`,
      "",
      ...table(summary),
    );
  if (summary.emptyInBoth !== null) lines.push("", `Neither feed has a row in ${number(summary.emptyInBoth)} hours.`);
  const [absent, ...others] = feedNames.filter((feed) => summary[feed] === null);
  if (absent !== undefined && others.length === 0)
    lines.push("", `No file of ${feeds[absent].what} was given: their hours are as they were.`);
  for (const feed of feedNames) {
    const ignored = summary[feed]?.ignoredColumns ?? [];
    if (ignored.length > 0) lines.push(`Columns of ${feeds[feed].what} left out: ${ignored.join(", ")}`);
    for (const { file, sheet, others } of summary[feed]?.sheets ?? []) {
      const left = others.length === 0 ? "" : `; left out: ${others.join(", ")}`;
      lines.push(`Of ${basename(file)} the sheet ${sheet} was read${left}`);
    }
  }
  if (summary.unassigned.length > 0)
    lines.push(`Lines whose time cannot be read are kept in ${summary.unassigned.join(", ")}`);
  if (products !== null) lines.push(`Products: ${number(products)} lines.`);
  if (summary.customersLinkedAtRandom) lines.push(randomLinkSentence);
  if (values !== null) {
    const pairs = Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
    lines.push(`Runs take these values from ${valuesFile(summary.landing)}: ${pairs.join(", ")}`);
  }
  if (from !== null && until !== null)
    lines.push(`Next: npx howdah run marketing --data ${dataFolder} --from ${from} --until ${until} --as-range`);
  return lines.join("\n");
}

function table(summary: LandingSummary): string[] {
  const rows = [
    [
      "",
      "lines read",
      "landed",
      "outside the range",
      "time unreadable",
      "hours new/replaced/added to",
      "of them empty",
    ],
  ];
  for (const feed of feedNames) {
    const facts = summary[feed];
    if (facts === null) continue;
    const { placed, replaced, added } = facts.hours;
    rows.push([
      feeds[feed].what,
      ...[facts.lines, facts.landed, facts.outside, facts.unassigned].map(number),
      [placed, replaced, added].map(number).join("/"),
      number(facts.emptyHours),
    ]);
  }
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
}
