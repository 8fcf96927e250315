import type { Place } from "../../core/source.ts";
import type { Credential, Hive2Action, LaunchedAction, SparkAction } from "../actions/index.ts";
import { elActionText, elText, factsOf, isOwn, parametersOf, partsOf, type Expr } from "../el/index.ts";
import { constantOf } from "../el/evaluate.ts";
import { isParameter, type Parameter } from "../parameters.ts";
import type { Profile } from "../profiles.ts";
import type { Coordinator } from "../coordinator.ts";
import type { Workflow } from "../workflow.ts";
import { element, type Origin, type XmlElement } from "../xml.ts";

/** The properties by which an application knows its surroundings; a job's properties give them their values. */
export const properties = {
  nameNode: "nameNode",
  resourceManager: "resourceManager",
  jobTracker: "jobTracker",
  queue: "queueName",
  launcherQueue: "launcherQueueName",
  hiveServer2: "hiveServer2",
  hiveSite: "hiveSite",
  release: "release",
} as const;

/** A HiveQL script of an action: its path below the release, and what stands for its variables. */
export interface Script {
  readonly path: string;
  readonly variables: ReadonlyMap<string, Expr>;
}

/** What the writing of applications needs to know of the target and of what lies beside them. */
export interface AppContext {
  readonly profile: Profile;
  /** Path of a workflow's folder, and so on, below the release. */
  readonly folderOf: (kind: "workflow" | "coordinator", name: string) => string;
  readonly scriptOf: (workflow: Workflow, action: Hive2Action) => Script;
  /** The files that `run_sql.py` reads, below the release, and the parameters that it takes. */
  readonly jobsOf: (action: SparkAction) => {
    readonly specs: readonly string[];
    readonly parameters: readonly Parameter[];
  };
  /** Path of a project's file below the release. */
  readonly fileOf: (path: string) => string;
  /** What the target adds to an action's credentials. */
  readonly credentialsFor: (action: LaunchedAction) => readonly Credential[];
  /** Options of spark-submit on this target. */
  readonly sparkOptions: string;
  /** Whether the target has queues, and a hive-site.xml of its own. */
  readonly queue: boolean;
  readonly launcherQueue: boolean;
  readonly hiveSite: boolean;
  /** What applications need of a job's properties, once it was worked out. */
  readonly uses: WeakMap<Workflow | Coordinator, readonly Expr[]>;
  /** A place as the generated files name it, such as `oozie/workflows.ts:7`. */
  readonly placeText: (at: Place) => string;
}

/** `${name}`. */
export function property(name: string): string {
  return `\${${name}}`;
}

/** The name of the property that stands for what is resolved before submission: `startOfDay_first_hour`. */
export function derivedName(value: Expr): string {
  const name = (part: Expr): string => {
    const { node } = part;
    if (node.is === "call") return [node.fn.replace("howdah:", ""), ...node.args.map(name)].join("_");
    return node.is === "parameter" ? node.name : String(constantOf(part) ?? "").replace(/\W+/g, "_");
  };
  return name(value);
}

/** What a derived property is, for people: `00:00 UTC of a time's day: first_hour`. */
export function derivedFrom(value: Expr): string | undefined {
  const { node } = value;
  return node.is === "call" ? `${factsOf(node.fn).describe}: ${parametersOf(value).join(", ")}` : undefined;
}

/** An expression as Oozie reads it. */
export function textOf(value: Expr): string {
  return elText(value, derivedName);
}

/** An expression as Oozie reads it inside of an action. */
export function actionTextOf(value: Expr): string {
  return elActionText(value, derivedName);
}

/** A path likewise; one of HDFS that names no server is of the target's name node. */
export function pathOf(value: Expr): string {
  const text = textOf(value);
  return text.startsWith("/") ? `${property(properties.nameNode)}${text}` : text;
}

/** What an expression needs of the job's properties: parameters, inputs, and what is derived from parameters. */
export function propertiesIn(value: Expr): readonly Expr[] {
  const { node } = value;
  if (node.is === "literal") return none;
  if (node.is === "parameter") return [value];
  const all: Expr[] = [];
  addProperties(all, value);
  return all;
}

function addProperties(all: Expr[], value: Expr): void {
  const { node } = value;
  if (node.is === "parameter") all.push(value);
  else if (node.is !== "literal" && constantOf(value) === undefined) {
    if (node.is === "call" && isOwn(node.fn)) all.push(value);
    else for (const part of partsOf(value)) addProperties(all, part);
  }
}

const none: readonly Expr[] = [];

/** `<property>` elements inside of an element; nothing when there are none. */
export function propertyList(name: string, entries: Iterable<readonly [string, string]>): readonly XmlElement[] {
  const list = [...entries].map(([key, value]) =>
    element("property", undefined, [leaf("name", key), leaf("value", value)]),
  );
  return list.length === 0 ? [] : [element(name, undefined, list)];
}

/** An element that holds text. */
export function leaf(name: string, text: string): XmlElement {
  return element(name, undefined, text);
}

/** Elements for those of some texts that are there. */
export function leaves(name: string, texts: readonly (string | undefined)[]): readonly XmlElement[] {
  return texts.filter((text) => text !== undefined).map((text) => leaf(name, text));
}

/** The comment that says where something was defined. */
export function madeFrom(context: AppContext, origin: Origin): { readonly origin: Origin; readonly comment: string } {
  return { origin, comment: `${origin.path}: ${context.placeText(origin.at)}` };
}

/**
 * The section that declares what a job's properties must give (Oozie refuses a job without them, E0738). `names` are
 * properties of the surroundings, `uses` expressions, `inputs` what whoever starts it gives.
 */
export function parametersSection(
  names: readonly string[],
  uses: readonly Expr[],
  inputs: readonly string[],
): readonly XmlElement[] {
  const entries = new Map<string, readonly XmlElement[]>();
  for (const name of names) entries.set(name, []);
  for (const name of inputs) entries.set(name, []);
  for (const value of uses.flatMap(propertiesIn)) {
    if (value.node.is !== "parameter") {
      entries.set(derivedName(value), leaves("description", [derivedFrom(value)]));
    } else if (isParameter(value)) entries.set(value.name, declared(value));
  }
  const list = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, more]) => element("property", undefined, [leaf("name", name), ...more]));
  return list.length === 0 ? [] : [element("parameters", undefined, list)];
}

function declared({ spec }: Parameter): readonly XmlElement[] {
  const { default: otherwise, describe } = spec;
  const value = typeof otherwise === "object" ? constantOf(otherwise) : otherwise;
  const text = value === undefined ? undefined : String(value);
  const full =
    spec.type === "path" && text?.startsWith("/") === true ? `${property(properties.nameNode)}${text}` : text;
  return [...leaves("value", [full]), ...leaves("description", [describe])];
}
