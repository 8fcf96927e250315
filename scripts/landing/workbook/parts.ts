import { posix } from "node:path";
import { HowdahError } from "howdah";
import { brokenWorkbook, notAWorkbook } from "./errors.ts";
import { isBuiltInTime, showsTime, unescapeText } from "./values.ts";
import { attribute, plainText, XmlError, XmlScanner, type XmlHandler } from "./xml.ts";
import type { Zip } from "./zip.ts";

export interface Sheet {
  readonly name: string;
  readonly part: string;
}

/** What all sheets of a workbook share. */
export interface Workbook {
  readonly zip: Zip;
  /** In the order of their tabs. */
  readonly sheets: readonly Sheet[];
  readonly strings: readonly string[];
  /** By a cell's style: whether its number is shown as a time. */
  readonly timeStyles: readonly boolean[];
  readonly since1904: boolean;
}

/** Text that all cells share is held in memory, up to this many characters. */
const mostCharacters = 1 << 28;

/** Reads what a sheet refers to. Throws `NOT_A_WORKBOOK` for another kind of archive, `BROKEN_WORKBOOK`. */
export async function openWorkbook(zip: Zip, signal: AbortSignal): Promise<Workbook> {
  const root = await relations(zip, "");
  const main = root.find(({ type }) => type === "officeDocument")?.target;
  if (main === undefined)
    throw notAWorkbook(
      zip.path,
      zip.has("META-INF/manifest.xml")
        ? "it is a spreadsheet of OpenDocument (.ods)"
        : "it is a zip archive, but no workbook",
    );
  if (main.endsWith(".bin")) throw notAWorkbook(zip.path, "it is a binary workbook (.xlsb)");
  const parts = await relations(zip, main);
  const partOf = (type: string): string | undefined => parts.find((one) => one.type === type)?.target;

  const named: { name: string; id: string }[] = [];
  const facts = { isWorkbook: false, since1904: false };
  await scan(zip, main, signal, {
    open(name, attributes) {
      if (name === "workbook") facts.isWorkbook = true;
      if (name === "workbookPr") facts.since1904 = isTrue(attribute(attributes, "date1904"));
      if (name === "sheet")
        named.push({ name: attribute(attributes, "name") ?? "", id: attribute(attributes, "id") ?? "" });
    },
    close: () => undefined,
    text: () => undefined,
  });
  if (!facts.isWorkbook) throw notAWorkbook(zip.path, `it is no workbook: ${main} is a document of another kind`);
  const sheets = named.flatMap(({ name, id }) => {
    const relation = parts.find((one) => one.id === id);
    // Sheets of charts and dialogues have no rows.
    return relation?.type === "worksheet" ? [{ name, part: relation.target }] : [];
  });
  if (sheets.length === 0) throw notAWorkbook(zip.path, "the workbook has no sheet of rows");
  const [styles, strings] = [partOf("styles"), partOf("sharedStrings")];
  return {
    zip,
    sheets,
    since1904: facts.since1904,
    timeStyles: styles === undefined ? [] : await readStyles(zip, styles, signal),
    strings: strings === undefined ? [] : await readStrings(zip, strings, signal),
  };
}

/** Reads a part to its end. Throws `BROKEN_WORKBOOK` for what is no XML. */
export async function scan(zip: Zip, part: string, signal: AbortSignal, handler: XmlHandler): Promise<void> {
  const scanner = new XmlScanner(handler);
  for await (const chunk of zip.content(part)) {
    signal.throwIfAborted();
    reading(zip, part, () => scanner.write(chunk));
  }
  reading(zip, part, () => scanner.end());
}

/** Says of which part it is that something is wrong. */
export function reading(zip: Zip, part: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof XmlError ? brokenWorkbook(zip.path, `${part}: ${error.message}`, error) : error;
  }
}

interface Relation {
  readonly id: string;
  /** The last word of the type's URI, which differs between the transitional and the strict format. */
  readonly type: string;
  readonly target: string;
}

/** What a part refers to: a file beside it, ECMA-376 part 2, 9.3. */
async function relations(zip: Zip, part: string): Promise<readonly Relation[]> {
  const file = posix.join(posix.dirname(part), "_rels", `${posix.basename(part)}.rels`);
  if (!zip.has(file)) return [];
  const found: Relation[] = [];
  await scan(zip, file, new AbortController().signal, {
    open(name, attributes) {
      if (name !== "Relationship" || attribute(attributes, "TargetMode") === "External") return;
      const target = attribute(attributes, "Target") ?? "";
      found.push({
        id: attribute(attributes, "Id") ?? "",
        type: (attribute(attributes, "Type") ?? "").replace(/^.*\//, ""),
        target: target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(part), target),
      });
    },
    close: () => undefined,
    text: () => undefined,
  });
  return found;
}

async function readStyles(zip: Zip, part: string, signal: AbortSignal): Promise<readonly boolean[]> {
  const own = new Map<number, boolean>();
  const styles: number[] = [];
  let inCells = false;
  await scan(zip, part, signal, {
    open(name, attributes) {
      if (name === "cellXfs") inCells = true;
      if (name === "numFmt")
        own.set(Number(attribute(attributes, "numFmtId")), showsTime(attribute(attributes, "formatCode") ?? ""));
      if (name === "xf" && inCells) styles.push(Number(attribute(attributes, "numFmtId") ?? 0));
    },
    close(name) {
      if (name === "cellXfs") inCells = false;
    },
    text: () => undefined,
  });
  return styles.map((format) => own.get(format) ?? isBuiltInTime(format));
}

async function readStrings(zip: Zip, part: string, signal: AbortSignal): Promise<readonly string[]> {
  const strings: string[] = [];
  const reader = new TextReader();
  let characters = 0;
  await scan(zip, part, signal, {
    open: (name) => reader.open(name),
    text: (raw) => reader.text(raw),
    close(name) {
      reader.close(name);
      if (name !== "si") return;
      const text = reader.take();
      characters += text.length;
      if (characters > mostCharacters)
        throw new HowdahError("the workbook holds more text than can be kept in memory", {
          code: "WORKBOOK_TOO_LARGE",
          where: zip.path,
          next: "save its sheet as CSV in UTF-8, and land that",
        });
      strings.push(text);
    },
  });
  return strings;
}

/** Collects a text of `<t>`, of which one in several fonts has several; `<rPh>` tells how to pronounce it. */
export class TextReader {
  #text = "";
  #piece = "";
  #inText = false;
  #inPhonetic = false;

  open(name: string): void {
    if (name === "t") this.#inText = true;
    else if (name === "rPh") this.#inPhonetic = true;
  }

  text(raw: string): void {
    if (this.#inText && !this.#inPhonetic) this.#piece += plainText(raw);
  }

  close(name: string): void {
    if (name === "t") {
      this.#inText = false;
      this.#text += unescapeText(this.#piece);
      this.#piece = "";
    } else if (name === "rPh") this.#inPhonetic = false;
  }

  /** The text since the last call. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/** An `xsd:boolean`. */
function isTrue(value: string | undefined): boolean {
  return value === "1" || value === "true";
}
