import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { didYouMean, HowdahError } from "../../core/errors.ts";
import { formatOozieTime, minutes, parseOozieTime, parseTimeBy, plus, type Instant } from "../../core/time.ts";
import { isTableDataSet } from "../../jobs/job.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import { parametersOf, type ElValue } from "../../oozie/el/index.ts";
import { onDisk } from "../../project/disk.ts";
import { checkInstance } from "../../project/ingestguard.ts";
import { findProject, loadProject, targetOf, type Project } from "../../project/load.ts";
import type { FolderTarget } from "../../project/config.ts";
import type { Cell } from "../../project/query.ts";
import { Engine } from "../engine.ts";
import { foresee } from "../foresee.ts";
import { query } from "../query.ts";
import type { Replacements } from "../replace.ts";
import type { ActionStatus, RunReport } from "../report.ts";
import { run, windowOf, type RunRequest } from "../run.ts";
import { openTarget, type LocalTarget } from "../target.ts";
import { giveFlag, place, takeAway, type TestContent, type TestInstance } from "./place.ts";

/** A time: `"2012-03-01T08:00Z"`, or an instant. Of a data set also the key of its instance, `"20120301_08"`. */
export type Time = string | Instant;

/** A definition, by its name or itself. */
export type Named = string | { readonly name: string };

/** Nominal times in `from <= t < until`. */
export interface Window {
  /** @default the earliest start of the project's coordinators */
  readonly from?: Time;
  /** @default what is due now; without a clock of the test's own, the end of what has landed */
  readonly until?: Time;
}

export interface TestProjectOptions {
  /** The folder of the data; it stays afterwards. @default a temporary one, which `close` removes */
  readonly data?: string;
  /** What the time is, until `setNow`. Nothing after it is due. @default the machine's time, and all that has landed is due */
  readonly now?: Time;
  /** Values of parameters, as `-D` gives them. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** The folder target whose settings count. @default the project's only one, or its default */
  readonly target?: string;
}

export interface TestRun extends Window, Pick<RunRequest, "asRange" | "rerun" | "inputs" | "emit" | "signal"> {
  /** What happens in place of some actions, by their names. */
  readonly replace?: Replacements;
}

/** An action that is due, and how it stands. */
export interface Materialised {
  readonly coordinator: string;
  /** Its nominal time: `2012-03-01T08:00Z`. */
  readonly nominal: string;
  /** `would-run`, `may-run`, `waiting`, `fresh` (it is done) or `kept`. */
  readonly status: ActionStatus;
  readonly why: readonly string[];
  /** Flags that are not there yet, relative to the folder of the data. */
  readonly missing: readonly string[];
  /** The values that its workflow gets. */
  readonly inputs: Readonly<Record<string, ElValue>>;
}

export interface RowsQuery {
  /** A condition in SQL. @default every row */
  readonly where?: string;
}

/**
 * A project on a folder of a test's own. Loads the project of a folder or above it, and checks it as `howdah validate`
 * does. Throws what loading throws, `TEST_VALUE`, `PARAMETER_UNKNOWN` and `PARAMETER_VALUE`.
 */
export async function testProject(folder = ".", options: TestProjectOptions = {}): Promise<TestProject> {
  const project = await loadProject(findProject(folder));
  return new OpenProject(project, targetOf(project, "folder", options.target).target, options);
}

