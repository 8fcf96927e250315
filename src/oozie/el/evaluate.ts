import { HowdahError, isHowdahError } from "../../core/errors.ts";
import { formatOozieTime, formatTimeBy, parseOozieTime, type Instant } from "../../core/time.ts";
import { fromLocal, isZone, type Local } from "../../core/zone.ts";
import { dateOffset, dateTzOffset, epochTime } from "../calendar.ts";
import type { DateUnit } from "./dates.ts";
import type { ElValue, Expr } from "./expr.ts";
import type { ElFunction } from "./functions.ts";
import { javaAloneIn } from "./regex.ts";

/** What one evaluation knows: values of parameters, and of the functions its phase offers. */
export interface Scope {
  readonly parameter: (name: string) => ElValue | undefined;
  readonly call?: (fn: ElFunction, args: readonly ElValue[]) => ElValue | undefined;
}

type Pure = (...args: readonly ElValue[]) => ElValue;

/** The functions whose value follows from their arguments alone. */
const pureFunctions: Partial<Record<ElFunction, Pure>> = {
  "coord:formatTime": (time, pattern) => formatTimeBy(String(pattern), instant(time)),
  "coord:dateOffset": (time, count, unit) =>
    formatOozieTime(dateOffset(instant(time), { n: Number(count), unit: String(unit) as DateUnit })),
  "coord:dateTzOffset": (time, zone) => formatOozieTime(dateTzOffset(instant(time), String(zone))),
  "coord:epochTime": (time, inMilliseconds) => epochTime(instant(time), String(inMilliseconds) === "true"),
  "howdah:startOfDay": (time) => `${formatOozieTime(instant(time)).slice(0, 10)}T00:00Z`,
  "howdah:timeIn": (zone, local) => formatOozieTime(timeIn(String(zone), String(local))),
  eq: (a, b) => String(a) === String(b),
  gt: (a, b) => Number(a) > Number(b),
  and: (a, b) => isTrue(a) && isTrue(b),
  or: (a, b) => isTrue(a) || isTrue(b),
  not: (a) => !isTrue(a),
  add: (a, b) => Number(a) + Number(b),
  subtract: (a, b) => Number(a) - Number(b),
  multiply: (a, b) => Number(a) * Number(b),
  concat: (a, b) => `${String(a)}${String(b)}`,
  firstNotNull: (a, b) => (a === "" ? b : a),
  // `StringUtils.trimToEmpty`: everything up to the space.
  trim: (value) => String(value).replace(/^[\0- ]+|[\0- ]+$/g, ""),
  // `java.net.URLEncoder` writes a space as a plus, and leaves the star.
  urlEncode: (value) =>
    encodeURIComponent(String(value)).replace(/%20|[!'()~]/g, (c) =>
      c === "%20" ? "+" : `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  replaceAll: (value, regex, by) =>
    String(value).replace(new RegExp(readable(regex), "g"), (...match: unknown[]) => replacement(String(by), match)),
  appendAll: (value, what, delimiter) => appendAll(String(value), String(what), readable(delimiter)),
};

/** A regular expression that means the same here and in Java. Throws `EL_JAVA` for any other. */
function readable(regex: ElValue): string {
  const java = javaAloneIn(String(regex));
  if (java === undefined) return String(regex);
  throw new HowdahError(`the regular expression ${JSON.stringify(regex)} has ${java}, which Java alone reads so`, {
    code: "EL_JAVA",
    next: "write it with what Java and JavaScript read alike, to run it here",
  });
}

/** Properties are texts, of which EL takes `true` for true in any case (`Boolean.valueOf`). */
function isTrue(value: ElValue | undefined): boolean {
  return String(value).toLowerCase() === "true";
}

/** What stands for a match: `$1` is a group of it, and a backslash takes the next character as it is (`Matcher`). */
function replacement(by: string, match: readonly unknown[]): string {
  const groups = match.slice(
    1,
    match.findIndex((one) => typeof one === "number"),
  ) as readonly (string | undefined)[];
  return by.replace(/\\([^])|\$(\d?)|\\$/g, (found, literal?: string, group?: string) => {
    if (literal !== undefined) return literal;
    if (group === "0") return String(match[0]);
    if (group === undefined || group === "" || Number(group) > groups.length)
      throw new HowdahError(`${JSON.stringify(by)} cannot stand for a match: it has ${JSON.stringify(found)}`, {
        code: "EL_VALUE",
        next: "a group is $1, a dollar sign \\$, a backslash \\\\",
      });
    return groups[Number(group) - 1] ?? "";
  });
}

/** `ELConstantsFunctions.appendAll`: the delimiter divides as a regular expression, and parts at the end may be empty. */
function appendAll(value: string, what: string, delimiter: string): string {
  const parts = value.split(new RegExp(delimiter));
  if (parts.length > 1) while (parts.at(-1) === "") parts.pop();
  return parts.map((part) => `${part}${what}`).join(delimiter);
}

/** The moment at which clocks of a zone show a local time. Throws `EL_VALUE` for one that they skip or show twice. */
function timeIn(zone: string, local: string): Instant {
  const refuse = (why: string, next: string): HowdahError =>
    new HowdahError(`timeIn(${JSON.stringify(zone)}, ${JSON.stringify(local)}): ${why}`, { code: "EL_VALUE", next });
  if (!isZone(zone)) throw refuse("there is no such time zone", "name one as Europe/Berlin");
  const shown = parseOozieTime(`${local}Z`);
  if (shown === undefined) throw refuse("is no local time", "write it as 2012-03-01T02:00, without a zone");
  const { kind, instants } = fromLocal(zone, shown as number as Local);
  const [first] = instants;
  if (kind === "one") return first;
  const why = kind === "gap" ? "clocks skip that time" : "clocks show that time twice";
  throw refuse(why, `name the moment in UTC: ${instants.map(formatOozieTime).join(" or ")}`);
}

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
      const result = pure(value, node.fn, args) ?? scope.call?.(node.fn, args);
      if (result === undefined)
        throw new HowdahError(`${node.fn}() has no value here`, { code: "EL_FUNCTION", where: value.at });
      return result;
    }
  }
}

/** What a function of its arguments alone gives; its mistakes name the place. */
function pure(value: Expr, fn: ElFunction, args: readonly ElValue[]): ElValue | undefined {
  try {
    return pureFunctions[fn]?.(...args);
  } catch (error) {
    if (!isHowdahError(error) || error.where !== undefined) throw error;
    const { code, next } = error;
    throw new HowdahError(error.message, { code, where: value.at, ...(next === undefined ? {} : { next }) });
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

/** The value of an expression that needs no parameter and nothing of its phase; undefined for any other. */
export function constantOf(value: Expr): ElValue | undefined {
  const { node } = value;
  switch (node.is) {
    case "literal":
      return node.value;
    case "parameter":
      return undefined;
    case "join": {
      let text = "";
      for (const part of node.parts) {
        const constant = constantOf(part);
        if (constant === undefined) return undefined;
        text += String(constant);
      }
      return text;
    }
    case "call": {
      const args = node.args.map(constantOf);
      if (args.includes(undefined)) return undefined;
      try {
        return pure(value, node.fn, args as ElValue[]);
      } catch (error) {
        // Oozie finds out.
        if (isHowdahError(error) && error.code === "EL_JAVA") return undefined;
        throw error;
      }
    }
  }
}
