import type { FixedFrequency } from "../core/time.ts";
import { toExpr, type Expr, type Phase, type Value } from "./el/index.ts";

export type SlaEvent = "start_miss" | "end_miss" | "duration_miss";

/** What is promised about a workflow, an action or a coordinator's actions; Oozie watches it and tells of misses. */
export interface SlaOptions<P extends Phase> {
  /** What the other times count from. */
  readonly nominalTime: Value<"time", P>;
  /** Started so long after the nominal time at the latest. @default not watched */
  readonly shouldStart?: FixedFrequency;
  /** Ended so long after the nominal time at the latest. */
  readonly shouldEnd: FixedFrequency;
  /** @default not watched */
  readonly maxDuration?: FixedFrequency;
  /** What is told. @default what is watched */
  readonly alertOn?: readonly SlaEvent[];
  /** Mail addresses. @default nobody is written to */
  readonly contacts?: Value<"string", P> | readonly string[];
  readonly message?: Value<"string", P>;
  /** Applications that this one waits for, for people who look for the cause. */
  readonly upstream?: readonly string[];
}

export interface Sla {
  readonly nominalTime: Expr<"time">;
  readonly shouldStart: FixedFrequency | undefined;
  readonly shouldEnd: FixedFrequency;
  readonly maxDuration: FixedFrequency | undefined;
  readonly alertOn: readonly SlaEvent[];
  readonly contacts: Expr<"string"> | undefined;
  readonly message: Expr<"string"> | undefined;
  readonly upstream: readonly string[];
}

/** A promise as the definitions keep it. */
export function sla<P extends Phase>(options: SlaOptions<P>): Sla {
  const { shouldStart, shouldEnd, maxDuration, contacts, message } = options;
  const text = (value: Value<"string", P> | readonly string[]): Expr<"string", P> =>
    toExpr<"string", P>(Array.isArray(value) ? value.join(",") : (value as Value<"string", P>));
  const watched: readonly SlaEvent[] = [
    ...(shouldStart === undefined ? [] : (["start_miss"] as const)),
    "end_miss",
    ...(maxDuration === undefined ? [] : (["duration_miss"] as const)),
  ];
  return Object.freeze({
    nominalTime: toExpr<"time", P>(options.nominalTime),
    shouldStart,
    shouldEnd,
    maxDuration,
    alertOn: options.alertOn ?? watched,
    contacts: contacts === undefined ? undefined : text(contacts),
    message: message === undefined ? undefined : text(message),
    upstream: options.upstream ?? [],
  });
}

/** Every expression in a promise. */
export function slaExpressions(sla: Sla | undefined): readonly Expr[] {
  if (sla === undefined) return [];
  return [sla.nominalTime, sla.contacts, sla.message].filter((one) => one !== undefined);
}
