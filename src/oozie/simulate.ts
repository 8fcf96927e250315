import type { Instant } from "../core/time.ts";
import {
  forecast,
  nominalTimes,
  originOf,
  throttleUsed,
  timeoutMinutes,
  type ForecastAction,
  type Grid,
  type InstancesAt,
  type ResolvedInstances,
  type Schedule,
} from "./calendar.ts";
import type { Coordinator } from "./coordinator.ts";
import type { DataSet, Instances } from "./dataset.ts";
import { evaluate, evaluateTime, instanceScope, type Scope } from "./el/index.ts";
import { resolveEvery } from "./every.ts";
import { gridOf, resolveInstances } from "./resolve.ts";

/** What an action waits for or makes, by the name that its coordinator gives it. */
export interface SimulatedEvent {
  readonly name: string;
  readonly instances: Instances;
  readonly resolved: ResolvedInstances;
  /** The data set's first instance. */
  readonly first: Instant;
}

/** What `latest` and `future` are resolved by. */
export interface Look {
  /** From when `latest` looks back: when the action was created. */
  readonly now?: Instant;
  readonly has: (dataSet: DataSet, time: Instant) => boolean;
}

/** An action of a coordinator, and what it waits for. */
export interface SimulatedAction {
  readonly nominal: Instant;
  readonly reads: readonly SimulatedEvent[];
  readonly writes: readonly SimulatedEvent[];
}

/** A coordinator with its parameters' values, as a server would take it. Throws `EL_PARAMETER` for one without. */
export class Simulation {
  readonly coordinator: Coordinator;
  readonly schedule: Schedule;
  readonly concurrency: number;
  readonly throttle: number;
  /** Minutes that an action waits; undefined when the server's own default decides. */
  readonly timeout: number | undefined;
  readonly #parameter: Scope["parameter"];
  readonly #grids = new Map<DataSet, Grid>();

  constructor(coordinator: Coordinator, parameter: Scope["parameter"], defaultEnd?: Instant) {
    const scope: Scope = { parameter };
    const { every, start, end, timezone, timeout } = coordinator;
    this.coordinator = coordinator;
    this.#parameter = parameter;
    this.schedule = {
      every: resolveEvery(every, scope),
      start: evaluateTime(start, scope),
      end: defaultEnd ?? evaluateTime(end, scope),
      timezone,
    };
    this.concurrency = Number(evaluate(coordinator.concurrency, scope));
    this.throttle = throttleUsed(Number(evaluate(coordinator.throttle, scope)));
    this.timeout =
      timeout === undefined
        ? undefined
        : timeoutMinutes(resolveEvery(timeout, scope) as typeof timeout & { count: number });
  }

  /** The actions of `from <= nominal < until`, one after another. */
  *actions(from: Instant, until: Instant): Generator<SimulatedAction> {
    for (const nominal of nominalTimes(this.schedule, from, until)) yield this.action(nominal);
  }

  /** The action of a nominal time. `latest` and `future` depend on what is there: without a look they stay open. */
  action(nominal: Instant, look?: Look): SimulatedAction {
    const { reads, writes } = this.coordinator;
    return { nominal, reads: this.#events(reads, nominal, look), writes: this.#events(writes, nominal) };
  }

  /** What becomes of all actions when the coordinator is submitted at some time: see {@link forecast}. */
  forecast(options: {
    readonly submitted: Instant;
    readonly until: Instant;
    /** Minutes that a server waits when the coordinator says nothing. */
    readonly defaultTimeout: number;
    /** Milliseconds that a workflow takes. */
    readonly duration: number;
    /** Milliseconds from the last input's time until it is there. */
    readonly delay: number;
  }): Generator<ForecastAction> {
    const { submitted, until, defaultTimeout, duration, delay } = options;
    const { schedule, concurrency, throttle, timeout } = this;
    return forecast({
      schedule,
      submitted,
      until,
      concurrency,
      throttle,
      execution: this.coordinator.execution,
      timeout: timeout ?? defaultTimeout,
      duration: () => duration,
      // An instance is there so long after its own time; what is looked for is taken to be there at the nominal time.
      available: ({ nominal }) => {
        let last = nominal;
        for (const { resolved } of this.#events(this.coordinator.reads, nominal))
          for (const time of resolved.times) if (time > last) last = time;
        return (last + delay) as Instant;
      },
    });
  }

  /** The URI of a data set's instance. */
  uri(dataSet: DataSet, time: Instant): string {
    return String(evaluate(dataSet.uri, instanceScope(time, this.#parameter)));
  }

  #events(events: Coordinator["reads"], nominal: Instant, look?: Look): readonly SimulatedEvent[] {
    const found: SimulatedEvent[] = [];
    for (const name in events) {
      const instances = events[name]!;
      const { timezone } = this.coordinator;
      const grid = this.#grid(instances.dataSet);
      const seen = { grid, nominal, timezone, parameter: this.#parameter, ...lookingAt(instances.dataSet, look) };
      const resolved = resolveInstances(instances, seen);
      found.push({ name, instances, resolved, first: originOf(grid) });
    }
    return found;
  }

  #grid(dataSet: DataSet): Grid {
    let grid = this.#grids.get(dataSet);
    if (grid === undefined) this.#grids.set(dataSet, (grid = gridOf(dataSet, this.#parameter)));
    return grid;
  }
}

function lookingAt(dataSet: DataSet, look: Look | undefined): Pick<InstancesAt, "now" | "has"> {
  if (look === undefined) return {};
  const has = (time: Instant): boolean => look.has(dataSet, time);
  return look.now === undefined ? { has } : { has, now: look.now };
}
