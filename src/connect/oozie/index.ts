/** Oozie over its REST interface: what commands ask of a server, typed; no policy of theirs. */
export type * from "./api.ts";
export { isAbsent, oozieClient } from "./client.ts";
export { oozieTime } from "./filters.ts";
export type { Properties } from "./properties.ts";
export { isOver } from "./records.ts";
export type * from "./records.ts";
