import type { Action } from "../actions/index.ts";
import type { Workflow, WorkflowPart } from "../workflow.ts";
import { element, type XmlElement } from "../xml.ts";
import { actionElement } from "./actions.ts";
import { leaf, madeFrom, textOf, type AppContext } from "./context.ts";
import { slaElement } from "./sla.ts";

/** Names of the nodes that every workflow has. */
export const endNode = "end";
export const failedNode = "failed";

/** The name of the node that waits for all branches of a fork. */
export function joinName(parallel: string): string {
  return `${parallel}-join`;
}

/**
 * The nodes of a workflow, in reading order. Every part is told where to go on: what stands behind it, or the join, or
 * the end. A handler that several actions share is written once.
 */
export function nodesOf(
  workflow: Workflow,
  context: AppContext,
): { readonly start: string; readonly nodes: readonly XmlElement[] } {
  const nodes: XmlElement[] = [];
  const handlers = new Map<WorkflowPart, string>();
  const pending: WorkflowPart[] = [];

  const handlerNode = (handler: WorkflowPart | undefined): string => {
    if (handler === undefined) return failedNode;
    const known = handlers.get(handler);
    if (known !== undefined) return known;
    const entry = entryOf(handler, failedNode);
    handlers.set(handler, entry);
    pending.push(handler);
    return entry;
  };
  const origin = (part: Exclude<WorkflowPart, { kind: "sequence" }>, what: string): ReturnType<typeof madeFrom> =>
    madeFrom(context, { at: part.at, path: `workflow ${workflow.name} › ${what} ${part.name}` });

  const write = (part: WorkflowPart, next: string): void => {
    switch (part.kind) {
      case "sequence": {
        const entries = stepTargets(part.steps, next);
        part.steps.forEach((step, i) => write(step, entries[i + 1]!));
        return;
      }
      case "parallel": {
        const join = joinName(part.name);
        const paths = part.branches.map((branch) => element("path", { start: entryOf(branch, join) }));
        nodes.push(element("fork", { name: part.name }, paths, origin(part, "parallel")));
        for (const branch of part.branches) write(branch, join);
        nodes.push(element("join", { name: join, to: next }));
        return;
      }
      case "decision": {
        const cases = part.cases.map(({ when, then }) => element("case", { to: entryOf(then, next) }, textOf(when)));
        const otherwise = element("default", { to: entryOf(part.otherwise, next) });
        const choice = element("switch", {}, [...cases, otherwise]);
        nodes.push(element("decision", { name: part.name }, [choice], origin(part, "decision")));
        for (const { then } of part.cases) write(then, next);
        write(part.otherwise, next);
        return;
      }
      case "kill":
        nodes.push(element("kill", { name: part.name }, [leaf("message", textOf(part.message))], origin(part, "kill")));
        return;
      case "action":
        nodes.push(actionNode(part, next, handlerNode(part.handler)));
    }
  };
  const actionNode = (action: Action, next: string, failed: string): XmlElement => {
    const credentials = "credentials" in action ? [...action.credentials, ...context.credentialsFor(action)] : [];
    const { retry } = action;
    const interval = retry === undefined ? undefined : retry.every.count * (retry.every.unit === "hours" ? 60 : 1);
    const attributes = {
      name: action.name,
      cred: credentials.map(({ name }) => name).join(",") || undefined,
      "retry-max": retry?.max.toString(),
      "retry-interval": interval?.toString(),
      "retry-policy": retry?.policy,
    };
    const content = [
      actionElement(action, workflow, context),
      element("ok", { to: next }),
      element("error", { to: failed }),
      ...slaElement(action.sla),
    ];
    return element("action", attributes, content, origin(action, "action"));
  };

  write(workflow.body, endNode);
  for (let handler = pending.shift(); handler !== undefined; handler = pending.shift()) write(handler, failedNode);
  return { start: entryOf(workflow.body, endNode), nodes };
}

/** The node at which a part begins; what follows it when there is nothing in it. */
export function entryOf(part: WorkflowPart, next: string): string {
  return part.kind === "sequence" ? stepTargets(part.steps, next)[0]! : part.name;
}

/** The node at which each step begins, and at the end what follows them all. */
function stepTargets(steps: readonly WorkflowPart[], next: string): readonly string[] {
  const targets = [next];
  for (const step of [...steps].reverse()) targets.push(entryOf(step, targets.at(-1)!));
  return targets.reverse();
}
