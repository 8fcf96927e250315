import type { Action, SparkAction, SubWorkflowAction } from "../actions/index.ts";
import type { Workflow, WorkflowPart } from "../workflow.ts";
import type { Scope } from "./problem.ts";

/** A part of a workflow and where it stands. */
export interface PartView {
  readonly part: WorkflowPart;
  readonly scope: Scope;
  /** As what it stands in its parent. A handler follows an action that failed. */
  readonly role: "body" | "step" | "branch" | "case" | "handler";
  /** Its number among the parent's steps, branches or cases. */
  readonly index: number;
  /** What it stands in: nothing for the body, several actions for a handler that they share. */
  readonly parents: readonly PartView[];
}

export interface ActionView<A extends Action = Action> extends PartView {
  readonly part: A;
}

/** A workflow with its parts, each once, as they are written; handlers behind the first action that has them. */
export interface WorkflowView {
  readonly workflow: Workflow;
  readonly scope: Scope;
  readonly parts: readonly PartView[];
  /** By name; of two of one name the first. */
  readonly actions: ReadonlyMap<string, ActionView>;
  /** Those of its actions that run SQL jobs, and those that run a workflow. */
  readonly sparks: readonly ActionView<SparkAction>[];
  readonly subWorkflows: readonly ActionView<SubWorkflowAction>[];
}

export function viewOf(workflow: Workflow): WorkflowView {
  const scope: Scope = { label: `workflow ${workflow.name}`, at: workflow.at, accept: workflow.accept };
  const parts: PartView[] = [];
  const actions = new Map<string, ActionView>();
  const sparks: ActionView<SparkAction>[] = [];
  const subWorkflows: ActionView<SubWorkflowAction>[] = [];
  const handlers = new Map<WorkflowPart, PartView[]>();

  const visit = (part: WorkflowPart, role: PartView["role"], index: number, parents: readonly PartView[]): void => {
    const view: PartView = { part, scope: scopeOf(part, scope), role, index, parents };
    parts.push(view);
    const inside = [view];
    switch (part.kind) {
      case "sequence":
        part.steps.forEach((step, i) => visit(step, "step", i, inside));
        return;
      case "parallel":
        part.branches.forEach((branch, i) => visit(branch, "branch", i, inside));
        return;
      case "decision":
        part.cases.forEach(({ then }, i) => visit(then, "case", i, inside));
        visit(part.otherwise, "case", part.cases.length, inside);
        return;
      case "action": {
        if (!actions.has(part.name)) actions.set(part.name, view as ActionView);
        if (part.type === "spark") sparks.push(view as ActionView<SparkAction>);
        else if (part.type === "sub-workflow") subWorkflows.push(view as ActionView<SubWorkflowAction>);
        const { handler } = part;
        if (handler === undefined) return;
        const known = handlers.get(handler);
        if (known !== undefined) {
          known.push(view);
          return;
        }
        // Shared on purpose: whoever has the same handler is added.
        handlers.set(handler, inside);
        visit(handler, "handler", 0, inside);
        return;
      }
      case "kill":
    }
  };
  visit(workflow.body, "body", 0, []);
  return { workflow, scope, parts, actions, sparks, subWorkflows };
}

/** Sequences have no name and no place: problems in them are the workflow's. */
function scopeOf(part: WorkflowPart, workflow: Scope): Scope {
  if (part.kind === "sequence") return workflow;
  const accept = part.kind === "action" ? part.accept : undefined;
  return { label: `${part.kind} ${part.name}`, at: part.at, accept, parent: workflow };
}
