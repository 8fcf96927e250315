import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, relative, resolve } from "node:path";
import { didYouMean, HowdahError, isHowdahError, messageOf, throwAll } from "../core/errors.ts";
import type { Json } from "../core/hash.ts";
import { evaluate, isExpr } from "../oozie/el/index.ts";
import { parseParameter, type Parameter } from "../oozie/parameters.ts";
import type { SecretSource, TargetValues } from "./config.ts";

/** From where a parameter has its value. */
export type Origin = "command line" | "target" | "default" | "data" | "secret" | `file ${string}` | `job ${string}`;

/** The values of a project's parameters for one command. */
export interface Values {
  /** A parameter's text in its one spelling; undefined when nobody gave one and it has no default. */
  get(name: string): string | undefined;
  /** Like `get`. Throws `PARAMETER_MISSING`. */
  need(name: string): string;
  /** From where; undefined without a value. */
  origin(name: string): Origin | undefined;
  /** Whether the value must not be shown or kept. */
  isSecret(name: string): boolean;
  readonly names: readonly string[];
}

/** Values of parameters by the name of the file that they stand in. */
export type RecordedValues = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Values that jobs were submitted with, by the parameter's name, each with the id of a job. */
export type SubmittedValues = ReadonlyMap<string, { readonly value: string; readonly job: string }>;

/** Whether a file of values lies on a file system of Hadoop, `hdfs:///data/values.json`, and not on this machine. */
export function isRemoteFile(file: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\//i.test(file);
}

/** What values are made of, the first that has one winning: `given`, `target`, its files, `derived`, the default, `submitted`. */
export interface ValueSources {
  readonly root: string;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** `-D name=value` */
  readonly given: Readonly<Record<string, string>>;
  readonly target: TargetValues;
  /** Values in files of HDFS among the target's, by the file's name: what was read of them. @default none */
  readonly recorded?: RecordedValues;
  /** For parameters that have no value otherwise. @default none */
  readonly submitted?: SubmittedValues;
  /** Finds the value of a parameter that says `otherwise`, from the data. */
  readonly derive: (parameter: Parameter, values: Values) => string | undefined;
}

/** What is wrong with values that the command line gives: `PARAMETER_UNKNOWN`, `PARAMETER_VALUE`. */
function givenErrors({ parameters, given }: ValueSources, names: readonly string[]): readonly HowdahError[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const parameter = parameters.get(name);
    if (parameter === undefined)
      return new HowdahError(`there is no parameter ${name}${didYouMean(name, names)}`, {
        code: "PARAMETER_UNKNOWN",
        where: `-D ${name}`,
        next: `the parameters are ${names.join(", ")}`,
      });
    try {
      parseParameter(name, parameter.spec, value, `-D ${name}`);
      return [];
    } catch (error) {
      if (isHowdahError(error)) return error;
      throw error;
    }
  });
}

/** Resolves and checks values. Throws `PARAMETER_UNKNOWN` and `PARAMETER_VALUE`; all those of `given` at once. */
export function resolveValues(sources: ValueSources): Values {
  const { parameters, given, target } = sources;
  const names = [...parameters.keys()].sort();
  throwAll(givenErrors(sources, names));
  for (const name of Object.keys(target.parameters ?? {}))
    if (!parameters.has(name))
      throw new HowdahError(`the target gives a value to ${name}, which no definition uses${didYouMean(name, names)}`, {
        code: "PARAMETER_UNKNOWN",
      });
  const files = (target.parameterFiles ?? []).flatMap((file) => {
    const values = isRemoteFile(file) ? sources.recorded?.get(file) : existsSync(file) ? readValues(file) : undefined;
    return values === undefined ? [] : [[file, values] as const];
  });
  const known = new Map<string, { readonly value: string; readonly origin: Origin } | undefined>();

  const find = (name: string): { readonly value: string; readonly origin: Origin } | undefined => {
    const parameter = parameters.get(name);
    if (parameter === undefined) return undefined;
    const parse = (value: string, where?: string): string => parseParameter(name, parameter.spec, value, where);
    if (given[name] !== undefined) return { value: parse(given[name], `-D ${name}`), origin: "command line" };
    const own = target.parameters?.[name];
    if (typeof own === "object") return { value: readSecret(own, name, sources.root), origin: "secret" };
    if (own !== undefined) return { value: parse(String(own), "the target's parameters"), origin: "target" };
    for (const [file, values] of files) {
      const value = values[name];
      if (value !== undefined) return { value: parse(value, file), origin: `file ${file}` };
    }
    if (parameter.spec.otherwise !== undefined) {
      const value = sources.derive(parameter, values);
      if (value !== undefined) return { value: parse(value), origin: "data" };
    }
    const otherwise = parameter.spec.default;
    if (otherwise === undefined) {
      const submitted = sources.submitted?.get(name);
      if (submitted === undefined) return undefined;
      return { value: parse(submitted.value, `job ${submitted.job}`), origin: `job ${submitted.job}` };
    }
    if (!isExpr(otherwise)) return { value: parse(String(otherwise)), origin: "default" };
    const value = evaluate(otherwise, { parameter: (other) => values.get(other) });
    return { value: parse(String(value)), origin: "default" };
  };
  const entry = (name: string): ReturnType<typeof find> => {
    if (!known.has(name)) known.set(name, find(name));
    return known.get(name);
  };
  const values: Values = {
    get: (name) => entry(name)?.value,
    need: (name) => {
      const value = entry(name)?.value;
      if (value === undefined)
        throw new HowdahError(`parameter ${name} has no value`, {
          code: "PARAMETER_MISSING",
          next: `give it: -D ${name}=…`,
        });
      return value;
    },
    origin: (name) => entry(name)?.origin,
    // Also where -D gives another value: what the target keeps secret is one.
    isSecret: (name) => typeof target.parameters?.[name] === "object",
    names,
  };
  return values;
}

/** The values that a file of parameters has. Throws `PARAMETER_FILE`. */
export function readValues(file: string): Readonly<Record<string, string>> {
  try {
    return parseValues(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (isHowdahError(error)) throw error;
    throw refuseFile(messageOf(error), file, error);
  }
}

function refuseFile(why: string, file: string, cause?: unknown): HowdahError {
  return new HowdahError(`values of parameters: ${why}`, { code: "PARAMETER_FILE", where: file, cause });
}

/** The values in the text of such a file. Throws `PARAMETER_FILE`. */
export function parseValues(text: string, file: string): Readonly<Record<string, string>> {
  const refuse = (why: string, cause?: unknown): HowdahError => refuseFile(why, file, cause);
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw refuse("not an object of texts");
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) =>
      typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [],
    ),
  );
}

/** The text of a secret. Throws `SECRET` where it is not there, or lies inside the project. */
export function readSecret(source: SecretSource, name: string, root: string): string {
  const refuse = (why: string): never => {
    throw new HowdahError(`the secret ${name}: ${why}`, { code: "SECRET" });
  };
  if (source.from === "environment") {
    const value = process.env[source.variable];
    return value === undefined || value === "" ? refuse(`the variable ${source.variable} is not set`) : value;
  }
  const file = resolve(
    root,
    source.file.replace(/^~(?=\/)/, () => homedir()),
  );
  const inside = relative(root, file);
  if (!inside.startsWith("..") && !isAbsolute(inside)) return refuse(`${source.file} lies inside the project`);
  if (!existsSync(file)) return refuse(`there is no file ${source.file}`);
  return readFileSync(file, "utf8").replace(/\r?\n$/, "");
}
