import { didYouMean, isHowdahError, messageOf } from "../../core/errors.ts";
import { datePatternTokens } from "../../core/time.ts";
import { zoneProblem } from "../../core/zone.ts";
import {
  constantOf,
  factsOf,
  isOwn,
  partsOf,
  timeProblem,
  type ElFunction,
  type ElType,
  type ElValue,
  type Expr,
} from "../el/index.ts";
import { elFunctions } from "../el/functions.ts";
import { isParameter, type Parameter } from "../parameters.ts";
import { illegalCharacter } from "../../core/xml.ts";
import type { CheckCode } from "./codes.ts";
import { eventProblem } from "./events.ts";
import { actionFunctions, actionProblem } from "./order.ts";
import { subjectOf, type Findings } from "./problem.ts";
import { isDefinition, isInWorkflow, type Site, type Visit } from "./sites.ts";
import { textProblem } from "./textfunctions.ts";

const dateUnits = ["MINUTE", "HOUR", "DAY", "MONTH", "YEAR"];

/** What expressions tell of the workflow in which they stand. */
export interface Use {
  /** An input of the workflow. */
  readonly input: (site: Site, name: string) => void;
  readonly parameter: (site: Site, parameter: Parameter) => void;
}

/** Finds all that is wrong with expressions where they stand. */
export class ExpressionCheck {
  readonly #findings: Findings;
  readonly #use: Use;
  /** Where the expression stands that is being looked at. */
  #site!: Site;
  /** What is being looked at, from the outermost to the innermost. */
  readonly #way: Expr[] = [];
  #reported = 0;

  constructor(findings: Findings, use: Use) {
    this.#findings = findings;
    this.#use = use;
  }

  readonly look: Visit = (value, type, site) => {
    this.#site = site;
    this.#check(value, type, undefined);
  };

