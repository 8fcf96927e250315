import { HowdahError } from "../core/errors.ts";
import { callerPlace, type Place } from "../core/source.ts";
import type { Every, Frequency } from "../core/time.ts";
import type { Accept } from "./accept.ts";
import type { Execution } from "./calendar.ts";
import { expressionsOf, type Instances } from "./dataset.ts";
import {
  call,
  dateOffset,
  dateTzOffset,
  epochTime,
  expr,
  formatTime,
  literal,
  toExpr,
  type DateUnit,
  type ElFunction,
  type ElType,
  type Expr,
  type Phase,
  type Value,
} from "./el/index.ts";
import type { ParameterFrequency } from "./every.ts";
import { sla, slaExpressions, type Sla, type SlaOptions } from "./sla.ts";
import type { WorkflowCall } from "./workflow.ts";

type Named<V> = Readonly<Record<string, V>>;

/** What both `run` and `sla` of a coordinator may use. */
export interface PromiseContext<W extends string, P extends "action" | "sla"> {
  /** The time that the action is for. */
  readonly nominalTime: Expr<"time", P>;
  /** When the action was created. */
  readonly actualTime: Expr<"time", P>;
  readonly actionId: Expr<"string", P>;
  readonly name: Expr<"string", P>;
  readonly user: Expr<"string", P>;
  /** A time in UTC by a pattern of `yyyy MM dd HH mm ss`. */
  readonly formatTime: (time: Value<"time", P>, pattern: string) => Expr<"string", P>;
  readonly epochTime: (time: Value<"time", P>, unit?: "seconds" | "milliseconds") => Expr<"string", P>;
  readonly dateOffset: (time: Value<"time", P>, count: Value<"int", P>, unit: DateUnit) => Expr<"time", P>;
  readonly dateTzOffset: (time: Value<"time", P>, zone: string) => Expr<"time", P>;
  /** The URI of an output's instance. */
  readonly writes: Readonly<Record<W, Expr<"path", P>>>;
}

/** What a coordinator's `run` may use: the EL of the phase `action`, as a coordinator creates a workflow. */
export interface ActionContext<R extends string, W extends string> extends PromiseContext<W, "action"> {
  /** The URIs of an input's instances, divided by commas. */
  readonly reads: Readonly<Record<R, Expr<"path", "action">>>;
  /** Facts of inputs and outputs whose URIs are of HCatalog: `hcat://server/database/table/column=value`. */
  readonly hcatalog: HCatalogContext<R, W>;
}

type Text = Expr<"string", "action">;

export interface HCatalogContext<R extends string, W extends string> {
  readonly databaseIn: (input: R) => Text;
  readonly tableIn: (input: R) => Text;
  /** A filter for the input's partitions, as pig, Hive or Java's HCatalog takes it. */
  readonly partitionFilter: (input: R, type: "pig" | "hive" | "java") => Text;
  readonly partitionMin: (input: R, column: string) => Text;
  readonly partitionMax: (input: R, column: string) => Text;
  /** The input's partitions as Hive's EXPORT takes them. */
  readonly partitionsIn: (input: R, type: "hive-export") => Text;
  readonly databaseOut: (output: W) => Text;
  readonly tableOut: (output: W) => Text;
  readonly partitionsOut: (output: W) => Text;
  readonly partitionValueOut: (output: W, column: string) => Text;
}

export interface CoordinatorOptions<R extends Named<Instances>, W extends Named<Instances>> {
  readonly every: Every | ParameterFrequency;
  /** The first nominal time. */
  readonly start: Value<"time", Phase>;
  /** No nominal time is at or after it. */
  readonly end: Value<"time", Phase>;
  /** The time zone in which days and months are counted. @default "UTC" */
  readonly timezone?: string;
  /** What must be there before an action starts. */
  readonly reads: R;
  /** What an action makes, one instance each. */
  readonly writes?: W;
  /** Whether Oozie deletes what an action makes when it is run again (`coord-rerun`). @default false */
  readonly cleanup?: boolean;
  /** The workflow that each action runs. */
  readonly run: (context: ActionContext<keyof R & string, keyof W & string>) => WorkflowCall<"action">;
  /** Actions that run side by side; -1 for any number. @default 1 */
  readonly concurrency?: Value<"int", Phase>;
  /** Actions that wait side by side. @default 12 */
  readonly throttle?: Value<"int", Phase>;
  /** How long an action waits for its inputs before it is given up; Oozie's own default is 120 minutes. */
  readonly timeout?: Timeout;
  /** @default "FIFO" */
  readonly execution?: Execution;
  /** What is promised about each action. */
  readonly sla?: (context: PromiseContext<keyof W & string, "sla">) => SlaOptions<"sla">;
  /** Warnings that are meant, by code, with the reason. */
  readonly accept?: Accept;
}

type TimeoutUnit = "minutes" | "hours" | "days" | "months";
export type Timeout = Frequency<TimeoutUnit> | ParameterFrequency<TimeoutUnit>;

export interface Coordinator {
  readonly kind: "coordinator";
  readonly name: string;
  readonly every: Every | ParameterFrequency;
  readonly start: Expr<"time", Phase>;
  readonly end: Expr<"time", Phase>;
  readonly timezone: string;
  readonly reads: Named<Instances>;
  /** Whether it does not say what it reads, which TypeScript would have refused. */
  readonly lacksReads: boolean;
  readonly writes: Named<Instances>;
  readonly cleanup: boolean;
  readonly run: WorkflowCall<"action">;
  readonly concurrency: Expr<"int", Phase>;
  readonly throttle: Expr<"int", Phase>;
  readonly timeout: Timeout | undefined;
  readonly execution: Execution;
  readonly sla: Sla | undefined;
  readonly accept: Accept;
  readonly at: Place;
}

