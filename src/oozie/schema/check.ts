import { bug, didYouMean } from "../../core/errors.ts";
import { illegalCharacter } from "../../core/xml.ts";
import { childrenOf, type Family, type XmlElement } from "../xml.ts";
import { contentOf, membersOf, rootType, slotOf, type Content, type Slot } from "./content.ts";
import type { Choice, ElementParticle, ElementType, Holding, Particle, ValueType } from "./grammar.ts";
import { originOf, pathOf, type Located, type SchemaProblem } from "./problem.ts";
import { families } from "./table.ts";

/**
 * All that a document holds against the table, in these versions. `found` are problems that are known already: what
 * they say of an element's version is not said again.
 */
export function checkElement(
  root: XmlElement,
  versions: ReadonlyMap<Family, string>,
  found: readonly SchemaProblem[] = [],
): readonly SchemaProblem[] {
  const check = new Check(versions, new Set(found.map(({ path }) => path)));
  const type = rootType(root);
  if (type === undefined) {
    const roots = Object.entries(families).map(([family, table]) => `${table.root} (${family})`);
    check.report({ one: root }, `${root.name} begins no document of Oozie`, `those that do are ${roots.join(", ")}`);
  } else check.element({ one: root }, type, root.family!);
  return check.problems;
}

/** Whether a text can be written, and is of a type. */
function isSound(text: string, type: ValueType): boolean {
  return illegalCharacter(text) === undefined && type.accepts(text);
}

/** Documents have elements by the hundred thousand: words and lists are made for those alone that have a problem. */
class Check {
  readonly problems: SchemaProblem[] = [];
  readonly #versions: ReadonlyMap<Family, string>;
  readonly #known: ReadonlySet<string>;

  constructor(versions: ReadonlyMap<Family, string>, known: ReadonlySet<string>) {
    this.#versions = versions;
    this.#known = known;
  }

  report(where: Located, why: string, next: string): void {
    this.problems.push({ code: "SCHEMA", path: pathOf(where), origin: originOf(where), why, next });
  }

  element(where: Located, type: ElementType, family: Family): void {
    const version = this.#versions.get(family);
    if (version === undefined) throw bug(`no version is chosen for the namespace ${family}`);
    const content = contentOf(type, version);
    const { one } = where;
    if (one.comment !== undefined) this.#characters(where, one.comment, "its comment");
    this.#attributes(where, content, type, family, version);
    const { holds } = content;
    const children = childrenOf(one);
    if (typeof one.content === "string") this.#text(where, one.content, holds);
    if (holds.is !== "children") {
      if (children.length > 0)
        this.report(where, `${one.name} holds ${holds.is}, no elements`, "take the elements out");
      return;
    }
    this.#children(where, children, holds.particles, content, type, family, version);
  }

