import { didYouMean } from "../../core/errors.ts";
import type { Accept } from "../accept.ts";
import { codes, isCheckCode } from "./codes.ts";
import { scopeOfBundle, scopeOfCoordinator, scopeOfDataSet, type Checked } from "./definitions.ts";
import { isAcceptable, isReason, type Findings, type Scope } from "./problem.ts";

/** Accepted warnings that there are not, or that cannot be accepted. To be asked when everything else was checked. */
export function checkAccepts(definitions: Checked, findings: Findings): void {
  for (const scope of acceptingScopes(definitions)) {
    const { accept } = scope;
    for (const code in accept) checkAccept(code, accept, scope, findings);
  }
}

function* acceptingScopes({ bundles, coordinators, dataSets, views }: Checked): Generator<Scope> {
  yield* bundles.map(scopeOfBundle);
  yield* coordinators.map(scopeOfCoordinator);
  yield* dataSets.map(scopeOfDataSet);
  for (const { scope, parts } of views) {
    yield scope;
    for (const { part, scope: own } of parts) if (part.kind === "action") yield own;
  }
}

function checkAccept(code: string, accept: Accept, scope: Scope, findings: Findings): void {
  if (!isCheckCode(code)) {
    const warnings = Object.keys(codes).filter(isAcceptable);
    findings.add(
      "ACCEPT_UNKNOWN",
      scope,
      `${scope.label} accepts ${JSON.stringify(code)}, which is no code${didYouMean(code, warnings)}`,
      {
        key: ["accept", code],
        next: "howdah validate --codes lists them",
      },
    );
  } else if (!isAcceptable(code))
    findings.add(
      "ACCEPT_ERROR",
      scope,
      `${scope.label} accepts ${code}, which is ${codes[code].severity === "error" ? "an error" : "about accepting itself"}: warnings alone can be accepted`,
      { key: ["accept", code], next: "take it out, and mend what it is about" },
    );
  else if (!findings.isUsed(accept, code))
    findings.add("ACCEPT_UNUSED", scope, `${scope.label} accepts ${code}, and there is no such warning`, {
      key: ["accept", code],
      next: "take it out",
    });
  else if (!isReason(accept[code]))
    findings.add("ACCEPT_REASON", scope, `${scope.label} accepts ${code} without a reason`, {
      key: ["accept", code],
      next: "say why it is meant",
    });
}
