import { commonOptions, type Command, type OptionSpec } from "./command.ts";

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

function flags(name: string, { alias, value, type }: OptionSpec): string {
  const long = alias === "D" ? `-D ${value ?? ""}` : `${alias === undefined ? "" : `-${alias}, `}--${name}`;
  return type === "boolean" || alias === "D" ? long : `${long} ${value ?? "VALUE"}`;
}
