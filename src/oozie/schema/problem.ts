import { childrenOf, type Origin, type XmlElement } from "../xml.ts";

/** Something that Oozie, or the profile's server, would not take. */
export interface SchemaProblem {
  /**
   * `SCHEMA`: the table does not allow it. `PROFILE_LACKS`: the profile's server does not have it. `VERSIONS_CLASH`: no
   * version of a namespace has all that is used.
   */
  readonly code: "SCHEMA" | "PROFILE_LACKS" | "VERSIONS_CLASH";
  /** Where in the document, such as `workflow-app/action[prepare]/spark/master`. */
  readonly path: string;
  /** Of the element, or of the nearest around it that has one. */
  readonly origin: Origin | undefined;
  readonly why: string;
  readonly next: string;
}

/** An element and what is around it. */
export interface Located {
  readonly one: XmlElement;
  readonly parent?: Located;
}

export function originOf({ one, parent }: Located): Origin | undefined {
  return one.origin ?? (parent === undefined ? undefined : originOf(parent));
}

export function pathOf({ one, parent }: Located): string {
  return parent === undefined ? one.name : `${pathOf(parent)}/${one.name}${label(one, parent.one)}`;
}

/** What tells an element from its siblings: its name, the name of a property, or its number. */
function label(one: XmlElement, parent: XmlElement): string {
  const named = childrenOf(one).find(({ name }) => name === "name")?.content;
  const name = one.attributes["name"] ?? (one.name === "property" && typeof named === "string" ? named : undefined);
  if (name !== undefined) return `[${name}]`;
  const same = childrenOf(parent).filter((sibling) => sibling.name === one.name);
  return same.length > 1 ? `[${same.indexOf(one) + 1}]` : "";
}
