import parser from "yargs-parser";
import { didYouMean, HowdahError } from "../core/errors.ts";
import { commonOptions, type Arguments, type Command } from "./command.ts";

/** Parses a command's arguments. Throws `USAGE`. */
export function parse(command: Command, argv: readonly string[]): Arguments {
  const specs = { ...command.options, ...commonOptions };
  const usage = (why: string): HowdahError =>
    new HowdahError(why, { code: "USAGE", next: `howdah ${command.name} --help` });
  const names = Object.keys(specs);
  const ofType = (...types: readonly string[]): string[] => names.filter((name) => types.includes(specs[name]!.type));
  // `-Dname=value` in one word, as people write it elsewhere.
  const words =
    command.passes === true ? argv : argv.flatMap((word) => (/^-D./.test(word) ? ["-D", word.slice(2)] : [word]));
  const { argv: parsed, error } = parser.detailed([...words], {
    boolean: ofType("boolean"),
    string: ofType("string", "list"),
    array: ofType("list"),
    alias: Object.fromEntries(
      names.flatMap((name) => (specs[name]!.alias === undefined ? [] : [[name, specs[name]!.alias]])),
    ),
    // As many as there are, but at least one.
    narg: Object.fromEntries(ofType("string", "list").map((name) => [name, NaN])),
    configuration: {
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "boolean-negation": false,
      "greedy-arrays": false,
      "short-option-groups": false,
      "halt-at-non-option": command.passes === true,
    },
  });
  // Its type says null of what is undefined, and the other way round.
  if (error instanceof Error) {
    const [, option] = /^Not enough arguments following: (.*)$/.exec(error.message) ?? [];
    throw usage(option === undefined ? error.message : `${option.length === 1 ? "-" : "--"}${option} needs a value`);
  }
  const known = new Set([...names, ...Object.values(specs).flatMap(({ alias }) => alias ?? [])]);
  for (const name of Object.keys(parsed)) {
    if (name === "_" || known.has(name)) continue;
    const dashes = name.length === 1 ? "-" : "--";
    throw usage(
      `there is no option ${dashes}${name}${didYouMean(name, names).replace("did you mean ", "did you mean --")}`,
    );
  }
  const positionals = parsed._.map(String);
  const { min, max } = command.positionals;
  if (positionals.length < min) throw usage(`${command.name} needs more arguments: howdah ${command.usage}`);
  if (positionals.length > max) throw usage(`${positionals[max]!} is one argument too many: howdah ${command.usage}`);
  const value = (name: string): unknown => parsed[name];
  for (const [name, { type }] of Object.entries(specs))
    if (type === "string" && Array.isArray(value(name))) throw usage(`--${name} is given twice`);
  return {
    positionals,
    text: (name) => value(name) as string | undefined,
    flag: (name) => value(name) === true,
    list: (name) => (value(name) as readonly string[] | undefined) ?? [],
  };
}
