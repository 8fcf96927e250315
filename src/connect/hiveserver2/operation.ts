import { setTimeout as sleep } from "node:timers/promises";
import { HowdahError, messageOf } from "../../core/errors.ts";
import type { Place } from "../../core/source.ts";
import { ConnectError, interrupted } from "../errors.ts";
import { refused, wentAway, type ServerStatus } from "./explain.ts";
import { columnOf, rowsOf, type ColumnDescription, type HiveColumn, type HiveRow } from "./rows.ts";
import type { Calls, Int64, RowSet } from "./thrift.ts";

export interface ExecuteOptions {
  /** Cancels the statement on the server, waits until it has ended there, and throws INTERRUPTED. */
  readonly signal?: AbortSignal;
  /** Told the lines of the statement's log while it runs. */
  readonly onLog?: (line: string) => void;
  /** Where the statement begins in its file: errors name the place in it. */
  readonly place?: Place;
  /** Settings for this statement alone. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A statement that has ended well. Iterating gives its rows, once; leaving the loop early lets the server forget them.
 * Rows are fetched while the ones before are being used: no more than two batches are held.
 */
export interface HiveResult extends AsyncIterable<HiveRow> {
  /** None where the statement has no result. Names as the server gives them, in order, twice where they are twice. */
  readonly columns: readonly HiveColumn[];
  /** Rows inserted, updated or deleted, where the server tells. */
  readonly modifiedRows: number | undefined;
  /** The rows as they come, by the thousand. */
  batches(): AsyncIterableIterator<readonly HiveRow[]>;
  /** All rows. For results that are known to be small. */
  rows(): Promise<readonly HiveRow[]>;
  /** Lets the server forget what was not fetched. Needed only where nobody iterates. */
  close(): Promise<void>;
}

/** What of its session a statement uses. */
export interface SessionFacts {
  readonly calls: Calls;
  readonly handle: unknown;
  readonly where: string;
  /** Milliseconds within which a cancelled statement must have ended. */
  readonly deadline: number;
}

/** `TOperationState`. */
const states = ["initialized", "running", "finished", "canceled", "closed", "error", "unknown", "pending", "timed out"];
const underWay = ["initialized", "running", "pending", "unknown"];
/** `TFetchOrientation.FETCH_NEXT` */
const next = 0;
/** Of the rows, and of the log (`TFetchResultsReq.fetchType`). */
const fetchType = { rows: 0, log: 1 };

/** How long a batch of rows may be, about: with it follows how many rows are asked for. */
const batchBytes = 4 * 1024 * 1024;
const batchRows = { first: 2_000, least: 100, most: 10_000 };
/** Lines of the log that are kept for the error. */
const keptLog = 200;

type Driver = Parameters<Parameters<Calls["call"]>[1]>[0];
type OperationHandle = Parameters<Driver["closeOperation"]>[0]["operationHandle"];

/** Starts a statement and waits for its end. */
export async function execute(sql: string, session: SessionFacts, options: ExecuteOptions): Promise<HiveResult> {
  const operation = new Operation(session, options);
  await operation.start(sql);
  return operation.result();
}

class Operation {
  readonly #session: SessionFacts;
  readonly #options: ExecuteOptions;
  readonly #log: string[] = [];
  #handle: OperationHandle | undefined;
  #hasLog = true;
  #modified: number | undefined;
  #hasRows = false;

  constructor(session: SessionFacts, options: ExecuteOptions) {
    this.#session = session;
    this.#options = options;
  }

  async start(sql: string): Promise<void> {
    const { settings } = this.#options;
    this.#stopIfAsked();
    const what = "cannot run the statement";
    const request = {
      sessionHandle: this.#session.handle as Parameters<Driver["executeStatement"]>[0]["sessionHandle"],
      statement: sql,
      runAsync: true,
      ...(settings === undefined ? {} : { confOverlay: settings as unknown as Map<string, string> }),
    };
    const answer = await this.#call(what, "starting a statement", (driver) => driver.executeStatement(request));
    this.#check(what, answer.status);
    this.#handle = answer.operationHandle;
    this.#hasRows = this.#handle.hasResultSet;
    this.#modified = counted(this.#handle.modifiedRowCount);
    try {
      await this.#ended();
    } catch (error) {
      await this.#leave(error);
    }
  }

