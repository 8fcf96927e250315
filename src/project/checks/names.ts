import { placeText } from "../../core/errors.ts";
import type { Place } from "../../core/source.ts";
import type { Findings } from "../../oozie/checks/index.ts";
import type { Found } from "../definitions.ts";

interface Thing {
  readonly kind?: string;
  readonly name: string;
  readonly fullName?: string;
  readonly at: Place;
}

/** What the things of each kind are called. */
const kinds: Readonly<Record<keyof Found, readonly [one: string, many: string]>> = {
  bundles: ["bundle", "bundles"],
  coordinators: ["coordinator", "coordinators"],
  workflows: ["workflow", "workflows"],
  jobs: ["job", "jobs"],
  dataSets: ["data set", "data sets"],
  tables: ["table", "tables"],
  views: ["view", "views"],
  databases: ["database", "databases"],
  parameters: ["parameter", "parameters"],
};

/** Different things of a kind under one name. */
export function checkUnique(found: Found, findings: Findings): void {
  // In a database a view cannot have the name of a table.
  const relations = new Map<string, Thing>();
  for (const [kind, [one, many]] of Object.entries(kinds)) {
    const names = kind === "tables" || kind === "views" ? relations : new Map<string, Thing>();
    for (const thing of found[kind as keyof Found] as ReadonlySet<Thing>) {
      const { name, fullName = name, at } = thing;
      const known = names.get(fullName);
      if (known === undefined) names.set(fullName, thing);
      else
        findings.add(
          "NAME_TWICE",
          { label: `${one} ${fullName}`, at },
          `${known.kind === thing.kind ? `two ${many}` : `a table and a view`} are named ${fullName}: the other is at ${placeText(known.at)}`,
          { next: "give one of them another name" },
        );
    }
  }
}
