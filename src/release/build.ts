import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bug, throwAll } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { libraryFolder, type Place } from "../core/source.ts";
import { create, type HiveStatement } from "../hive/statements.ts";
import type { Hive2Action } from "../oozie/actions/index.ts";
import { filesOf, libraryOf } from "../oozie/app/actions.ts";
import { actionsOf } from "../oozie/app/workflow.ts";
import { printXml } from "../oozie/xml.ts";
import { problemError } from "../project/checks/check.ts";
import type { ClusterTarget } from "../project/config.ts";
import { readProjectFile, type NamedTarget, type Project } from "../project/load.ts";
import { resolveValues, type RecordedValues, type SubmittedValues, type Values } from "../project/values.ts";
import { writtenFor } from "./check.ts";
import type { Writing } from "./documents.ts";
import { layout } from "./layout.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import { binFiles } from "./bin.ts";
import { jobProperties, type JobProperties } from "./properties.ts";
import { hiveText, type HiveText } from "./scripts.ts";

/** A file of a build. */
export interface BuildFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Where in the project it comes from; empty for what is howdah's own. */
  readonly from: string;
  /** @default false */
  readonly executable?: boolean;
}

/** What is written and deployed. */
export interface BuildTree {
  readonly manifest: Manifest;
  /** The manifest included. */
  readonly files: readonly BuildFile[];
}

/** Everything that a build would write. */
export interface Build extends BuildTree {
  /** Each application, and what its properties are written from. */
  readonly applications: readonly JobProperties[];
  /** Values of the parameters, as they stand in the properties. */
  readonly values: Values;
}

export interface BuildOptions {
  /** `-D name=value` */
  readonly given?: Readonly<Record<string, string>>;
  /** What was read of the target's files of values on HDFS; without it they count as absent. */
  readonly recorded?: RecordedValues;
  /** For parameters that have no value otherwise. @default none */
  readonly submitted?: SubmittedValues;
}

/**
 * Builds a project for a target: the same project, target and values give the same bytes. Throws all that the target's
 * server would not take (`SCHEMA`, `PROFILE_LACKS`, `CREDENTIAL`, …) together.
 */
