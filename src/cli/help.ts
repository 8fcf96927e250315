import { commonOptions, type Command, type CommandGroup, type OptionSpec } from "./command.ts";

/** The help of a command, from its own data. */
export function help(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) => ({
    flags: flags(name, option),
    describe: option.describe,
  }));
  const width = Math.max(...options.map((option) => option.flags.length));
  return [
    `howdah ${command.name}: ${command.describe}`,
    "",
    `Usage: howdah ${command.usage}`,
    "",
    ...options.map((option) => `  ${option.flags.padEnd(width)}  ${option.describe}`),
    ...(command.notes ?? []).flatMap((note) => ["", note]),
    "",
    "Examples:",
    ...command.examples.flatMap(([example, what]) => [`  ${example}`, `      ${what}`]),
  ].join("\n");
}

/** The help of commands below one name. */
export function groupHelp({ name, describe, verbs, notes = [] }: CommandGroup): string {
  const width = Math.max(...Object.keys(verbs).map((verb) => verb.length));
  return [
    `howdah ${name}: ${describe}`,
    "",
    ...Object.entries(verbs).map(([verb, command]) => `  howdah ${name} ${verb.padEnd(width)}  ${command.describe}`),
    ...notes.flatMap((note) => ["", note]),
    "",
    `  howdah ${name} VERB --help    options and examples of one`,
  ].join("\n");
}

/** How an option is written: `-D NAME=VALUE`, `--target NAME`. */
export function flags(name: string, { alias, value, type }: OptionSpec): string {
  const long = alias === "D" ? `-D ${value ?? ""}` : `${alias === undefined ? "" : `-${alias}, `}--${name}`;
  return type === "boolean" || alias === "D" ? long : `${long} ${value ?? "VALUE"}`;
}