  async result(): Promise<HiveResult> {
    let columns: readonly HiveColumn[] = [];
    if (this.#hasRows)
      try {
        columns = await this.#columns();
      } catch (error) {
        await this.#leave(error);
      }
    else await this.#close();
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- of generators, which have a `this` of their own
    const operation = this;
    const batches = (): AsyncIterableIterator<readonly HiveRow[]> => operation.#batches();
    return {
      columns,
      modifiedRows: this.#modified,
      batches,
      rows: async () => {
        const all: HiveRow[] = [];
        for await (const batch of batches()) for (const row of batch) all.push(row);
        return all;
      },
      close: () => this.#close(),
      async *[Symbol.asyncIterator]() {
        for await (const batch of batches()) yield* batch;
      },
    };
  }

  /** Waits for the end: asks often at first, then ever less, unless the server itself waits before it answers. */
  async #ended(): Promise<void> {
    const { signal } = this.#options;
    for (let pause = 25; ; pause = Math.min(pause * 1.5, 1_000)) {
      const asked = performance.now();
      const status = await this.#status();
      const state = states[status.operationState ?? 6] ?? "unknown";
      // What is known of a failure stands in the log, whether or not somebody listens.
      await this.#readLog(state === "error");
      if (!underWay.includes(state)) return this.#judge(state, status);
      this.#stopIfAsked();
      const left = pause - (performance.now() - asked);
      if (left > 0) await sleep(left, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      this.#stopIfAsked();
    }
  }

  #judge(state: string, status: OperationStatus): void {
    if (state === "finished") {
      this.#modified = number(status.numModifiedRows) ?? this.#modified;
      this.#hasRows = status.hasResultSet ?? this.#hasRows;
      return;
    }
    const { place } = this.#options;
    if (state === "error") throw this.#refused("the statement failed", status);
    this.#stopIfAsked();
    throw new ConnectError(`the statement was ended by someone else: it is ${state}`, {
      code: "HIVE_CANCELED",
      fault: "run",
      where: this.#where(place),
      progress: "answered",
      next:
        state === "timed out"
          ? "the server gives statements no longer (hive.query.timeout.seconds)"
          : "an administrator, or a limit of the server, has ended it; the server's log says who",
    });
  }

  async #status(): Promise<OperationStatus> {
    const what = "cannot ask for the state of the statement";
    const answer = await this.#call(what, "it ran a statement", (driver) =>
      driver.getOperationStatus({ operationHandle: this.#handle!, getProgressUpdate: false }),
    );
    this.#check(what, answer.status);
    return answer as unknown as OperationStatus;
  }

  /** Hands on what the log has got since. A server without logs (hive.server2.logging.operation.enabled) is asked once. */
  async #readLog(wanted: boolean): Promise<void> {
    const { onLog } = this.#options;
    while (this.#hasLog && (wanted || onLog !== undefined)) {
      const lines = await this.#logLines();
      if (lines.length === 0) return;
      if (onLog !== undefined) for (const line of lines) onLog(line);
    }
  }

