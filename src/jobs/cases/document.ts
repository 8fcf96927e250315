import { HowdahError, throwAll } from "../../core/errors.ts";
import { readCell, type Cell } from "./cell.ts";

/** Rows of a case as they are written: texts or null. */
export interface CaseTable {
  readonly columns: readonly string[];
  /** Where its header stands. */
  readonly line: number;
  readonly rows: readonly { readonly cells: readonly Cell[]; readonly line: number }[];
}

/** What a case gives to a relation, or expects of a table. */
export interface CaseSection {
  readonly is: "given" | "expect";
  /** The relation's name in SQL, or the table's full name. */
  readonly name: string;
  /** Of which instance: `20120301_07`. */
  readonly key: string | undefined;
  /** Undefined where it says `empty`, or holds files. */
  readonly table: CaseTable | undefined;
  /** Raw files, as they would lie there. */
  readonly files: readonly string[];
  readonly line: number;
}

/** `- hour: 20120301_08`, `- fails: REJECTS` or, with `=`, the value of a parameter. */
export interface CaseOption {
  readonly name: string;
  readonly value: string;
  readonly isParameter: boolean;
  readonly line: number;
}

export interface WrittenCase {
  readonly name: string;
  readonly line: number;
  /** Those of the document's top are before its own. */
  readonly options: readonly CaseOption[];
  readonly sections: readonly CaseSection[];
}

/**
 * Reads the cases of a job: Markdown, in which `## name` begins a case, list items before its first section are its
 * options, and `### given relation` or `### expect table` heads a table of rows, the word `empty`, or code blocks that are
 * raw files. All other text says something to people. Throws, all at once, `CASE_FILE` for what is not in order.
 */
export function readCases(text: string, file: string): readonly WrittenCase[] {
  const reader = new Reader(file);
  text.split(/\r?\n/).forEach((line, i) => reader.take(line, i + 1));
  return reader.end();
}

interface OpenSection {
  readonly is: "given" | "expect";
  readonly name: string;
  readonly key: string | undefined;
  readonly line: number;
  table:
    | { readonly columns: readonly string[]; readonly line: number; readonly rows: CaseTable["rows"][number][] }
    | undefined;
  readonly files: string[];
  isEmpty: boolean;
}

interface OpenCase {
  readonly name: string;
  readonly line: number;
  readonly options: CaseOption[];
  readonly sections: OpenSection[];
}

/** A code block that has begun. */
interface Fence {
  readonly mark: string;
  readonly lines: string[];
  readonly line: number;
}

/** What the line before was, which says what a line that begins with `|` is. */
type Before = "header" | "rows" | "text";

class Reader {
  readonly #file: string;
  readonly #problems: HowdahError[] = [];
  readonly #common: CaseOption[] = [];
  readonly #cases: OpenCase[] = [];
  #fence: Fence | undefined;
  #before: Before = "text";

  constructor(file: string) {
    this.#file = file;
  }

