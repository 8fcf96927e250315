import { isAbsolute, normalize } from "node:path";
import { filesOf, libraryOf } from "../../oozie/app/actions.ts";
import type { Checked, Findings } from "../../oozie/checks/index.ts";

/** Files of the project that actions ship. `exists` is asked once for each path relative to the project. */
export function checkFiles({ views }: Checked, exists: (path: string) => boolean, findings: Findings): void {
  const known = new Map<string, string | undefined>();
  const problemOf = (path: string): string | undefined => {
    if (!known.has(path)) known.set(path, fileProblem(path, exists));
    return known.get(path);
  };
  for (const { parts } of views)
    for (const { part, scope } of parts) {
      if (part.kind !== "action") continue;
      for (const path of [...filesOf(part), ...libraryOf(part)]) {
        if (path.includes("#")) {
          findings.add(
            "FILE_NAME",
            scope,
            `${scope.label}: the name of ${path} has a #, behind which Oozie reads another name`,
            {
              next: "give the file another name",
            },
          );
          continue;
        }
        const problem = problemOf(path);
        if (problem !== undefined)
          findings.add("FILE_MISSING", scope, `${scope.label}: ${problem}`, {
            next: "name a file relative to the project's folder; a path of the cluster is written path`/…`",
          });
      }
    }
}

function fileProblem(path: string, exists: (path: string) => boolean): string | undefined {
  if (isAbsolute(path) || normalize(path).startsWith("..")) return `${path} lies outside of the project`;
  return exists(path) ? undefined : `there is no file ${path}`;
}
