import type { SqlJob } from "../actions/index.ts";
import type { DataSet } from "../dataset.ts";
import { templateOf } from "../el/index.ts";
import { placeText } from "../../core/errors.ts";
import { scopeOfDataSet, type Checked } from "./definitions.ts";
import type { Findings, Scope } from "./problem.ts";

/** Data sets that share a path, or lie one inside of the other; jobs that write the same. */
export function checkPaths(definitions: Checked, findings: Findings): void {
  const byPath = new Map<string, DataSet[]>();
  for (const dataSet of definitions.dataSets) {
    const path = templateOf(dataSet.uri).replace(/\/+$/, "");
    const same = byPath.get(path);
    if (same === undefined) byPath.set(path, [dataSet]);
    else same.push(dataSet);
  }
  for (const [path, [first, ...others]] of byPath)
    for (const dataSet of others) {
      if (hasOwners(first!, dataSet, definitions)) continue;
      const scope = scopeOfDataSet(dataSet);
      findings.add(
        "PATH_TWICE",
        scope,
        `${scope.label}: it has the paths of ${first!.name} (${placeText(first!.at)}): ${path}`,
        { next: "use that one, or give this one paths of its own" },
      );
    }
  checkInside(byPath, findings);
  checkWriters(byPath, definitions, findings);
}

/** Whether different jobs write two data sets, which is told of the jobs. */
function hasOwners(a: DataSet, b: DataSet, { writersOf }: Checked): boolean {
  return new Set([...writersOf(a), ...writersOf(b)]).size > 1;
}

function checkWriters(
  byPath: ReadonlyMap<string, readonly DataSet[]>,
  { writersOf }: Checked,
  findings: Findings,
): void {
  for (const [path, dataSets] of byPath) {
    const jobs = [...new Set(dataSets.flatMap(writersOf))];
    const [owner, ...others] = jobs;
    for (const job of others) {
      const scope = scopeOfJob(job);
      findings.add("OWNER_TWICE", scope, `${scope.label}: it writes ${path}, which job ${owner!.name} writes too`, {
        next: "let one of them write to a table of its own",
      });
    }
  }
}

export function scopeOfJob(job: SqlJob): Scope {
  return { label: `job ${job.name}`, at: job.at };
}

/** Paths in order have those inside of one right behind it. */
function checkInside(byPath: ReadonlyMap<string, readonly DataSet[]>, findings: Findings): void {
  const paths = [...byPath.keys()].map((path) => `${path}/`).sort();
  const around: string[] = [];
  for (const path of paths) {
    while (around.length > 0 && !path.startsWith(around.at(-1)!)) around.pop();
    const outer = around.at(-1);
    around.push(path);
    if (outer === undefined) continue;
    const holder = byPath.get(outer.slice(0, -1))![0]!;
    for (const dataSet of byPath.get(path.slice(0, -1))!) {
      const scope = scopeOfDataSet(dataSet);
      findings.add(
        "PATH_INSIDE",
        scope,
        `${scope.label}: its paths lie inside those of ${holder.name}: ${outer.slice(0, -1)}`,
        {
          next: "give it paths beside them",
        },
      );
    }
  }
}
