import { formatTimeBy, type Instant } from "../core/time.ts";
import { columnsHash } from "../hive/table.ts";
import { identityParameters, type CompiledJob } from "../jobs/compile.ts";
import type { JobDataSet } from "../jobs/job.ts";
import type { InputRecord } from "../jobs/record.ts";
import { staleReasons, type Reason } from "../jobs/staleness.ts";
import { keyOfInstance, type Data } from "./data.ts";

/** An instance that a unit of a job declares as its input. */
export interface UnitInput {
  /** The relation's name in SQL. */
  readonly name: string;
  readonly dataSet: JobDataSet;
  readonly time: Instant;
  readonly instance: string;
}

/** The inputs that a job declares for one unit; instances before the initial one are none. */
export function unitInputs({ job }: CompiledJob, unit: Instant, data: Data): readonly UnitInput[] {
  return Object.entries(job.reads).flatMap(([name, read]) =>
    data.instances(read, unit).map((time) => ({
      name,
      dataSet: read.dataSet,
      time,
      instance: keyOfInstance(read.dataSet, time),
    })),
  );
}

/** Whether a job writes the data set that one of its inputs is of. */
export function isOwn({ job }: CompiledJob, dataSet: JobDataSet): boolean {
  return job.writes.some(({ name }) => name === dataSet.name);
}

/** The parameters that stand in the identity of a job's partitions. */
export function unitParameters({ job }: CompiledJob, data: Data): Readonly<Record<string, string>> {
  return Object.fromEntries(identityParameters(job).map((name) => [name, data.values.need(name)]));
}

export interface UnitState {
  readonly fresh: boolean;
  /** Some of its partitions were pruned, so it counts as fresh. */
  readonly pruned: boolean;
  /** Why not, each with the table that says so. */
  readonly reasons: readonly { readonly table: string; readonly reason: Reason }[];
}

/** Compares the partitions of a unit with what they would be now. */
export function unitState(compiled: CompiledJob, unit: Instant, data: Data): UnitState {
  const { job, hash } = compiled;
  const inputs = unitInputs(compiled, unit, data);
  const contents = inputs.map((input) => data.content(input.dataSet, input.time));
  const expectedInputs = inputs.map(({ dataSet, instance }, i) => ({
    dataSet: dataSet.name,
    instance,
    content: contents[i]!,
  }));
  const parameters = unitParameters(compiled, data);
  const records = job.writes.map((write) => data.record(write, unit));
  // A pruned unit counts as done until somebody asks for it.
  if (records.some((record) => record?.pruned !== undefined)) return { fresh: true, pruned: true, reasons: [] };
  const reasons = job.writes.flatMap((write, i) => {
    const record = data.isComplete(write, unit) ? records[i] : undefined;
    const expected = { job: hash, columns: columnsHash(write.table), parameters, inputs: expectedInputs };
    return staleReasons(expected, record).map((reason) => ({ table: write.table.fullName, reason }));
  });
  return { fresh: reasons.length === 0, pruned: false, reasons };
}

/** What the inputs of some units hold now, by data set and instance. */
export function contentsNow(inputs: readonly UnitInput[], data: Data): ReadonlyMap<string, string> {
  return new Map(inputs.map((input) => [inputKey(input), data.content(input.dataSet, input.time) ?? ""]));
}

/** The inputs of a unit as its records name them; those that `known` does not tell are asked for now. */
export function inputRecords(
  compiled: CompiledJob,
  unit: Instant,
  data: Data,
  known: ReadonlyMap<string, string>,
): readonly InputRecord[] {
  return unitInputs(compiled, unit, data).map((input) => ({
    dataSet: input.dataSet.name,
    instance: input.instance,
    content: known.get(inputKey(input)) ?? data.content(input.dataSet, input.time) ?? "",
  }));
}

function inputKey({ dataSet, instance }: UnitInput): string {
  return `${dataSet.name} ${instance}`;
}

export function unitKey({ job }: CompiledJob, unit: Instant): string {
  return formatTimeBy(job.key, unit);
}
