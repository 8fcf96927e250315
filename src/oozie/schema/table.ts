import type { Family } from "../xml.ts";
import { extensionActions } from "./actions.ts";
import { bundle, coordinator } from "./coordinator.ts";
import type { FamilyTable } from "./grammar.ts";
import { sla } from "./sla.ts";
import { workflow } from "./workflow.ts";

/**
 * Everything that howdah may write for Oozie, from which the order of what is written, the checks and the choice of
 * versions follow. Oozie's own schemas, inside oozie-client on Maven Central, are what it is held against. A further
 * action is an entry here and in the profiles; a further version is one more in `versions` and in the spans.
 */
export const families: Readonly<Record<Family, FamilyTable>> = {
  workflow,
  coordinator,
  bundle,
  sla,
  ...extensionActions,
};
