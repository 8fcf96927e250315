import { frequencyProblem, isFixed, stepOf, type Every, type Frequency, type TimeUnit } from "../../core/time.ts";
import type { ParameterFrequency } from "../every.ts";
import type { Findings, Scope } from "./problem.ts";

/** Why a length of time is none, or of another unit than can stand there. */
export function lengthProblem(value: unknown, units: readonly TimeUnit[]): string | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "frequency")
    return `takes ${units.map((unit) => `${unit}(n)`).join(" or ")}`;
  const { unit, count } = value as Frequency;
  if (!units.includes(unit)) return `takes ${units.map((one) => `${one}(n)`).join(" or ")}, not ${unit}(${count})`;
  return frequencyProblem({ unit, count });
}

export const fixedUnits: readonly TimeUnit[] = ["minutes", "hours", "days"];
export const allUnits: readonly TimeUnit[] = [...fixedUnits, "months", "endOfDays", "endOfWeeks", "endOfMonths"];

/** Reports a length of time that is none; whether it is one. */
export function checkLength(
  what: string,
  value: { readonly at: Scope["at"] },
  units: readonly TimeUnit[],
  scope: Scope,
  findings: Findings,
): boolean {
  const problem = lengthProblem(value, units);
  if (problem === undefined) return true;
  findings.add("FREQUENCY", scope, `${scope.label}: ${what} ${problem}`, {
    at: value.at,
    next: "write a whole number, of a smaller unit where it needs one",
  });
  return false;
}

/** Milliseconds of a step that is always the same; undefined for months, cron, and what parameters say. */
export function fixedStep(every: Every | ParameterFrequency): number | undefined {
  return every.kind === "frequency" && isFixed(every) && frequencyProblem(every) === undefined
    ? stepOf(every)
    : undefined;
}
