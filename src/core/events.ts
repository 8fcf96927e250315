import { isHowdahError, messageOf } from "./errors.ts";

/** What the library tells while it works. The library never prints; whoever holds the sink decides. */
export interface HowdahEvent {
  /** What happened, such as `action.done`; stable. */
  readonly event: string;
  readonly [fact: string]: unknown;
}

export type Emit = (event: HowdahEvent) => void;

/** An error as events and `--json` carry it. */
export function errorFacts(error: unknown): Readonly<Record<string, unknown>> {
  if (!isHowdahError(error)) return { code: "BUG", message: messageOf(error) };
  const { code, fault, message, where, next } = error;
  return { code, fault, message, ...(where === undefined ? {} : { where }), ...(next === undefined ? {} : { next }) };
}
