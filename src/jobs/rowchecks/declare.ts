import { HowdahError } from "../../core/errors.ts";
import { callerPlace, type Place } from "../../core/source.ts";
import { checkFacts, limitOf, type CheckFacts, type RowCheckOptions } from "../../hive/rowcheck.ts";
import type { TableDataSet } from "../job.ts";

/** A number of one unit: rows of what a job reads or writes, or the sum of a column. */
export interface Measure {
  readonly kind: "measure";
  /** What the job writes, or the name by which its SQL knows what it reads. */
  readonly of: TableDataSet | string;
  /** The column that is summed; undefined: rows are counted. */
  readonly column: string | undefined;
  /** A condition in the SQL of jobs: only rows for which it holds are taken. */
  readonly where: string | undefined;
  readonly at: Place;
}

/** How two sides of an {@link agree} must stand to each other. */
export type Agreement = "=" | "<=" | ">=";

/** A check that a job declares of a whole unit: of all tables that it writes, and of what it reads. */
export type JobCheck = CheckFacts &
  (
    | {
        readonly is: "agree";
        readonly left: readonly Measure[];
        readonly agreement: Agreement;
        readonly right: readonly Measure[];
      }
    | { readonly is: "no-rows"; readonly sql: string }
    | {
        readonly is: "steady";
        readonly of: TableDataSet;
        readonly within: `${number}%`;
        readonly last: number;
        readonly least: number;
      }
  );

type Options = Omit<RowCheckOptions, "name">;

/**
 * Counts the rows of a unit: `countOf(hits)` of what the job writes, `countOf("hit_lines")` of what it reads, all
 * instances that the unit reads together.
 */
export function countOf(of: TableDataSet | string, where?: string): Measure {
  return Object.freeze({ kind: "measure", of, column: undefined, where, at: callerPlace() });
}

/** Sums a column over the rows of a unit; nulls count nothing, and no rows give 0. */
export function sumOf(of: TableDataSet | string, column: string, where?: string): Measure {
  return Object.freeze({ kind: "measure", of, column, where, at: callerPlace() });
}

/**
 * Two sums of measures agree, or one is no more than the other. `atMost` is the difference that is allowed, or its share
 * of the left side.
 */
export function agree(
  name: string,
  left: Measure | readonly Measure[],
  agreement: Agreement,
  right: Measure | readonly Measure[],
  options: Options = {},
): JobCheck {
  const sides = { left: listOf(left), agreement, right: listOf(right) };
  return Object.freeze({ ...checkFacts(name, options), is: "agree", ...sides });
}

/**
 * A SELECT in the SQL of jobs gives no rows. It sees the tables that the job writes, what it reads and `units`, gives
 * the key of a row's unit in the partition column, and `atMost` is the number of rows that are allowed. In a job's file
 * the same is written below a line `-- check: name`.
 */
export function noRows(name: string, sql: string, options: Options = {}): JobCheck {
  return Object.freeze({ ...checkFacts(name, options), is: "no-rows", sql });
}

/**
 * A table has about as many rows as in the units before: their number lies within a share of the median of the `last`
 * partitions, as their records tell. With fewer than `least` of them there is no verdict. Depends on what was made
 * before, so it warns unless `severity` says otherwise, and stands beside the facts of a run, not in the identity.
 */
export function steady(
  of: TableDataSet,
  options: {
    readonly within: `${number}%`;
    readonly last: number;
    /** @default half of `last`, rounded up */
    readonly least?: number;
    readonly name?: string;
    readonly severity?: RowCheckOptions["severity"];
  },
): JobCheck {
  const { within, last, least = Math.ceil(last / 2), severity = "warn" } = options;
  const { name = `${of.table.name} has about as many rows as before` } = options;
  return Object.freeze({ ...checkFacts(name, { severity }), is: "steady", of, within, last, least });
}

function listOf(measures: Measure | readonly Measure[]): readonly Measure[] {
  return "kind" in measures ? [measures] : measures;
}

/** What is wrong with a check of a job by itself: sentences that stand behind its name. */
export function jobCheckProblems(check: JobCheck): readonly string[] {
  switch (check.is) {
    case "agree":
      return check.left.length === 0 || check.right.length === 0 ? ["one of its sides has no measure"] : [];
    case "no-rows":
      return limitOf(check.atMost)?.percent === true
        ? ["a share of rows: nothing says of which, give their number"]
        : [];
    case "steady": {
      const { last, least, within } = check;
      const isCount = (number: number): boolean => Number.isInteger(number) && number >= 1;
      return [
        ...(limitOf(within)?.percent === true ? [] : [`within: ${JSON.stringify(within)} is no share such as "50%"`]),
        ...(isCount(last) && last <= 1000 ? [] : [`last: ${last} is no number of partitions from 1 to 1000`]),
        ...(isCount(least) && least <= last ? [] : [`least: ${least} is no number of partitions from 1 to ${last}`]),
      ];
    }
  }
}

/** Reads the head of a check in a job's file: `name`, and behind commas `warn` and `at most 3`. */
export function readCheckHead(head: string, at: Place, sql: string): JobCheck {
  const [name, ...rest] = head.split(",").map((part) => part.trim());
  let options: Options = {};
  for (const part of rest) {
    const [, limit] = /^at most (\d+)$/.exec(part) ?? [];
    if (part === "warn") options = { ...options, severity: "warn" };
    else if (limit !== undefined) options = { ...options, atMost: Number(limit) };
    else
      throw new HowdahError(`check ${JSON.stringify(name)}: ${JSON.stringify(part)} says nothing about a check`, {
        code: "JOB_FILE",
        where: at,
        next: "write `-- check: name`, and behind it `, warn` or `, at most 3`",
      });
  }
  return Object.freeze({ ...noRows(name ?? "", sql, options), at });
}
