import { HowdahError } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { evaluate, instanceScope } from "../oozie/el/index.ts";
import type { Instant } from "../core/time.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Values } from "../project/values.ts";

/** A URI's path where it is of the target's HDFS. */
export function pathOn(nameNode: string, uri: string): string | undefined {
  if (uri.startsWith("/")) return uri;
  const rest = uri.startsWith(`${nameNode}/`) ? uri.slice(nameNode.length) : undefined;
  // `hdfs:///a` is of whatever is the default.
  return rest ?? /^hdfs:\/\/(\/.*)$/.exec(uri)?.[1];
}

/** A path or URI of the definitions as WebHDFS is asked for it. @throws PATH for one of another file system */
export function hdfsPath({ target, name }: Pick<Cluster, "target" | "name">, uri: string, where?: Place): string {
  const path = pathOn(target.nameNode, uri);
  if (path !== undefined) return path.length > 1 ? path.replace(/\/+$/, "") : path;
  throw new HowdahError(`${uri} is no path of ${target.nameNode}, the HDFS of the target ${name}`, {
    code: "PATH",
    ...(where === undefined ? {} : { where }),
    next: "give the parameter an absolute path of that HDFS, such as /data",
  });
}

/** The folder of a data set's instance on a cluster. */
export function folderOn(cluster: Cluster, values: Values, dataSet: DataSet, time: Instant): string {
  const uri = evaluate(
    dataSet.uri,
    instanceScope(time, (name) => values.get(name)),
  );
  return hdfsPath(cluster, String(uri), dataSet.at);
}

/** What stands for an instance that is complete: its flag, or the folder itself. */
export function flagIn(folder: string, { doneFlag }: DataSet): string {
  return doneFlag === "" ? folder : `${folder}/${doneFlag}`;
}
