import { formatOozieTime } from "../core/time.ts";
import type { HowdahError } from "../core/errors.ts";
import { evaluate, type ElValue, type Expr, type Scope } from "../oozie/el/index.ts";
import type { Workflow } from "../oozie/workflow.ts";
import { fileSystemAnswer } from "./actions.ts";
import { currentUser, type Data } from "./data.ts";

/** One run of a workflow. Several walk in step when consecutive units go through their jobs as ranges. */
export interface WorkflowRun {
  /** How it is called in events: `hourly 2012-03-01T00:00Z`. */
  readonly label: string;
  readonly inputs: Readonly<Record<string, ElValue>>;
  /** What its actions printed, by action and key. */
  readonly outputs: Map<string, Readonly<Record<string, string>>>;
  error: HowdahError | undefined;
  /** Not failed itself: a run before it in the same range did, so it was not finished. */
  stopped: boolean;
  /** The failure that a handler is run for. */
  readonly failure: Failure | undefined;
}

interface Failure {
  readonly action: string;
  readonly error: HowdahError;
}

export function workflowRun(label: string, inputs: Readonly<Record<string, ElValue>>): WorkflowRun {
  return { label, inputs, outputs: new Map(), error: undefined, stopped: false, failure: undefined };
}

/** The scope of a workflow's expressions. */
export function workflowScope(
  run: Pick<WorkflowRun, "label" | "inputs" | "outputs" | "failure">,
  workflow: Workflow,
  data: Data,
): Scope {
  const parameter = (name: string): ElValue | undefined =>
    Object.hasOwn(run.inputs, name) ? run.inputs[name] : data.values.get(name);
  /** Whether a failure is that of the action that is asked for. */
  const failureOf = (action: ElValue | undefined): HowdahError | undefined =>
    run.failure?.action === action ? run.failure?.error : undefined;
  return {
    parameter,
    call: (fn, args) => {
      const [first, second] = args;
      switch (fn) {
        case "wf:id":
          return run.label;
        case "wf:run":
          return 0;
        case "wf:name":
          return workflow.name;
        case "wf:user":
          return currentUser();
        case "wf:conf":
          return parameter(String(first)) ?? "";
        case "wf:lastErrorNode":
          return run.failure?.action ?? "";
        case "wf:errorMessage":
          return failureOf(first)?.message ?? "";
        case "wf:errorCode":
          return failureOf(first)?.code ?? "";
        case "wf:actionData":
          return run.outputs.get(String(first))?.[String(second)];
        case "toJsonStr":
          return JSON.stringify(run.outputs.get(String(first)) ?? {});
        case "timestamp":
          return formatOozieTime(data.now());
        default:
          return fn.startsWith("fs:") ? fileSystemAnswer(fn, data.path(String(first), workflow.at)) : undefined;
      }
    },
  };
}

/** The value of each input, from the call's expressions. */
export function inputValues(values: Readonly<Record<string, Expr>>, scope: Scope): Readonly<Record<string, ElValue>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, evaluate(value, scope)]));
}
