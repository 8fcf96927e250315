import { setTimeout as sleep } from "node:timers/promises";
import type { Application, ApplicationAttempt, NodeManager } from "../../connect/yarn.ts";
import { isApplicationOver } from "../../connect/yarn.ts";
import { isHowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";

/** A file of a container, its end as a text. */
export interface ContainerText {
  readonly container: string;
  readonly file: string;
  readonly bytes: number;
  readonly text: string;
}

/** How much of the end of a file is read. */
export const readBytes = 1 << 20;

/** What the NodeManager leaves in each container, which tells nothing of the program in it. */
const ofNodeManager = ["directory.info", "launch_container.sh", "prelaunch.out"];
/** Where programs say most. */
const order = ["stderr", "stdout", "syslog", "prelaunch.err"];

/**
 * The logs of an application's masters (a launcher, a driver in the cluster), attempt by attempt; what is not there is told.
 * @param patience for how long those of what has just ended are waited for, in milliseconds
 */
export async function* logsOf(
  cluster: Cluster,
  application: Application,
  signal: AbortSignal | undefined,
  patience = 0,
): AsyncGenerator<ContainerText | { readonly missing: string }, void, undefined> {
  const attempts = await cluster.yarn.attempts(application.id);
  if (attempts.every(({ container }) => container === undefined))
    yield { missing: `${application.id} never had a container: ${application.diagnostics || application.state}` };
  for (const attempt of attempts) {
    signal?.throwIfAborted();
    if (attempt.container === undefined) continue;
    const { container } = attempt;
    const source = await sourceWithin(cluster, application, attempt, signal, patience);
    if (source === undefined) {
      yield { missing: whyNone(cluster, application, container) };
      continue;
    }
    for (const { name, bytes } of source.files) {
      signal?.throwIfAborted();
      const text = await source.from.log(container, name, readBytes).catch(gone);
      if (text !== undefined) yield { container, file: name, bytes, text };
    }
  }
}

/** The end of one file of an application's latest master; undefined where it is not there. */
export async function outputOf(cluster: Cluster, application: Application, file: string): Promise<string | undefined> {
  const attempt = (await cluster.yarn.attempts(application.id)).findLast(({ container }) => container !== undefined);
  if (attempt === undefined) return undefined;
  const source = await sourceOf(cluster, application, attempt);
  if (source?.files.some(({ name }) => name === file) !== true) return undefined;
  return source.from.log(attempt.container!, file, readBytes).catch(gone);
}

type LogServer = Pick<NodeManager, "log" | "logFiles">;

/** Who serves the logs of an attempt: the job history once YARN has put them together, before that its NodeManager. */
async function sourceOf(
  cluster: Cluster,
  { state }: Application,
  { container, node }: ApplicationAttempt,
): Promise<
  { readonly from: LogServer; readonly files: readonly { readonly name: string; readonly bytes: number }[] } | undefined
> {
  const there = (node ?? "") === "" ? [] : [cluster.nodeManager(node!)];
  const history = cluster.jobHistory === undefined ? [] : [cluster.jobHistory];
  const servers: readonly LogServer[] = isApplicationOver(state) ? [...history, ...there] : [...there, ...history];
  for (const from of servers) {
    const files = await from.logFiles(container!).catch(gone);
    const own = files?.filter(({ name, bytes }) => bytes > 0 && !ofNodeManager.includes(name)) ?? [];
    const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
    if (own.length > 0) return { from, files: own.sort((a, b) => rank(a.name) - rank(b.name)) };
  }
  return undefined;
}

/** For a moment after the end nobody serves logs: the NodeManager has given them away, the job history not got them yet. */
async function sourceWithin(
  cluster: Cluster,
  application: Application,
  attempt: ApplicationAttempt,
  signal: AbortSignal | undefined,
  patience: number,
): ReturnType<typeof sourceOf> {
  const until = performance.now() + (cluster.jobHistory === undefined ? 0 : patience);
  for (;;) {
    const source = await sourceOf(cluster, application, attempt);
    if (source !== undefined || performance.now() >= until) return source;
    await sleep(1000);
    signal?.throwIfAborted();
  }
}

function whyNone({ jobHistory, target }: Cluster, { state }: Application, container: string): string {
  if (!isApplicationOver(state)) return `${container} has written nothing yet`;
  if (jobHistory === undefined && target.jobHistory === undefined)
    return `the logs of ${container} are with the job history, and the target does not say where that is: jobHistory: "http://host:19888"`;
  return `there are no logs of ${container}: YARN puts them together half a minute after the end, and keeps them for some days (yarn.log-aggregation)`;
}

/** Of a container that is not there, or not any more; of one that another server has, to which the history server sends. */
function gone(error: unknown): undefined {
  const codes = ["YARN_ABSENT", "HTTP_REDIRECT", "CONNECT_REFUSED", "CONNECT_UNRESOLVED", "CONNECT_UNREACHABLE"];
  if (isHowdahError(error) && codes.includes(error.code)) return undefined;
  throw error;
}
