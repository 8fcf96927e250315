import { isAbsent, isOver, type AnyJob, type JobStatus } from "../connect/oozie/index.ts";
import { isBatchOver } from "../connect/livy.ts";
import { inParallel } from "../connect/parallel.ts";
import { isApplicationOver } from "../connect/yarn.ts";
import type { Cluster } from "../project/cluster.ts";
import { releaseInName, tagged } from "./batchname.ts";
import { remoteLayout } from "./remote.ts";

/** A job of Oozie, a batch of Livy or an application of YARN that is not over. */
export interface UsingJob {
  readonly id: string;
  readonly kind: AnyJob["kind"] | "batch" | "application";
  readonly name: string;
  readonly status: string;
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
export async function releasesInUse(cluster: Cluster): Promise<ReadonlyMap<string, readonly UsingJob[]>> {
  const { oozie, target } = cluster;
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
  if (target.livy !== undefined)
    for (const [hash, job] of await batchesInUse(cluster)) using.set(hash, [...(using.get(hash) ?? []), job]);
  return using;
}

/** Batches by the release in their name, and applications by that in their tags, of which Livy may know nothing any more. */
async function batchesInUse({ livy, yarn }: Cluster): Promise<readonly (readonly [release: string, job: UsingJob])[]> {
  const [batches, applications] = await Promise.all([
    livy.list(),
    yarn.applications({ states: ["NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING"] }),
  ]);
  const alive = batches.filter(({ state }) => !isBatchOver(state));
  const known = new Set(alive.map(({ appId }) => appId));
  return [
    ...alive.flatMap(({ id, name = "", state, owner, proxyUser }) => {
      const release = releaseInName(name);
      const user = proxyUser ?? owner;
      return release === undefined
        ? []
        : [[release, { id: `livy:${id}`, kind: "batch", name, status: state, user }] as const];
    }),
    ...applications.flatMap(({ id, name, state, user, tags }) => {
      const release = known.has(id) || isApplicationOver(state) ? undefined : tagged(tags)?.release;
      return release === undefined ? [] : [[release, { id, kind: "application", name, status: state, user }] as const];
    }),
  ];
}
