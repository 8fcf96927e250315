import type { Family } from "../xml.ts";

/**
 * The words in which the tables of this folder are written: what an element may hold and carry, in which order, how
 * often, and since and until which version of its namespace.
 */

/** The versions of the enclosing namespace in which something stands. Both bounds are inclusive. */
export interface Span {
  readonly since?: string;
  readonly until?: string;
  /** What to write where it does not stand. */
  readonly instead?: string;
}

/** Which texts a value may be. */
export interface ValueType {
  /** For messages: "must be ...". */
  readonly describe: string;
  readonly example: string;
  readonly accepts: (text: string) => boolean;
}

export interface Attribute extends Span {
  readonly name: string;
  readonly type: ValueType;
  readonly required: boolean;
}

/** Text, children in order, or nothing. */
export type Holding =
  | { readonly is: "text"; readonly type: ValueType }
  | { readonly is: "children"; readonly particles: readonly Particle[] }
  | { readonly is: "nothing" };

/** What an element holds and carries. */
export interface ElementType {
  readonly attributes: readonly Attribute[];
  readonly holds: Holding;
}

/** An element, and how often it may stand at its place. */
export interface ElementParticle extends Span {
  readonly is: "element";
  readonly name: string;
  readonly type: ElementType;
  readonly min: number;
  readonly max: number;
  /** The namespace that begins with it, when it is another one. */
  readonly family?: Family;
  /** The last version that does not do without it. */
  readonly requiredUntil?: string;
}

export interface Sequence {
  readonly is: "sequence";
  readonly members: readonly ElementParticle[];
}

/** One of several, or none when it is not required. */
export interface Choice {
  readonly is: "choice";
  readonly alternatives: readonly (ElementParticle | Sequence)[];
  readonly required: boolean;
  readonly requiredUntil?: string;
}

/** Elements in any order. */
export interface AnyOrder {
  readonly is: "any order";
  readonly members: readonly ElementParticle[];
}

/** A part of what an element holds. No name stands twice in one element's content. */
export type Particle = ElementParticle | Choice | AnyOrder;

/** The versions of a namespace, oldest first, and the element that begins it. */
export interface FamilyTable {
  readonly versions: readonly string[];
  readonly root: string;
  readonly type: ElementType;
}

export const anyText: ValueType = { describe: "any text", example: "text", accepts: () => true };

export const textOf = (type: ValueType): ElementType => ({ attributes: [], holds: { is: "text", type } });
/** Elements that hold any text and carry nothing. */
export const text = textOf(anyText);
/** Elements that are there or not. */
export const flag: ElementType = { attributes: [], holds: { is: "nothing" } };
export const children = (...particles: readonly Particle[]): ElementType => ({
  attributes: [],
  holds: { is: "children", particles },
});
export const carrying = ({ holds }: ElementType, ...attributes: readonly Attribute[]): ElementType => ({
  attributes,
  holds,
});
/** An element that carries attributes and holds nothing. */
export const only = (...attributes: readonly Attribute[]): ElementType => carrying(flag, ...attributes);
/** A type that holds itself. */
export const recursive = (attributes: readonly Attribute[], particles: () => readonly Particle[]): ElementType => ({
  attributes,
  get holds(): Holding {
    return { is: "children", particles: particles() };
  },
});

export const attribute = (name: string, type: ValueType = anyText): Attribute => ({ name, type, required: true });
export const optionalAttribute = (name: string, type: ValueType = anyText): Attribute => ({
  name,
  type,
  required: false,
});

const particle = (name: string, type: ElementType, min: number, max: number): ElementParticle => ({
  is: "element",
  name,
  type,
  min,
  max,
});
export const one = (name: string, type: ElementType = text): ElementParticle => particle(name, type, 1, 1);
export const optional = (name: string, type: ElementType = text): ElementParticle => particle(name, type, 0, 1);
export const many = (name: string, type: ElementType = text): ElementParticle => particle(name, type, 0, Infinity);
export const atLeast = (min: number, name: string, type: ElementType = text): ElementParticle =>
  particle(name, type, min, Infinity);
/** The element with which another namespace begins. */
export const beginning = (family: Family, { root, type }: FamilyTable): ElementParticle => ({
  ...one(root, type),
  family,
});

export const sequence = (...members: readonly ElementParticle[]): Sequence => ({ is: "sequence", members });
export const choice = (...alternatives: Choice["alternatives"]): Choice => ({
  is: "choice",
  alternatives,
  required: true,
});
export const optionalChoice = (...alternatives: Choice["alternatives"]): Choice => ({
  ...choice(...alternatives),
  required: false,
});
export const anyOrder = (...members: readonly ElementParticle[]): AnyOrder => ({ is: "any order", members });

const instead = (words: string | undefined): Pick<Span, "instead"> => (words === undefined ? {} : { instead: words });
export const since = <S extends ElementParticle | Attribute>(version: string, what: S, words?: string): S => ({
  ...what,
  since: version,
  ...instead(words),
});
export const until = <S extends ElementParticle | Attribute>(version: string, what: S, words?: string): S => ({
  ...what,
  until: version,
  ...instead(words),
});
export const requiredUntil = <P extends ElementParticle | Choice>(version: string, what: P): P => ({
  ...what,
  requiredUntil: version,
});

/** Orders versions such as 0.4, 0.4.5 and 1.0. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function inSpan(version: string, span: Span): boolean {
  return (
    (span.since === undefined || compareVersions(version, span.since) >= 0) &&
    (span.until === undefined || compareVersions(version, span.until) <= 0)
  );
}
