import type { Frequency, Instant } from "../../core/time.ts";
import { originOf, stepsFrom } from "./grid.ts";
import { Heap } from "./heap.ts";
import { cronGo, nextNominal, type Schedule } from "./nominal.ts";

const minute = 60_000;
/** How often, and how far ahead, the server looks for actions to make (`CoordMaterializeTriggerService`). */
const lookUp = 300_000;
/** For how long it makes actions then. */
const windowLength = 3_600_000;
/** How often an action looks for its inputs (`oozie.service.coord.input.check.requeue.interval`). */
const check = minute;
/** `oozie.service.coord.default.max.timeout` in minutes. */
export const longestTimeout = 86_400;
/** A share of 0.05 of a queue of 10,000 (`oozie.service.coord.materialization.throttling.factor`). */
export const widestThrottle = 500;

export type Execution = "FIFO" | "LIFO" | "LAST_ONLY" | "NONE";

/** A length of waiting. */
type Waiting = Pick<Frequency<"minutes" | "hours" | "days" | "months">, "unit" | "count">;

/** Minutes of a timeout: an hour has 60, a day 24 hours, a month 30 days (`CoordSubmitXCommand`). */
export function minutesOf({ unit, count }: Waiting): number {
  return count * { minutes: 1, hours: 60, days: 1440, months: 43_200 }[unit];
}

/**
 * The timeout in minutes that a server with default settings uses: a negative one and one above 60 days become 60 days.
 */
export function timeoutMinutes(timeout: Waiting): number {
  const minutes = minutesOf(timeout);
  return minutes < 0 || minutes > longestTimeout ? longestTimeout : minutes;
}

/** The throttle that a server with default settings uses: one below 1 or above 500 becomes 500. */
export function throttleUsed(throttle: number): number {
  return throttle < 1 || throttle > widestThrottle ? widestThrottle : throttle;
}

/** An action as it is made. */
export interface MadeAction {
  /** From 1. */
  readonly number: number;
  readonly nominal: Instant;
  /** When the server makes it, up to an hour before its nominal time or, catching up, after it. */
  readonly created: Instant;
}

export interface ForecastOptions {
  readonly schedule: Schedule;
  /** When the coordinator is submitted. */
  readonly submitted: Instant;
  /** What happens from here on is left open. */
  readonly until: Instant;
  /** Workflows at the same time; below 0 any number. */
  readonly concurrency: number;
  /** Actions that wait at the same time. */
  readonly throttle: number;
  readonly execution: Execution;
  /** In minutes, see {@link timeoutMinutes}. */
  readonly timeout: number;
  /** When the last of an action's inputs is there; undefined when it never is. */
  readonly available: (action: MadeAction) => Instant | undefined;
  /** Milliseconds that an action's workflow takes. */
  readonly duration: (action: MadeAction) => number;
}

export interface ForecastAction extends MadeAction {
  /** The last look for its inputs: it is given up when one is missing then. */
  readonly deadline: Instant;
  /** When all of its inputs have been seen; undefined when they never were. */
  readonly ready: Instant | undefined;
  /** `waiting` and `ready` are those whose fate lies behind the forecast's end. */
  readonly outcome: "started" | "skipped" | "timed-out" | "waiting" | "ready";
  /** When it started, was skipped or given up; undefined when it is open. */
  readonly at: Instant | undefined;
  /** When its workflow ends; undefined when it did not start. */
  readonly ends: Instant | undefined;
}

interface Pending extends MadeAction {
  readonly deadline: Instant;
  /** After this it is skipped: it is no more the last one, or no more on time. */
  readonly skipAfter: number;
  ready: Instant | undefined;
}

/** Of events at one time, what gives room comes first. */
const kinds = ["end", "fate", "look"] as const;

interface Happening {
  readonly at: Instant;
  readonly kind: (typeof kinds)[number];
  readonly order: number;
  readonly action: Pending | undefined;
  readonly fate: Fate | undefined;
}

type Fate = "ready" | "skipped" | "timed-out";

