import { contentOf, membersOf } from "#src/oozie/schema/content.js";
import { elementsIn, type ElementEntry } from "#src/oozie/schema/entries.js";
import type { Choice, ElementParticle, ElementType, Particle } from "#src/oozie/schema/grammar.js";
import { families } from "#src/oozie/schema/table.js";
import { childrenOf, element, type Family, type XmlElement } from "#src/oozie/xml.js";
import { othersThan, type Versions } from "./generate.js";

/** A document with one mistake. */
export interface Mutation {
  readonly what: string;
  readonly root: XmlElement;
}

/** The smallest element of a type: everything that is required, and nothing else. */
function smallest(name: string, type: ElementType, family: Family, versions: Versions, begins: boolean): XmlElement {
  const { attributes, holds } = contentOf(type, versions.get(family));
  const required = [...attributes.values()].filter((attribute) => attribute.required);
  return element(
    name,
    Object.fromEntries(required.map((attribute) => [attribute.name, attribute.type.example])),
    holds.is === "text"
      ? holds.type.example
      : holds.is === "nothing"
        ? ""
        : holds.particles.flatMap((particle) => {
            const members = particle.is === "choice" ? firstOf(particle) : elementsIn([particle]);
            return members.flatMap((member) => times(member.min, () => smallestOf(member, family, versions)));
          }),
    begins ? { family } : {},
  );
}

const firstOf = ({ required, alternatives }: Choice): readonly ElementParticle[] =>
  required ? membersOf(alternatives[0]!) : [];

const smallestOf = ({ name, type, family }: ElementParticle, outer: Family, versions: Versions): XmlElement =>
  smallest(name, type, family ?? outer, versions, family !== undefined);

const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);

/** Elements of one type, with what the mistakes are made of. */
class Workshop {
  readonly particles: readonly Particle[];
  readonly #type: ElementType;
  readonly #family: Family;
  readonly #versions: Versions;

  constructor(type: ElementType, family: Family, versions: Versions) {
    const { holds } = contentOf(type, versions.get(family));
    this.particles = holds.is === "children" ? holds.particles : [];
    this.#type = type;
    this.#family = family;
    this.#versions = versions;
  }

