import type { ValueType } from "./grammar.ts";

/** The types of values that are not any text. None may be an expression: the server checks them before it resolves any. */

const matching = (pattern: RegExp, describe: string, example: string): ValueType => ({
  describe,
  example,
  accepts: (text) => pattern.test(text),
});

const wholeNumber = (min: number, max: number, example: string): ValueType => ({
  describe: `a whole number from ${min} to ${max}, no expression`,
  example,
  accepts: (text) => /^-?\d{1,12}$/.test(text) && Number(text) >= min && Number(text) <= max,
});

/**
 * IDENTIFIER of workflows is `([a-zA-Z_]([\-_a-zA-Z0-9])*){1,39}`. Its group may take any number of characters, so the
 * 39 bounds nothing, and the texts it matches are those of this pattern, which cannot backtrack for ever. How long a
 * name may be says the server (`ParamChecker.validateActionName`): the profiles have it.
 */
export const nodeName = matching(/^[a-zA-Z_][-_a-zA-Z0-9]*$/, "a letter or _, then letters, digits, - and _", "node");

/** IDENTIFIER of coordinators: names of data sets and events. */
export const eventName = matching(/^[a-zA-Z][-_a-zA-Z0-9]*$/, "a letter, then letters, digits, - and _", "name");

/** xs:boolean also knows 1 and 0, which the server, comparing with `true` and `false`, takes for something else. */
export const truth = matching(/^(true|false)$/, "true or false, no expression", "true");

/** The launcher's memory and cores: the server reads an `int` and refuses 0 (`LauncherConfigHandler`, `JavaActionExecutor`). */
export const positive = wholeNumber(1, 2_147_483_647, "512");
export const short = wholeNumber(-32_768, 32_767, "3");

/**
 * Spark 3 actions have lost the old way of naming the mode within the master (Cloudera, "Differences between Spark and
 * Spark 3 actions").
 */
export const masterWithoutMode: ValueType = {
  describe: "yarn with a mode of its own: not yarn-cluster or yarn-client",
  example: "yarn",
  accepts: (text) => !/^\s*yarn-(cluster|client)\s*$/.test(text),
};
