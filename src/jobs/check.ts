import { didYouMean } from "../core/errors.ts";
import { datePatternProblem } from "../oozie/parameters.ts";
import {
  allowedFunctions,
  argumentRules,
  castTypes,
  dateUnits,
  isPlainDecimal,
  keywords,
  macros,
  nullTypes,
  orderedFunctions,
  refusedWords,
  wordsBeforeText,
  type ArgumentRule,
} from "./functions.ts";
import { argumentsOf, type Token } from "./tokens.ts";

/** What a SELECT may name besides functions. */
export interface Names {
  readonly file: string;
  readonly parameters: readonly string[];
  /** Tables that stand above it in the file: `database.name`. */
  readonly tables: readonly string[];
}

/** Notes what is wrong with a piece of SQL. */
export type Refuse = (why: string, token: { readonly line: number }, next?: string) => void;

/** Says whether every text, comment and parenthesis is closed, and refuses what is not. */
export function isWhole(tokens: readonly Token[], refuse: Refuse): boolean {
  const open: Token[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== "symbol") continue;
    if (token.text === "'" || token.text === '"' || token.text === "`") {
      refuse(`the ${token.text} is not closed`, token);
      return false;
    }
    if (token.text === "/" && tokens[i + 1]?.text === "*") {
      refuse("the /* is not closed", token);
      return false;
    }
    if (token.text === "(") open.push(token);
    else if (token.text === ")" && open.pop() === undefined) {
      refuse(") closes nothing", token);
      return false;
    }
  }
  for (const token of open) refuse("( is not closed", token);
  return open.length === 0;
}

/** Operators that mean the same on both engines, and what else holds a SELECT together. */
const symbols: ReadonlySet<string> = new Set("( ) , . + - * % = <> != < > <= >= ||".split(" "));

const symbolReasons: Readonly<Record<string, readonly [why: string, next?: string]>> = {
  "::": [":: is DuckDB's alone", "write cast(… as …)"],
  "[": ["[ ]: the engines count places from 0 and from 1"],
  "/": ["/: the engines divide whole numbers and decimals into different types", "multiply instead"],
  "^": ["^: a power to DuckDB, exclusive or to Spark"],
  ";": ["; may stand at the end alone: one SELECT makes one table", "head each SELECT with a line `-- table: …`"],
};

/** Refuses what the two engines read differently, each with its line. */
export function check(tokens: readonly Token[], line: number, names: Names, refuse: Refuse): void {
  checkComments(tokens, refuse);
  const solid = tokens.filter(({ kind }) => kind !== "space");
  const [first] = solid;
  if (first === undefined || !["select", "with", "("].includes(first.text.toLowerCase()))
    refuse("a SELECT begins with select or with", first ?? { line });
  checkNeighbours(tokens, refuse);
  solid.forEach((token, i) => {
    switch (token.kind) {
      case "string":
        if (token.text.includes("\\"))
          refuse("a backslash in a string: Spark reads it as an escape, DuckDB does not", token);
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
        if (!symbols.has(token.text)) {
          const [why, next] = symbolReasons[token.text] ?? [`${token.text} does not mean the same on both engines`];
          if (token.text !== "]") refuse(why, token, next);
        }
        break;
      case "number":
        if (/[eE]/.test(token.text))
          refuse(`${token.text} is a double, whose sums and texts differ`, token, "write it without an exponent");
        break;
      case "word":
        checkWord(solid, i, refuse);
        break;
      case "space":
        break;
    }
  });
}

/** Spark ends a comment at a lone CR, and goes on with it after a backslash at the line's end. */
function checkComments(tokens: readonly Token[], refuse: Refuse): void {
  for (const token of tokens) {
    if (token.kind !== "space") continue;
    // That of a line that ends in CR LF is the last character of a comment.
    const text = token.text.startsWith("--") ? token.text.replace(/\r$/, "") : token.text;
    if (/\r(?!\n)/.test(text))
      refuse("a carriage return without a line feed: it ends a comment for Spark, not for DuckDB", token);
    if (token.text.startsWith("--") && text.endsWith("\\"))
      refuse("a backslash at the end of a comment: Spark takes the next line into it", token);
    if (/^\/\*[^]*\/\*/.test(token.text)) refuse("a /* within /* */", token, "write comments behind --");
  }
}

