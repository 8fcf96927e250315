import { didYouMean, HowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import { columnsHash } from "../hive/table.ts";
import { tablesInOrder, type CompiledJob } from "../jobs/compile.ts";
import { isTableDataSet, type Job } from "../jobs/job.ts";
import type { CheckRecord } from "../jobs/record.ts";
import { sampleLines } from "../jobs/rowchecks/message.ts";
import type { CheckSpec } from "../jobs/spec.ts";
import { mentions } from "../jobs/sql.ts";
import { landedTimes } from "../project/landed.ts";
import type { Contents } from "./compute.ts";
import { keyOfInstance, type Data } from "./data.ts";
import { sqlText, type Workspace } from "./engine.ts";
import { loadInputs, makeUnits, viewPartitions } from "./inputs.ts";
import { filled, judgeUnits, sampleOf, sourcesOf, type CheckedRange } from "./rowchecks.ts";
import { batches } from "./runjob.ts";
import type { LocalTarget } from "./target.ts";
import { unitInputs, unitKey } from "./units.ts";

export interface MadeRequest {
  /** Full names of tables: their own checks, and those of the jobs that write them. @default every table of every job */
  readonly tables?: readonly string[];
  /** @default the first partition */
  readonly from?: Instant;
  /** No partition is at or after it. @default none */
  readonly until?: Instant;
  readonly signal?: AbortSignal;
}

/** What became of a check on partitions that there are. */
export interface MadeCheck {
  readonly job: string;
  readonly check: string;
  /** The table that declares it; null: the job. */
  readonly table: string | null;
  readonly severity: CheckSpec["severity"];
  /** How many units hold it. */
  readonly passed: number;
  /** How many have too few partitions before them for a verdict. */
  readonly unknown: number;
  /** Units that do not hold it, in order. */
  readonly broken: readonly BrokenUnit[];
  /** Units of which it could not be run, and why. */
  readonly unchecked: readonly { readonly unit: string; readonly why: string }[];
  /** Some rows of the first unit that does not hold it, as lines; none where numbers tell everything. */
  readonly lines: readonly string[];
  /** The query for all rows of that unit. */
  readonly query: string | null;
}

export interface BrokenUnit {
  readonly unit: string;
  readonly measured: readonly string[];
  readonly text: string;
}

/**
 * Runs declared checks on the partitions that lie on a folder, and changes nothing: what was made before a check was
 * declared was never judged by it. Throws `NAME_UNKNOWN`, and `NOTHING_TO_CHECK` where it would judge nothing.
 */
export async function checkMade(target: LocalTarget, request: MadeRequest = {}): Promise<readonly MadeCheck[]> {
  const { project } = target;
  const names = request.tables ?? [];
  const known = [...project.definitions.tables.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new HowdahError(`there is no table ${unknown}${didYouMean(unknown, known)}`, {
      code: "NAME_UNKNOWN",
      next: `the project has ${known.join(", ")}`,
    });
  const chosen = [...project.jobs.values()]
    .map((compiled) => new MadeJob(compiled, target.data, names))
    .filter(({ checks }) => checks.length > 0);
  const about = names.length === 0 ? "the project" : names.join(", ");
  if (chosen.length === 0) throw nothing(`no check on rows is declared for ${about}`, "docs/row-checks.md shows how");
  const found: MadeCheck[] = [];
  for (const job of chosen) found.push(...(await job.run(target, request)));
  if (found.some(({ passed, unknown, broken, unchecked }) => passed + unknown + broken.length + unchecked.length > 0))
    return found;
  throw nothing(
    `there is no partition ${request.from === undefined && request.until === undefined ? "" : "in the range "}of ${about}`,
    "howdah run makes them; --from and --until choose among those that there are",
    target.data.root,
  );
}

function nothing(why: string, next: string, where?: string): HowdahError {
  return new HowdahError(why, { code: "NOTHING_TO_CHECK", next, ...(where === undefined ? {} : { where }) });
}

/** Units of which the same checks can be run. */
interface Group {
  readonly checks: readonly CheckSpec[];
  readonly units: Instant[];
}

/** What of a check is not told by its definition. */
interface Findings {
  passed: number;
  unknown: number;
  readonly broken: BrokenUnit[];
  readonly unchecked: { readonly unit: string; readonly why: string }[];
  lines: readonly string[];
  query: string | null;
}

class MadeJob {
  readonly checks: readonly CheckSpec[];
  readonly #compiled: CompiledJob;
  readonly #data: Data;
  readonly #findings = new Map<CheckSpec, Findings>();
  /** The relations that each check asks for. */
  readonly #relations = new Map<CheckSpec, readonly string[]>();

  constructor(compiled: CompiledJob, data: Data, names: readonly string[]) {
    this.#compiled = compiled;
    this.#data = data;
    const writes = compiled.job.writes.map(({ table }) => table.fullName);
    const isMeant = names.length === 0 || writes.some((name) => names.includes(name));
    this.checks = compiled.checks.duckdb.checks.filter(
      ({ table }) => isMeant && (table === null || names.length === 0 || names.includes(table)),
    );
    for (const check of this.checks) {
      this.#findings.set(check, { passed: 0, unknown: 0, broken: [], unchecked: [], lines: [], query: null });
      this.#relations.set(check, this.#relationsOf(check));
    }
  }

  async run(target: LocalTarget, { from, until, signal }: MadeRequest): Promise<readonly MadeCheck[]> {
    const { job } = this.#compiled;
    const times = new Set(job.writes.flatMap((write) => landedTimes(write, this.#data.values)));
    const units = [...times]
      .filter((time) => time >= (from ?? -Infinity) && time < (until ?? Infinity))
      .sort((a, b) => a - b);
    const engine = await target.engine();
    const interrupt = (): void => engine.interrupt();
    signal?.addEventListener("abort", interrupt);
    try {
      for (const group of this.#groups(units))
        for (const batch of batches(this.#narrowed(group.checks), group.units, this.#data)) {
          signal?.throwIfAborted();
          await engine.workspace((workspace) => this.#judge(group.checks, batch, workspace));
        }
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
    return this.checks.map((check) => {
      const { name, table, severity } = check;
      return { job: job.name, check: name, table, severity, ...this.#findings.get(check)! };
    });
  }

  /** What a check's SQL mentions; also where the name means something else there, which asks for too much alone. */
  #relationsOf(check: CheckSpec): readonly string[] {
    const { job, checks } = this.#compiled;
    const sql = [...sourcesOf({ checks: [check] }).map((source) => checks.duckdb.sources[source]!), check.rows ?? []];
    const names = [...Object.keys(job.reads), ...job.writes.map(({ table }) => table.fullName)];
    return names.filter(
      (name) => name === check.table || name === check.history?.table || sql.some((parts) => mentions(parts, name)),
    );
  }

  #groups(units: readonly Instant[]): Iterable<Group> {
    const groups = new Map<string, Group>();
    for (const unit of units) {
      const lacks = new Map<string, string | undefined>();
      const lackOf = (relation: string): string | undefined => {
        if (!lacks.has(relation)) lacks.set(relation, this.#lack(relation, unit));
        return lacks.get(relation);
      };
      const checks = this.checks.filter((check) => {
        const why = this.#relations
          .get(check)!
          .map(lackOf)
          .find((lack) => lack !== undefined);
        if (why !== undefined) this.#findings.get(check)!.unchecked.push({ unit: unitKey(this.#compiled, unit), why });
        return why === undefined;
      });
      if (checks.length === 0) continue;
      const id = checks.map((check) => this.checks.indexOf(check)).join(" ");
      const group = groups.get(id) ?? { checks, units: [] };
      group.units.push(unit);
      groups.set(id, group);
    }
    return groups.values();
  }

  /** Why a relation does not have what a unit asks of it. */
  #lack(relation: string, unit: Instant): string | undefined {
    const write = this.#compiled.job.writes.find(({ table }) => table.fullName === relation);
    const asked =
      write === undefined
        ? unitInputs(this.#compiled, unit, this.#data).filter(({ name }) => name === relation)
        : [{ dataSet: write, time: unit, instance: keyOfInstance(write, unit) }];
    for (const { dataSet, time, instance } of asked) {
      const record = isTableDataSet(dataSet) ? this.#data.record(dataSet, time) : undefined;
      if (!this.#data.isComplete(dataSet, time))
        return `${dataSet.name} ${instance} is ${record?.pruned === undefined ? "not there" : "pruned"}`;
      if (isTableDataSet(dataSet) && record?.identity.columns !== columnsHash(dataSet.table))
        return `${dataSet.name} ${instance} was written ${record === undefined ? "without a record" : "with other columns"}`;
    }
    return undefined;
  }

  /** The job with no reads and checks but those that are asked for. */
  #narrowed(checks: readonly CheckSpec[]): CompiledJob {
    const { job, checks: plans } = this.#compiled;
    const relations = new Set(checks.flatMap((check) => this.#relations.get(check)!));
    const reads = Object.fromEntries(Object.entries(job.reads).filter(([name]) => relations.has(name)));
    const narrowed: Job = { ...job, reads };
    return { ...this.#compiled, job: narrowed, checks: { duckdb: { ...plans.duckdb, checks }, spark: plans.spark } };
  }

  async #judge(checks: readonly CheckSpec[], units: readonly Instant[], workspace: Workspace): Promise<void> {
    const compiled = this.#narrowed(checks);
    const data = this.#data;
    const unreadable = await loadInputs({ compiled, units, data }, workspace);
    if (unreadable !== undefined) throw unreadable.error;
    await makeUnits({ compiled }, units, workspace);
    const contents = await this.#viewTables(checks, units, workspace);
    const range: CheckedRange = { compiled, units, data, contents };
    const verdicts = await judgeUnits(range, workspace);
    for (const unit of units) {
      const key = unitKey(compiled, unit);
      for (const { check, outcome, measured, text } of verdicts.get(key)!) {
        const found = this.#findings.get(check)!;
        if (outcome === "passed" || outcome === "unknown") found[outcome] += 1;
        else {
          // Units of which fewer checks can be run come later, whenever they are.
          if (found.broken.every((one) => key < one.unit))
            Object.assign(found, await this.#shown(range, key, check, workspace));
          found.broken.push({ unit: key, measured, text });
        }
      }
    }
    for (const { broken } of this.#findings.values()) broken.sort((a, b) => (a.unit < b.unit ? -1 : 1));
  }

  /** Makes the tables that checks ask for, of the units' partitions, and counts their rows. */
  async #viewTables(checks: readonly CheckSpec[], units: readonly Instant[], workspace: Workspace): Promise<Contents> {
    const { keyColumn } = this.#compiled;
    const wanted = new Set(checks.flatMap((check) => this.#relations.get(check)!));
    const contents = new Map<string, Map<string, { rows: number; content: string }>>();
    for (const write of tablesInOrder(this.#compiled)) {
      const { fullName, database } = write.table;
      if (!wanted.has(fullName)) continue;
      await workspace.run(`create schema if not exists ${database.name}`);
      const partitions = units.map((time) => ({ time, instance: keyOfInstance(write, time) }));
      await viewPartitions(fullName, write, partitions, this.#data, keyColumn, workspace);
      const counted = await workspace.rows(`select ${keyColumn}, count(*) from ${fullName} group by 1`);
      contents.set(fullName, new Map(counted.map(([key, rows]) => [String(key), { rows: Number(rows), content: "" }])));
    }
    return contents;
  }

  async #shown(
    range: CheckedRange,
    unit: string,
    check: CheckSpec,
    workspace: Workspace,
  ): Promise<Pick<Findings, "lines" | "query">> {
    const sample = await sampleOf(range, unit, check, workspace);
    if (sample === undefined || sample.rows.length === 0) return { lines: [], query: null };
    const key = `${this.#compiled.keyColumn} = ${sqlText(unit)}`;
    const partition = check.table === null ? "" : `(select * from ${check.table} where ${key}) as p`;
    return { lines: sampleLines(sample), query: filled(check.shown!, range, partition) };
  }
}

/** How a check fares over all units: `unknown` where it was judged of none. */
export function outcomeOf({ passed, broken, severity }: MadeCheck): CheckRecord["outcome"] {
  if (broken.length === 0) return passed === 0 ? "unknown" : "passed";
  return severity === "warn" ? "warned" : "failed";
}
