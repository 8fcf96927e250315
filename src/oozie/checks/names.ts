import { derivedName, properties } from "../app/context.ts";
import { elReserved, factsOf, isOwn, parametersOf, partsOf, type Expr } from "../el/index.ts";
import { nodeName, eventName } from "../schema/values.ts";
import { scopeOfBundle, scopeOfCoordinator, scopeOfDataSet, scopeOfParameter, type Checked } from "./definitions.ts";
import { eventScope, visitExpressions } from "./sites.ts";
import type { Findings, Scope } from "./problem.ts";

/** Characters of a node's name in all servers; of applications it keeps paths short. */
const longest = 128;

/** `PropertiesUtils`, which `CoordSubmitXCommand` and `SubmitXCommand` refuse among a user's properties. */
const oozieProperties: ReadonlySet<string> = new Set(
  "YEAR MONTH DAY HOUR MINUTE DAYS HOURS MINUTES KB MB GB TB PB RECORDS MAP_IN MAP_OUT REDUCE_IN REDUCE_OUT GROUPS".split(
    " ",
  ),
);
const ownProperties: ReadonlySet<string> = new Set(Object.values(properties));

/** The names of applications, data sets, inputs, outputs and parameters. Those of nodes are checked with the nodes. */
export function checkNames(definitions: Checked, findings: Findings): void {
  const { bundles, coordinators, dataSets, parameters, views } = definitions;
  for (const bundle of bundles) checkApplication(bundle.name, "bundle", scopeOfBundle(bundle), findings);
  for (const { workflow, scope } of views) {
    checkApplication(workflow.name, "workflow", scope, findings);
    for (const input of Object.keys(workflow.inputs)) checkProperty(input, "input", scope, findings);
  }
  for (const coordinator of coordinators) {
    const scope = scopeOfCoordinator(coordinator);
    checkApplication(coordinator.name, "coordinator", scope, findings);
    for (const kind of ["reads", "writes"] as const)
      for (const [name, instances] of Object.entries(coordinator[kind]))
        checkData(name, kind === "reads" ? "input" : "output", eventScope(kind, name, instances, scope), findings);
  }
  checkDerived(definitions, findings);
  for (const dataSet of dataSets) checkData(dataSet.name, "data set", scopeOfDataSet(dataSet), findings);
  for (const parameter of parameters) checkProperty(parameter.name, "parameter", scopeOfParameter(parameter), findings);
}

function checkApplication(name: string, what: string, scope: Scope, findings: Findings): void {
  const problem = nameProblem(name, nodeName);
  if (problem !== undefined)
    findings.add("APPLICATION_NAME", scope, `${quoted(name)} cannot name a ${what}: ${problem}`, another(name));
}

/** The name of a node. */
export function checkNode(name: string, scope: Scope, findings: Findings): void {
  const problem = nameProblem(name, nodeName);
  if (problem !== undefined)
    findings.add("NODE_NAME", scope, `${quoted(name)} cannot name a node: ${problem}`, another(name));
}

function checkData(name: string, what: string, scope: Scope, findings: Findings): void {
  const problem = nameProblem(name, eventName);
  const article = what === "data set" ? "a" : "an";
  if (problem !== undefined)
    findings.add("DATA_NAME", scope, `${quoted(name)} cannot name ${article} ${what}: ${problem}`, another(name));
}

function checkProperty(name: string, what: string, scope: Scope, findings: Findings): void {
  const cannot = `${quoted(name)} cannot name ${what === "input" ? "an" : "a"} ${what}`;
  if (!/^[A-Za-z_]\w*$/.test(name) || name.length > longest)
    findings.add(
      "PARAMETER_NAME",
      scope,
      `${cannot}: ${shape("a letter or _, then letters, digits and _", name)}`,
      another(name, "_"),
    );
  else if (oozieProperties.has(name))
    findings.add("NAME_RESERVED", scope, `${cannot}: Oozie keeps it to itself`, taken);
  else if (elReserved.has(name))
    findings.add("NAME_RESERVED", scope, `${cannot}: it is a word of Oozie's expression language`, taken);
  else if (ownProperties.has(name))
    findings.add(
      "NAME_RESERVED",
      scope,
      `${cannot}: it is the property by which an application knows its ${name}`,
      taken,
    );
}

/** Parameters and inputs of the name of a property that stands for what is resolved before submission. */
function checkDerived(definitions: Checked, findings: Findings): void {
  const derived = new Map<string, string>();
  const look = (value: Expr): void => {
    const { node } = value;
    if (node.is === "call" && isOwn(node.fn) && parametersOf(value).length > 0)
      derived.set(derivedName(value), factsOf(node.fn).spelled.replace(/\(.*/, `(${parametersOf(value).join(", ")})`));
    partsOf(value).forEach(look);
  };
  visitExpressions(definitions, look);
  if (derived.size === 0) return;
  const check = (name: string, what: string, scope: Scope): void => {
    const source = derived.get(name);
    if (source !== undefined)
      findings.add(
        "NAME_RESERVED",
        scope,
        `${quoted(name)} cannot name ${what}: it is the property that stands for ${source}`,
        taken,
      );
  };
  for (const parameter of definitions.parameters) check(parameter.name, "a parameter", scopeOfParameter(parameter));
  for (const { workflow, scope } of definitions.views)
    for (const input of Object.keys(workflow.inputs)) check(input, "an input", scope);
}

const taken = { next: "give it another name" };

/** A name near to one that cannot be. */
function another(name: string, mark = "-"): { readonly next: string } {
  const near = name
    .replace(/[^A-Za-z0-9_-]+/g, mark)
    .replace(/^[^A-Za-z_]+/, "")
    .replaceAll("-", mark)
    .slice(0, 40);
  return { next: /[A-Za-z0-9]/.test(near) ? `such as ${near}` : "give it another name" };
}

function nameProblem(name: string, type: typeof nodeName): string | undefined {
  return type.accepts(name) && name.length <= longest ? undefined : shape(type.describe, name);
}

function shape(describe: string, name: string): string {
  return name.length > longest
    ? `it has ${name.length} characters, and ${longest} are allowed`
    : `it takes ${describe}`;
}

/** A name as it is shown: control characters escaped, cut when it is long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
