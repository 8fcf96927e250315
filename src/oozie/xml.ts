import { bug } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import { escapeAttribute, escapeText, illegalCharacter } from "../core/xml.ts";

/** A namespace of Oozie without its version: `uri:oozie:<family>:<version>`. */
export type Family =
  | "workflow"
  | "coordinator"
  | "bundle"
  | "sla"
  | "hive2-action"
  | "spark-action"
  | "spark3-action"
  | "shell-action"
  | "email-action"
  | "distcp-action";

/** Where in the definitions an element comes from. */
export interface Origin {
  readonly at: Place;
  /** For people, such as `workflow prepare-hour › action prepare-and-map`. */
  readonly path: string;
}

/** An element of one of Oozie's documents, without the version of its namespace and without any spelling. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text, or children. The empty text and no children are the same. */
  readonly content: string | readonly XmlElement[];
  /** Set where a namespace begins: at the root, the element of an extension action, `info` of sla. */
  readonly family: Family | undefined;
  readonly origin: Origin | undefined;
  /** Printed as a comment before the element. */
  readonly comment: string | undefined;
}

/**
 * Makes an element. Attributes whose value is undefined are left out. Documents have them by the hundred thousand: all
 * are of one shape, and none is frozen, which costs more than all the rest of it.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = none,
  content: XmlElement["content"] = "",
  { family, origin, comment }: Partial<Pick<XmlElement, "family" | "origin" | "comment">> = none,
): XmlElement {
  return { name, attributes: attributes === none ? none : givenAmong(attributes), content, family, origin, comment };
}

/** Most elements have no attributes; they share these. */
const none = Object.freeze({});

function givenAmong(attributes: Readonly<Record<string, string | undefined>>): XmlElement["attributes"] {
  for (const name in attributes) if (attributes[name] === undefined) return withoutUndefined(attributes);
  return attributes as XmlElement["attributes"];
}

function withoutUndefined(attributes: Readonly<Record<string, string | undefined>>): XmlElement["attributes"] {
  const given: Record<string, string> = {};
  for (const name in attributes) if (attributes[name] !== undefined) given[name] = attributes[name];
  return given;
}

const childless: readonly XmlElement[] = [];

/** The children of an element; none where it holds text. */
export function childrenOf({ content }: XmlElement): readonly XmlElement[] {
  return typeof content === "string" ? childless : content;
}

/** `uri:oozie:workflow:1.0`. */
export function namespaceUri(family: Family, version: string): string {
  return `uri:oozie:${family}:${version}`;
}

/**
 * Families whose elements get a prefix, declared at the root. The server asks a coordinator's root for the namespace
 * of the prefix `sla` (`CoordMaterializeTransitionXCommand`, `SLAOperations.getTagElement`): sla elements in a
 * default namespace would be valid and yet not seen.
 */
const prefixes: ReadonlyMap<Family, string> = new Map([["sla", "sla"]]);

/**
 * An Oozie document as text: indented for reading, the same bytes for the same tree. Texts and attributes read back as
 * they are, white space included. Throws `BUG` for a character that XML cannot hold and for a family without a version.
 */
export function printXml(root: XmlElement, versions: ReadonlyMap<Family, string>): string {
  const uri = (family: Family): string => {
    const version = versions.get(family);
    if (version === undefined) throw bug(`no version is chosen for the namespace ${family} of ${root.name}`);
    return attribute(namespaceUri(family, version));
  };
  let text = '<?xml version="1.0" encoding="UTF-8"?>\n';

  const print = (one: XmlElement, indent: string, outer: Family | undefined, declarations: string): void => {
    const family = one.family ?? outer;
    const prefix = family === undefined ? undefined : prefixes.get(family);
    const name = prefix === undefined ? one.name : `${prefix}:${one.name}`;
    if (one.comment !== undefined) text += `${indent}<!-- ${commentText(one.comment)} -->\n`;
    text += `${indent}<${name}`;
    if (family !== undefined && family !== outer && prefix === undefined) text += ` xmlns="${uri(family)}"`;
    text += declarations;
    for (const key of Object.keys(one.attributes)) text += ` ${key}="${attribute(one.attributes[key]!)}"`;
    if (one.content.length === 0) text += "/>\n";
    else if (typeof one.content === "string") text += `>${escapeText(legal(one.content))}</${name}>\n`;
    else {
      text += ">\n";
      const inner = `${indent}  `;
      for (const child of one.content) print(child, inner, family, "");
      text += `${indent}</${name}>\n`;
    }
  };

  const used = familiesIn(root);
  const declarations = [...prefixes]
    .filter(([family]) => used.has(family))
    .map(([family, prefix]) => ` xmlns:${prefix}="${uri(family)}"`);
  print(root, "", undefined, declarations.join(""));
  return text;
}

/** The families that begin in a tree, in the order in which they first appear. */
export function familiesIn(root: XmlElement): ReadonlySet<Family> {
  const found = new Set<Family>();
  const visit = (one: XmlElement): void => {
    if (one.family !== undefined) found.add(one.family);
    if (typeof one.content !== "string") for (const child of one.content) visit(child);
  };
  visit(root);
  return found;
}

/** Two hyphens would end a comment (XML 1.0, 2.5). */
function commentText(text: string): string {
  return legal(text).replace(/-(?=-)/g, "- ");
}

function attribute(text: string): string {
  return escapeAttribute(legal(text));
}

function legal(text: string): string {
  const character = illegalCharacter(text);
  if (character !== undefined) throw bug(`XML cannot hold the character ${character}: ${JSON.stringify(text)}`);
  return text;
}
