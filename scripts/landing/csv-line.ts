const comma = 44;
const quote = 34;

/** Where the fields of one line stand, quotes included. One object serves a whole file. */
export interface Fields {
  count: number;
  /** An unclosed quote, or text between a closing quote and the next comma. */
  broken: boolean;
  readonly starts: number[];
  readonly ends: number[];
}

export function newFields(): Fields {
  return { count: 0, broken: false, starts: [], ends: [] };
}

/** Finds the fields of a CSV line. An unclosed quote runs to the line's end; a quote inside unquoted text is text. */
export function splitLine(block: Buffer, start: number, end: number, fields: Fields): void {
  fields.broken = false;
  let count = 0;
  let at = start;
  for (;;) {
    fields.starts[count] = at;
    if (block[at] === quote && at < end) {
      at = closingQuote(block, at + 1, end);
      if (at < end) at++;
      else fields.broken = true;
      if (at < end && block[at] !== comma) fields.broken = true;
    }
    while (at < end && block[at] !== comma) at++;
    fields.ends[count++] = at;
    if (at >= end) break;
    at++;
  }
  fields.count = count;
}

/** The place of the quote that closes a field, or the line's end. A doubled quote is a quote in the text. */
function closingQuote(block: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end) {
    if (block[at] === quote) {
      if (block[at + 1] !== quote || at + 1 >= end) return at;
      at++;
    }
    at++;
  }
  return end;
}

/** A field's text without its quotes. */
export function fieldText(block: Buffer, fields: Fields, i: number): string {
  const text = block.toString("utf8", fields.starts[i], fields.ends[i]);
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replaceAll('""', '"') : text;
}
