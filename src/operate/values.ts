import { absentIfMissing } from "../connect/webhdfs/index.ts";
import { HowdahError } from "../core/errors.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Project } from "../project/load.ts";
import { isRemoteFile, parseValues, type RecordedValues, type Values } from "../project/values.ts";
import { valuesOf } from "../release/build.ts";

/**
 * The values that a project's parameters have on a cluster, those that landing recorded there included. Throws
 * `PARAMETER_UNKNOWN`, `PARAMETER_VALUE`, `PARAMETER_FILE`, `SECRET`.
 */
export async function clusterValues(
  project: Project,
  cluster: Cluster,
  given: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Values> {
  return valuesOf(project, cluster.target, given, await recordedValues(cluster, signal));
}

/** What the target's files of values on HDFS hold; those that are not there are left out. @throws PARAMETER_FILE */
export async function recordedValues(cluster: Cluster, signal?: AbortSignal): Promise<RecordedValues> {
  const files = (cluster.target.parameterFiles ?? []).filter(isRemoteFile);
  const read = await Promise.all(
    files.map(async (file) => {
      const path = pathOnHdfs(file, cluster);
      const text = await absentIfMissing(cluster.hdfs.cat(path, signal === undefined ? {} : { signal }));
      return text === undefined ? [] : [[file, parseValues(text.toString(), file)] as const];
    }),
  );
  return new Map(read.flat());
}

/** `/data/values.json` of `hdfs:///data/values.json`, or of the same with the target's own name node. */
export function pathOnHdfs(file: string, { name, target }: Pick<Cluster, "name" | "target">): string {
  const [, server = "", path = ""] = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?)(\/.*)$/i.exec(file) ?? [];
  const scheme = target.nameNode.slice(0, target.nameNode.indexOf(":") + 1);
  if ([scheme, `${scheme}//`, target.nameNode].includes(server)) return path;
  throw new HowdahError(`values of parameters: the target ${name} keeps its files at ${target.nameNode}`, {
    code: "PARAMETER_FILE",
    where: file,
    next: `write it as ${scheme}///folder/values.json`,
  });
}

/** @param what `the job prepare needs`, `the locations of tables need` */
export function valuesMissing(what: string, names: readonly string[]): HowdahError {
  return new HowdahError(`${what} values of ${names.join(", ")}`, {
    code: "PARAMETER_MISSING",
    next: `give ${names.map((one) => `-D ${one}=…`).join(" ")}`,
  });
}
