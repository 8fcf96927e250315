import type { Place } from "../../core/source.ts";
import { inOrder, type Problem } from "../../oozie/checks/index.ts";
import { placeOfKey } from "../position.ts";

/** Problems with the lines of the settings that they name, in order. `read` gives a file's text, if it has one. */
export function placed(problems: readonly Problem[], read: (file: string) => string | undefined): readonly Problem[] {
  const sources = new Map<string, string | undefined>();
  const place = (at: Place, key: readonly string[]): Place => {
    if (!sources.has(at.file)) sources.set(at.file, read(at.file));
    const source = sources.get(at.file);
    return source === undefined ? at : placeOfKey(source, at, key);
  };
  return inOrder(
    problems.map((problem) =>
      problem.key === undefined ? problem : { ...problem, at: place(problem.at, problem.key) },
    ),
  );
}
