import type { ActionTree, CoordinatorTree, Tree, WorkflowActionTree } from "../operate/tree.ts";
import type { Io } from "./io.ts";

type Colors = Io["colors"];

/** How a tree is laid out for people. */
export interface TreeLook {
  readonly colors: Colors;
  /** The current release. */
  readonly current: string | undefined;
  /** Ids of what has changed since it was shown last. */
  readonly changed?: ReadonlySet<string>;
}

/** A tree's lines, each job and action on one of its own. */
export function treeLines(tree: Tree, look: TreeLook): readonly string[] {
  return linesOf(tree, look, 0);
}

function linesOf(tree: Tree, look: TreeLook, depth: number): readonly string[] {
  const { colors } = look;
  const release = depth > 0 || tree.release === undefined ? "" : `  ${releaseText(tree.release, look)}`;
  const attempt = depth === 0 && tree.attempt > 1 ? `  attempt ${tree.attempt}` : "";
  const own = `${tree.kind} ${colors.bold(tree.name)}  ${statusText(tree.status, colors)}  ${colors.dim(tree.id)}`;
  const first = line(depth, tree.id, `${own}${release}${attempt}${spanOf(tree)}`, look);
  if (tree.kind === "bundle") return [first, ...tree.coordinators.flatMap((one) => linesOf(one, look, depth + 1))];
  if (tree.kind === "workflow")
    return [first, ...tree.actions.flatMap((one) => workflowActionLines(one, look, depth + 1))];
  return [first, ...countLines(tree, depth + 1), ...tree.actions.flatMap((one) => actionLines(one, look, depth + 1))];
}

function releaseText(release: string, { current, colors }: TreeLook): string {
  if (current === undefined) return `release ${release}`;
  return release === current
    ? `release ${release} (current)`
    : colors.yellow(`release ${release} (current is ${current})`);
}

function spanOf(tree: Tree): string {
  if (tree.kind === "coordinator") return `  ${tree.start ?? "?"} to ${tree.end ?? "?"}`;
  if (tree.kind === "bundle" || tree.started === undefined) return "";
  return `  ${tree.started}${tree.ended === undefined ? "" : ` to ${tree.ended}`}`;
}

function countLines({ counts, more, oldestWaiting, next }: CoordinatorTree, depth: number): readonly string[] {
  const parts = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  const of = more ? " of the newest actions" : "";
  const facts = [
    ...(parts.length === 0 ? ["no actions"] : [`${parts.join(", ")}${of}`]),
    ...(oldestWaiting === undefined ? [] : [`the oldest waits since ${oldestWaiting}`]),
    ...(next === undefined ? [] : [`next ${next}`]),
  ];
  return [`${indent(depth)}${facts.join("; ")}`];
}

function actionLines(action: ActionTree, look: TreeLook, depth: number): readonly string[] {
  const { colors } = look;
  const { id, number, nominal, status, workflowId, workflow, missing, errorCode, errorMessage } = action;
  const [first] = missing;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  const waits = first === undefined ? "" : `  ${colors.dim(`for ${first}${more}`)}`;
  const started = workflowId === undefined ? "" : `  ${colors.dim(workflowId)}`;
  return [
    line(depth, id, `#${number}  ${nominal}  ${statusText(status, colors)}${started}${waits}`, look),
    ...errorLines({ errorCode, errorMessage }, look, depth + 1),
    ...(workflow?.actions ?? []).flatMap((one) => workflowActionLines(one, look, depth + 1)),
  ];
}

function workflowActionLines(action: WorkflowActionTree, look: TreeLook, depth: number): readonly string[] {
  const { colors } = look;
  const applications = action.applications.map(({ id, state }) => (state === undefined ? id : `${id} (${state})`));
  const yarn = applications.length === 0 ? "" : `  ${colors.dim(applications.join(" "))}`;
  return [
    line(
      depth,
      action.id,
      `${action.name}  ${colors.dim(action.type)}  ${statusText(action.status, colors)}${yarn}`,
      look,
    ),
    ...errorLines(action, look, depth + 1),
    ...(action.lost === undefined ? [] : [`${indent(depth + 1)}${colors.red(`did nothing: ${action.lost}`)}`]),
    ...(action.workflow === undefined ? [] : linesOf(action.workflow, look, depth + 1)),
  ];
}

function errorLines(
  { errorCode, errorMessage }: Pick<ActionTree, "errorCode" | "errorMessage">,
  { colors }: TreeLook,
  depth: number,
): readonly string[] {
  const text = [errorCode, errorMessage].filter((part) => part !== undefined).join(": ");
  return text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((one) => `${indent(depth)}${colors.red(one)}`);
}

function line(depth: number, id: string, text: string, { changed, colors }: TreeLook): string {
  return `${indent(depth)}${changed?.has(id) === true ? colors.cyan("* ") : ""}${text}`;
}

function indent(depth: number): string {
  return "  ".repeat(depth);
}

/** A state of a job or an action, in its colour. */
export function statusText(status: string, colors: Colors): string {
  if (["SUCCEEDED", "OK", "DONE"].includes(status)) return colors.green(status);
  if (/FAILED|KILLED|ERROR|TIMEDOUT/.test(status)) return colors.red(status);
  return /SUSPENDED|PAUSED|MANUAL|RETRY/.test(status) ? colors.yellow(status) : status;
}
