import { exitCodes, HowdahError, isHowdahError, messageOf } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";
import { collect } from "../../release/gc.ts";
import { listReleases, type StoredRelease } from "../../release/releases.ts";
import { rollback } from "../../release/rollback.ts";
import { releasesInUse, type UsingJob } from "../../release/usage.ts";
import { bytesText, countText } from "../bytes.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { releaseEvents } from "../releaseevents.ts";

/** `howdah releases` */
export async function handleReleases(args: Arguments, io: Io): Promise<number> {
  await withCluster(args, await projectOf(args, io), async (cluster) => {
    const [releases, { using, why }] = await Promise.all([
      listReleases(cluster, { signal: io.signal }),
      useIfKnown(cluster),
    ]);
    const jobsOf = ({ release }: StoredRelease): readonly UsingJob[] => using?.get(release) ?? [];
    if (io.json) {
      const listed = releases.map((one) => ({ ...one, ...(using === undefined ? {} : { jobs: jobsOf(one) }) }));
      io.out(
        JSON.stringify({ target: cluster.name, releases: listed, ...(why === undefined ? {} : { useUnknown: why }) }),
      );
      return;
    }
    if (releases.length === 0) io.out("nothing was deployed yet: howdah deploy");
    for (const one of releases) {
      const { release, at, by, files, bytes, current, whole } = one;
      const marks = [...(current ? [io.colors.green("current")] : []), ...(whole ? [] : [io.colors.yellow("broken")])];
      const amount = `${countText(files, "file")}, ${bytesText(bytes)}`;
      io.out([`${release}  ${at}  ${by}  ${amount}`, ...marks].join("  "));
      for (const job of jobsOf(one)) io.out(`    ${jobText(job)}`);
    }
    if (why !== undefined) io.say(`which jobs use them is not known: ${why}`);
  });
  return exitCodes.done;
}

/** `howdah rollback` */
export async function handleRollback(args: Arguments, io: Io): Promise<number> {
  const [release] = args.positionals;
  await withCluster(args, await projectOf(args, io), async (cluster) => {
    const emit = releaseEvents(io);
    const done = await rollback(cluster, { signal: io.signal, emit, ...(release === undefined ? {} : { release }) });
    const { using, why } = await useIfKnown(cluster);
    const jobs = done.switched ? (using?.get(done.before) ?? []) : [];
    if (io.json) {
      io.out(
        JSON.stringify({ target: cluster.name, ...done, jobs, ...(why === undefined ? {} : { useUnknown: why }) }),
      );
      return;
    }
    if (!done.switched) io.out(`${io.colors.green("unchanged")} release ${done.release} is the current one already`);
    else {
      io.out(`${io.colors.green("switched")} from release ${done.before} to ${done.release}, which is whole`);
      for (const job of jobs) io.out(`  keeps ${done.before}: ${jobText(job)}`);
      io.out("What is submitted from now on uses it; jobs that run keep theirs.");
    }
    if (why !== undefined) io.say(`which jobs use ${done.before} is not known: ${why}`);
  });
  return exitCodes.done;
}

/** `howdah gc` */
export async function handleGc(args: Arguments, io: Io): Promise<number> {
  const keepText = args.text("keep") ?? "5";
  if (!/^\d+$/.test(keepText))
    throw new HowdahError(`--keep ${keepText} is no number`, { code: "USAGE", next: "such as --keep 5" });
  const dryRun = args.flag("dry-run");
  await withCluster(args, await projectOf(args, io), async (cluster) => {
    const emit = releaseEvents(io);
    const collected = await collect(cluster, { keep: Number(keepText), dryRun, signal: io.signal, emit });
    io.status("");
    if (io.json) return io.out(JSON.stringify({ target: cluster.name, ...collected }));
    const { removed, kept, leftovers, bytes } = collected;
    const gone = dryRun ? "would remove" : "removed";
    for (const { release, why, jobs } of kept) {
      io.out(`keeps    ${release}  ${why === "used" ? `used by ${countText(jobs.length, "job")}` : why}`);
      for (const job of jobs) io.out(`    ${jobText(job)}`);
    }
    for (const { release, at, files, bytes: own } of removed)
      io.out(`${gone}  ${release}  ${at}  ${countText(files, "file")}, ${bytesText(own)}`);
    for (const path of leftovers) io.out(`${gone}  ${path}`);
    io.out(
      removed.length + leftovers.length === 0
        ? "nothing to remove"
        : `${gone} ${countText(removed.length, "release")}, ${bytesText(bytes)}`,
    );
  });
  return exitCodes.done;
}

interface Use {
  readonly using?: ReadonlyMap<string, readonly UsingJob[]>;
  /** Why it is not known. */
  readonly why?: string;
}

/** Who uses which release is worth knowing, but no reason to fail. */
async function useIfKnown(cluster: Cluster): Promise<Use> {
  try {
    return { using: await releasesInUse(cluster) };
  } catch (error) {
    if (!isHowdahError(error) || error.fault === "bug") throw error;
    return { why: messageOf(error) };
  }
}

function jobText({ id, kind, name, status, user }: UsingJob): string {
  return `${kind} ${name}  ${status}  ${id}${user === undefined ? "" : `  of ${user}`}`;
}
