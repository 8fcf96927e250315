/** What every writer of XML needs to know of characters. */

/** The first character that XML 1.0 cannot hold in any way, as `U+0001`. */
export function illegalCharacter(text: string): string | undefined {
  if (!beyondPlain.test(text)) return undefined;
  const found = illegal.exec(text)?.[0].codePointAt(0);
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Most texts have none of these, which is quicker to see than the rest. */
const beyondPlain = /[^\t\n\r -~\u00A0-\uD7FF]/;

/** All but `Char` of XML 1.0 (2.2): control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** A text between tags. A reader makes a line feed of a carriage return that is not written as a reference (XML 1.0, 2.11). */
export function escapeText(text: string): string {
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (character) => references[character]!) : text;
}

/** The value of an attribute. A reader makes spaces of tabs and line ends that are not references (XML 1.0, 3.3.3). */
export function escapeAttribute(text: string): string {
  return /[&<"\t\n\r]/.test(text) ? text.replace(/[&<"\t\n\r]/g, (character) => references[character]!) : text;
}
