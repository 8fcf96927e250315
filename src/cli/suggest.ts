import { commonOptions, type Command, type CommandGroup, type OptionSpec } from "./command.ts";
import { positionalAt, valueOf, type Placeholders } from "./usage.ts";

/** What may stand where the cursor is: words with what each is, or files or folders, which the shell knows better. */
export interface Suggestions {
  readonly words: readonly (readonly [word: string, what: string])[];
  readonly paths?: "files" | "folders";
}

/** Names that a project, or howdah, has for a placeholder of a usage; undefined where there are none of that kind. */
export type NamesOf = (placeholder: string, option: string | undefined) => Promise<readonly string[]>;

type Commands = Readonly<
  Record<string, { readonly describe: string; readonly load: () => Promise<Command | CommandGroup> }>
>;

/** What the last of the words of a command line may become; they are those behind `howdah`. */
export async function suggest(commands: Commands, words: readonly string[], names: NamesOf): Promise<Suggestions> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const [first, ...rest] = before;
  const described = (all: Readonly<Record<string, { readonly describe: string }>>): Suggestions =>
    starting(
      Object.entries(all).map(([name, { describe }]) => [name, describe]),
      current,
    );
  if (first === undefined)
    return described({
      ...commands,
      "--help": { describe: "list the commands" },
      "--version": { describe: "print the version" },
    });
  if (first === "help") return rest.length === 0 ? described(commands) : nothing;
  const found = Object.hasOwn(commands, first) ? await commands[first]!.load() : undefined;
  if (found === undefined) return nothing;
  if (!("verbs" in found)) return ofCommand(found, rest, current, names);
  const [verb, ...others] = rest;
  if (verb === undefined) return described(found.verbs);
  return Object.hasOwn(found.verbs, verb) ? ofCommand(found.verbs[verb]!, others, current, names) : nothing;
}

const nothing: Suggestions = { words: [] };

async function ofCommand(
  command: Command,
  before: readonly string[],
  current: string,
  names: NamesOf,
): Promise<Suggestions> {
  const options = { ...command.options, ...commonOptions };
  const given = new Set<string>();
  let positionals = 0;
  let open: string | undefined;
  for (const word of before) {
    if (open !== undefined) open = undefined;
    else if (!word.startsWith("-") || word === "-") positionals += 1;
    else {
      const option = optionOf(options, word);
      if (option !== undefined) given.add(option);
      if (option !== undefined && options[option]!.type !== "boolean" && !word.includes("=")) open = option;
    }
    // What follows is another program's.
    if (command.passes === true && positionals > 0) return { words: [], paths: "files" };
  }
  if (open !== undefined) return of(valueOf(command, open), current, names, open);
  const [, written, option, start] = /^(--([^=]+)=)(.*)$/.exec(current) ?? [];
  if (written !== undefined && Object.hasOwn(options, option!)) {
    const found = await of(valueOf(command, option!), start!, names, option);
    return { words: found.words.map(([word, what]) => [`${written}${word}`, what]) };
  }
  if (current.startsWith("-"))
    return starting(
      Object.entries(options)
        .filter(([name, { type }]) => type === "list" || !given.has(name))
        .map(([name, { alias, describe }]) => [alias === "D" ? "-D" : `--${name}`, describe]),
      current,
    );
  return of(positionalAt(command, positionals), current, names, undefined);
}

function optionOf(options: Readonly<Record<string, OptionSpec>>, word: string): string | undefined {
  const [, long, short] = /^(?:--([^=]+)|-(.))/.exec(word) ?? [];
  return Object.keys(options).find((name) => name === long || (short !== undefined && options[name]!.alias === short));
}

async function of(
  placeholders: Placeholders,
  current: string,
  names: NamesOf,
  option: string | undefined,
): Promise<Suggestions> {
  const paths = placeholders.includes("FILE") ? "files" : placeholders.includes("FOLDER") ? "folders" : undefined;
  const words: [string, string][] = [];
  for (const placeholder of new Set(placeholders))
    if (placeholder === placeholder.toLowerCase()) words.push([placeholder, ""]);
    else
      for (const name of await names(placeholder, option))
        if (words.every(([known]) => known !== name)) words.push([name, placeholder.toLowerCase()]);
  return { ...starting(words, current), ...(paths === undefined ? {} : { paths }) };
}

function starting(words: readonly (readonly [string, string])[], start: string): Suggestions {
  return { words: words.filter(([word]) => word.startsWith(start) && (start !== "" || !word.startsWith("-"))) };
}
