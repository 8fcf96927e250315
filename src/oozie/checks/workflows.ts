import { placeText } from "../../core/errors.ts";
import { endNode, failedNode, joinName } from "../app/nodes.ts";
import type { Workflow, WorkflowPart } from "../workflow.ts";
import { checkAction } from "./actions.ts";
import type { Checked } from "./definitions.ts";
import { checkNode } from "./names.ts";
import { pathOfScope, type Findings, type Scope } from "./problem.ts";
import type { PartView, WorkflowView } from "./views.ts";

/** `oozie.action.subworkflow.max.depth` */
const deepest = 50;

export function checkWorkflows({ views, viewOf }: Checked, findings: Findings): void {
  for (const view of views) {
    checkNodes(view, findings);
    checkComposition(view, findings);
  }
  checkDepth(views, viewOf, findings);
}

/** Each node, and the names of all, those included that are generated. */
function checkNodes({ scope, parts }: WorkflowView, findings: Findings): void {
  const names = new Map<string, PartView | undefined>([
    [endNode, undefined],
    [failedNode, undefined],
  ]);
  const note = (name: string, view: PartView): void => {
    if (!names.has(name)) {
      names.set(name, view);
      return;
    }
    const other = names.get(name);
    const where =
      other === undefined
        ? "every workflow has such a node"
        : other.part === view.part
          ? "it is the same action, which stands in it twice"
          : `the other is ${other.scope.label} at ${placeText(other.scope.at)}`;
    findings.add("NODE_TWICE", view.scope, `${scope.label} has two nodes of the name ${name}: ${where}`, {
      next: "give one of them another name",
    });
  };
  for (const view of parts) {
    const { part } = view;
    if (part.kind === "sequence") continue;
    checkNode(part.name, view.scope, findings);
    if (part.kind === "action") checkAction(part, view.scope, findings);
    note(part.name, view);
    if (part.kind === "parallel") note(joinName(part.name), view);
  }
}

/** Branches, cases, and steps that are never reached. */
function checkComposition({ workflow, scope, parts }: WorkflowView, findings: Findings): void {
  const ends = new Map<WorkflowPart, boolean>();
  for (const view of parts) {
    const { part } = view;
    if (part.kind === "parallel") checkParallel(part, view.scope, ends, findings);
    if (part.kind === "decision" && part.cases.length === 0)
      findings.add("DECISION_CASES", view.scope, `${view.scope.label} has no case`, {
        next: "add one with when(condition, part), or take the decision out",
      });
    if (part.kind === "sequence") {
      const over = part.steps.findIndex((step) => endsWorkflow(step, ends));
      const dead = over < 0 ? undefined : part.steps.slice(over + 1).find((step) => !isEmpty(step));
      if (dead !== undefined) {
        const at = placeOf(dead) ?? scope.at;
        findings.add(
          "DEAD_STEP",
          scope,
          `${scope.label}: ${nameOf(dead)} is never reached, for what stands before it ends the workflow`,
          { at, next: "take it out, or put it before that" },
        );
      }
    }
  }
  if (endsWorkflow(workflow.body, ends))
    findings.add("ALWAYS_FAILS", scope, `${scope.label} can only end as failed: every way through it ends in a kill`, {
      next: "let one way go on with nothing, or accept it with the reason",
    });
}

function checkParallel(
  parallel: Extract<WorkflowPart, { kind: "parallel" }>,
  scope: Scope,
  ends: Map<WorkflowPart, boolean>,
  findings: Findings,
): void {
  const { branches } = parallel;
  if (branches.length < 2)
    findings.add(
      "PARALLEL_BRANCHES",
      scope,
      `${scope.label} has ${branches.length === 0 ? "no branch" : "one branch"}: it takes two or more`,
      {
        next: "add a branch, or take the parallel out",
      },
    );
  else if (!branches.some(leadsOn))
    findings.add(
      "PARALLEL_NEVER_JOINS",
      scope,
      `${scope.label}: all its branches end the workflow, so that none reaches its end`,
      { next: "let one branch go on, or end the workflow behind the parallel" },
    );
  else if (branches.every((branch) => endsWorkflow(branch, ends)))
    findings.add("PARALLEL_FAILS", scope, `${scope.label}: something in each of its branches ends the workflow`, {
      next: "let one branch go on, or end the workflow behind the parallel",
    });
  const empty = branches.filter(isEmpty).length;
  if (empty > 0)
    findings.add(
      "PARALLEL_EMPTY",
      scope,
      `${scope.label}: in ${empty === 1 ? "one branch" : `${empty} branches`} nothing is done`,
      {
        next: "take it out",
      },
    );
}

