import { bug } from "../../core/errors.ts";
import type { Family } from "../xml.ts";
import { contentOf, membersOf } from "./content.ts";
import type { Attribute, ElementParticle, ElementType, Holding, Particle } from "./grammar.ts";
import { families } from "./table.ts";

/** An element of one version of a namespace. */
export interface ElementEntry {
  /** From the root, such as `workflow-app/action/fs/delete`. */
  readonly path: string;
  readonly type: ElementType;
  readonly attributes: readonly Attribute[];
  readonly holds: Holding;
}

/**
 * Every element of a version, each before those in it. What another namespace begins, and an element within itself, is
 * in `holds` of its parent and not gone into.
 */
export function elementsOf(family: Family, version: string): readonly ElementEntry[] {
  const table = families[family];
  if (!table.versions.includes(version)) throw bug(`the table has no ${family} ${version}`);
  const entries: ElementEntry[] = [];
  const visit = (path: string, type: ElementType, around: readonly ElementType[]): void => {
    const { attributes, holds } = contentOf(type, version);
    entries.push({ path, type, attributes: [...attributes.values()], holds });
    if (holds.is !== "children" || around.includes(type)) return;
    for (const child of elementsIn(holds.particles))
      if (child.family === undefined) visit(`${path}/${child.name}`, child.type, [...around, type]);
  };
  visit(table.root, table.type, []);
  return entries;
}

/** The elements of particles and of their groups, in order. */
export function elementsIn(particles: readonly Particle[]): readonly ElementParticle[] {
  return particles.flatMap((particle) => {
    switch (particle.is) {
      case "element":
        return [particle];
      case "any order":
        return particle.members;
      case "choice":
        return particle.alternatives.flatMap(membersOf);
    }
  });
}
