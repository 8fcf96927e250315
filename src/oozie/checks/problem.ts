import type { Place } from "../../core/source.ts";
import type { Accept } from "../accept.ts";
import { codes, isCheckCode, type CheckCode, type Severity } from "./codes.ts";

/** Something wrong with a definition, or something that is probably not meant. */
export interface Problem {
  readonly code: CheckCode;
  readonly severity: Severity;
  /** Within the definitions, such as `coordinator hourly › reads.logs`. */
  readonly path: string;
  readonly at: Place;
  /** The setting that is wrong, where `at` is the place of the definition as a whole: `["reads", "logs"]`. */
  readonly key?: readonly string[];
  /** A sentence that stands for itself. */
  readonly message: string;
  /** What to do. */
  readonly next?: string;
  /** Why it is meant, as the definition says. */
  readonly accepted?: string;
}

/** What a problem can be about: a definition, or a part of one. */
export interface Scope {
  /** `coordinator hourly` */
  readonly label: string;
  /** How sentences about it begin. @default label */
  readonly subject?: string;
  readonly at: Place;
  /** Warnings that are meant here, and in everything inside. */
  readonly accept?: Accept | undefined;
  readonly parent?: Scope | undefined;
}

export function pathOfScope({ label, parent }: Scope): string {
  return parent === undefined ? label : `${pathOfScope(parent)} › ${label}`;
}

/** How a sentence about something begins. */
export function subjectOf({ label, subject = label }: Scope): string {
  return subject;
}

export interface ProblemDetails {
  /** @default the scope's own place */
  readonly at?: Place;
  readonly key?: readonly string[];
  readonly next?: string;
}

/** Collects problems, and which of the accepted warnings there are. */
export class Findings {
  readonly #problems: Problem[] = [];
  readonly #used = new Map<Accept, Set<string>>();
  readonly #around: ReadonlyMap<Place, readonly Accept[]>;

  /** `around` has what is accepted by those that a definition is part of, by the definition's place. */
  constructor(around: ReadonlyMap<Place, readonly Accept[]> = new Map()) {
    this.#around = around;
  }

  add(code: CheckCode, scope: Scope, message: string, { at = scope.at, key, next }: ProblemDetails = {}): void {
    const { severity } = codes[code];
    const accepted = severity === "warning" ? this.#accepted(code, scope) : undefined;
    this.#problems.push({
      code,
      severity,
      path: shown(pathOfScope(scope)),
      at,
      ...(key === undefined || !isSame(at, scope.at) ? {} : { key }),
      message: shown(message),
      ...(next === undefined ? {} : { next: shown(next) }),
      ...(accepted === undefined ? {} : { accepted }),
    });
  }

  /** The reason of the innermost definition that accepts a warning, which is marked as used. */
  #accepted(code: CheckCode, scope: Scope): string | undefined {
    for (const accept of this.#acceptsOf(scope)) {
      if (!Object.hasOwn(accept, code)) continue;
      const used = this.#used.get(accept);
      if (used === undefined) this.#used.set(accept, new Set([code]));
      else used.add(code);
      return String(accept[code]);
    }
    return undefined;
  }

  *#acceptsOf(scope: Scope): Generator<Accept> {
    for (let one: Scope | undefined = scope; one !== undefined; one = one.parent) {
      if (one.accept !== undefined) yield one.accept;
      if (one.parent === undefined) yield* this.#around.get(one.at) ?? [];
    }
  }

  isUsed(accept: Accept, code: string): boolean {
    return this.#used.get(accept)?.has(code) === true;
  }

  /** All problems, by file and line. What stands in several places is told of once. */
  inOrder(): readonly Problem[] {
    return inOrder(this.#problems).filter((problem, i, all) => i === 0 || !isSameProblem(problem, all[i - 1]!));
  }
}

const longest = 2000;

/** A text of which names are part, so that it can be shown: control characters would act on a terminal. */
function shown(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Problems by file and line. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.at.file, b.at.file) ||
      a.at.line - b.at.line ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function isSameProblem(a: Problem, b: Problem): boolean {
  return (
    a.code === b.code &&
    a.message === b.message &&
    a.path === b.path &&
    isSame(a.at, b.at) &&
    a.key?.join() === b.key?.join()
  );
}

function isSame(a: Place, b: Place): boolean {
  return a.line === b.line && a.file === b.file;
}

/** Whether a text says why a warning is meant. */
export function isReason(text: unknown): text is string {
  return typeof text === "string" && text.trim() !== "";
}

/** Whether a warning of this name can be accepted. */
export function isAcceptable(code: string): boolean {
  return isCheckCode(code) && codes[code].severity === "warning" && !code.startsWith("ACCEPT_");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
