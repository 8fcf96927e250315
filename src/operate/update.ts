import { isOver, type CoordinatorJob } from "../connect/oozie/index.ts";
import { HowdahError } from "../core/errors.ts";
import { formatOozieTime } from "../core/time.ts";
import { isParameter } from "../oozie/parameters.ts";
import { parametersOf } from "../oozie/el/index.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Project } from "../project/load.ts";
import { build, type Build } from "../release/build.ts";
import { readCurrent } from "../release/current.ts";
import { layout } from "../release/layout.ts";
import { readProperties } from "../release/properties.ts";
import { marks, releaseOf } from "./marks.ts";
import { expanded, instantOf, planned, utc } from "./planned.ts";
import { ranges } from "./rerun.ts";
import { recordedValues } from "./values.ts";

/** Something that differs and that Oozie's update cannot change. */
export interface Fixed {
  readonly what: "frequency" | "timezone" | "start" | "end";
  readonly running: string;
  readonly here: string;
}

export interface UpdatePlan {
  readonly job: CoordinatorJob;
  /** Hashes of the releases: from which it runs, and which is current. */
  readonly from: string | undefined;
  readonly to: string;
  /** Values that change with it, by property. */
  readonly values: readonly { readonly name: string; readonly running: string | undefined; readonly here: string }[];
  readonly properties: Readonly<Record<string, string>>;
  readonly fixed: readonly Fixed[];
  /** Actions that were made, which keep what they were made with: those that are not over, and all. */
  readonly made: { readonly open: readonly number[]; readonly all: number };
}

/** What belongs to one submission alone, and stays. */
const kept = [marks.submission, "user.name"];

/** The current release and what this folder builds, which must be the same. Throws `NOT_DEPLOYED`, `RELEASE_NOT_CURRENT`. */
export async function currentBuild(
  cluster: Cluster,
  project: Project,
  given: Readonly<Record<string, string>>,
): Promise<Build> {
  const recorded = await recordedValues(cluster);
  const built = build(project, { name: cluster.name, target: cluster.target }, { given, recorded });
  const current = (await readCurrent(cluster))?.deployments[0]?.release;
  if (current === built.manifest.hash) return built;
  throw new HowdahError(
    current === undefined
      ? `nothing was deployed to ${cluster.name}`
      : `the current release is ${current}, and the definitions here build ${built.manifest.hash}`,
    {
      code: current === undefined ? "NOT_DEPLOYED" : "RELEASE_NOT_CURRENT",
      fault: "run",
      next: "howdah deploy makes what is here the current release",
    },
  );
}

/** Says what an update of a coordinator's job to a release means. Throws `UPDATE_OVER`, `NAME_UNKNOWN`. */
export async function planUpdate(
  cluster: Cluster,
  project: Project,
  built: Build,
  job: CoordinatorJob,
): Promise<UpdatePlan> {
  const { name, id, status, configuration } = job;
  if (isOver(status))
    throw new HowdahError(`the coordinator ${name} is over (${status}): there is nothing to update`, {
      code: "UPDATE_OVER",
      fault: "run",
      where: id,
      next: `howdah submit ${name} submits it anew`,
    });
  const coordinator = project.definitions.coordinators.get(name);
  if (coordinator === undefined)
    throw new HowdahError(`this project has no coordinator ${name}, which an update could give the job ${id}`, {
      code: "NAME_UNKNOWN",
      next: "a coordinator's name cannot be changed: kill the old one and submit the new one",
    });
  const own = readProperties(textOf(built, layout.properties("coordinator", name)));
  // What decides when it runs stays as it is: Oozie refuses an update that changes it (E1023).
  const { every, start, end } = coordinator;
  const timing = [start, end, ...(every.kind === "parameter-frequency" ? [every.count] : [])];
  const still = new Set([...kept, ...timing.flatMap(parametersOf)]);
  const ended = isParameter(end) && job.end !== undefined ? { [end.name]: utc(job.end) } : {};
  // The same value may be spelled by way of another property.
  const then = { ...configuration, ...own };
  const changed = Object.entries(own).filter(
    ([key]) => !still.has(key) && expanded(configuration, key) !== expanded(then, key),
  );
  const made = { open: [] as number[], all: 0 };
  for await (const one of cluster.oozie.actions(id)) {
    made.all += 1;
    if (["WAITING", "READY", "SUBMITTED", "RUNNING", "SUSPENDED"].includes(one.status)) made.open.push(one.number);
  }
  return {
    job,
    from: releaseOf(job, cluster),
    to: built.manifest.hash,
    values: changed
      .filter(([key]) => key !== "release" && !key.startsWith("oozie."))
      .map(([key]) => ({ name: key, running: expanded(configuration, key), here: expanded(then, key)! })),
    properties: { ...Object.fromEntries(changed), ...ended },
    fixed: await fixedOf(cluster, project, built, job),
    made,
  };
}

