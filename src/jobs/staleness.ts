import type { InputRecord, PartitionRecord } from "./record.ts";

/** What a partition would say of itself if it were made now, as far as that is known without making it. */
export interface Expected {
  readonly job: string;
  readonly columns: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** `content` is null when the input is gone: nothing can be said of it. */
  readonly inputs: readonly (Omit<InputRecord, "content"> & { readonly content: string | null })[];
}

/** Why a partition has to be made (again), in words that stand behind its name. */
export type Reason =
  | { readonly is: "missing" }
  | { readonly is: "job" }
  | { readonly is: "parameter"; readonly name: string; readonly was: string | null; readonly now: string | null }
  | { readonly is: "inputs" }
  | { readonly is: "input"; readonly dataSet: string; readonly instance: string };

/**
 * Compares what a partition's record says with what is there now. A partition is stale when the job, a declared
 * parameter, the set of declared inputs or an input's content differs. An input that is gone makes nothing stale; a
 * pruned partition never is.
 */
export function staleReasons(expected: Expected, record: PartitionRecord | undefined): readonly Reason[] {
  if (record === undefined) return [{ is: "missing" }];
  if (record.pruned !== undefined) return [];
  const { identity } = record;
  const reasons: Reason[] = [];
  if (identity.job !== expected.job || identity.columns !== expected.columns) reasons.push({ is: "job" });
  for (const name of new Set([...Object.keys(identity.parameters), ...Object.keys(expected.parameters)])) {
    const was = identity.parameters[name] ?? null;
    const now = expected.parameters[name] ?? null;
    if (was !== now) reasons.push({ is: "parameter", name, was, now });
  }
  const known = new Map(identity.inputs.map((input) => [inputKey(input), input.content]));
  if (known.size !== expected.inputs.length || expected.inputs.some((input) => !known.has(inputKey(input))))
    reasons.push({ is: "inputs" });
  for (const input of expected.inputs) {
    const was = known.get(inputKey(input));
    if (was !== undefined && input.content !== null && was !== input.content)
      reasons.push({ is: "input", dataSet: input.dataSet, instance: input.instance });
  }
  return reasons;
}

function inputKey({ dataSet, instance }: Pick<InputRecord, "dataSet" | "instance">): string {
  return `${dataSet} ${instance}`;
}

/** `parameter top_spenders was 10, is 5` */
export function reasonText(reason: Reason): string {
  switch (reason.is) {
    case "missing":
      return "not made yet";
    case "job":
      return "the job changed";
    case "parameter":
      return `parameter ${reason.name} was ${reason.was ?? "not there"}, is ${reason.now ?? "gone"}`;
    case "inputs":
      return "it has other inputs";
    case "input":
      return `${reason.dataSet} ${reason.instance} changed`;
  }
}
