import type { Place } from "./source.ts";

/**
 * Whose fault a failure is. `user`: input, definitions or usage are wrong. `run`: what was asked for was tried and
 * failed. `server`: a remote side refused or broke. `bug`: howdah itself is wrong.
 */
export type Fault = "user" | "run" | "server" | "bug";

/** What the process exits with. Stable; listed in docs/exit-codes.md. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  administrator: 4,
  server: 5,
  bug: 70,
  interrupted: 130,
} as const;

/** The parts of an error that a reader acts on. */
export interface ErrorDetails {
  /** A stable name, such as `LOCKED`, by which programs tell errors apart. */
  readonly code: string;
  /** @default "user" */
  readonly fault?: Fault;
  /** Where: a file and line, a path or a URL. */
  readonly where?: Place | string;
  /** What to do, a command where there is one. */
  readonly next?: string;
  readonly cause?: unknown;
  /** Overrides the exit code that follows from the fault. */
  readonly exitCode?: number;
}

const brand = Symbol.for("howdah.error");

/** Every error that howdah throws on purpose. `message` says what and why; `where` and `next` say the rest. */
export class HowdahError extends Error {
  readonly code: string;
  readonly fault: Fault;
  readonly where: string | undefined;
  readonly next: string | undefined;
  readonly exitCode: number;
  readonly [brand] = true;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "HowdahError";
    this.code = details.code;
    this.fault = details.fault ?? "user";
    this.where = typeof details.where === "object" ? placeText(details.where) : details.where;
    this.next = details.next;
    this.exitCode =
      details.exitCode ??
      { user: exitCodes.usage, run: exitCodes.failed, server: exitCodes.server, bug: exitCodes.bug }[this.fault];
  }
}

/** Works across two loaded copies of the library, which `instanceof` does not. */
export function isHowdahError(error: unknown): error is HowdahError {
  return typeof error === "object" && error !== null && brand in error;
}

/** Several problems found in one go, so that they can be mended in one go. */
export class ManyErrors extends HowdahError {
  readonly problems: readonly HowdahError[];

  constructor(problems: readonly HowdahError[]) {
    super(`${problems.length} problems`, { code: "MANY", fault: problems[0]?.fault ?? "user" });
    this.problems = problems;
  }
}

/** Throws what was collected: nothing, the one error, or all of them together. */
export function throwAll(problems: readonly HowdahError[]): void {
  const [first, second] = problems;
  if (first !== undefined) throw second === undefined ? first : new ManyErrors(problems);
}

/** A broken assumption of our own. */
export function bug(message: string, cause?: unknown): HowdahError {
  return new HowdahError(message, {
    code: "BUG",
    fault: "bug",
    next: "this is a defect of howdah: please report it with the output of --verbose",
    cause,
  });
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `ENOENT` and its like of a system error, else undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function placeText(place: Place): string {
  const { file, line, column } = place;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** The nearest of `names` to a mistyped one, when it is near enough to be meant (Damerau-Levenshtein, a third). */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** `, did you mean X?` or nothing, to be put behind "there is no Y". */
export function didYouMean(typed: string, names: Iterable<string>): string {
  const near = nearest(typed, names);
  return near === undefined ? "" : `, did you mean ${near}?`;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + (same ? 0 : 1), row[j]! + 1, next[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
