import assert from "node:assert/strict";
import type { Problem } from "#src/oozie/checks/index.js";
import { problemsOf } from "./examples.js";

/** `CODE:line` of what nobody accepts. */
const told = (problems: readonly Problem[]): readonly string[] =>
  problems.filter(({ accepted }) => accepted === undefined).map(({ code, at }) => `${code}:${at.line}`);

/** Snippets by what they are about: what each is, and the `CODE:line` of all that must be told of it; line 0 is any. */
export type Cases = Readonly<
  Record<string, readonly (readonly [what: string, snippet: string, ...told: readonly string[]])[]>
>;

/** A test for each snippet. */
export function checkCases(cases: Cases): void {
  for (const [chapter, list] of Object.entries(cases))
    describe(chapter, () => {
      for (const [what, snippet, ...expected] of list)
        it(`${expected.length === 0 ? "take" : "tell of"} ${what}`, () => {
          const problems = problemsOf(snippet);
          const anywhere = new Set(expected.filter((one) => one.endsWith(":0")).map((one) => one.replace(":0", "")));
          const lines = told(problems).map((one) => {
            const [code] = one.split(":");
            return anywhere.has(code!) ? `${code!}:0` : one;
          });
          assert.deepEqual([...lines].sort(), [...expected].sort(), problems.map(({ message }) => message).join("\n"));
        });
    });
}
