import { callerPlace, type Place } from "../core/source.ts";
import type { Accept } from "./accept.ts";
import type { Action } from "./actions/index.ts";
import { expr, toExpr, type ElType, type Expr, type Value } from "./el/index.ts";
import { sla, type Sla, type SlaOptions } from "./sla.ts";

/**
 * A part of a workflow. Workflows are composed of parts, never wired: start, fork, join, ok, error, kill and end
 * follow from the composition.
 */
export type WorkflowPart = Sequence | Parallel | Decision | Kill | Action;

/** What a composition can be told as a whole. */
export interface Composed {
  /** The same composition, each action in it that has no handler of its own having this one. */
  onError(handler: WorkflowPart): this;
}

export interface Sequence extends Composed {
  readonly kind: "sequence";
  readonly steps: readonly WorkflowPart[];
}

export interface Parallel extends Composed {
  readonly kind: "parallel";
  readonly name: string;
  readonly branches: readonly WorkflowPart[];
  readonly at: Place;
}

export interface Decision extends Composed {
  readonly kind: "decision";
  readonly name: string;
  /** The first case whose condition holds is taken. */
  readonly cases: readonly DecisionCase[];
  readonly otherwise: WorkflowPart;
  readonly at: Place;
}

export interface DecisionCase {
  readonly when: Expr<"boolean", "workflow">;
  readonly then: WorkflowPart;
}

/** Ends the workflow as failed. */
export interface Kill {
  readonly kind: "kill";
  readonly name: string;
  readonly message: Expr<"string", "workflow">;
  readonly at: Place;
}

/** The types of a workflow's inputs, by name. */
export type InputTypes = Readonly<Record<string, ElType>>;

/** Where a workflow is started: by a coordinator, or by a workflow, whose inputs are known when it is submitted already. */
export type CallPhase = "action" | "workflow" | "promise";

export interface Workflow<I extends InputTypes = InputTypes> {
  readonly kind: "workflow";
  readonly name: string;
  readonly inputs: I;
  readonly body: WorkflowPart;
  readonly sla: Sla | undefined;
  readonly accept: Accept;
  readonly at: Place;
  /** The workflow with values for its inputs, in the phase of whoever starts it. */
  with<P extends CallPhase>(values: { readonly [K in keyof I]: Value<I[K], P> }): WorkflowCall<P>;
}

/** A workflow and the values of its inputs. */
export interface WorkflowCall<P extends CallPhase> {
  readonly workflow: Workflow;
  readonly values: Readonly<Record<string, Expr<ElType, P>>>;
  readonly at: Place;
}

type Inputs<I extends InputTypes> = { readonly [K in keyof I]: Expr<I[K], "workflow" | "promise"> };

export interface WorkflowOptions<I extends InputTypes> {
  /** What is promised about each run of it. */
  readonly sla?: (inputs: Inputs<I>) => SlaOptions<"promise">;
  /** Warnings that are meant, by code, with the reason. */
  readonly accept?: Accept;
}

/**
 * Declares a workflow. `inputs` names what whoever starts it must give; the body gets each as an expression of the
 * phase `workflow`.
 */
export function workflow<const I extends InputTypes>(
  name: string,
  inputs: I,
  body: (inputs: Inputs<I>) => WorkflowPart,
  options: WorkflowOptions<I> = {},
): Workflow<I> {
  const at = callerPlace(workflow);
  const given = Object.fromEntries(
    Object.keys(inputs).map((input) => [input, expr({ is: "parameter", name: input }, at)]),
  ) as Inputs<I>;
  const made: Workflow<I> = Object.freeze({
    kind: "workflow" as const,
    name,
    inputs,
    body: body(given),
    sla: options.sla === undefined ? undefined : sla(options.sla(given)),
    accept: options.accept ?? {},
    at,
    with: <P extends CallPhase>(values: { readonly [K in keyof I]: Value<I[K], P> }): WorkflowCall<P> => {
      const entries = Object.entries<Value<ElType, P>>(values);
      const calledAt = callerPlace();
      return Object.freeze({
        workflow: made,
        values: Object.freeze(
          Object.fromEntries(entries.map(([key, value]) => [key, toExpr<ElType, P>(value, calledAt)])),
        ),
        at: calledAt,
      });
    },
  });
  return made;
}

/** The part with a handler for every action in it that has none. */
export function withHandler<P extends WorkflowPart>(part: P, handler: WorkflowPart): P {
  const on = (inner: WorkflowPart): WorkflowPart => {
    switch (inner.kind) {
      case "sequence":
        return composed<Sequence>({ ...inner, steps: inner.steps.map(on) });
      case "parallel":
        return composed<Parallel>({ ...inner, branches: inner.branches.map(on) });
      case "decision":
        return composed<Decision>({
          ...inner,
          cases: inner.cases.map(({ when: condition, then }) => when(condition, on(then))),
          otherwise: on(inner.otherwise),
        });
      case "action":
        return inner.handler === undefined ? inner.onError(handler) : inner;
      case "kill":
        return inner;
    }
  };
  return on(part) as P;
}

function composed<P extends Sequence | Parallel | Decision>(own: Omit<P, "onError">): P {
  const made: P = Object.freeze({
    ...own,
    onError: (handler: WorkflowPart): P => withHandler(made, handler),
  }) as unknown as P;
  return made;
}

/** One after another. */
export function sequence(...steps: readonly WorkflowPart[]): Sequence {
  return composed<Sequence>({ kind: "sequence", steps });
}

/** Nothing to do; what a decision's branch does that goes straight on. */
export const nothing: Sequence = sequence();

/** Side by side; what follows waits for all of them. */
export function parallel(name: string, ...branches: readonly WorkflowPart[]): Parallel {
  return composed<Parallel>({ kind: "parallel", name, branches, at: callerPlace(parallel) });
}

/** Takes the first case whose condition holds, else `otherwise`; what follows comes after any of them. */
export function decide(name: string, cases: readonly DecisionCase[], otherwise: WorkflowPart = nothing): Decision {
  return composed<Decision>({ kind: "decision", name, cases, otherwise, at: callerPlace(decide) });
}

/** A case of a decision. */
export function when(condition: Expr<"boolean", "workflow">, then: WorkflowPart): DecisionCase {
  return Object.freeze({ when: condition, then });
}

/** Ends the workflow as failed, with a message. */
export function kill(name: string, message: Value<"string", "workflow">): Kill {
  const at = callerPlace(kill);
  return Object.freeze({ kind: "kill", name, message: toExpr<"string", "workflow">(message, at), at });
}

/** Everything in a part, itself included, in the order in which it is written; handlers too. */
export function partsIn(part: WorkflowPart): readonly WorkflowPart[] {
  const found: WorkflowPart[] = [];
  const visit = (one: WorkflowPart): void => {
    found.push(one);
    switch (one.kind) {
      case "sequence":
        one.steps.forEach(visit);
        return;
      case "parallel":
        one.branches.forEach(visit);
        return;
      case "decision":
        for (const { then } of one.cases) visit(then);
        visit(one.otherwise);
        return;
      case "action":
        if (one.handler !== undefined) visit(one.handler);
        return;
      case "kill":
    }
  };
  visit(part);
  return found;
}
