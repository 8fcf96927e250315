import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../core/hash.ts";
import { parseTimeBy, type Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { isRawDataSet, type TableDataSet } from "../jobs/job.ts";
import type { PartitionRecord } from "../jobs/record.ts";
import { reasonText } from "../jobs/staleness.ts";
import { actionName, type Foreseen } from "../local/foresee.ts";
import { heldFolder } from "../local/held.ts";
import type { LocalTarget } from "../local/target.ts";
import type { Failure, Told } from "../local/told.ts";
import { unitKey, unitState, type UnitState } from "../local/units.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { onDisk } from "../project/disk.ts";
import { dataFiles } from "../project/rawfolder.ts";
import type { CheckFacts, ErrorFacts, InstanceFacts } from "./facts.ts";

/** What instances are looked at with. */
export interface Surroundings {
  readonly target: LocalTarget;
  readonly foreseen: readonly Foreseen[];
  readonly told: Told;
  /** Who holds which lock. */
  readonly owners: ReadonlyMap<string, string>;
}

type Facts = Omit<InstanceFacts, "time" | "until">;

/** Says of instances how they stand. What is done, stale or waits is what `howdah run` says: it is asked, not guessed. */
export class Standings {
  readonly #around: Surroundings;
  /** The action that makes a unit, by job and unit. */
  readonly #makers = new Map<string, Foreseen>();
  readonly #units = new Map<string, UnitState>();

  constructor(around: Surroundings) {
    this.#around = around;
    for (const action of around.foreseen)
      for (const { compiled, units } of action.jobs ?? [])
        for (const unit of units) this.#makers.set(unitName(compiled, unit), action);
  }

  /** An instance that comes from outside. */
  arrived(dataSet: DataSet, time: Instant): Facts {
    const { data } = this.#around.target;
    const folder = data.folder(dataSet, time);
    const isComplete = data.isComplete(dataSet, time);
    if (!existsSync(folder)) return { state: "missing" };
    const files = filesOf(folder);
    const facts = { files: files.length, bytes: files.reduce((sum, bytes) => sum + bytes, 0) };
    if (isComplete) return { state: isRawDataSet(dataSet) && files.length === 0 ? "empty" : "done", ...facts };
    return files.length === 0
      ? { state: "missing" }
      : { state: "partial", ...facts, why: [`it has no ${dataSet.doneFlag}`] };
  }

  /** A partition that a job makes. */
  made(compiled: CompiledJob, write: TableDataSet, unit: Instant): Facts {
    const { data } = this.#around.target;
    const record = data.record(write, unit);
    const isComplete = data.isComplete(write, unit);
    const unitNow = this.#unit(compiled, unit);
    const reasons = unitNow.reasons.filter(({ table }) => table === write.table.fullName).map(({ reason }) => reason);
    const facts = record === undefined ? {} : recordFacts(record);
    if (record?.pruned !== undefined) return { state: "pruned", ...facts };
    if (isComplete && reasons.length === 0) {
      const { report } = this.#makers.get(unitName(compiled, unit)) ?? {};
      const why = report?.status === "may-run" ? { why: report.why } : {};
      return { state: record?.identity.rows === 0 ? "empty" : "done", ...facts, ...why };
    }
    const undone = this.#undone(compiled, unit);
    if (undone !== undefined) return { ...facts, ...undone };
    if (isComplete) {
      const isKept = this.#makers.get(unitName(compiled, unit))?.report.status === "kept";
      const kept = isKept ? ["something it was made of is gone, so it stays as it is"] : [];
      return { state: "stale", ...facts, why: [...reasons.map(reasonText), ...kept], ...this.#waits(compiled, unit) };
    }
    if (!existsSync(data.folder(write, unit)))
      return { state: "missing", ...this.#behind(compiled, unit), ...this.#waits(compiled, unit) };
    return { state: "partial", ...facts, why: [`it has no ${write.doneFlag}`], ...this.#waits(compiled, unit) };
  }

  /** An action of a coordinator whose workflow makes no table. */
  action(action: Foreseen): Facts {
    const { report, missing } = action;
    if (report.status === "fresh") return { state: "done" };
    const failure = this.#around.told.failures.get(actionName(action));
    if (failure !== undefined) return { state: "failed", error: this.#error(failure) };
    const waits = missing.length > 0 ? { waits: this.#near(missing) } : {};
    return { state: report.status === "kept" ? "stale" : "missing", why: report.why, ...waits };
  }

  /** What the scheduler found holds for all units of an action that is done; of others each unit is asked. */
  #unit(compiled: CompiledJob, unit: Instant): UnitState {
    const name = unitName(compiled, unit);
    const status = this.#makers.get(name)?.report.status;
    if (status === "fresh" || status === "may-run") return done;
    let state = this.#units.get(name);
    if (state === undefined) this.#units.set(name, (state = unitState(compiled, unit, this.#around.target.data)));
    return state;
  }

  /** What of a unit that is not fresh is under way, or has failed. */
  #undone(compiled: CompiledJob, unit: Instant): Pick<Facts, "state" | "why" | "error"> | undefined {
    const owner = this.#around.owners.get(compiled.job.name);
    if (owner !== undefined && this.#isBegun(compiled, unit))
      return { state: "running", why: [`${owner} makes it now`] };
    const held = this.#held(compiled, unit);
    const failure = this.#failure(compiled, unit);
    if (held.length > 0)
      return {
        state: "failed",
        error: failure ?? { message: "rows failed their checks and were kept aside", where: held[0]! },
      };
    if (failure !== undefined) return { state: "failed", error: failure };
    const rejected = this.#rejectsAlone(compiled, unit);
    return rejected === undefined ? undefined : { state: "failed", error: rejected };
  }

  /** Whether the live owner of a job's lock makes a unit: by its log, or without one because nothing hinders it. */
  #isBegun(compiled: CompiledJob, unit: Instant): boolean {
    const begun = this.#around.told.begun.get(compiled.job.name);
    if (begun === undefined) {
      const { report, missing } = this.#makers.get(unitName(compiled, unit)) ?? {};
      return report?.status === "would-run" && missing?.length === 0;
    }
    const [from, to] = [begun.from, begun.to].map((key) => parseTimeBy(compiled.job.key, key));
    return from !== undefined && to !== undefined && from <= unit && unit <= to;
  }

  /** The failure of the action that makes a unit, if this is the job at which it ended: those behind it just wait. */
  #failure(compiled: CompiledJob, unit: Instant): ErrorFacts | undefined {
    const action = this.#makers.get(unitName(compiled, unit));
    if (action === undefined) return undefined;
    const failure = this.#around.told.failures.get(actionName(action));
    if (failure === undefined) return undefined;
    return this.#firstUndone(action) === compiled ? this.#error(failure) : undefined;
  }

  /** The first job on an action's path whose units are not all fresh. */
  #firstUndone({ jobs = [] }: Foreseen): CompiledJob | undefined {
    return jobs.find(({ compiled, units }) => units.some((unit) => !this.#unit(compiled, unit).fresh))?.compiled;
  }

  /** Folders of what was computed of a unit and kept aside, because checks on its rows failed. */
  #held(compiled: CompiledJob, unit: Instant): readonly string[] {
    const { data } = this.#around.target;
    const folder = heldFolder(data, compiled.job.name, unitKey(compiled, unit));
    return existsSync(folder) ? this.#near([folder]) : [];
  }

  /** Of an hour that has too many rejects these alone are published: they are as they should be, all else is not. */
  #rejectsAlone(compiled: CompiledJob, unit: Instant): ErrorFacts | undefined {
    const { rejects, writes } = compiled.job;
    if (rejects === undefined || writes.length === 1) return undefined;
    const { data } = this.#around.target;
    const { reasons } = this.#unit(compiled, unit);
    const isStale = (write: TableDataSet): boolean => reasons.some(({ table }) => table === write.table.fullName);
    if (!data.isComplete(rejects.table, unit) || isStale(rejects.table)) return undefined;
    const own = data.record(rejects.table, unit);
    const others = writes.filter((write) => write !== rejects.table);
    // A run that was killed while it moved tables in leaves records of the same work; a failed one none.
    if (!others.every((write) => isStale(write) && !sameWork(data.record(write, unit), own))) return undefined;
    const counts = Object.entries(own?.identity.rejects ?? {}).filter(([, count]) => count > 0);
    return {
      message: `too many lines were rejected: ${counts.map(([name, count]) => `${count} of ${name}`).join(", ")}`,
      next: `howdah query "select * from ${rejects.table.table.fullName} where ${compiled.keyColumn} = '${unitKey(compiled, unit)}'"`,
    };
  }

  /** Why a unit is not made though nothing that its action reads need be missing: another job comes first. */
  #behind(compiled: CompiledJob, unit: Instant): Pick<Facts, "why"> {
    const action = this.#makers.get(unitName(compiled, unit));
    if (action === undefined) return { why: ["no coordinator runs its job"] };
    const first = this.#firstUndone(action);
    return first === undefined || first === compiled ? {} : { why: [`the job ${first.job.name} comes first`] };
  }

  #waits(compiled: CompiledJob, unit: Instant): Pick<Facts, "waits"> {
    const { missing = [] } = this.#makers.get(unitName(compiled, unit)) ?? {};
    return missing.length > 0 ? { waits: this.#near(missing) } : {};
  }

  #error({ message, where, next }: Failure): ErrorFacts {
    return {
      message: this.#near([message])[0]!,
      ...(where === undefined ? {} : { where: this.#near([where])[0]! }),
      ...(next === undefined ? {} : { next }),
    };
  }

  /** Texts with paths as they lie below the folder: a report is looked at elsewhere too. */
  #near(texts: readonly string[]): readonly string[] {
    const { root } = this.#around.target.data;
    return texts.map((text) => text.replaceAll(`${root}/`, ""));
  }
}

const done: UnitState = { fresh: true, pruned: false, reasons: [] };

function unitName(compiled: CompiledJob, unit: Instant): string {
  return `${compiled.job.name} ${unitKey(compiled, unit)}`;
}

/** Whether a record tells of the same job, parameters and inputs as another. */
function sameWork(record: PartitionRecord | undefined, other: PartitionRecord | undefined): boolean {
  if (record === undefined || other === undefined) return false;
  const [one, two] = [record, other].map(({ identity: { job, parameters, inputs } }) =>
    canonicalJson({ job, parameters, inputs: inputs.map((input) => ({ ...input })) }),
  );
  return one === two;
}

/** Sizes of the data files in a folder. */
function filesOf(folder: string): readonly number[] {
  return onDisk("read the instance", folder, () => dataFiles(folder).map((name) => statSync(join(folder, name)).size));
}

function recordFacts({ identity, run }: PartitionRecord): Partial<Facts> {
  const rejects = Object.entries(identity.rejects).filter(([, count]) => count > 0);
  const checks = checksOf([...identity.checks, ...(run.checks ?? [])]);
  return {
    rows: identity.rows,
    files: run.files.length,
    bytes: run.bytes,
    seconds: Math.round(run.seconds * 1000) / 1000,
    started: run.started,
    engine: run.engine,
    ...(run.release === null ? {} : { release: run.release }),
    ...(rejects.length > 0 ? { rejects: Object.fromEntries(rejects) } : {}),
    ...(checks.length > 0 ? { checks } : {}),
  };
}

/** What a record says of checks on rows; one of another howdah may say other things too. */
function checksOf(checks: readonly unknown[]): readonly CheckFacts[] {
  return checks.flatMap((check) => {
    if (typeof check !== "object" || check === null) return [];
    const { name, outcome, measured } = check as Readonly<Record<string, unknown>>;
    if (typeof name !== "string" || typeof outcome !== "string") return [];
    const shown = Array.isArray(measured) ? measured.map(String).join(" and ") : "";
    return { name, outcome, ...(shown === "" ? {} : { measured: shown }) };
  });
}
