import { HowdahError, isHowdahError } from "../core/errors.ts";
import { derivedFrom, derivedName, properties, propertiesIn, property } from "../oozie/app/context.ts";
import { evaluate, parametersOf, type Expr } from "../oozie/el/index.ts";
import { isParameter } from "../oozie/parameters.ts";
import type { ClusterTarget } from "../project/config.ts";
import type { Values } from "../project/values.ts";
import { layout, type AppKind } from "./layout.ts";

/** What a job's properties are written from. */
export interface JobProperties {
  readonly kind: AppKind;
  readonly name: string;
  /** Names of the surroundings that its documents use. */
  readonly surroundings: readonly string[];
  /** Everything that must have a value. */
  readonly uses: readonly Expr[];
  /** What whoever starts a workflow gives. */
  readonly inputs: readonly string[];
}

/** Values of the properties by which applications know their surroundings. */
export function surroundingValues(target: ClusterTarget, hash: string): Readonly<Record<string, string | undefined>> {
  const { hiveServer2 } = target;
  return {
    [properties.nameNode]: target.nameNode,
    [properties.resourceManager]: target.resourceManager,
    [properties.jobTracker]: target.resourceManager,
    [properties.queue]: target.queue,
    [properties.launcherQueue]: target.launcherQueue,
    [properties.hiveServer2]: typeof hiveServer2 === "object" ? hiveServer2.url : hiveServer2,
    [properties.hiveSite]: `${property(properties.nameNode)}${target.root}/conf/hive-site.xml`,
    [properties.release]: `${property(properties.nameNode)}${target.root}/releases/${hash}`,
  };
}

/** One property of a job. */
export interface JobProperty {
  readonly name: string;
  /** Undefined where something that it is made of has no value yet. */
  readonly value: string | undefined;
  /** Names of the parameters that the value is made of; of an input its own. */
  readonly madeOf: readonly string[];
  /** What it is, for people. */
  readonly about?: string;
  readonly part: "surroundings" | "parameters" | "inputs";
}

/** The properties with which a job of a release is submitted, in the order in which they are written. */
export function propertiesOfJob(
  job: JobProperties,
  target: ClusterTarget,
  hash: string,
  values: Values,
): readonly JobProperty[] {
  const surroundings = surroundingValues(target, hash);
  const fixed: readonly (readonly [string, string | undefined])[] = [
    ...job.surroundings.map((name) => [name, surroundings[name]] as const),
    [
      `oozie.${applicationKinds[job.kind]}.application.path`,
      `${property(properties.release)}/${layout.document(job.kind, job.name)}`,
    ],
    ["oozie.use.system.libpath", "true"],
  ];
  const used = new Map(job.uses.flatMap(propertiesIn).map((value) => [derivedName(value), value]));
  const own = [...used].filter(([, value]) => isParameter(value) || value.node.is === "call").sort(byName);
  return [
    ...fixed.map(([name, value]): JobProperty => ({ name, value, madeOf: [], part: "surroundings" })),
    ...own.map(([name, value]) => valueProperty(name, value, values)),
    ...job.inputs.map((name): JobProperty => ({ name, value: undefined, madeOf: [name], part: "inputs" })),
  ];
}

/** The text of a `job.properties` with which a job can be submitted; what has no value yet stands there as a comment. */
export function jobProperties(job: JobProperties, target: ClusterTarget, hash: string, values: Values): string {
  const all = propertiesOfJob(job, target, hash, values);
  const of = (part: JobProperty["part"]): readonly JobProperty[] => all.filter((one) => one.part === part);
  const lines = [
    `# ${job.kind} ${job.name}`,
    ...of("surroundings").map(({ name, value }) => propertyLine(name, value ?? "")),
  ];
  const own = of("parameters").flatMap(({ name, value, about }) => [
    ...(about === undefined ? [] : [`# ${name}: ${about}`]),
    value === undefined ? `#${name}=` : propertyLine(name, value),
  ]);
  if (own.length > 0) lines.push("", "# parameters", ...own);
  const inputs = of("inputs").map(({ name }) => `#${name}=`);
  if (inputs.length > 0) lines.push("", "# inputs: give them before it is submitted", ...inputs);
  return `${lines.join("\n")}\n`;
}

/** Of an application's path, by its kind. */
export const applicationKinds = { workflow: "wf", coordinator: "coord", bundle: "bundle" } as const;

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** A parameter, or what is derived from some, as a property. */
export function valueProperty(name: string, value: Expr, values: Values): JobProperty {
  const facts = { name, madeOf: parametersOf(value), part: "parameters" } as const;
  if (isParameter(value)) {
    const { describe, type } = value.spec;
    const about = describe === undefined ? {} : { about: describe };
    const text = values.get(name);
    return { ...facts, ...about, value: text !== undefined && type === "path" ? onNameNode(text) : text };
  }
  const about = derivedFrom(value) ?? "";
  try {
    return { ...facts, about, value: String(evaluate(value, { parameter: (one) => values.get(one) })) };
  } catch (error) {
    if (!isHowdahError(error) || error.code !== "EL_PARAMETER") throw error;
    return { ...facts, about, value: undefined };
  }
}

/** A value in which the name node is named by its property, with its URL instead. */
export function resolved(value: string, { nameNode }: ClusterTarget): string {
  return value.replaceAll(property(properties.nameNode), nameNode);
}

/** A path without a scheme is of the target's HDFS. */
function onNameNode(path: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return path;
  if (path.startsWith("/")) return `${property(properties.nameNode)}${path}`;
  throw new HowdahError(`${path} is no absolute path`, {
    code: "PARAMETER_VALUE",
    next: "write it as /user/alice/data",
  });
}

/** A line of a properties file as `java.util.Properties` reads it. */
export function propertyLine(name: string, value: string): string {
  const escaped = value
    .replace(/[\\\n\r\t\f]/g, (c) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f" })[c]!)
    .replace(/^[ #!]/, "\\$&")
    .replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${name}=${escaped}`;
}

/** Reads the properties of a `job.properties` that {@link jobProperties} wrote. */
export function readProperties(text: string): Readonly<Record<string, string>> {
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      const value = line
        .slice(at + 1)
        .replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code: string | undefined, one: string) =>
          code === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16)),
        );
      return [line.slice(0, at), value] as const;
    }),
  );
}
