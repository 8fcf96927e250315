import { inParallel } from "../connect/parallel.ts";
import { absentIfMissing } from "../connect/webhdfs/index.ts";
import type { Instant } from "../core/time.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { Cluster } from "../project/cluster.ts";
import { hasField, literalOf, timeOf, uriPattern } from "../project/uripattern.ts";
import type { Values } from "../project/values.ts";
import { flagIn, hdfsPath } from "./paths.ts";

/** Flags looked at side by side: each is a request of its own. */
const atOnce = 16;

/**
 * The times of a data set's complete instances on a cluster, in order, read off the folders that its URI describes. Those
 * that are known to be complete are not looked at.
 */
export async function landedOn(
  cluster: Cluster,
  dataSet: DataSet,
  values: Values,
  signal?: AbortSignal,
  known: ReadonlySet<Instant> = new Set(),
): Promise<readonly Instant[]> {
  const call = signal === undefined ? {} : { signal };
  const { hdfs } = cluster;
  const pattern = hdfsPattern(cluster, uriPattern(dataSet, values), dataSet);
  const candidates: { readonly time: Instant; readonly folder: string }[] = [];
  const visit = async (
    folder: string,
    segments: readonly string[],
    fields: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const fixed = segments.findIndex(hasField);
    if (fixed < 0) {
      const time = timeOf(fields);
      if (time !== undefined) candidates.push({ time, folder: [folder, ...segments.map(literalOf)].join("/") });
      return;
    }
    const parent = [folder, ...segments.slice(0, fixed).map(literalOf)].join("/");
    const names = new RegExp(`^${segments[fixed]!}$`);
    for (const { name, type } of (await absentIfMissing(hdfs.ls(parent === "" ? "/" : parent, call))) ?? []) {
      const match = type === "directory" ? names.exec(name) : null;
      if (match !== null) await visit(`${parent}/${name}`, segments.slice(fixed + 1), { ...fields, ...match.groups });
    }
  };
  await visit("", pattern.split("/").slice(1), {});
  const found: Instant[] = [];
  await inParallel(candidates, atOnce, async ({ time, folder }) => {
    if (known.has(time) || (await hdfs.exists(flagIn(folder, dataSet), call))) found.push(time);
  });
  return found.sort((a, b) => a - b);
}

/** A pattern without the name of the NameNode before it, in whose text every dot is escaped. */
function hdfsPattern(cluster: Cluster, pattern: string, dataSet: DataSet): string {
  if (pattern.startsWith("/")) return pattern;
  const [, scheme = ""] = /^([^/]*\/\/[^/]*)/.exec(pattern) ?? [];
  hdfsPath(cluster, `${literalOf(scheme)}/`, dataSet.at);
  return pattern.slice(scheme.length);
}