  make(particle: ElementParticle): XmlElement {
    return smallestOf(particle, this.#family, this.#versions);
  }

  /** Children in order, of which those of a particle (and what excludes them) are replaced. */
  replace(one: XmlElement, particle: Particle, children: readonly XmlElement[]): XmlElement {
    const names = new Set(elementsIn([particle]).map(({ name }) => name));
    const kept = childrenOf(one).filter(({ name }) => !names.has(name));
    const { slots } = contentOf(this.#type, this.#versions.get(this.#family));
    const order = ({ name }: XmlElement): number => slots.get(name)!.order;
    return { ...one, content: [...kept, ...children].sort((a, b) => order(a) - order(b)) };
  }

  /** The element with a particle as often as it must be, and once at least. */
  having(one: XmlElement, particle: Particle, member: ElementParticle, count = Math.max(1, member.min)): XmlElement {
    const members = particle.is === "choice" ? alternativeOf(particle, member) : [member];
    return this.replace(
      one,
      particle,
      members.flatMap((each) => times(each === member ? count : Math.max(1, each.min), () => this.make(each))),
    );
  }
}

function alternativeOf({ alternatives }: Choice, member: ElementParticle): readonly ElementParticle[] {
  return alternatives.map(membersOf).find((members) => members.includes(member))!;
}

/** The smallest document that has the element of an entry, as `edit` changes it. */
export function documentWith(
  family: Family,
  versions: Versions,
  { path }: ElementEntry,
  edit: (one: XmlElement) => XmlElement = (one) => one,
): XmlElement {
  const { root, type } = families[family];
  const build = (one: XmlElement, its: ElementType, names: readonly string[]): XmlElement => {
    const [name, ...rest] = names;
    if (name === undefined) return edit(one);
    const workshop = new Workshop(its, family, versions);
    const particle = workshop.particles.find((each) => elementsIn([each]).some((member) => member.name === name))!;
    const member = elementsIn([particle]).find((each) => each.name === name)!;
    const around = workshop.having(one, particle, member);
    let first = true;
    const content = childrenOf(around).map((child) => {
      if (child.name !== name || !first) return child;
      first = false;
      return build(child, member.type, rest);
    });
    return { ...around, content };
  };
  return build(smallest(root, type, family, versions, true), type, path.split("/").slice(1));
}

/** Every mistake that the table knows of, made at the element of an entry. */
export function mutations(family: Family, versions: Versions, entry: ElementEntry): readonly Mutation[] {
  const workshop = new Workshop(entry.type, family, versions);
  const edits: (readonly [what: string, edit: (one: XmlElement) => XmlElement])[] = [
    ...attributeEdits(entry, versions.get(family)!),
    ...textEdits(entry),
    ...workshop.particles.flatMap((particle) => particleEdits(workshop, particle)),
    ...orderEdits(workshop),
    ...strangerEdits(workshop, entry, versions.get(family)!, family === "bundle" ? "email-action" : "bundle"),
  ];
  return edits.map(([what, edit]) => ({
    what: `${family} ${versions.get(family)!} ${entry.path}: ${what}`,
    root: documentWith(family, versions, entry, edit),
  }));
}

type Edit = readonly [what: string, edit: (one: XmlElement) => XmlElement];

function attributeEdits({ attributes, type }: ElementEntry, version: string): readonly Edit[] {
  const set =
    (name: string, value: string | undefined) =>
    (one: XmlElement): XmlElement => ({ ...element(one.name, { ...one.attributes, [name]: value }), ...rest(one) });
  const rest = ({ content, family }: XmlElement): Pick<XmlElement, "content" | "family"> => ({ content, family });
  const others = [...contentOf(type).attributes.values()].filter(
    ({ name }) => !contentOf(type, version).attributes.has(name),
  );
  return [
    ["attribute nonsense", set("nonsense", "x")],
    ...others.map(({ name, type: { example } }): Edit => [`attribute ${name} of another version`, set(name, example)]),
    ...attributes.filter(({ required }) => required).map(({ name }): Edit => [`without ${name}`, set(name, undefined)]),
    ...attributes.flatMap(({ name, type: value }) =>
      othersThan(value).map((text): Edit => [`${name}=${JSON.stringify(text)}`, set(name, text)]),
    ),
  ];
}

function textEdits({ holds }: ElementEntry): readonly Edit[] {
  const set =
    (content: XmlElement["content"]) =>
    (one: XmlElement): XmlElement => ({ ...one, content });
  if (holds.is !== "text") return [["text", set("words")]];
  return [
    ["a child", set([element("nonsense")])],
    ...othersThan(holds.type).map((text): Edit => [`text ${JSON.stringify(text)}`, set(text)]),
  ];
}

function particleEdits(workshop: Workshop, particle: Particle): readonly Edit[] {
  const edits: Edit[] = [];
  for (const member of elementsIn([particle])) {
    if (member.max === 1) edits.push([`two ${member.name}`, (one) => workshop.having(one, particle, member, 2)]);
    if (member.min > 1)
      edits.push([`too few ${member.name}`, (one) => workshop.having(one, particle, member, member.min - 1)]);
  }
  const required = particle.is === "element" ? particle.min > 0 : particle.is === "choice" && particle.required;
  const names = elementsIn([particle]).map(({ name }) => name);
  if (required) edits.push([`without ${names.join(", ")}`, (one) => workshop.replace(one, particle, [])]);
  if (particle.is !== "choice") return edits;
  for (const [i, alternative] of particle.alternatives.entries()) {
    const members = membersOf(alternative);
    for (const other of particle.alternatives.slice(i + 1).map(membersOf)) {
      const both = [members[0]!, ...other];
      edits.push([
        `${members[0]!.name} and ${other[0]!.name}`,
        (one) =>
          workshop.replace(
            one,
            particle,
            both.map((member) => workshop.make(member)),
          ),
      ]);
    }
    if (alternative.is === "sequence")
      for (const member of members)
        edits.push([`only ${member.name}`, (one) => workshop.replace(one, particle, [workshop.make(member)])]);
  }
  return edits;
}

/** Neighbours that must stand in one order, in the other one. */
function orderEdits(workshop: Workshop): readonly Edit[] {
  const swapped = (one: XmlElement, a: string, b: string): XmlElement => {
    const children = [...childrenOf(one)];
    const [i, j] = [children.findLastIndex(({ name }) => name === a), children.findIndex(({ name }) => name === b)];
    [children[i], children[j]] = [children[j]!, children[i]!];
    return { ...one, content: children };
  };
  return workshop.particles.flatMap((particle, i): readonly Edit[] => {
    const next = workshop.particles[i + 1];
    const edits: Edit[] = [];
    if (next !== undefined)
      for (const a of elementsIn([particle]))
        for (const b of elementsIn([next])) {
          if (particle.is === "choice" && alternativeOf(particle, a).at(-1) !== a) continue;
          edits.push([
            `${b.name} before ${a.name}`,
            (one) => swapped(workshop.having(workshop.having(one, particle, a), next, b), a.name, b.name),
          ]);
        }
    if (particle.is === "choice")
      for (const members of particle.alternatives.map(membersOf))
        for (const [k, b] of members.slice(1).entries())
          edits.push([
            `${b.name} before ${members[k]!.name}`,
            (one) => swapped(workshop.having(one, particle, b), members[k]!.name, b.name),
          ]);
    return edits;
  });
}

/** Children that are unknown, of another version, or of another namespace. */
function strangerEdits(
  workshop: Workshop,
  { type, holds }: ElementEntry,
  version: string,
  other: Family,
): readonly Edit[] {
  if (holds.is === "text") return [];
  const add =
    (child: XmlElement) =>
    (one: XmlElement): XmlElement => ({ ...one, content: [...childrenOf(one), child] });
  const here = contentOf(type, version).slots;
  const others = [...contentOf(type).slots.values()].filter(({ particle }) => !here.has(particle.name));
  return [
    ["a child nonsense", add(element("nonsense"))],
    ...others.map(({ particle }): Edit => [
      `${particle.name} of another version`,
      (one) => withStranger(one, workshop.make(particle), [...contentOf(type).slots.keys()]),
    ]),
    ...workshop.particles.flatMap((particle) =>
      elementsIn([particle]).map((member): Edit => [
        `${member.name} of another namespace`,
        (one) => {
          const having = workshop.having(one, particle, member);
          const content = childrenOf(having).map((child) =>
            child.name === member.name ? { ...child, family: other } : child,
          );
          return { ...having, content };
        },
      ]),
    ),
  ];
}

/** Puts a child where the version that has it would have it, by the order of all names. */
function withStranger(one: XmlElement, child: XmlElement, names: readonly string[]): XmlElement {
  const order = ({ name }: XmlElement): number => names.indexOf(name);
  return { ...one, content: [...childrenOf(one), child].sort((a, b) => order(a) - order(b)) };
}
