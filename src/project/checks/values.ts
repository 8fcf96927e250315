import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { didYouMean, isHowdahError, messageOf, type HowdahError } from "../../core/errors.ts";
import type { Place } from "../../core/source.ts";
import { Findings, scopeOfParameter, type CheckCode, type Problem, type Scope } from "../../oozie/checks/index.ts";
import { constantOf, isExpr } from "../../oozie/el/index.ts";
import { parseParameter, type Parameter } from "../../oozie/parameters.ts";
import type { Target, TargetValues } from "../config.ts";
import { isRemoteFile, readValues } from "../values.ts";
import { placed } from "./place.ts";

/** A target, and what its values are for. */
export interface TargetSource {
  readonly root: string;
  /** Where the configuration is written. */
  readonly at: Place;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly name: string;
  readonly target: Target;
  /** The text of a file of definitions, by its full path. */
  readonly read: (file: string) => string | undefined;
}

export interface TargetFindings {
  readonly problems: readonly Problem[];
  /** Files of values that cannot be read: `PARAMETER_FILE`. */
  readonly errors: readonly HowdahError[];
  /** Parameters without any value, which whoever submits a job on a cluster must give one. */
  readonly missing: readonly string[];
}

/** What is wrong with a value, which is then looked at no further. */
export interface WrongValue {
  readonly code: CheckCode;
  readonly why: string;
  readonly next?: string;
}

/** All that is wrong with the values that parameters have on a target. */
export function checkTargetValues(source: TargetSource): TargetFindings {
  const { root, at, parameters, name: targetName, target } = source;
  const findings = new Findings();
  const errors: HowdahError[] = [];
  const scope: Scope = { label: `target ${targetName}`, at };
  const values: TargetValues = target.kind === "folder" ? target.values(resolve(root, target.folder)) : target;
  const known = new Set<string>();

  const look = (
    parameter: Parameter,
    value: string,
    whose: Scope,
    where: { at?: Place; key?: readonly string[] },
  ): void => {
    known.add(parameter.name);
    const wrong = wrongWith(parameter, value, target.kind === "cluster");
    if (wrong !== undefined)
      findings.add(wrong.code, whose, `${whose.label}: ${wrong.why}`, {
        ...where,
        ...(wrong.next === undefined ? {} : { next: wrong.next }),
      });
  };

  for (const [name, value] of Object.entries(values.parameters ?? {})) {
    const parameter = parameters.get(name);
    const key = ["targets", targetName, "parameters", name];
    if (parameter === undefined)
      findings.add(
        "PARAMETER_UNKNOWN",
        scope,
        `${scope.label} gives a value to ${name}, which no definition uses${didYouMean(name, parameters.keys())}`,
        { key, next: "take it out" },
      );
    else if (typeof value === "object") known.add(name);
    else look(parameter, String(value), scope, { key });
  }
  for (const file of (values.parameterFiles ?? []).filter((path) => !isRemoteFile(path) && existsSync(path)))
    try {
      for (const [name, value] of Object.entries(readValues(file))) {
        const parameter = parameters.get(name);
        if (parameter !== undefined && !known.has(name)) look(parameter, value, scope, { at: placeIn(file, name) });
      }
    } catch (error) {
      if (!isHowdahError(error)) throw error;
      errors.push(error);
    }
  for (const parameter of parameters.values()) {
    const { default: otherwise } = parameter.spec;
    if (known.has(parameter.name) || otherwise === undefined) continue;
    known.add(parameter.name);
    const value = isExpr(otherwise) ? constantOf(otherwise) : otherwise;
    const own = scopeOfParameter(parameter);
    // A default that the parameter itself does not take is told of once, whatever the targets are.
    if (value !== undefined && wrongWith(parameter, String(value), false) === undefined)
      look(parameter, String(value), own, {});
  }
  return {
    problems: placed(findings.inOrder(), source.read),
    errors,
    missing: [...parameters.keys()].filter((name) => !known.has(name)).sort(),
  };
}

/** Why a parameter cannot have a value; `onCluster`: what Oozie does to properties counts too. */
export function wrongWith({ name, spec }: Parameter, given: string, onCluster: boolean): WrongValue | undefined {
  let value: string;
  try {
    value = parseParameter(name, spec, given);
  } catch (error) {
    if (!isHowdahError(error)) throw error;
    return { code: "PARAMETER_VALUE", why: messageOf(error) };
  }
  if (!onCluster) return undefined;
  // `XConfiguration` reads a property without text as one that is not there.
  if (value.trim() === "")
    return {
      code: "VALUE_EMPTY",
      why: `parameter ${name} is empty, and Oozie has no empty properties`,
      next: "give it a text that stands for nothing, or take the parameter out",
    };
  if (spec.type === "path" && !/^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(value.trimStart()))
    return {
      code: "PARAMETER_VALUE",
      why: `parameter ${name}: ${JSON.stringify(value)} is no absolute path`,
      next: "write it as /user/alice/data",
    };
  if (value.includes("${"))
    return {
      code: "VALUE_EXPRESSION",
      why: `parameter ${name} has an expression in its value, ${JSON.stringify(value)}, and Oozie resolves it once more`,
      next: "write out what it stands for",
    };
  // `XConfiguration.trim`, and `DagELFunctions.configureEvaluator`.
  if (value !== value.trim())
    return {
      code: "VALUE_SPACE",
      why: `parameter ${name} has white space at an end of its value, ${JSON.stringify(value)}, which Oozie takes off`,
      next: "take it off, or put it into the texts around the parameter",
    };
  return undefined;
}

/** The line of a JSON file that has a key. */
function placeIn(file: string, key: string): Place {
  const lines = readFileSync(file, "utf8").split("\n");
  return {
    file,
    line:
      Math.max(
        0,
        lines.findIndex((line) => line.includes(`${JSON.stringify(key)}:`)),
      ) + 1,
  };
}
