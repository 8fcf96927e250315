import { HowdahError, parseTimeBy } from "howdah";
import { parseOptions, usage } from "../command-line.ts";
import type { GenerateOptions } from "./generate.ts";

export const help = `Writes the raw files of an invented shop: web-logs.tsv.gz, online-retail.csv.gz, products.tsv.gz.
The same options give the same files.

  npm run generate -- --out DIR [options]

  --days N                  how many days (default 2)
  --scale S                 visitors and invoices; 1 over 15 days is about the public samples (default 1)
  --seed N                  another seed, another shop (default 7)
  --start DATE              the first day (default 2012-03-01)
  --customers numbers|linked
                            numbers: customers have ids of their own, as in the public sample (default)
                            linked: a customer's id is the user id of a visitor who is on the site at that time
  --sales-shift-days N      date invoices N days earlier, as the public sample is (default 0)
  --json                    what was written, as one JSON object
  --help

Example
  npm run generate -- --out build/raw --days 2 --customers linked`;

const options = {
  out: { type: "string" },
  days: { type: "string", default: "2" },
  scale: { type: "string", default: "1" },
  seed: { type: "string", default: "7" },
  start: { type: "string", default: "2012-03-01" },
  customers: { type: "string", default: "numbers" },
  "sales-shift-days": { type: "string", default: "0" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Reads the command line; undefined when help is asked for. */
export function readOptions(args: readonly string[]): GenerateOptions | undefined {
  const given = parseOptions("generate", options, args);
  if (given.help === true) return undefined;
  if (given.out === undefined) throw refuse("--out names the folder to write to, and is not given");
  if (given.customers !== "numbers" && given.customers !== "linked")
    throw refuse(`--customers ${given.customers} is neither numbers nor linked`);
  const start = parseTimeBy("yyyy-MM-dd", given.start);
  if (start === undefined) throw refuse(`--start ${given.start} is no day such as 2012-03-01`);
  const scale = Number(given.scale);
  if (!/^\d+(\.\d+)?$/.test(given.scale) || scale <= 0 || scale > 10_000)
    throw refuse(`--scale ${given.scale} is no number above 0 and up to 10000`);
  return {
    out: given.out,
    days: whole("--days", given.days, 1, 3660),
    scale,
    seed: whole("--seed", given.seed, 0, 0xffff_ffff),
    start,
    customers: given.customers,
    salesShiftDays: whole("--sales-shift-days", given["sales-shift-days"], 0, 36_600),
  };
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw refuse(`${option} ${text} is no whole number from ${least} to ${most}`);
  return number;
}

function refuse(message: string): HowdahError {
  return usage("generate", message);
}
