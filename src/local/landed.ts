import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseOozieTime, type Instant } from "../core/time.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { evaluate, type ElFunction, type ElNode } from "../oozie/el/index.ts";
import type { Values } from "../project/values.ts";

const fieldWidths: Partial<Record<ElFunction, number>> = { YEAR: 4, MONTH: 2, DAY: 2, HOUR: 2, MINUTE: 2 };

/**
 * The times of a data set's complete instances, in order, read off the folders that its URI describes; with `mark`
 * those of the instances that hold such a file. It looks at folders alone, so it needs no initial instance.
 */
export function landedTimes(dataSet: DataSet, values: Values, mark = dataSet.doneFlag): readonly Instant[] {
  const pattern = uriPattern(dataSet.uri.node, values).replace(/^file:(\/\/(?=\/))?/, "");
  if (!pattern.startsWith("/")) return [];
  const found: Instant[] = [];
  const visit = (folder: string, segments: readonly string[], fields: Readonly<Record<string, string>>): void => {
    const [segment, ...rest] = segments;
    if (segment === undefined) {
      const time = timeOf(fields);
      if (time !== undefined && existsSync(join(folder, mark))) found.push(time);
      return;
    }
    if (!segment.includes("(?<")) {
      visit(join(folder, segment.replaceAll(/\\(.)/g, "$1")), rest, fields);
      return;
    }
    if (!existsSync(folder)) return;
    const names = new RegExp(`^${segment}$`);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const match = entry.isDirectory() ? names.exec(entry.name) : null;
      if (match !== null) visit(join(folder, entry.name), rest, { ...fields, ...match.groups });
    }
  };
  visit("/", pattern.split("/").slice(1), {});
  return found.sort((a, b) => a - b);
}

/** A data set's URI with each time field as a group of digits. A field that stands twice is looked at once. */
function uriPattern(node: ElNode, values: Values, seen = new Set<string>()): string {
  if (node.is === "join") return node.parts.map((part) => uriPattern(part.node, values, seen)).join("");
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
  return value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function timeOf(fields: Readonly<Record<string, string>>): Instant | undefined {
  const { YEAR = "1970", MONTH = "01", DAY = "01", HOUR = "00", MINUTE = "00" } = fields;
  // A folder may be called by a day that its month does not have: it is no instance.
  return parseOozieTime(`${YEAR}-${MONTH}-${DAY}T${HOUR}:${MINUTE}Z`);
}
