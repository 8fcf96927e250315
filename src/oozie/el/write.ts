import { callsIn, parametersOf, type ElValue, type Expr } from "./expr.ts";
import { factsOf, isOwn, type ElFunction } from "./functions.ts";
import { constantOf } from "./evaluate.ts";

/** Names the property that stands for what is resolved before submission, such as `startOfDay` of a parameter. */
export type PropertyOf = (value: Expr) => string;

/**
 * An expression as Oozie reads it: text with `${…}` in it. Literal text comes back as it was: what Oozie would take for
 * the start of an expression, or for an escape, is written as an EL string (`AstLiteralExpression` of Tomcat's EL drops
 * a backslash before `\ $ # ' "`).
 */
export function elText(value: Expr, propertyOf: PropertyOf): string {
  const constant = constantOf(value);
  if (constant !== undefined) return literalText(String(constant));
  if (value.node.is === "join") return joined(value.node.parts, (part) => elText(part, propertyOf));
  return `\${${elInner(value, propertyOf)}}`;
}

/**
 * An expression as Oozie reads it inside of an action, whose XML it resolves as a text and parses then
 * (`ActionStartXCommand`). What Hadoop and programs have said comes back as they said it: its `&`, `<` and `>` are replaced,
 * or a failure's own message could keep the mail about it from being sent. Beside parameters, which come back escaped,
 * it is left alone.
 */
export function elActionText(value: Expr, propertyOf: PropertyOf): string {
  const { node } = value;
  if (node.is === "literal") return literalText(String(node.value));
  if (node.is === "parameter") return `\${${node.name}}`;
  if (node.is === "join") return joined(node.parts, (part) => elActionText(part, propertyOf));
  const isRaw = factsOf(node.fn).result === "string" && callsIn(value).some(({ node: { fn } }) => raw.has(fn));
  if (!isRaw || parametersOf(value).length > 0) return elText(value, propertyOf);
  // What stands in place of each is printed as a reference, `&amp;`, and so it stays one in the action's text.
  const escaped = ["26 &", "3c <", "3e >"].reduce(
    (text, one) => {
      const [code, character] = one.split(" ");
      return `replaceAll(${text}, ${elString(`\\x${code!}`)}, '${character!}')`;
    },
    elInner(value, propertyOf),
  );
  return `\${${escaped}}`;
}

/** Constants that stand beside each other are written as one text: a `$` and a `{` would begin an expression else. */
function joined(parts: readonly Expr[], write: (part: Expr) => string): string {
  let text = "";
  let literal = "";
  const add = (part: Expr): void => {
    const constant = constantOf(part);
    if (constant !== undefined) literal += String(constant);
    else if (part.node.is === "join") for (const inner of part.node.parts) add(inner);
    else {
      text += literalText(literal) + write(part);
      literal = "";
    }
  };
  for (const part of parts) add(part);
  return text + literalText(literal);
}

/** Functions whose values nothing has escaped (`DagELFunctions`). */
const raw: ReadonlySet<ElFunction> = new Set<ElFunction>([
  "wf:conf",
  "wf:errorMessage",
  "wf:actionData",
  "wf:callback",
  "hadoop:conf",
  "toJsonStr",
]);

/** Literal text, escaped. */
export function literalText(text: string): string {
  return text.replace(/\\+|[$#](?=\{)/g, (part) => `\${${elString(part)}}`);
}

/** Words that EL keeps to itself: no property of such a name can be used. */
export const elReserved: ReadonlySet<string> = new Set(
  "and or not eq ne lt gt le ge true false null instanceof empty div mod".split(" "),
);

function elString(text: string): string {
  return `'${text.replace(/[\\']/g, (c) => `\\${c}`)}'`;
}

function elConstant(value: ElValue): string {
  return typeof value === "string" ? elString(value) : String(value);
}

/** An expression as it stands between `${` and `}`. */
export function elInner(value: Expr, propertyOf: PropertyOf): string {
  const constant = constantOf(value);
  if (constant !== undefined) return elConstant(constant);
  const { node } = value;
  switch (node.is) {
    case "literal":
      return elConstant(node.value);
    case "parameter":
      return node.name;
    case "join":
      return node.parts
        .map((part) => elInner(part, propertyOf))
        .reduceRight((rest, part) => `concat(${part}, ${rest})`);
    case "call": {
      if (isOwn(node.fn)) return propertyOf(value);
      const { operator, constant: named } = factsOf(node.fn);
      if (named === true) return node.fn;
      const args = node.args.map((arg) => elInner(arg, propertyOf));
      // Compared as texts: a number beside a text would turn both into numbers.
      if (node.fn === "eq") return `(${node.args.map((arg) => textOperand(arg, propertyOf)).join(" eq ")})`;
      // Properties are texts, which EL compares letter by letter unless one of two is a number.
      if (node.fn === "gt") return `(${args.map((arg) => `${arg} + 0`).join(" gt ")})`;
      if (operator !== undefined)
        return args.length === 1 ? `(${operator} ${args[0]!})` : `(${args.join(` ${operator} `)})`;
      // A map of keys, which EL asks with brackets.
      if (node.fn === "wf:actionData") return `wf:actionData(${args[0]!})[${args[1]!}]`;
      if (node.fn === "toJsonStr") return `toJsonStr(wf:actionData(${args[0]!}))`;
      if (node.fn === "hadoop:counters") return `hadoop:counters(${args[0]!})[${args[1]!}][${args[2]!}]`;
      return `${node.fn}(${args.join(", ")})`;
    }
  }
}

function textOperand(value: Expr, propertyOf: PropertyOf): string {
  const constant = constantOf(value);
  return constant === undefined ? elInner(value, propertyOf) : elString(String(constant));
}

/**
 * An expression as a template, the same for the same: `${landing}/omniture/date_ts=${YEAR}…`. Not for Oozie: nothing in
 * it is escaped.
 */
export function templateOf({ node }: Expr): string {
  switch (node.is) {
    case "literal":
      return String(node.value);
    case "parameter":
      return `\${${node.name}}`;
    case "join":
      return node.parts.map(templateOf).join("");
    case "call":
      return `\${${node.args.length === 0 ? node.fn : `${node.fn}(${node.args.map(templateOf).join(",")})`}}`;
  }
}

/** An expression as a definition says it, its parameters by their names: `subtract(1, hours_back)`. */
export function spelledOut({ node }: Expr): string {
  switch (node.is) {
    case "literal":
      return String(node.value);
    case "parameter":
      return node.name;
    case "join":
      return node.parts.map(spelledOut).join("");
    case "call": {
      const [name] = factsOf(node.fn).spelled.split("(");
      return node.args.length === 0 ? factsOf(node.fn).spelled : `${name!}(${node.args.map(spelledOut).join(", ")})`;
    }
  }
}
