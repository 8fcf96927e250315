import { relative } from "node:path";
import { bug } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import { jobSpec } from "../jobs/compile.ts";
import type { JobSpec } from "../jobs/spec.ts";
import { bundleApp, coordinatorApp, coordinatorSurroundings, coordinatorUses } from "../oozie/app/coordinator.ts";
import { properties, type AppContext } from "../oozie/app/context.ts";
import { surroundings, withSubWorkflows, workflowApp, workflowUses } from "../oozie/app/workflow.ts";
import { literal } from "../oozie/el/index.ts";
import type { Parameter } from "../oozie/parameters.ts";
import { profileOf } from "../oozie/profiles.ts";
import type { OozieDocument } from "../oozie/checks/index.ts";
import { arrange } from "../oozie/schema/content.ts";
import { chooseVersions } from "../oozie/schema/versions.ts";
import type { Workflow } from "../oozie/workflow.ts";
import type { XmlElement } from "../oozie/xml.ts";
import type { ClusterTarget } from "../project/config.ts";
import type { Project } from "../project/load.ts";
import { credentialsOf } from "./credentials.ts";
import { layout } from "./layout.ts";
import type { JobProperties } from "./properties.ts";
import { actionScript, type HiveText } from "./scripts.ts";
import type { Hive2Action } from "../oozie/actions/index.ts";

/** An application as a document, its children in the schema's order, and what its properties are written from. */
export interface Document extends JobProperties, OozieDocument {
  readonly at: Place;
}

/** What documents, scripts and jobs are written from, each worked out once. */
export interface Writing {
  readonly context: AppContext;
  readonly scriptOf: (action: Hive2Action) => HiveText;
  readonly specOf: (job: string) => JobSpec;
}

/** The surroundings in which a project's applications are written for a target. */
export function writingFor(project: Project, target: ClusterTarget): Writing {
  const scripts = new Map<Hive2Action, HiveText>();
  const scriptOf = (action: Hive2Action): HiveText => {
    const known = scripts.get(action) ?? actionScript(action);
    scripts.set(action, known);
    return known;
  };
  const root = literal<"path">(`${target.nameNode}${target.root}`);
  const specs = new Map([...project.jobs].map(([name, compiled]) => [name, jobSpec(compiled, root)]));
  const specOf = (name: string): JobSpec => {
    const spec = specs.get(name);
    if (spec === undefined) throw bug(`no job ${name} was compiled`);
    return spec;
  };
  const files = new Map<string, string>();
  const fileText = (file: string): string => {
    const known = files.get(file) ?? relative(project.root, file);
    files.set(file, known);
    return known;
  };
  const context: AppContext = {
    profile: profileOf(target.profile),
    folderOf: layout.folder,
    scriptOf: (workflow, action) => ({
      path: layout.script(workflow.name, action.name),
      variables: scriptOf(action).variables,
    }),
    jobsOf: ({ jobs }) => {
      const names = jobs.flatMap(({ name }) => specOf(name).parameters.map((parameter) => parameter.name));
      return {
        specs: jobs.map(({ name }) => layout.jobSpec(name)),
        parameters: [...new Set(names)].sort().flatMap((name): readonly Parameter[] => {
          const parameter = project.definitions.parameters.get(name);
          return parameter === undefined ? [] : [parameter];
        }),
      };
    },
    uses: new WeakMap(),
    fileOf: layout.file,
    credentialsFor: credentialsOf(target),
    sparkOptions: target.sparkOptions ?? "",
    queue: target.queue !== undefined,
    launcherQueue: target.launcherQueue !== undefined,
    hiveSite: target.hiveSite !== undefined && target.hiveSite !== false,
    placeText: ({ file, line }) => `${fileText(file)}:${line}`,
  };
  return { context, scriptOf, specOf };
}

/** Every application of a project as a document: bundles, coordinators, workflows, each in order of names. */
export function documentsOf(project: Project, context: AppContext): readonly Document[] {
  const { bundles, coordinators, workflows } = project.definitions;
  const sorted = <T extends { readonly name: string }>(map: ReadonlyMap<string, T>): readonly T[] =>
    [...map.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    ...sorted(bundles).map((bundle): Document => {
      const { coordinators: members, kickOff, name, at } = bundle;
      const named = members.flatMap((one) => coordinatorSurroundings(one, context));
      const uses = members.flatMap((one) => coordinatorUses(one, context));
      return {
        kind: "bundle",
        name,
        at,
        ...ordered(bundleApp(bundle, context), context),
        surroundings: [...new Set([...named, properties.release])],
        uses: kickOff === undefined ? uses : [kickOff, ...uses],
        inputs: [],
      };
    }),
    ...sorted(coordinators).map((coordinator): Document => ({
      kind: "coordinator",
      name: coordinator.name,
      at: coordinator.at,
      ...ordered(coordinatorApp(coordinator, context), context),
      surroundings: coordinatorSurroundings(coordinator, context),
      uses: coordinatorUses(coordinator, context),
      inputs: [],
    })),
    ...sorted(workflows).map((workflow) => workflowDocument(workflow, context)),
  ];
}

function ordered(written: XmlElement, { profile }: AppContext): Pick<Document, "root" | "chosen"> {
  const chosen = chooseVersions(written, profile);
  return { root: chosen.inOrder ? written : arrange(written), chosen };
}

function workflowDocument(workflow: Workflow, context: AppContext): Document {
  const all = withSubWorkflows(workflow);
  return {
    kind: "workflow",
    name: workflow.name,
    at: workflow.at,
    ...ordered(workflowApp(workflow, context), context),
    surroundings: [...new Set(all.flatMap((one) => surroundings(one, context)))],
    uses: all.flatMap((one) => workflowUses(one, context)),
    inputs: Object.keys(workflow.inputs),
  };
}
