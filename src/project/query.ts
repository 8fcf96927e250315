import { didYouMean, HowdahError } from "../core/errors.ts";

/** A value of a row: whole numbers beyond 2^53 and decimals are texts, exact. */
export type Cell = string | number | boolean | null;

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly Cell[]>;
}

/** A SELECT, and the values of its `:name` parameters. */
export interface Query {
  readonly sql: string;
  /** They win over the defaults that the query declares: see {@link queryParameters}. */
  readonly values?: Readonly<Record<string, string>>;
  /** What errors call it. @default "the query" */
  readonly name?: string;
  /** The file that holds it, for the place of errors. */
  readonly file?: string;
}

/**
 * The parameters that a query declares with their defaults, each on a line of the comment at its top:
 * `-- parameter: limit = 20`.
 */
export function queryParameters(sql: string): Readonly<Record<string, string>> {
  const declared = topComment(sql).map((line) => parameterLine.exec(line));
  return Object.fromEntries(declared.flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!]])));
}

/** What a query says of itself: the comment at its top as one line, without the parameters. */
export function queryDescription(sql: string): string {
  return topComment(sql)
    .filter((line) => !parameterLine.test(line))
    .map((line) => line.replace(/^--\s*/, ""))
    .join(" ");
}

const parameterLine = /^--\s*parameter:\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;

function topComment(sql: string): readonly string[] {
  const lines = sql.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  return lines.slice(0, end === -1 ? lines.length : end);
}

/** Puts texts, as `quote` writes them in the engine's SQL, in the place of `:name`; strings and comments are left alone. */
export function withValues(
  { sql, values: given = {}, name = "the query" }: Query,
  quote: (text: string) => string,
): string {
  const values = { ...queryParameters(sql), ...given };
  const used = new Set<string>();
  const text = sql.replace(
    /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\/|::|:([A-Za-z_]\w*)/g,
    (token, parameter: string | undefined) => {
      if (parameter === undefined) return token;
      used.add(parameter);
      const value = values[parameter];
      if (value === undefined)
        throw new HowdahError(`${name} needs a value for ${parameter}`, {
          code: "QUERY_VALUE",
          next: `give it: -D ${parameter}=…`,
        });
      const isNumber = /^-?\d+(\.\d+)?$/.test(value) && !/^-?0\d/.test(value) && value.length < 8;
      if (!isNumber) return quote(value);
      // Two signs in a row would begin a comment: `5-:n`.
      return value.startsWith("-") ? `(${value})` : value;
    },
  );
  const unused = Object.keys(values).find((parameter) => !used.has(parameter));
  if (unused !== undefined)
    throw new HowdahError(`${name} has no parameter ${unused}${didYouMean(unused, used)}`, { code: "QUERY_VALUE" });
  // Lines at the top stay, so that the engine counts as the file does.
  return text.trimEnd().replace(/;$/, "");
}

/** A query as messages show it. */
export function shortened(sql: string): string {
  const text = sql.trim().replaceAll(/\s+/g, " ");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
