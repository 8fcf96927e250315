import { HowdahError, throwAll } from "../core/errors.ts";
import { hashOf } from "../core/hash.ts";
import { check, isWhole, type Names } from "./check.ts";
import { macros, type Engine } from "./functions.ts";
import { argumentsOf, tokenize, type Token } from "./tokens.ts";

/** SQL with holes: texts, and the names of the parameters whose values go between them. */
export type SqlParts = readonly (string | { readonly parameter: string })[];

/**
 * One SELECT of a job's file: of a table that is published, of a relation that only the SELECTs below it see, or of the
 * rows that break a check.
 */
export interface SelectOf {
  readonly is: "table" | "relation" | "check";
  /** Of a check all that its head says. */
  readonly name: string;
  readonly text: string;
  /** Line in the file where the SELECT begins. */
  readonly line: number;
}

/** Divides a job's file into its SELECTs. `file` stands in errors. */
export function readJobFile(text: string, file: string): readonly SelectOf[] {
  const selects: { is: SelectOf["is"]; name: string; lines: string[]; line: number }[] = [];
  text.split("\n").forEach((line, i) => {
    const [, is, name = ""] = /^--\s*(table|relation|check):\s*(\S.*?)\s*$/.exec(line) ?? [];
    const last = selects.at(-1);
    // Only a check's head has more than a name; `-- table: for later` is a comment.
    if (is === "check" || (is !== undefined && !/\s/.test(name)))
      selects.push({ is: is as SelectOf["is"], name, lines: [], line: i + 2 });
    else if (last !== undefined) last.lines.push(line);
    else if (line.trim() !== "" && !line.startsWith("--"))
      throw new HowdahError("text before the first table", {
        code: "JOB_FILE",
        where: `${file}:${i + 1}`,
        next: "head each SELECT with a line `-- table: database.name`",
      });
  });
  return selects.map(({ lines, ...select }) => ({ ...select, text: withoutEnd(lines) }));
}

/** The SELECT alone: without the comments that lead up to the next one, and the semicolon. */
function withoutEnd(lines: readonly string[]): string {
  const end = lines.findLastIndex((line) => line.trim() !== "" && !line.startsWith("--")) + 1;
  return lines.slice(0, end).join("\n").trimEnd().replace(/;$/, "");
}

/**
 * A SELECT for an engine: macros expanded, tables above it named as the runner calls them, parameters left as holes;
 * all else stays as it is written. Refuses, all at once and each with its line, what the two engines read differently
 * or only one reads; docs/sql.md lists it.
 */
export function compileSelect(select: SelectOf, engine: Engine, names: Names): SqlParts {
  const problems: HowdahError[] = [];
  const refuse = (why: string, token: { readonly line: number }, next?: string): void => {
    const where = `${names.file}:${token.line}`;
    problems.push(new HowdahError(why, { code: "JOB_SQL", where, ...(next === undefined ? {} : { next }) }));
  };
  const tokens = tokenize(select.text, select.line);
  // What stands in an unclosed text or parenthesis cannot be told apart from what stands behind it.
  if (isWhole(tokens, refuse)) check(tokens, select.line, names, refuse);
  throwAll(problems);
  return toParts(nameTables(expand(tokens, engine), engine, names.tables));
}

/** Replaces calls of macros by what they stand for on an engine, the innermost first. */
function expand(tokens: readonly Token[], engine: Engine): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const name = token.text.toLowerCase();
    let open = i + 1;
    while (tokens[open]?.kind === "space") open += 1;
    if (token.kind !== "word" || !Object.hasOwn(macros, name) || tokens[open]?.text !== "(") {
      out.push(token);
      continue;
    }
    const call = argumentsOf(tokens, open)!;
    const args = call.arguments.map((argument) => inBrackets(expand(argument, engine)));
    for (const piece of macros[name]![engine].split(/(\$\d)/)) {
      const place = /^\$(\d)$/.exec(piece)?.[1];
      if (place === undefined) out.push({ kind: "symbol", text: piece, line: token.line });
      else out.push(...args[Number(place) - 1]!);
    }
    i = call.end;
  }
  return out;
}

/** An argument as it can stand anywhere. A number alone goes without brackets: `decimal((12), 3)` is no type. */
function inBrackets(argument: readonly Token[]): readonly Token[] {
  const solid = argument.filter(({ kind }) => kind !== "space");
  if (solid.length === 1 && solid[0]!.kind === "number") return solid;
  const bracket = (text: string): Token => ({ kind: "symbol", text, line: argument[0]!.line });
  return [bracket("("), ...argument, bracket(")")];
}

/** The name that a runner gives to a table that the same job has just computed. */
export function computedName(table: string, engine: Engine): string {
  return engine === "spark" ? table.replace(".", "__") : table;
}

/** Names are compared as both engines do, without regard to case: `Processed.Hits` is the table above, too. */
function nameTables(tokens: readonly Token[], engine: Engine, tables: readonly string[]): readonly Token[] {
  if (engine !== "spark") return tokens;
  const known = new Map(tables.filter((table) => table.includes(".")).map((table) => [table.toLowerCase(), table]));
  const solidFrom = (i: number): number => {
    let at = i;
    while (tokens[at]?.kind === "space") at += 1;
    return at;
  };
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const dot = solidFrom(i + 1);
    const last = solidFrom(dot + 1);
    const table =
      tokens[i]!.kind === "word" && tokens[dot]?.text === "."
        ? known.get(`${tokens[i]!.text}.${tokens[last]?.text ?? ""}`.toLowerCase())
        : undefined;
    if (table === undefined) out.push(tokens[i]!);
    else {
      out.push({ ...tokens[i]!, text: computedName(table, engine) });
      i = last;
    }
  }
  return out;
}

function toParts(tokens: readonly Token[]): SqlParts {
  const parts: (string | { parameter: string })[] = [];
  for (const { kind, text } of tokens) {
    const last = parts.at(-1);
    if (kind === "parameter") parts.push({ parameter: text.slice(1) });
    else if (typeof last === "string") parts[parts.length - 1] = last + text;
    else parts.push(text);
  }
  return parts;
}

/** What of a SELECT makes its rows: its words without white space and comments, and the macros it uses. */
export function meaningOf(select: SelectOf): {
  readonly sql: string;
  readonly macros: Readonly<Record<string, string>>;
} {
  const solid = tokenize(select.text, select.line).filter(({ kind }) => kind !== "space");
  const used = [...new Set(solid.filter(({ kind }) => kind === "word").map(({ text }) => text.toLowerCase()))]
    .filter((name) => Object.hasOwn(macros, name))
    .sort();
  return {
    sql: solid.map(({ text }) => text).join(" "),
    macros: Object.fromEntries(used.map((name) => [name, hashOf({ ...macros[name]! })])),
  };
}

/** Whether a name stands in SQL; also where it means something else, which makes too much, never too little. */
export function mentions(sql: SqlParts, name: string): boolean {
  const found = new RegExp(`(?<!\\w)${name.replace(".", String.raw`"?\s*\.\s*"?`)}(?!\\w)`, "i");
  return sql.some((part) => typeof part === "string" && found.test(part));
}
