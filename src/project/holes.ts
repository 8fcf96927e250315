import { HowdahError } from "../core/errors.ts";
import type { Place } from "../core/source.ts";

/** What stands around a value: what it is told by, and where that was written. */
interface Around {
  readonly label: string;
  readonly at: Place;
}

/** Records whose values are definitions, and properties that always have one. */
const records: ReadonlySet<string> = new Set(["reads", "writes", "values"]);
const needed: ReadonlySet<string> = new Set(["body", "then", "otherwise", "workflow", "dataSet", "table"]);

/**
 * The first definition that is not there. Types allow none; one that is imported in a circle of files is undefined all
 * the same, while the files are read.
 */
export function holeIn(definitions: readonly unknown[], at: Place): HowdahError | undefined {
  const seen = new Set<object>();
  const visit = (value: unknown, key: string, around: Around): HowdahError | undefined => {
    if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
    seen.add(value);
    const inside = labelled(value) ?? around;
    const nameOf = (member: string): string => {
      if (Array.isArray(value)) return `number ${Number(member) + 1} of its ${key}`;
      return records.has(key) ? `${member} of its ${key}` : `its ${member}`;
    };
    for (const [name, child] of Object.entries(value)) {
      const isList = Array.isArray(value);
      if (child === undefined && (isList || records.has(key) || needed.has(name))) return hole(inside, nameOf(name));
      const found = visit(child, isList ? key : name, inside);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(definitions, "definitions", { label: "the configuration", at });
}

interface Labelled {
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly at?: Place;
}

/** What has a name and a place, such as `action load`. */
function labelled({ kind, name, at }: Labelled): Around | undefined {
  if (typeof kind !== "string" || typeof name !== "string" || at === undefined) return undefined;
  return { label: `${kind} ${name}`, at };
}

function hole({ label, at }: Around, what: string): HowdahError {
  return new HowdahError(`${label}: ${what} is undefined`, {
    code: "DEFINITION",
    where: at,
    next: "of files that import each other one is read before what it imports: move what both need to a file of its own",
  });
}