/** What a test does with a project. Its calls are made one after another. */
export interface TestProject extends AsyncDisposable {
  readonly project: Project;
  /** The folder of the data. */
  readonly data: string;
  /** Sets the clock that runs ask. */
  setNow(time: Time): void;
  /**
   * Puts rows or files into an instance of a data set, which is named by its name or its table's, and gives it its flag;
   * what was there goes. Throws `NAME_UNKNOWN`, `TEST_VALUE`, `INSTANCE_OFF_GRID`, `INSTANCE_BEFORE_INITIAL`.
   */
  put(dataSet: Named, time: Time, content: TestContent): Promise<void>;
  /** Gives an instance its flag; one that is not there is empty. Throws as `put`. */
  flag(dataSet: Named, time: Time): Promise<void>;
  /** Takes an instance away. Throws `NAME_UNKNOWN`, `TEST_VALUE`. */
  remove(dataSet: Named, time: Time): void;
  /** Whether an instance has its flag. Throws `NAME_UNKNOWN`, `TEST_VALUE`. */
  isComplete(dataSet: Named, time: Time): boolean;
  /** The rows of a table or view by their columns, in the order of all these. Throws `QUERY`. */
  rows(table: string, asked?: RowsQuery): Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** The rows of a SELECT. Throws `QUERY`. */
  query(sql: string): Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** The actions of a coordinator that are due, in order, and how they stand; nothing is changed. Throws `NAME_UNKNOWN`. */
  materialises(coordinator: Named, window?: Window): Promise<readonly Materialised[]>;
  /**
   * Runs a bundle, coordinator, workflow or job, by default the project's only one. What failed is in the report; throws
   * for mistakes, as an unknown name (`NAME_UNKNOWN`), and what a stand-in throws.
   */
  run(name?: Named, request?: TestRun): Promise<RunReport>;
  /** Ends the engine and removes a temporary folder. `await using` calls it too. */
  close(): Promise<void>;
}

class OpenProject implements TestProject {
  readonly project: Project;
  readonly data: string;
  readonly #target: FolderTarget;
  readonly #isTemporary: boolean;
  readonly #given: Readonly<Record<string, string>>;
  #now: Instant | undefined;
  #engine: Promise<Engine> | undefined;

  constructor(project: Project, target: FolderTarget, options: TestProjectOptions) {
    this.project = project;
    this.#target = target;
    this.#now = options.now === undefined ? undefined : instantOf(options.now);
    this.#given = Object.fromEntries(
      Object.entries(options.parameters ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const { data } = options;
    // Values are checked before anything is made.
    this.#open(data === undefined ? tmpdir() : resolve(data));
    this.#isTemporary = data === undefined;
    if (data !== undefined) onDisk("make the folder", data, () => mkdirSync(data, { recursive: true }));
    this.data = data === undefined ? mkdtempSync(join(tmpdir(), "howdah-")) : resolve(data);
  }

  /** The target as things stand: values that follow from what has landed are asked anew. */
  #open(folder = this.data): LocalTarget {
    const now = this.#now;
    const target = openTarget(this.project, this.#target, {
      folder,
      given: this.#given,
      ...(now === undefined ? {} : { now: () => now }),
    });
    const engine = (): Promise<Engine> =>
      (this.#engine ??= Engine.open({ memory: this.#target.memory, spill: target.data.own("spill") }));
    return { ...target, engine };
  }

  setNow(time: Time): void {
    this.#now = instantOf(time);
  }

