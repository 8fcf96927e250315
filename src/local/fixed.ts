import { HowdahError } from "../core/errors.ts";
import { isFixed, type Every, type FixedFrequency } from "../core/time.ts";
import type { Place } from "../core/source.ts";
import { isCurrent, type Current, type Instances } from "../oozie/dataset.ts";
import type { ParameterFrequency } from "../oozie/every.ts";

/** A frequency of fixed steps; the others cannot run here. */
export function fixed(every: Every | ParameterFrequency, at: Place): FixedFrequency {
  if (every.kind !== "parameter-frequency" && isFixed(every)) return every;
  throw new HowdahError("only steps of minutes, hours and days run here", {
    code: "CANNOT_RUN_HERE",
    fault: "run",
    where: at,
  });
}

/** Instances at fixed distances; the others cannot run here. */
export function currentOf(instances: Instances): Current<number> {
  if (isCurrent(instances)) return instances;
  throw new HowdahError("only current instances run here", {
    code: "CANNOT_RUN_HERE",
    fault: "run",
    where: instances.at,
  });
}
