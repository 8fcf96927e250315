import fc from "fast-check";
import { contentOf, membersOf } from "#src/oozie/schema/content.js";
import { elementsIn, elementsOf } from "#src/oozie/schema/entries.js";
import {
  anyText,
  type Choice,
  type ElementParticle,
  type ElementType,
  type Particle,
  type ValueType,
} from "#src/oozie/schema/grammar.js";
import { families } from "#src/oozie/schema/table.js";
import { illegalCharacter } from "#src/core/xml.js";
import { element, type Family, type XmlElement } from "#src/oozie/xml.js";

/** Versions of all namespaces that a generated document may be of. */
export type Versions = ReadonlyMap<Family, string>;

export const allFamilies = Object.keys(families) as readonly Family[];

/** Any of the versions of each namespace, but those given. */
export function versionsWith(given: Partial<Record<Family, string>>): fc.Arbitrary<Versions> {
  const choices = allFamilies.map((family) =>
    fc.constantFrom(...(given[family] === undefined ? families[family].versions : [given[family]])),
  );
  return fc.tuple(...choices).map((versions) => new Map(allFamilies.map((family, i) => [family, versions[i]!])));
}

const awkward = [
  "<",
  ">",
  "&",
  '"',
  "'",
  "-",
  "]",
  "]]>",
  "--",
  "\t",
  "\n",
  "\r",
  " ",
  "\u0085",
  "\u2028",
  "\ufeff",
  "${",
];

/**
 * Text of all kinds of characters that XML can hold. A byte order mark does not stand first: libxml2-wasm, decoding what
 * was read, drops it.
 */
export const anyLegalText = fc
  .oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.string({ unit: fc.constantFrom(...awkward), maxLength: 12 }))
  .filter((text) => illegalCharacter(text) === undefined && !text.startsWith("\ufeff"));

// What fc.gen is given to draw from is compared with all it was given before: factories without arguments are quick.
const legalText = (): fc.Arbitrary<string> => anyLegalText;
const number = (): fc.Arbitrary<number> => fc.nat();

/** Some of these are of every type of value, and some are not. */
const candidates = [
  ...[
    "",
    " ",
    "a",
    "_a-1",
    "Z",
    "-",
    "1a",
    "0",
    "1",
    "-1",
    "3",
    "32767",
    "32768",
    "-32768",
    "2147483647",
    "2147483648",
  ],
  ...[
    "true",
    "false",
    "TRUE",
    "yarn",
    "yarn-cluster",
    " yarn-client ",
    "local[*]",
    "${x}",
    "ä",
    "a.b",
    "a b",
    "x".repeat(300),
  ],
];

export const valuesOf = ({ accepts, example }: ValueType): readonly string[] => [
  example,
  ...candidates.filter(accepts),
];
export const othersThan = ({ accepts }: ValueType): readonly string[] => candidates.filter((text) => !accepts(text));

/** What the table has in a version: elements as `parent/child`, attributes as `element@attribute`. */
export function partsOf(family: Family, version: string): ReadonlySet<string> {
  const parts = elementsOf(family, version).flatMap(({ path, attributes, holds }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const children = holds.is === "children" ? elementsIn(holds.particles) : [];
    return [...attributes.map((one) => `${name}@${one.name}`), ...children.map((one) => `${name}/${one.name}`)];
  });
  return new Set(parts);
}

/** What generated documents have had, of each version. */
export class Coverage {
  readonly #seen = new Set<string>();

  add(family: Family, version: string, part: string): void {
    this.#seen.add(`${family} ${version}: ${part}`);
  }

  /** What the table has and no document had, in the namespaces given. */
  missing(wanted: readonly Family[] = allFamilies): readonly string[] {
    return wanted.flatMap((family) =>
      families[family].versions.flatMap((version) =>
        [...partsOf(family, version)]
          .map((part) => `${family} ${version}: ${part}`)
          .filter((part) => !this.#seen.has(part)),
      ),
    );
  }
}

/** Makes a document of a namespace, by the table, in these versions; its children stand in the table's order. */
export function generate(
  g: fc.GeneratorValue,
  family: Family,
  versions: Versions,
  {
    coverage = new Coverage(),
    without = [],
  }: { readonly coverage?: Coverage; readonly without?: readonly Family[] } = {},
): XmlElement {
  const wanted = (one: Choice["alternatives"][number]): boolean =>
    one.is === "sequence" || one.family === undefined || !without.includes(one.family);
  const below = (count: number): number => g(number) % count;
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const value = (type: ValueType): string => (type === anyText ? g(legalText) : oneOf(valuesOf(type)));

  const make = (name: string, type: ElementType, within: Family, begins: boolean, depth: number): XmlElement => {
    const version = versions.get(within)!;
    const { attributes, holds } = contentOf(type, version);
    const given: Record<string, string> = {};
    for (const attribute of attributes.values()) {
      if (!attribute.required && below(2) === 0) continue;
      given[attribute.name] = value(attribute.type);
      coverage.add(within, version, `${name}@${attribute.name}`);
    }
    const repeat = (particle: ElementParticle, min = particle.min): XmlElement[] => {
      const max = Math.min(particle.max, depth > 8 ? min : Math.max(min, 2));
      return Array.from({ length: min + below(max - min + 1) }, () => {
        coverage.add(within, version, `${name}/${particle.name}`);
        const family = particle.family ?? within;
        return make(particle.name, particle.type, family, particle.family !== undefined, depth + 1);
      });
    };
    const fill = (particle: Particle): XmlElement[] => {
      switch (particle.is) {
        case "element":
          return repeat(particle);
        case "any order":
          return particle.members
            .flatMap((member) => repeat(member))
            .map((child) => ({ child, key: below(1000) }))
            .sort((a, b) => a.key - b.key)
            .map(({ child }) => child);
        case "choice": {
          if (!particle.required && below(2) === 0) return [];
          const one = oneOf(particle.alternatives.filter(wanted));
          return membersOf(one).flatMap((member) => repeat(member, Math.max(1, member.min)));
        }
      }
    };
    const content =
      holds.is === "text" ? value(holds.type) : holds.is === "nothing" ? "" : holds.particles.flatMap(fill);
    return element(name, given, content, begins ? { family: within } : {});
  };
  return make(families[family].root, families[family].type, family, true, 0);
}
