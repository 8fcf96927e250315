import { sha256 } from "#src/core/hash.js";
import { cluster, type ClusterOptions } from "#src/index.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import type { BuildTree } from "#src/release/build.js";
import { layout } from "#src/release/layout.js";
import type { Manifest } from "#src/release/manifest.js";
import type { Files } from "../connect/namenode.js";

/** Below which everything lies. */
export const root = "/p";

/** A cluster whose HDFS is at this URL. */
export function clusterAt(webHdfs: string, more: Partial<ClusterOptions> = {}): Cluster {
  const servers = { nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", webHdfs };
  const target = cluster({ profile: "oozie5.2", root, login: { user: "ann" }, ...servers, ...more });
  return openCluster({ name: "there", target }, { root: "/nowhere" });
}

/** What a build of these files would be. */
export function buildOf(contents: Readonly<Record<string, string | Uint8Array>>, target = root): BuildTree {
  const files = Object.entries(contents)
    .map(([path, content]) => ({ path, content, from: "" }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = sha256(files.map(({ path, content }) => `${path}\n${sha256(content)}\n`).join("")).slice(0, 16);
  const manifest: Manifest = {
    format: 1,
    project: "test",
    target: "there",
    profile: "oozie5.2",
    root: target,
    hash,
    applications: [],
    files: files.map(({ path, content }) => {
      const bytes = Buffer.byteLength(content);
      return { path, bytes, sha256: sha256(content), deployed: true, from: "" };
    }),
  };
  const own = { path: layout.manifest, content: `${JSON.stringify(manifest)}\n`, from: "" };
  return { manifest, files: [...files, own] };
}

/** The files of a stand-in below a path, with their texts. */
export function filesIn(files: Files, folder: string): Readonly<Record<string, string>> {
  const own = [...files].filter(([path, bytes]) => bytes !== undefined && path.startsWith(`${folder}/`));
  return Object.fromEntries(
    own.map(([path, bytes]) => [path.slice(folder.length + 1), bytes!.toString()] as const).sort(),
  );
}

/** As `filesIn` would find a build, once deployed. */
export function filesOf({ files }: BuildTree): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ path, content }) => [path, Buffer.from(content).toString()] as const).sort());
}

/** Names right below a folder of a stand-in. */
export function namesIn(files: Files, folder: string): readonly string[] {
  const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))].sort();
}
