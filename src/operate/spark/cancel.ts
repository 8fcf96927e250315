import { setTimeout as sleep } from "node:timers/promises";
import { isApplicationOver, type Application } from "../../connect/yarn.ts";
import type { Cluster } from "../../project/cluster.ts";
import { applicationOf } from "./find.ts";
import type { BatchRef } from "./follow.ts";

/** What became of a batch that was to end. */
export interface Cancelled {
  /** Whether Livy knew it. */
  readonly known: boolean;
  readonly application: string | undefined;
  /** YARN's state at last; undefined where it never had an application. */
  readonly state: Application["state"] | undefined;
  /** Whether nothing of it goes on. */
  readonly over: boolean;
}

/**
 * Ends a batch: Livy forgets it, and its application is killed in YARN, also where Livy cannot do it any more.
 * @param options.patience how long its end is waited for, in milliseconds. @default 20,000
 */
export async function cancelBatch(
  cluster: Cluster,
  ref: BatchRef,
  { patience = 20_000, every = 500 }: { readonly patience?: number; readonly every?: number } = {},
): Promise<Cancelled> {
  const before = ref.application ?? (ref.id === undefined ? undefined : await appIdOf(cluster, ref.id));
  const known = ref.id === undefined ? false : await cluster.livy.cancel(ref.id);
  const until = performance.now() + patience;
  let application: Application | undefined;
  for (;;) {
    const found = await applicationOf(cluster.yarn, ref.name, application?.id ?? before);
    if (found !== undefined && application === undefined && !isApplicationOver(found.state))
      await cluster.yarn.kill(found.id);
    application = found ?? application;
    // spark-submit, which Livy ends, may have sent the application a moment before.
    const settled =
      application === undefined ? performance.now() > until - patience / 2 : isApplicationOver(application.state);
    if (settled || performance.now() > until) break;
    await sleep(every);
  }
  const over = application === undefined || isApplicationOver(application.state);
  return { known, application: application?.id, state: application?.state, over };
}

async function appIdOf({ livy }: Cluster, id: number): Promise<string | undefined> {
  try {
    return (await livy.get(id)).appId;
  } catch {
    // Its tag finds the application too.
    return undefined;
  }
}