  get #case(): OpenCase | undefined {
    return this.#cases.at(-1);
  }

  get #section(): OpenSection | undefined {
    return this.#case?.sections.at(-1);
  }

  take(text: string, line: number): void {
    if (this.#fence !== undefined) {
      if (text.trim() === this.#fence.mark) this.#closeFence(this.#fence);
      else this.#fence.lines.push(text);
      return;
    }
    const trimmed = text.trim();
    const before = this.#before;
    this.#before = "text";
    if (trimmed.startsWith("|")) return this.#tableLine(trimmed, line, before);
    if (before === "header") return this.#refuse("a line |---|---| is missing below a table's header", line);
    if (before === "rows" && trimmed !== "" && !trimmed.startsWith("#"))
      return this.#refuse("this stands in a table, whose rows begin with |", line, "put an empty line between them");
    const [, mark] = /^(`{3,}|~{3,})/.exec(trimmed) ?? [];
    if (mark !== undefined) this.#fence = { mark, lines: [], line };
    else if (/^##\s/.test(text)) this.#beginCase(trimmed.slice(2).trim(), line);
    else if (/^###\s/.test(text)) this.#beginSection(trimmed.slice(3).trim(), line);
    else if (/^[-*]\s/.test(trimmed)) this.#option(trimmed.slice(1).trim(), line);
    else if (trimmed.toLowerCase() === "empty" && this.#section !== undefined) this.#section.isEmpty = true;
  }

  end(): readonly WrittenCase[] {
    if (this.#fence !== undefined) this.#refuse(`the code block is not closed: ${this.#fence.mark}`, this.#fence.line);
    if (this.#before === "header") this.#refuse("a table ends before its rows", this.#section!.table!.line);
    const names = new Map<string, number>();
    for (const { name, line, sections } of this.#cases) {
      const other = names.get(name);
      if (other !== undefined) this.#refuse(`a case of this name stands in line ${other} already`, line);
      names.set(name, line);
      for (const section of sections) this.#checkSection(section);
    }
    throwAll(this.#problems);
    return this.#cases.map(({ options, ...one }) => ({ ...one, options: [...this.#common, ...options] }));
  }

  #checkSection({ table, files, isEmpty, line, is }: OpenSection): void {
    const ways = [table !== undefined, files.length > 0, isEmpty].filter(Boolean).length;
    if (ways === 1) return;
    const what = is === "given" ? "a table, the word `empty`, or files in code blocks" : "a table, or the word `empty`";
    this.#refuse(ways === 0 ? `there are no rows below it: ${what}` : `it has several of these: ${what}`, line);
  }

  #refuse(why: string, line: number, next?: string): void {
    const where = `${this.#file}:${line}`;
    this.#problems.push(new HowdahError(why, { code: "CASE_FILE", where, ...(next === undefined ? {} : { next }) }));
  }

  #beginCase(name: string, line: number): void {
    this.#cases.push({ name, line, options: [], sections: [] });
  }

  #beginSection(title: string, line: number): void {
    const next = "write ### given RELATION or ### expect TABLE, and behind it a KEY where several instances are meant";
    const [, is, name, key] = /^(given|expect)\s+`?([A-Za-z_][\w.]*)`?(?:\s+`?(\S+?)`?)?$/.exec(title) ?? [];
    if (name === undefined) return this.#refuse(`${title}: neither \`given\` nor \`expect\` with a name`, line, next);
    if (this.#case === undefined)
      return this.#refuse(`${title} stands before the first case`, line, "write ## NAME above it");
    const section = { is: is as "given" | "expect", name: name.toLowerCase(), key };
    const other = this.#case.sections.find((one) => one.is === is && one.name === section.name && one.key === key);
    if (other !== undefined) this.#refuse(`${title} stands in line ${other.line} already`, line);
    this.#case.sections.push({ ...section, line, table: undefined, files: [], isEmpty: false });
  }

  #option(text: string, line: number): void {
    if (this.#section !== undefined)
      return this.#refuse("a list stands below rows", line, "options of a case stand above its first ### given");
    const [, name, sign, written] = /^`?([A-Za-z_]\w*)\s*([:=])\s*(.*?)`?$/.exec(text) ?? [];
    if (name === undefined)
      return this.#refuse(
        `${text} is no option`,
        line,
        "write - hour: 20120301_08, - fails: CODE or - parameter = value",
      );
    const value = written!.startsWith("`") ? written!.slice(1) : written!;
    const options = this.#case?.options ?? this.#common;
    const isParameter = sign === "=";
    if (options.some((one) => one.name === name && one.isParameter === isParameter))
      this.#refuse(`${name} is said twice`, line);
    options.push({ name, value, isParameter, line });
  }

  #closeFence({ lines, line }: Fence): void {
    this.#fence = undefined;
    const section = this.#section;
    if (section === undefined) return;
    if (section.is === "expect") this.#refuse("expected rows stand in a table, not in a code block", line);
    section.files.push(lines.map((text) => `${text}\n`).join(""));
  }

  #tableLine(text: string, line: number, before: Before): void {
    const section = this.#section;
    if (section === undefined) return this.#refuse("rows stand before ### given or ### expect", line);
    const cells = cellTexts(text);
    if (cells === undefined) return this.#refuse("a row ends with |", line);
    if (before === "text") {
      if (section.table !== undefined) return this.#refuse("there are two tables below one heading", line);
      const columns = cells.map((cell) => String(readCell(cell).value).toLowerCase());
      const twice = columns.find((column, i) => columns.indexOf(column) !== i);
      if (twice !== undefined) this.#refuse(`the column ${twice} stands there twice`, line);
      section.table = { columns, line, rows: [] };
      this.#before = "header";
      return;
    }
    const table = section.table!;
    this.#before = "rows";
    if (cells.length !== table.columns.length)
      return this.#refuse(`the row has ${cells.length} cells, its table has ${table.columns.length} columns`, line);
    if (before === "header") {
      if (!cells.every((cell) => /^:?-+:?$/.test(cell)))
        this.#refuse("a line |---|---| is missing below a table's header", line);
      return;
    }
    const read = cells.map(readCell);
    for (const { problem } of read) if (problem !== undefined) this.#refuse(problem, line);
    table.rows.push({ cells: read.map(({ value }) => value), line });
  }
}

/** The texts between the bars of a row; undefined without a closing one. A bar behind a backslash is text. */
function cellTexts(row: string): readonly string[] | undefined {
  const cells = row.split(/(?<!\\)\|/);
  if (cells.length < 3 || cells.at(-1) !== "") return undefined;
  return cells.slice(1, -1).map((cell) => cell.trim());
}
