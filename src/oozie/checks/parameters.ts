import { isHowdahError, messageOf } from "../../core/errors.ts";
import { constantOf, isExpr } from "../el/index.ts";
import { declaredWith, parseParameter, type Parameter } from "../parameters.ts";
import { scopeOfParameter, type Checked } from "./definitions.ts";
import type { Findings } from "./problem.ts";

/** Defaults that do not fit, and declared parameters that nothing uses. */
export function checkParameters({ parameters }: Checked, findings: Findings): void {
  const used = new Set<Parameter>(parameters);
  const declarations = new Set<Readonly<Record<string, Parameter>>>();
  for (const parameter of parameters) {
    checkDefault(parameter, findings);
    const together = declaredWith(parameter);
    if (together !== undefined) declarations.add(together);
  }
  for (const together of declarations)
    for (const parameter of Object.values(together))
      if (!used.has(parameter))
        findings.add(
          "PARAMETER_UNUSED",
          scopeOfParameter(parameter),
          `parameter ${parameter.name} is declared, and no definition uses it`,
          { next: "take it out" },
        );
}

function checkDefault(parameter: Parameter, findings: Findings): void {
  const { name, spec } = parameter;
  const scope = scopeOfParameter(parameter);
  const { min, max, default: otherwise } = spec;
  if (min !== undefined && max !== undefined && min > max) {
    findings.add("PARAMETER_VALUE", scope, `parameter ${name}: nothing is at least ${min} and at most ${max}`);
    return;
  }
  if (spec.type === "choice" && (spec.choices ?? []).length === 0) {
    findings.add("PARAMETER_VALUE", scope, `parameter ${name}: there is nothing to choose from`);
    return;
  }
  let value = isExpr(otherwise) ? undefined : otherwise;
  if (isExpr(otherwise)) {
    try {
      value = constantOf(otherwise);
    } catch (error) {
      // The expression itself is checked where expressions are.
      if (!isHowdahError(error)) throw error;
    }
  }
  if (value === undefined) return;
  try {
    parseParameter(name, spec, String(value));
  } catch (error) {
    findings.add("PARAMETER_VALUE", scope, messageOf(error), { next: "give another default" });
  }
}
