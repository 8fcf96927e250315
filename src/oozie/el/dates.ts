import { call, literal, toExpr, type Expr, type Phase, type Value } from "./expr.ts";

/** Units by which a time can be moved (`org.apache.oozie.coord.TimeUnit`). */
export type DateUnit = "MINUTE" | "HOUR" | "DAY" | "MONTH" | "YEAR";

/** 00:00 UTC of a time's day; resolved before anything is submitted. */
export function startOfDay(time: Value<"time", Phase>): Expr<"time", Phase> {
  return call("howdah:startOfDay", toExpr<"time", Phase>(time));
}

/**
 * The moment at which clocks of a zone show a local time, `2012-03-01T02:00`; resolved before anything is submitted.
 * A time that the clocks skip, or show twice, is refused.
 */
export function timeIn(zone: string, local: string): Expr<"time", Phase> {
  return call("howdah:timeIn", literal(zone), literal(local));
}

type DatePhase = "initial" | "instances" | "action" | "sla";
type FormatPhase = "instances" | "action" | "sla";

/** A time moved by some units, on the clock of UTC. */
export function dateOffset<P extends DatePhase>(
  time: Value<"time", P>,
  count: Value<"int", P>,
  unit: DateUnit,
): Expr<"time", P> {
  return call("coord:dateOffset", toExpr<"time", P>(time), toExpr<"int", P>(count), literal(unit));
}

/** A time moved by what a zone's clocks are away from UTC then. */
export function dateTzOffset<P extends DatePhase>(time: Value<"time", P>, zone: string): Expr<"time", P> {
  return call("coord:dateTzOffset", toExpr<"time", P>(time), literal(zone));
}

/** A time in UTC by a pattern of `yyyy MM dd HH mm ss`. */
export function formatTime<P extends FormatPhase>(time: Value<"time", P>, pattern: string): Expr<"string", P> {
  return call("coord:formatTime", toExpr<"time", P>(time), literal(pattern));
}

/** A time as seconds since 1970, or as milliseconds. */
export function epochTime<P extends FormatPhase>(
  time: Value<"time", P>,
  unit: "seconds" | "milliseconds" = "seconds",
): Expr<"string", P> {
  return call("coord:epochTime", toExpr<"time", P>(time), literal(String(unit === "milliseconds")));
}

/** Hours of the day that is n days from the nominal time's, in the data set's zone: 23, 24 or 25. */
export function hoursInDay(n: Value<"int", "instances">): Expr<"int", "instances"> {
  return call("coord:hoursInDay", toExpr<"int", "instances">(n));
}

/** Days of the month that is n months from the nominal time's. */
export function daysInMonth(n: Value<"int", "instances">): Expr<"int", "instances"> {
  return call("coord:daysInMonth", toExpr<"int", "instances">(n));
}

/** Minutes by which the data set's zone is ahead of the coordinator's. */
export function tzOffset(): Expr<"int", "instances"> {
  return call("coord:tzOffset");
}
