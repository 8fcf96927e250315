import { mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { inParallel } from "../connect/parallel.ts";
import { HowdahError, bug } from "../core/errors.ts";
import { userCache } from "../core/usercache.ts";
import type { Emit } from "../core/events.ts";
import { diskError } from "../project/disk.ts";
import { agentJar } from "./agent.ts";
import { groupFolder, makeGroup } from "./group.ts";
import {
  artifactsOf,
  coordinate,
  readList,
  repositoryPath,
  type Artifact,
  type PackageGroup,
  type PackageList,
} from "./lists.ts";
import { fetchWithMaven } from "./maven.ts";
import { damagedInEnvironment, environmentFolder, findEnvironment, makeEnvironment } from "./python.ts";
import { damagedFiles, isFile, removeDrafts } from "./store.ts";
import { shareLibraries } from "./sharelibrary.ts";
import { inTurn } from "./turn.ts";

export type { PackageGroup } from "./lists.ts";

/**
 * What servers and clients are started from: folders and files that sandboxes share, never written after they are
 * made. To read what belongs to a group that was not asked for is a mistake of the caller's and throws.
 */
export interface Packages {
  /** A folder of Hadoop's jars, with one binding of the log. */
  readonly hadoop: string;
  /** The folder that holds `webapps/`, for the class path of HDFS's servers. */
  readonly web: string;
  /** A folder of Hive's jars, fit for Java 17. */
  readonly hive: string;
  /** Guava, which must stand before Hive's jars. */
  readonly hiveGuava: string;
  /** The jar to start Hive's servers from. */
  readonly hiveService: string;
  /** Jars that must stand first on HiveServer2's class path when it speaks HTTP. */
  readonly hiveHttpFirst: readonly string[];
  /** A folder of Oozie's jars. */
  readonly oozie: string;
  /** Jars that must stand before Hadoop's on Oozie's class path. */
  readonly oozieFirst: readonly string[];
  /** A folder with an empty `webapp/`, which Oozie's server wants on its class path. */
  readonly oozieWeb: string;
  /** A folder of Livy's jars. */
  readonly livy: string;
  /** A folder of what HttpFS has beyond Hadoop's jars. */
  readonly httpfs: string;
  /** The folder of PySpark, to be SPARK_HOME. */
  readonly sparkHome: string;
  /** The interpreter of the environment that holds PySpark. */
  readonly python: string;
  /** The jar of the agent that binds to the loopback address what asks for all. */
  readonly agent: string;
  /** Files of Oozie's share libraries by the library's name; that of Spark when Spark was asked for too. */
  readonly shareLibrary: Readonly<Record<string, readonly string[]>>;
}

export interface PackageOptions {
  /** The folder that projects share, absolute: see {@link packageCache}. */
  readonly cache: string;
  /** The folder of the lists of Maven's packages, one a group. @default this package's own */
  readonly lists?: string;
}

export interface FetchOptions extends PackageOptions {
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

/** A group that would be downloaded. */
export interface MissingGroup {
  readonly group: PackageGroup;
  readonly bytes: number;
}

/** About what pip downloads: PySpark 3.5.6 and what it needs. */
const sparkBytes = 317_600_000;

/** The folder of {@link userCache}. @throws NO_HOME */
export function packageCache(env: NodeJS.ProcessEnv = process.env): string {
  const cache = userCache(env);
  if (cache !== undefined) return cache;
  throw new HowdahError("there is no home folder, so no place for packages", {
    code: "NO_HOME",
    next: "set HOME, or HOWDAH_CACHE to a folder",
  });
}

/** What would be downloaded, without doing so: groups that are not whole, with about how many bytes. */
export function missingPackages(
  groups: readonly PackageGroup[],
  options: PackageOptions,
): Promise<readonly MissingGroup[]> {
  const { cache } = options;
  const counted = new Set<string>();
  const lists = missingLists(groups, options);
  return Promise.resolve(
    groups.flatMap((group): readonly MissingGroup[] => {
      if (group === "spark") return findEnvironment(environmentFolder(cache)) ? [] : [{ group, bytes: sparkBytes }];
      // The agent is counted with the first group, and a jar of two groups once.
      const mine = lists.filter((list) => list.group === group || list.group === "agent");
      if (!mine.some((list) => list.group === group)) return [];
      const absent = artifactsOf(mine).filter(
        (artifact) =>
          !counted.has(coordinate(artifact)) && !isFile(inRepository(cache, artifact), { bytes: artifact.bytes }),
      );
      for (const artifact of absent) counted.add(coordinate(artifact));
      return [{ group, bytes: bytesOf(absent) }];
    }),
  );
}

/**
 * Files in the cache that are gone or changed, of what was fetched. Sizes alone are compared, as {@link fetchPackages}
 * does; contents, which takes a few seconds, when `thoroughly`.
 */
export function damagedPackages(
  groups: readonly PackageGroup[],
  options: PackageOptions & { readonly thoroughly?: boolean },
): readonly string[] {
  const { cache, thoroughly = false } = options;
  const found = listsOf(groups, options).map((list) => {
    const folder = groupFolder(cache, list);
    return { folder, damaged: damagedFiles(folder, thoroughly) };
  });
  if (groups.includes("spark")) {
    const folder = environmentFolder(cache);
    found.push({ folder, damaged: damagedInEnvironment(folder, thoroughly) });
  }
  // A folder that is damaged as a whole was never finished: it is missing.
  return found.flatMap(({ folder, damaged }) => damaged.filter((path) => path !== folder));
}

/**
 * Fetches what is missing, once; what is there needs no network. What an interrupted call has fetched is kept. Emits
 * `packages.fetching` (group; artifacts, ofArtifacts, bytes, ofBytes), `packages.ready` (group) when a group was made,
 * and `packages.waiting` while another process is at it. Throws `NO_MAVEN`, `NO_PYTHON`, `NO_JAVA`, `OLD_JAVA`,
 * `FETCH_FAILED`, `BAD_PACKAGE` or `DISK_FULL`.
 */
export async function fetchPackages(groups: readonly PackageGroup[], options: FetchOptions): Promise<Packages> {
  const { cache } = options;
  if (!isComplete(groups, options))
    await inTurn(join(cache, "packages.lock"), { ...options, waiting: "packages.waiting" }, async () => {
      try {
        mkdirSync(join(cache, "packages"), { recursive: true });
        removeDrafts(cache);
        removeDrafts(join(cache, "packages"));
        await checkSpace(groups, options);
        // Maven and pip wait for other servers most of the time.
        await inParallel(
          [() => fetchLists(missingLists(groups, options), options), () => fetchSpark(groups, options)],
          2,
          (fetch) => fetch(),
        );
      } catch (error) {
        throw diskError(error, "keep packages", cache);
      }
    });
  return packagesOf(groups, options);
}

function isComplete(groups: readonly PackageGroup[], options: PackageOptions): boolean {
  const spark = groups.includes("spark") ? findEnvironment(environmentFolder(options.cache)) !== undefined : true;
  return spark && missingLists(groups, options).length === 0;
}

function listsOf(groups: readonly PackageGroup[], { lists }: PackageOptions): readonly PackageList[] {
  const fromMaven = groups.filter((group) => group !== "spark");
  return fromMaven.length === 0 ? [] : [...fromMaven, "agent" as const].map((group) => readList(group, lists));
}

function missingLists(groups: readonly PackageGroup[], options: PackageOptions): readonly PackageList[] {
  return listsOf(groups, options).filter((list) => damagedFiles(groupFolder(options.cache, list)).length > 0);
}

function repositoryOf(cache: string): string {
  return join(cache, "maven");
}

function inRepository(cache: string, artifact: Artifact): string {
  return join(repositoryOf(cache), repositoryPath(artifact));
}

function bytesOf(artifacts: readonly Artifact[]): number {
  return artifacts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Rather now than after minutes of downloading. */
async function checkSpace(groups: readonly PackageGroup[], options: PackageOptions): Promise<void> {
  const { cache } = options;
  const missing = (await missingPackages(groups, options)).reduce((sum, { bytes }) => sum + bytes, 0);
  const { bavail, bsize } = statfsSync(cache);
  // What is fetched lies twice on the disk for a while: as an archive or in Maven's copies, and in its place.
  const needed = 2 * missing;
  const free = bavail * bsize;
  if (needed <= free) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new HowdahError(`the packages need ${megabytes(needed)} of disk, and ${megabytes(free)} are free`, {
    code: "DISK_FULL",
    fault: "run",
    where: cache,
    next: "free some space, or name another folder: HOWDAH_CACHE=/path",
  });
}

async function fetchLists(lists: readonly PackageList[], { cache, emit, signal }: FetchOptions): Promise<void> {
  const all = artifactsOf(lists);
  const isGood = (artifact: Artifact): boolean => isFile(inRepository(cache, artifact), artifact);
  const absent = all.filter((artifact) => !isGood(artifact));
  // Maven takes what has the right name for the right file.
  for (const artifact of absent) rmSync(inRepository(cache, artifact), { force: true });
  const tell = progress(lists, new Set(absent), emit);
  tell(new Set());
  if (absent.length > 0) await fetchWithMaven(absent, { repository: repositoryOf(cache), signal, onProgress: tell });
  const bad = absent.filter((artifact) => !isGood(artifact));
  if (bad.length > 0) {
    for (const artifact of bad) rmSync(inRepository(cache, artifact), { force: true });
    throw badPackage(bad);
  }
  for (const list of lists) {
    await makeGroup(groupFolder(cache, list), list, repositoryOf(cache), signal);
    emit({ event: "packages.ready", group: list.group });
  }
}

/** Tells how far each group is, whenever that has changed; a jar of two groups counts for both. */
function progress(
  lists: readonly PackageList[],
  absent: ReadonlySet<Artifact>,
  emit: Emit,
): (arrived: ReadonlySet<Artifact>) => void {
  const absentNames = new Set([...absent].map(coordinate));
  const groups = lists.map((list) => ({
    group: list.group,
    wanted: artifactsOf([list]).filter((artifact) => absentNames.has(coordinate(artifact))),
    told: -1,
  }));
  return (arrived) => {
    const names = new Set([...arrived].map(coordinate));
    for (const one of groups) {
      const here = one.wanted.filter((artifact) => names.has(coordinate(artifact)));
      if (one.wanted.length === 0 || here.length === one.told) continue;
      one.told = here.length;
      const [artifacts, ofArtifacts] = [here.length, one.wanted.length];
      const [bytes, ofBytes] = [bytesOf(here), bytesOf(one.wanted)];
      emit({ event: "packages.fetching", group: one.group, artifacts, ofArtifacts, bytes, ofBytes });
    }
  };
}

function badPackage(bad: readonly Artifact[]): HowdahError {
  const others = bad.length > 1 ? ` and ${bad.length - 1} more` : "";
  return new HowdahError(`${coordinate(bad[0]!)}${others} came with another content than its list says`, {
    code: "BAD_PACKAGE",
    fault: "server",
    next: "do the same again; if it stays, the mirror in Maven's settings serves something else under this name",
  });
}

async function fetchSpark(groups: readonly PackageGroup[], { cache, emit, signal }: FetchOptions): Promise<void> {
  const folder = environmentFolder(cache);
  if (!groups.includes("spark") || findEnvironment(folder) !== undefined) return;
  const facts = { event: "packages.fetching", group: "spark", ofArtifacts: 1, ofBytes: sparkBytes };
  emit({ ...facts, artifacts: 0, bytes: 0 });
  await makeEnvironment(folder, signal);
  emit({ ...facts, artifacts: 1, bytes: sparkBytes });
  emit({ event: "packages.ready", group: "spark" });
}

function packagesOf(groups: readonly PackageGroup[], options: PackageOptions): Packages {
  const { cache } = options;
  const folders = new Map<string, string>(
    listsOf(groups, options).map((list) => [list.group, groupFolder(cache, list)]),
  );
  const below = (group: string, ...path: string[]): string => {
    const folder = folders.get(group);
    if (folder === undefined) throw bug(`the packages of ${group} were not asked for`);
    return join(folder, ...path);
  };
  const within = (group: string, section: string): readonly string[] =>
    readdirSync(below(group, section))
      .sort()
      .map((name) => below(group, section, name));
  const spark = () => {
    const found = groups.includes("spark") ? findEnvironment(environmentFolder(cache)) : undefined;
    if (found === undefined) throw bug("the packages of spark were not asked for");
    return found;
  };
  return {
    get hadoop() {
      return below("hadoop", "jars");
    },
    get web() {
      return below("hadoop", "web");
    },
    get hive() {
      return below("hive", "jars");
    },
    get hiveGuava() {
      return within("hive", "guava")[0]!;
    },
    get hiveService() {
      return within("hive", "jars").find((path) => /\/hive-service-\d[^/]*$/.test(path))!;
    },
    get hiveHttpFirst() {
      return within("hive", "http");
    },
    get oozie() {
      return below("oozie", "jars");
    },
    get oozieFirst() {
      return within("oozie", "first");
    },
    get oozieWeb() {
      return below("oozie", "web");
    },
    get livy() {
      return below("livy", "jars");
    },
    get httpfs() {
      return below("httpfs", "jars");
    },
    get sparkHome() {
      return spark().sparkHome;
    },
    get python() {
      return spark().python;
    },
    get agent() {
      return below("agent", agentJar);
    },
    get shareLibrary() {
      return shareLibraries(below("oozie", "share"), groups.includes("spark") ? spark().sparkHome : undefined);
    },
  };
}
