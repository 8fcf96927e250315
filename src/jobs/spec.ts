import type { ElType } from "../oozie/el/index.ts";
import type { HiveType } from "../hive/table.ts";
import type { FixedFrequency } from "../core/time.ts";
import type { CheckSeverity } from "../hive/rowcheck.ts";
import type { SqlParts } from "./sql.ts";

/**
 * What a runner outside of Node (`run_sql.py`) needs of a job: everything resolved but the values of parameters.
 * A template is a text with `${parameter}` and the instance's `${YEAR} ${MONTH} ${DAY} ${HOUR} ${MINUTE}`.
 */
export interface JobSpec {
  readonly format: 1;
  readonly job: string;
  readonly hash: string;
  readonly every: Pick<FixedFrequency, "unit" | "count">;
  /** Format of a unit's key, such as `yyyyMMdd_HH`. */
  readonly key: string;
  /** Name of the partition column of everything that the job reads and writes by time. */
  readonly keyColumn: string;
  /** Every parameter that the job, its paths and its raw formats use. */
  readonly parameters: readonly ParameterEntry[];
  /** Names of those that stand in the partitions' identity. */
  readonly declared: readonly string[];
  readonly reads: readonly ReadSpec[];
  /** SELECTs for Spark in the order of the job's file: of tables, and of relations that those below them see. */
  readonly selects: readonly SelectSpec[];
  /** The tables, in the same order. */
  readonly writes: readonly WriteSpec[];
  /** Table names in the order in which flags are placed; they go in the opposite order. */
  readonly flagOrder: readonly string[];
  readonly rejects: RejectSpec | null;
  readonly checks: CheckPlan;
  /** The template of the data root: locks and work in progress lie below its `_howdah`. */
  readonly root: string;
}

export interface ParameterEntry {
  readonly name: string;
  readonly type: ElType | "choice" | "dateFormat";
  readonly default: string | null;
  readonly choices: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface ReadSpec {
  /** The relation's name in SQL. */
  readonly name: string;
  readonly dataSet: string;
  readonly every: Pick<FixedFrequency, "unit" | "count">;
  /** Offsets of the instances, relative to the unit, both included. */
  readonly from: number;
  readonly to: number;
  /** Template of the initial instance; instances before it are no inputs. */
  readonly initial: string;
  /** The initial instance is 00:00 of the day of `initial`. */
  readonly initialStartOfDay: boolean;
  readonly uri: string;
  readonly key: string;
  readonly doneFlag: string;
  /** The job itself writes it: for a range, only instances that the range does not write are read. */
  readonly own: boolean;
  /** Raw files, or a table's Parquet files. */
  readonly raw: RawSpec | null;
  readonly table: string | null;
  readonly columns: readonly (readonly [string, HiveType])[];
  readonly columnsHash: string;
}

export interface RawSpec {
  readonly layout: "tsv" | "csv";
  readonly width: number;
  readonly header: readonly string[] | null;
  /** Name and position from 1. */
  readonly columns: readonly (readonly [string, number])[];
  /** A template giving `utf-8` or `latin-1`. */
  readonly encoding: string;
  /** Template of the folder that `_file` is relative to. */
  readonly root: string;
}

export interface WriteSpec {
  readonly table: string;
  readonly dataSet: string;
  readonly uri: string;
  readonly doneFlag: string;
  readonly columns: readonly (readonly [string, HiveType])[];
  readonly columnsHash: string;
}

export interface SelectSpec {
  /** A table's full name (which SQL below knows with `__` for the dot) or a relation's name. */
  readonly name: string;
  readonly table: boolean;
  /** Texts, and parameters where their values go. */
  readonly sql: SqlParts;
}

export interface RejectSpec {
  readonly table: string;
  /** Names of the two parameters: an hour fails when a data set's rejects exceed both. */
  readonly maxShare: string;
  readonly min: string;
}

/** The checks of a unit's rows, for one engine. */
export interface CheckPlan {
  /**
   * SELECTs of three columns, which can be joined by `union all`: `source`, its place here; `unit`, a unit's key; and
   * `numbers`, the exact texts of its numbers with a space between them. A unit without rows has none; each is 0 then.
   */
  readonly sources: readonly SqlParts[];
  /**
   * Reads for which the sources ask the relation `unit_inputs`: `_read`, the read's name, `_instance`, the key of an
   * instance, and `_unit`, the key of a unit that reads it.
   */
  readonly inputs: readonly string[];
  readonly checks: readonly CheckSpec[];
}

export interface CheckSpec {
  /** `rows`: so many break it. `agree`: two sums of numbers. `steady`: the rows of partitions before. */
  readonly is: "rows" | "agree" | "steady";
  readonly name: string;
  readonly severity: CheckSeverity;
  /** The table that declares it, in whose records it stands; null: the job, and those of all its tables. */
  readonly table: string | null;
  /** How many rows may break it, or how large the difference may be; a share is of the table's rows or the left side. */
  readonly limit: { readonly number: string; readonly percent: boolean };
  /** The numbers of its sides, each of which is a sum; one side alone: the rows that break it. */
  readonly numbers: readonly (readonly NumberSpec[])[];
  readonly agreement?: "=" | "<=" | ">=";
  readonly history?: { readonly table: string; readonly last: number; readonly least: number };
  /** The rows of all units that break it, with the key of each. */
  readonly rows?: SqlParts;
  /** The same for people, of the rows that were kept aside: the hole `_held` is for what stands behind FROM. */
  readonly shown?: SqlParts;
}

/** A number among those that a source gives. */
export interface NumberSpec {
  readonly source: number;
  readonly place: number;
  /** What it is, for messages: `rows of hit_lines`. */
  readonly label: string;
}
