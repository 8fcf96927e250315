import type { Cell } from "../project/query.ts";
import type { Plot } from "../project/insights.ts";

/** Everything a report says, as plain JSON: `howdah report --json` prints it, and the page is made of it alone. */
export interface ReportFacts {
  /** The version of this layout. */
  readonly format: 1;
  readonly title: string;
  readonly project: string;
  /** The folder of data, relative to the project where it lies in it. */
  readonly folder: string;
  /** When the folder was looked at: ISO 8601, UTC. */
  readonly asOf: string;
  /** Instances in `from <= time < until`, written as Oozie writes times. */
  readonly from: string;
  readonly until: string;
  /** What the project wants readers to know of data like this. */
  readonly notices: readonly string[];
  /** Who is at work on the folder just now, such as `prepare: process 4711 on laptop`. */
  readonly atWork: readonly string[];
  /** Values of parameters that are not the definitions' own; a secret is named alone. */
  readonly values: readonly ValueFacts[];
  readonly dataSets: readonly DataSetFacts[];
  /** What is made of what. */
  readonly lineage: readonly LineageFacts[];
  readonly insights: readonly InsightFacts[];
}

export interface ValueFacts {
  readonly name: string;
  readonly value: string;
  /** From where: `target`, `command line`, `data`, `secret` or a file. */
  readonly origin: string;
}

/** A row of the grid. */
export interface DataSetFacts {
  readonly name: string;
  /** Whether its instances come from outside, are made by a job, or are a coordinator's actions that write no table. */
  readonly kind: "arrives" | "made" | "action";
  /** The table's full name. */
  readonly table?: string;
  readonly describe?: string;
  readonly job?: string;
  readonly coordinator?: string;
  /** How often it has an instance, such as `every hour` or `every 15 minutes`. */
  readonly every: string;
  readonly instances: readonly InstanceFacts[];
}

/**
 * How an instance stands. `done`, `empty`: complete and as it would be made now, with and without rows. `stale`:
 * complete, but it would be made otherwise now. `partial`: something is there, without a flag. `missing`: nothing is.
 * `failed`: it was tried, and the last try failed. `running`: somebody makes it now. `pruned`: `clean` took its rows.
 */
export type State = "done" | "empty" | "stale" | "partial" | "missing" | "failed" | "running" | "pruned";

/** In the order in which they ask for attention. */
export const states: readonly State[] = ["failed", "running", "partial", "stale", "missing", "pruned", "empty", "done"];

export interface InstanceFacts {
  /** When it begins, written as Oozie writes times. */
  readonly time: string;
  /** When the next one begins. */
  readonly until: string;
  readonly state: State;
  readonly rows?: number;
  readonly files?: number;
  readonly bytes?: number;
  readonly seconds?: number;
  /** When it was made: ISO 8601, UTC. */
  readonly started?: string;
  readonly engine?: string;
  readonly release?: string;
  /** Rejected lines of the unit by raw data set, where there are any. */
  readonly rejects?: Readonly<Record<string, number>>;
  /** What checks on its rows found. */
  readonly checks?: readonly CheckFacts[];
  /** Why it would be made again, or has not been made. */
  readonly why?: readonly string[];
  /** Flags that it waits for, relative to the folder. */
  readonly waits?: readonly string[];
  readonly error?: ErrorFacts;
}

export interface CheckFacts {
  readonly name: string;
  /** Such as `passed` or `warned`. */
  readonly outcome: string;
  readonly measured?: string;
}

export interface ErrorFacts {
  readonly message: string;
  readonly where?: string;
  readonly next?: string;
}

export interface LineageFacts {
  readonly job: string;
  readonly coordinators: readonly string[];
  /** Data sets; those of an earlier time are told with it: `open-sessions -1`. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What a query of the project's answers, to be shown as a plot. */
export interface InsightFacts {
  readonly title: string;
  readonly query: string;
  /** What the query says of itself. */
  readonly describe: string;
  readonly plot: Plot;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows beyond those that are kept here. */
  readonly more: number;
  /** Why there is no answer. */
  readonly error?: ErrorFacts;
}
