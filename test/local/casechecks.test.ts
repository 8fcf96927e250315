import assert from "node:assert/strict";
import { join } from "node:path";
import { ManyErrors, type HowdahError } from "#src/core/errors.js";
import { findCases } from "#src/local/cases/find.js";
import type { CaseOutcome } from "#src/local/cases/run.js";
import { testCases } from "#src/local/cases/test.js";
import { checkedProject, type Checked } from "../support/checked.js";
import { removeFolder, writeFile } from "../support/command.js";

/** A case of two rows, one of which lacks its place, and what it expects. */
const written = (
  options: string,
  expect = "### expect house.totals\n\n| sensor | total |\n|---|---|\n| a | 3 |\n",
): string => `
## two rows

- hour: 20200101_01
${options}

### given lines

| sensor | taken            | value | place |
| ------ | ---------------- | ----- | ----- |
| a      | 2020-01-01 01:01 | 1     | 1     |
| a      | 2020-01-01 01:02 | 2     |       |

${expect}`;

describe("checks on rows in cases", function () {
  this.timeout(30_000);
  let checked: Checked;
  before(async () => {
    checked = await checkedProject({
      readings: `notNull("place"), inRange("value", { max: 5 }, { severity: "warn" })`,
      collect: `agree("lines in = rows out", countOf("lines"), "=", [countOf(readings)])`,
    });
  });
  after(() => removeFolder(checked.root));

  const cases = (text: string, job = "collect", file = "collect.test.md"): ReturnType<typeof findCases> => {
    writeFile(join(checked.root, file), text);
    return findCases(checked.project, { jobs: [job] });
  };
  async function outcome(text: string): Promise<CaseOutcome> {
    const [only] = await testCases(cases(text));
    return only!;
  }

  it("are not run where nobody asks, for cases leave columns out", async () => {
    assert.ok((await outcome(written(""))).passed);
    assert.ok((await outcome(written("- checks: off"))).passed);
  });

  it("fail a case that asks for them, with numbers and rows", async () => {
    const { passed, error } = await outcome(written("- checks: on"));
    assert.ok(!passed);
    assert.equal(error?.code, "CHECK_FAILED");
    assert.equal(error.where, "collect.test.md:2");
    assert.match(error.message, /^collect 20200101_01: check failed: place is there\n.*1 of 2 rows/);
    assert.match(error.message, /2020-01-01 01:02:00/);
    assert.doesNotMatch(error.message, /held|read_parquet/, "nothing was kept aside");
  });

  it("let a case pass whose rows hold them, and warnings with it", async () => {
    const good = written("- checks: on")
      .replace("| 2     |       |", "| 7     | 2     |")
      .replace("| a | 3 |", "| a | 8 |");
    const { passed, error } = await outcome(good);
    assert.ok(passed, error?.message);
  });

  it("judge what a job reads against what it writes", async () => {
    const skipped = written("- checks: on")
      .replace("| place |", "| place | kind |")
      .replace("| ----- |\n", "| ----- | --- |\n")
      .replace("| 1     | 1     |", "| 1     | 1     | in |")
      .replace("| 2     |       |", "| 2     | 2     | skip |");
    const { error } = await outcome(skipped);
    assert.match(error?.message ?? "", /check failed: lines in = rows out\n/);
  });

  it("are what a case may be to fail by", async () => {
    assert.ok((await outcome(written("- fails: CHECK_FAILED", ""))).passed);
    const holds = written("- fails: CHECK_FAILED", "").replace("| 2     |       |", "| 2     | 2     |");
    assert.equal((await outcome(holds)).error?.code, "CASE_DID_NOT_FAIL");
  });

  const refused: readonly (readonly [what: string, work: () => unknown, message: RegExp])[] = [
    ["another word than on or off", () => cases(written("- checks: yes")), /checks: yes is neither on nor off/],
    ["both off and to fail", () => cases(written("- checks: off\n- fails: CHECK_FAILED", "")), /turns checks off/],
    [
      "checks where none are declared",
      () =>
        cases(
          "\n## none\n\n- day: 20200101\n- checks: on\n\n### expect house.day_sums\n\nempty\n",
          "sum-up",
          "sum_up.test.md",
        ),
      /neither sum-up nor a table that it writes declares checks/,
    ],
  ];
  for (const [what, work, message] of refused)
    it(`refuse ${what}`, () => {
      assert.throws(work, (error: HowdahError) => {
        const [found] = error instanceof ManyErrors ? error.problems : [error];
        assert.equal(found?.code, "CASE");
        assert.match(found.message, message);
        return true;
      });
    });
});
