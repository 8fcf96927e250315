import { ConnectError } from "./errors.ts";

/** Reads what a server answered as JSON, member by member, so that an answer of another shape is said to be one. */
export class JsonRecord {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #what: string;

  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(what, "an object", value);
    this.#members = new Map(Object.entries(value));
    this.#what = what;
  }

  /** An answer's whole text. */
  static parse(text: string, what: string): JsonRecord {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw unexpected(what, "JSON", text);
    }
    return new JsonRecord(value, what);
  }

  /** A text; undefined where there is none, or null. */
  text(name: string): string | undefined {
    return this.#member(name, "string") as string | undefined;
  }

  /** A text that is not empty. */
  present(name: string): string | undefined {
    const text = this.text(name);
    return text === "" ? undefined : text;
  }

  /** A text that has to be there. */
  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw unexpected(`${this.#what}.${name}`, "a text", undefined);
    return text;
  }

  number(name: string): number | undefined {
    return this.#member(name, "number") as number | undefined;
  }

  requiredNumber(name: string): number {
    const number = this.number(name);
    if (number === undefined) throw unexpected(`${this.#what}.${name}`, "a number", undefined);
    return number;
  }

  /** A time: RFC 1123 or ISO 8601 as a text, or milliseconds since 1970; zero and less are none. */
  date(name: string): Date | undefined {
    const value = this.#members.get(name);
    if (value === undefined || value === null || value === "") return undefined;
    const date = typeof value === "string" || typeof value === "number" ? new Date(value) : undefined;
    if (date === undefined || Number.isNaN(date.getTime())) throw unexpected(`${this.#what}.${name}`, "a time", value);
    return date.getTime() > 0 ? date : undefined;
  }

  requiredDate(name: string): Date {
    const date = this.date(name);
    if (date === undefined) throw unexpected(`${this.#what}.${name}`, "a time", undefined);
    return date;
  }

  record(name: string): JsonRecord | undefined {
    const value = this.#members.get(name);
    return value === undefined || value === null ? undefined : new JsonRecord(value, `${this.#what}.${name}`);
  }

  requiredRecord(name: string): JsonRecord {
    const record = this.record(name);
    if (record === undefined) throw unexpected(`${this.#what}.${name}`, "an object", undefined);
    return record;
  }

  /** The objects of a list; none where there is no list. */
  records(name: string): readonly JsonRecord[] {
    return this.#list(name).map((value, i) => new JsonRecord(value, `${this.#what}.${name}[${i}]`));
  }

  /** The texts of a list. */
  texts(name: string): readonly string[] {
    return this.#list(name).map((value, i) => {
      if (typeof value !== "string") throw unexpected(`${this.#what}.${name}[${i}]`, "a text", value);
      return value;
    });
  }

  /** All members that are texts. */
  textMembers(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#members].filter((pair): pair is [string, string] => typeof pair[1] === "string"),
    );
  }

  #list(name: string): readonly unknown[] {
    const value = this.#members.get(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw unexpected(`${this.#what}.${name}`, "a list", value);
    return value as readonly unknown[];
  }

  #member(name: string, type: "string" | "number"): unknown {
    const value = this.#members.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== type) throw unexpected(`${this.#what}.${name}`, `a ${type}`, value);
    return value;
  }
}

function unexpected(what: string, wanted: string, value: unknown): ConnectError {
  const shown = (value === undefined ? "nothing" : JSON.stringify(value)).slice(0, 200);
  return new ConnectError(`${what} should be ${wanted}, not ${shown}`, {
    code: "CONNECT_ANSWER",
    progress: "answered",
    next: "is the URL the service's own? A proxy or a login page may have answered instead",
  });
}
