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
  // Not the year 0000: to DuckDB it is 1 BC, and such a time has another text there.
  ["yyyy", "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"],
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

/** Java matches a whole text, line ends being \n alone as in RE2; chr() since Spark's parser eats backslashes. */
const javaWhole = (text: string, pattern: string): string =>
  `(${text} rlike (chr(92) || 'A(?d:' || ${pattern} || ')' || chr(92) || 'z'))`;

const whole = "[+-]?[0-9]{1,38}";
const decimal = "[+-]?[0-9]{1,38}([.][0-9]{1,38})?";
const capitals = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'";
const smalls = capitals.toLowerCase();

/** `try_cast` of texts that match alone: each engine reads more than the other, such as `5.`, `1e3`, `5_000`. */
const readAs = (type: string, pattern: string): Pick<Macro, "duckdb" | "spark"> => ({
  duckdb: `case when regexp_full_match($1, '${pattern}') then try_cast($1 as ${type}) end`,
  spark: `case when ${javaWhole("$1", `'${pattern}'`)} then try_cast($1 as ${type}) end`,
});

/** Functions that the engines spell differently, or mean differently under one name. */
export const macros: Readonly<Record<string, Macro>> = {
  full_match: {
    arguments: 2,
    duckdb: "regexp_full_match($1, $2)",
    spark: javaWhole("$1", "$2"),
    describe: "full_match(text, 'pattern'): whether the whole text matches; `.` is anything but a line feed",
  },
  parse_time: {
    arguments: 2,
    duckdb: `case when regexp_full_match($1, ${asPattern}) then try_strptime($1, ${replaced("replace($2, chr(39), '')", strptimeFields)}) end`,
    spark: `case when ${javaWhole("$1", asPattern)} then to_timestamp($1, $2) end`,
    describe:
      "parse_time(text, 'format'): a timestamp read by a pattern of yyyy MM M dd d HH H mm ss, of the years 0001 to 9999; null when it is none",
  },
  epoch_seconds: {
    arguments: 1,
    // epoch() is a double, which cannot hold the microseconds of far years.
    duckdb: "cast(epoch(date_trunc('second', $1)) as bigint)",
    // unix_timestamp() rounds towards 1970.
    spark: "unix_seconds($1)",
    describe: "epoch_seconds(timestamp): whole seconds since 1970, rounded down; bigint",
  },
  add_seconds: {
    arguments: 2,
    duckdb: "($1 + to_seconds(cast(trunc($2) as bigint)))",
    spark: "timestamp_micros(unix_micros($1) + 1000000 * cast($2 as bigint))",
    describe: "add_seconds(timestamp, seconds): so many whole seconds later, or earlier",
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
    ...readAs("int", whole),
    describe: "to_int(text): a whole number of 32 bits; null when it is none",
  },
  to_bigint: {
    arguments: 1,
    ...readAs("bigint", whole),
    describe: "to_bigint(text): a whole number of 64 bits; null when it is none",
  },
  to_decimal: {
    arguments: 3,
    ...readAs("decimal($2,$3)", decimal),
    describe:
      "to_decimal(text, precision, scale): a decimal of a scale up to 6, half rounded away from zero; null when it is none or too large",
  },
  whole: {
    arguments: 1,
    duckdb: "try_cast(trunc($1) as bigint)",
    spark: "try_cast($1 as bigint)",
    describe: "whole(number): its whole part, bigint; null beyond 64 bits",
  },
  substr: {
    arguments: 3,
    duckdb: "substr($1, case when $2 < 1 then 1 else $2 end, case when $3 < 0 then 0 else $3 end)",
    spark: "substr($1, case when $2 < 1 then 1 else $2 end, case when $3 < 0 then 0 else $3 end)",
    describe:
      "substr(text, from, length): characters from the place `from`, the first being 1 and less than 1 taken as 1",
  },
  trim: {
    arguments: 1,
    duckdb: "trim($1, ' ')",
    spark: "trim($1)",
    describe: "trim(text): without the spaces (U+0020 alone) at both ends",
  },
  lower: {
    arguments: 1,
    duckdb: `translate($1, ${capitals}, ${smalls})`,
    spark: `translate($1, ${capitals}, ${smalls})`,
    describe: "lower(text): with small letters for A to Z; other letters stay as they are",
  },
  upper: {
    arguments: 1,
    duckdb: `translate($1, ${smalls}, ${capitals})`,
    spark: `translate($1, ${smalls}, ${capitals})`,
    describe: "upper(text): with capitals for a to z; other letters stay as they are",
  },
};