  async #logLines(): Promise<readonly string[]> {
    const request = { operationHandle: this.#handle!, orientation: next, maxRows: 1_000, fetchType: fetchType.log };
    const { status, results } = await this.#call("cannot read the statement's log", "it ran a statement", (driver) =>
      driver.fetchResults(request as unknown as Parameters<Driver["fetchResults"]>[0]),
    );
    if (isError(status) || results === undefined) {
      this.#hasLog = false;
      return [];
    }
    const lines = this.#rowsIn(results as unknown as RowSet).map(([line]) => String(line));
    this.#log.push(...lines);
    this.#log.splice(0, Math.max(0, this.#log.length - keptLog));
    return lines;
  }

  async #columns(): Promise<readonly HiveColumn[]> {
    const what = "cannot ask for the columns of the result";
    const answer = await this.#call(what, "it told the columns of a result", (driver) =>
      driver.getResultSetMetadata({ operationHandle: this.#handle! }),
    );
    this.#check(what, answer.status);
    return (answer.schema.columns as unknown as readonly ColumnDescription[]).map(columnOf);
  }

  async *#batches(): AsyncIterableIterator<readonly HiveRow[]> {
    if (this.#handle === undefined || !this.#hasRows) return;
    let size: number = batchRows.first;
    let coming = this.#fetch(size);
    try {
      for (;;) {
        const { rows, bytes } = await coming;
        if (rows.length === 0) break;
        size = Math.round((batchBytes / Math.max(1, bytes)) * rows.length);
        size = Math.min(Math.max(size, batchRows.least), batchRows.most);
        coming = this.#fetch(size);
        // What fails while these rows are used is told when the next are asked for.
        coming.catch(() => undefined);
        yield rows;
      }
    } catch (error) {
      await this.#leave(error);
    } finally {
      await this.#close();
    }
  }

  async #fetch(maxRows: number): Promise<{ readonly rows: readonly HiveRow[]; readonly bytes: number }> {
    this.#stopIfAsked();
    const what = "cannot fetch rows";
    const request = { operationHandle: this.#handle!, orientation: next, maxRows, fetchType: fetchType.rows };
    const { answer, bytes } = await this.#measured(what, "it sent the rows of a result", (driver) =>
      driver.fetchResults(request as unknown as Parameters<Driver["fetchResults"]>[0]),
    );
    this.#stopIfAsked();
    this.#check(what, answer.status);
    return { rows: answer.results === undefined ? [] : this.#rowsIn(answer.results as unknown as RowSet), bytes };
  }

  #rowsIn({ columns, binaryColumns, columnCount }: RowSet): readonly HiveRow[] {
    if (binaryColumns === null || columnCount === null) return rowsOf(columns ?? []);
    return rowsOf(this.#session.calls.unpacked(binaryColumns, columnCount));
  }

  /** Lets the server go of the statement that failed, or is not wanted any more, and throws what was the reason. */
  async #leave(error: unknown): Promise<never> {
    const wanted = this.#options.signal?.aborted === true;
    if (!wanted || (error instanceof ConnectError && error.code === "HIVE_GONE")) {
      await this.#close();
      throw error;
    }
    throw await this.#cancelled();
  }

  /** Cancels on the server and waits until it has ended there. */
  async #cancelled(): Promise<HowdahError> {
    const { calls, deadline } = this.#session;
    const until = performance.now() + deadline;
    const where = this.#where(this.#options.place);
    try {
      const what = "cannot cancel the statement";
      const facts = { what, deadline };
      const { answer } = await calls.call(facts, (driver) =>
        driver.cancelOperation({ operationHandle: this.#handle! }),
      );
      if (isError(answer.status)) throw refused(what, this.#session.where, answer.status);
      for (let pause = 25; performance.now() < until; pause = Math.min(pause * 1.5, 1_000)) {
        const status = (
          await calls.call({ what, deadline }, (driver) =>
            driver.getOperationStatus({ operationHandle: this.#handle!, getProgressUpdate: false }),
          )
        ).answer;
        const state = states[status.operationState ?? 6] ?? "unknown";
        if (isError(status.status) || !underWay.includes(state)) {
          await this.#close();
          return interrupted("the statement was cancelled", where);
        }
        await sleep(pause);
      }
      throw new Error("it is still running there");
    } catch (error) {
      await this.#close();
      return new HowdahError(
        `interrupted, but the server does not say that it cancelled the statement: ${messageOf(error)}`,
        {
          code: "INTERRUPTED",
          fault: "run",
          where,
          exitCode: 130,
          cause: error,
          next: "look whether its job still runs in YARN",
        },
      );
    }
  }

  /** Never fails: what cannot be closed is closed with the session. */
  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    const { calls, deadline } = this.#session;
    const facts = { what: "cannot close the statement", deadline };
    await calls.call(facts, (driver) => driver.closeOperation({ operationHandle: handle })).catch(() => undefined);
  }

  #stopIfAsked(): void {
    if (this.#options.signal?.aborted === true)
      throw interrupted("the statement was not run to its end", this.#where(this.#options.place));
  }

  #check(what: string, status: ServerStatus & { readonly statusCode?: number }): void {
    if (isError(status)) throw this.#refused(what, status);
  }

  #refused(what: string, status: ServerStatus): ConnectError {
    const { place } = this.#options;
    return refused(what, this.#session.where, status, { log: this.#log, ...(place === undefined ? {} : { place }) });
  }

  #where(place: Place | undefined): string {
    return place === undefined ? this.#session.where : `${place.file}:${place.line}`;
  }

  async #call<R>(what: string, during: string, make: (driver: Driver) => Promise<R>): Promise<R> {
    return (await this.#measured(what, during, make)).answer;
  }

  /** A call that may take as long as it likes, unless the caller does not want it any more and it will not end. */
  async #measured<R>(
    what: string,
    during: string,
    make: (driver: Driver) => Promise<R>,
  ): Promise<{ answer: R; bytes: number }> {
    const { signal, place } = this.#options;
    const { calls, deadline, where } = this.#session;
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
      timer = setTimeout(() => calls.close(interrupted(what, where)), deadline);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      return await calls.call({ what }, make);
    } catch (error) {
      const broke = error instanceof ConnectError && error.progress !== "answered";
      throw broke ? wentAway(during, where, error, place) : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }
}

interface OperationStatus extends ServerStatus {
  readonly operationState?: number | null;
  readonly hasResultSet?: boolean | null;
  readonly numModifiedRows?: Int64 | null;
}

/** `TStatusCode`: ERROR_STATUS and INVALID_HANDLE_STATUS. */
export function isError({ statusCode = 0 }: { readonly statusCode?: number }): boolean {
  return statusCode >= 3;
}

function number(value: Int64 | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : counted(Number(value.buffer.readBigInt64BE(value.offset)));
}

/** Less than nothing: the server does not know. */
function counted(rows: number | null | undefined): number | undefined {
  return rows === null || rows === undefined || rows < 0 ? undefined : rows;
}
