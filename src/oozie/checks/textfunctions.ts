import { factsOf, parametersOf, partsOf, type ElFunction, type Expr } from "../el/index.ts";
import { javaAloneIn } from "../el/regex.ts";
import { isParameter } from "../parameters.ts";
import type { Refusal } from "./events.ts";
import { isInWorkflow, type Site } from "./sites.ts";

/** Functions that see the references, `&amp;`, by which a workflow's texts hold what its parameters are given. */
const seeing: ReadonlySet<ElFunction> = new Set<ElFunction>(["urlEncode", "replaceAll", "appendAll", "eq"]);

/** What the functions of texts do otherwise on a server than here, or than one would think. */
export function textProblem(site: Site, fn: ElFunction, args: readonly Expr[]): Refusal | undefined {
  const text = (i: number): string | undefined => {
    const arg = args[i];
    return arg?.node.is === "literal" ? String(arg.node.value) : undefined;
  };
  if (fn === "firstNotNull" && text(0) === "")
    return {
      code: "EL_EMPTY",
      message: `${factsOf(fn).spelled} of an empty text, which Oozie takes for one that is there`,
      next: "write the other text alone",
    };
  const regex = fn === "replaceAll" ? text(1) : fn === "appendAll" ? text(2) : undefined;
  const java = regex === undefined ? undefined : javaAloneIn(regex);
  if (java !== undefined)
    return {
      code: "EL_REGEX",
      message: `the regular expression ${JSON.stringify(regex)} has ${java}, which Java alone reads so: a run here cannot`,
      next: "write it with what Java and JavaScript read alike, or accept it with the reason",
    };
  if (!isInWorkflow(site) || !seeing.has(fn)) return undefined;
  const [a, b] = args;
  if (fn === "eq") {
    if (!holdsMarkup(site, a!) && !holdsMarkup(site, b!)) return undefined;
    if (isWrittenAlike(a!) && isWrittenAlike(b!)) return undefined;
  } else if (!holdsMarkup(site, a!)) return undefined;
  return {
    code: "EL_ESCAPED",
    message: `${factsOf(fn).spelled} is given ${args.flatMap(parametersOf).join(", ")}, of whose value Oozie writes & < > ' " as references such as &amp; first`,
    next: "let a program do it; or accept it with the reason, where no value has these characters",
  };
}

/** Whether a text may come from a parameter that can hold what XML writes as references. */
function holdsMarkup(site: Site, value: Expr): boolean {
  const { node } = value;
  switch (node.is) {
    case "literal":
      return false;
    case "parameter": {
      if (isParameter(value)) {
        const { type, choices = [] } = value.spec;
        return type === "choice" ? choices.some(hasMarkup) : type === "string" || type === "path";
      }
      const inputs = site.workflow?.workflow.inputs ?? {};
      const type = Object.hasOwn(inputs, node.name) ? inputs[node.name] : undefined;
      return type === "string" || type === "path";
    }
    case "join":
      return partsOf(value).some((part) => holdsMarkup(site, part));
    case "call":
      return ["string", "path"].includes(factsOf(node.fn).result) && node.args.some((arg) => holdsMarkup(site, arg));
  }
}

/** Whether a text has references where the values of parameters have them, so that the two can be compared. */
function isWrittenAlike(value: Expr): boolean {
  const { node } = value;
  if (node.is === "literal") {
    // A value without & and < stays as it is; of any other all five are written so (`DagELFunctions.configureEvaluator`).
    // A document has references for & < > alone.
    const text = String(node.value);
    return /[&<]/.test(text) ? !/['"]/.test(text) : !text.includes(">");
  }
  if (node.is === "parameter") return true;
  return node.is === "join" && node.parts.every(isWrittenAlike);
}

function hasMarkup(text: string): boolean {
  return /[&<>'"]/.test(text);
}
