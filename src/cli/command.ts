import type { Io } from "./io.ts";

/** An option of a command, as data: the parser, the help and the documentation read it. */
export interface OptionSpec {
  readonly type: "string" | "boolean" | "list";
  readonly describe: string;
  /** How the value is called in the help. */
  readonly value?: string;
  readonly alias?: string;
}

/** The options' values as a command gets them. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  readonly list: (name: string) => readonly string[];
}

/** A command as data. */
export interface Command {
  readonly name: string;
  /** `howdah <usage>` */
  readonly usage: string;
  readonly describe: string;
  /** All from the first positional on is positional, also what looks like an option: a command with its own options. */
  readonly passes?: true;
  /** How many positionals it takes. */
  readonly positionals: { readonly min: number; readonly max: number };
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Further paragraphs of the help. */
  readonly notes?: readonly string[];
  /** Does it and gives the exit code. Errors are thrown. */
  readonly run: (args: Arguments, io: Io) => Promise<number>;
}

/** Commands below one name, `howdah <name> <verb>`. */
export interface CommandGroup {
  readonly name: string;
  readonly describe: string;
  /** By verb; each command's name is `<name> <verb>`. */
  readonly verbs: Readonly<Record<string, Command>>;
  readonly notes?: readonly string[];
}

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { type: "boolean", describe: "print one JSON object instead of text" },
  verbose: { type: "boolean", describe: "print stack traces of errors" },
  help: { type: "boolean", describe: "show this help", alias: "h" },
};

/** Options of commands that work on a project. */
export const projectOptions = {
  project: { type: "string", value: "FOLDER", describe: "the project's folder (default: this one or one above it)" },
  target: { type: "string", value: "NAME", describe: "a target of howdah.config.ts (default: its defaultTarget)" },
  data: { type: "string", value: "FOLDER", describe: "another folder than the target's own" },
  define: { type: "list", alias: "D", value: "NAME=VALUE", describe: "the value of a parameter; may be repeated" },
} satisfies Readonly<Record<string, OptionSpec>>;

/** `--target` of commands that work on a cluster alone. */
export const clusterOption: OptionSpec = {
  type: "string",
  value: "NAME",
  describe: "a cluster of howdah.config.ts (default: the only one)",
};
