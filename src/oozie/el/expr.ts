import { bug, HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import { formatOozieTime, formatTimeBy, parseOozieTime, plus, type Frequency, type Instant } from "../core/time.ts";

/**
 * Where an expression is evaluated. Oozie resolves each text of a definition at one of these moments and offers
 * other functions at each (oozie-default.xml, `oozie.service.ELService.functions.*`).
 *
 * - `submit`: once, when a job is submitted (or written); only parameters and constants. What may stand here is
 *   resolved before everything else, so it has the type `Expr<T, Phase>` and may stand in every phase.
 * - `uri`: for each instance of a data set; also the fields of the instance's time.
 * - `action`: when a coordinator creates a workflow: nominal time, inputs and outputs.
 * - `workflow`: while a workflow runs.
 */
export type Phase = "submit" | "uri" | "action" | "workflow";

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

/** An expression of type T that may stand in the phases P. Frozen; made by the functions of this file. */
export interface Expr<out T extends ElType = ElType, in P extends Phase = never> {
  readonly kind: "expr";
  readonly node: ElNode;
  readonly at: Place;
  readonly [typeOf]?: T;
  readonly [phasesOf]?: (phase: P) => void;
}

/** A value where an expression may stand too. */
export type Value<T extends ElType, P extends Phase> = Expr<T, P> | Literal<T>;
type Literal<T extends ElType> = T extends "int" ? number : T extends "boolean" ? boolean : string;

/** The functions, by their Oozie names where Oozie has them. `if` of a comparison and the like are EL operators. */
export type ElFunction =
  | "YEAR"
  | "MONTH"
  | "DAY"
  | "HOUR"
  | "MINUTE"
  | "startOfDay"
  | "coord:nominalTime"
  | "coord:formatTime"
  | "coord:dateOffset"
  | "coord:dataIn"
  | "coord:dataOut"
  | "coord:name"
  | "coord:user"
  | "wf:conf"
  | "wf:name"
  | "wf:user"
  | "wf:actionData"
  | "wf:lastErrorNode"
  | "wf:errorMessage"
  | "fs:exists"
  | "fs:isDir"
  | "fs:dirSize"
  | "eq"
  | "gt"
  | "and"
  | "or"
  | "not";

/** Makes an expression. Its type and phases are the caller's claim, so each public function states them once. */
export function expr<T extends ElType, P extends Phase>(node: ElNode): Expr<T, P> {
  return Object.freeze({ kind: "expr", node, at: callerPlace() });
}

export function isExpr(value: unknown): value is Expr {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "expr";
}

export function literal<T extends ElType>(value: ElValue): Expr<T, Phase> {
  return expr({ is: "literal", value });
}

/** A value as an expression. */
export function toExpr<T extends ElType, P extends Phase>(value: Value<T, P>): Expr<T, P> {
  return isExpr(value) ? value : literal<T>(value);
}

/** A time as an expression. Throws `EL_VALUE` for a text that is none, at the place where it stands. */
export function timeExpr(value: Value<"time", Phase>, at: Place): Expr<"time", Phase> {
  if (!isExpr(value) && parseOozieTime(value) === undefined)
    throw new HowdahError(`${JSON.stringify(value)} is no time`, {
      code: "EL_VALUE",
      where: at,
      next: "write it as 2012-03-01T00:00Z, in UTC",
    });
  return toExpr<"time", Phase>(value);
}

export function call<T extends ElType, P extends Phase>(fn: ElFunction, ...args: readonly Expr[]): Expr<T, P> {
  return expr({ is: "call", fn, args });
}

function join<T extends ElType, P extends Phase>(
  texts: TemplateStringsArray,
  parts: readonly (Expr<ElType, P> | string)[],
): Expr<T, P> {
  const all = texts.flatMap((text, i) => {
    const part = parts[i];
    return [...(text === "" ? [] : [literal(text)]), ...(part === undefined ? [] : [toExpr<ElType, P>(part)])];
  });
  return expr({ is: "join", parts: all });
}

/** A path: ``path`${p.landing}/omniture` ``. */
export function path<P extends Phase = Phase>(
  texts: TemplateStringsArray,
  ...parts: readonly (Expr<ElType, P> | string)[]
): Expr<"path", P> {
  return join(texts, parts);
}

/** A text put together from expressions. */
export function text<P extends Phase = Phase>(
  texts: TemplateStringsArray,
  ...parts: readonly (Expr<ElType, P> | string)[]
): Expr<"string", P> {
  return join(texts, parts);
}

/** The fields of a data-set instance's time, always in UTC. */
export const YEAR = call<"string", "uri">("YEAR");
export const MONTH = call<"string", "uri">("MONTH");
export const DAY = call<"string", "uri">("DAY");
export const HOUR = call<"string", "uri">("HOUR");
export const MINUTE = call<"string", "uri">("MINUTE");

/** 00:00 UTC of a time's day; resolved before anything is submitted. */
export function startOfDay(time: Value<"time", Phase>): Expr<"time", Phase> {
  return call("startOfDay", toExpr<"time", Phase>(time));
}

/** Both are equal, compared as texts. */
export function equal(
  a: Value<ElType, "workflow"> | ElValue,
  b: Value<ElType, "workflow"> | ElValue,
): Expr<"boolean", "workflow"> {
  return call("eq", toExpr(a as Value<"string", "workflow">), toExpr(b as Value<"string", "workflow">));
}
export function greater(a: Value<"int", "workflow">, b: Value<"int", "workflow">): Expr<"boolean", "workflow"> {
  return call("gt", toExpr<"int", "workflow">(a), toExpr<"int", "workflow">(b));
}
export function both(a: Expr<"boolean", "workflow">, b: Expr<"boolean", "workflow">): Expr<"boolean", "workflow"> {
  return call("and", a, b);
}
export function either(a: Expr<"boolean", "workflow">, b: Expr<"boolean", "workflow">): Expr<"boolean", "workflow"> {
  return call("or", a, b);
}
export function not(a: Expr<"boolean", "workflow">): Expr<"boolean", "workflow"> {
  return call("not", a);
}

/** What a workflow can ask of the file system while it runs. */
export const fileSystem = Object.freeze({
  exists: (at: Value<"path", "workflow">): Expr<"boolean", "workflow"> =>
    call("fs:exists", toExpr<"path", "workflow">(at)),
  isFolder: (at: Value<"path", "workflow">): Expr<"boolean", "workflow"> =>
    call("fs:isDir", toExpr<"path", "workflow">(at)),
  /** Bytes of the files directly in a folder, those in its subfolders not counted; -1 when it is none. */
  folderSize: (at: Value<"path", "workflow">): Expr<"int", "workflow"> =>
    call("fs:dirSize", toExpr<"path", "workflow">(at)),
});

/** A key of what a shell action wrote with `captureOutput`. */
export function outputOf(action: string, key: string): Expr<"string", "workflow"> {
  return call("wf:actionData", literal(action), literal(key));
}

/** What one evaluation knows: values of parameters, and of the functions its phase offers. */
export interface Scope {
  readonly parameter: (name: string) => ElValue | undefined;
  readonly call?: (fn: ElFunction, args: readonly ElValue[]) => ElValue | undefined;
}

/** The functions whose value follows from their arguments alone. */
const pureFunctions: Partial<Record<ElFunction, (...args: ElValue[]) => ElValue>> = {
  "coord:formatTime": (time, pattern) => formatTimeBy(String(pattern), instant(time)),
  "coord:dateOffset": (time, count, unit) => {
    const unitName = { MINUTE: "minutes", HOUR: "hours", DAY: "days" }[String(unit)];
    if (unitName === undefined) throw bug(`dateOffset by ${String(unit)}`);
    const step: Frequency = { kind: "frequency", unit: unitName as Frequency["unit"], count: 1 };
    return formatOozieTime(plus(instant(time), step, Number(count)));
  },
  startOfDay: (time) => `${formatOozieTime(instant(time)).slice(0, 10)}T00:00Z`,
  eq: (a, b) => String(a) === String(b),
  gt: (a, b) => Number(a) > Number(b),
  and: (a, b) => a === true && b === true,
  or: (a, b) => a === true || b === true,
  not: (a) => a !== true,
};

function instant(value: ElValue): Instant {
  const time = parseOozieTime(String(value));
  if (time === undefined)
    throw new HowdahError(`${String(value)} is no time`, {
      code: "EL_VALUE",
      next: "write it as 2012-03-01T00:00Z, in UTC",
    });
  return time;
}

/** The value of an expression. Throws `EL_PARAMETER` naming the parameter that has no value, and where it is used. */
export function evaluate(value: Expr, scope: Scope): ElValue {
  const { node } = value;
  switch (node.is) {
    case "literal":
      return node.value;
    case "parameter": {
      const found = scope.parameter(node.name);
      if (found === undefined)
        throw new HowdahError(`parameter ${node.name} has no value`, {
          code: "EL_PARAMETER",
          where: value.at,
          next: `give it: -D ${node.name}=…`,
        });
      return found;
    }
    case "join":
      return node.parts.map((part) => String(evaluate(part, scope))).join("");
    case "call": {
      const args = node.args.map((arg) => evaluate(arg, scope));
      const result = pureFunctions[node.fn]?.(...args) ?? scope.call?.(node.fn, args);
      if (result === undefined)
        throw new HowdahError(`${node.fn}() has no value here`, { code: "EL_FUNCTION", where: value.at });
      return result;
    }
  }
}

/** The value of an expression of type time. */
export function evaluateTime(value: Expr<"time">, scope: Scope): Instant {
  return instant(evaluate(value, scope));
}

/** The scope in which a data set's URI is resolved for one instance. */
export function instanceScope(time: Instant, parameter: Scope["parameter"]): Scope {
  const digits = formatTimeBy("yyyyMMddHHmm", time);
  const part: Partial<Record<ElFunction, string>> = {
    YEAR: digits.slice(0, 4),
    MONTH: digits.slice(4, 6),
    DAY: digits.slice(6, 8),
    HOUR: digits.slice(8, 10),
    MINUTE: digits.slice(10, 12),
  };
  return { parameter, call: (fn) => part[fn] };
}

/** The names of the parameters that an expression uses, in the order in which they stand in it. */
export function parametersOf(value: Expr): readonly string[] {
  const { node } = value;
  if (node.is === "parameter") return [node.name];
  return [...new Set((node.is === "join" ? node.parts : node.is === "call" ? node.args : []).flatMap(parametersOf))];
}
