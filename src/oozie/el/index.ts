/**
 * The expression language: values that Oozie resolves at one of several moments. An expression is a tree with a type
 * and the phases in which it may stand; here are those who make one, give it a value, or write it as Oozie reads it.
 */
export * from "./dates.ts";
export * from "./evaluate.ts";
export * from "./expr.ts";
export * from "./functions.ts";
export * from "./running.ts";
export * from "./text.ts";
export * from "./write.ts";
