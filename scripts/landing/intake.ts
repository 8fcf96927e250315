import type { Hour } from "./feeds.ts";
import type { Part, StagedRows } from "./staged-rows.ts";

/** Hours that are landed: from <= hour < until. */
export interface HourRange {
  readonly from: Hour;
  readonly until: Hour;
}

export interface LineCounts {
  /** Lines read, headers not counted. */
  lines: number;
  /** Lines in hours of the range. */
  landed: number;
  /** Lines of other hours, which were left out. */
  outside: number;
  /** Lines whose time cannot be read. */
  unassigned: number;
}

/** The key of rows whose time cannot be read. */
export const unassigned = NaN;

/** Where the lines of one feed go, and how many went where. */
export class Intake {
  readonly counts: LineCounts = { lines: 0, landed: 0, outside: 0, unassigned: 0 };
  readonly rows: StagedRows<Hour>;
  readonly progress: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly #range: HourRange;

  constructor(rows: StagedRows<Hour>, range: HourRange, progress: (bytes: number) => void, signal: AbortSignal) {
    this.rows = rows;
    this.#range = range;
    this.progress = progress;
    this.signal = signal;
  }

  /** Counts a line; gives the file that it belongs to, undefined when its hour is not landed. */
  begin(hour: Hour): Part | undefined {
    const { counts } = this;
    counts.lines++;
    if (hour < this.#range.from || hour >= this.#range.until) {
      counts.outside++;
      return undefined;
    }
    if (Number.isNaN(hour)) counts.unassigned++;
    else counts.landed++;
    return this.rows.line(hour);
  }

  /** To be called when a block of lines is through: keeps memory bounded, and notices an interruption. */
  async afterBlock(): Promise<void> {
    this.signal.throwIfAborted();
    if (this.rows.isFull) await this.rows.flush(this.signal);
  }
}