/** Values that stand side by side would run into each other, or into a literal that only one engine has. */
function checkNeighbours(tokens: readonly Token[], refuse: Refuse): void {
  let before: Token | undefined;
  let touching = false;
  for (const token of tokens) {
    if (token.kind === "space") {
      touching = false;
      continue;
    }
    const isText = token.kind === "string" || token.kind === "parameter";
    if (token.kind === "string" && before?.kind === "string")
      refuse("a doubled quote in a string: DuckDB reads one quote, Spark none", token);
    else if (isText && (before?.kind === "string" || before?.kind === "parameter" || before?.kind === "number"))
      refuse(`${before.text} and ${token.text} stand side by side`, token);
    else if (isText && before?.kind === "word" && !wordsBeforeText.has(before.text.toLowerCase()))
      refuse(`${before.text} ${token.text}: a word before a text makes a literal of the engine's own`, token);
    else if (token.kind === "word" && before?.kind === "number" && touching)
      refuse(`${before.text}${token.text} is a number to one of the engines alone`, token);
    before = token;
    touching = true;
  }
}

const timestampText = /^'\d{4}-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?)?'$/;

/** A word, with what stands around it: a call, a cast, an order, or a name. */
function checkWord(solid: readonly Token[], i: number, refuse: Refuse): void {
  const token = solid[i]!;
  const name = token.text.toLowerCase();
  const before = solid[i - 1]?.text.toLowerCase();
  const next = solid[i + 1];
  if (before === ".") {
    if (next?.text === "(") refuse(`${token.text}() of a schema is a function of one engine alone`, token);
    return;
  }
  if (Object.hasOwn(refusedWords, name) && before !== "as" && next?.text !== ".")
    refuse(`${token.text} does not mean the same on both engines`, token, refusedWords[name]);
  else if (name === "like" && next?.kind !== "string")
    refuse("a pattern of like that is not written here: Spark takes backslashes in it as escapes", token);
  else if ((name === "timestamp" || name === "date") && next?.kind === "string" && !timestampText.test(next.text))
    refuse(`${next.text} is no time such as '2012-03-01 00:00:00'`, next);
  else if (name === "order" && next?.text.toLowerCase() === "by") checkOrder(solid, i + 2, refuse);
  else if (name === "filter" && next?.text === "(") {
    const { end } = argumentsOf(solid, i + 1)!;
    if (solid[end + 1]?.text.toLowerCase() === "over")
      refuse("filter before over: Spark has none in windows", token, "write case when … end in the argument");
  } else if (name === "cast" && next?.text === "(") checkCast(solid, i, refuse);
  else if (next?.text === "(" && !keywords.has(name)) checkCall(solid, i, refuse);
}

const orderEnds: ReadonlySet<string> = new Set("limit offset rows range groups union intersect except".split(" "));

/** Each item of an ORDER BY says where nulls go: unsaid, they come last in DuckDB and first in Spark. */
function checkOrder(solid: readonly Token[], begin: number, refuse: Refuse): void {
  let item: Token[] = [];
  const endItem = (): void => {
    const [nulls, place] = item.slice(-2).map(({ text }) => text.toLowerCase());
    if (nulls !== "nulls" || (place !== "first" && place !== "last"))
      refuse(
        `order by ${item.map(({ text }) => text).join(" ")}: it must say where nulls go`,
        item[0] ?? solid[begin - 1]!,
        "end it with nulls first or nulls last",
      );
    item = [];
  };
  let depth = 0;
  for (const token of solid.slice(begin)) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth < 0 || (depth === 0 && orderEnds.has(token.text.toLowerCase()))) break;
    if (depth === 0 && token.text === ",") endItem();
    else item.push(token);
  }
  endItem();
}

/** The engines round, and read texts, each in its own way. */
function checkCast(solid: readonly Token[], i: number, refuse: Refuse): void {
  const { arguments: args } = argumentsOf(solid, i + 1)!;
  const value = args[0]!;
  const end = value.findLastIndex(({ text }) => text.toLowerCase() === "as");
  const type = value[end + 1]?.text.toLowerCase() ?? "";
  const isNull = end === 1 && value[0]!.text.toLowerCase() === "null";
  if (type === "decimal") {
    const size = value.slice(end + 2).map(({ text }) => text);
    if (!isPlainDecimal(Number(size[1]), size[2] === "," ? Number(size[3]) : 0)) refuseDecimal(solid[i]!, refuse);
    return;
  }
  if (castTypes.has(type) || (isNull && nullTypes.has(type))) return;
  refuse(
    `cast to ${type === "" ? "nothing" : type} does not mean the same on both engines`,
    solid[i]!,
    nullTypes.has(type) || type === "integer"
      ? "write to_int, to_bigint or parse_time of a text, whole of a number; null alone may be cast so"
      : `cast to ${[...castTypes].join(" or ")}`,
  );
}

