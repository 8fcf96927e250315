import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileJob } from "#src/jobs/compile.js";
import type { JobCase } from "#src/local/cases/bind.js";
import { findCases } from "#src/local/cases/find.js";
import type { CaseOutcome } from "#src/local/cases/run.js";
import { testCases, type CaseEngine } from "#src/local/cases/test.js";
import type { Project } from "#src/project/load.js";
import { checkedProject, type Checked } from "../support/checked.js";
import { removeFolder, writeFile } from "../support/command.js";
import { loadOwnProject } from "../support/project.js";
import { needSpark } from "../support/spark.js";

/** Mistakes in the pipeline's jobs: a text of the SQL, what stands in its place, and the case that notices. */
const mistakes: readonly (readonly [job: string, text: string, instead: string, noticedBy: string])[] = [
  [
    "prepare",
    "([.][0-9]{1,3})?') then",
    "([.][0-9]{1,4})?') then",
    "Sales without a key, with a bad value or of another hour are rejected, the others stay",
  ],
  [
    "map-session-sales",
    "<= :max_idle_seconds then 0",
    "< :max_idle_seconds then 0",
    "A pause of exactly max_idle_seconds goes on, a second more begins another session",
  ],
  [
    "daily-top-spenders",
    "rank <= :top_spenders",
    "rank < :top_spenders",
    "Ranks have no gaps, ties are ordered by userid, and no more than top_spenders count",
  ],
];

const given = `### given lines

| sensor | taken               | value | place |
| ------ | ------------------- | ----- | ----- |
| a\\|'b  | 2020-01-01 01:01    | 1     | 1     |
| a\\|'b  | 2020-01-01 01:02    | 2     |       |
`;

/** Cases of which each shows another way to fail, but for the first. */
const small = `- hour: 20200101_01

## holds

${given}
### expect house.totals

| sensor | total |
| ------ | ----- |
| a\\|'b  | 3     |

## breaks a check

- checks: on

${given}
### expect house.totals

empty

## is to break it

- fails: CHECK_FAILED

${given}

## expects other rows

${given}
### expect house.readings

| sensor | value | place |
| ------ | ----- | ----- |
| a\\|'b  | 1     | 2     |
| c      | 5     | null  |

## does not fail

- fails: RAW_HEADER

${given}
`;

/** A job of a project with another SQL. */
function changed(project: Project, name: string, text: string, instead: string): Project {
  const { job } = project.jobs.get(name)!;
  const sql = readFileSync(join(project.root, job.sql), "utf8");
  assert.equal(sql.split(text).length - 1, 1, `does not stand there once: ${text}`);
  return {
    ...project,
    jobs: new Map([
      [
        name,
        compileJob(
          job,
          sql.replace(text, () => instead),
          project.awaited,
        ),
      ],
    ]),
  };
}

describe("cases on Spark", function () {
  this.timeout(600_000);
  let checked: Checked;
  let own: readonly JobCase[];
  let mistaken: readonly JobCase[];
  let others: readonly JobCase[];
  let broken: readonly JobCase[];
  /** What both engines made of a case. */
  let spark: ReadonlyMap<JobCase, CaseOutcome>;
  let duckdb: ReadonlyMap<JobCase, CaseOutcome>;

  before(async function () {
    await needSpark(this);
    const project = await loadOwnProject();
    own = findCases(project);
    mistaken = mistakes.flatMap(([job, text, instead, name]) =>
      findCases(changed(project, job, text, instead), { jobs: [job], text: name }),
    );
    checked = await checkedProject({ readings: `notNull("place")` });
    writeFile(join(checked.root, "collect.test.md"), small);
    others = findCases(checked.project, { jobs: ["collect"] });
    broken = [
      ["total, u.date_ts\nfrom", "total, '20200101_05' as date_ts\nfrom"],
      ["to_int(place) as place", "to_int(plaze) as place"],
    ].flatMap(([text, instead]) =>
      findCases(changed(checked.project, "collect", text!, instead!), { jobs: ["collect"], text: "holds" }),
    );
    // One process of Spark for all of them: starting it takes longer than a case.
    const all = [...own, ...mistaken, ...others, ...broken];
    const outcomes = async (engine: CaseEngine): Promise<ReadonlyMap<JobCase, CaseOutcome>> =>
      new Map((await testCases(all, { engine })).map((outcome, i) => [all[i]!, outcome]));
    duckdb = await outcomes("duckdb");
    spark = await outcomes("spark");
  });
  after(() => removeFolder(checked.root));

  it("pass, all of the pipeline's, on both engines", () => {
    for (const engine of [duckdb, spark])
      assert.deepEqual(
        own.filter((one) => !engine.get(one)!.passed).map(({ name }) => name),
        [],
      );
    assert.ok(own.length > 40);
  });

  for (const [i, [job, , instead]] of mistakes.entries())
    it(`notice in ${job}: ${instead}, and show the same rows as on DuckDB`, () => {
      const [there, here] = [spark.get(mistaken[i]!)!, duckdb.get(mistaken[i]!)!];
      assert.ok(!there.passed);
      assert.notDeepEqual(there.differences, []);
      assert.deepEqual(there.differences, here.differences);
    });

  it("fail and pass for the same reasons as on DuckDB", () => {
    const facts = ({ name, passed, differences, error }: CaseOutcome): unknown => ({
      name,
      passed,
      differences,
      ...(error === undefined ? {} : { code: error.code, message: error.message, where: error.where }),
    });
    assert.deepEqual(
      others.map((one) => facts(spark.get(one)!)),
      others.map((one) => facts(duckdb.get(one)!)),
    );
    assert.deepEqual(
      others.map((one) => [one.name, spark.get(one)!.error?.code ?? spark.get(one)!.passed]),
      [
        ["holds", true],
        ["breaks a check", "CHECK_FAILED"],
        ["is to break it", true],
        ["expects other rows", false],
        ["does not fail", "CASE_DID_NOT_FAIL"],
      ],
    );
  });

  it("tell of rows of another hour and of SQL that cannot be run by their codes", () => {
    const errors = broken.map((one) => spark.get(one)!.error!);
    assert.deepEqual(
      errors.map(({ code, where }) => [code, where]),
      [
        ["STRAY_ROW", "collect.sql"],
        ["SQL", "collect.sql"],
      ],
    );
    assert.match(errors[0]!.message, /house\.totals gives rows for 20200101_05/);
    assert.match(errors[1]!.message, /house\.readings failed: .*plaze/);
  });
});
