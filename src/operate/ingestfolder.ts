import { absentIfMissing, replaceFile } from "../connect/webhdfs/index.ts";
import type { Cluster } from "../project/cluster.ts";
import {
  ingestFolder,
  type FolderIngested,
  type FolderIngestOptions,
  type InstancePlace,
  type ValuesFile,
} from "../project/ingestfolder.ts";
import type { LandingFolder } from "../project/landingfolder.ts";
import { isRemoteFile, type Values } from "../project/values.ts";
import { withTargetLock } from "../release/lock.ts";
import { initialOf } from "./ingest.ts";
import { lookOn, stageOnHdfs } from "./instances.ts";
import { landedOn } from "./landed.ts";
import { folderOn, hdfsPath } from "./paths.ts";
import { pathOnHdfs } from "./values.ts";

/**
 * Puts the instances of a folder that landing made onto a cluster. Throws what `ingestFolder` and `stageOnHdfs` throw, and
 * `LOCKED` while somebody else puts files into one of the data sets.
 */
export async function ingestFolderOn(
  cluster: Cluster,
  values: Values,
  source: LandingFolder,
  options: FolderIngestOptions = {},
): Promise<FolderIngested> {
  const place = hdfsPlace(cluster, values, source, options.signal);
  const work = (): Promise<FolderIngested> => ingestFolder(source, place, options);
  if (options.dryRun === true) return work();
  // In one order, so that two that want the same ones do not wait for each other.
  const names = source.sets.map(({ dataSet: { name } }) => name).sort();
  return names.reduceRight<() => Promise<FolderIngested>>((inner, name) => {
    const { signal, emit } = options;
    const given = { ...(signal === undefined ? {} : { signal }), ...(emit === undefined ? {} : { emit }) };
    return () => withTargetLock(cluster, { doing: `ingest of ${name}`, of: `ingest-${name}`, ...given }, inner);
  }, work)();
}

function hdfsPlace(cluster: Cluster, values: Values, source: LandingFolder, signal?: AbortSignal): InstancePlace {
  const { hdfs } = cluster;
  const call = signal === undefined ? {} : { signal };
  return {
    folderOf: (dataSet, time) => folderOn(cluster, values, dataSet, time),
    initial: (dataSet) => initialOf(dataSet, values),
    landed: (dataSet, known) => landedOn(cluster, dataSet, values, signal, known),
    look: (folders, onlyLook) => lookOn(hdfs, folders, { onlyLook, ...call }),
    stage: (folder, files, { dataSet: { doneFlag }, state }) =>
      stageOnHdfs(hdfs, folder, files, { doneFlag, replaces: state === "replaced", ...call }),
    values: valuesFiles(cluster, source, signal),
  };
}

/** The target's files of values that lie below what the folder stands for. */
function valuesFiles(cluster: Cluster, { root }: LandingFolder, signal?: AbortSignal): readonly ValuesFile[] {
  const { hdfs } = cluster;
  const call = signal === undefined ? {} : { signal };
  const above = `${hdfsPath(cluster, root)}/`;
  return (cluster.target.parameterFiles ?? []).filter(isRemoteFile).flatMap((file): readonly ValuesFile[] => {
    const path = pathOnHdfs(file, cluster);
    if (!path.startsWith(above)) return [];
    return [
      {
        path,
        below: path.slice(above.length),
        read: async () => (await absentIfMissing(hdfs.cat(path, call)))?.toString(),
        write: (text) => replaceFile(hdfs, path, text, call),
      },
    ];
  });
}
