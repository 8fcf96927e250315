import { bug } from "../../core/errors.ts";
import { profiles, type Profile } from "../profiles.ts";
import { childrenOf, familiesIn, type Family, type XmlElement } from "../xml.ts";
import { contentOf, membersOf, orderOf, requiredIn, rootType, slotOf } from "./content.ts";
import { compareVersions, type ElementType, type Span } from "./grammar.ts";
import { originOf, pathOf, type Located, type SchemaProblem } from "./problem.ts";
import { families } from "./table.ts";

/** Something in a document that not every version of its namespace has. */
interface Need {
  /** `the element launcher of spark`. */
  readonly feature: string;
  /** Where it is needed first. */
  readonly where: Located;
  readonly span: Span;
  /** How often it is needed. */
  count: number;
}

/** What a document needs of one namespace, in the order in which it is first needed. */
type Needs = Map<string, Need>;

function need(needs: Needs, feature: string, where: Located, span: Span): void {
  // Elements of one name may be of several types.
  const key = `${feature} ${span.since ?? ""} ${span.until ?? ""}`;
  const known = needs.get(key);
  if (known === undefined) needs.set(key, { feature, where, span, count: 1 });
  else known.count += 1;
}

/** The versions of a document's namespaces. */
export interface Chosen {
  /**
   * For each the lowest that has all that is used. Where there are problems they are those that the document would
   * need, so that checking it by them finds only what is wrong besides.
   */
  readonly versions: ReadonlyMap<Family, string>;
  /** What the profile's server lacks of them. */
  readonly problems: readonly SchemaProblem[];
  /** Whether all elements stand in the order in which Oozie wants them, so that nothing is to be arranged. */
  readonly inOrder: boolean;
}

/** Chooses the versions of a document's namespaces for a profile's server. */
export function chooseVersions(root: XmlElement, profile: Profile): Chosen {
  const survey: Survey = { needs: new Map(), begins: new Map(), inOrder: true };
  const type = rootType(root);
  if (type !== undefined) collect({ one: root }, type, root.family!, survey);
  else for (const family of familiesIn(root)) needsOf(survey, family);
  const { needs, begins, inOrder } = survey;
  const versions = new Map<Family, string>();
  const problems: SchemaProblem[] = [];
  for (const [family, ofFamily] of needs) {
    const all = [...ofFamily.values()];
    const version = lowest(family, all);
    versions.set(family, version);
    const cap = profile.versions[family];
    const where = begins.get(family) ?? { one: root };
    if (cap === null) problems.push(missingFamily(family, version, where, profile));
    else {
      problems.push(...beyond(family, cap, all, profile));
      problems.push(...clashes(family, version, all));
    }
  }
  return { versions, problems, inOrder };
}

/** The lowest version that has what came latest. It is also the lowest that has everything, where one has. */
function lowest(family: Family, needs: readonly Need[]): string {
  let latest: string | undefined;
  for (const { span } of needs)
    if (span.since !== undefined && (latest === undefined || compareVersions(span.since, latest) > 0))
      latest = span.since;
  const found = families[family].versions.find(
    (version) => latest === undefined || compareVersions(version, latest) >= 0,
  );
  if (found === undefined) throw bug(`the table of ${family} names a version that it does not list`);
  return found;
}

/** What one walk through a document finds. */
interface Survey {
  /** By namespace, in the order in which they begin. */
  readonly needs: Map<Family, Needs>;
  readonly begins: Map<Family, Located>;
  inOrder: boolean;
}

function needsOf({ needs }: Survey, family: Family): Needs {
  let known = needs.get(family);
  if (known === undefined) needs.set(family, (known = new Map<string, Need>()));
  return known;
}

function collect(where: Located, type: ElementType, family: Family, survey: Survey): void {
  const { one } = where;
  const own = needsOf(survey, family);
  if (one.family !== undefined && !survey.begins.has(family)) survey.begins.set(family, where);
  const content = contentOf(type);
  for (const name in one.attributes) {
    const attribute = content.attributes.get(name);
    if (attribute !== undefined && isBound(attribute))
      need(own, `the attribute ${name} of ${one.name}`, where, attribute);
  }
  let last = 0;
  for (const child of childrenOf(one)) {
    const slot = slotOf(content, child, family);
    const order = orderOf(slot);
    if (order < last) survey.inOrder = false;
    last = order;
    if (slot === undefined) {
      for (const inner of familiesIn(child)) needsOf(survey, inner);
      continue;
    }
    const at: Located = { one: child, parent: where };
    if (isBound(slot.particle)) need(own, `the element ${child.name} of ${one.name}`, at, slot.particle);
    collect(at, slot.particle.type, child.family ?? family, survey);
  }
  leftOut(where, type, family, own);
}

