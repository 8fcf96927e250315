import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "../../connect/errors.ts";
import { isBatchOver, type Batch, type BatchState } from "../../connect/livy.ts";
import { isApplicationOver, type Application } from "../../connect/yarn.ts";
import { exitCodes, HowdahError, isHowdahError } from "../../core/errors.ts";
import type { Emit } from "../../core/events.ts";
import type { Cluster } from "../../project/cluster.ts";
import { batchName, type BatchName } from "../../release/batchname.ts";
import { ServerWatch } from "../follow.ts";
import { driverProgress, type JobProgress } from "./driver.ts";
import { applicationOf } from "./find.ts";

/** A batch that is to be followed. */
export interface BatchRef {
  /** Undefined for one that was not posted by howdah. */
  readonly name: BatchName | undefined;
  /** Livy's; undefined where Livy has forgotten it. */
  readonly id: number | undefined;
  /** YARN's, where it is known. */
  readonly application?: string | undefined;
}

/** How a batch has ended. */
export interface BatchEnd {
  readonly id: number | undefined;
  readonly name: string | undefined;
  readonly succeeded: boolean;
  /** Livy's last word; undefined where it has forgotten the batch. */
  readonly state: BatchState | undefined;
  readonly application: string | undefined;
  /** YARN's; it decides where there is an application. */
  readonly finalStatus: Application["finalStatus"] | undefined;
  /** What the two mean, in a sentence; empty of success. */
  readonly why: string;
  /** What the runner's exit code stands for; 1 where it is not known. */
  readonly exitCode: number;
  readonly progress: JobProgress | undefined;
}

export interface FollowBatchOptions {
  /** Told `batch.changed`, `batch.progress`, `batch.lost`, `batch.over`, `server.away` and `server.back`. */
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks. @default 2000 */
  readonly every?: number;
  /** Milliseconds after which it is given up. @default never */
  readonly timeout?: number;
  /** For how long a batch that Livy has forgotten is looked for in YARN, in milliseconds. @default 60,000 */
  readonly patience?: number;
}

/**
 * Looks at a batch until it is over. Where Livy has forgotten it (a restart without recovery, a cancellation by somebody
 * else), or cannot be asked, its application in YARN is followed; YARN's final status decides in any case. Throws
 * `NOT_OVER` after the timeout, `BATCH_LOST` where neither knows of it, and what the signal is aborted with.
 */
export async function followBatch(
  cluster: Cluster,
  ref: BatchRef,
  options: FollowBatchOptions = {},
): Promise<BatchEnd> {
  const { emit = () => undefined, signal, every = 2000, timeout = Infinity, patience = 60_000 } = options;
  const begun = performance.now();
  const name = ref.name === undefined ? undefined : batchName(ref.name);
  const [livy, yarn] = [new ServerWatch(emit, "Livy"), new ServerWatch(emit, "YARN")];
  let forgotten = ref.id === undefined;
  let missedSince: number | undefined;
  let batch: Batch | undefined;
  let application: Application | undefined;
  let told = "";
  let progress: JobProgress | undefined;
  for (;;) {
    signal?.throwIfAborted();
    if (!forgotten) {
      const found = await livy.ask(() => batchOf(cluster, ref.id!, name));
      batch = found ?? batch;
      if (found === null) {
        forgotten = true;
        emit({
          event: "batch.lost",
          id: ref.id,
          name,
          application: application?.id ?? batch?.appId ?? ref.application,
        });
      }
    }
    const known = application?.id ?? batch?.appId ?? ref.application;
    // Before there is an application, its tag is asked for only where Livy says nothing of it any more.
    if (known !== undefined || forgotten || (batch !== undefined && isBatchOver(batch.state)) || livy.isAway)
      application = (await yarn.ask(() => applicationOf(cluster.yarn, ref.name, known))) ?? application;
    signal?.throwIfAborted();
    const state = forgotten ? undefined : batch?.state;
    const facts = { id: ref.id, name, state, application: application?.id ?? batch?.appId, yarn: application?.state };
    if (JSON.stringify(facts) !== told) emit({ event: "batch.changed", ...facts });
    told = JSON.stringify(facts);
    const isOver =
      application !== undefined
        ? isApplicationOver(application.state)
        : !forgotten && batch !== undefined && isBatchOver(batch.state) && !yarn.isAway;
    if (application !== undefined && (isOver || application.state === "RUNNING")) {
      const ask = driverProgress.bind(undefined, cluster, application, ref.name?.jobs.length ?? 1);
      // What was read before the end may lack the last units, so it does not count then.
      const now = isOver && progress !== undefined ? await atLast(ask, every) : ((await ask()) ?? progress);
      if (now !== undefined && JSON.stringify(now) !== JSON.stringify(progress))
        emit({ event: "batch.progress", id: ref.id, name, ...now });
      progress = now;
    }
    if (isOver) {
      const end = endOf({ id: ref.id, name, state, known }, application, progress);
      emit({ event: "batch.over", ...end });
      return end;
    }
    if (forgotten && application === undefined && !yarn.isAway) {
      missedSince ??= performance.now();
      if (performance.now() - missedSince > patience) throw lost(ref.id, name);
    }
    const left = timeout - (performance.now() - begun);
    if (left <= 0) throw notOver(ref.id, name, state, application, timeout);
    await sleep(Math.min(every, left), undefined, signal === undefined ? {} : { signal }).catch(() => {
      signal?.throwIfAborted();
    });
  }
}

