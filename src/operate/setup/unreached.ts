import { isHowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";
import { logsOf } from "../logs/containers.ts";
import type { Tree } from "../tree.ts";

/** What beeline says when it has no connection (Hive's Utils and HiveConnection). */
const noConnection = /Could not open connection to the HS2 server|Could not open client transport/;

/** An action that ended well, and did nothing. */
export interface Unreached {
  readonly action: string;
  /** What beeline said. */
  readonly line: string;
}

/**
 * The first action of a workflow whose beeline reached no HiveServer2: with a script it ends well all the same (3.1.3,
 * `BeeLine.begin`), and so does the action. Only the launcher's log tells; undefined also where that cannot be read.
 */
export async function unreachedHive(
  cluster: Cluster,
  tree: Tree,
  signal: AbortSignal | undefined,
): Promise<Unreached | undefined> {
  if (tree.kind !== "workflow") return undefined;
  for (const { name, type, applications } of tree.actions) {
    const [launcher] = applications;
    if (type !== "hive2" || launcher === undefined) continue;
    try {
      const application = await cluster.yarn.application(launcher.id);
      for await (const log of logsOf(cluster, application, signal, patience)) {
        const line = "text" in log ? log.text.split("\n").find((one) => noConnection.test(one)) : undefined;
        if (line !== undefined) return { action: name, line: line.trim() };
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isHowdahError(error)) throw error;
    }
  }
  return undefined;
}

/** Logs are being brought to where they stay when an action has just ended. */
const patience = 10_000;
