import type { FixedFrequency } from "../../core/time.ts";
import type { Sla } from "../sla.ts";
import { element, type XmlElement } from "../xml.ts";
import { leaf, leaves, textOf } from "./context.ts";

/** A promise as Oozie's SLA schema says it; nothing without one. */
export function slaElement(sla: Sla | undefined): readonly XmlElement[] {
  if (sla === undefined) return [];
  const content = [
    leaf("nominal-time", textOf(sla.nominalTime)),
    ...leaves("should-start", [sla.shouldStart && duration(sla.shouldStart)]),
    leaf("should-end", duration(sla.shouldEnd)),
    ...leaves("max-duration", [sla.maxDuration && duration(sla.maxDuration)]),
    ...leaves("alert-events", [sla.alertOn.join(",") || undefined]),
    ...leaves("alert-contact", [sla.contacts && textOf(sla.contacts)]),
    ...leaves("notification-msg", [sla.message && textOf(sla.message)]),
    ...leaves("upstream-apps", [sla.upstream.join(",") || undefined]),
  ];
  return [element("info", {}, content, { family: "sla" })];
}

/** `${10 * MINUTES}`: the constants that Oozie offers there. */
function duration({ unit, count }: FixedFrequency): string {
  return `\${${count} * ${unit.toUpperCase()}}`;
}