  #children(
    where: Located,
    children: readonly XmlElement[],
    particles: readonly Particle[],
    content: Content,
    type: ElementType,
    family: Family,
    version: string,
  ): void {
    const { one } = where;
    const counts = new Array<number>(content.slots.size).fill(0);
    let last: Slot | undefined;
    let before = one;
    for (const child of children) {
      const slot = slotOf(content, child, family);
      const at: Located = { one: child, parent: where };
      if (slot === undefined) {
        this.#unknown(at, one, content, type, family, version);
        continue;
      }
      counts[slot.index]! += 1;
      if (last !== undefined && slot.order < last.order)
        this.report(at, `${child.name} stands behind ${before.name}`, `put it before ${before.name}`);
      else [last, before] = [slot, child];
      this.element(at, slot.particle.type, child.family ?? family);
    }
    const count = ({ name }: ElementParticle): number => counts[content.slots.get(name)!.index]!;
    for (const particle of particles) this.#particle(where, particle, count);
  }

  #characters(where: Located, text: string, what: string): void {
    const character = illegalCharacter(text);
    if (character !== undefined)
      this.report(where, `${what} has the character ${character}, which XML cannot hold`, "take it out");
  }

  #value(where: Located, text: string, type: ValueType, what: string): void {
    this.#characters(where, text, what);
    if (!type.accepts(text))
      this.report(where, `${what} is ${JSON.stringify(text)}: it must be ${type.describe}`, `such as ${type.example}`);
  }

  #attributes(where: Located, content: Content, type: ElementType, family: Family, version: string): void {
    const { one } = where;
    for (const name in one.attributes) {
      const attribute = content.attributes.get(name);
      const value = one.attributes[name]!;
      if (attribute !== undefined) {
        if (!isSound(value, attribute.type))
          this.#value(where, value, attribute.type, `attribute ${name} of ${one.name}`);
      } else if (contentOf(type).attributes.has(name))
        this.#otherVersion(where, `attribute ${name} of ${one.name}`, family, version);
      else {
        const names = [...content.attributes.keys()];
        this.report(
          where,
          `${one.name} has no attribute ${name}${didYouMean(name, names)}`,
          names.length === 0 ? "it has none" : `it has ${names.join(", ")}`,
        );
      }
    }
    for (const { name, type: missing } of content.required)
      if (!Object.hasOwn(one.attributes, name))
        this.report(where, `${one.name} lacks the attribute ${name}`, `add ${name}="${missing.example}"`);
  }

  #text(where: Located, text: string, holds: Holding): void {
    const { name } = where.one;
    if (holds.is === "text") {
      if (!isSound(text, holds.type)) this.#value(where, text, holds.type, name);
    } else if (holds.is === "nothing" ? text !== "" : text.trim() !== "")
      this.report(
        where,
        `${name} holds ${holds.is === "nothing" ? "nothing" : "elements"}, no text`,
        "take the text out",
      );
  }

  #unknown(
    where: Located,
    parent: XmlElement,
    content: Content,
    type: ElementType,
    family: Family,
    version: string,
  ): void {
    const { one } = where;
    if (slotOf(contentOf(type), one, family) !== undefined) {
      this.#otherVersion(where, `${one.name} of ${parent.name}`, family, version);
      return;
    }
    const expected = content.slots.get(one.name)?.particle;
    if (expected !== undefined) {
      const namespace = expected.family ?? family;
      this.report(where, `${one.name} is of another namespace than ${namespace}`, `it must be of ${namespace}`);
      return;
    }
    const names = [...content.slots.keys()];
    this.report(
      where,
      `${parent.name} has no element ${one.name}${didYouMean(one.name, names)}`,
      `it has ${names.join(", ")}`,
    );
  }

  #otherVersion(where: Located, what: string, family: Family, version: string): void {
    if (this.#known.has(pathOf(where))) return;
    this.report(where, `${what} is not in ${family} ${version}`, "leave it out, or write for a version that has it");
  }

  #particle(where: Located, particle: Particle, count: (particle: ElementParticle) => number): void {
    if (particle.is === "element") this.#count(where, particle, count(particle));
    else if (particle.is === "any order")
      for (const member of particle.members) this.#count(where, member, count(member));
    else this.#choice(where, particle, count);
  }

  #count(where: Located, { name, min, max }: ElementParticle, count: number): void {
    const parent = where.one.name;
    if (count > max)
      this.report(where, `${parent} has ${count} elements ${name}`, `leave ${max === 1 ? "one" : String(max)} of them`);
    else if (count < min && min === 1) this.report(where, `${parent} lacks ${name}`, `add ${name}`);
    else if (count < min)
      this.report(where, `${parent} has ${count} of the elements ${name} that it needs`, `it needs ${min} or more`);
  }

  #choice(where: Located, choice: Choice, count: (particle: ElementParticle) => number): void {
    const isThere = (member: ElementParticle): boolean => count(member) > 0;
    const there = choice.alternatives.filter((one) =>
      one.is === "element" ? isThere(one) : one.members.some(isThere),
    );
    if (there.length === 1) {
      for (const member of membersOf(there[0]!)) this.#count(where, member, count(member));
      return;
    }
    if (there.length === 0 && !choice.required) return;
    const parent = where.one.name;
    const words = choice.alternatives.map((one) =>
      membersOf(one)
        .map(({ name }) => name)
        .join(" and "),
    );
    if (there.length > 1) {
      const names = there.map((one) => membersOf(one).find(isThere)!.name);
      this.report(where, `${parent} has ${names.join(" and ")}`, `it takes one of ${words.join(", ")}`);
    } else
      this.report(
        where,
        words.length === 1 ? `${parent} lacks ${words[0]!}` : `${parent} lacks one of ${words.join(", ")}`,
        words.length === 1 ? `add ${words[0]!}` : "add one of them",
      );
  }
}
