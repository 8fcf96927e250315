import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { didYouMean, HowdahError, isHowdahError, ManyErrors, messageOf, throwAll } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import { compileJob, type CompiledJob } from "../jobs/compile.ts";
import type { Problem } from "../oozie/checks/index.ts";
import { checkConfig } from "./check.ts";
import { checkFound, problemError } from "./checks/check.ts";
import type { Config, LocatedConfig, Target } from "./config.ts";
import { loadDefinitionFiles } from "./definitionfiles.ts";
import { unknownImports, unknownMember } from "./imports.ts";
import { byName, find, type Definitions, type Found } from "./definitions.ts";
import { holeIn } from "./holes.ts";

export const configName = "howdah.config.ts";

/** A loaded project: its definitions are found and checked, its jobs compiled. */
export interface Project {
  /** The folder of the configuration. */
  readonly root: string;
  readonly config: Config;
  /** Where the configuration is written. */
  readonly at: Place;
  readonly definitions: Definitions;
  readonly found: Found;
  /** What the checks of its definitions found. */
  readonly problems: readonly Problem[];
  readonly jobs: ReadonlyMap<string, CompiledJob>;
  /** Names of data sets that some coordinator waits for. */
  readonly awaited: ReadonlySet<string>;
}

/** What of a project is known without checking it. */
export type LoadedDefinitions = Pick<Project, "root" | "config" | "at" | "definitions">;

/** Finds the project at or above a folder. Throws `NO_PROJECT`. */
export function findProject(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, configName))) return folder;
    if (folder === dirname(folder))
      throw new HowdahError(`there is no ${configName} in ${resolve(from)} or above it`, {
        code: "NO_PROJECT",
        next: "go into a project, or name one: --project FOLDER",
      });
  }
}

/**
 * Loads the project of a folder: compiles its TypeScript (kept by content in the user's cache) and checks it all. Throws
 * every error of it at once; its warnings are among its `problems`.
 */
export async function loadProject(root: string): Promise<Project> {
  const { project, errors } = await examineProject(root);
  const wrong = project.problems.filter(({ severity }) => severity === "error");
  throwAll([...wrong.map(problemError), ...errors]);
  return project;
}

/**
 * Loads the definitions of a folder's project without checking them or compiling its jobs: for what looks at jobs that
 * were submitted, which is quick then, and goes on working while the project is being changed. Throws `CONFIG`,
 * `DEFINITION`.
 */
export async function loadDefinitions(root: string): Promise<LoadedDefinitions> {
  const { config, at, found } = await loadFound(root);
  return { root, config, at, definitions: byName(found) };
}

async function loadFound(root: string): Promise<{ config: Config; at: Place; found: Found }> {
  const file = join(root, configName);
  if (!existsSync(file)) findProject(root);
  const exported = await importConfig(file);
  const config = checkConfig(exported.config, exported.at, readFileSync(file, "utf8"));
  const { definitions, tables = [], setUp } = config;
  const all = setUp === undefined ? definitions : [...definitions, setUp];
  try {
    return { config, at: exported.at, found: find(all, tables) };
  } catch (error) {
    throw (isHowdahError(error) ? undefined : holeIn(all, exported.at)) ?? error;
  }
}

/**
 * Loads a project that may be broken. `errors` are those of its jobs' files; what the checks of its definitions found
 * are its `problems`. Throws where nothing can be known: `CONFIG`, `DEFINITION`.
 */
