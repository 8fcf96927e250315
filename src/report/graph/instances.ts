import type { Frequency } from "../../core/time.ts";
import { isCurrent, type Instances } from "../../oozie/dataset.ts";
import { choiceText } from "../../oozie/resolve.ts";

/** Which instances are read, in words; undefined for the one of the same time, which needs none. */
export function instancesWords(instances: Instances): string | undefined {
  if (!isCurrent(instances)) return choiceText(instances);
  const { from, to, dataSet } = instances;
  if (from === 0 && to === 0) return undefined;
  const unit = unitOf(dataSet.every);
  if (unit === undefined) return choiceText(instances);
  const count = to - from + 1;
  if (from === to && to < 0) return to === -1 ? `the ${unit} before` : `${-to} ${unit}s before`;
  if (from === 0 || to === 0) return `${count} ${unit}s`;
  return choiceText(instances);
}

/** Whether all that is read is of an earlier time than the reader's own. */
export function isEarlier(instances: Instances): boolean {
  return isCurrent(instances) && instances.to < 0;
}

/** What one step of a data set is called, where it is one of something. */
function unitOf({ unit, count }: Frequency): string | undefined {
  return count === 1 && !unit.startsWith("endOf") ? unit.replace(/s$/, "") : undefined;
}
