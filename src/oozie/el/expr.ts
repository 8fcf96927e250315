import { callerPlace, type Place } from "../../core/source.ts";
import { parseOozieTime } from "../../core/time.ts";
import type { ElFunction } from "./functions.ts";

/**
 * Where an expression is evaluated. Oozie resolves each text of a definition at one of these moments and offers
 * other functions at each (oozie-default.xml, `oozie.service.ELService.functions.*`).
 *
 * - `submit`: once, before a job is submitted; only parameters and constants. What may stand here is resolved before
 *   everything else, so it has the type `Expr<T, Phase>` and may stand in every phase.
 * - `frequency`, `timeout`: when a coordinator is submitted, in these two places.
 * - `initial`: likewise, where a data set's first instance is told.
 * - `instances`: for each action, where a coordinator names the instances of a data set.
 * - `uri`: for each instance of a data set; the fields of the instance's time.
 * - `action`: when a coordinator creates a workflow: nominal time, inputs and outputs.
 * - `sla`: likewise, in what is promised about an action: all but the inputs.
 * - `promise`: when a workflow is submitted, in what is promised of it and of its actions: its inputs, no functions
 *   (`SubmitXCommand.resolveSla`; the group `wf-sla-submit` is empty).
 * - `workflow`: while a workflow runs; its inputs too.
 */
export type Phase =
  "submit" | "frequency" | "timeout" | "initial" | "instances" | "uri" | "action" | "sla" | "promise" | "workflow";

/** The type of the value that an expression has. */
export type ElType = "string" | "int" | "decimal" | "boolean" | "time" | "path";

export type ElValue = string | number | boolean;

/** What an expression consists of, for the writer, the checks and the evaluation. */
export type ElNode =
  | { readonly is: "literal"; readonly value: ElValue }
  | { readonly is: "parameter"; readonly name: string }
  | { readonly is: "join"; readonly parts: readonly Expr[] }
  | { readonly is: "call"; readonly fn: ElFunction; readonly args: readonly Expr[] };

declare const typeOf: unique symbol;
declare const phasesOf: unique symbol;

/** An expression of type T that may stand in the phases P. Frozen; made by the functions of this folder. */
export interface Expr<out T extends ElType = ElType, in P extends Phase = never> {
  readonly kind: "expr";
  readonly node: ElNode;
  readonly at: Place;
  readonly [typeOf]?: T;
  readonly [phasesOf]?: (phase: P) => void;
}

/** A value where an expression may stand too. */
export type Value<T extends ElType, P extends Phase> = Expr<T, P> | Literal<T>;
export type Literal<T extends ElType> = T extends "int" ? number : T extends "boolean" ? boolean : string;

/** Makes an expression. Its type and phases are the caller's claim, so each public function states them once. */
export function expr<T extends ElType, P extends Phase>(node: ElNode, at: Place = callerPlace()): Expr<T, P> {
  return Object.freeze({ kind: "expr", node, at });
}

export function isExpr(value: unknown): value is Expr {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "expr";
}

export function literal<T extends ElType>(value: ElValue, at?: Place): Expr<T, Phase> {
  return expr({ is: "literal", value }, at);
}

/** A value as an expression; a plain value is written `at`. @default where the caller's code is */
export function toExpr<T extends ElType, P extends Phase>(value: Value<T, P>, at?: Place): Expr<T, P> {
  return isExpr(value) ? value : literal<T>(value, at);
}

export function call<T extends ElType, P extends Phase>(fn: ElFunction, ...args: readonly Expr[]): Expr<T, P> {
  return expr({ is: "call", fn, args });
}

/** What stands directly in an expression. */
export function partsOf({ node }: Expr): readonly Expr[] {
  return node.is === "join" ? node.parts : node.is === "call" ? node.args : none;
}

const none: readonly Expr[] = [];

/** The names of the parameters that an expression uses, in the order in which they stand in it. */
export function parametersOf(value: Expr): readonly string[] {
  const { node } = value;
  if (node.is === "parameter") return [node.name];
  return [...new Set(partsOf(value).flatMap(parametersOf))];
}

/** Every call in an expression, itself included. */
export function callsIn(value: Expr): readonly (Expr & { readonly node: ElNode & { readonly is: "call" } })[] {
  const own = value.node.is === "call" ? [value as Expr & { readonly node: ElNode & { readonly is: "call" } }] : [];
  return [...own, ...partsOf(value).flatMap(callsIn)];
}

/** Why a text is no time, as the end of a sentence; undefined for one such as `2012-03-01T00:00Z`. */
export function timeProblem(value: ElValue): string | undefined {
  return parseOozieTime(String(value)) === undefined ? "is no time" : undefined;
}