function isEmpty(part: WorkflowPart): boolean {
  return part.kind === "sequence" && part.steps.every(isEmpty);
}

/** Whether every way through a part ends in a kill. */
function endsWorkflow(part: WorkflowPart, known: Map<WorkflowPart, boolean>): boolean {
  const before = known.get(part);
  if (before !== undefined) return before;
  const ends = ((): boolean => {
    switch (part.kind) {
      case "kill":
        return true;
      case "action":
        return false;
      case "sequence":
        return part.steps.some((step) => endsWorkflow(step, known));
      case "parallel":
        return part.branches.some((branch) => endsWorkflow(branch, known));
      case "decision":
        return part.cases.every(({ then }) => endsWorkflow(then, known)) && endsWorkflow(part.otherwise, known);
    }
  })();
  known.set(part, ends);
  return ends;
}

/**
 * Whether the transitions lead from a part to what follows, as `LiteWorkflowValidator` sees it: it counts the forks and
 * joins that it comes to, and does not know that a kill in one branch of an inner parallel ends them all.
 */
function leadsOn(part: WorkflowPart): boolean {
  switch (part.kind) {
    case "kill":
      return false;
    case "action":
      return true;
    case "sequence":
      return part.steps.every(leadsOn);
    case "parallel":
      return part.branches.some(leadsOn);
    case "decision":
      return leadsOn(part.otherwise) || part.cases.some(({ then }) => leadsOn(then));
  }
}

function placeOf(part: WorkflowPart): Scope["at"] | undefined {
  if (part.kind !== "sequence") return part.at;
  return part.steps.map(placeOf).find((at) => at !== undefined);
}

function nameOf(part: WorkflowPart): string {
  if (part.kind !== "sequence") return `${part.kind} ${part.name}`;
  const first = part.steps.find((step) => !isEmpty(step));
  return first === undefined ? "the next step" : nameOf(first);
}

interface Call {
  readonly workflow: Workflow;
  readonly scope: Scope;
}

/** Workflows that run each other in a circle, and chains of them that are too long. Applications are known by name. */
function checkDepth(
  views: readonly WorkflowView[],
  viewOf: (workflow: Workflow) => WorkflowView,
  findings: Findings,
): void {
  /** How many levels of sub-workflows a workflow has; undefined while that is being found out. */
  const depths = new Map<string, number | undefined>();
  const callsOf = (workflow: Workflow): readonly Call[] =>
    viewOf(workflow).subWorkflows.map(({ part, scope }) => ({ workflow: part.run.workflow, scope }));
  const visit = (workflow: Workflow, above: readonly string[]): number => {
    const { name } = workflow;
    if (depths.has(name)) return depths.get(name) ?? 0;
    depths.set(name, undefined);
    const way = [...above, name];
    let depth = 0;
    for (const { workflow: inner, scope } of callsOf(workflow)) {
      const start = way.indexOf(inner.name);
      if (start >= 0) {
        const circle = [...way.slice(start), inner.name];
        findings.add("WORKFLOW_CYCLE", scope, `workflows run each other for ever: ${circle.join(" › ")}`, {
          next: "take one of these actions out",
        });
      } else depth = Math.max(depth, visit(inner, way) + 1);
    }
    depths.set(name, depth);
    return depth;
  };
  for (const { workflow } of views) visit(workflow, []);
  for (const { workflow, scope } of views) {
    const depth = depths.get(workflow.name) ?? 0;
    if (depth === deepest + 1)
      findings.add(
        "WORKFLOW_DEPTH",
        scope,
        `${pathOfScope(scope)} has sub-workflows ${depth} deep, and Oozie runs ${deepest}`,
        {
          next: "compose them of parts in fewer workflows",
        },
      );
  }
}
