/**
 * The checks: everything that a server would refuse of definitions, or take otherwise than meant, found on this machine
 * and all at once. What may come in: a check that looks at definitions, or at their documents, and at nothing else.
 */
export * from "./check.ts";
export * from "./codes.ts";
export { momentOf } from "./datasets.ts";
export * from "./definitions.ts";
export * from "./documents.ts";
export { orderOf } from "./order.ts";
export * from "./problem.ts";
export * from "./secrets.ts";
export type { PartView } from "./views.ts";
