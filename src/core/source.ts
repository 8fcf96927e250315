import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a value was written: a file and its line, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

const here = dirname(fileURLToPath(import.meta.url));
/** The folder of the library's own compiled files (`dist`, or the bundle's folder): frames in it are passed over. */
export const libraryFolder = basename(here) === "core" ? dirname(here) : here;
const own = `${libraryFolder}/`;

/**
 * The place in the caller's own file from where the library was called, read off the stack. jiti keeps the lines of
 * the TypeScript it compiles, so they are those of the source.
 */
export function callerPlace(): Place {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of (stack ?? "").split("\n").slice(1)) {
    const match = /(?:\(|at (?:async )?)(?:file:\/\/)?(\/.*?):(\d+):\d+\)?$/.exec(frame);
    if (match?.[1] === undefined || match[1].startsWith(own)) continue;
    return { file: decodeURI(match[1]), line: Number(match[2]) };
  }
  return { file: "(unknown)", line: 0 };
}
