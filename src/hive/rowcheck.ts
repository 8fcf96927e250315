import { didYouMean, HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import type { Column, HiveType } from "./table.ts";

/** `fail`: the unit is not published. `warn`: it is, and the run and its record say so. */
export type CheckSeverity = "fail" | "warn";

/** So many rows, or such a share of them: `"0.5%"`. */
export type CheckLimit = number | `${number}%`;

export interface RowCheckOptions {
  /** How messages and records call it. @default what it asks, such as `userid is there` */
  readonly name?: string;
  /** @default "fail" */
  readonly severity?: CheckSeverity;
  /** How many rows of a partition may break it. @default 0 */
  readonly atMost?: CheckLimit;
}

/** What every check has, whether a table declares it or a job. */
export interface CheckFacts {
  readonly kind: "row-check";
  readonly name: string;
  readonly severity: CheckSeverity;
  readonly atMost: CheckLimit;
  readonly at: Place;
}

/** A value as definitions write it; which are allowed depends on the column's type. */
export type CheckValue = string | number | boolean;

/** A check that a table declares of its own rows. `Name` are the columns that it names. */
export type RowCheck<Name extends string = string> = CheckFacts & {
  readonly columns: readonly Name[];
} & (
    | { readonly is: "not-null" }
    | { readonly is: "unique" }
    | { readonly is: "one-of"; readonly values: readonly CheckValue[] }
    | { readonly is: "in-range"; readonly min: CheckValue | undefined; readonly max: CheckValue | undefined }
    | { readonly is: "satisfies"; readonly condition: string }
  );

/** The facts of a check that is written where the library is called from. */
export function checkFacts(name: string, { severity = "fail", atMost = 0 }: RowCheckOptions): CheckFacts {
  return { kind: "row-check", name, severity, atMost, at: callerPlace() };
}

/** No row has a null in any of the columns. */
export function notNull<const Name extends string>(
  columns: Name | readonly Name[],
  options: RowCheckOptions = {},
): RowCheck<Name> {
  const list = listOf(columns);
  const { name = `${list.join(", ")} ${list.length === 1 ? "is" : "are"} there` } = options;
  return Object.freeze({ ...checkFacts(name, options), is: "not-null", columns: list });
}

/** No two rows of a partition have the same values in the columns; rows with a null in one of them are passed over. */
export function unique<const Name extends string>(
  columns: Name | readonly Name[],
  options: RowCheckOptions = {},
): RowCheck<Name> {
  const list = listOf(columns);
  const { name = `${list.join(", ")} ${list.length === 1 ? "is" : "are"} unique` } = options;
  return Object.freeze({ ...checkFacts(name, options), is: "unique", columns: list });
}

/** The column has one of the values, or is null. */
export function oneOf<Name extends string>(
  column: Name,
  values: readonly CheckValue[],
  options: RowCheckOptions = {},
): RowCheck<Name> {
  const { name = `${column} is a known value` } = options;
  return Object.freeze({ ...checkFacts(name, options), is: "one-of", columns: [column], values });
}

/** The column lies between two values, both included, or is null. Times are texts: `"2012-03-01 00:00:00"`. */
export function inRange<Name extends string>(
  column: Name,
  range: { readonly min?: CheckValue; readonly max?: CheckValue },
  options: RowCheckOptions = {},
): RowCheck<Name> {
  const { name = `${column} is in its range` } = options;
  const { min, max } = range;
  return Object.freeze({ ...checkFacts(name, options), is: "in-range", columns: [column], min, max });
}

/**
 * A condition in the SQL of jobs holds for every row: `amount = cast(quantity as decimal(19,0)) * unitprice`. As with
 * SQL's own CHECK, one that is null is not broken.
 */
export function satisfies(condition: string, options: RowCheckOptions = {}): RowCheck<never> {
  const { name = condition.replaceAll(/\s+/g, " ").trim() } = options;
  return Object.freeze({ ...checkFacts(name, options), is: "satisfies", columns: [], condition });
}

function listOf<Name extends string>(columns: Name | readonly Name[]): readonly Name[] {
  return typeof columns === "string" ? [columns] : columns;
}

/** What is wrong with the checks that a table declares, each with the code `ROW_CHECK` and the check's place. */
export function rowCheckProblems(
  table: string,
  columns: Readonly<Record<string, Column>>,
  checks: readonly RowCheck[],
): readonly HowdahError[] {
  const problems: HowdahError[] = [];
  for (const check of checks) {
    const refuse = (why: string, next?: string): void => void problems.push(checkError(check, table, why, next));
    const unknown = check.columns.filter((column) => !Object.hasOwn(columns, column));
    for (const column of unknown)
      refuse(
        `there is no column ${column}${didYouMean(column, Object.keys(columns))}`,
        `the columns are ${Object.keys(columns).join(", ")}`,
      );
    if (check.is !== "satisfies" && check.columns.length === 0) refuse("it names no column");
    if (unknown.length > 0) continue;
    for (const value of valuesOf(check)) {
      const { type } = columns[check.columns[0]!]!;
      const wanted = valueProblem(value, type);
      if (wanted !== undefined) refuse(`${JSON.stringify(value)} is no value of a ${type}: ${wanted}`);
    }
    if (check.is === "one-of" && check.values.length === 0) refuse("it allows no value at all");
    if (check.is === "in-range" && check.min === undefined && check.max === undefined)
      refuse("it has neither min nor max");
  }
  return [...problems, ...factProblems(table, checks)];
}

/** What is wrong with names and limits of the checks of a table or a job. */
export function factProblems(whose: string, checks: readonly CheckFacts[]): readonly HowdahError[] {
  const problems: HowdahError[] = [];
  checks.forEach((check, i) => {
    if (!/^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u.test(check.name))
      problems.push(checkError(check, whose, "its name must be one line of text"));
    if (checks.findIndex(({ name }) => name === check.name) < i)
      problems.push(checkError(check, whose, "another check has the name", "give it another: { name: … }"));
    if (limitOf(check.atMost) === undefined)
      problems.push(
        checkError(check, whose, `atMost: ${JSON.stringify(check.atMost)} is neither a number from 0 on nor a share`),
      );
  });
  return problems;
}

export function checkError({ name, at }: CheckFacts, whose: string, why: string, next?: string): HowdahError {
  const more = next === undefined ? {} : { next };
  return new HowdahError(`${whose}: check ${JSON.stringify(name)}: ${why}`, { code: "ROW_CHECK", where: at, ...more });
}

/** A limit's number as exact text, and whether it is a share; undefined for what is no limit. */
export function limitOf(limit: CheckLimit): { readonly number: string; readonly percent: boolean } | undefined {
  const [, number, percent] = /^(\d+(?:\.\d{1,6})?)(%?)$/.exec(String(limit)) ?? [];
  return number === undefined ? undefined : { number, percent: percent === "%" };
}

/** The values that a check compares its column with. */
export function valuesOf(check: RowCheck): readonly CheckValue[] {
  if (check.is === "one-of") return check.values;
  if (check.is !== "in-range") return [];
  return [check.min, check.max].filter((value) => value !== undefined);
}

const forms: readonly (readonly [type: RegExp, form: RegExp, example: string])[] = [
  [/^(?:int|bigint)$/, /^-?\d{1,19}$/, "a whole number"],
  [/^(?:decimal|double)/, /^-?\d{1,38}(?:\.\d{1,38})?$/, "a decimal number; as a text when it is very large or small"],
  [/^boolean$/, /^(?:true|false)$/, "true or false"],
  [/^date$/, /^\d{4}-\d\d-\d\d$/, 'a date such as "2012-03-01"'],
  [/^timestamp$/, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'a time such as "2012-03-01 00:00:00"'],
];

/** What a value of a type has to be, when it is none. */
function valueProblem(value: CheckValue, type: HiveType): string | undefined {
  if (type === "string") return typeof value === "string" ? undefined : "write a text";
  const [, form, example] = forms.find(([of]) => of.test(type))!;
  const fits = form.test(String(value)) && (type === "boolean") === (typeof value === "boolean");
  if (!fits) return `write ${example}`;
  const isTime = type === "date" || type === "timestamp";
  if (!isTime) return undefined;
  const iso = `${String(value).replace(" ", "T")}${type === "date" ? "T00:00:00" : ""}`;
  const time = new Date(`${iso}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(iso) ? undefined : "there is no such time";
}
