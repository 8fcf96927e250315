import { children, one, optional, type FamilyTable } from "./grammar.ts";

/** What is expected of an action, a workflow or a coordinator's actions. Workflows take it since 0.5, coordinators since 0.4. */
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
