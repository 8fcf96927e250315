import { didYouMean } from "../../core/errors.ts";
import type { Action } from "../actions/index.ts";
import type { ElFunction } from "../el/index.ts";
import type { Refusal } from "./events.ts";
import type { Site } from "./sites.ts";
import type { ActionView, PartView } from "./views.ts";

/** Functions whose first argument names an action of the same workflow. */
export const actionFunctions: ReadonlySet<ElFunction> = new Set<ElFunction>([
  "wf:actionData",
  "wf:errorCode",
  "wf:errorMessage",
  "wf:transition",
  "wf:actionExternalId",
  "wf:actionTrackerUri",
  "wf:actionExternalStatus",
  "hadoop:counters",
]);

/** What is wrong with a question about an action: Oozie answers an empty text where there is nothing to tell. */
export function actionProblem(
  { workflow, part }: Site,
  fn: ElFunction,
  name: string | undefined,
  key: string | undefined,
): Refusal | undefined {
  if (workflow === undefined || name === undefined) return undefined;
  const action = workflow.actions.get(name);
  if (action === undefined) {
    // Decisions and forks have transitions too.
    if (fn === "wf:transition" && workflow.parts.some((one) => "name" in one.part && one.part.name === name))
      return undefined;
    const names = [...workflow.actions.keys()];
    return {
      code: "EL_ACTION",
      message: `${workflow.scope.label} has no action ${name}${didYouMean(name, names)}`,
      next: "name an action of the same workflow",
    };
  }
  if (fn === "wf:actionData" && !hasOutput(action.part, key))
    return {
      code: "EL_OUTPUT",
      message: `action ${name} keeps no output${key === undefined ? "" : ` ${JSON.stringify(key)}`}`,
      next: canCapture(action.part)
        ? "add captureOutput: true to it"
        : `a ${action.part.type} action has none; let a shell action tell it`,
    };
  const order = part === undefined ? "after" : orderOf(action, part);
  if (order === "before") return undefined;
  return {
    code: "EL_ORDER",
    message: `action ${name} ${orderText[order]}`,
    next: "ask about actions that come before, in the same sequence or around it",
  };
}

function canCapture(action: Action): boolean {
  return action.type === "shell" || action.type === "java";
}

/** `JavaActionExecutor.getCaptureOutput` and those who override it: actions of Hive and Spark keep their jobs' ids. */
function hasOutput(action: Action, key: string | undefined): boolean {
  switch (action.type) {
    case "shell":
    case "java":
      return action.captureOutput;
    case "hive2":
    case "spark":
    case "spark-application":
      return key === undefined || key === "hadoopJobs";
    default:
      return false;
  }
}

/** When an action runs, seen from another part: not before it, for one of these reasons. */
export type Order = "before" | "after" | "same" | "beside" | "otherwise" | "never";

const orderText: Readonly<Record<Exclude<Order, "before">, string>> = {
  after: "comes later",
  same: "is this one itself",
  beside: "runs side by side with it",
  otherwise: "stands in another case, which is not taken then",
  never: "is part of the handling of a failure, after which the workflow ends",
};

/** How an action stands to a part of the same workflow. */
export function orderOf(action: ActionView, part: PartView): Order {
  // The way up from the action, to the body or to the handler that it stands in.
  const way = new Map<PartView, PartView | undefined>();
  let below: PartView | undefined;
  for (let one: PartView = action; ; one = one.parents[0]!) {
    way.set(one, below);
    below = one;
    if (one.role === "body" || one.role === "handler") break;
  }
  const inHandler = below.role === "handler";
  return upFrom(part, { action, way, inHandler, seen: new Set() });
}

interface Search {
  readonly action: ActionView;
  /** Of each part on the way up from the action, the one below it. */
  readonly way: ReadonlyMap<PartView, PartView | undefined>;
  readonly inHandler: boolean;
  /** Actions whose handlers were left, so that none is gone through twice. */
  readonly seen: Set<PartView>;
}

function upFrom(part: PartView, search: Search): Order {
  const { action, way } = search;
  let below: PartView | undefined;
  for (let one = part; ; one = one.parents[0]!) {
    if (way.has(one)) return at(one, way.get(one), below);
    below = one;
    if (one.role === "body") return search.inHandler ? "never" : "after";
    if (one.role === "handler") break;
  }
  // A handler comes after the action that failed, whichever of those that share it that is.
  let found: Order = "never";
  for (const failed of below.parents) {
    if (failed === action) return "before";
    if (search.seen.has(failed)) continue;
    search.seen.add(failed);
    found = upFrom(failed, search);
    if (found === "before") return found;
  }
  return found;
}

/** The order of two parts by where they meet. */
function at(meeting: PartView, ofAction: PartView | undefined, ofPart: PartView | undefined): Order {
  if (ofAction === undefined) return ofPart === undefined ? "same" : "before";
  if (ofPart === undefined) return "after";
  switch (meeting.part.kind) {
    case "sequence":
      return ofAction.index < ofPart.index ? "before" : "after";
    case "parallel":
      return "beside";
    default:
      return "otherwise";
  }
}