/** The members of both contexts. Their place is the coordinator's: it is not looked for anew for each. */
function promiseContext<W extends string, P extends "action" | "sla">(
  writes: Named<Instances>,
  at: Place,
): PromiseContext<W, P> {
  const fact = <T extends ElType>(fn: ElFunction): Expr<T, P> => expr({ is: "call", fn, args: [] }, at);
  return {
    nominalTime: fact("coord:nominalTime"),
    actualTime: fact("coord:actualTime"),
    actionId: fact("coord:actionId"),
    name: fact("coord:name"),
    user: fact("coord:user"),
    formatTime: formatTime<P>,
    epochTime: epochTime<P>,
    dateOffset: dateOffset<P>,
    dateTzOffset: dateTzOffset<P>,
    writes: uris<W, P>("coord:dataOut", writes, at),
  };
}

function uris<N extends string, P extends Phase>(
  fn: "coord:dataIn" | "coord:dataOut",
  events: Named<Instances>,
  at: Place,
): Readonly<Record<N, Expr<"path", P>>> {
  const entries = Object.keys(events).map((event) => [
    event,
    expr<"path", P>({ is: "call", fn, args: [literal(event, at)] }, at),
  ]);
  return Object.fromEntries(entries) as Readonly<Record<N, Expr<"path", P>>>;
}

/** A function of Oozie whose arguments are texts. */
function asks(fn: Parameters<typeof call>[0]): (...args: readonly string[]) => Text {
  return (...args) => call<"string", "action">(fn, ...args.map((arg): Expr<ElType, Phase> => literal(arg)));
}

/** Declares a coordinator: what it reads, what it writes, what it runs. */
export function coordinator<
  const R extends Named<Instances>,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a coordinator that writes nothing
  const W extends Named<Instances> = Readonly<Record<never, Instances>>,
>(name: string, options: CoordinatorOptions<R, W>): Coordinator {
  const at = callerPlace(coordinator);
  for (const key of ["every", "start", "end", "run"] as const)
    if ((options as Partial<typeof options>)[key] === undefined)
      throw new HowdahError(`coordinator ${name} has no ${key}`, { code: "DEFINITION", where: at });
  // Without types it may be left out.
  const { reads: given } = options as { readonly reads?: Named<Instances> };
  const reads = given ?? {};
  const writes: Named<Instances> = options.writes ?? {};
  const run = options.run({
    ...promiseContext<keyof W & string, "action">(writes, at),
    reads: uris("coord:dataIn", reads, at),
    hcatalog: {
      databaseIn: asks("coord:databaseIn"),
      tableIn: asks("coord:tableIn"),
      partitionFilter: asks("coord:dataInPartitionFilter"),
      partitionMin: asks("coord:dataInPartitionMin"),
      partitionMax: asks("coord:dataInPartitionMax"),
      partitionsIn: asks("coord:dataInPartitions"),
      databaseOut: asks("coord:databaseOut"),
      tableOut: asks("coord:tableOut"),
      partitionsOut: asks("coord:dataOutPartitions"),
      partitionValueOut: asks("coord:dataOutPartitionValue"),
    },
  });
  return Object.freeze({
    kind: "coordinator",
    name,
    every: options.every,
    start: toExpr<"time", Phase>(options.start, at),
    end: toExpr<"time", Phase>(options.end, at),
    timezone: options.timezone ?? "UTC",
    reads,
    lacksReads: given === undefined,
    writes,
    cleanup: options.cleanup ?? false,
    run,
    concurrency: toExpr<"int", Phase>(options.concurrency ?? 1, at),
    throttle: toExpr<"int", Phase>(options.throttle ?? 12, at),
    timeout: options.timeout,
    execution: options.execution ?? "FIFO",
    sla: options.sla === undefined ? undefined : sla(options.sla(promiseContext<keyof W & string, "sla">(writes, at))),
    accept: options.accept ?? {},
    at,
  });
}

/** Every expression in a coordinator itself, those of its data sets and its workflow not included. */
export function coordinatorExpressions(coordinator: Coordinator): readonly Expr[] {
  const { every, timeout, reads, writes, run } = coordinator;
  const counts = [every, timeout].flatMap((one) => (one?.kind === "parameter-frequency" ? [one.count] : []));
  return [
    ...counts,
    coordinator.start,
    coordinator.end,
    coordinator.concurrency,
    coordinator.throttle,
    ...[...Object.values(reads), ...Object.values(writes)].flatMap(expressionsOf),
    ...Object.values(run.values),
    ...slaExpressions(coordinator.sla),
  ];
}

/** Coordinators that are started and stopped together. */
export interface Bundle {
  readonly kind: "bundle";
  readonly name: string;
  readonly coordinators: readonly Coordinator[];
  /** When the coordinators are started. */
  readonly kickOff: Expr<"time", Phase> | undefined;
  readonly accept: Accept;
  readonly at: Place;
}

export interface BundleOptions {
  /** When the coordinators are started. @default at once */
  readonly kickOff?: Value<"time", Phase>;
  /** Warnings that are meant, by code, with the reason. */
  readonly accept?: Accept;
}

export function bundle(name: string, coordinators: readonly Coordinator[], options: BundleOptions = {}): Bundle {
  const at = callerPlace(bundle);
  return Object.freeze({
    kind: "bundle",
    name,
    coordinators,
    kickOff: options.kickOff === undefined ? undefined : toExpr<"time", Phase>(options.kickOff, at),
    accept: options.accept ?? {},
    at,
  });
}
