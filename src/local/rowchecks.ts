import { HowdahError } from "../core/errors.ts";
import { plus, type Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { heldRows } from "../jobs/rowchecks/compile.ts";
import { sampleLines, shownRows, type SampleRows } from "../jobs/rowchecks/message.ts";
import { judge, type UnitFacts, type Verdict } from "../jobs/rowchecks/verdict.ts";
import type { CheckPlan, CheckSpec } from "../jobs/spec.ts";
import type { SqlParts } from "../jobs/sql.ts";
import type { CheckWarning } from "./batch.ts";
import type { Contents } from "./compute.ts";
import type { Data } from "./data.ts";
import { engineError, fillParts, sqlName, sqlText, sqlValue, type Workspace } from "./engine.ts";
import { heldFolder } from "./held.ts";
import { unitInputs, unitKey } from "./units.ts";

/** What checks on rows are run on. */
export interface CheckedRange {
  readonly compiled: CompiledJob;
  readonly units: readonly Instant[];
  readonly data: Data;
  readonly contents: Contents;
}

/** Verdicts by the unit's key. */
export type Verdicts = ReadonlyMap<string, readonly Verdict[]>;

/** Runs all checks of a job on all units of a range: one statement, however many they are. */
export async function judgeUnits(range: CheckedRange, workspace: Workspace): Promise<Verdicts> {
  const { compiled, units } = range;
  const plan = compiled.checks.duckdb;
  if (plan.checks.length === 0) return new Map();
  if (plan.inputs.length > 0) await makeUnitInputs(range, workspace);
  const numbers = await numbersOf(range, plan, workspace);
  const verdicts = new Map<string, readonly Verdict[]>();
  for (const unit of units) {
    const key = unitKey(compiled, unit);
    const facts: UnitFacts = {
      number: ({ source, place }) => numbers.get(`${source} ${key}`)?.[place] ?? "0",
      rows: (table) => rowsOf(range, table, key),
      before: (table, last) => rowsBefore(range, unit, table, last),
    };
    verdicts.set(key, judge(plan, facts));
  }
  return verdicts;
}

/** The numbers that each source gives of each unit, by `source unit`. */
async function numbersOf(
  range: CheckedRange,
  plan: CheckPlan,
  workspace: Workspace,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { compiled } = range;
  const keys = new Set(range.units.map((unit) => unitKey(compiled, unit)));
  const selects = new Map(sourcesOf(plan).map((source) => [source, filled(plan.sources[source]!, range)]));
  const found = new Map<string, readonly string[]>();
  if (selects.size === 0) return found;
  let rows: readonly (readonly unknown[])[];
  try {
    rows = await workspace.rows([...selects.values()].join("\nunion all\n"));
  } catch (error) {
    throw await brokenCheck(error, selects, range, plan, workspace);
  }
  for (const [source, unit, numbers] of rows) {
    if (typeof unit !== "string" || !keys.has(unit)) throw strayRow(String(unit), Number(source), range, plan);
    found.set(`${Number(source)} ${unit}`, String(numbers).split(" "));
  }
  return found;
}

/** Finds the check whose SQL the engine does not take: together they do not tell. */
async function brokenCheck(
  error: unknown,
  selects: ReadonlyMap<number, string>,
  range: CheckedRange,
  plan: CheckPlan,
  workspace: Workspace,
): Promise<HowdahError> {
  for (const [source, select] of selects) {
    try {
      await workspace.rows(select);
    } catch (own) {
      const checks = ofSource(plan, source);
      const names = checks.map(({ name }) => JSON.stringify(name)).join(", ");
      return engineError(own, `${range.compiled.job.name}: check ${names}`, placeOf(range.compiled, checks[0]));
    }
  }
  return engineError(error, `${range.compiled.job.name}: its checks`, range.compiled.job.sql);
}

function strayRow(unit: string, source: number, { compiled }: CheckedRange, plan: CheckPlan): HowdahError {
  const [check] = ofSource(plan, source);
  return new HowdahError(
    `${compiled.job.name}: check ${JSON.stringify(check?.name)} gives a row whose ${compiled.keyColumn} is ${unit}, which is not among the units that run`,
    {
      code: "STRAY_ROW",
      fault: "run",
      where: placeOf(compiled, check),
      next: "let the SELECT keep to the rows of the relation `units`",
    },
  );
}

/** The sources that some check of a plan asks for: all, unless checks were left out of it. */
export function sourcesOf({ checks }: Pick<CheckPlan, "checks">): readonly number[] {
  const used = new Set(checks.flatMap(({ numbers }) => numbers.flat().map(({ source }) => source)));
  return [...used].sort((a, b) => a - b);
}

function ofSource({ checks }: CheckPlan, source: number): readonly CheckSpec[] {
  return checks.filter(({ numbers }) => numbers.flat().some((number) => number.source === source));
}

/** Where a check is declared; one that no definition has stands in the job's file. */
function placeOf({ job }: CompiledJob, check: CheckSpec | undefined): HowdahError["where"] & string {
  const declared = [...job.writes.flatMap(({ table }) => table.checks), ...job.checks];
  const at = declared.find(({ name }) => name === check?.name)?.at;
  return at === undefined ? job.sql : `${at.file}:${at.line}`;
}

/** The relation `unit_inputs`: which instances of a read belong to which unit. */
async function makeUnitInputs({ compiled, units, data }: CheckedRange, workspace: Workspace): Promise<void> {
  const wanted = new Set(compiled.checks.duckdb.inputs);
  await workspace.run("create table unit_inputs (_read varchar, _instance varchar, _unit varchar)");
  const rows = units.flatMap((unit) =>
    unitInputs(compiled, unit, data)
      .filter(({ name }) => wanted.has(name))
      .map(({ name, instance }) => `(${[name, instance, unitKey(compiled, unit)].map(sqlText).join(", ")})`),
  );
  if (rows.length > 0) await workspace.run(`insert into unit_inputs values ${rows.join(", ")}`);
}

/** How many rows a partition of the range has. */
function rowsOf({ contents }: CheckedRange, table: string, unit: string): number {
  return contents.get(table)?.get(unit)?.rows ?? 0;
}

/** Rows of the partitions before a unit's, the nearest first: of the range itself, or as their records tell. */
function rowsBefore(range: CheckedRange, unit: Instant, table: string, last: number): readonly number[] {
  const { compiled, data } = range;
  const write = compiled.job.writes.find((one) => one.table.fullName === table)!;
  const found: number[] = [];
  for (let i = 1; i <= last; i++) {
    const time = plus(unit, compiled.job.every, -i);
    const inRange = range.units.includes(time);
    const count = inRange ? rowsOf(range, table, unitKey(compiled, time)) : data.record(write, time)?.identity.rows;
    if (count !== undefined) found.push(count);
  }
  return found;
}

/** SQL of a check with the values of parameters; `held` is what stands for the partition behind FROM. */
export function filled(
  parts: SqlParts,
  { compiled, data }: Pick<CheckedRange, "compiled" | "data">,
  held = "",
): string {
  const types = new Map(compiled.parameters.map(({ name, spec }) => [name, spec.type]));
  return fillParts(parts, (name) =>
    name === heldRows ? held : sqlValue(types.get(name) ?? "string", data.values.need(name)),
  );
}

/** The first of some units, in order, of which a check fails. */
export function firstFailing(
  { compiled }: CheckedRange,
  units: readonly Instant[],
  verdicts: Verdicts,
): { readonly unit: Instant; readonly failed: readonly Verdict[] } | undefined {
  for (const unit of units) {
    const failed = verdicts.get(unitKey(compiled, unit))?.filter(({ outcome }) => outcome === "failed") ?? [];
    if (failed.length > 0) return { unit, failed };
  }
  return undefined;
}

/** What is told of a unit that fails its checks: each with its numbers, some of the rows, and how to see them all. */
export async function failedChecks(
  range: CheckedRange,
  unit: Instant,
  failed: readonly Verdict[],
  workspace: Workspace,
): Promise<HowdahError> {
  const { compiled, data } = range;
  const { name } = compiled.job;
  const key = unitKey(compiled, unit);
  const folder = heldFolder(data, name, key);
  let next = `the partitions were kept aside in ${folder}: mend what is wrong, and run again`;
  const lines = await linesOfChecks(range, unit, failed, workspace, ({ table, shown }) => {
    const held = table === null ? "" : `read_parquet(${sqlText(`${folder}/${table}/*.parquet`)})`;
    const query = filled(shown!, range, held);
    // An own SELECT asks for tables as the job sees them, which are not published.
    if (table !== null && !next.startsWith("howdah")) next = `howdah query "${query}"`;
    return `  ${query}`;
  });
  return new HowdahError(lines.join("\n"), { code: "CHECK_FAILED", fault: "run", where: folder, next });
}

/** What is said of a unit that fails its checks: each with its numbers and some of the rows, and how to ask for all. */
export async function linesOfChecks(
  range: CheckedRange,
  unit: Instant,
  failed: readonly Verdict[],
  workspace: Workspace,
  queryOf?: (check: CheckSpec) => string,
): Promise<readonly string[]> {
  const { compiled } = range;
  const key = unitKey(compiled, unit);
  const lines = [`${compiled.job.name} ${key}: check failed: ${failed.map(({ check }) => check.name).join(", ")}`];
  for (const { check, text } of failed) {
    lines.push(`  ${text}`);
    const sample = await sampleOf(range, key, check, workspace);
    if (sample === undefined || sample.rows.length === 0) continue;
    lines.push(...sampleLines(sample), ...(queryOf === undefined ? [] : [queryOf(check)]));
  }
  return lines;
}

/** Some of the rows of a unit that break a check; undefined where numbers tell everything. */
export async function sampleOf(
  range: CheckedRange,
  unit: string,
  { rows }: CheckSpec,
  workspace: Workspace,
): Promise<SampleRows | undefined> {
  if (rows === undefined) return undefined;
  const key = sqlName(range.compiled.keyColumn);
  const found = await workspace.table(
    `select cast(columns(* exclude ${key}) as varchar) from (select * from (\n${filled(rows, range)}\n) as r where ${key} = ${sqlText(unit)} order by all nulls first limit ${shownRows}) as s`,
  );
  return found as SampleRows;
}

/** What warned of the units that were published; of each check some rows of the first unit that it warned of. */
export async function warningsOf(
  range: CheckedRange,
  published: readonly Instant[],
  verdicts: Verdicts,
  workspace: Workspace,
): Promise<readonly CheckWarning[]> {
  const { compiled } = range;
  const warnings: CheckWarning[] = [];
  for (const unit of published) {
    const key = unitKey(compiled, unit);
    for (const { check, outcome, measured, text } of verdicts.get(key) ?? []) {
      if (outcome !== "warned") continue;
      const { name, table } = check;
      const isFirst = !warnings.some((one) => one.check === name && one.table === table);
      const sample = isFirst ? await sampleOf(range, key, check, workspace) : undefined;
      const lines = sample === undefined || sample.rows.length === 0 ? [] : sampleLines(sample);
      warnings.push({ job: compiled.job.name, unit: key, check: name, table, measured, text, lines });
    }
  }
  return warnings;
}