/** Functions of the same name, arguments and meaning on both engines; test/jobs/functions.test.ts holds each to it. */
export const functions: Readonly<Record<string, string>> = {
  abs: "abs(number)",
  ascii: "ascii(text): the code point of its first character, 0 when empty",
  coalesce: "coalesce(a, b, …): the first that is not null",
  count: "count(*), count(x), count(distinct x)",
  date_trunc:
    "date_trunc('unit', timestamp): its beginning; unit is year, quarter, month, week, day, hour, minute or second",
  dense_rank: "dense_rank() over (… order by …)",
  first_value: "first_value(x) over (… order by …): null when the first is",
  greatest: "greatest(a, b, …): nulls are passed over",
  lag: "lag(x), lag(x, rows), lag(x, rows, default) over (… order by …)",
  last_value: "last_value(x) over (… order by …): null when the last is",
  lead: "lead(x), lead(x, rows), lead(x, rows, default) over (… order by …)",
  least: "least(a, b, …): nulls are passed over",
  length: "length(text): its characters (code points)",
  max: "max(x)",
  md5: "md5(text): of its UTF-8, 32 hex digits",
  min: "min(x)",
  nullif: "nullif(a, b): null when they are equal, else a",
  rank: "rank() over (… order by …)",
  repeat: "repeat(text, times): empty when times is below 1",
  replace: "replace(text, old, new)",
  row_number: "row_number() over (… order by …)",
  sum: "sum(number)",
};

export const allowedFunctions: ReadonlySet<string> = new Set(Object.keys(functions));

/** Functions of the order of rows: without one each engine takes its own. */
export const orderedFunctions: ReadonlySet<string> = new Set([
  "dense_rank",
  "first_value",
  "lag",
  "last_value",
  "lead",
  "rank",
  "row_number",
]);

/** What an argument must be written as, where its value decides what the engines make of it. */
export type ArgumentRule = "number" | "unit" | "pattern" | "dateFormat";

/** By function or macro, and by the argument's place from 0. */
export const argumentRules: Readonly<Record<string, Readonly<Record<number, ArgumentRule>>>> = {
  full_match: { 1: "pattern" },
  parse_time: { 1: "dateFormat" },
  to_decimal: { 1: "number", 2: "number" },
  date_trunc: { 0: "unit" },
  lag: { 1: "number" },
  lead: { 1: "number" },
};

export const dateUnits: ReadonlySet<string> = new Set("year quarter month week day hour minute second".split(" "));

/** Types that `cast` may make of anything; to the others it only gives null a type. */
export const castTypes: ReadonlySet<string> = new Set(["string", "decimal"]);
export const nullTypes: ReadonlySet<string> = new Set(["int", "bigint", "boolean", "date", "timestamp"]);

/**
 * Whether decimals of a type have the same text on both engines: a row's hash is made of texts. Of a greater scale
 * Spark writes small ones as `0E-7`, and with no digit before the point DuckDB writes `.5`.
 */
export function isPlainDecimal(precision: number, scale: number): boolean {
  return precision >= 1 && precision <= 38 && scale <= 6 && scale < precision;
}

/** Words that may stand before a parenthesis without being functions. */
export const keywords: ReadonlySet<string> = new Set(
  "select from where and or not in exists as on over by filter when then else case cast having union all except intersect values between join using distinct decimal".split(
    " ",
  ),
);

/** Words that may stand before a text; before others it is part of a literal of the engine's own. */
export const wordsBeforeText: ReadonlySet<string> = new Set(
  "select distinct and or not like when then else case in between where having on by timestamp date interval escape all from limit".split(
    " ",
  ),
);

/** Words of one engine alone, or that change from run to run; each with what to write. */
export const refusedWords: Readonly<Record<string, string>> = {
  try_cast: "write to_int, to_bigint, to_decimal or parse_time",
  qualify: "number the rows in a subquery, and filter above it",
  ilike: "write lower(…) like '…'",
  rlike: "write full_match(…)",
  regexp: "write full_match(…)",
  glob: "write full_match(…)",
  similar: "write full_match(…)",
  div: "multiply instead",
  ignore: "number the rows that are not null in a subquery",
  double: "write decimal(…)",
  float: "write decimal(…)",
  real: "write decimal(…)",
  current_date: "take the unit's time from the relation `units`",
  current_time: "take the unit's time from the relation `units`",
  current_timestamp: "take the unit's time from the relation `units`",
  localtime: "take the unit's time from the relation `units`",
  localtimestamp: "take the unit's time from the relation `units`",
  tablesample: "select by a condition",
  window: "write the window in each over ( )",
};