  /** Whether an expression is in order. `around` is the function in whose arguments it stands. */
  #check(value: Expr, type: ElType | undefined, around: ElFunction | undefined): boolean {
    const { node } = value;
    const before = this.#reported;
    this.#way.push(value);
    switch (node.is) {
      case "literal":
        this.#literal(node.value, type);
        break;
      case "parameter":
        this.#parameter(value, node.name, type);
        break;
      case "join":
        if (around !== undefined && !isInWorkflow(this.#site) && !isConstant(value))
          this.#report("EL_JOIN", `${spelled(around)} is given a text that is put together`, {
            next: "put the text together around the function, or give it as one parameter",
          });
        for (const part of node.parts) this.#check(part, undefined, around);
        break;
      case "call":
        this.#call(value, node.fn, node.args);
    }
    this.#way.pop();
    return this.#reported === before;
  }

  #report(code: CheckCode, what: string, more: { readonly next?: string } = {}): void {
    const { scope, name, key, at = scope.at } = this.#site;
    this.#reported += 1;
    // What takes nothing was made somewhere else: where it was declared, or by the library.
    const known = this.#way.findLast((one) => isMadeHere(one) && isDefinition(one.at));
    this.#findings.add(code, scope, `${subjectOf(scope)}: ${name === undefined ? "" : `${name}: `}${what}`, {
      at: known?.at ?? at,
      ...(key === undefined ? {} : { key }),
      ...more,
    });
  }

  #literal(literal: ElValue, type: ElType | undefined): void {
    if (typeof literal === "string") {
      const character = illegalCharacter(literal);
      if (character !== undefined) {
        this.#report("CHARACTER", `a text has the character ${character}, which XML cannot hold`, {
          next: "take it out",
        });
        return;
      }
      if (!isInWorkflow(this.#site) && this.#site.phase !== "submit" && /[$#]\{/.test(literal)) {
        this.#report("EL_TEXT", `${JSON.stringify(literal)} looks like an expression, and Oozie would resolve it`, {
          next: "write it in the workflow, which keeps it as it is",
        });
        return;
      }
    }
    if (type === "time") {
      const problem = timeProblem(literal);
      if (problem !== undefined)
        this.#report("TIME_LITERAL", `${JSON.stringify(literal)} ${problem}`, {
          next: "write it as 2012-03-01T00:00Z, in UTC",
        });
      return;
    }
    const problem = literalProblem(literal, type);
    if (problem !== undefined) this.#report("LITERAL_TYPE", `${JSON.stringify(literal)} ${problem}`);
  }

  #parameter(value: Expr, name: string, type: ElType | undefined): void {
    const { workflow } = this.#site;
    if (isParameter(value)) {
      this.#use.parameter(this.#site, value);
      const given = value.spec.type;
      if (type !== undefined && !fits(given, type))
        this.#report("LITERAL_TYPE", `parameter ${name} is a ${given}, where ${anA(type)} must stand`);
    } else if (workflow !== undefined && Object.hasOwn(workflow.workflow.inputs, name))
      this.#use.input(this.#site, name);
    else {
      const inputs = Object.keys(workflow?.workflow.inputs ?? {});
      const next =
        workflow === undefined
          ? "declare it with parameters({…})"
          : "make it an input of this workflow, or a parameter";
      this.#report("PARAMETER_UNDECLARED", `nobody gives a value to ${name}${didYouMean(name, inputs)}`, { next });
    }
  }

  #call(value: Expr, fn: ElFunction, args: readonly Expr[]): void {
    const { phase } = this.#site;
    if (!Object.hasOwn(elFunctions, fn)) {
      this.#report("EL_PHASE", `Oozie has no function ${fn}${didYouMean(fn, Object.keys(elFunctions))}`);
      return;
    }
    const facts = factsOf(fn);
    if (!isOwn(fn) && !facts.phases.includes(phase))
      this.#report("EL_PHASE", `${spelled(fn)} has no value ${phaseText[phase]}`, {
        next:
          phase === "promise"
            ? "Oozie resolves that when the workflow is submitted: use parameters and inputs alone"
            : `it has one ${facts.phases.map((one) => phaseText[one]).join(", and ")}`,
      });
    if (isOwn(fn) && !args.every(isKnownEarly))
      this.#report("EL_PHASE", `${spelled(fn)} is resolved before anything is submitted, from parameters alone`, {
        next: "give it a parameter or a text",
      });
    const given = args.findLastIndex(({ node }) => node.is !== "literal" || isGiven(node.value)) + 1;
    const wanted = facts.args.length;
    if (given !== wanted) {
      this.#report("EL_ARGUMENTS", `${spelled(fn)} takes ${wanted} arguments, not ${given}`);
      return;
    }
    const inside = isOwn(fn) ? undefined : fn;
    let inOrder = true;
    for (const [i, arg] of args.entries()) if (!this.#check(arg, facts.args[i], inside)) inOrder = false;
    if (this.#argumentsOf(fn, args) && inOrder) this.#constant(value);
  }

  /** What a function asks of its arguments besides their types. False where a problem has been told. */
  #argumentsOf(fn: ElFunction, args: readonly Expr[]): boolean {
    const text = (i: number): string | undefined => {
      const arg = args[i];
      return arg?.node.is === "literal" ? String(arg.node.value) : undefined;
    };
    const refuse = (code: CheckCode, what: string, next?: string): false => {
      this.#report(code, what, next === undefined ? {} : { next });
      return false;
    };
    if (fn === "coord:formatTime") {
      const problem = patternProblem(text(1));
      if (problem !== undefined) return refuse("DATE_PATTERN", problem, "write it with yyyy MM dd HH mm ss");
    }
    if (fn === "coord:dateOffset") {
      const problem = unitProblem(text(2));
      if (problem !== undefined) return refuse("DATE_UNIT", problem, `the units are ${dateUnits.join(", ")}`);
    }
    if (fn === "coord:dateTzOffset" || fn === "howdah:timeIn") {
      const zone = text(fn === "howdah:timeIn" ? 0 : 1);
      const problem = zone === undefined ? undefined : zoneProblem(zone);
      if (problem !== undefined) return refuse("ZONE", problem, "name one as Europe/Berlin");
    }
    const told = textProblem(this.#site, fn, args);
    if (told !== undefined) return refuse(told.code, told.message, told.next);
    if (actionFunctions.has(fn)) {
      const problem = actionProblem(this.#site, fn, text(0), text(1));
      if (problem !== undefined) return refuse(problem.code, problem.message, problem.next);
    }
    const event = eventProblem(this.#site, fn, text(0));
    return event === undefined || refuse(event.code, event.message, event.next);
  }

  /** A function of constants is resolved now, and must not fail. */
  #constant(value: Expr): void {
    try {
      constantOf(value);
    } catch (error) {
      const next = isHowdahError(error) ? error.next : undefined;
      const code = value.node.is === "call" && value.node.fn === "howdah:timeIn" ? "TIME_IN" : "EL_VALUE";
      const told = isHowdahError(error) ? error.message : `it never has a value: ${messageOf(error)}`;
      this.#report(code, told, next === undefined ? {} : { next });
    }
  }
}

const phaseText = {
  submit: "before anything is submitted",
  frequency: "in a frequency",
  timeout: "in a timeout",
  initial: "where a first instance is told",
  instances: "where instances are chosen",
  uri: "in a data set's path",
  action: "when a coordinator starts a workflow",
  sla: "in what is promised of a coordinator's actions",
  promise: "in what is promised of a workflow or its actions",
  workflow: "while a workflow runs",
} as const;

/** Whether an expression has its value before anything is submitted. */
function isKnownEarly(value: Expr): boolean {
  const { node } = value;
  if (node.is === "literal") return true;
  if (node.is === "parameter") return isParameter(value);
  if (node.is === "call" && !isOwn(node.fn) && !factsOf(node.fn).phases.includes("submit")) return false;
  return partsOf(value).every(isKnownEarly);
}

/** Whether an expression is made of constants that do not fail. */
function isConstant(value: Expr): boolean {
  try {
    return constantOf(value) !== undefined;
  } catch {
    return false;
  }
}

function isMadeHere({ node }: Expr): boolean {
  return node.is !== "parameter" && (node.is !== "call" || node.args.length > 0);
}

/** Without types an argument can be left out. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function spelled(fn: ElFunction): string {
  return factsOf(fn).spelled;
}

function anA(type: ElType): string {
  return type === "int" ? "an int" : `a ${type}`;
}

/** Why a plain value is none of a type, as the end of a sentence. */
function literalProblem(value: ElValue, type: ElType | undefined): string | undefined {
  switch (type) {
    case "int":
      return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 0x7fff_ffff
        ? undefined
        : "is no whole number of 32 bits";
    case "decimal":
      return /^-?\d+(\.\d+)?$/.test(String(value)) ? undefined : "is no decimal number such as 0.01";
    case "boolean":
      return typeof value === "boolean" ? undefined : "is neither true nor false";
    default:
      return undefined;
  }
}

/** Whether a parameter can stand where a type is asked for. Everything can be a text. */
function fits(given: Parameter["spec"]["type"], wanted: ElType): boolean {
  if (wanted === "string" || wanted === "path" || given === wanted) return true;
  return wanted === "decimal" && given === "int";
}

/** Why a text is no date pattern that both engines read. */
export function patternProblem(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined;
  try {
    datePatternTokens(pattern);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Why a text is no unit by which times are moved. */
export function unitProblem(unit: string | undefined): string | undefined {
  if (unit === undefined || dateUnits.includes(unit)) return undefined;
  return `no time can be moved by ${JSON.stringify(unit)}${didYouMean(unit, dateUnits)}`;
}
