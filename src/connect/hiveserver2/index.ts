// HiveServer2: sessions, statements, rows. What is here asks servers; which statements to run is for others to say.
export { openHive } from "./session.ts";
export type { HiveSession } from "./session.ts";
export { parseJdbcUrl } from "./jdbcurl.ts";
export type { HiveAuth, HiveDiscovery, HiveHost, HiveOptions } from "./options.ts";
export type { ExecuteOptions, HiveResult } from "./operation.ts";
export type { HiveColumn, HiveRow, HiveValue } from "./rows.ts";
