import { HowdahError } from "../core/errors.ts";
import type { Place } from "../core/source.ts";

/** One statement of a script, as it is sent to a server. */
export interface ScriptStatement {
  /** Without the semicolon, and without comments and white space around it; those inside it stay. */
  readonly text: string;
  /** Where `text` begins. */
  readonly place: Required<Place>;
}

/** What may not be looked into for a semicolon. Hive's strings escape with a backslash, its identifiers by doubling. */
const spans: readonly { readonly what: string; readonly open: string; readonly length: LengthAt }[] = [
  { what: "string", open: "'", length: matching(/'(?:[^'\\]|\\[^])*'/y) },
  { what: "string", open: '"', length: matching(/"(?:[^"\\]|\\[^])*"/y) },
  { what: "name", open: "`", length: matching(/`(?:[^`]|``)*`/y) },
  { what: "comment", open: "--", length: matching(/--[^\n]*/y) },
  // HiveLexer reads /*+ … */ as a hint, which belongs to its statement.
  { what: "hint", open: "/*+", length: nested },
  { what: "comment", open: "/*", length: nested },
];

/** How long what begins at an offset is; 0 when it does not end. */
type LengthAt = (text: string, at: number) => number;

function matching(pattern: RegExp): LengthAt {
  return (text, at) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  };
}

/** Comments of Hive hold comments (HiveLexer's QUERY_HINT). */
function nested(text: string, at: number): number {
  let depth = 1;
  for (let next = at + 2; next < text.length; next++) {
    const two = text.slice(next, next + 2);
    if (two !== "/*" && two !== "*/") continue;
    depth += two === "/*" ? 1 : -1;
    next += 1;
    if (depth === 0) return next + 1 - at;
  }
  return 0;
}

/**
 * Divides a script of HiveQL at its semicolons: those in strings, names and comments do not count, and `\;` stands for
 * one that does not, as in Hive's own command line. Empty statements are left out.
 * @param file stands in places and errors
 * @throws HIVE_SCRIPT for a string, a name or a comment that does not end
 */
export function splitScript(text: string, file: string): readonly ScriptStatement[] {
  const placeAt = places(text, file);
  const found: ScriptStatement[] = [];
  /** Of the statement that is being read: where it begins, and behind its last piece that is no comment. */
  let begin = -1;
  let end = -1;
  let escaped: number[] = [];
  const take = (from: number, to: number): void => {
    if (begin < 0) begin = from;
    end = to;
  };
  const finish = (): void => {
    if (begin >= 0) found.push({ text: unescaped(text, begin, end, escaped), place: placeAt(begin) });
    begin = end = -1;
    escaped = [];
  };
  for (let at = 0; at < text.length;) {
    const span = spans.find(({ open }) => text.startsWith(open, at));
    if (span !== undefined) {
      const length = span.length(text, at);
      if (length === 0) throw unclosed(span.what, placeAt(at));
      if (span.what !== "comment") take(at, at + length);
      at += length;
    } else if (text.startsWith("\\;", at)) {
      escaped.push(at);
      take(at, at + 2);
      at += 2;
    } else {
      if (text[at] === ";") finish();
      // A byte order mark is white space to this pattern, too.
      else if (!/\s/.test(text[at]!)) take(at, at + 1);
      at += 1;
    }
  }
  finish();
  return found;
}

/** The text between two offsets, without the backslashes at some others. */
function unescaped(text: string, begin: number, end: number, backslashes: readonly number[]): string {
  const cuts = [...backslashes, end];
  return cuts.map((cut, i) => text.slice(i === 0 ? begin : cuts[i - 1]! + 1, cut)).join("");
}

/** Gives the place of offsets that only grow. */
function places(text: string, file: string): (at: number) => Required<Place> {
  let line = 1;
  let lineStart = 0;
  return (at) => {
    for (let next = text.indexOf("\n", lineStart); next >= 0 && next < at; next = text.indexOf("\n", lineStart)) {
      line += 1;
      lineStart = next + 1;
    }
    return { file, line, column: at - lineStart + 1 };
  };
}

function unclosed(what: string, place: Place): HowdahError {
  return new HowdahError(`the ${what} that begins here does not end`, {
    code: "HIVE_SCRIPT",
    where: place,
    next: "a quote inside of a string is written \\'; a comment that spans lines ends with */",
  });
}
