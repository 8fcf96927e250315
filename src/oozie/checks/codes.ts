import { acceptCodes } from "./codes/accept.ts";
import { actionCodes } from "./codes/actions.ts";
import { coordinatorCodes } from "./codes/coordinators.ts";
import { dataCodes } from "./codes/data.ts";
import { expressionCodes } from "./codes/expressions.ts";
import type { CodeFacts } from "./codes/facts.ts";
import { nameCodes } from "./codes/names.ts";
import { parameterCodes } from "./codes/parameters.ts";
import { projectCodes } from "./codes/project.ts";
import { targetCodes } from "./codes/targets.ts";
import { workflowCodes } from "./codes/workflows.ts";

export type { CodeFacts, Severity } from "./codes/facts.ts";

/** The codes by what they are about, in the order in which the documentation has them. */
export const chapters = {
  Names: nameCodes,
  Parameters: parameterCodes,
  Expressions: expressionCodes,
  "Data sets": dataCodes,
  Coordinators: coordinatorCodes,
  Workflows: workflowCodes,
  Actions: actionCodes,
  Projects: projectCodes,
  Targets: targetCodes,
  "Accepted warnings": acceptCodes,
} as const satisfies Readonly<Record<string, Readonly<Record<string, CodeFacts>>>>;

const all = {
  ...nameCodes,
  ...parameterCodes,
  ...expressionCodes,
  ...dataCodes,
  ...coordinatorCodes,
  ...workflowCodes,
  ...actionCodes,
  ...projectCodes,
  ...targetCodes,
  ...acceptCodes,
} as const;

/** A stable name of a problem. */
export type CheckCode = keyof typeof all;

/** Everything that the checks can find. */
export const codes: Readonly<Record<CheckCode, CodeFacts>> = all;

export function isCheckCode(code: string): code is CheckCode {
  return Object.hasOwn(codes, code);
}

/** The definitions that the examples of all codes use. */
export { examplesUse } from "./codes/facts.ts";
