import { chooseVersions } from "#src/oozie/schema/versions.js";
import type { XmlElement } from "#src/oozie/xml.js";
import { createContext, runInContext, Script } from "node:vm";
import * as howdah from "#src/index.js";
import { frequencyProblem } from "#src/core/time.js";
import type { Action } from "#src/oozie/actions/index.js";
import type { AppContext } from "#src/oozie/app/context.js";
import { bundleApp, coordinatorApp } from "#src/oozie/app/coordinator.js";
import { workflowApp } from "#src/oozie/app/workflow.js";
import { documentProblems, examplesUse, type OozieDocument, type Problem } from "#src/oozie/checks/index.js";
import type { DataSet } from "#src/oozie/dataset.js";
import { profileOf, type ProfileName } from "#src/oozie/profiles.js";
import { checkFound, writtenSecrets } from "#src/project/checks/check.js";
import { checkTargetValues } from "#src/project/checks/values.js";
import type { Config, Definition, LocatedConfig } from "#src/project/config.js";
import { byName, find, type Found } from "#src/project/definitions.js";

/** The file in which the definitions of a snippet stand; a problem in any other is none of the snippet's. */
export const exampleFile = "/examples/example.ts";

type Example = Definition | DataSet | howdah.WorkflowPart | LocatedConfig;

/** What a snippet defines, beside what the examples of all codes use. */
export function defined(snippet: string): Found {
  return example(snippet).found;
}

function example(snippet: string): { readonly found: Found; readonly located: LocatedConfig | undefined } {
  const context = createContext({ ...howdah });
  const common = examplesUse.replaceAll(" as const", "");
  new Script(common, { filename: "/examples/common.ts" }).runInContext(context);
  const base = runInContext('coordinator("base", hourly)', context) as Definition;
  const value = new Script(snippet, { filename: exampleFile }).runInContext(context) as Example;
  if (value.kind === "config") return { found: find((value.config as Config).definitions, []), located: value };
  return { found: find([base, definitionOf(value, context)], []), located: undefined };
}

function definitionOf(value: Exclude<Example, LocatedConfig>, context: object): Definition {
  switch (value.kind) {
    case "data-set": {
      const show = runInContext("show", context) as howdah.Workflow<{ day: "string" }>;
      return howdah.coordinator("reader", {
        every: frequencyProblem(value.every) === undefined ? value.every : howdah.hours(1),
        start: "1970-01-01T00:00Z",
        end: "2100-01-01T00:00Z",
        timeout: howdah.days(1),
        reads: { it: value.current(0) },
        run: () => show.with({ day: "20120301" }),
      });
    }
    case "bundle":
    case "coordinator":
    case "workflow":
    case "job":
      return value;
    default:
      return howdah.workflow("example", {}, () => value);
  }
}

/** All problems of what a snippet defines. The project has the file bin/load.sh alone. */
export function problemsOf(snippet: string, profile?: ProfileName): readonly Problem[] {
  const { found, located } = example(snippet);
  const read = (file: string): string | undefined => (file === exampleFile ? snippet : undefined);
  const problems = [...checkFound(found, { exists: (path) => path === "bin/load.sh", read })];
  if (located !== undefined)
    for (const [name, target] of Object.entries((located.config as Config).targets)) {
      const { parameters } = byName(found);
      problems.push(...checkTargetValues({ root: "/", at: located.at, parameters, name, target, read }).problems);
    }
  if (profile === undefined) return problems;
  return [...problems, ...documentProblems(profileOf(profile), documentsOf(found, profile))];
}

/** The secrets that would be written, where `token` is one. */
export function secretsIn(snippet: string): readonly Problem[] {
  return writtenSecrets(defined(snippet), (name) => name === "token");
}

/** The documents of what was found. */
export function documentsOf(found: Found, profile: ProfileName): readonly OozieDocument[] {
  const context: AppContext = {
    profile: profileOf(profile),
    folderOf: (kind, name) => `${kind}s/${name}`,
    scriptOf: (_, { name }: Action) => ({ path: `${name}.hql`, variables: new Map() }),
    jobsOf: ({ jobs }) => ({ specs: jobs.map(({ name }) => `${name}.json`), parameters: [] }),
    fileOf: (path) => path,
    credentialsFor: () => [],
    sparkOptions: "",
    queue: false,
    launcherQueue: false,
    hiveSite: false,
    uses: new WeakMap(),
    placeText: ({ file, line }) => `${file}:${line}`,
  };
  const document = (
    of: { readonly kind: OozieDocument["kind"]; readonly name: string },
    root: XmlElement,
  ): OozieDocument => ({
    kind: of.kind,
    name: of.name,
    root,
    chosen: chooseVersions(root, context.profile),
  });
  return [
    ...[...found.workflows].map((one) => document(one, workflowApp(one, context))),
    ...[...found.coordinators].map((one) => document(one, coordinatorApp(one, context))),
    ...[...found.bundles].map((one) => document(one, bundleApp(one, context))),
  ];
}
