import { didYouMean, HowdahError } from "../core/errors.ts";

/**
 * Names that a file of definitions imports from howdah, and that howdah does not have, each with its line. Without types
 * such a name is undefined, and fails wherever it is used, or is left out without a word. Types begin with a capital
 * letter and are gone when a file is run: they are not looked at.
 */
export function unknownImports(file: string, source: string, exported: ReadonlySet<string>): readonly HowdahError[] {
  const found: HowdahError[] = [];
  const imports = /^[ \t]*import\s+(?!type\b)(?:\w+\s*,\s*)?\{([^}]*)\}\s*from\s*["']howdah["']/gm;
  for (const match of source.matchAll(imports)) {
    const start = match.index + match[0].indexOf("{") + 1;
    for (const one of match[1]!.matchAll(/(\btype\s+)?([A-Za-z_$][\w$]*)(?:\s+as\s+[\w$]+)?/g)) {
      const [, type, name] = one;
      if (type !== undefined || exported.has(name!) || /^[A-Z](?=.*[a-z])/.test(name!)) continue;
      found.push(
        new HowdahError(`howdah has no ${name!}${didYouMean(name!, [...exported])}`, {
          code: "DEFINITION",
          where: { file, line: source.slice(0, start + one.index).split("\n").length },
        }),
      );
    }
  }
  return found;
}

/** The name in a message that howdah does not have, where it was imported as a whole: `h.shel is not a function`. */
export function unknownMember(message: string, source: string, exported: readonly string[]): string | undefined {
  const [, namespace] = /import\s+\*\s+as\s+([\w$]+)\s+from\s*["']howdah["']/.exec(source) ?? [];
  const [, object, name] = /^([\w$]+)\.([\w$]+) is not a function$/.exec(message) ?? [];
  if (namespace === undefined || object !== namespace || exported.includes(name!)) return undefined;
  return `howdah has no ${name!}${didYouMean(name!, exported)}`;
}
