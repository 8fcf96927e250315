/** Widths of characters in ems, as wide as the widest common system fonts have them. */
const narrow = new Set("iljI.,:;'|!` ");
const wide = new Set("mwMW@%…—");

function emsOf(character: string): number {
  const code = character.codePointAt(0)!;
  // Chinese, Japanese, Korean and emoji fill a square.
  if (code >= 0x1100) return 1.05;
  if (narrow.has(character)) return 0.34;
  if (wide.has(character)) return 0.96;
  if (character >= "A" && character <= "Z") return 0.72;
  return 0.61;
}

/** How wide a text is at most, in the font's size. */
export function widthOf(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * fontSize;
}

/** A text no wider than that, its end replaced by … when it has to be cut. */
export function fitted(text: string, fontSize: number, width: number): string {
  if (widthOf(text, fontSize) <= width) return text;
  const room = width - widthOf("…", fontSize);
  let taken = 0;
  let kept = "";
  for (const character of text) {
    taken += emsOf(character) * fontSize;
    if (taken > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** A name without what would act on a terminal or a page instead of being read. */
export function readable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]/gu, "·");
}
