import {
  daysInMonth,
  hoursInDay,
  instancesAt,
  tzOffset,
  type Grid,
  type InstancesAt,
  type InstanceSpec,
  type ResolvedInstances,
} from "./calendar.ts";
import type { DataSet, Instances } from "./dataset.ts";
import { evaluate, evaluateTime, isExpr, spelledOut, type Expr, type Scope } from "./el/index.ts";

/** A choice of instances, and from where it is seen. */
export interface Seen extends InstancesAt {
  /** The grid of the choice's data set: {@link gridOf}. */
  readonly grid: Grid;
  /** The zone of the coordinator that chooses. @default "UTC" */
  readonly timezone?: string;
  /** Values of parameters. */
  readonly parameter: Scope["parameter"];
}

/** The grid on which a data set's instances lie. Throws `EL_PARAMETER` when its first instance has no value. */
export function gridOf(dataSet: DataSet, parameter: Scope["parameter"]): Grid {
  const { every, initial, timezone } = dataSet;
  return { every, initial: evaluateTime(initial, { parameter }), timezone };
}

/** The instances that a choice names, its numbers worked out. */
export function resolveInstances(instances: Instances, seen: Seen): ResolvedInstances {
  return instancesAt(specOf(instances, seen), seen.grid, seen);
}

function specOf(instances: Instances, seen: Seen): InstanceSpec {
  const number = (value: number | Expr): number =>
    typeof value === "number" ? value : Number(evaluate(value, scopeOf(seen)));
  switch (instances.is) {
    case "current":
    case "latest":
      return { is: instances.is, from: number(instances.from), to: number(instances.to) };
    case "future":
      return {
        is: "future",
        from: number(instances.from),
        to: number(instances.to),
        limit: number(instances.limit),
      };
    case "offset": {
      const [from, to] = [instances.from, instances.to].map((n) => ({ n: number(n), unit: instances.unit }));
      return from!.n === to!.n ? { is: "offset", at: from! } : { is: "offsets", from: from!, to: to! };
    }
    case "since": {
      const { start, to } = instances;
      const begin =
        "period" in start
          ? { is: start.period, n: number(start.n) }
          : { is: "absolute" as const, at: evaluateTime(start, scopeOf(seen)) };
      return { is: "range", start: begin, to: number(to) };
    }
  }
}

/** What expressions may ask where instances are chosen. */
function scopeOf({ grid, nominal, parameter, timezone = "UTC" }: Seen): Scope {
  return {
    parameter,
    call: (fn, args) => {
      switch (fn) {
        case "coord:hoursInDay":
          return hoursInDay(Number(args[0]), grid, nominal);
        case "coord:daysInMonth":
          return daysInMonth(Number(args[0]), grid, nominal);
        case "coord:tzOffset":
          return tzOffset(grid.timezone ?? "UTC", timezone, nominal);
        default:
          return undefined;
      }
    },
  };
}

/** How a choice of instances is told to people: `latest(0)`, `current(-2 … 0)`, `current(-hours_back)`. */
export function choiceText(instances: Instances): string {
  const text = (value: number | Expr): string => (typeof value === "number" ? String(value) : spelledOut(value));
  switch (instances.is) {
    case "since": {
      const { start, to } = instances;
      return `since ${isExpr(start) ? spelledOut(start) : `${start.period}(${text(start.n)})`} … current(${text(to)})`;
    }
    case "offset": {
      const [from, to] = [text(instances.from), text(instances.to)];
      return `offset(${from === to ? from : `${from} … ${to}`}, ${instances.unit})`;
    }
    default: {
      const [from, to] = [text(instances.from), text(instances.to)];
      return `${instances.is}(${from === to ? from : `${from} … ${to}`})`;
    }
  }
}
