import type { Family, XmlElement } from "../xml.ts";
import {
  compareVersions,
  inSpan,
  type Attribute,
  type Choice,
  type ElementParticle,
  type ElementType,
  type Holding,
  type Particle,
  type Span,
} from "./grammar.ts";
import { families } from "./table.ts";

/** The place of an element within its parent. */
export interface Slot {
  readonly particle: ElementParticle;
  /** Counts the slots of one content. */
  readonly index: number;
  /** Elements stand in ascending order; those that may stand in any have the same. */
  readonly order: number;
}

/** What an element type holds in one version, or in all taken together. */
export interface Content {
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Those of the attributes that must be there. */
  readonly required: readonly Attribute[];
  readonly holds: Holding;
  readonly slots: ReadonlyMap<string, Slot>;
}

const known = new WeakMap<ElementType, Map<string | undefined, Content>>();

/** Without a version: what any version has. Computed once for each type and version. */
export function contentOf(type: ElementType, version?: string): Content {
  let contents = known.get(type);
  if (contents === undefined) known.set(type, (contents = new Map<string | undefined, Content>()));
  let content = contents.get(version);
  if (content === undefined) contents.set(version, (content = makeContent(type, version)));
  return content;
}

function makeContent({ attributes, holds }: ElementType, version: string | undefined): Content {
  const particles = holds.is === "children" ? holds.particles.flatMap((particle) => inVersion(version, particle)) : [];
  const there = attributes.filter((attribute) => has(version, attribute));
  return {
    attributes: new Map(there.map((attribute) => [attribute.name, attribute])),
    required: there.filter(({ required }) => required),
    holds: holds.is === "children" ? { is: "children", particles } : holds,
    slots: slotsOf(particles),
  };
}

function slotsOf(particles: readonly Particle[]): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>();
  let order = 0;
  const add = (particle: ElementParticle): void => {
    slots.set(particle.name, { particle, index: slots.size, order });
  };
  for (const particle of particles) {
    order += 1;
    if (particle.is === "element") add(particle);
    else if (particle.is === "any order") particle.members.forEach(add);
    else
      for (const member of particle.alternatives.flatMap(membersOf)) {
        order += 1;
        add(member);
      }
  }
  return slots;
}

/** The elements of a choice's alternative. */
export function membersOf(alternative: Choice["alternatives"][number]): readonly ElementParticle[] {
  return alternative.is === "element" ? [alternative] : alternative.members;
}

const has = (version: string | undefined, span: Span): boolean => version === undefined || inSpan(version, span);

/** A particle as a version has it: none where it does not stand, required where it must. */
function inVersion(version: string | undefined, particle: Particle): readonly Particle[] {
  switch (particle.is) {
    case "element":
      if (!has(version, particle)) return [];
      return [requiredIn(version, particle) ? { ...particle, min: Math.max(1, particle.min) } : particle];
    case "any order":
      return [{ ...particle, members: particle.members.filter((member) => has(version, member)) }];
    case "choice":
      return [
        {
          ...particle,
          alternatives: particle.alternatives.filter((one) => one.is === "sequence" || has(version, one)),
          required: particle.required || requiredIn(version, particle),
        },
      ];
  }
}

export function requiredIn(
  version: string | undefined,
  { requiredUntil }: { readonly requiredUntil?: string },
): boolean {
  return version !== undefined && requiredUntil !== undefined && compareVersions(version, requiredUntil) <= 0;
}

/** The type of a document's root, when it is one that the table knows. */
export function rootType({ name, family }: XmlElement): ElementType | undefined {
  const table = family === undefined ? undefined : families[family];
  return table?.root === name ? table.type : undefined;
}

/** The slot of a child in what any version holds, when its namespace is the one expected there. */
export function slotOf(content: Content, child: XmlElement, family: Family): Slot | undefined {
  const slot = content.slots.get(child.name);
  return slot !== undefined && (slot.particle.family ?? family) === (child.family ?? family) ? slot : undefined;
}

/** Puts all children into the order in which Oozie wants them; those that may stand in any order keep theirs. */
export function arrange(root: XmlElement): XmlElement {
  const type = rootType(root);
  return type === undefined ? root : arranged(root, type, root.family!);
}

function arranged(one: XmlElement, type: ElementType, family: Family): XmlElement {
  if (typeof one.content === "string") return one;
  const content = contentOf(type);
  // Most elements are in order already: a list is made for those alone that are not.
  let children: XmlElement[] | undefined;
  let inOrder = true;
  let last = 0;
  for (let i = 0; i < one.content.length; i++) {
    const child = one.content[i]!;
    const slot = slotOf(content, child, family);
    const made = slot === undefined ? child : arranged(child, slot.particle.type, child.family ?? family);
    if (made !== child) (children ??= [...one.content])[i] = made;
    const order = orderOf(slot);
    inOrder &&= order >= last;
    last = order;
  }
  if (!inOrder) {
    const places = (children ?? one.content).map((child) => ({
      child,
      order: orderOf(slotOf(content, child, family)),
    }));
    places.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
    children = places.map(({ child }) => child);
  }
  return children === undefined ? one : { ...one, content: children };
}

/** What the table does not know stands last; the checks refuse it. */
export function orderOf(slot: Slot | undefined): number {
  return slot === undefined ? Infinity : slot.order;
}