/** For how long logs are asked for that YARN is about to put together, in milliseconds. */
const collected = 15_000;

/** What the driver said at last: between the end and the job history's copy nobody serves it for a moment. */
async function atLast(ask: () => Promise<JobProgress | undefined>, every: number): Promise<JobProgress | undefined> {
  for (const until = performance.now() + collected; ; await sleep(every)) {
    const found = await ask();
    if (found !== undefined || performance.now() > until) return found;
  }
}

/** The batch; null where Livy has forgotten it. After a restart without recovery its ids begin at 0 again. */
async function batchOf({ livy }: Cluster, id: number, name: string | undefined): Promise<Batch | null> {
  try {
    const found = await livy.get(id);
    return name === undefined || found.name === name ? found : null;
  } catch (error) {
    if (isHowdahError(error) && error.code === "LIVY_ABSENT") return null;
    throw error;
  }
}

interface LastWord extends Pick<BatchEnd, "id" | "name" | "state"> {
  /** The application that Livy knew. */
  readonly known: string | undefined;
}

function endOf(
  { known, ...batch }: LastWord,
  application: Application | undefined,
  progress: JobProgress | undefined,
): BatchEnd {
  const { finalStatus, id = known } = application ?? {};
  const succeeded = application === undefined ? batch.state === "success" : finalStatus === "SUCCEEDED";
  const { why, exitCode } = succeeded
    ? { why: "", exitCode: exitCodes.done }
    : explained(batch.state, known, application);
  return { ...batch, succeeded, application: id, finalStatus, why, exitCode, progress };
}

/** What run_sql.py's exit codes stand for. */
const runnerCodes: Readonly<Record<string, readonly [why: string, exitCode: number]>> = {
  1: ["a unit failed, or Spark did", exitCodes.failed],
  2: ["it was used wrongly, or the job runs already on this data", exitCodes.failed],
  3: ["an input is not there", exitCodes.waiting],
  70: ["run_sql.py has a defect", exitCodes.bug],
};

function explained(
  state: BatchState | undefined,
  known: string | undefined,
  application: Application | undefined,
): { readonly why: string; readonly exitCode: number } {
  const failed = exitCodes.failed;
  if (application === undefined) {
    const why =
      known === undefined
        ? "spark-submit itself failed, before YARN had an application"
        : `YARN does not know ${known} any more`;
    return { why: `${why} (Livy: ${state ?? "?"})`, exitCode: failed };
  }
  const { finalStatus, diagnostics } = application;
  const [first = ""] = diagnostics.split("\n").filter((line) => line.trim() !== "");
  const [, code = ""] = /exited with (?:status )?(\d+)/.exec(diagnostics) ?? [];
  const own = runnerCodes[code];
  if (own !== undefined) return { why: `${own[0]} (exit code ${code})`, exitCode: own[1] };
  if (finalStatus === "KILLED") return { why: `it was killed${first === "" ? "" : `: ${first}`}`, exitCode: failed };
  return { why: first === "" ? "YARN does not say why" : first, exitCode: failed };
}

function notOver(
  id: number | undefined,
  name: string | undefined,
  state: BatchState | undefined,
  application: Application | undefined,
  timeout: number,
): HowdahError {
  const what = application?.state ?? state ?? "not to be asked about";
  const spelled = id === undefined ? application?.id : `livy:${id}`;
  return new HowdahError(
    `the batch ${name ?? spelled ?? ""} is ${what} after ${Math.round(timeout / 60_000)} minutes`,
    {
      code: "NOT_OVER",
      fault: "run",
      exitCode: exitCodes.waiting,
      ...(spelled === undefined ? {} : { where: spelled }),
      next: `it goes on: howdah watch ${spelled ?? name ?? ""} waits on, howdah kill ${spelled ?? name ?? ""} ends it`,
    },
  );
}

function lost(id: number | undefined, name: string | undefined): HowdahError {
  return new ConnectError(
    `Livy has forgotten the batch ${name ?? String(id)}, and YARN has no application of it: it is not known what became of it`,
    {
      code: "BATCH_LOST",
      progress: "answered",
      next: "run the same again: what was published is done, and is left alone",
    },
  );
}