  async put(dataSet: Named, time: Time, content: TestContent): Promise<void> {
    const target = this.#open();
    await place(checked(this.#instance(target, dataSet, time)), content, target.engine);
  }

  async flag(dataSet: Named, time: Time): Promise<void> {
    const target = this.#open();
    await giveFlag(checked(this.#instance(target, dataSet, time)), target.engine);
  }

  remove(dataSet: Named, time: Time): void {
    takeAway(this.#instance(this.#open(), dataSet, time));
  }

  isComplete(dataSet: Named, time: Time): boolean {
    const { data, ...instance } = this.#instance(this.#open(), dataSet, time);
    return data.isComplete(instance.dataSet, instance.time);
  }

  rows(table: string, { where }: RowsQuery = {}): Promise<readonly Readonly<Record<string, Cell>>[]> {
    return this.query(`select * from ${table}${where === undefined ? "" : ` where ${where}`} order by all`);
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, Cell>>[]> {
    const found: Readonly<Record<string, Cell>>[] = [];
    await query(this.#open(), { sql }, async ({ columns, rows }) => {
      for await (const row of rows)
        found.push(Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
    });
    return found;
  }

  async materialises(coordinator: Named, window: Window = {}): Promise<readonly Materialised[]> {
    const name = nameOf(coordinator);
    const names = [...this.project.definitions.coordinators.keys()];
    if (!names.includes(name)) throw unknown("coordinator", name, names);
    const target = this.#open();
    const foreseen = await foresee(target, windowOf(target, this.#window(window)));
    return foreseen
      .filter((one) => one.coordinator.name === name)
      .map(({ nominal, report, missing, inputs }) => ({
        coordinator: name,
        nominal: formatOozieTime(nominal),
        status: report.status,
        why: report.why,
        missing: missing.map((flag) => (flag.startsWith("/") ? relative(this.data, flag) : flag)),
        inputs,
      }));
  }

  run(name?: Named, { from, until, ...request }: TestRun = {}): Promise<RunReport> {
    const window = this.#window({ ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) });
    return run(this.#open(), { ...request, ...window, ...(name === undefined ? {} : { name: nameOf(name) }) });
  }

  async close(): Promise<void> {
    const engine = await this.#engine;
    this.#engine = undefined;
    engine?.close();
    if (this.#isTemporary) rmSync(this.data, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What is at or before now is due. */
  #window({ from, until }: Window): Pick<RunRequest, "from" | "until"> {
    const end =
      until !== undefined ? instantOf(until) : this.#now === undefined ? undefined : plus(this.#now, minutes(1));
    return {
      ...(from === undefined ? {} : { from: instantOf(from) }),
      ...(end === undefined ? {} : { until: end }),
    };
  }

  #instance({ data }: LocalTarget, named: Named, time: Time): TestInstance {
    const name = nameOf(named);
    const all = [...this.project.definitions.dataSets.values()];
    const dataSet = all.find((one) => one.name === name) ?? all.find((one) => tableOf(one) === name);
    if (dataSet === undefined)
      throw unknown("data set", name, [...all.map((one) => one.name), ...all.flatMap((one) => tableOf(one) ?? [])]);
    return { dataSet, time: instantOf(time, dataSet), data };
  }
}

/** Refuses an instance that nobody would read: see `checkInstance`. */
function checked(instance: TestInstance): TestInstance {
  const { dataSet, time, data } = instance;
  const names = parametersOf(dataSet.initial);
  // Where the first instance follows from what lands, raw files that come earlier make it earlier; state does not.
  const follows = names.filter((name) => [undefined, "data"].includes(data.values.origin(name)));
  const isKnown = names.every((name) => data.values.get(name) !== undefined);
  const initial = isKnown ? data.grid(dataSet).initial : undefined;
  const isEarly = initial === undefined || time < initial;
  if (isTableDataSet(dataSet) && isEarly && follows.length > 0)
    throw new HowdahError(
      `${dataSet.name} ${formatOozieTime(time)} would lie before the first instance, which follows from what lands`,
      { code: "TEST_VALUE", next: `say which is the first: parameters: { ${follows.join(", ")}: "…" }` },
    );
  const known = initial === undefined || (isEarly && follows.length > 0) ? {} : { initial };
  const folderOf = (): string => data.folder(dataSet, time);
  checkInstance({ dataSet, instance: time, folderOf, present: [], allowGap: true, ...known });
  return instance;
}

function nameOf(named: Named): string {
  return typeof named === "string" ? named : named.name;
}

function tableOf(dataSet: DataSet): string | undefined {
  return isTableDataSet(dataSet) ? dataSet.table.fullName : undefined;
}

function unknown(what: string, name: string, names: readonly string[]): HowdahError {
  return new HowdahError(`there is no ${what} ${name}${didYouMean(name, names)}`, {
    code: "NAME_UNKNOWN",
    next: `the project has ${names.join(", ")}`,
  });
}

/** Throws `TEST_VALUE`. */
function instantOf(time: Time, dataSet?: DataSet): Instant {
  if (typeof time === "number") return time;
  const key = dataSet !== undefined && "key" in dataSet ? String(dataSet.key) : undefined;
  const found = parseOozieTime(time) ?? (key === undefined ? undefined : parseTimeBy(key, time));
  if (found !== undefined) return found;
  throw new HowdahError(`${time} is no time`, {
    code: "TEST_VALUE",
    next: `times are written 2012-03-01T00:00Z${key === undefined ? "" : `, or ${key}`}`,
  });
}
