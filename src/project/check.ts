import * as v from "valibot";
import { didYouMean, HowdahError, throwAll } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import type { Config } from "./config.ts";
import { placeOfKey } from "./position.ts";

const kinds = (...names: readonly string[]): v.GenericSchema<{ kind: string }> =>
  v.custom<{ kind: string }>(
    (value) => typeof value === "object" && value !== null && "kind" in value && names.includes(value.kind as string),
    `must be made by ${names.map((name) => `${name}()`).join(", ")}`,
  );

const text = v.pipe(v.string("must be a text"), v.nonEmpty("must not be empty"));

const target = v.strictObject({
  kind: v.literal("folder", "must be made by folder()"),
  folder: text,
  values: v.function("must be a function of the folder's path"),
  memory: v.pipe(text, v.regex(/^\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i, 'must be a size such as "2GB"')),
});

const schema = v.strictObject({
  name: v.pipe(text, v.regex(/^[A-Za-z][-\w]*$/, "must be a letter, then letters, digits, - and _")),
  definitions: v.pipe(
    v.array(kinds("bundle", "coordinator", "workflow", "job"), "must be a list"),
    v.nonEmpty("must not be empty"),
  ),
  tables: v.optional(v.array(kinds("table", "view"), "must be a list")),
  queries: v.optional(text),
  targets: v.pipe(
    v.record(
      v.string(),
      v.pipe(kinds("folder"), target),
      'must be an object of targets, such as { laptop: folder("data") }',
    ),
    v.check((targets) => Object.keys(targets).length > 0, "must name at least one target"),
  ),
  defaultTarget: v.optional(text),
});

/** Checks what a configuration file exports. Every problem at once, each with its line in `source`. */
export function checkConfig(config: unknown, at: Place, source: string): Config {
  const problem = (path: readonly PropertyKey[], why: string, next?: string): HowdahError =>
    new HowdahError(`${path.length === 0 ? "the configuration" : path.map(String).join(".")}: ${why}`, {
      code: "CONFIG",
      where: placeOfKey(source, at, path.map(String)),
      ...(next === undefined ? {} : { next }),
    });
  const result = v.safeParse(schema, config);
  if (!result.success) {
    throwAll(
      result.issues.map((issue) => {
        const path = (issue.path ?? []).map(({ key }) => key as PropertyKey);
        if (issue.type === "strict_object" && issue.expected === "never") {
          const known = path.length === 1 ? Object.keys(schema.entries) : Object.keys(target.entries);
          return problem(path, `there is no such setting${didYouMean(String(path.at(-1)), known)}`);
        }
        return problem(path, issue.received === "undefined" ? "is missing" : issue.message);
      }),
    );
  }
  const checked = config as Config;
  const names = Object.keys(checked.targets);
  const { defaultTarget } = checked;
  if (defaultTarget !== undefined && !names.includes(defaultTarget))
    throw problem(["defaultTarget"], `there is no target ${defaultTarget}${didYouMean(defaultTarget, names)}`);
  if (defaultTarget === undefined && names.length > 1)
    throw problem(["defaultTarget"], `is missing: there are the targets ${names.join(", ")}`);
  return checked;
}
