import { didYouMean } from "../../core/errors.ts";
import type { Instances } from "../dataset.ts";
import { inputFunctions, outputFunctions, type ElFunction, type Expr } from "../el/index.ts";
import type { CheckCode } from "./codes.ts";
import type { Site } from "./sites.ts";

/** What is wrong with a question, and what to do. */
export interface Refusal {
  readonly code: CheckCode;
  readonly message: string;
  readonly next?: string;
}

/** What is wrong with a question about an input or output, which Oozie answers for those of the coordinator alone. */
export function eventProblem({ coordinator }: Site, fn: ElFunction, name: string | undefined): Refusal | undefined {
  if (coordinator === undefined || name === undefined) return undefined;
  const input = inputFunctions.has(fn);
  if (!input && !outputFunctions.has(fn)) return undefined;
  const events: Readonly<Record<string, Instances>> = input ? coordinator.reads : coordinator.writes;
  if (!Object.hasOwn(events, name)) {
    const names = Object.keys(events);
    const what = input ? "input" : "output";
    return {
      code: "EL_EVENT",
      message: `there is no ${what} ${name}${didYouMean(name, names)}`,
      next: names.length === 0 ? `the coordinator has no ${what}` : `the ${what}s are ${names.join(", ")}`,
    };
  }
  if (fn === "coord:dataIn" || fn === "coord:dataOut") return undefined;
  const { dataSet } = events[name]!;
  const head = headOf(dataSet.uri);
  const hcat = "hcat://";
  // Too little of it may be known: the rest comes from a parameter.
  if (head === undefined || head.startsWith(hcat) || hcat.startsWith(head)) return undefined;
  return {
    code: "HCATALOG_URI",
    message: `the path of ${dataSet.name} begins with ${JSON.stringify(head)}, which is none of HCatalog`,
    next: "write it as hcat://server:9083/database/table/column=value",
  };
}

/** The literal text with which an expression begins; undefined when it begins with something else. */
export function headOf({ node }: Expr): string | undefined {
  if (node.is === "literal") return String(node.value);
  const [first] = node.is === "join" ? node.parts : [];
  return first === undefined ? undefined : headOf(first);
}
