import { HowdahError } from "../../core/errors.ts";
import type { SqlJob } from "../../oozie/actions/index.ts";
import {
  checkDefinitions,
  secretUses,
  type Findings,
  type JobData,
  type OozieDefinitions,
  type Problem,
} from "../../oozie/checks/index.ts";
import type { Found } from "../definitions.ts";
import { checkFiles } from "./files.ts";
import { checkKept, checkKeys, checkOrder, checkTogether } from "./jobs.ts";
import { checkUnique } from "./names.ts";
import { placed } from "./place.ts";

/** What the checks ask of the project's folder. */
export interface ProjectFiles {
  /** Whether there is a file of a path relative to the project. */
  readonly exists: (path: string) => boolean;
  /** The text of a file of definitions, by its full path. */
  readonly read: (file: string) => string | undefined;
}

/** All that is wrong with what a project defines, whatever its targets are. */
export function checkFound(found: Found, { exists, read }: ProjectFiles): readonly Problem[] {
  const findings: Findings = checkDefinitions(oozieDefinitions(found), (checked, all) => {
    checkUnique(found, all);
    checkFiles(checked, exists, all);
    checkKeys(checked, all);
    checkTogether(checked, all);
    checkOrder(checked, all);
    checkKept(found.jobs, all);
  });
  return placed(findings.inOrder(), read);
}

/** Every use of a secret in what would be written for a server. */
export function writtenSecrets(found: Found, isSecret: (parameter: string) => boolean): readonly Problem[] {
  return secretUses(oozieDefinitions(found), isSecret);
}

function oozieDefinitions(found: Found): OozieDefinitions {
  const dataOf = new Map<SqlJob, JobData>();
  for (const job of found.jobs)
    dataOf.set(job, { reads: Object.values(job.reads).map(({ dataSet }) => dataSet), writes: job.writes });
  return {
    bundles: [...found.bundles],
    coordinators: [...found.coordinators],
    workflows: [...found.workflows],
    dataSets: [...found.dataSets],
    parameters: [...found.parameters],
    jobs: [...found.jobs],
    dataOf: (job) => dataOf.get(job),
  };
}

/** A problem as an error that commands throw. */
export function problemError({ code, message, at, next }: Problem): HowdahError {
  return new HowdahError(message, { code, where: at, ...(next === undefined ? {} : { next }) });
}
