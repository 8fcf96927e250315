import type { Place } from "../../core/source.ts";
import { actionExpressions } from "../actions/index.ts";
import type { Coordinator } from "../coordinator.ts";
import { numbersOf, type Instances } from "../dataset.ts";
import { isExpr, type ElType, type Expr, type Phase } from "../el/index.ts";
import { slaExpressions, type Sla } from "../sla.ts";
import type { WorkflowCall } from "../workflow.ts";
import { scopeOfBundle, scopeOfCoordinator, scopeOfDataSet, scopeOfParameter, type Checked } from "./definitions.ts";
import type { Scope } from "./problem.ts";
import type { PartView, WorkflowView } from "./views.ts";

/** Where expressions stand in the definitions. */
export interface Site {
  readonly phase: Phase;
  readonly scope: Scope;
  /** Where they stand, which is not always where they were made. @default the scope's place */
  readonly at?: Place;
  /** The setting of the definition that an expression is the value of, or an input's name. */
  readonly name?: string;
  /** Where to find its line, when it has no place of its own. */
  readonly key?: readonly string[];
  /** The workflow in which they are resolved, and the part of it. */
  readonly workflow?: WorkflowView;
  readonly part?: PartView;
  /** The coordinator whose inputs and outputs they can name. */
  readonly coordinator?: Coordinator;
}

/** Is told of an expression: what must stand there, where that is more than any text, and where it stands. */
export type Visit = (value: Expr, type: ElType | undefined, site: Site) => void;

/** Whether a place is one of definitions: expressions that the library made once for all have none. */
export function isDefinition({ file, line }: Place): boolean {
  return line > 0 && !file.includes("/node_modules/");
}

/** Goes through every expression of the definitions. */
export function visitExpressions(definitions: Checked, visit: Visit): void {
  for (const parameter of definitions.parameters) {
    const { default: value, type } = parameter.spec;
    if (isExpr(value))
      visit(value, type === "choice" || type === "dateFormat" ? undefined : type, {
        phase: "submit",
        scope: scopeOfParameter(parameter),
      });
  }
  for (const bundle of definitions.bundles)
    if (bundle.kickOff !== undefined)
      visit(bundle.kickOff, "time", {
        phase: "submit",
        scope: scopeOfBundle(bundle),
        name: "kickOff",
        key: ["kickOff"],
      });
  for (const dataSet of definitions.dataSets) {
    const scope = scopeOfDataSet(dataSet);
    visit(dataSet.initial, "time", { phase: "initial", scope, name: "initial", key: ["initial"] });
    visit(dataSet.uri, undefined, { phase: "uri", scope, name: "uri", key: ["uri"] });
  }
  for (const coordinator of definitions.coordinators) visitCoordinator(coordinator, visit);
  for (const view of definitions.views) visitWorkflow(view, visit);
}

function visitCoordinator(coordinator: Coordinator, visit: Visit): void {
  const scope = scopeOfCoordinator(coordinator);
  const { every, timeout, run, sla } = coordinator;
  for (const [key, type] of [
    ["start", "time"],
    ["end", "time"],
    ["concurrency", "int"],
    ["throttle", "int"],
  ] as const)
    visit(coordinator[key], type, { phase: "submit", scope, name: key, key: [key] });
  if (every.kind === "parameter-frequency") visit(every.count, "int", { phase: "frequency", scope });
  if (timeout?.kind === "parameter-frequency") visit(timeout.count, "int", { phase: "timeout", scope });
  for (const kind of ["reads", "writes"] as const)
    for (const [name, instances] of Object.entries(coordinator[kind]))
      visitInstances(instances, { phase: "instances", scope: eventScope(kind, name, instances, scope) }, visit);
  visitCall(run, { phase: "action", scope, at: run.at, coordinator }, visit);
  visitSla(sla, { phase: "sla", scope, coordinator }, visit);
}

/** An input or an output of a coordinator. */
export function eventScope(kind: "reads" | "writes", name: string, { at }: Instances, parent: Scope): Scope {
  const label = `${kind}.${name}`;
  return { label, subject: `${parent.label}: ${label}`, at, parent };
}

function visitInstances(instances: Instances, site: Site, visit: Visit): void {
  for (const value of new Set(numbersOf(instances))) if (isExpr(value)) visit(value, "int", site);
  if (instances.is === "since" && isExpr(instances.start)) visit(instances.start, "time", site);
}

/** Whether an expression has its value in a workflow, whose texts Oozie keeps as they are. */
export const isInWorkflow = ({ phase }: Site): boolean => phase === "workflow" || phase === "promise";

/** A workflow that is started, by whomever. */
export type AnyCall = Omit<WorkflowCall<"action">, "values"> & { readonly values: Readonly<Record<string, Expr>> };

function visitCall({ workflow: { inputs }, values }: AnyCall, site: Site, visit: Visit): void {
  for (const name of Object.keys(values))
    visit(values[name]!, Object.hasOwn(inputs, name) ? inputs[name] : undefined, { ...site, name });
}

function visitSla(sla: Sla | undefined, site: Site, visit: Visit): void {
  for (const value of slaExpressions(sla)) visit(value, value === sla?.nominalTime ? "time" : undefined, site);
}

function visitWorkflow(workflow: WorkflowView, visit: Visit): void {
  visitSla(workflow.workflow.sla, { phase: "promise", scope: workflow.scope, workflow }, visit);
  for (const view of workflow.parts) {
    const { part, scope } = view;
    if (part.kind === "sequence" || part.kind === "parallel") continue;
    const site: Site = { phase: "workflow", scope, workflow, part: view };
    if (part.kind === "decision") for (const { when } of part.cases) visit(when, "boolean", site);
    else if (part.kind === "kill") visit(part.message, undefined, site);
    else if (part.type === "sub-workflow") {
      visitCall(part.run, { ...site, at: part.run.at }, visit);
    } else for (const value of actionExpressions(part, false)) visit(value, undefined, site);
    if (part.kind === "action") visitSla(part.sla, { ...site, phase: "promise" }, visit);
  }
}
