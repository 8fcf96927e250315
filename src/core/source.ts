import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a value was written: a file and its line, where it is known also the column; both counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

const here = dirname(fileURLToPath(import.meta.url));
/** The folder of the library's own compiled files (`dist`, or the bundle's folder): frames in it are passed over. */
export const libraryFolder = basename(here) === "core" ? dirname(here) : here;
const own = `${libraryFolder}/`;

/**
 * A function of the library for one call of it, whose place is known: it need not be looked for on the stack then, which
 * costs twenty times as much. The loader of definitions writes such calls.
 */
export function calledAt<F>(file: string, line: number, called: F): F {
  if (typeof called !== "function") return called;
  const call = (...args: unknown[]): unknown => {
    announced = { called, at: { file, line } };
    return (called as unknown as (...args: unknown[]) => unknown)(...args);
  };
  return call as F;
}

/** The call that has just begun. */
let announced: { readonly called: unknown; readonly at: Place } | undefined;

/**
 * The place in the caller's own file from where the library was called: as the call announced it, else read off the
 * stack. Compiled definitions keep the lines of their source. The frames are looked at one by one, since writing a whole
 * stack as text costs many times more. `called` is the function of the library that is asked most often from the
 * caller's own file: the frame above it alone is looked at first. It asks before it calls anything of the caller's.
 */
export function callerPlace(called: Called = callerPlace): Place {
  const known = announced;
  announced = undefined;
  if (known?.called === called) return known.at;
  const near = placeAmong(called === callerPlace ? framesOf(4, callerPlace) : framesOf(1, called));
  return near ?? placeAmong(framesOf(100, callerPlace)) ?? { file: "(unknown)", line: 0 };
}

/** Any function. */
type Called = (...args: never[]) => unknown;

/** The frames above a function's, the nearest first. */
function framesOf(limit: number, above: Called): readonly NodeJS.CallSite[] {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was, never called here
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_, frames) => frames;
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  Error.captureStackTrace(holder, above);
  const frames = holder.stack ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  return frames;
}

/** The file of each script that was seen on a stack; empty for what is no caller's. */
const callers = new Map<string, string>();

function callerFile(name: string): string {
  const file = name.startsWith("file:") ? fileURLToPath(name) : name;
  return file.startsWith("/") && !file.startsWith(own) ? file : "";
}

function placeAmong(frames: readonly NodeJS.CallSite[]): Place | undefined {
  for (const frame of frames) {
    const name = frame.getFileName() ?? "";
    let file = callers.get(name);
    if (file === undefined) callers.set(name, (file = callerFile(name)));
    if (file !== "") return { file, line: frame.getLineNumber() ?? 0 };
  }
  return undefined;
}
