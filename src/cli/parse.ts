import yargs from "yargs";
import { didYouMean, HowdahError } from "../core/errors.ts";
import { commonOptions, type Arguments, type Command } from "./command.ts";

/** Parses a command's arguments. Throws `USAGE`. */
export function parse(command: Command, argv: readonly string[]): Arguments {
  const specs = { ...command.options, ...commonOptions };
  const usage = (why: string): HowdahError =>
    new HowdahError(why, { code: "USAGE", next: `howdah ${command.name} --help` });
  const parser = yargs()
    .help(false)
    .version(false)
    .exitProcess(false)
    .parserConfiguration({
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "boolean-negation": false,
      "greedy-arrays": false,
      "short-option-groups": false,
      "halt-at-non-option": command.passes === true,
    })
    .fail((message) => {
      const [, option] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
      throw usage(option === undefined ? message : `${option.length === 1 ? "-" : "--"}${option} needs a value`);
    });
  for (const [name, { type, alias }] of Object.entries(specs))
    parser.option(name, {
      type: type === "list" ? "array" : type,
      string: type !== "boolean",
      ...(alias === undefined ? {} : { alias }),
      ...(type === "boolean" ? {} : { requiresArg: true }),
    });
  // `-Dname=value` in one word, as people write it elsewhere.
  const words =
    command.passes === true ? argv : argv.flatMap((word) => (/^-D./.test(word) ? ["-D", word.slice(2)] : [word]));
  const parsed = parser.parseSync(words) as Readonly<Record<string, unknown>>;
  const known = new Set([...Object.keys(specs), ...Object.values(specs).flatMap(({ alias }) => alias ?? [])]);
  for (const name of Object.keys(parsed)) {
    if (name === "_" || name === "$0" || known.has(name)) continue;
    const dashes = name.length === 1 ? "-" : "--";
    throw usage(
      `there is no option ${dashes}${name}${didYouMean(name, Object.keys(specs)).replace("did you mean ", "did you mean --")}`,
    );
  }
  const positionals = (parsed["_"] as readonly unknown[]).map(String);
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
