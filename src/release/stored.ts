import {
  absentIfMissing,
  isNotFound,
  type CallOptions,
  type FileStatus,
  type WebHdfs,
} from "../connect/webhdfs/index.ts";
import { HowdahError, messageOf } from "../core/errors.ts";
import type { Cluster } from "../project/cluster.ts";
import { layout } from "./layout.ts";
import type { Manifest } from "./manifest.ts";
import { remoteLayout } from "./remote.ts";

/** How much a release holds, its manifest apart. */
export interface Extent {
  readonly files: number;
  readonly bytes: number;
}

/** What of a release lies on the cluster: nothing, some of it, or all. */
export type Stored = "absent" | "broken" | "whole";

/** What the files of a manifest that are deployed come to. */
export function extentOf({ files }: Pick<Manifest, "files">): Extent {
  const deployed = files.filter((file) => file.deployed);
  return { files: deployed.length, bytes: deployed.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Whether a release is there, by two questions: its manifest, which is written last, and how much its folder holds. */
export async function storedState(
  { hdfs, target }: Cluster,
  manifest: Manifest,
  call: CallOptions = {},
): Promise<Stored> {
  const folder = remoteLayout(target).release(manifest.hash);
  const [own, summary] = await Promise.all([
    hdfs.statIfThere(`${folder}/${layout.manifest}`, call),
    absentIfMissing(hdfs.contentSummary(folder, call)),
  ]);
  if (summary === undefined) return "absent";
  const { files, bytes } = extentOf(manifest);
  const whole = own !== undefined && summary.fileCount === files + 1 && summary.length === bytes + own.length;
  return whole ? "whole" : "broken";
}

/** Every file below a folder, by its path from there; none where there is no folder. */
export async function filesBelow(
  hdfs: WebHdfs,
  folder: string,
  call: CallOptions = {},
): Promise<ReadonlyMap<string, FileStatus>> {
  const found = new Map<string, FileStatus>();
  try {
    for await (const status of hdfs.walk(folder, call))
      if (status.type === "file") found.set(status.path.slice(folder.length + 1), status);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return found;
}

/** The manifest of a release; undefined where there is none. @throws RELEASE_BROKEN */
export async function readManifest(
  { hdfs, target }: Cluster,
  hash: string,
  call: CallOptions = {},
): Promise<Manifest | undefined> {
  const path = `${remoteLayout(target).release(hash)}/${layout.manifest}`;
  const text = await absentIfMissing(hdfs.cat(path, call));
  if (text === undefined) return undefined;
  let why = "is not of this version of howdah";
  try {
    const manifest = JSON.parse(text.toString()) as Partial<Manifest> | null;
    if (manifest?.format === 1 && Array.isArray(manifest.files)) return manifest as Manifest;
  } catch (error) {
    why = `is no JSON: ${messageOf(error)}`;
  }
  throw new HowdahError(`the manifest of the release ${hash} ${why}`, {
    code: "RELEASE_BROKEN",
    fault: "run",
    where: path,
    next: "deploy the definitions that it was made of again, or choose another release: howdah releases",
  });
}
