import { join, resolve } from "node:path";
import { HowdahError } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { identityParameters } from "../jobs/compile.ts";
import { recordFile } from "../jobs/record.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { parametersOf } from "../oozie/el/index.ts";
import type { Parameter } from "../oozie/parameters.ts";
import type { FolderTarget } from "../project/config.ts";
import { externalDataSets, landedTimes } from "../project/landed.ts";
import type { Project } from "../project/load.ts";
import { resolveValues, type Values } from "../project/values.ts";
import { Data, Snapshot } from "./data.ts";
import { Engine } from "./engine.ts";

/** A project on a folder: its data, the values of its parameters, and an engine once somebody needs one. */
export interface LocalTarget {
  readonly project: Project;
  readonly data: Data;
  readonly values: Values;
  readonly engine: () => Promise<Engine>;
  readonly close: () => Promise<void>;
}

export interface LocalOptions {
  /** Another folder than the target's own. */
  readonly folder?: string;
  /** `-D name=value` */
  readonly given?: Readonly<Record<string, string>>;
  /** Reads each record, flag and content once: for what looks at everything and changes nothing. @default false */
  readonly snapshot?: boolean;
  /** The clock of what runs: `timestamp()`, and the times in records. Logs tell the machine's time. @default the machine's */
  readonly now?: () => Instant;
}

/** Opens a project's folder target. Nothing is written until something runs. */
export function openTarget(project: Project, target: FolderTarget, options: LocalOptions = {}): LocalTarget {
  const root = options.folder === undefined ? resolve(project.root, target.folder) : resolve(options.folder);
  const values = resolveValues({
    root: project.root,
    parameters: project.definitions.parameters,
    given: options.given ?? {},
    target: target.values(root),
    derive: (parameter, known) => earliestLanded(project, parameter, known),
  });
  refuseKeptSecrets(project, values);
  let engine: Promise<Engine> | undefined;
  const data =
    options.snapshot === true ? new Snapshot(root, values, options.now) : new Data(root, values, options.now);
  return {
    project,
    data,
    values,
    engine: () => (engine ??= Engine.open({ memory: target.memory, spill: data.own("spill") })),
    close: async () => {
      (await engine)?.close();
    },
  };
}

/** A secret in a job's parameters, or in what a coordinator gives its workflow, would stand in records. */
function refuseKeptSecrets({ jobs, definitions }: Project, values: Values): void {
  const refuse = (what: string, names: readonly string[], where: Place): void => {
    const secret = names.find((name) => values.isSecret(name));
    if (secret === undefined) return;
    throw new HowdahError(`${what} uses the parameter ${secret}, whose value is a secret: records would keep it`, {
      code: "SECRET",
      where,
      next: "use it in the environment of a shell action alone",
    });
  };
  for (const { job } of jobs.values()) refuse(`job ${job.name}`, identityParameters(job), job.at);
  for (const { name, run, at } of definitions.coordinators.values())
    refuse(`coordinator ${name}`, Object.values(run.values).flatMap(parametersOf), at);
}

/**
 * The earliest instance that all external data sets whose initial instance the parameter is have; or, where that is
 * earlier, the first that jobs have made: raw files that are gone since make nothing of it another beginning.
 */
function earliestLanded(project: Project, parameter: Parameter, values: Values): string | undefined {
  const beginsThere = ({ initial }: DataSet): boolean =>
    initial.node.is === "parameter" && initial.node.name === parameter.name;
  const waiting = externalDataSets(project).filter(beginsThere);
  if (waiting.length === 0) return undefined;
  const [first, ...others] = waiting.map((dataSet) => landedTimes(dataSet, values));
  const sets = others.map((times) => new Set(times));
  const landed = first!.filter((candidate) => sets.every((set) => set.has(candidate)));
  const made = [...project.jobs.values()].flatMap(({ job }) =>
    // One table of each job is enough, and a record stays when the flag is pruned.
    job.writes
      .slice(0, 1)
      .filter(beginsThere)
      .flatMap((dataSet) => landedTimes(dataSet, values, recordFile).slice(0, 1)),
  );
  const times = [...landed.slice(0, 1), ...made];
  return times.length === 0 ? undefined : formatOozieTime(Math.min(...times) as Instant);
}

/** Where a folder target's runs write what happened. */
export function logFile(data: Data, started: Date): string {
  return join(data.own("logs"), `${started.toISOString().replaceAll(/[:.]/g, "")}-run.jsonl`);
}