export function build(
  project: Project,
  { name, target }: NamedTarget<ClusterTarget>,
  options: BuildOptions = {},
): Build {
  const { writing, documents, problems, errors } = writtenFor(project, { name, target });
  throwAll([...errors, ...problems.filter(({ severity }) => severity === "error").map(problemError)]);
  const place = writing.context.placeText;
  const deployed = inOrder([
    ...documents.map((one) => ({
      path: layout.document(one.kind, one.name),
      content: printXml(one.root, one.chosen.versions),
      from: place(one.at),
    })),
    ...scriptFiles(project, writing, place),
    ...jobFiles(project, writing, place),
    ...projectFiles(project),
  ]);
  const deployedEntries = deployed.map((file) => entryOf(file, true));
  const hash = sha256(deployedEntries.map((one) => `${one.path}\n${one.sha256}\n`).join("")).slice(0, 16);
  const values = valuesOf(project, target, options.given ?? {}, options.recorded, options.submitted);
  const properties = documents.map((one) => ({
    path: layout.properties(one.kind, one.name),
    content: jobProperties(one, target, hash, values),
    from: place(one.at),
  }));
  const bin = binFiles({
    project,
    target,
    hash,
    values,
    tables: allTables(project)?.variables,
    deployed: [...deployed.map(({ path }) => path), layout.manifest],
  }).map((file) => ({ ...file, from: "" }));
  const listed: readonly ManifestFile[] = [
    ...deployedEntries,
    ...[...properties, ...bin].map((file) => entryOf(file, false)),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: Manifest = {
    format: 1,
    project: project.config.name,
    target: name,
    profile: target.profile,
    root: target.root,
    hash,
    applications: documents.map((one) => ({
      kind: one.kind,
      name: one.name,
      path: layout.document(one.kind, one.name),
      properties: layout.properties(one.kind, one.name),
      versions: Object.fromEntries([...one.chosen.versions].sort(([a], [b]) => (a < b ? -1 : 1))),
    })),
    files: listed,
  };
  const file = { path: layout.manifest, content: `${JSON.stringify(manifest, undefined, 2)}\n`, from: "" };
  return {
    manifest,
    files: inOrder([...deployed, ...properties, ...bin, file]),
    applications: documents,
    values,
  };
}

/** Values of the parameters on a cluster, where nothing is found out from data. */
export function valuesOf(
  project: Project,
  target: ClusterTarget,
  given: Readonly<Record<string, string>>,
  recorded: RecordedValues = new Map(),
  submitted: SubmittedValues = new Map(),
): Values {
  return resolveValues({
    root: project.root,
    parameters: project.definitions.parameters,
    given,
    target,
    recorded,
    submitted,
    derive: () => undefined,
  });
}

function scriptFiles(project: Project, { scriptOf }: Writing, place: (at: Place) => string): readonly BuildFile[] {
  const { workflows } = project.definitions;
  const ofActions = [...workflows.values()].flatMap((workflow) =>
    actionsOf(workflow)
      .filter((action): action is Hive2Action => action.type === "hive2")
      .map((action) => ({
        path: layout.script(workflow.name, action.name),
        content: `-- workflow ${workflow.name}, action ${action.name}: ${place(action.at)}\n${scriptOf(action).text}`,
        from: place(action.at),
      })),
  );
  const all = allTables(project);
  if (all === undefined) return ofActions;
  const content = `-- Every database, table and view of the project.\n${all.text}`;
  return [...ofActions, { path: layout.tables, content, from: "" }];
}

/** Every database, table and view of a project; undefined where there is none. */
function allTables({ definitions }: Project): HiveText | undefined {
  const { databases, tables, views } = definitions;
  const all: readonly HiveStatement[] = create(...databases.values(), ...tables.values(), ...views.values());
  return all.length === 0 ? undefined : hiveText(all);
}

function jobFiles(project: Project, { specOf }: Writing, place: (at: Place) => string): readonly BuildFile[] {
  const jobs = [...project.definitions.jobs.values()];
  if (jobs.length === 0) return [];
  const specs = jobs.map(({ name, at }) => ({
    path: layout.jobSpec(name),
    content: `${JSON.stringify(specOf(name), undefined, 2)}\n`,
    from: place(at),
  }));
  const sources = jobs.map(({ name, sql }) => ({
    path: `jobs/${name}.sql`,
    content: readProjectFile(project.root, sql, `job ${name}`),
    from: sql,
  }));
  const runner = { path: layout.runner, content: runSql(), from: "" };
  // Spark's action looks for Python files in the `lib` of the workflow.
  const beside = [...project.definitions.workflows.values()]
    .filter((workflow) => actionsOf(workflow).some(({ type }) => type === "spark"))
    .map(({ name }) => ({ ...runner, path: layout.library(name, "run_sql.py") }));
  return [...specs, ...sources, runner, ...beside];
}

/** The runner of SQL jobs on Spark, which the package brings. */
function runSql(): string {
  const found = ["jobs/spark", "spark"].map((folder) => join(libraryFolder, folder, "run_sql.py")).find(existsSync);
  if (found === undefined) throw bug(`run_sql.py is not in ${libraryFolder}`);
  return readFileSync(found, "utf8");
}

/** Files of the project that actions name; that they are there was checked when it was loaded. */
function projectFiles({ root, definitions }: Project): readonly BuildFile[] {
  const files = new Map<string, BuildFile>();
  const add = (path: string, from: string): void => {
    if (!files.has(path)) files.set(path, { path, content: readFileSync(join(root, from)), from });
  };
  for (const workflow of definitions.workflows.values())
    for (const action of actionsOf(workflow)) {
      for (const from of filesOf(action)) add(layout.file(from), from);
      for (const from of libraryOf(action)) add(layout.library(workflow.name, nameOf(from)), from);
    }
  return [...files.values()];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function entryOf({ path, content, from }: BuildFile, deployed: boolean): ManifestFile {
  return { path, bytes: Buffer.byteLength(content), sha256: sha256(content), deployed, from };
}

function inOrder(files: readonly BuildFile[]): readonly BuildFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
