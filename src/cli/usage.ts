import { commonOptions, type Command } from "./command.ts";

/** What may stand at a place of a command line, as its usage calls it: `JOB`, `FILE`, or words such as `csv`. */
export type Placeholders = readonly string[];

/** A positional of a usage. */
interface Slot {
  readonly placeholders: Placeholders;
  readonly repeats: boolean;
}

/** What may stand as the positional of a number, counted from 0, by any form of the command's usage. */
export function positionalAt(command: Command, index: number): Placeholders {
  return formsOf(command).flatMap((slots) => {
    const last = slots.at(-1);
    return (slots[index] ?? (last?.repeats === true ? last : undefined))?.placeholders ?? [];
  });
}

/** What may stand as an option's value: the words that the usage lists, else what the option itself calls it. */
export function valueOf(command: Command, option: string): Placeholders {
  const [, words] = new RegExp(`--${option} ([a-z0-9-]+(?:\\|[a-z0-9-]+)+)`).exec(command.usage) ?? [];
  return words === undefined ? [command.options[option]?.value ?? "VALUE"] : words.split("|");
}

/** The positionals of each form of a usage: `query SQL|NAME [--format …]`, `ingest DATA-SET … | ingest …`. */
function formsOf({ name, usage, options }: Command): readonly (readonly Slot[])[] {
  const known = { ...options, ...commonOptions };
  return usage.split(" | ").map((form) => {
    const slots: Slot[] = [];
    const own = form.startsWith(name) ? form.slice(name.length) : form;
    const words = own.replaceAll(/[[\]]/g, "").split(" ");
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (word.startsWith("-")) {
        const option = Object.entries(known).find(([long, { alias }]) => word === `--${long}` || word === `-${alias}`);
        if (option !== undefined && option[1].type !== "boolean") i += 1;
      } else if (word !== "" && word !== "OPTION…")
        slots.push({ placeholders: word.replace("…", "").split("|"), repeats: word.endsWith("…") });
    }
    return slots;
  });
}
