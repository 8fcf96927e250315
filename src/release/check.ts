import { existsSync, readFileSync } from "node:fs";
import { HowdahError } from "../core/errors.ts";
import { isLaunched } from "../oozie/actions/index.ts";
import { actionsOf } from "../oozie/app/workflow.ts";
import { documentProblems, type Problem } from "../oozie/checks/index.ts";
import { profileOf } from "../oozie/profiles.ts";
import { writtenSecrets } from "../project/checks/check.ts";
import { checkTargetValues, type TargetFindings } from "../project/checks/values.ts";
import type { ClusterTarget } from "../project/config.ts";
import type { NamedTarget, Project } from "../project/load.ts";
import { missingCredentials } from "./credentials.ts";
import { documentsOf, writingFor, type Document, type Writing } from "./documents.ts";

/** A project as it is written for a target, and all that the target would not take of it. */
export interface Written {
  readonly writing: Writing;
  readonly documents: readonly Document[];
  /** What the profile's server would refuse, secrets that would be written, and values that do not fit. */
  readonly problems: readonly Problem[];
  /** What the target itself lacks: `TARGET_LACKS`, `CREDENTIAL`; and `PARAMETER_FILE`. */
  readonly errors: readonly HowdahError[];
  /** Parameters without a value, which whoever submits a job must give one. */
  readonly missing: readonly string[];
}

/** Writes a project's documents for a target in memory, and checks them. */
export function writtenFor(project: Project, { name, target }: NamedTarget<ClusterTarget>): Written {
  const writing = writingFor(project, target);
  const documents = documentsOf(project, writing.context);
  const values = valuesOn(project, { name, target });
  const isSecret = (parameter: string): boolean => typeof target.parameters?.[parameter] === "object";
  const hasSecrets = Object.keys(target.parameters ?? {}).some(isSecret);
  return {
    writing,
    documents,
    problems: [
      ...documentProblems(profileOf(target.profile), documents),
      ...(hasSecrets ? writtenSecrets(project.found, isSecret) : []),
      ...values.problems,
    ],
    errors: [...targetErrors(project, target, name), ...values.errors],
    missing: values.missing,
  };
}

/** The values that a project's parameters have on a target, and all that is wrong with them. */
export function valuesOn({ root, at, definitions: { parameters } }: Project, target: NamedTarget): TargetFindings {
  return checkTargetValues({ root, at, parameters, ...target, read: readText });
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** What the target lacks for what the project uses. */
function targetErrors(project: Project, target: ClusterTarget, name: string): readonly HowdahError[] {
  if (target.hiveServer2 !== undefined && target.kerberos !== true) return [];
  const actions = [...project.definitions.workflows.values()].flatMap((workflow) =>
    actionsOf(workflow).map((action) => ({ action, path: `workflow ${workflow.name} › action ${action.name}` })),
  );
  const launched = actions.flatMap(({ action, path }) => (isLaunched(action) ? [{ action, path }] : []));
  const hive = actions.find(({ action }) => action.type === "hive2");
  const noServer =
    hive !== undefined && target.hiveServer2 === undefined
      ? [
          new HowdahError(`${hive.path} needs HiveServer2, which the target ${name} does not name`, {
            code: "TARGET_LACKS",
            where: hive.action.at,
            next: 'give the target hiveServer2: "jdbc:hive2://host:10000/default"',
          }),
        ]
      : [];
  return [...noServer, ...missingCredentials(target, `the target ${name}`, launched)];
}