function textOf({ files }: Build, path: string): string {
  return String(files.find((file) => file.path === path)?.content ?? "");
}

/** What an update would have to change and cannot, by the definitions. */
async function fixedOf(
  cluster: Cluster,
  project: Project,
  built: Build,
  job: CoordinatorJob,
): Promise<readonly Fixed[]> {
  const coordinator = project.definitions.coordinators.get(job.name)!;
  const [running, here] = [
    await cluster.oozie.definition(job.id),
    textOf(built, layout.document("coordinator", job.name)),
  ];
  const attributes = (["frequency", "timezone"] as const).flatMap((what): readonly Fixed[] => {
    const [before, now] = [attributeOf(running, what), attributeOf(here, what)];
    return before === undefined || now === undefined || before === now ? [] : [{ what, running: before, here: now }];
  });
  const values = readProperties(textOf(built, layout.properties("coordinator", job.name)));
  const { schedule } = planned(coordinator, undefined, (name) => values[name] ?? job.configuration[name]).simulation;
  const times = (["start", "end"] as const).flatMap((what): readonly Fixed[] => {
    const before = job[what];
    const now = schedule[what];
    if (before === undefined || instantOf(before) === now) return [];
    return [{ what, running: utc(before), here: formatOozieTime(now) }];
  });
  return [...attributes, ...times];
}

/** An attribute of a document's root element. */
function attributeOf(xml: string, name: string): string | undefined {
  const root = /<coordinator-app\b[^>]*>/.exec(xml)?.[0] ?? "";
  return new RegExp(`\\s${name}="([^"]*)"`).exec(root)?.[1]?.replace(/\s+/g, "");
}

/** Updates a job, or asks the server for the difference alone. Throws `UPDATE_REFUSED` for what cannot be updated. */
export async function update({ oozie }: Cluster, plan: UpdatePlan, dryRun: boolean): Promise<string> {
  const { job, properties, fixed } = plan;
  const literal = fixed.filter(({ what }) => what === "frequency" || what === "timezone");
  if (literal.length > 0)
    throw new HowdahError(
      `Oozie cannot update ${job.name}: ${literal.map(({ what, running, here }) => `${what} is ${running}, and ${here} here`).join("; ")}`,
      {
        code: "UPDATE_REFUSED",
        fault: "run",
        where: job.id,
        next: handOver(plan).join("; then ") || "all of its actions were made already: none is left for a new one",
      },
    );
  return oozie.updateCoordinator(job.id, properties, { dryRun });
}

/** Commands that end the old job and start a new one after its last action. */
export function handOver({ job, fixed }: UpdatePlan): readonly string[] {
  if (fixed.length === 0) return [];
  const { name, nextMaterialized, start } = job;
  const begins = fixed.find(({ what }) => what === "start")?.here;
  const none = nextMaterialized === undefined || (start !== undefined && nextMaterialized <= start);
  // Up to here actions were made, which belong to the old one.
  const at = none ? (begins ?? (start === undefined ? undefined : utc(start))) : utc(nextMaterialized);
  if (at === undefined) return [];
  const end = fixed.find(({ what }) => what === "end");
  const onlyEnd = fixed.every(({ what }) => what === "end");
  if (onlyEnd && end !== undefined) return [`howdah change ${name} --end ${end.here}`];
  const until = end?.here ?? (job.end === undefined ? undefined : utc(job.end));
  // Texts of times have their order.
  if (until !== undefined && until <= at) return [];
  return [
    none ? `howdah kill ${job.id}` : `howdah change ${job.id} --end ${at}`,
    `howdah submit ${name} --start ${at}${until === undefined ? "" : ` --end ${until}`}`,
  ];
}

/** What is to be said of actions that were made already; undefined where there are none. */
export function madeText({ job, made }: UpdatePlan): string | undefined {
  if (made.all === 0) return undefined;
  const over = made.all - made.open.length;
  const open =
    made.open.length === 0
      ? ""
      : `${made.open.length} that are not over (${ranges(made.open)}) go on with what they were made with`;
  const again =
    over === 0 ? "" : `${over} that are over get it by howdah rerun ${job.name} --from TIME --until TIME --refresh`;
  return `of ${made.all} actions that were made, ${[open, again].filter((one) => one !== "").join("; ")}`;
}
