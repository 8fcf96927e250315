import { availableParallelism } from "node:os";
import { HowdahError } from "../../core/errors.ts";
import { columnList } from "../../hive/table.ts";
import { compareRows, isSame, type Difference, type Row } from "../../jobs/cases/difference.ts";
import type { Engine } from "../engine.ts";
import type { ExpectedRows, JobCase } from "./bind.ts";
import { runOnDuckdb, type CaseResult } from "./duckdb.ts";

/** What became of a case. */
export interface CaseOutcome {
  readonly job: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  /** Of each expected table whose rows are others. */
  readonly differences: readonly TableDifference[];
  /** Why the job failed, or that it did not although it was to. */
  readonly error: HowdahError | undefined;
  readonly seconds: number;
}

export interface TableDifference extends Difference {
  readonly table: string;
  readonly key: string | undefined;
  readonly line: number;
}

/** Runs cases on DuckDB, some side by side, and tells of each in their order. An aborted signal throws. */
export async function runCases(
  cases: readonly JobCase[],
  engine: Engine,
  tell: (outcome: CaseOutcome) => void,
  signal: AbortSignal,
): Promise<readonly CaseOutcome[]> {
  const interrupt = (): void => engine.interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    // Few rows are done sooner by one thread each.
    await engine.workspace((workspace) => workspace.threads(1));
    const outcomes: CaseOutcome[] = [];
    let next = 0;
    let told = 0;
    const work = async (): Promise<void> => {
      while (next < cases.length) {
        signal.throwIfAborted();
        const at = next++;
        const one = cases[at]!;
        const started = performance.now();
        const result = await runOnDuckdb(one, expectedTables(one), engine);
        signal.throwIfAborted();
        outcomes[at] = judge(one, result, (performance.now() - started) / 1000);
        for (let outcome = outcomes[told]; outcome !== undefined; outcome = outcomes[told]) {
          told += 1;
          tell(outcome);
        }
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
    for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
    return outcomes;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** The tables of which a case expects something. */
export function expectedTables({ expected }: JobCase): ReadonlySet<string> {
  return new Set(expected.map(({ table }) => table));
}

/** Compares what a job made with what its case expects. */
export function judge(one: JobCase, { tables, failure }: CaseResult, seconds: number): CaseOutcome {
  const error = errorOf(one, failure);
  const differences =
    error !== undefined
      ? []
      : one.expected
          .map((expected) => differenceOf(one, expected, tables.get(expected.table) ?? []))
          .filter((difference) => !isSame(difference));
  const { name, file, line, compiled } = one;
  const passed = error === undefined && differences.length === 0;
  return { job: compiled.job.name, name, file, line, passed, differences, error, seconds };
}

function errorOf({ fails, file, line }: JobCase, failure: HowdahError | undefined): HowdahError | undefined {
  if (failure?.code === fails) return undefined;
  if (failure !== undefined) return failure;
  return new HowdahError(`the job did not fail, and was to fail with ${fails!}`, {
    code: "CASE_DID_NOT_FAIL",
    fault: "run",
    where: `${file}:${line}`,
  });
}

function differenceOf({ compiled }: JobCase, expected: ExpectedRows, found: readonly Row[]): TableDifference {
  const { table, key, line, columns } = expected;
  const { table: declared } = compiled.job.writes.find((write) => write.table.fullName === table)!;
  const names = [...columnList(declared).map(([column]) => column), compiled.keyColumn];
  const keyAt = names.length - 1;
  const places = columns.map((column) => names.indexOf(column));
  const own = key === undefined ? found : found.filter((row) => row[keyAt] === key);
  // Of a table that is to be empty whole rows are shown: nothing says which columns matter.
  if (expected.rows.length === 0) return { table, key, line, ...compareRows(names, [], own) };
  const compared = own.map((row) => places.map((at) => row[at]!));
  return { table, key, line, ...compareRows(columns, expected.rows, compared) };
}
