import { messageOf } from "howdah";

/** Told what a part holds, in order. Names are without their prefix. */
export interface XmlHandler {
  open(name: string, attributes: string): void;
  close(name: string): void;
  /** Text of an element, as it stands in the file; may come in pieces. */
  text(raw: string): void;
}

/** Why a part is no well-formed XML, or none that a workbook has. */
export class XmlError extends Error {}

/** Longer than any tag, comment or text of a workbook: a cell holds 32,767 characters. */
const longestPiece = 4 << 20;

const [quote, apostrophe, greater, slash, blank] = [34, 39, 62, 47, 32];

/**
 * Reads XML as it comes, piece by piece. It knows what parts of a workbook are written in: elements, attributes, text,
 * CDATA, comments. A document type is refused, as ECMA-376 has none: nothing is expanded or fetched.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #open: string[] = [];
  #rest = "";
  #elements = 0;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  write(chunk: Uint8Array): void {
    this.#scan(this.#rest + this.#decode(chunk));
  }

  /** To be called when all is written. Throws {@link XmlError} when something is missing. */
  end(): void {
    this.#scan(this.#rest + this.#decode());
    if (this.#open.length > 0 || this.#elements === 0 || this.#rest.trim() !== "")
      throw new XmlError("it ends too early");
  }

  #decode(chunk?: Uint8Array): string {
    try {
      return chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new XmlError(`it is not UTF-8 (${messageOf(error)})`);
    }
  }

  #scan(text: string): void {
    let at = 0;
    for (;;) {
      const tag = text.indexOf("<", at);
      if (tag === -1) break;
      if (tag > at && this.#open.length > 0) this.#handler.text(text.slice(at, tag));
      at = tag;
      const end = this.#tag(text, tag);
      if (end === -1) break;
      at = end;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > longestPiece) throw new XmlError("a piece of it is longer than any of a workbook");
  }

  /** Takes what begins with `<`; gives where it ends, -1 when that is still to come. */
  #tag(text: string, start: number): number {
    const kind = text.charCodeAt(start + 1);
    if (kind === 33 || kind === 63) return this.#aside(text, start);
    const end = tagEnd(text, start + 1);
    if (end === -1) return -1;
    if (kind === slash) {
      const name = text.slice(start + 2, end).trimEnd();
      if (this.#open.pop() !== name) throw new XmlError(`</${name}> closes what is not open`);
      this.#handler.close(localName(name));
      return end + 1;
    }
    const closed = text.charCodeAt(end - 1) === slash;
    const last = closed ? end - 1 : end;
    let nameEnd = start + 1;
    while (nameEnd < last && text.charCodeAt(nameEnd) > blank) nameEnd++;
    if (nameEnd === start + 1) throw new XmlError("a tag has no name");
    const name = text.slice(start + 1, nameEnd);
    if (this.#open.length === 0 && this.#elements > 0) throw new XmlError(`<${name}> stands behind the end`);
    this.#elements++;
    const local = localName(name);
    this.#handler.open(local, text.slice(nameEnd, last));
    if (closed) this.#handler.close(local);
    else this.#open.push(name);
    return end + 1;
  }

  /** Comments, CDATA, and the declaration. */
  #aside(text: string, start: number): number {
    const aside = asides.find(([one]) => text.startsWith(one, start));
    if (aside === undefined) {
      // It may be the beginning of one.
      if (text.length - start < longestBegin) return -1;
      throw new XmlError("it has a document type, which no workbook has");
    }
    const [begin, finish] = aside;
    const end = text.indexOf(finish, start + begin.length);
    if (end === -1) return -1;
    if (begin === cdata) this.#handler.text(escaped(text.slice(start + begin.length, end)));
    return end + finish.length;
  }
}

const cdata = "<![CDATA[";
const asides = [
  ["<!--", "-->"],
  [cdata, "]]>"],
  ["<?", "?>"],
] as const;
const longestBegin = cdata.length;

function tagEnd(text: string, from: number): number {
  let open = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (open !== 0) {
      if (code === open) open = 0;
    } else if (code === greater) return at;
    else if (code === quote || code === apostrophe) open = code;
  }
  return -1;
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon === -1 ? name : name.slice(colon + 1);
}

/** The value of an attribute, as text; undefined where it is not given. Names are without their prefix. */
export function attribute(attributes: string, wanted: string): string | undefined {
  for (let at = 0; ;) {
    while (at < attributes.length && attributes.charCodeAt(at) <= blank) at++;
    if (at === attributes.length) return undefined;
    const equals = attributes.indexOf("=", at);
    if (equals === -1) throw new XmlError("an attribute has no value");
    let value = equals + 1;
    while (attributes.charCodeAt(value) <= blank) value++;
    const mark = attributes[value];
    const end = mark === '"' || mark === "'" ? attributes.indexOf(mark, value + 1) : -1;
    if (end === -1) throw new XmlError("an attribute has no value");
    if (localName(attributes.slice(at, equals).trimEnd()) === wanted)
      return plainText(attributes.slice(value + 1, end));
    at = end + 1;
  }
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text without its entities, its lines ending at LF. */
export function plainText(raw: string): string {
  const lines = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
  if (!lines.includes("&")) return lines;
  return lines.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
    const code = number === null ? NaN : number[1] === undefined ? Number(number[2]) : parseInt(number[1], 16);
    const text = Number.isNaN(code) ? entities[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (text === undefined || !whole.endsWith(";")) throw new XmlError(`there is no entity ${whole.slice(0, 20)}`);
    return text;
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
