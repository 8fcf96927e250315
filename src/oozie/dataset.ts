import { callerPlace, type Place } from "../core/source.ts";
import type { Frequency } from "../core/time.ts";
import type { Accept } from "./accept.ts";
import { isExpr, toExpr, type DateUnit, type Expr, type Value } from "./el/index.ts";

/** The flag that Oozie looks for where none is named. */
export const successFlag = "_SUCCESS";

/** A series of folders, one an instance, and the file whose presence says that an instance is complete. */
export interface DataSet {
  readonly kind: "data-set";
  readonly name: string;
  readonly every: Frequency;
  /** The first instance; earlier ones do not exist for Oozie, which drops them silently. */
  readonly initial: Expr<"time", "initial">;
  readonly uri: Expr<"path", "uri">;
  /** The name of the flag file; empty when the folder's own presence is the sign. */
  readonly doneFlag: string;
  /** The time zone in which days and months are counted. */
  readonly timezone: string;
  readonly accept: Accept;
  readonly at: Place;
  /** The instance n steps from the nominal time; 0 is the one at or before it. */
  current(n: number): Current<number>;
  current(n: InstanceNumber): Current;
  /** All instances from one offset to another, both included. */
  currentRange(from: number, to: number): Current<number>;
  currentRange(from: InstanceNumber, to: InstanceNumber): Current;
  /**
   * The n-th complete instance before now (0 or less: 0 is the last one). Oozie looks when the action starts, from the
   * clock of that moment, not from the nominal time.
   */
  latest(n: InstanceNumber): Latest;
  latestRange(from: InstanceNumber, to: InstanceNumber): Latest;
  /** The n-th complete instance from the nominal time on (0 is the first), looking at `limit` instances at most. */
  future(n: InstanceNumber, limit: InstanceNumber): Future;
  futureRange(from: InstanceNumber, to: InstanceNumber, limit: InstanceNumber): Future;
  /** The instance at the nominal time moved by n units. */
  offset(n: InstanceNumber, unit: DateUnit): Offset;
  offsetRange(from: InstanceNumber, to: InstanceNumber, unit: DateUnit): Offset;
  /** All instances from a time on, up to the one n steps from the nominal time. */
  since(start: Value<"time", "instances">, n: InstanceNumber): Since;
  /** All instances from the beginning of the day, week or month n from the nominal time's, up to another. */
  sinceStartOf(unit: PeriodUnit, n: InstanceNumber, to: InstanceNumber): Since;
}

/** A number in a choice of instances. */
export type InstanceNumber = Value<"int", "instances">;

/** What has a beginning (`coord:endOfDays`, `coord:endOfWeeks`, `coord:endOfMonths`). */
export type PeriodUnit = "endOfDays" | "endOfWeeks" | "endOfMonths";

type Number_ = number | Expr<"int", "instances">;

interface InstancesBase {
  readonly kind: "instances";
  readonly dataSet: DataSet;
  readonly at: Place;
}

/** Relative to the nominal time, both ends included. */
export interface Current<N extends Number_ = Number_> extends InstancesBase {
  readonly is: "current";
  readonly from: N;
  readonly to: N;
}
export interface Latest extends InstancesBase {
  readonly is: "latest";
  readonly from: Number_;
  readonly to: Number_;
}
export interface Future extends InstancesBase {
  readonly is: "future";
  readonly from: Number_;
  readonly to: Number_;
  readonly limit: Number_;
}
export interface Offset extends InstancesBase {
  readonly is: "offset";
  readonly from: Number_;
  readonly to: Number_;
  readonly unit: DateUnit;
}
export interface Since extends InstancesBase {
  readonly is: "since";
  readonly start: Expr<"time", "instances"> | { readonly period: PeriodUnit; readonly n: Number_ };
  readonly to: Number_;
}

/** Some instances of a data set, which an action waits for or makes. */
export type Instances = Current | Latest | Future | Offset | Since;

/** Whether instances stand at fixed distances from the nominal time. */
export function isCurrent(instances: Instances): instances is Current<number> {
  return instances.is === "current" && typeof instances.from === "number" && typeof instances.to === "number";
}

/** Every number in a choice of instances. */
export function numbersOf(instances: Instances): readonly Number_[] {
  switch (instances.is) {
    case "future":
      return [instances.from, instances.to, instances.limit];
    case "since":
      return [instances.to, ...("n" in instances.start ? [instances.start.n] : [])];
    default:
      return [instances.from, instances.to];
  }
}

/** Every expression in a choice of instances. */
export function expressionsOf(instances: Instances): readonly Expr[] {
  const start: readonly Expr[] = instances.is === "since" && isExpr(instances.start) ? [instances.start] : [];
  return [...numbersOf(instances).filter((one) => isExpr(one)), ...start];
}

export interface DataSetOptions {
  readonly every: Frequency;
  readonly initial: Value<"time", "initial">;
  readonly uri: Expr<"path", "uri">;
  /** @default "_SUCCESS" */
  readonly doneFlag?: string;
  /** The time zone in which days and months are counted. @default "UTC" */
  readonly timezone?: string;
  /** Warnings that are meant, by code, with the reason. */
  readonly accept?: Accept;
}

/** Declares a data set. Further facts of the caller's (a table, a file format) stay on the value. */
export function dataset<Facts extends object = object>(
  name: string,
  options: DataSetOptions & Facts,
): DataSet & Omit<Facts, keyof DataSetOptions> {
  const at = callerPlace(dataset);
  const { doneFlag = successFlag, timezone = "UTC", accept = {} } = options;
  const of = <I extends Instances>(own: Omit<I, keyof InstancesBase>): I =>
    Object.freeze({ kind: "instances", dataSet: made, at: callerPlace(), ...own }) as unknown as I;
  const current = (from: InstanceNumber, to = from): Current<number> =>
    of<Current>({ is: "current", from, to }) as Current<number>;
  const time = (value: Value<"time", "instances">): Expr<"time", "instances"> => toExpr<"time", "instances">(value);
  const made: DataSet & Omit<Facts, keyof DataSetOptions> = Object.freeze({
    ...options,
    kind: "data-set" as const,
    name,
    initial: toExpr<"time", "initial">(options.initial, at),
    doneFlag,
    timezone,
    accept,
    at,
    current: (n: InstanceNumber) => current(n),
    currentRange: current,
    latest: (n: InstanceNumber) => of<Latest>({ is: "latest", from: n, to: n }),
    latestRange: (from: InstanceNumber, to: InstanceNumber) => of<Latest>({ is: "latest", from, to }),
    future: (n: InstanceNumber, limit: InstanceNumber) => of<Future>({ is: "future", from: n, to: n, limit }),
    futureRange: (from: InstanceNumber, to: InstanceNumber, limit: InstanceNumber) =>
      of<Future>({ is: "future", from, to, limit }),
    offset: (n: InstanceNumber, unit: DateUnit) => of<Offset>({ is: "offset", from: n, to: n, unit }),
    offsetRange: (from: InstanceNumber, to: InstanceNumber, unit: DateUnit) =>
      of<Offset>({ is: "offset", from, to, unit }),
    since: (start: Value<"time", "instances">, n: InstanceNumber) =>
      of<Since>({ is: "since", start: time(start), to: n }),
    sinceStartOf: (period: PeriodUnit, n: InstanceNumber, to: InstanceNumber) =>
      of<Since>({ is: "since", start: { period, n }, to }),
  });
  return made;
}
