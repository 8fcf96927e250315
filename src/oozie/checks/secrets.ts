import type { Place } from "../../core/source.ts";
import { partsOf, type Expr } from "../el/index.ts";
import { checked, type OozieDefinitions } from "./definitions.ts";
import { Findings, type Problem } from "./problem.ts";
import { isDefinition, visitExpressions } from "./sites.ts";

/** Every use of a secret in what is written for a server: there its value stands for everybody to read. */
export function secretUses(
  definitions: OozieDefinitions,
  isSecret: (parameter: string) => boolean,
): readonly Problem[] {
  const findings = new Findings();
  visitExpressions(checked(definitions), (value, _, { scope, workflow, at = scope.at }) => {
    const inputs = workflow?.workflow.inputs ?? {};
    const look = (one: Expr, around: Place): void => {
      if (one.node.is === "parameter" && isSecret(one.node.name) && !Object.hasOwn(inputs, one.node.name))
        findings.add(
          "SECRET_WRITTEN",
          scope,
          `${scope.label} uses ${one.node.name}, whose value is a secret: it would stand in what is written for the server`,
          { at: around, next: "let the action read it from a file that only its user can read" },
        );
      else for (const part of partsOf(one)) look(part, isDefinition(one.at) ? one.at : around);
    };
    look(value, at);
  });
  return findings.inOrder();
}
