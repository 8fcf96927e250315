import { callerPlace, type Place } from "../core/source.ts";
import type { Frequency } from "../core/time.ts";
import type { Instances } from "./dataset.ts";
import { call, literal, timeExpr, toExpr, type Expr, type Phase, type Value } from "./el.ts";
import { nodeName, type WorkflowCall } from "./workflow.ts";

type Named<V> = Readonly<Record<string, V>>;

/** What a coordinator's `run` may use: the EL of the phase `action`, as a coordinator creates a workflow. */
export interface ActionContext<R extends string, W extends string> {
  /** The time that the action is for. */
  readonly nominalTime: Expr<"time", "action">;
  readonly name: Expr<"string", "action">;
  readonly user: Expr<"string", "action">;
  /** A time in UTC by a pattern of `yyyy MM dd HH mm ss`. */
  readonly formatTime: (time: Value<"time", "action">, pattern: string) => Expr<"string", "action">;
  readonly dateOffset: (
    time: Value<"time", "action">,
    count: number,
    unit: "MINUTE" | "HOUR" | "DAY",
  ) => Expr<"time", "action">;
  /** The URIs of an input's instances, divided by commas. */
  readonly reads: Readonly<Record<R, Expr<"path", "action">>>;
  readonly writes: Readonly<Record<W, Expr<"path", "action">>>;
}

export interface CoordinatorOptions<R extends Named<Instances>, W extends Named<Instances>> {
  readonly every: Frequency;
  /** The first nominal time. */
  readonly start: Value<"time", Phase>;
  /** No nominal time is at or after it. */
  readonly end: Value<"time", Phase>;
  /** What must be there before an action starts. */
  readonly reads: R;
  /** What an action makes. */
  readonly writes?: W;
  /** The workflow that each action runs. */
  readonly run: (context: ActionContext<keyof R & string, keyof W & string>) => WorkflowCall<"action">;
  /** Actions that run side by side. @default 1 */
  readonly concurrency?: number;
  /** Actions that wait side by side. @default 12 */
  readonly throttle?: number;
  /** How long an action waits for its inputs before it is given up; Oozie's own default is 120 minutes. */
  readonly timeout?: Frequency;
  /** @default "FIFO" */
  readonly execution?: "FIFO" | "LIFO" | "LAST_ONLY" | "NONE";
}

export interface Coordinator {
  readonly kind: "coordinator";
  readonly name: string;
  readonly every: Frequency;
  readonly start: Expr<"time", Phase>;
  readonly end: Expr<"time", Phase>;
  readonly reads: Named<Instances>;
  readonly writes: Named<Instances>;
  readonly run: WorkflowCall<"action">;
  readonly concurrency: number;
  readonly throttle: number;
  readonly timeout: Frequency | undefined;
  readonly execution: "FIFO" | "LIFO" | "LAST_ONLY" | "NONE";
  readonly at: Place;
}

/** Declares a coordinator: what it reads, what it writes, what it runs. */
export function coordinator<
  const R extends Named<Instances>,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a coordinator that writes nothing
  const W extends Named<Instances> = Readonly<Record<never, Instances>>,
>(name: string, options: CoordinatorOptions<R, W>): Coordinator {
  const at = callerPlace();
  const writes = options.writes ?? ({} as W);
  const uris = <N extends string>(
    fn: "coord:dataIn" | "coord:dataOut",
    events: Readonly<Record<N, unknown>>,
  ): Readonly<Record<N, Expr<"path", "action">>> => {
    const entries = Object.keys(events).map((event) => [event, call<"path", "action">(fn, literal(event))]);
    return Object.fromEntries(entries) as Readonly<Record<N, Expr<"path", "action">>>;
  };
  const context: ActionContext<keyof R & string, keyof W & string> = {
    nominalTime: call("coord:nominalTime"),
    name: call("coord:name"),
    user: call("coord:user"),
    formatTime: (time, pattern) => call("coord:formatTime", toExpr<"time", "action">(time), literal(pattern)),
    dateOffset: (time, count, unit) =>
      call("coord:dateOffset", toExpr<"time", "action">(time), literal(count), literal(unit)),
    reads: uris("coord:dataIn", options.reads),
    writes: uris("coord:dataOut", writes),
  };
  return Object.freeze({
    kind: "coordinator",
    name: nodeName(name, at),
    every: options.every,
    start: timeExpr(options.start, at),
    end: timeExpr(options.end, at),
    reads: options.reads,
    writes,
    run: options.run(context),
    concurrency: options.concurrency ?? 1,
    throttle: options.throttle ?? 12,
    timeout: options.timeout,
    execution: options.execution ?? "FIFO",
    at,
  });
}

/** Coordinators that are started and stopped together. */
export interface Bundle {
  readonly kind: "bundle";
  readonly name: string;
  readonly coordinators: readonly Coordinator[];
  readonly at: Place;
}

export function bundle(name: string, coordinators: readonly Coordinator[]): Bundle {
  const at = callerPlace();
  return Object.freeze({ kind: "bundle", name: nodeName(name, at), coordinators, at });
}
