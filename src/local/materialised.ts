import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { HowdahError, isHowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { reasonText, staleReasons } from "../jobs/staleness.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import { choiceText } from "../oozie/resolve.ts";
import type { ElValue, Scope } from "../oozie/el/index.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { currentUser, readRecord, type Data } from "./data.ts";
import { doneRecord, expectedDone } from "./done.ts";
import type { LocalTarget } from "./target.ts";
import { unitInputs, unitState } from "./units.ts";
import { inputValues } from "./scope.ts";
import { jobsOnPath, type JobOnPath } from "./walk.ts";

/** How an action stands before it runs. */
export interface Standing {
  /** All that it makes is there, as it would be made now. */
  readonly fresh: boolean;
  /** Why it is not. */
  readonly why: readonly string[];
  /** Flags that are not there of what its stale units read, but for those that these units make themselves. */
  readonly gone: readonly string[];
  /** Some of what it makes was pruned: it is made again only when somebody asks for it. */
  readonly pruned: boolean;
  /** The jobs on its path; undefined when they cannot be known before it runs. */
  readonly jobs: readonly JobOnPath[] | undefined;
  /** Flags of what its jobs make. */
  readonly outputs: readonly string[];
}

/** An action of a coordinator for one nominal time, on a folder. */
export class MaterialisedAction {
  readonly coordinator: Coordinator;
  readonly nominal: Instant;
  /** Its place among the actions of its coordinator. */
  readonly index: number;
  readonly #target: LocalTarget;
  /** Which instances it reads does not follow from its time alone, so it is asked each time. */
  readonly #looks: boolean;
  #inputs: Readonly<Record<string, ElValue>> | undefined;
  #inputFlags: readonly string[] | undefined;

  constructor(coordinator: Coordinator, nominal: Instant, index: number, target: LocalTarget) {
    this.coordinator = coordinator;
    this.nominal = nominal;
    this.index = index;
    this.#target = target;
    this.#looks = Object.values(coordinator.reads).some(({ is }) => is === "latest" || is === "future");
  }

  /** Values of its workflow's inputs. */
  get inputs(): Readonly<Record<string, ElValue>> {
    if (this.#looks) this.#inputs = undefined;
    const { coordinator } = this;
    return (this.#inputs ??= inputValues(coordinator.run.values, actionScope(this, this.#target)));
  }

  /** Flags that must be there before it starts; what cannot be resolved yet stands among them by name. */
  get inputFlags(): readonly string[] {
    if (this.#looks) this.#inputFlags = undefined;
    return (this.#inputFlags ??= flagsOf(this.coordinator.reads, this, this.#target));
  }

  get label(): string {
    return `${this.coordinator.name} ${formatOozieTime(this.nominal)}`;
  }

  /** Asks the folder; the answer is of this moment. */
  standing(): Standing {
    const { data, project } = this.#target;
    const { workflow } = this.coordinator.run;
    const jobs = jobsOnPath(workflow, this.inputs, { data, jobs: project.jobs });
    if (jobs === undefined || jobs.length === 0) {
      const reasons = staleReasons(expectedDone(this, this.#target), doneRecord(this, this.#target));
      return { fresh: reasons.length === 0, why: reasons.map(reasonText), gone: [], pruned: false, jobs, outputs: [] };
    }
    const states = jobs.flatMap(({ compiled, units }) =>
      units.map((unit) => ({ compiled, unit, ...unitState(compiled, unit, data) })),
    );
    const why = states.flatMap(({ compiled, reasons }) =>
      reasons.map(({ reason }) => `${compiled.job.name}: ${reasonText(reason)}`),
    );
    const stale = states.filter(({ fresh }) => !fresh);
    const made = new Set(stale.flatMap(({ compiled, unit }) => outputsOf(compiled, unit, data)));
    const read = stale.flatMap(({ compiled, unit }) => inputsOf(compiled, unit, data));
    return {
      fresh: stale.length === 0,
      why: [...new Set(why)],
      pruned: states.some(({ pruned }) => pruned),
      gone: read.filter((flag) => !made.has(flag) && !existsSync(flag)),
      jobs,
      outputs: states.flatMap(({ compiled, unit }) => outputsOf(compiled, unit, data)),
    };
  }

  /** Flags of all that it makes, also of what its coordinator alone says that it writes. */
  made({ outputs }: Standing): readonly string[] {
    return [...outputs, ...flagsOf(this.coordinator.writes, this, this.#target)];
  }

  /** Flags of all that it reads, also of what its jobs alone declare. */
  read({ jobs = [] }: Standing): readonly string[] {
    const { data } = this.#target;
    const ofJobs = jobs.flatMap(({ compiled, units }) => units.flatMap((unit) => inputsOf(compiled, unit, data)));
    return [...this.inputFlags, ...ofJobs];
  }
}

function inputsOf(compiled: CompiledJob, unit: Instant, data: Data): readonly string[] {
  return unitInputs(compiled, unit, data).map(({ dataSet, time }) => data.flag(dataSet, time));
}

function outputsOf({ job }: CompiledJob, unit: Instant, data: Data): readonly string[] {
  return job.writes.map((write) => data.flag(write, unit));
}

/** Whether everything that an action's jobs make is there or was pruned, fresh or not. */
export function isMade({ outputs }: Standing): boolean {
  const isThere = (flag: string): boolean => existsSync(flag) || readRecord(dirname(flag))?.pruned !== undefined;
  return outputs.length > 0 && outputs.every(isThere);
}

/** The data sets that a coordinator's actions write, through its jobs or by its own word. */
export function writtenBy(coordinator: Coordinator, { jobs = [] }: Standing): readonly DataSet[] {
  return [
    ...Object.values(coordinator.writes).map(({ dataSet }) => dataSet),
    ...jobs.flatMap(({ compiled }) => compiled.job.writes),
  ];
}

/** No nominal time is at or after it; a coordinator whose end has no value here has none. */
export function endOf({ end }: Coordinator, { data }: LocalTarget): Instant {
  try {
    return data.time(end);
  } catch (error) {
    if (isHowdahError(error) && error.code === "EL_PARAMETER") return Number.MAX_SAFE_INTEGER as Instant;
    throw error;
  }
}

function flagsOf(
  events: Coordinator["reads"],
  { coordinator, nominal }: MaterialisedAction,
  { data }: LocalTarget,
): readonly string[] {
  return Object.values(events).flatMap((event) => {
    const { times, unresolved, refused } = data.resolve(event, nominal, coordinator.timezone);
    const name = `${choiceText(event)} of ${event.dataSet.name}`;
    if (refused !== undefined)
      throw new HowdahError(`${coordinator.name} ${formatOozieTime(nominal)}: ${name}: ${refused}`, {
        code: "INSTANCES",
        where: event.at,
      });
    return [...times.map((time) => data.flag(event.dataSet, time)), ...(unresolved === undefined ? [] : [name])];
  });
}

/** The scope in which a coordinator gives values to its workflow. */
function actionScope({ coordinator, nominal }: MaterialisedAction, { data, values }: LocalTarget): Scope {
  const uris = (events: Coordinator["reads"], name: ElValue | undefined): string | undefined => {
    const event = events[String(name)];
    if (event === undefined) return undefined;
    const { times } = data.resolve(event, nominal, coordinator.timezone);
    // Oozie lists the newest first, but for what it looks for in the future.
    const folders = times.map((time) => data.folder(event.dataSet, time));
    return (event.is === "future" ? folders : folders.reverse()).join(",");
  };
  return {
    parameter: (name) => values.get(name),
    call: (fn, args) => {
      switch (fn) {
        case "coord:nominalTime":
          return formatOozieTime(nominal);
        // Here an action is created when its time has come.
        case "coord:actualTime":
          return formatOozieTime(nominal);
        case "coord:actionId":
          return `${coordinator.name}@${formatOozieTime(nominal)}`;
        case "coord:name":
          return coordinator.name;
        case "coord:user":
          return currentUser();
        case "coord:dataIn":
          return uris(coordinator.reads, args[0]);
        case "coord:dataOut":
          return uris(coordinator.writes, args[0]);
        default:
          return undefined;
      }
    },
  };
}
