import { parseOozieTime, type Instant } from "../core/time.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { evaluate, type ElFunction, type ElNode } from "../oozie/el/index.ts";
import type { Values } from "./values.ts";

const fieldWidths: Partial<Record<ElFunction, number>> = { YEAR: 4, MONTH: 2, DAY: 2, HOUR: 2, MINUTE: 2 };

/** What a data set's URI looks like: a text of regular expressions, each time field of it a group of its name. */
export function uriPattern({ uri }: DataSet, values: Values): string {
  return patternOf(uri.node, values, new Set());
}

/** Whether a part of a pattern has a time field. */
export function hasField(segment: string): boolean {
  return segment.includes("(?<");
}

/** A part of a pattern without a time field, as it is written in paths. */
export function literalOf(segment: string): string {
  return segment.replaceAll(/\\(.)/g, "$1");
}

/** A field that stands twice is looked at once. */
function patternOf(node: ElNode, values: Values, seen: Set<string>): string {
  if (node.is === "join") return node.parts.map((part) => patternOf(part.node, values, seen)).join("");
  if (node.is === "call" && fieldWidths[node.fn] !== undefined) {
    const digits = `\\d{${fieldWidths[node.fn]!}}`;
    if (seen.has(node.fn)) return digits;
    seen.add(node.fn);
    return `(?<${node.fn}>${digits})`;
  }
  const value =
    node.is === "parameter"
      ? values.need(node.name)
      : String(evaluate({ kind: "expr", node, at: { file: "", line: 0 } }, { parameter: (name) => values.get(name) }));
  return escaped(value);
}

/** A text as a pattern that it alone fits. */
export function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The time that the groups of a pattern found; undefined for one that does not exist. */
export function timeOf(fields: Readonly<Record<string, string>>): Instant | undefined {
  const { YEAR = "1970", MONTH = "01", DAY = "01", HOUR = "00", MINUTE = "00" } = fields;
  // A folder may be called by a day that its month does not have: it is no instance.
  return parseOozieTime(`${YEAR}-${MONTH}-${DAY}T${HOUR}:${MINUTE}Z`);
}
