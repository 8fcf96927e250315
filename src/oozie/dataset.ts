import { HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import type { Frequency } from "../core/time.ts";
import { timeExpr, type Expr, type Phase, type Value } from "./el.ts";

/** A series of folders, one an instance, and the file whose presence says that an instance is complete. */
export interface DataSet {
  readonly kind: "data-set";
  readonly name: string;
  readonly every: Frequency;
  /** The first instance; earlier ones do not exist for Oozie, which drops them silently. */
  readonly initial: Expr<"time", Phase>;
  readonly uri: Expr<"path", "uri">;
  /** The name of the flag file. */
  readonly doneFlag: string;
  readonly at: Place;
  /** The instance `offset` steps from the nominal time; 0 is the one at or before it. */
  current(offset: number): Instances;
  /** All instances from one offset to another, both included. */
  currentRange(from: number, to: number): Instances;
}

/** Some instances of a data set, relative to a coordinator action's nominal time. */
export interface Instances {
  readonly kind: "instances";
  readonly dataSet: DataSet;
  readonly from: number;
  readonly to: number;
  readonly at: Place;
}

export interface DataSetOptions {
  readonly every: Frequency;
  readonly initial: Value<"time", Phase>;
  readonly uri: Expr<"path", "uri">;
  /** @default "_SUCCESS" */
  readonly doneFlag?: string;
}

/** The names Oozie's coordinator schema allows. */
const eventName = /^[a-zA-Z][-_a-zA-Z0-9]*$/;

/** Declares a data set. Further facts of the caller's (a table, a file format) stay on the value. */
export function dataset<Facts extends object = object>(
  name: string,
  options: DataSetOptions & Facts,
): DataSet & Omit<Facts, keyof DataSetOptions> {
  const at = callerPlace();
  if (!eventName.test(name))
    throw new HowdahError(`${JSON.stringify(name)} cannot name a data set: a letter, then letters, digits, - and _`, {
      code: "DATA_SET_NAME",
      where: at,
    });
  const made: DataSet & Omit<Facts, keyof DataSetOptions> = Object.freeze({
    ...options,
    kind: "data-set" as const,
    name,
    initial: timeExpr(options.initial, at),
    doneFlag: options.doneFlag ?? "_SUCCESS",
    at,
    current: (offset: number) => instances(made, offset, offset),
    currentRange: (from: number, to: number) => instances(made, from, to),
  });
  return made;
}

function instances(dataSet: DataSet, from: number, to: number): Instances {
  const at = callerPlace();
  if (!Number.isInteger(from) || !Number.isInteger(to) || from > to)
    throw new HowdahError(`instances ${from} to ${to} of ${dataSet.name}: whole numbers, the smaller first`, {
      code: "INSTANCES",
      where: at,
    });
  return Object.freeze({ kind: "instances", dataSet, from, to, at });
}
