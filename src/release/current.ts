import { absentIfMissing } from "../connect/webhdfs/index.ts";
import { HowdahError, messageOf } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import { remoteLayout } from "./remote.ts";

/** One time that a release was made the current one. */
export interface Deployment {
  /** The release's hash. */
  readonly release: string;
  /** When, `2012-03-01T00:00Z`. */
  readonly at: string;
  /** Who. */
  readonly by: string;
}

/** The current release, and those that were before it. */
export interface Current {
  readonly format: 1;
  /** The newest first: the first one is current. Never empty. */
  readonly deployments: readonly Deployment[];
}

/** How many deployments are remembered. */
const remembered = 50;

/** What is current on a cluster; undefined where nothing was deployed. @throws CURRENT_FILE */
export async function readCurrent({ hdfs, target }: Cluster, signal?: AbortSignal): Promise<Current | undefined> {
  const path = remoteLayout(target).current;
  const content = await absentIfMissing(hdfs.cat(path, signal === undefined ? {} : { signal }));
  if (content === undefined) return undefined;
  const refuse = (why: string): HowdahError =>
    new HowdahError(`the file that says which release is current ${why}`, {
      code: "CURRENT_FILE",
      where: path,
      next: "look at it with `howdah hdfs cat`; `howdah deploy` writes it anew once it is moved away",
    });
  let current: Partial<Current> | null;
  try {
    current = JSON.parse(content.toString()) as Partial<Current> | null;
  } catch (error) {
    throw refuse(`is no JSON: ${messageOf(error)}`);
  }
  if (current?.format !== 1) throw refuse("is not of this version of howdah");
  if (current.deployments?.[0] === undefined) throw refuse("names none");
  return current as Current;
}

/** Makes a release the current one, at once: whoever reads sees the one before or this one. Hold the lock. */
export async function writeCurrent(
  { hdfs, target, user }: Cluster,
  release: string,
  before: Current | undefined,
  now: Instant,
): Promise<Current> {
  const layout = remoteLayout(target);
  const deployment = { release, at: formatOozieTime(now), by: user };
  const current: Current = {
    format: 1,
    deployments: [deployment, ...(before?.deployments ?? [])].slice(0, remembered),
  };
  const next = `${layout.current}.new`;
  await hdfs.create(next, `${JSON.stringify(current, undefined, 2)}\n`, { overwrite: true });
  await hdfs.mv(next, layout.current, { overwrite: true });
  return current;
}
