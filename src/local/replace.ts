import { didYouMean, HowdahError } from "../core/errors.ts";
import type { Action } from "../oozie/actions/index.ts";
import type { ElValue } from "../oozie/el/index.ts";
import { actionsOf, withSubWorkflows } from "../oozie/app/workflow.ts";
import type { Workflow } from "../oozie/workflow.ts";
import type { WorkflowRun } from "./scope.ts";

/** What a stand-in is told of the action in whose place it is called. */
export interface ReplacedAction {
  readonly workflow: string;
  readonly action: string;
  /** The run of the workflow: `hourly 2012-03-01T00:00Z`. */
  readonly run: string;
  /** Values of the workflow's inputs. */
  readonly inputs: Readonly<Record<string, ElValue>>;
  /** The target's folder. */
  readonly folder: string;
}

/** How a stand-in ends: nothing is success too, and values are what the action would have printed (`outputOf`). */
export type ReplacedOutcome = "succeed" | "fail" | Readonly<Record<string, string>> | undefined;

/**
 * What happens in place of an action. A function that throws a `HowdahError` lets the action fail with it; whatever else
 * it throws, a failed assertion say, ends the whole run.
 */
export type Replacement =
  "succeed" | "fail" | ((replaced: ReplacedAction) => ReplacedOutcome | Promise<ReplacedOutcome>);

/** By the action's name, or `workflow/action` where several workflows have an action of this name. */
export type Replacements = Readonly<Record<string, Replacement>>;

/** The stand-in of an action, if it has one; that of its workflow alone goes before one for all. */
export function replacementOf(
  action: Action,
  workflow: Workflow,
  replacements: Replacements | undefined,
): Replacement | undefined {
  if (replacements === undefined) return undefined;
  const name = [`${workflow.name}/${action.name}`, action.name].find((one) => Object.hasOwn(replacements, one));
  return name === undefined ? undefined : replacements[name];
}

/** Calls the stand-in of an action for one run. Throws what lets the action fail. */
export async function runReplacement(
  replacement: Replacement,
  { name: action, at }: Action,
  workflow: Workflow,
  run: WorkflowRun,
  folder: string,
): Promise<void> {
  const replaced = { workflow: workflow.name, action, run: run.label, inputs: run.inputs, folder };
  const outcome = typeof replacement === "function" ? await replacement(replaced) : replacement;
  if (outcome === "fail")
    throw new HowdahError(`action ${action}: what stands in for it was to fail`, {
      code: "REPLACED_TO_FAIL",
      fault: "run",
      where: at,
    });
  if (outcome !== undefined && outcome !== "succeed") run.outputs.set(action, outcome);
}

/** Throws `NAME_UNKNOWN` for a stand-in whose action none of the workflows has: it would never be called. */
export function checkReplacements(replacements: Replacements, workflows: readonly Workflow[]): void {
  const names = new Set<string>();
  for (const workflow of workflows.flatMap(withSubWorkflows))
    for (const { name } of actionsOf(workflow)) names.add(name).add(`${workflow.name}/${name}`);
  const unknown = Object.keys(replacements).find((name) => !names.has(name));
  if (unknown === undefined) return;
  const short = [...names].filter((name) => !name.includes("/"));
  throw new HowdahError(`there is no action ${unknown} to replace${didYouMean(unknown, [...names])}`, {
    code: "NAME_UNKNOWN",
    next: short.length === 0 ? "what runs has no actions" : `the actions are ${short.join(", ")}`,
  });
}
