import { readProperties } from "../connect/oozie/properties.ts";
import { isNotFound } from "../connect/webhdfs/index.ts";
import { HowdahError } from "../core/errors.ts";
import { textOf } from "../oozie/app/context.ts";
import type { Cluster } from "../project/cluster.ts";
import { readCurrent } from "../release/current.ts";
import { layout, type AppKind } from "../release/layout.ts";
import { remoteLayout } from "../release/remote.ts";
import type { Submission, SubmitRequest } from "./prepare.ts";

/**
 * Makes sure that what a submission runs is deployed: the current release, which is what the project is here, or the one
 * that was asked for. Throws `NOT_DEPLOYED`, `PROJECT_CHANGED`, and for another release `RELEASE_DIFFERS` where its own
 * documents ask for more than the definitions here give.
 */
export async function checkDeployed(
  cluster: Cluster,
  submission: Submission,
  request: SubmitRequest,
  signal?: AbortSignal,
): Promise<void> {
  const { application, release, here } = submission;
  const { kind, name } = application;
  if (request.release !== undefined && release !== here) return checkOther(cluster, submission, request, signal);
  const path = documentOf(cluster, release, kind, name);
  const again = (hash: string): string => `howdah submit ${name} --release ${hash}`;
  await checkCurrent(cluster, { release, path, isNamed: request.release !== undefined, again }, signal);
}

/** What is to be run of a release. */
export interface Wanted {
  readonly release: string;
  /** A file of it that is needed. */
  readonly path: string;
  /** Whether the release was asked for, so that it need not be the current one. */
  readonly isNamed: boolean;
  /** The command that runs the same of another release. */
  readonly again: (release: string) => string;
}

/** Makes sure that a release is there, and the current one. Throws `NOT_DEPLOYED`, `PROJECT_CHANGED`. */
export async function checkCurrent(
  cluster: Cluster,
  { release, path, isNamed, again }: Wanted,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const [current, there] = await Promise.all([readCurrent(cluster, signal), cluster.hdfs.exists(path, options)]);
  if (isNamed) return there ? undefined : notDeployed(cluster, release);
  const now = current?.deployments[0]?.release;
  if (now === undefined)
    throw new HowdahError(`nothing is deployed on ${cluster.name}`, {
      code: "NOT_DEPLOYED",
      where: remoteLayout(cluster.target).current,
      next: "howdah deploy",
    });
  if (now !== release)
    throw new HowdahError(
      there
        ? `release ${release}, which the project is here, is deployed on ${cluster.name}, but ${now} is current`
        : `the project has changed since it was deployed: here it is release ${release}, on ${cluster.name} ${now} is current`,
      {
        code: "PROJECT_CHANGED",
        where: remoteLayout(cluster.target).current,
        next: `howdah deploy makes it current; ${again(there ? release : now)} takes that one`,
      },
    );
  if (!there) notDeployed(cluster, release);
}

export function notDeployed(cluster: Cluster, release: string): never {
  throw new HowdahError(`release ${release} is not on ${cluster.name}`, {
    code: "NOT_DEPLOYED",
    where: remoteLayout(cluster.target).release(release),
    next: "howdah deploy; howdah releases lists those that are there",
  });
}

function documentOf({ target }: Cluster, release: string, kind: AppKind, name: string): string {
  return `${remoteLayout(target).release(release)}/${layout.document(kind, name)}`;
}

/** A release of other definitions than those here. */
async function checkOther(
  cluster: Cluster,
  { application, release, properties, coordinators }: Submission,
  request: SubmitRequest,
  signal?: AbortSignal,
): Promise<void> {
  const read = async (kind: AppKind, name: string): Promise<string> => {
    try {
      const path = documentOf(cluster, release, kind, name);
      return (await cluster.hdfs.cat(path, signal === undefined ? {} : { signal })).toString();
    } catch (error) {
      if (isNotFound(error)) notDeployed(cluster, release);
      throw error;
    }
  };
  const own = await read(application.kind, application.name);
  const members = application.kind === "bundle" ? [...own.matchAll(/\/oozie\/coordinators\/([^/<]+)</g)] : [];
  const others = await Promise.all(
    members.map(async ([, name = ""]) => [name, await read("coordinator", name)] as const),
  );
  const differs = (why: string, next: string): HowdahError =>
    new HowdahError(`release ${release} ${why}`, {
      code: "RELEASE_DIFFERS",
      where: documentOf(cluster, release, application.kind, application.name),
      next,
    });
  const needed = [own, ...others.map(([, text]) => text)].flatMap(declared);
  const lacking = [...new Set(needed)].filter((name) => properties[name] === undefined).sort();
  if (lacking.length > 0)
    throw differs(
      `needs values of ${lacking.join(", ")}, which the definitions here do not have`,
      "submit it from the project as it was then",
    );
  const documents = new Map(application.kind === "coordinator" ? [[application.name, own]] : others);
  for (const which of ["start", "end"] as const)
    for (const { name, [which]: value } of coordinators) {
      const text = documents.get(name);
      if (request[which] === undefined || text?.includes(` ${which}="${textOf(value)}"`) === true) continue;
      throw differs(`does not take the ${which} of ${name} as the definitions here do`, `leave --${which} out`);
    }
}

/** Names of the properties that a document says it needs. */
function declared(xml: string): readonly string[] {
  const [, section = ""] = /<parameters>([\s\S]*?)<\/parameters>/.exec(xml) ?? [];
  return Object.keys(readProperties(section));
}
