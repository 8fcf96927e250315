/** The actions of workflows: what they are (`model.ts`), and the functions that declare them. */
export * from "./fs.ts";
export * from "./launched.ts";
export * from "./make.ts";
export * from "./model.ts";
export * from "./server.ts";
