import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isHowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import type { BatchRun, CheckWarning, JobOutcome } from "./batch.ts";
import { compute, firstOverLimit, sumUp } from "./compute.ts";
import type { Data } from "./data.ts";
import { onDisk } from "../project/disk.ts";
import type { Engine, Workspace } from "./engine.ts";
import { dropInputs, inputBytes, inputsFromOutside, loadInputs, makeUnits, refuseMissingInputs } from "./inputs.ts";
import { lockJob, type Lock } from "../project/lock.ts";
import { keepAside, publish, writeAside, type UnitFindings } from "./publish.ts";
import { failedChecks, firstFailing, judgeUnits, warningsOf, type CheckedRange } from "./rowchecks.ts";
import { contentsNow, unitInputs, unitKey } from "./units.ts";

/** Input files of one batch, in bytes: a range that reads more is made in several, so that memory does not grow with it. */
const batchBytes = 96 * 1024 * 1024;

/**
 * Makes the partitions of consecutive units. What is computed together is published unit by unit, each whole, so a
 * range leaves what single units would have left. Throws `INPUT_MISSING` before anything is computed, `LOCKED`, and
 * for what fails the whole range; a failure of one unit is in the outcome. An aborted signal stops it between the
 * statements; what was published by then is whole.
 */
export async function runJob(
  compiled: CompiledJob,
  units: readonly Instant[],
  data: Data,
  engine: Engine,
  signal: AbortSignal,
): Promise<JobOutcome> {
  refuseMissingInputs(compiled, units, data);
  const { name } = compiled.job;
  const work = data.own("work");
  const lock = lockJob(data.own("locks"), name);
  const interrupt = (): void => engine.interrupt();
  const scratch = join(work, `${name}-${randomUUID().replaceAll("-", "").slice(0, 16)}`);
  signal.addEventListener("abort", interrupt);
  try {
    clearLeftovers(work, name);
    const published: Instant[] = [];
    const warnings: CheckWarning[] = [];
    for (const batch of batches(compiled, units, data)) {
      signal.throwIfAborted();
      onDisk("make a folder for work in progress", scratch, () => mkdirSync(scratch, { recursive: true }));
      const started = new Date(data.now());
      // Asked before anything is read: a file that comes in meanwhile makes the partition stale, instead of standing in
      // its record without being among its rows.
      const contents = contentsNow(inputsFromOutside(compiled, batch, data), data);
      const run: BatchRun = { compiled, units: batch, data, engine, scratch, lock, started, contents };
      const outcome = await engine.workspace((workspace) => runBatch(run, workspace));
      published.push(...outcome.published);
      warnings.push(...outcome.warnings);
      if (outcome.failure !== undefined) return { published, failure: outcome.failure, warnings };
    }
    return { published, failure: undefined, warnings };
  } finally {
    signal.removeEventListener("abort", interrupt);
    rmSync(scratch, { recursive: true, force: true });
    lock.release();
  }
}

async function runBatch(run: BatchRun, workspace: Workspace): Promise<JobOutcome> {
  const { compiled, data } = run;
  await workspace.threads(run.units.length === 1 ? 1 : availableParallelism());
  let units = run.units;
  let broken: JobOutcome["failure"];
  for (;;) {
    const failure = await loadInputs({ ...run, units }, workspace);
    if (failure === undefined) break;
    broken = failure;
    units = units.filter((unit) => unit < failure.unit);
    if (units.length === 0) return { published: [], failure, warnings: [] };
    // Again for the units before it: no relation may hold rows of the others.
    await dropInputs(run, workspace);
  }
  await makeUnits(run, units, workspace);
  await compute(run, workspace);
  const contents = await sumUp(run, units, workspace);
  const rejected = await firstOverLimit(run, units, workspace);
  const range: CheckedRange = { compiled, units, data, contents };
  const verdicts = await judgeUnits(range, workspace);
  const failing = firstFailing(range, before(units, rejected.failure), verdicts);
  const unchecked =
    failing === undefined
      ? undefined
      : { unit: failing.unit, error: await failedChecks(range, failing.unit, failing.failed, workspace) };
  const failure = unchecked ?? rejected.failure ?? broken;
  const good = before(units, failure);
  // Of a unit with too many rejects these alone are published; one that fails a check is kept aside.
  const alone = failure !== undefined && failure === rejected.failure ? [failure.unit] : [];
  const aside = unchecked === undefined ? [] : [unchecked.unit];
  const partitions = await writeAside(run, [...good, ...alone, ...aside], contents, workspace);
  const findings = (unit: Instant): UnitFindings => ({
    rejects: rejected.counts,
    verdicts: alone.includes(unit) ? [] : (verdicts.get(unitKey(compiled, unit)) ?? []),
  });
  const warnings = await warningsOf(range, good, verdicts, workspace);
  for (const unit of good) publish(run, unit, compiled.flagOrder, partitions, findings(unit));
  for (const unit of alone) publish(run, unit, [compiled.job.rejects!.table], partitions, findings(unit));
  for (const unit of aside) keepAside(run, unit, partitions, findings(unit));
  return { published: good, failure, warnings };
}

/** The units before one that failed. */
function before(units: readonly Instant[], failure: JobOutcome["failure"]): readonly Instant[] {
  return failure === undefined ? units : units.filter((unit) => unit < failure.unit);
}

/** Divides units into runs whose input files are not too many bytes together. */
export function batches(compiled: CompiledJob, units: readonly Instant[], data: Data): readonly (readonly Instant[])[] {
  const all: Instant[][] = [];
  let bytes = Infinity;
  for (const unit of units) {
    const own =
      units.length === 1 ? 0 : unitInputs(compiled, unit, data).reduce((sum, i) => sum + inputBytes(i, data), 0);
    if (bytes + own > batchBytes) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)!.push(unit);
    bytes += own;
  }
  return all;
}

/** A job's scratch folder, here or on Spark: its name, and something random. */
const scratchName = /^(.*)-[0-9a-f]+$/;

/** What killed runs of the same job left, here or on Spark; the lock says that none is alive. */
function clearLeftovers(work: string, name: string): void {
  if (!existsSync(work)) return;
  for (const entry of readdirSync(work))
    if (scratchName.exec(entry)?.[1] === name) rmSync(join(work, entry), { recursive: true, force: true });
}

/** Clears what killed runs of any job left, also of those that have nothing to do now. */
export function clearAfterKills(data: Data): void {
  const work = data.own("work");
  if (!existsSync(work)) return;
  for (const name of new Set(readdirSync(work).flatMap((entry) => scratchName.exec(entry)?.[1] ?? []))) {
    let lock: Lock;
    try {
      lock = lockJob(data.own("locks"), name);
    } catch (error) {
      if (isHowdahError(error) && error.code === "LOCKED") continue;
      throw error;
    }
    onDisk("clear what a killed run left", work, () => clearLeftovers(work, name));
    lock.release();
  }
}
