import { beginning, children, one, optional, type ElementParticle, type FamilyTable } from "./grammar.ts";

/** When an action, a workflow or a coordinator's actions should be done. Workflows take it since 0.5, coordinators since 0.4. */
export const sla: FamilyTable = {
  versions: ["0.2"],
  root: "info",
  type: children(
    one("nominal-time"),
    optional("should-start"),
    one("should-end"),
    optional("max-duration"),
    optional("alert-events"),
    optional("alert-contact"),
    optional("notification-msg"),
    optional("upstream-apps"),
  ),
};

export const expectation: ElementParticle = { ...beginning("sla", sla), min: 0 };