function refuseDecimal(token: Token, refuse: Refuse): void {
  refuse(
    `${token.text}: such decimals have other texts on the other engine`,
    token,
    "write a precision up to 38, and a scale up to 6 and less than it",
  );
}

function checkCall(solid: readonly Token[], i: number, refuse: Refuse): void {
  const token = solid[i]!;
  const name = token.text.toLowerCase();
  const { arguments: args, end } = argumentsOf(solid, i + 1)!;
  const isMacro = Object.hasOwn(macros, name);
  if (!isMacro && !allowedFunctions.has(name)) {
    // `as t(a, b)` and `with t(a, b) as (…)` name columns.
    if (namesColumns(solid, i, end)) return;
    refuse(
      `${token.text}() is not among the functions that mean the same on both engines${didYouMean(name, [...allowedFunctions, ...Object.keys(macros)])}`,
      token,
      "see docs/sql.md for the list",
    );
    return;
  }
  if (namesColumns(solid, i, end)) {
    refuse(`${token.text} is a function: it cannot name a relation with columns`, token, "take another name");
    return;
  }
  if (isMacro && args.length !== macros[name]!.arguments) {
    const wanted = macros[name]!.arguments;
    refuse(`${token.text} takes ${wanted} argument${wanted === 1 ? "" : "s"}`, token, macros[name]!.describe);
    return;
  }
  if (isMacro && args.some((argument) => argument.length === 0)) refuse(`${token.text}: an argument is empty`, token);
  for (const [place, rule] of Object.entries(argumentRules[name] ?? {})) {
    const argument = args[Number(place)];
    const why = argument === undefined ? undefined : argumentProblem(argument, rule);
    if (why !== undefined) refuse(`${token.text}: argument ${Number(place) + 1} ${why}`, argument![0] ?? token);
  }
  if (name === "to_decimal" && !isPlainDecimal(Number(args[1]![0]?.text), Number(args[2]![0]?.text)))
    refuseDecimal(token, refuse);
  if (orderedFunctions.has(name)) {
    const over = solid[end + 1]?.text.toLowerCase() === "over" && solid[end + 2]?.text === "(";
    const window = over ? argumentsOf(solid, end + 2)!.arguments.flat() : [];
    if (!window.some(({ text }, at) => text.toLowerCase() === "order" && window[at + 1]?.text.toLowerCase() === "by"))
      refuse(`${token.text} without an order takes whichever row comes first`, token, "write over (… order by …)");
  }
}

function namesColumns(solid: readonly Token[], i: number, end: number): boolean {
  if (solid[i - 1]?.text.toLowerCase() === "as") return true;
  return solid[end + 1]?.text.toLowerCase() === "as" && solid[end + 2]?.text === "(";
}

/** What is wrong with an argument that must be written in a certain way. */
function argumentProblem(argument: readonly Token[], rule: ArgumentRule): string | undefined {
  const [only, more] = argument;
  const alone = more === undefined ? only : undefined;
  const text = alone?.kind === "string" ? alone.text.slice(1, -1) : undefined;
  switch (rule) {
    case "number":
      return alone?.kind === "number" && /^\d+$/.test(alone.text) ? undefined : "must be a whole number, written here";
    case "unit":
      return text !== undefined && dateUnits.has(text) ? undefined : `must be one of '${[...dateUnits].join("', '")}'`;
    case "pattern":
      return text === undefined ? "must be a pattern, written here" : patternProblem(text);
    case "dateFormat": {
      if (alone?.kind === "parameter") return undefined;
      return text === undefined ? "must be a date pattern, written here or a parameter" : datePatternProblem(text);
    }
  }
}

/** What RE2 and Java read differently in a regular expression. */
function patternProblem(pattern: string): string | undefined {
  const parts =
    /(?<group>\((?:\?:)?|\)|\|)|(?<set>\[\^?\]?[^[\]]*\])|(?<times>[*+?]\??|\{\d{1,3}(?:,\d{0,3})?\}\??)|(?<plain>[^[\]{}()*+?|\\])/uy;
  let before = "group";
  while (parts.lastIndex < pattern.length) {
    const at = parts.lastIndex;
    const found = parts.exec(pattern);
    if (found === null) return `does not mean the same on both engines from '${pattern.slice(at)}' on`;
    const kind = Object.entries(found.groups!).find(([, text]) => (text as string | undefined) !== undefined)![0];
    const text = found[0];
    if (kind === "times" && (before === "times" || (before === "group" && pattern[at - 1] !== ")")))
      return `repeats nothing at '${text}'`;
    if (kind === "set" && (text.includes("&&") || /^\[\^?\]/.test(text)))
      return `has a set that Java reads differently`;
    before = kind;
  }
  return undefined;
}
