import { didYouMean, HowdahError, throwAll } from "../core/errors.ts";
import { hashOf } from "../core/hash.ts";
import { allowedFunctions, keywords, macros, type Engine } from "./functions.ts";

/** SQL with holes: texts, and the names of the parameters whose values go between them. */
export type SqlParts = readonly (string | { readonly parameter: string })[];

/** One SELECT of a job's file: of a table that is published, or of a relation that only the SELECTs below it see. */
export interface SelectOf {
  readonly is: "table" | "relation";
  readonly name: string;
  readonly text: string;
  /** Line in the file where the SELECT begins. */
  readonly line: number;
}

type TokenKind = "word" | "quoted" | "string" | "number" | "parameter" | "space" | "symbol";
interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

const tokenPattern =
  /(?<space>\s+|--[^\n]*|\/\*[^]*?\*\/)|(?<string>'(?:[^'])*')|(?<quoted>"[^"]*"|`[^`]*`)|(?<parameter>:[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<symbol>::|<=|>=|<>|!=|\|\||[^])/gu;

function tokenize(sql: string, firstLine: number): Token[] {
  let line = firstLine;
  return [...sql.matchAll(tokenPattern)].map(({ 0: text, groups }) => {
    const kind = Object.entries(groups!).find(([, value]) => (value as string | undefined) !== undefined)![0];
    const token = { kind: kind as TokenKind, text, line };
    line += text.split("\n").length - 1;
    return token;
  });
}

/** Divides a job's file into its SELECTs. `file` stands in errors. */
export function readJobFile(text: string, file: string): readonly SelectOf[] {
  const selects: { is: "table" | "relation"; name: string; lines: string[]; line: number }[] = [];
  text.split("\n").forEach((line, i) => {
    const [, is, name] = /^--\s*(table|relation):\s*(\S+)\s*$/.exec(line) ?? [];
    const last = selects.at(-1);
    if (name !== undefined) selects.push({ is: is as "table" | "relation", name, lines: [], line: i + 2 });
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

/** What a SELECT may name besides functions. */
export interface Names {
  readonly file: string;
  readonly parameters: readonly string[];
  /** Tables that stand above it in the file: `database.name`. */
  readonly tables: readonly string[];
}

/**
 * A SELECT for an engine: macros expanded, tables above it named as the runner calls them, parameters left as holes.
 * Refuses, all at once and each with its line, what the two engines read differently: unknown functions, a backslash or
 * a doubled quote in a string, arrays by position, quoted names, `::`.
 */
export function compileSelect(select: SelectOf, engine: Engine, names: Names): SqlParts {
  const problems: HowdahError[] = [];
  const refuse = (why: string, token: Token, next?: string): void => {
    const where = `${names.file}:${token.line}`;
    problems.push(new HowdahError(why, { code: "JOB_SQL", where, ...(next === undefined ? {} : { next }) }));
  };
  const tokens = tokenize(select.text, select.line);
  check(tokens, names, refuse);
  throwAll(problems);
  const expanded = expand(tokens, engine, refuse);
  throwAll(problems);
  return toParts(nameTables(expanded, engine, names.tables));
}

type Refuse = (why: string, token: Token, next?: string) => void;

function check(tokens: readonly Token[], names: Names, refuse: Refuse): void {
  const solid = tokens.filter(({ kind }) => kind !== "space");
  solid.forEach((token, i) => {
    const next = solid[i + 1];
    switch (token.kind) {
      case "string":
        if (token.text.includes("\\"))
          refuse("a backslash in a string: Spark reads it as an escape, DuckDB does not", token);
        if (next?.kind === "string") refuse("a doubled quote in a string: DuckDB reads one quote, Spark none", token);
        break;
      case "quoted":
        refuse(`${token.text}: a quoted name is a text to one of the engines`, token, "use plain names");
        break;
      case "parameter":
        if (!names.parameters.includes(token.text.slice(1)))
          refuse(
            `${token.text} is no parameter of this job${didYouMean(token.text.slice(1), names.parameters)}`,
            token,
            "declare it in the job's `parameters`",
          );
        break;
      case "symbol":
        if (token.text === "::") refuse(":: is DuckDB's alone", token, "write cast(… as …)");
        else if (token.text === "[") refuse("[ ]: the engines count places from 0 and from 1", token);
        break;
      case "word": {
        const name = token.text.toLowerCase();
        if (next?.text !== "(" || keywords.has(name) || name in macros || allowedFunctions.has(name)) break;
        // `with name (columns)`, `as name (` and a table's own name are no calls.
        if (solid[i - 1]?.text === "." || solid[i - 1]?.text.toLowerCase() === "as") break;
        refuse(
          `${token.text}() is not among the functions that mean the same on both engines${didYouMean(name, [...allowedFunctions, ...Object.keys(macros)])}`,
          token,
          "see docs/jobs.md for the list",
        );
        break;
      }
      case "number":
      case "space":
        break;
    }
  });
}

/** Replaces calls of macros by what they stand for on an engine, the innermost first. */
function expand(tokens: readonly Token[], engine: Engine, refuse: Refuse): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const macro = token.kind === "word" ? macros[token.text.toLowerCase()] : undefined;
    if (macro === undefined || tokens[i + 1]?.text !== "(") {
      out.push(token);
      continue;
    }
    const call = argumentsOf(tokens, i + 1);
    if (call === undefined || call.arguments.length !== macro.arguments) {
      refuse(`${token.text} takes ${macro.arguments} arguments`, token);
      return out;
    }
    const args = call.arguments.map((argument) => expand(argument, engine, refuse));
    for (const piece of macro[engine].split(/(\$\d)/)) {
      const place = /^\$(\d)$/.exec(piece)?.[1];
      if (place === undefined) out.push({ kind: "symbol", text: piece, line: token.line });
      else
        out.push({ ...token, kind: "symbol", text: "(" }, ...args[Number(place) - 1]!, {
          ...token,
          kind: "symbol",
          text: ")",
        });
    }
    i = call.end;
  }
  return out;
}

/** The arguments of a call whose `(` is at `open`, and where its `)` is. */
function argumentsOf(
  tokens: readonly Token[],
  open: number,
): { readonly arguments: readonly (readonly Token[])[]; readonly end: number } | undefined {
  const found: Token[][] = [[]];
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth === 0) return { arguments: found, end: i };
    if (i === open) continue;
    if (token.text === "," && depth === 1) found.push([]);
    else found.at(-1)!.push(token);
  }
  return undefined;
}

/** The name that a runner gives to a table that the same job has just computed. */
export function computedName(table: string, engine: Engine): string {
  return engine === "spark" ? table.replace(".", "__") : table;
}

function nameTables(tokens: readonly Token[], engine: Engine, tables: readonly string[]): readonly Token[] {
  if (engine !== "spark") return tokens;
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const name = `${tokens[i]!.text}.${tokens[i + 2]?.text ?? ""}`;
    if (tokens[i + 1]?.text === "." && tables.includes(name)) {
      out.push({ ...tokens[i]!, text: computedName(name, engine) });
      i += 2;
    } else out.push(tokens[i]!);
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
    .filter((name) => name in macros)
    .sort();
  return {
    sql: solid.map(({ text }) => text).join(" "),
    macros: Object.fromEntries(used.map((name) => [name, hashOf({ ...macros[name]! })])),
  };
}
