import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { hashOf } from "../core/hash.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { declaredParameters, identityParameters, type CompiledJob } from "../jobs/compile.ts";
import { isJob, isRawDataSet, isTableDataSet } from "../jobs/job.ts";
import { recordFormat, type PartitionRecord } from "../jobs/record.ts";
import type { Expected } from "../jobs/staleness.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { isExpr, type ElValue, type Expr } from "../oozie/el/index.ts";
import type { SqlJob } from "../oozie/actions/index.ts";
import { currentUser, readRecordFile, type Data } from "./data.ts";
import { onDisk, writeByRename } from "../project/disk.ts";

/*
 * An action that writes no table leaves nothing that tells that it is done, so it leaves a record of its own:
 * `_howdah/done/<coordinator>/<nominal>.json`.
 */

interface Action {
  readonly coordinator: Coordinator;
  readonly nominal: Instant;
  readonly inputs: Readonly<Record<string, ElValue>>;
}

/** What an action's record is about, beside the action. */
interface Surroundings {
  readonly data: Data;
  readonly project: { readonly jobs: ReadonlyMap<string, CompiledJob> };
}

function doneFile({ coordinator, nominal }: Action, { data }: Surroundings): string {
  return data.own("done", coordinator.name, `${formatOozieTime(nominal).replaceAll(":", "")}.json`);
}

/** The record that an action has left; undefined when it has not been done. */
export function doneRecord(action: Action, target: Surroundings): PartitionRecord | undefined {
  return readRecordFile(doneFile(action, target), "delete it; the next run does the action anew");
}

/** What the action's record would say now. */
export function expectedDone(action: Action, target: Surroundings): Expected {
  const { coordinator, nominal } = action;
  const { data, project } = target;
  const { workflow } = coordinator.run;
  const used = usedBy(workflow.body);
  return {
    job: hashOf({
      workflow: definitionText(workflow.body),
      jobs: Object.fromEntries(used.jobs.map(({ name }) => [name, project.jobs.get(name)?.hash ?? ""])),
    }),
    columns: "",
    parameters: { ...parameterValues(used.parameters, data), ...inputTexts(action) },
    inputs: Object.values(coordinator.reads).flatMap((one) => {
      const { dataSet } = one;
      return data.resolve(one, nominal, coordinator.timezone).times.map((time) => ({
        dataSet: dataSet.name,
        instance: formatOozieTime(time),
        content: contentOf(dataSet, time, data),
      }));
    }),
  };
}

interface Used {
  readonly jobs: readonly SqlJob[];
  readonly parameters: readonly string[];
}

/** The jobs and parameters that a part of a workflow uses. Paths are none: a folder that was copied is not stale. */
function usedBy(part: unknown): Used {
  if (typeof part !== "object" || part === null) return { jobs: [], parameters: [] };
  if (isExpr(part)) {
    const parameters = declaredParameters(part).filter(({ spec }) => spec.type !== "path");
    return { jobs: [], parameters: parameters.map(({ name }) => name) };
  }
  const kind = "kind" in part ? part.kind : undefined;
  if (kind === "job") {
    const job = part as SqlJob;
    return { jobs: [job], parameters: isJob(job) ? identityParameters(job) : [] };
  }
  // Where tables lie is a path.
  if (kind === "table") return { jobs: [], parameters: [] };
  const all = Object.values(part).map(usedBy);
  return { jobs: all.flatMap(({ jobs }) => jobs), parameters: all.flatMap(({ parameters }) => parameters) };
}

/** Secrets are left out: a record can be read by everybody who reads the data. */
function parameterValues(names: readonly string[], { values }: Data): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...new Set(names)].flatMap((name) => {
      const value = values.isSecret(name) ? undefined : values.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The values of the workflow's inputs, but for paths. A coordinator cannot give it secrets. */
function inputTexts({ coordinator, inputs }: Action): Readonly<Record<string, string>> {
  const { run } = coordinator;
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, value]) => {
      const source = run.values[name];
      const isPath = run.workflow.inputs[name] === "path" || (source !== undefined && namesPath(source));
      return isPath ? [] : [[name, String(value)]];
    }),
  );
}

function namesPath(value: Expr): boolean {
  const { node } = value;
  switch (node.is) {
    case "literal":
      return false;
    case "parameter":
      return declaredParameters(value).some(({ spec }) => spec.type === "path");
    case "join":
      return node.parts.some(namesPath);
    case "call":
      return node.fn === "coord:dataIn" || node.fn === "coord:dataOut" || node.args.some(namesPath);
  }
}

/** Leaves an action's record. */
export function keepDone(action: Action, target: Surroundings): void {
  const file = doneFile(action, target);
  const expected = expectedDone(action, target);
  const record: PartitionRecord = {
    format: recordFormat,
    identity: {
      ...expected,
      table: `coordinator/${action.coordinator.name}`,
      partition: formatOozieTime(action.nominal),
      inputs: expected.inputs.map((input) => ({ ...input, content: input.content ?? "" })),
      rows: 0,
      rejects: {},
      checks: [],
      content: "",
    },
    run: {
      engine: "none",
      files: [],
      bytes: 0,
      started: new Date(target.data.now()).toISOString(),
      seconds: 0,
      release: null,
      user: currentUser(),
    },
  };
  onDisk("keep that it is done", file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeByRename(file, `${file}.new`, `${JSON.stringify(record)}\n`);
  });
}

/** Everything of a definition but where it was written, and checks on rows, which change none: equal ones have equal texts. */
function definitionText(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => (key === "at" || key === "checks" ? undefined : member));
}

/** A data set that is neither a table nor raw files is known by its flag alone. */
function contentOf(dataSet: DataSet, time: Instant, data: Data): string | null {
  if (isTableDataSet(dataSet) || isRawDataSet(dataSet)) return data.content(dataSet, time);
  return data.isComplete(dataSet, time) ? "complete" : null;
}