const isBound = ({ since, until }: Span): boolean => since !== undefined || until !== undefined;

/** What an older version asks for and is not there needs a version that can do without it. */
function leftOut(where: Located, type: ElementType, family: Family, needs: Needs): void {
  for (const { names, since } of dispensableIn(type, family)) {
    if (childrenOf(where.one).some(({ name }) => names.includes(name))) continue;
    need(needs, `${where.one.name} without ${names[0]!}`, where, { since, instead: `give ${names[0]!} to the action` });
  }
}

/** Elements, one of which an older version asks for, and the first version that does not. */
interface Dispensable {
  readonly names: readonly string[];
  readonly since: string;
}

const dispensableKnown = new WeakMap<ElementType, readonly Dispensable[]>();

function dispensableIn(type: ElementType, family: Family): readonly Dispensable[] {
  let known = dispensableKnown.get(type);
  if (known === undefined) dispensableKnown.set(type, (known = findDispensable(type, family)));
  return known;
}

function findDispensable({ holds }: ElementType, family: Family): readonly Dispensable[] {
  if (holds.is !== "children") return [];
  return holds.particles.flatMap((particle) => {
    if (particle.is === "any order" || particle.requiredUntil === undefined) return [];
    const members = particle.is === "element" ? [particle] : particle.alternatives.flatMap(membersOf);
    const names = members.map(({ name }) => name);
    const since = families[family].versions.find((version) => !requiredIn(version, particle));
    if (since === undefined) throw bug(`the table of ${family} has no version without ${names[0]!}`);
    return [{ names, since }];
  });
}

/** What needs a version above the profile's: each feature once, where it is used first. */
function beyond(family: Family, cap: string, needs: readonly Need[], profile: Profile): readonly SchemaProblem[] {
  const missing = needs.filter(({ span: { since } }) => since !== undefined && compareVersions(since, cap) > 0);
  return missing.map(({ feature, where, span, count }) => ({
    code: "PROFILE_LACKS",
    path: pathOf(where),
    origin: originOf(where),
    why:
      `${profile.name} does not know ${feature}: it came with ${family} ${span.since!}, and ${cap} is the highest there` +
      (count === 1 ? "" : ` (used ${count} times)`),
    next: `${span.instead ?? "leave it out"}, or ${elsewhere(family, span.since!)}`,
  }));
}

function missingFamily(family: Family, version: string, where: Located, profile: Profile): SchemaProblem {
  const { name } = where.one;
  const spark3 =
    family === "spark-action" && profile.versions["spark3-action"] !== null ? "use the action spark3, or " : "";
  return {
    code: "PROFILE_LACKS",
    path: pathOf(where),
    origin: originOf(where),
    why: `${profile.name} has no action ${name}`,
    next: `${spark3}${elsewhere(family, version)}`,
  };
}

function elsewhere(family: Family, version: string): string {
  const names = profiles.filter(({ versions }) => {
    const cap = versions[family];
    return cap !== null && compareVersions(cap, version) >= 0;
  });
  return names.length === 0
    ? "there is no profile that has it"
    : `write for a profile that has it: ${names.map(({ name }) => name).join(", ")}`;
}

/** What went with an older version than another part of the document needs. */
function clashes(family: Family, version: string, needs: readonly Need[]): readonly SchemaProblem[] {
  return needs
    .filter(({ span }) => span.until !== undefined && compareVersions(version, span.until) > 0)
    .map(({ feature, where, span }) => {
      const other = needs.find(({ span: { since } }) => since !== undefined && compareVersions(since, span.until!) > 0);
      if (other === undefined) throw bug(`${family} ${version} was chosen although ${feature} needs ${span.until!}`);
      return {
        code: "VERSIONS_CLASH",
        path: pathOf(where),
        origin: originOf(where),
        why: `${feature} went after ${family} ${span.until!}, and ${other.feature} came with ${other.span.since!}`,
        next: `do without one of them: ${[span.instead, other.span.instead].filter((words) => words !== undefined).join(", or ") || "leave it out"}`,
      };
    });
}