/**
 * What becomes of a coordinator's actions on a server with default settings and nothing else to do, each as soon as it
 * is certain, in the order of time: when it is made, how long it waits, when it starts (`CoordMaterializeTransitionXCommand`,
 * `CoordActionInputCheckXCommand`, `CoordActionReadyXCommand`). The server is taken to look for actions to make at the
 * submission and each five minutes from then. It keeps nothing but the actions that wait or are ready.
 */
export function forecast(options: ForecastOptions): Generator<ForecastAction> {
  return new Forecast(options).run();
}

class Forecast {
  readonly #options: ForecastOptions;
  readonly #events = new Heap<Happening>(
    (a, b) => a.at < b.at || (a.at === b.at && (rank(a) < rank(b) || (rank(a) === rank(b) && a.order < b.order))),
  );
  readonly #ready: Heap<Pending>;
  #order = 0;
  #made = 0;
  #waiting = 0;
  #running = 0;
  /** Up to where actions are made. */
  #madeUntil: Instant | undefined;
  /** The next look to come, or the last one that was. */
  #look: Instant | undefined;
  #looks = false;

  constructor(options: ForecastOptions) {
    this.#options = options;
    // Ready actions start in the order of their nominal times, the latest first but for FIFO.
    const sign = options.execution === "FIFO" ? 1 : -1;
    this.#ready = new Heap((a, b) => sign * (a.nominal - b.nominal || a.number - b.number) < 0);
  }

  *run(): Generator<ForecastAction> {
    const { submitted, until } = this.#options;
    this.#plan(submitted);
    let event = this.#events.pop();
    for (; event !== undefined && event.at < until; event = this.#events.pop()) {
      if (event.kind === "look") {
        this.#looks = false;
        yield* this.#make(event.at);
        this.#plan(event.at);
      } else if (event.kind === "end") {
        this.#running -= 1;
        yield* this.#start(event.at);
      } else {
        yield* this.#settle(event.action!, event.fate!, event.at);
        this.#plan(event.at);
      }
    }
    const left: ForecastAction[] = [];
    for (; event !== undefined; event = this.#events.pop())
      if (event.kind === "fate") left.push(told(event.action!, "waiting", undefined));
    for (let one = this.#ready.pop(); one !== undefined; one = this.#ready.pop())
      left.push(told(one, "ready", undefined));
    yield* left.sort((a, b) => a.nominal - b.nominal || a.number - b.number);
  }

  #push(at: Instant, kind: Happening["kind"], action?: Pending, fate?: Fate): void {
    this.#events.push({ at, kind, order: this.#order++, action, fate });
  }

  /** Plans the first look from a time on that makes an action; while the throttle is reached, none does. */
  #plan(from: Instant): void {
    const { schedule, submitted, throttle } = this.#options;
    const madeUntil = this.#madeUntil;
    if (this.#looks || this.#waiting >= throttle || (madeUntil ?? schedule.start) >= schedule.end) return;
    // A first action may be five minutes ahead, a later one less.
    const due = madeUntil === undefined ? schedule.start - lookUp : madeUntil - lookUp + 1;
    const rounds = Math.ceil((Math.max(from, due, (this.#look ?? -Infinity) + 1) - submitted) / lookUp);
    this.#looks = true;
    this.#look = (submitted + Math.max(0, rounds) * lookUp) as Instant;
    this.#push(this.#look, "look");
  }

  /** `CoordMaterializeTransitionXCommand`. */
  *#make(now: Instant): Generator<ForecastAction> {
    const { schedule, throttle, execution } = this.#options;
    const { every } = schedule;
    const from = this.#madeUntil ?? schedule.start;
    const until = Math.min(this.#windowEnd(from, now), schedule.end) as Instant;
    const dropsLate = execution === "LAST_ONLY" || execution === "NONE";
    const most = dropsLate && until <= now ? Infinity : throttle - this.#waiting;
    if (every.kind === "cron") {
      const go = cronGo(schedule, from, until, most);
      let step = go.next();
      for (; step.done !== true; step = go.next()) yield* this.#add(step.value, now);
      this.#madeUntil = step.value;
      return;
    }
    const grid = { every, initial: schedule.start, timezone: schedule.timezone };
    const origin = originOf(grid);
    let nominal = stepsFrom(grid, origin, this.#made);
    for (let made = 0; made < most && nominal < until; made++) {
      yield* this.#add(nominal, now);
      nominal = stepsFrom(grid, origin, this.#made);
    }
    this.#madeUntil = nominal;
  }

  /** An hour on; or, when that has passed, as far as the throttle reaches (`getMaterializationTimeForCatchUp`). */
  #windowEnd(from: Instant, now: Instant): Instant {
    const { schedule, throttle, execution } = this.#options;
    const { every } = schedule;
    const hour = (from + windowLength) as Instant;
    if (hour > now) return hour;
    if (execution === "LAST_ONLY" || execution === "NONE") return now;
    if (every.kind === "cron") return schedule.end;
    const grid = { every, initial: schedule.start, timezone: schedule.timezone };
    let previous = from;
    for (let step = 1; step <= throttle; step++) {
      const time = stepsFrom(grid, from, step);
      if (time >= now) return Math.max(previous, hour) as Instant;
      previous = time;
    }
    return previous;
  }

  /** Makes an action, whose fate follows from when its inputs are there: it looks for them each minute. */
  *#add(nominal: Instant, created: Instant): Generator<ForecastAction> {
    this.#made += 1;
    const { timeout, available } = this.#options;
    const first = Math.max(nominal, created);
    const deadline = (first + (timeout + 1) * check) as Instant;
    const skipAfter = this.#skipAfter(this.#made, nominal);
    const action: Pending = { number: this.#made, nominal, created, deadline, skipAfter, ready: undefined };
    const there = available(action) ?? Infinity;
    const ready = first + Math.max(0, Math.ceil((there - first) / check)) * check;
    const skipped = skipAfter < first ? first : first + (Math.floor((skipAfter - first) / check) + 1) * check;
    const at = Math.min(skipped, ready, action.deadline) as Instant;
    const fate = at === skipped ? "skipped" : at === ready ? "ready" : "timed-out";
    if (at <= created && fate === "skipped") {
      yield told(action, fate, at);
      return;
    }
    this.#waiting += 1;
    this.#push(at, "fate", action, fate);
  }

  /** LAST_ONLY: the next action's nominal time. NONE: a minute after its own. */
  #skipAfter(number: number, nominal: Instant): number {
    const { schedule, execution } = this.#options;
    if (execution === "NONE") return nominal + minute;
    return (execution === "LAST_ONLY" ? nextNominal(schedule, number, nominal) : undefined) ?? Infinity;
  }

  *#settle(action: Pending, fate: Fate, at: Instant): Generator<ForecastAction> {
    this.#waiting -= 1;
    if (fate !== "ready") {
      yield told(action, fate, at);
      return;
    }
    action.ready = at;
    this.#ready.push(action);
    yield* this.#start(at);
  }

  /** `CoordActionReadyXCommand`: skips what is late, then starts as many as there is room for. */
  *#start(at: Instant): Generator<ForecastAction> {
    const { concurrency, duration, execution } = this.#options;
    if (execution === "LAST_ONLY" || execution === "NONE") {
      const all: Pending[] = [];
      for (let one = this.#ready.pop(); one !== undefined; one = this.#ready.pop()) all.push(one);
      for (const one of all)
        if (at > one.skipAfter) yield told(one, "skipped", at);
        else this.#ready.push(one);
    }
    while (this.#ready.size > 0 && (concurrency < 0 || this.#running < concurrency)) {
      const action = this.#ready.pop()!;
      const ends = (at + duration(action)) as Instant;
      this.#running += 1;
      this.#push(ends, "end");
      yield told(action, "started", at, ends);
    }
  }
}

function rank({ kind }: Happening): number {
  return kinds.indexOf(kind);
}

function told(
  { number, nominal, created, deadline, ready }: Pending,
  outcome: ForecastAction["outcome"],
  at: Instant | undefined,
  ends?: Instant,
): ForecastAction {
  return { number, nominal, created, deadline, ready, outcome, at, ends };
}
