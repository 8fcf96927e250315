import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emit } from "../../core/events.ts";
import { Engine } from "../engine.ts";
import type { JobCase } from "./bind.ts";
import { runCases, type CaseOutcome } from "./run.ts";

/** What runs the SQL of cases. */
export type CaseEngine = "duckdb" | "spark";

export interface CaseOptions {
  /** @default "duckdb" */
  readonly engine?: CaseEngine;
  /** Told `case.done` with the `outcome` of each case, and `engine.starting` where that takes seconds. */
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
}

/** Runs cases on an engine that all of them share. */
export async function testCases(cases: readonly JobCase[], options: CaseOptions = {}): Promise<readonly CaseOutcome[]> {
  const signal = options.signal ?? new AbortController().signal;
  const emit = options.emit ?? ((): void => undefined);
  if (options.engine === "spark") return (await import("./spark.ts")).runCasesOnSpark(cases, emit, signal);
  const tell = (outcome: CaseOutcome): void => emit({ event: "case.done", outcome });
  const engine = await Engine.open({ memory: "1GB", spill: join(tmpdir(), "howdah-cases") });
  try {
    return await runCases(cases, engine, tell, signal);
  } finally {
    engine.close();
  }
}
