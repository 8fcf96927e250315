import assert from "node:assert/strict";
import { codes, type CheckCode, type Problem } from "#src/oozie/checks/index.js";
import type { ProfileName } from "#src/oozie/profiles.js";
import { exampleFile, problemsOf, secretsIn } from "../support/examples.js";

/** The problems that no definition accepts, as `CODE file:line`. */
function found(problems: readonly Problem[]): readonly string[] {
  return problems
    .filter(({ accepted }) => accepted === undefined)
    .map(({ code, at, message }) => `${code} ${at.file}:${at.line} ${message}`);
}

/** The line that an example's one comment marks. */
function markedLine(code: string, example: string): number {
  const lines = example.split("\n");
  const marked = lines.flatMap((line, i) => (/(?<!:)\/\/ /.test(line) ? [i + 1] : []));
  assert.equal(marked.length, 1, `the example of ${code} marks ${marked.length} lines`);
  return marked[0]!;
}

describe("the codes of the checks", () => {
  for (const [name, facts] of Object.entries(codes)) {
    const code = name as CheckCode;
    const problems = (snippet: string): readonly Problem[] =>
      code === "SECRET_WRITTEN" ? secretsIn(snippet) : problemsOf(snippet, facts.profile as ProfileName | undefined);

    it(`${code}: the example has it and nothing else, in its line, and the fix has nothing`, () => {
      const all = problems(facts.example).filter(({ accepted }) => accepted === undefined);
      assert.equal(all.length, 1, found(all).join("\n"));
      const [{ code: given, severity, at, message }] = all as [Problem];
      assert.equal(given, code, message);
      assert.equal(severity, facts.severity);
      assert.deepEqual(at, { file: exampleFile, line: markedLine(code, facts.example) }, message);
      assert.deepEqual(found(problems(facts.fix)), []);
    });
  }
});
