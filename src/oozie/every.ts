import { callerPlace, type Place } from "../core/source.ts";
import { minutes, type Every, type Frequency, type TimeUnit } from "../core/time.ts";
import { evaluate, spelledOut, type Expr, type Phase, type Scope } from "./el/index.ts";

/** So many units as a parameter says. */
export interface ParameterFrequency<U extends TimeUnit = TimeUnit> {
  readonly kind: "parameter-frequency";
  readonly unit: U;
  readonly count: Expr<"int", Phase>;
  readonly at: Place;
}

/** A frequency whose number a parameter gives: `every("minutes", p.step)`. */
export function every<U extends TimeUnit>(unit: U, count: Expr<"int", Phase>): ParameterFrequency<U> {
  return Object.freeze({ kind: "parameter-frequency", unit, count, at: callerPlace() });
}

/** A frequency with its number. Throws `EL_PARAMETER` when the parameter has no value. */
export function resolveEvery<E extends Every>(value: E | ParameterFrequency, scope: Scope): E | Frequency {
  if (value.kind !== "parameter-frequency") return value;
  const { unit, count, at } = value;
  return Object.freeze({ ...minutes(Number(evaluate(count, scope))), unit, at });
}

/** How often something is, in words: `every hour`, `every 2 days`, `at the end of every month`. */
export function everyWords(every: Every | ParameterFrequency): string {
  if (every.kind === "cron") return `cron ${every.text} (UTC)`;
  const { unit } = every;
  const ends = /^endOf(.*)$/.exec(unit);
  const one = (ends?.[1] ?? unit).toLowerCase().replace(/s$/, "");
  const count = every.kind === "parameter-frequency" ? spelledOut(every.count) : every.count;
  const period = count === 1 ? `every ${one}` : `every ${count} ${one}s`;
  return ends === null ? period : `at the end of ${period}`;
}
