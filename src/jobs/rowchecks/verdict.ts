import type { CheckRecord } from "../record.ts";
import type { CheckPlan, CheckSpec, NumberSpec } from "../spec.ts";

/** What is known of a unit when its checks are judged. */
export interface UnitFacts {
  /** The exact text of a number that a source of the plan gave. */
  readonly number: (spec: NumberSpec) => string;
  /** Rows of a table that the job computed. */
  readonly rows: (table: string) => number;
  /** Rows of the partitions before, as their records tell, of up to so many. */
  readonly before: (table: string, last: number) => readonly number[];
}

export interface Verdict {
  readonly check: CheckSpec;
  readonly outcome: CheckRecord["outcome"];
  readonly measured: readonly string[];
  /** `kind is a known value of processed.sales: 3 of 120 rows` */
  readonly text: string;
}

/** Judges every check of a unit, in the order in which records name them. `run_sql.py` has the same rules. */
export function judge({ checks }: CheckPlan, facts: UnitFacts): readonly Verdict[] {
  return checks.map((check) => {
    switch (check.is) {
      case "rows":
        return judgeRows(check, facts);
      case "agree":
        return judgeAgreement(check, facts);
      case "steady":
        return judgeSteady(check, facts);
    }
  });
}

function judgeRows(check: CheckSpec, { number, rows }: UnitFacts): Verdict {
  const broken = sum(check.numbers.flat().map(number));
  const all = check.table === null ? undefined : rows(check.table);
  const text = `${whose(check)}: ${shown(broken)}${all === undefined ? "" : ` of ${all}`} rows${limitText(check)}`;
  const fits = isWithin(broken, check, exact(String(all ?? 0)));
  return { check, outcome: outcomeOf(check, fits), measured: [shown(broken)], text };
}

function judgeAgreement(check: CheckSpec, { number }: UnitFacts): Verdict {
  const [left, right] = check.numbers.map((side) => sum(side.map(number))) as [bigint, bigint];
  const excess = { "=": left > right ? left - right : right - left, "<=": left - right, ">=": right - left };
  const fits = isWithin(excess[check.agreement!], check, left < 0n ? -left : left);
  const sides = check.numbers.map((side) =>
    side.map((one) => `${shown(exact(number(one)))} (${one.label})`).join(" + "),
  );
  const text = `${check.name}: ${sides.join(` ${check.agreement!} `)} ${fits ? "holds" : "does not hold"}${limitText(check)}`;
  return { check, outcome: outcomeOf(check, fits), measured: [shown(left), shown(right)], text };
}

function judgeSteady(check: CheckSpec, { rows, before }: UnitFacts): Verdict {
  const { table, last, least } = check.history!;
  const now = exact(String(rows(table)));
  const known = [...before(table, last)].sort((a, b) => a - b);
  if (known.length < least) {
    const text = `${check.name}: ${known.length} partitions before tell of their rows, and ${least} are needed`;
    return { check, outcome: "unknown", measured: [shown(now)], text };
  }
  // The lower one of the two in the middle: a number of rows that there was.
  const median = exact(String(known[Math.floor((known.length - 1) / 2)]));
  const fits = isWithin(now > median ? now - median : median - now, check, median);
  const text = `${check.name}: ${shown(now)} rows, and the median of the ${known.length} partitions before is ${shown(median)}${limitText(check)}`;
  return { check, outcome: outcomeOf(check, fits), measured: [shown(now), shown(median)], text };
}

function outcomeOf({ severity }: CheckSpec, fits: boolean): CheckRecord["outcome"] {
  if (fits) return "passed";
  return severity === "warn" ? "warned" : "failed";
}

function whose({ name, table }: CheckSpec): string {
  return table === null ? name : `${name} of ${table}`;
}

function limitText({ limit: { number, percent } }: CheckSpec): string {
  return number === "0" ? "" : ` (at most ${number}${percent ? "%" : ""})`;
}

function isWithin(value: bigint, { limit }: CheckSpec, whole: bigint): boolean {
  const most = exact(limit.number);
  return limit.percent ? value * 100n * one <= most * whole : value <= most;
}

/** No column that jobs write has more decimals than six, and no limit. */
const places = 18;
const one = 10n ** BigInt(places);

/** A decimal text as a whole number of 1e-18. */
function exact(text: string): bigint {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  const value = BigInt(whole! + fraction.padEnd(places, "0"));
  return sign === "-" ? -value : value;
}

function sum(texts: readonly string[]): bigint {
  return texts.reduce((total, text) => total + exact(text), 0n);
}

/** The shortest text of it, which both engines' decimals have in common. */
function shown(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -places)}${fraction === "" ? "" : `.${fraction}`}`;
}
