import { isAbsent, isOver, type AnyJob, type JobStatus } from "../connect/oozie/index.ts";
import { inParallel } from "../connect/parallel.ts";
import type { Cluster } from "../project/cluster.ts";
import { remoteLayout } from "./remote.ts";

/** A job of Oozie that is not over. */
export interface UsingJob {
  readonly id: string;
  readonly kind: AnyJob["kind"];
  readonly name: string;
  readonly status: JobStatus;
  readonly user: string | undefined;
}

const workflowStates: readonly JobStatus[] = ["PREP", "RUNNING", "SUSPENDED"];
const otherStates: readonly JobStatus[] = [
  "PREP",
  "RUNNING",
  "RUNNINGWITHERROR",
  "SUSPENDED",
  "SUSPENDEDWITHERROR",
  "PREPSUSPENDED",
  "PAUSED",
  "PAUSEDWITHERROR",
  "PREPPAUSED",
];

/** The jobs that are not over, whoever's they are, by the hash of the release that they use. */
export async function releasesInUse({ oozie, target }: Cluster): Promise<ReadonlyMap<string, readonly UsingJob[]>> {
  const folder = remoteLayout(target).releases.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const ofReleases = new RegExp(`${folder}/([0-9a-f]{16})(?=[/\\s]|$)`, "g");
  const using = new Map<string, UsingJob[]>();
  async function* alive(): AsyncGenerator<AnyJob, void, undefined> {
    // Bundles first: a coordinator that one of them begins meanwhile is seen after it.
    yield* oozie.bundles({ status: otherStates });
    yield* oozie.coordinators({ status: otherStates });
    yield* oozie.workflows({ status: workflowStates });
  }
  await inParallel(alive(), 8, async ({ id, kind, name, status, user }) => {
    // A list says neither where an application lies nor with what it was submitted.
    const job = await oozie.job(id).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (job === undefined || isOver(job.status)) return;
    const texts = [job.path ?? "", ...Object.values(job.configuration)];
    const hashes = new Set(texts.flatMap((text) => [...text.matchAll(ofReleases)].map(([, hash]) => hash!)));
    for (const hash of hashes) using.set(hash, [...(using.get(hash) ?? []), { id, kind, name, status, user }]);
  });
  return using;
}
