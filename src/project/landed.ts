import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../core/time.ts";
import { isTableDataSet } from "../jobs/job.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { Project } from "./load.ts";
import { hasField, literalOf, timeOf, uriPattern } from "./uripattern.ts";
import type { Values } from "./values.ts";

/** Data sets that somebody outside of the project fills. */
export function externalDataSets(project: Pick<Project, "definitions" | "jobs">): readonly DataSet[] {
  const written = new Set([...project.jobs.values()].flatMap(({ job }) => job.writes.map(({ name }) => name)));
  return [...project.definitions.dataSets.values()].filter(
    (dataSet) => !isTableDataSet(dataSet) && !written.has(dataSet.name),
  );
}

/**
 * The times of a data set's complete instances, in order, read off the folders that its URI describes; with `mark`
 * those of the instances that hold such a file. It looks at folders alone, so it needs no initial instance.
 */
export function landedTimes(dataSet: DataSet, values: Values, mark = dataSet.doneFlag): readonly Instant[] {
  const pattern = uriPattern(dataSet, values).replace(/^file:(\/\/(?=\/))?/, "");
  return pattern.startsWith("/") ? timesAt(pattern, mark) : [];
}

/** The times of the folders that a pattern of {@link uriPattern} describes and that hold such a file, in order. */
export function timesAt(pattern: string, mark: string): readonly Instant[] {
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