export async function examineProject(
  root: string,
): Promise<{ readonly project: Project; readonly errors: readonly HowdahError[] }> {
  const { config, at, found } = await loadFound(root);
  const definitions = byName(found);
  const problems = checkFound(found, {
    exists: (path) => isFile(join(root, path)),
    read: (path) => (isFile(path) ? readFileSync(path, "utf8") : undefined),
  });
  const awaited = new Set(
    [...definitions.coordinators.values()].flatMap(({ reads }) => Object.values(reads).map((r) => r.dataSet.name)),
  );
  const errors: HowdahError[] = [];
  const jobs = new Map<string, CompiledJob>();
  for (const [name, job] of definitions.jobs) {
    try {
      jobs.set(name, compileJob(job, readProjectFile(root, job.sql, `job ${name}`), awaited));
    } catch (error) {
      if (!isHowdahError(error)) throw error;
      errors.push(...(error instanceof ManyErrors ? error.problems : [error]));
    }
  }
  return { project: { root, config, at, definitions, found, problems, jobs, awaited }, errors };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function importConfig(file: string): Promise<LocatedConfig> {
  const library = await import("../index.ts");
  const exported = Object.keys(library);
  const known = new Set(exported);
  /** Names that howdah does not have, in all files that were loaded. */
  const refuseUnknownImports = (sources: ReadonlyMap<string, string>): void =>
    throwAll([...sources].flatMap(([path, source]) => unknownImports(path, source, known)));
  const loaded = await loadDefinitionFiles(file, library, (error, sources) => {
    refuseUnknownImports(sources);
    throw isHowdahError(error) ? error : definitionError(file, error, exported);
  });
  refuseUnknownImports(loaded.sources);
  const config = (loaded.exported as { default?: unknown }).default;
  if (typeof config === "object" && config !== null && "kind" in config && config.kind === "config")
    return config as LocatedConfig;
  throw new HowdahError(`${configName} has no default export made by defineConfig()`, {
    code: "CONFIG",
    where: { file, line: 1 },
    next: "write: export default defineConfig({ … })",
  });
}

/** An error thrown by the user's own TypeScript, or its compiler, with the place that it names. */
function definitionError(file: string, error: unknown, exported: readonly string[]): HowdahError {
  const message = messageOf(error)
    .split("\n")[0]!
    .replace(/\u001b\[\d+m/g, "");
  const folder = dirname(file);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frame = stack
    .split("\n")
    .map((line) => /(?:\(|at )(?:file:\/\/)?(\/.*?):(\d+):\d+\)?$/.exec(line.trim()))
    .find((match) => match?.[1]?.startsWith(folder) === true && !match[1].includes("/node_modules/"));
  // The compiler names the place on a line of its own: `ParseError: …`, then `/file.ts:3:10`.
  const parse = /^ParseError: ([^\n]*?)\s*\n\s*(\/[^\n]*?):(\d+):\d+/.exec(messageOf(error));
  if (parse !== null)
    return new HowdahError(parse[1]!, {
      code: "DEFINITION",
      where: { file: parse[2]!, line: Number(parse[3]) },
      cause: error,
    });
  const unknown =
    frame?.[1] === undefined ? undefined : unknownMember(message, readFileSync(frame[1], "utf8"), exported);
  return new HowdahError(unknown ?? message, {
    code: "DEFINITION",
    where: frame === undefined || frame === null ? file : { file: frame[1]!, line: Number(frame[2]) },
    cause: error,
  });
}

/** Reads a file that a definition names. Throws `NO_FILE` when it is not there. */
export function readProjectFile(root: string, path: string, whose: string): string {
  const file = join(root, path);
  if (!existsSync(file) || !statSync(file).isFile())
    throw new HowdahError(`${whose}: there is no file ${path}`, { code: "NO_FILE", where: file });
  return readFileSync(file, "utf8");
}

const kindsOfTargets = { folder: "a folder on this machine", cluster: "a cluster" } as const;

/** A target and its name. */
export interface NamedTarget<T extends Target = Target> {
  readonly name: string;
  readonly target: T;
}

/**
 * The target of a name and of the kind that a command works on; without a name the default one, or the only one of the
 * kind. Throws `NO_TARGET`.
 */
export function targetOf<K extends Target["kind"]>(
  project: Pick<Project, "root" | "config">,
  kind: K,
  name?: string,
): NamedTarget<Extract<Target, { kind: K }>> {
  const { targets, defaultTarget } = project.config;
  const fitting = Object.keys(targets).filter((one) => targets[one]!.kind === kind);
  const next = fitting.length === 0 ? `add one to its targets: NAME: ${kind}(…)` : "name one: --target NAME";
  const refuse = (why: string): HowdahError =>
    new HowdahError(why, { code: "NO_TARGET", where: join(project.root, configName), next });
  const list = fitting.length === 0 ? "there is none" : `there is ${fitting.join(", ")}`;
  if (name !== undefined && targets[name] === undefined)
    throw refuse(
      `there is no target ${name}${didYouMean(name, Object.keys(targets))}: ${Object.keys(targets).join(", ")}`,
    );
  if (name !== undefined && targets[name]!.kind !== kind)
    throw refuse(
      `the target ${name} is ${kindsOfTargets[targets[name]!.kind]}, and this needs ${kindsOfTargets[kind]}: ${list}`,
    );
  const isFitting = defaultTarget !== undefined && targets[defaultTarget]?.kind === kind;
  const chosen = name ?? (isFitting ? defaultTarget : fitting.length === 1 ? fitting[0] : undefined);
  if (chosen === undefined)
    throw refuse(
      `this needs a target that is ${kindsOfTargets[kind]}, and ${fitting.length === 0 ? "there is none" : `there are ${fitting.join(", ")}`}`,
    );
  return { name: chosen, target: targets[chosen] as Extract<Target, { kind: K }> };
}

/** The names of a project's queries, in order. */
export function queryNames({ root, config }: Pick<Project, "root" | "config">): readonly string[] {
  const folder = config.queries === undefined ? undefined : join(root, config.queries);
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => basename(name, ".sql"));
}

/** Named queries by name: the `*.sql` files of the configuration's folder. */
export function queriesOf(project: Project): ReadonlyMap<string, { readonly file: string; readonly sql: string }> {
  const { queries } = project.config;
  if (queries === undefined) return new Map();
  const folder = join(project.root, queries);
  if (!existsSync(folder))
    throw new HowdahError(`queries: there is no folder ${queries}`, {
      code: "NO_FILE",
      where: join(project.root, configName),
    });
  return new Map(
    queryNames(project).map((name) => {
      const file = join(folder, `${name}.sql`);
      return [name, { file: relative(project.root, file), sql: readFileSync(file, "utf8") }];
    }),
  );
}
