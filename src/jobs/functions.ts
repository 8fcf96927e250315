/** The engines that jobs run on. */
export type Engine = "duckdb" | "spark";

/** A function that each engine spells in its own way: `$1`, `$2` stand for the arguments. */
export interface Macro {
  readonly arguments: number;
  readonly duckdb: string;
  readonly spark: string;
  /** One line for the documentation. */
  readonly describe: string;
}

/**
 * Date patterns as regular expressions: each field is replaced by what it may be. The order matters: no replacement
 * holds a letter that a later one looks for.
 */
const patternFields: readonly (readonly [string, string])[] = [
  [".", "[.]"],
  ["yyyy", "[0-9]{4}"],
  ["MM", "(0[1-9]|1[0-2])"],
  ["M", "(0?[1-9]|1[0-2])"],
  ["dd", "(0[1-9]|[12][0-9]|3[01])"],
  ["d", "(0?[1-9]|[12][0-9]|3[01])"],
  ["HH", "([01][0-9]|2[0-3])"],
  ["H", "([01]?[0-9]|2[0-3])"],
  ["mm", "[0-5][0-9]"],
  ["ss", "[0-5][0-9]"],
];

/** The same patterns as DuckDB's strptime has them; it takes one or two digits for each. */
const strptimeFields: readonly (readonly [string, string])[] = [
  ["yyyy", "%Y"],
  // `%m`, `%M` and `%H` must not be met again: a control character stands for each until all are done.
  ["MM", "%\u0004"],
  ["mm", "%\u0001"],
  ["M", "%\u0004"],
  ["dd", "%\u0002"],
  ["d", "%d"],
  ["HH", "%\u0003"],
  ["H", "%\u0003"],
  ["ss", "%S"],
  ["\u0001", "M"],
  ["\u0002", "d"],
  ["\u0003", "H"],
  ["\u0004", "m"],
];

function replaced(expression: string, fields: readonly (readonly [string, string])[]): string {
  return fields.reduce((text, [from, to]) => `replace(${text}, '${from}', '${to}')`, expression);
}

const asPattern = replaced("replace($2, chr(39), '')", patternFields);

/** Functions that the engines spell differently, or mean differently under one name. */
export const macros: Readonly<Record<string, Macro>> = {
  full_match: {
    arguments: 2,
    duckdb: "regexp_full_match($1, $2)",
    // Java's $ also matches before a line's end; \z does not. chr() since the parser eats backslashes.
    spark: "($1 rlike (chr(92) || 'A(?:' || $2 || ')' || chr(92) || 'z'))",
    describe: "full_match(text, pattern): the whole text matches; patterns without backslashes",
  },
  parse_time: {
    arguments: 2,
    duckdb: `case when regexp_full_match($1, ${asPattern}) then try_strptime($1, ${replaced("replace($2, chr(39), '')", strptimeFields)}) end`,
    spark: `case when ($1 rlike (chr(92) || 'A(?:' || ${asPattern} || ')' || chr(92) || 'z')) then to_timestamp($1, $2) end`,
    describe:
      "parse_time(text, format): a timestamp read by a pattern of yyyy MM M dd d HH H mm ss; null when it is none",
  },
  epoch_seconds: {
    arguments: 1,
    duckdb: "cast(floor(epoch($1)) as bigint)",
    spark: "unix_timestamp($1)",
    describe: "epoch_seconds(timestamp): whole seconds since 1970, bigint",
  },
  add_seconds: {
    arguments: 2,
    duckdb: "($1 + to_seconds(cast($2 as bigint)))",
    spark: "timestamp_micros(unix_micros($1) + 1000000 * cast($2 as bigint))",
    describe: "add_seconds(timestamp, seconds): a later (or earlier) timestamp",
  },
  hour_key: {
    arguments: 1,
    duckdb: "strftime($1, '%Y%m%d_%H')",
    spark: "date_format($1, 'yyyyMMdd_HH')",
    describe: "hour_key(timestamp): its hour as yyyyMMdd_HH",
  },
  day_key: {
    arguments: 1,
    duckdb: "strftime($1, '%Y%m%d')",
    spark: "date_format($1, 'yyyyMMdd')",
    describe: "day_key(timestamp): its day as yyyyMMdd",
  },
  to_int: {
    arguments: 1,
    duckdb: "case when regexp_full_match($1, '[+-]?[0-9]{1,18}') then try_cast($1 as integer) end",
    spark: "case when ($1 rlike (chr(92) || 'A(?:[+-]?[0-9]{1,18})' || chr(92) || 'z')) then try_cast($1 as int) end",
    describe: "to_int(text): a whole number of 32 bits; null when it is none",
  },
};

/** Functions of the same name, arguments and meaning on both engines; test/jobs/functions.test.ts holds each to it. */
export const allowedFunctions: ReadonlySet<string> = new Set([
  "abs",
  "ascii",
  "coalesce",
  "count",
  "date_trunc",
  "dense_rank",
  "greatest",
  "lag",
  "lead",
  "least",
  "length",
  "lower",
  "max",
  "md5",
  "min",
  "nullif",
  "rank",
  "repeat",
  "replace",
  "row_number",
  "substr",
  "sum",
  "trim",
  "upper",
  "first_value",
  "last_value",
]);

/** Words that may stand before a parenthesis without being functions. */
export const keywords: ReadonlySet<string> = new Set(
  "select from where and or not in exists as on over by filter when then else case cast try_cast partition order group having union all with values between join left inner using within distinct limit decimal varchar char end interval is like rows range".split(
    " ",
  ),
);
