import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../core/time.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { hasField, literalOf, timeOf, uriPattern } from "../project/uripattern.ts";
import type { Values } from "../project/values.ts";

/**
 * The times of a data set's complete instances, in order, read off the folders that its URI describes; with `mark`
 * those of the instances that hold such a file. It looks at folders alone, so it needs no initial instance.
 */
export function landedTimes(dataSet: DataSet, values: Values, mark = dataSet.doneFlag): readonly Instant[] {
  const pattern = uriPattern(dataSet, values).replace(/^file:(\/\/(?=\/))?/, "");
  if (!pattern.startsWith("/")) return [];
  const found: Instant[] = [];
  const visit = (folder: string, segments: readonly string[], fields: Readonly<Record<string, string>>): void => {
    const [segment, ...rest] = segments;
    if (segment === undefined) {
      const time = timeOf(fields);
      if (time !== undefined && existsSync(join(folder, mark))) found.push(time);
      return;
    }
    if (!hasField(segment)) {
      visit(join(folder, literalOf(segment)), rest, fields);
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
