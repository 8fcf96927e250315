import { isBatchOver, type Batch, type BatchState } from "../../connect/livy.ts";
import { inParallel } from "../../connect/parallel.ts";
import { isApplicationOver, type Application } from "../../connect/yarn.ts";
import { HowdahError, isHowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";
import { parseBatchName } from "../../release/batchname.ts";

/** A batch of Livy, and what its name says. */
export interface BatchFacts {
  /** `livy:7` */
  readonly id: string;
  readonly name: string | undefined;
  /** Livy's, but YARN's final status where that has come and Livy has not looked since. */
  readonly state: BatchState;
  readonly application: string | undefined;
  /** These are undefined of a batch that howdah did not post for the project. */
  readonly jobs: readonly string[] | undefined;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly release: string | undefined;
  readonly attempt: number | undefined;
}

/** Batches that are over and shown, of the same jobs. */
const shownOver = 3;

/** The project's batches that are alive, and those that ended last for as long as Livy remembers them; the newest first. */
export async function projectBatches(cluster: Cluster, project: string): Promise<readonly BatchFacts[]> {
  const over = new Map<string, number>();
  const own = (await cluster.livy.list())
    .toReversed()
    .map((batch) => batchFacts(batch, project))
    .filter(({ jobs }) => jobs !== undefined);
  const now = new Map<string, BatchFacts>();
  await inParallel(own, 6, async (batch) => void now.set(batch.id, await settled(cluster, batch)));
  return own
    .map(({ id }) => now.get(id)!)
    .filter(({ jobs, state }) => {
      if (!isBatchOver(state)) return true;
      const what = jobs!.join();
      const before = over.get(what) ?? 0;
      over.set(what, before + 1);
      return before < shownOver;
    });
}

/** Whether a text is `livy:7`, and the number in it. */
export function batchId(text: string): number | undefined {
  const [, id] = /^livy:(\d+)$/.exec(text) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** One batch, whosever it is. @throws NO_JOB */
export async function batchStatus(cluster: Cluster, id: number, project: string): Promise<BatchFacts> {
  try {
    return await batchNow(cluster, await cluster.livy.get(id), project);
  } catch (error) {
    if (!isHowdahError(error) || error.code !== "LIVY_ABSENT") throw error;
    throw new HowdahError(`Livy knows no batch ${id}`, {
      code: "NO_JOB",
      next: "howdah status lists the project's; Livy forgets batches some time after their end",
      cause: error,
    });
  }
}

/** What a batch is at now, as Livy or YARN has it. */
export function batchNow(cluster: Cluster, batch: Batch, project: string): Promise<BatchFacts> {
  return settled(cluster, batchFacts(batch, project));
}

/** Livy asks YARN every five seconds (`livy.server.yarn.poll-interval`), so what is over may run on with it for a while. */
async function settled({ yarn }: Cluster, batch: BatchFacts): Promise<BatchFacts> {
  if (batch.application === undefined || isBatchOver(batch.state)) return batch;
  // Where YARN does not answer soon, or has forgotten the application, Livy's word is all there is.
  const application = await yarn
    .application(batch.application, { signal: AbortSignal.timeout(3000) })
    .catch((error: unknown) => {
      if (isHowdahError(error) && error.fault !== "bug") return undefined;
      throw error;
    });
  if (application === undefined || !isApplicationOver(application.state)) return batch;
  return { ...batch, state: finalStates[application.finalStatus] ?? batch.state };
}

/** What Livy is going to say of an application that is over. */
const finalStates: Readonly<Partial<Record<Application["finalStatus"], BatchState>>> = {
  SUCCEEDED: "success",
  FAILED: "dead",
  KILLED: "killed",
};

function batchFacts({ id, name, state, appId }: Batch, project: string): BatchFacts {
  const own = name === undefined ? undefined : parseBatchName(name, project);
  const { jobs, first, last, release, attempt } = own ?? {};
  return { id: `livy:${id}`, name, state, application: appId, jobs, first, last, release, attempt };
}
