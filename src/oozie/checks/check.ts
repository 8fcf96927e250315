import type { Place } from "../../core/source.ts";
import type { Accept } from "../accept.ts";
import { checkAccepts } from "./accept.ts";
import { checkSla } from "./actions.ts";
import { checkCoordinators } from "./coordinators.ts";
import { checkDataSets } from "./datasets.ts";
import { checked, scopeOfCoordinator, type Checked, type OozieDefinitions } from "./definitions.ts";
import { ExpressionCheck } from "./expressions.ts";
import { checkNames } from "./names.ts";
import { checkParameters } from "./parameters.ts";
import { checkPaths } from "./paths.ts";
import { Findings, type Scope } from "./problem.ts";
import { visitExpressions, type AnyCall } from "./sites.ts";
import { checkTexts } from "./texts.ts";
import type { WorkflowView } from "./views.ts";
import { checkWorkflows } from "./workflows.ts";

/**
 * All that is wrong with definitions, whatever server they are for. `more` adds what a caller knows besides; accepted
 * warnings are looked at after it.
 */
export function checkDefinitions(
  definitions: OozieDefinitions,
  more: (checked: Checked, findings: Findings) => void = () => undefined,
): Findings {
  const findings = new Findings(bundleAccepts(definitions));
  const all = checked(definitions);
  checkNames(all, findings);
  checkParameters(all, findings);
  checkTexts(all, findings);
  checkExpressions(all, findings);
  checkCalls(all, findings);
  checkDataSets(all, findings);
  checkPaths(all, findings);
  checkCoordinators(all, findings);
  checkWorkflows(all, findings);
  for (const { workflow, scope } of all.views) checkSla(workflow.sla, scope, findings);
  for (const coordinator of all.coordinators) checkSla(coordinator.sla, scopeOfCoordinator(coordinator), findings);
  more(all, findings);
  checkAccepts(all, findings);
  return findings;
}

/** What bundles accept holds for their coordinators. */
function bundleAccepts({ bundles }: OozieDefinitions): ReadonlyMap<Place, readonly Accept[]> {
  const around = new Map<Place, Accept[]>();
  for (const { accept, coordinators } of bundles)
    for (const { at } of coordinators) around.set(at, [...(around.get(at) ?? []), accept]);
  return around;
}

/** Every expression; and, for each workflow, which of its inputs it uses, and which parameters beside inputs of their name. */
function checkExpressions(definitions: Checked, findings: Findings): void {
  const used = new Map<WorkflowView, Set<string>>(definitions.views.map((view) => [view, new Set<string>()]));
  const shadowed = new Map<WorkflowView, Set<string>>();
  const check = new ExpressionCheck(findings, {
    input: ({ workflow }, name) => {
      used.get(workflow!)!.add(name);
    },
    parameter: ({ workflow }, { name }) => {
      if (workflow === undefined || !Object.hasOwn(workflow.workflow.inputs, name)) return;
      const names = shadowed.get(workflow) ?? new Set<string>();
      shadowed.set(workflow, names.add(name));
    },
  });
  visitExpressions(definitions, check.look);
  for (const [{ workflow, scope }, names] of used)
    for (const input of Object.keys(workflow.inputs))
      if (!names.has(input))
        findings.add("INPUT_UNUSED", scope, `${scope.label} does not use its input ${input}`, { next: "take it out" });
  for (const [{ scope }, names] of shadowed)
    for (const name of names)
      findings.add(
        "INPUT_SHADOWS",
        scope,
        `${scope.label}: its input ${name} takes the place of the parameter ${name}, which it uses too`,
        {
          next: "give the input another name",
        },
      );
}

/** Values for the inputs of workflows that are run. */
function checkCalls({ coordinators, views }: Checked, findings: Findings): void {
  for (const coordinator of coordinators) checkCall(coordinator.run, scopeOfCoordinator(coordinator), findings);
  for (const { subWorkflows } of views)
    for (const { part, scope } of subWorkflows) checkCall(part.run, scope, findings);
}

function checkCall({ workflow, values, at }: AnyCall, scope: Scope, findings: Findings): void {
  for (const input of Object.keys(workflow.inputs))
    if (!Object.hasOwn(values, input))
      findings.add(
        "INPUT_MISSING",
        scope,
        `${scope.label} runs ${workflow.name} without a value for its input ${input}`,
        {
          at,
          next: `give it: with({ ${input}: … })`,
        },
      );
  for (const name of Object.keys(values))
    if (!Object.hasOwn(workflow.inputs, name))
      findings.add(
        "INPUT_UNKNOWN",
        scope,
        `${scope.label} gives ${workflow.name} a value for ${name}, which is none of its inputs`,
        {
          at,
          next: "take it out",
        },
      );
}
