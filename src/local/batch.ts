import type { HowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import type { Data } from "./data.ts";
import type { Engine } from "./engine.ts";
import type { Lock } from "../project/lock.ts";

export interface JobOutcome {
  /** The units that were made, in order. */
  readonly published: readonly Instant[];
  /** The first unit that failed; those after it were not tried. */
  readonly failure: { readonly unit: Instant; readonly error: HowdahError } | undefined;
  /** What checks warned of, in the units that were made. */
  readonly warnings: readonly CheckWarning[];
}

/** A check that does not hold of a unit, and is declared to warn. */
export interface CheckWarning {
  readonly job: string;
  /** The unit's key. */
  readonly unit: string;
  readonly check: string;
  /** The table that declares it; null for a check of the job. */
  readonly table: string | null;
  readonly measured: readonly string[];
  readonly text: string;
  /** Some of the rows, in the first unit that it warns of. */
  readonly lines: readonly string[];
}

/** Consecutive units of a job that are computed together. */
export interface BatchRun {
  readonly compiled: CompiledJob;
  readonly units: readonly Instant[];
  readonly data: Data;
  readonly engine: Engine;
  readonly scratch: string;
  readonly lock: Lock;
  readonly started: Date;
  /** What its inputs held before it read them; what the units make for each other is not among them. */
  readonly contents: ReadonlyMap<string, string>;
}
