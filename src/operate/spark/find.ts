import { isBatchOver, type Batch } from "../../connect/livy.ts";
import { absentFromYarn, isApplicationOver, type Application, type Yarn } from "../../connect/yarn.ts";
import type { Cluster } from "../../project/cluster.ts";
import { batchName, parseBatchName, tagged, tagsOf, type BatchName } from "../../release/batchname.ts";

/** One attempt at a batch, as far as it is known of. */
export interface Attempt {
  readonly name: BatchName;
  /** Livy's; undefined where Livy does not know it. */
  readonly batch: Batch | undefined;
  /** YARN's; undefined where there is none yet, or not any more. */
  readonly application: Application | undefined;
}

/** Every attempt at a batch that Livy or YARN remembers, in order. */
export async function attemptsAt(
  cluster: Cluster,
  name: BatchName,
  batches: readonly Batch[],
): Promise<readonly Attempt[]> {
  const first = batchName({ ...name, attempt: 1 });
  const applications = await cluster.yarn.applications({ tags: [tagsOf(name).any] });
  const found = new Map<number, { batch?: Batch; application?: Application }>();
  for (const batch of batches) {
    const own = batch.name === undefined ? undefined : parseBatchName(batch.name, name.project);
    if (own !== undefined && batchName({ ...own, attempt: 1 }) === first)
      found.set(own.attempt, { ...found.get(own.attempt), batch });
  }
  for (const application of newestLast(applications)) {
    const attempt = tagged(application.tags)?.attempt;
    if (attempt !== undefined) found.set(attempt, { ...found.get(attempt), application });
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([attempt, { batch, application }]) => ({ name: { ...name, attempt }, batch, application }));
}

/** Whether something may still happen to an attempt; what YARN says counts more than what Livy remembers. */
export function isAlive({ batch, application }: Attempt): boolean {
  if (application !== undefined) return !isApplicationOver(application.state);
  return batch !== undefined && !isBatchOver(batch.state);
}

/** The application of a batch: by the id that Livy knows, else by its tag. Undefined where YARN has none. */
export async function applicationOf(
  yarn: Yarn,
  name: BatchName | undefined,
  id: string | undefined,
): Promise<Application | undefined> {
  if (id !== undefined) return absentFromYarn(yarn.application(id));
  if (name === undefined) return undefined;
  const { own } = tagsOf(name);
  const tagged = (await yarn.applications({ tags: [own] })).filter(({ tags }) => tags.includes(own));
  return newestLast(tagged).at(-1);
}

function newestLast(applications: readonly Application[]): readonly Application[] {
  const time = ({ started }: Application): number => started?.getTime() ?? 0;
  return [...applications].sort((a, b) => time(a) - time(b));
}
