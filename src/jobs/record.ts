/** The file beside a partition's rows that tells where it came from; engines ignore names that begin with `_`. */
export const recordFile = "_howdah.json";

/** The version of the record's layout. */
export const recordFormat = 1;

/** A partition that a unit of work declares as its input, and what it held. */
export interface InputRecord {
  readonly dataSet: string;
  /** The instance's key, such as `20120301_00`. */
  readonly instance: string;
  readonly content: string;
}

/** What a check on rows found. */
export interface CheckRecord {
  readonly name: string;
  /** `failed` stands only beside rows that were kept aside; `unknown`: too little is known to compare with. */
  readonly outcome: "passed" | "warned" | "failed" | "unknown";
  /** Exact numbers: the rows that break it; of an agreement both sides; of a steady table its rows and the median. */
  readonly measured: readonly string[];
}

/** What a partition is: equal for equal work, however it was run. */
export interface Identity {
  /** The table's full name; for a coordinator that writes no table, `coordinator/<name>`. */
  readonly table: string;
  /** `date_ts=20120301_00` */
  readonly partition: string;
  readonly job: string;
  /** Hash of the table's columns: a reader refuses rows of other columns. */
  readonly columns: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly inputs: readonly InputRecord[];
  readonly rows: number;
  /** Rejected lines by raw data set. */
  readonly rejects: Readonly<Record<string, number>>;
  /** Those of the table, then those of the job; which were run, not which are declared now. */
  readonly checks: readonly CheckRecord[];
  /** Row count and an order-independent sum of row hashes; see `contentSql` for its definition. */
  readonly content: string;
}

/** How it came to be; never compared. */
export interface RunFacts {
  readonly engine: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly bytes: number;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  readonly release: string | null;
  readonly user: string;
  /** Checks that depend on what was made before. */
  readonly checks?: readonly CheckRecord[];
}

export interface PartitionRecord {
  readonly format: number;
  readonly identity: Identity;
  readonly run: RunFacts;
  /** When `clean` took the rows away: ISO 8601, UTC. The partition still counts as done. */
  readonly pruned?: string;
}

/** What a raw instance's folder says of its files, written by landing and ingest. */
export interface RawRecord {
  readonly format: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}
