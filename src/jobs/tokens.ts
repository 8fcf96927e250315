export type TokenKind = "word" | "quoted" | "string" | "number" | "parameter" | "space" | "symbol";
/** A piece of SQL, with its line in the job's file. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

const tokenPattern =
  /(?<space>\s+|--[^\n]*|\/\*[^]*?\*\/)|(?<string>'(?:[^'])*')|(?<quoted>"[^"]*"|`[^`]*`)|(?<parameter>:[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<symbol>::|<=|>=|<>|!=|\|\||[^])/gu;

/** Divides SQL into pieces; white space and comments are pieces too. */
export function tokenize(sql: string, firstLine: number): Token[] {
  let line = firstLine;
  return [...sql.matchAll(tokenPattern)].map(({ 0: text, groups }) => {
    const kind = Object.entries(groups!).find(([, value]) => (value as string | undefined) !== undefined)![0];
    const token = { kind: kind as TokenKind, text, line };
    line += text.split("\n").length - 1;
    return token;
  });
}

/** The arguments of a call whose `(` is at `open`, and where its `)` is; undefined when it is not closed. */
export function argumentsOf(
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
