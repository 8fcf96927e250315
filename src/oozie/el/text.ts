import { callerPlace, type Place } from "../../core/source.ts";
import { call, expr, literal, toExpr, type ElType, type ElValue, type Expr, type Phase, type Value } from "./expr.ts";

function join<T extends ElType, P extends Phase>(
  texts: TemplateStringsArray,
  parts: readonly (Expr<ElType, P> | string)[],
  at: Place,
): Expr<T, P> {
  const all: Expr[] = [];
  texts.forEach((text, i) => {
    const part = parts[i];
    if (text !== "") all.push(literal(text, at));
    if (part !== undefined) all.push(toExpr<ElType, P>(part, at));
  });
  return expr({ is: "join", parts: all }, at);
}

/** A path: ``path`${p.landing}/omniture` ``. */
export function path<P extends Phase = Phase>(
  texts: TemplateStringsArray,
  ...parts: readonly (Expr<ElType, P> | string)[]
): Expr<"path", P> {
  return join(texts, parts, callerPlace(path));
}

/** A text put together from expressions. */
export function text<P extends Phase = Phase>(
  texts: TemplateStringsArray,
  ...parts: readonly (Expr<ElType, P> | string)[]
): Expr<"string", P> {
  return join(texts, parts, callerPlace(text));
}

/** The fields of a data-set instance's time, always in UTC. */
export const YEAR = call<"string", "uri">("YEAR");
export const MONTH = call<"string", "uri">("MONTH");
export const DAY = call<"string", "uri">("DAY");
export const HOUR = call<"string", "uri">("HOUR");
export const MINUTE = call<"string", "uri">("MINUTE");

/** What can be compared: an expression, or a plain value. */
export type Comparable<P extends Phase> = Expr<ElType, P> | ElValue;

const comparable = <P extends Phase>(value: Comparable<P>): Expr<ElType, P> =>
  toExpr<"string", P>(value as Value<"string", P>);
/** A number; also a text that is one, such as what an action wrote: Oozie takes it for the number that it spells. */
export type Numeric<P extends Phase> = Value<"int", P> | Expr<"string", P>;

const int = <P extends Phase>(value: Numeric<P>): Expr<"int", P> => toExpr<"int", P>(value as Value<"int", P>);

/** Both are equal, compared as texts. */
export function equal<P extends Phase>(a: Comparable<P>, b: Comparable<P>): Expr<"boolean", P> {
  return call("eq", comparable(a), comparable(b));
}
/** The first number is greater. */
export function greater<P extends Phase>(a: Numeric<P>, b: Numeric<P>): Expr<"boolean", P> {
  return call("gt", int(a), int(b));
}
export function both<P extends Phase>(a: Expr<"boolean", P>, b: Expr<"boolean", P>): Expr<"boolean", P> {
  return call("and", a, b);
}
export function either<P extends Phase>(a: Expr<"boolean", P>, b: Expr<"boolean", P>): Expr<"boolean", P> {
  return call("or", a, b);
}
export function not<P extends Phase>(a: Expr<"boolean", P>): Expr<"boolean", P> {
  return call("not", a);
}
export function add<P extends Phase>(a: Numeric<P>, b: Numeric<P>): Expr<"int", P> {
  return call("add", int(a), int(b));
}
export function subtract<P extends Phase>(a: Numeric<P>, b: Numeric<P>): Expr<"int", P> {
  return call("subtract", int(a), int(b));
}
export function multiply<P extends Phase>(a: Numeric<P>, b: Numeric<P>): Expr<"int", P> {
  return call("multiply", int(a), int(b));
}
