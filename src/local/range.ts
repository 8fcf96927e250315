import { isHowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import type { JobOutcome } from "./batch.ts";
import type { Data } from "./data.ts";
import type { Engine } from "./engine.ts";
import { runJob } from "./runjob.ts";

/** Failures of a whole range that some of its units bring about: alone, the others go through. */
const ofSomeUnit: ReadonlySet<string> = new Set(["INPUT_MISSING", "OTHER_COLUMNS", "SQL", "STRAY_ROW"]);

/**
 * Runs a job for consecutive units, and leaves what unit by unit would have left: when the range fails as a whole (one
 * value that cannot be cast, say), its halves are tried in order, until the first unit that fails stands alone. Every
 * failure that is howdah's own error is in the outcome; an aborted signal throws.
 */
export async function runRange(
  compiled: CompiledJob,
  units: readonly Instant[],
  data: Data,
  engine: Engine,
  signal: AbortSignal,
): Promise<JobOutcome> {
  try {
    return await runJob(compiled, units, data, engine, signal);
  } catch (error) {
    if (signal.aborted || !isHowdahError(error)) throw error;
    if (units.length === 1 || !ofSomeUnit.has(error.code))
      return { published: [], failure: { unit: units[0]!, error }, warnings: [] };
    const middle = Math.floor(units.length / 2);
    const first = await runRange(compiled, units.slice(0, middle), data, engine, signal);
    if (first.failure !== undefined) return first;
    const second = await runRange(compiled, units.slice(middle), data, engine, signal);
    return {
      published: [...first.published, ...second.published],
      failure: second.failure,
      warnings: [...first.warnings, ...second.warnings],
    };
  }
}
