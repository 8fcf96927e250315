import { basename } from "node:path";
import { isExpr, spelledOut } from "../../oozie/el/index.ts";
import type { Action } from "../../oozie/actions/index.ts";
import { endNode, entryOf, failedNode, joinName } from "../../oozie/app/nodes.ts";
import type { Workflow, WorkflowPart } from "../../oozie/workflow.ts";
import { GraphParts, type EdgeKind, type Graph } from "./model.ts";

/** Oozie's own name for where a workflow begins. */
const startNode = ":start:";
/** The group of what runs when an action has failed. */
export const errorsGroup = "errors";

/** Where a part comes from, while a workflow is walked. */
interface Place {
  readonly depth: number;
  readonly group: string | undefined;
}

/** A workflow's nodes, named as Oozie names them, in reading order. */
export function workflowGraph(workflow: Workflow): Graph {
  const parts = new GraphParts();
  const handlers = new Set<WorkflowPart>();

  const connect = (from: string, to: string, kind: EdgeKind, label?: string): void =>
    parts.addEdge({ from, to, kind, ...(label === undefined ? {} : { label }) });
  const lies = ({ depth, group }: Place): { depth: number; group?: string } => ({
    depth,
    ...(group === undefined ? {} : { group }),
  });

  const walk = (part: WorkflowPart, next: string, place: Place): void => {
    const deeper = { ...place, depth: place.depth + 1 };
    switch (part.kind) {
      case "sequence":
        part.steps.forEach((step, i) => {
          const rest = part.steps.slice(i + 1).find((one) => !isEmpty(one));
          walk(step, rest === undefined ? next : entryOf(rest, next), place);
        });
        return;
      case "parallel": {
        const join = joinName(part.name);
        parts.addNode({ id: part.name, kind: "fork", label: part.name, at: part.at, ...lies(place) });
        for (const branch of part.branches) {
          connect(part.name, entryOf(branch, join), "ok");
          walk(branch, join, deeper);
        }
        parts.addNode({ id: join, kind: "join", label: join, at: part.at, ...lies(place) });
        connect(join, next, "ok");
        return;
      }
      case "decision":
        parts.addNode({ id: part.name, kind: "decision", label: part.name, at: part.at, ...lies(place) });
        for (const { when, then } of part.cases) {
          connect(part.name, entryOf(then, next), "case", spelledOut(when));
          walk(then, next, deeper);
        }
        connect(part.name, entryOf(part.otherwise, next), "case", "otherwise");
        walk(part.otherwise, next, deeper);
        return;
      case "kill": {
        const detail = spelledOut(part.message);
        parts.addNode({ id: part.name, kind: "kill", label: part.name, detail, at: part.at, ...lies(place) });
        return;
      }
      case "action": {
        const kind = part.type === "sub-workflow" ? "sub-workflow" : "action";
        parts.addNode({ id: part.name, kind, label: part.name, detail: workOf(part), at: part.at, ...lies(place) });
        connect(part.name, next, "ok");
        const { handler } = part;
        connect(part.name, handler === undefined ? failedNode : entryOf(handler, failedNode), "error");
        if (handler !== undefined) handlers.add(handler);
      }
    }
  };

  parts.addNode({ id: startNode, kind: "start", label: "start", depth: 0 });
  connect(startNode, entryOf(workflow.body, endNode), "ok");
  walk(workflow.body, endNode, { depth: 0, group: undefined });
  parts.addNode({ id: endNode, kind: "end", label: "end", depth: 0 });
  // Handlers of handlers are found on the way: a set gives what is added to it while one goes through it.
  for (const handler of handlers) walk(handler, failedNode, { depth: 0, group: errorsGroup });
  const graph = parts.graph(`workflow ${workflow.name}`, "down");
  if (!graph.edges.some(({ to }) => to === failedNode)) return graph;
  parts.addGroup({ id: errorsGroup, kind: "errors", label: "when an action has failed" });
  parts.addNode({
    id: failedNode,
    kind: "kill",
    label: failedNode,
    detail: "the workflow ends as failed",
    depth: 0,
    group: errorsGroup,
  });
  return parts.graph(graph.title, graph.direction);
}

function isEmpty(part: WorkflowPart): boolean {
  return part.kind === "sequence" && part.steps.every(isEmpty);
}

/** What an action runs, in a few words. */
function workOf(action: Action): string {
  const { retry } = action;
  return `${whatItRuns(action)}${retry === undefined ? "" : `, tried again ${retry.max} times`}`;
}

function whatItRuns(action: Action): string {
  switch (action.type) {
    case "spark":
      return `${action.jobs.length === 1 ? "job" : "jobs"} ${action.jobs.map(({ name }) => name).join(", ") || "none"}`;
    case "spark-application": {
      const { application } = action;
      return `Spark ${basename(isExpr(application) ? spelledOut(application) : application)}`;
    }
    case "hive2":
      return `HiveQL, ${counted(action.run.length, "statement")}`;
    case "fs":
      return `files: ${[...new Set(action.operations.map(({ is }) => is))].join(", ")}`;
    case "shell":
      return `shell ${action.command}`;
    case "java":
      return `Java ${action.mainClass.split(".").at(-1)!}`;
    case "distcp":
      return "distcp";
    case "email":
      return `mail to ${spelledOut(action.to)}`;
    case "sub-workflow":
      return `workflow ${action.run.workflow.name}`;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
