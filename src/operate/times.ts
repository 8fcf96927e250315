import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { nominalTimes } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import { parametersOf } from "../oozie/el/index.ts";
import type { Parameter } from "../oozie/parameters.ts";
import { Simulation } from "../oozie/simulate.ts";
import type { Values } from "../project/values.ts";

/** From when and until when coordinators shall have actions. */
export interface Times {
  readonly start?: Instant;
  /** No nominal time is at or after it. */
  readonly end?: Instant;
}

/**
 * Values of the parameters that the coordinators' starts and ends are made of. Throws `TIME_FIXED` where they are made of
 * none, or of several.
 */
export function timesGiven(
  coordinators: readonly Coordinator[],
  parameters: ReadonlyMap<string, Parameter>,
  times: Times,
): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const which of ["start", "end"] as const) {
    const time = times[which];
    if (time === undefined) continue;
    for (const { name, at, [which]: value } of coordinators) {
      const names = parametersOf(value);
      const [only, second] = names;
      if (only === undefined)
        throw new HowdahError(`the ${which} of the coordinator ${name} is fixed in its definition`, {
          code: "TIME_FIXED",
          where: at,
          next: `make it a parameter (timeParameter()), or leave --${which} out`,
        });
      if (second !== undefined || parameters.get(only)?.spec.type !== "time")
        throw new HowdahError(`the ${which} of the coordinator ${name} is made of ${names.join(", ")}`, {
          code: "TIME_FIXED",
          where: at,
          next: `give ${names.map((one) => `-D ${one}=…`).join(" ")} instead of --${which}`,
        });
      given[only] = formatOozieTime(time);
    }
  }
  return given;
}

/** When a coordinator would have actions. */
export interface ScheduleFacts {
  readonly coordinator: string;
  readonly start: string;
  readonly end: string;
  /** How many nominal times have passed already: their actions are made at once, as far as the throttle lets them. */
  readonly passed: number;
  /** Actions that wait at the same time. */
  readonly throttle: number;
  /** Workflows at the same time; -1 for any number. */
  readonly concurrency: number;
}

/** What a coordinator's schedule is with some values. Throws `WINDOW` for one without actions. */
export function scheduleFacts(coordinator: Coordinator, values: Values, now: Instant): ScheduleFacts {
  const { schedule, throttle, concurrency } = new Simulation(coordinator, (name) => values.get(name));
  const [start, end] = [schedule.start, schedule.end].map(formatOozieTime) as [string, string];
  if (schedule.end <= schedule.start)
    throw new HowdahError(`the coordinator ${coordinator.name} would end (${end}) before it starts (${start})`, {
      code: "WINDOW",
      where: coordinator.at,
      next: "give another --start or --end",
    });
  let passed = 0;
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- they are counted
  for (const _ of nominalTimes(schedule, schedule.start, now)) passed += 1;
  return { coordinator: coordinator.name, start, end, passed, throttle, concurrency };
}
