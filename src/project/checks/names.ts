import { placeText } from "../../core/errors.ts";
import type { Place } from "../../core/source.ts";
import type { Findings } from "../../oozie/checks/index.ts";
import type { Found } from "../definitions.ts";

interface Thing {
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
  for (const [kind, [one, many]] of Object.entries(kinds)) {
    const names = new Map<string, Thing>();
    for (const thing of found[kind as keyof Found] as ReadonlySet<Thing>) {
      const { name, fullName = name, at } = thing;
      const known = names.get(fullName);
      if (known === undefined) names.set(fullName, thing);
      else
        findings.add(
          "NAME_TWICE",
          { label: `${one} ${fullName}`, at },
          `two ${many} are named ${fullName}: the other is at ${placeText(known.at)}`,
          { next: "give one of them another name" },
        );
    }
  }
}
