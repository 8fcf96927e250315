/** What Java reads otherwise than JavaScript, or JavaScript not at all (`java.util.regex.Pattern`). */
const javaAlone: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\\Q/, "a quotation \\Q…\\E"],
  [/^\\[pP]/, "a class of characters by its name"],
  [/^\\[AzZGRhHvVXaeN]/, "an escape that JavaScript does not have"],
  [/^\\x\{/, "a character by its number in braces"],
  [/^\(\?(?:[a-zA-Z]|-[a-zA-Z])/, "flags of its own"],
  [/^\(\?>/, "a group that gives nothing back"],
  [/^(?:[*+?]|\{\d+(?:,\d*)?\})\+/, "a possessive quantifier"],
];

/** What there is in a regular expression that only Java reads in its way; undefined when JavaScript does too. */
export function javaAloneIn(regex: string): string | undefined {
  let inClass = false;
  for (let i = 0; i < regex.length; i++) {
    const rest = regex.slice(i);
    if (inClass) {
      if (/^(?:&&|\[)/.test(rest)) return "a class within a class";
      if (rest.startsWith("]")) inClass = false;
    } else if (/^\[\^?\]/.test(rest)) return "a class that begins with its end";
    else if (rest.startsWith("[")) inClass = true;
    const found = javaAlone.find(([pattern]) => (!inClass || rest.startsWith("\\")) && pattern.test(rest));
    if (found !== undefined) return found[1];
    if (rest.startsWith("\\")) i += 1;
  }
  return undefined;
}
