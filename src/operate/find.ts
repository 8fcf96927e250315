import { isAbsent, isOver, type AnyJob } from "../connect/oozie/index.ts";
import { didYouMean, HowdahError } from "../core/errors.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Definitions } from "../project/definitions.ts";
import type { AppKind } from "../release/layout.ts";

/** What can be submitted of a project. */
export type Application = { readonly kind: AppKind; readonly name: string };

/** What a name means to Oozie. @throws NAME_UNKNOWN */
export function applicationOf(definitions: Definitions, name: string): Application {
  const { bundles, coordinators, workflows } = definitions;
  if (bundles.has(name)) return { kind: "bundle", name };
  if (coordinators.has(name)) return { kind: "coordinator", name };
  if (workflows.has(name)) return { kind: "workflow", name };
  const names = [...bundles.keys(), ...coordinators.keys(), ...workflows.keys()];
  throw new HowdahError(`there is no bundle, coordinator or workflow ${name}${didYouMean(name, names)}`, {
    code: "NAME_UNKNOWN",
    next: `there are ${names.join(", ")}; or name a job by its id`,
  });
}

/** Whether a text is the id of a job of Oozie, `0000001-260101000000000-oozie-user-W`, and not a name. */
export function isJobId(text: string): boolean {
  return /^\d+-\d+-.+-[WCB]$/.test(text);
}

/** The user's jobs of an application, the newest first. */
export async function* jobsOf(
  { oozie, user }: Cluster,
  { kind, name }: Application,
): AsyncGenerator<AnyJob, void, undefined> {
  const filter = { name, user };
  if (kind === "bundle") yield* oozie.bundles(filter);
  else if (kind === "coordinator") yield* oozie.coordinators(filter);
  else yield* oozie.workflows(filter);
}

/**
 * The job that a name or an id means: of a name's jobs the newest that is alive, else the newest. Throws `NAME_UNKNOWN`,
 * `NO_JOB`.
 */
export async function findJob(cluster: Cluster, definitions: Definitions, nameOrId: string): Promise<AnyJob> {
  const { oozie } = cluster;
  if (isJobId(nameOrId)) {
    try {
      return await oozie.job(nameOrId);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      throw new HowdahError(`Oozie knows no job ${nameOrId}`, {
        code: "NO_JOB",
        next: "howdah status lists the project's jobs; Oozie forgets old ones",
        cause: error,
      });
    }
  }
  const application = applicationOf(definitions, nameOrId);
  let newest: string | undefined;
  for await (const job of jobsOf(cluster, application)) {
    newest ??= job.id;
    if (isOver(job.status)) continue;
    newest = job.id;
    break;
  }
  if (newest !== undefined) return oozie.job(newest);
  throw new HowdahError(`the ${application.kind} ${nameOrId} was never submitted by ${cluster.user}`, {
    code: "NO_JOB",
    next: `howdah submit ${nameOrId} submits it`,
  });
}
