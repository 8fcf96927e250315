import { HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import { parseOozieTime } from "../core/time.ts";
import { expr, type ElType, type ElValue, type Expr, type Phase, type Value } from "./el/index.ts";

/** What a parameter accepts. Values are texts on the command line and in files, and are checked by this. */
export interface ParameterSpec {
  readonly type: ElType | "choice" | "dateFormat";
  /** One line for people. */
  readonly describe?: string;
  /** Used when nobody gives a value. An expression is resolved from other parameters. */
  readonly default?: ElValue | Expr<ElType, Phase>;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /**
   * On a folder, when nobody gives a value: the earliest instance that all data sets whose initial instance this
   * is, and which no job writes, have.
   */
  readonly otherwise?: "earliest-landed";
}

/** A declared parameter: an expression that may stand in every phase. */
export interface Parameter<T extends ElType = ElType> extends Expr<T, Phase> {
  readonly name: string;
  readonly spec: ParameterSpec;
}

/** A parameter before its name is known; {@link parameters} gives it its key. */
export interface Unnamed<T extends ElType> {
  readonly spec: ParameterSpec;
  readonly at: Place;
  readonly type?: T;
}

interface Options<T extends ElType> extends Pick<ParameterSpec, "describe"> {
  /** Used when nobody gives a value; an expression is resolved from other parameters. @default none */
  readonly default?: Value<T, Phase>;
}
type Bounds = Pick<ParameterSpec, "min" | "max">;

function unnamed<T extends ElType>(spec: ParameterSpec): Unnamed<T> {
  return { spec, at: callerPlace() };
}

/** Any text without control characters. */
export const textParameter = (options: Options<"string"> = {}): Unnamed<"string"> =>
  unnamed({ type: "string", ...options });
/** A folder or a file; a closing slash is dropped. */
export const pathParameter = (options: Options<"path"> = {}): Unnamed<"path"> => unnamed({ type: "path", ...options });
/** A time such as `2012-03-01T00:00Z`, always in UTC. */
export const timeParameter = (options: Options<"time"> & Pick<ParameterSpec, "otherwise"> = {}): Unnamed<"time"> =>
  unnamed({ type: "time", ...options });
/** A whole number of 32 bits. */
export const intParameter = (options: Options<"int"> & Bounds = {}): Unnamed<"int"> =>
  unnamed({ type: "int", ...options });
/** A decimal number, kept as it is written. */
export const decimalParameter = (options: Options<"decimal"> & Bounds = {}): Unnamed<"decimal"> =>
  unnamed({ type: "decimal", ...options });
/** One of some texts. */
export const choiceParameter = (choices: readonly string[], options: Options<"string"> = {}): Unnamed<"string"> =>
  unnamed({ type: "choice", choices, ...options });
/** A pattern of `yyyy MM M dd d HH H mm ss` and punctuation by which texts are read as times, such as `M/d/yyyy H:mm`. */
export const dateFormatParameter = (options: Options<"string"> = {}): Unnamed<"string"> =>
  unnamed({ type: "dateFormat", ...options });

type Named<U> = { readonly [K in keyof U]: U[K] extends Unnamed<infer T> ? Parameter<T> : never };

/** Declares parameters; each is known by its key, which is what `-D key=value` and properties files name. */
export function parameters<U extends Readonly<Record<string, Unnamed<ElType>>>>(declared: U): Named<U> {
  const named = Object.entries(declared).map(([name, { spec, at }]) => [
    name,
    Object.freeze({ ...expr({ is: "parameter", name }), at, name, spec: Object.freeze(spec) }),
  ]);
  const together = Object.freeze(Object.fromEntries(named)) as Named<U>;
  for (const parameter of Object.values<Parameter>(together)) declarations.set(parameter, together);
  return together;
}

/** Of each parameter those that were declared with it: one that nothing uses is known from them alone. */
const declarations = new WeakMap<Parameter, Readonly<Record<string, Parameter>>>();

/** All parameters of the declaration of one, by name. */
export function declaredWith(parameter: Parameter): Readonly<Record<string, Parameter>> | undefined {
  return declarations.get(parameter);
}

export function isParameter(value: Expr): value is Parameter {
  return value.node.is === "parameter" && "spec" in value;
}

const datePatternLetters = /^(?:yyyy|MM?|dd?|HH?|mm|ss|'T'|[-/:. _])+$/;

/**
 * Why a text is no pattern by which every engine reads the same times, as the end of a sentence; undefined for a good
 * one. A day must be in it, for engines fill one in differently, and no field of one or two digits may touch another.
 */
export function datePatternProblem(pattern: string): string | undefined {
  const fields = pattern.match(/([yMdHms])\1*/g) ?? [];
  if (!datePatternLetters.test(pattern) || fields.some((field) => !/^(?:y{4}|M{1,2}|d{1,2}|H{1,2}|mm|ss)$/.test(field)))
    return "is no date pattern: yyyy MM M dd d HH H mm ss, 'T' and punctuation, such as M/d/yyyy H:mm";
  const letters = fields.map((field) => field[0]!);
  const twice = letters.find((letter, i) => letters.indexOf(letter) !== i);
  if (twice !== undefined) return `is no date pattern: it has ${twice} twice`;
  const missing = ["yyyy", "MM", "dd"].find((field) => !letters.includes(field[0]!));
  if (missing !== undefined) return `is no date pattern: it has no ${missing}`;
  if (/(?<!M)M(?!M)[dHyms]|(?<!d)d(?!d)[MHyms]|(?<!H)H(?!H)[Mdyms]/.test(pattern))
    return "is no date pattern: a field of one or two digits runs into the next";
  return undefined;
}

/** Checks a parameter's text and gives its one spelling (`007` becomes `7`). Throws `PARAMETER_VALUE`. */
export function parseParameter(name: string, spec: ParameterSpec, value: string, where?: Place | string): string {
  const refuse = (why: string): never => {
    throw new HowdahError(`parameter ${name}: ${JSON.stringify(value)} ${why}`, {
      code: "PARAMETER_VALUE",
      ...(where === undefined ? {} : { where }),
    });
  };
  const inRange = (number: number): void => {
    if (spec.min !== undefined && number < spec.min) refuse(`is below ${spec.min}`);
    if (spec.max !== undefined && number > spec.max) refuse(`is above ${spec.max}`);
  };

  if (/[\u0000-\u001f\u007f]/.test(value)) refuse("has a control character");
  switch (spec.type) {
    case "int": {
      const number = Number(value);
      if (!/^-?\d+$/.test(value) || Math.abs(number) > 0x7fff_ffff) refuse("is no whole number of 32 bits");
      inRange(number);
      return String(number);
    }
    case "decimal": {
      if (!/^-?\d+(\.\d+)?$/.test(value)) refuse("is no decimal number such as 0.01");
      inRange(Number(value));
      const [whole = "0", fraction = ""] = value.replace(/^(-?)0+(?=\d)/, "$1").split(".");
      const kept = fraction.replace(/0+$/, "");
      return kept === "" ? whole : `${whole}.${kept}`;
    }
    case "boolean":
      return value === "true" || value === "false" ? value : refuse("is neither true nor false");
    case "time":
      return parseOozieTime(value) === undefined ? refuse("is no time such as 2012-03-01T00:00Z") : value;
    case "choice":
      return spec.choices?.includes(value) === true ? value : refuse(`is none of ${spec.choices?.join(", ")}`);
    case "dateFormat": {
      const problem = datePatternProblem(value);
      return problem === undefined ? value : refuse(problem);
    }
    case "path":
      return value.length > 1 ? value.replace(/\/+$/, "") : value;
    case "string":
      return value;
  }
}
