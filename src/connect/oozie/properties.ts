import { HowdahError } from "../../core/errors.ts";
import { escapeText, illegalCharacter } from "../../core/xml.ts";

/** Names and values of a job; what is undefined is left out. */
export type Properties = Readonly<Record<string, string | undefined>>;

/**
 * A Hadoop configuration as Oozie takes it, which resolves `${name}` in values by the others when it gets them.
 * @throws HowdahError `OOZIE_PROPERTY` for an empty name, or a character that XML cannot hold
 */
export function propertiesXml(properties: Properties): string {
  const lines = Object.entries(properties).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name.trim() === "") throw new HowdahError("a property has no name", { code: "OOZIE_PROPERTY" });
    return [`<property><name>${xmlText(name, name)}</name><value>${xmlText(value, name)}</value></property>\n`];
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n${lines.join("")}</configuration>\n`;
}

function xmlText(text: string, name: string): string {
  const found = illegalCharacter(text);
  if (found === undefined) return escapeText(text);
  throw new HowdahError(`the property ${JSON.stringify(name)} holds ${found}, which XML cannot`, {
    code: "OOZIE_PROPERTY",
  });
}

/** A Hadoop configuration as Oozie gives it back, `final` and descriptions left out. */
export function readProperties(xml: string): Readonly<Record<string, string>> {
  // Oozie prints CR LF for the line feed of a value, which readers of XML turn back (XML 1.0, 2.11).
  const found = xml.replace(/\r\n?/g, "\n").matchAll(/<property>([\s\S]*?)<\/property>/g);
  return Object.fromEntries([...found].map(([, inner = ""]) => [textOf(inner, "name").trim(), textOf(inner, "value")]));
}

function textOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));/g, (_, decimal, hexadecimal, entity) => {
    if (typeof decimal === "string") return String.fromCodePoint(Number(decimal));
    if (typeof hexadecimal === "string") return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return entities[String(entity)]!;
  });
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
