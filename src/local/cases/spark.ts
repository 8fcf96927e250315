import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HowdahError } from "../../core/errors.ts";
import type { Emit } from "../../core/events.ts";
import type { Row } from "../../jobs/cases/difference.ts";
import { jobSpec } from "../../jobs/compile.ts";
import { literal } from "../../oozie/el/index.ts";
import { runChild, type Ended } from "../../sandbox/child.ts";
import { unitKey } from "../units.ts";
import type { JobCase } from "./bind.ts";
import { neededFor, type CaseResult } from "./duckdb.ts";
import { findPySpark, sparkProgram } from "./pyspark.ts";
import { expectedTables, judge, type CaseOutcome } from "./run.ts";

/** What `run_cases.py` tells of a case. */
interface Told {
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly seconds: number;
}

/**
 * Runs cases on Spark on this machine, in one process for all of them, and tells of each in their order. Throws
 * `NO_PYSPARK`, `NO_JAVA`, and `SPARK` where Spark itself fails. An aborted signal ends the process and throws.
 */
export async function runCasesOnSpark(
  cases: readonly JobCase[],
  emit: Emit,
  signal: AbortSignal,
): Promise<readonly CaseOutcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "howdah-cases-"));
  try {
    const { python, env } = await findPySpark(folder, signal);
    emit({ event: "engine.starting", engine: "spark" });
    const outcomes: CaseOutcome[] = [];
    const onLine = (line: string): void => {
      const one = cases[outcomes.length]!;
      const told = JSON.parse(line) as Told;
      const outcome = judge(one, resultOf(one, told), told.seconds);
      outcomes.push(outcome);
      emit({ event: "case.done", outcome });
    };
    const jobs = [...new Set(cases.map(({ compiled }) => compiled))];
    // Nothing is written, so nothing lies below the root.
    const specs = jobs.map((compiled) => jobSpec(compiled, literal<"path">("/")));
    const input = JSON.stringify({ jobs: specs, cases: cases.map((one) => asked(one, jobs.indexOf(one.compiled))) });
    const ended = await runChild(python, [sparkProgram("run_cases.py")], { env, signal, input, onLine });
    if (outcomes.length < cases.length) throw sparkFailed(ended, cases[outcomes.length]!);
    return outcomes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A case as `run_cases.py` reads it; `job` is the place of its job's spec. */
function asked(one: JobCase, job: number): unknown {
  const { compiled, units, data, given, checks } = one;
  const tables = expectedTables(one);
  // A check may ask for any table.
  const { selects } = tables.size === 0 || checks ? compiled : neededFor(compiled, tables);
  const values = compiled.parameters.map(({ name }) => [name, data.values.get(name)]);
  const rows = [...given].map(([name, rows]) => [
    name,
    rows.is === "rows"
      ? { rows: rows.rows }
      : { files: rows.files.map(({ key, name, bytes }) => ({ key, name, data: bytes.toString("base64") })) },
  ]);
  return {
    job,
    first: unitKey(compiled, units[0]!),
    last: unitKey(compiled, units.at(-1)!),
    values: Object.fromEntries(values) as unknown,
    given: Object.fromEntries(rows) as unknown,
    selects: selects.map(({ name }) => name),
    tables: [...tables],
    checks,
  };
}

function resultOf({ compiled, file, line }: JobCase, { tables, failure }: Told): CaseResult {
  const isCheck = failure?.code === "CHECK_FAILED";
  const error =
    failure === null
      ? undefined
      : new HowdahError(failure.message, {
          code: failure.code,
          fault: "run",
          where: isCheck ? `${file}:${line}` : compiled.job.sql,
        });
  return { tables: new Map(Object.entries(tables)), failure: error };
}

function sparkFailed({ stderr, exitCode }: Ended, { file, line, name }: JobCase): HowdahError {
  const said = stderr.trim().split("\n").slice(-3).join("\n");
  return new HowdahError(`Spark ended with ${exitCode} at the case ${name}: ${said}`, {
    code: "SPARK",
    fault: "run",
    where: `${file}:${line}`,
    next: "howdah test without --engine runs the cases on DuckDB",
  });
}
