import { build } from "#src/release/build.js";
import { cluster, type ClusterTarget } from "#src/index.js";
import type { Project } from "#src/project/load.js";
import { layout, type AppKind } from "#src/release/layout.js";
import { projectIn } from "../support/definitions.js";
import { withFolder } from "../support/project.js";
import type { ClusterAddresses } from "../support/cluster.js";
import type { TestHdfs } from "./hdfs.js";
import { clusterProject } from "./project.js";

/** The test's project on a cluster. */
export interface Release {
  /** Without a scheme. */
  readonly folder: string;
  readonly hash: string;
  /** The text of a file of the build. */
  textOf(path: string): string;
  /** With what an application of it is submitted. */
  propertiesOf(kind: AppKind, name: string): Readonly<Record<string, string>>;
}

/** Builds the test's own project as howdah would for a user, and uploads what a deploy would. */
export function release(
  at: ClusterAddresses,
  hdfs: TestHdfs,
  root: string,
  given: Readonly<Record<string, string>>,
): Promise<Release> {
  return withFolder(async (folder) => {
    const { nameNode, resourceManager, hiveServer2 } = at;
    const target = cluster({ profile: "oozie5.2", nameNode, resourceManager, hiveServer2, root });
    return releaseOf(await projectIn(folder, clusterProject), target, hdfs, given);
  });
}

/** The same of any project. */
export async function releaseOf(
  project: Project,
  target: ClusterTarget,
  hdfs: TestHdfs,
  given: Readonly<Record<string, string>>,
): Promise<Release> {
  const built = build(project, { name: "cluster", target }, { given });
  const releaseFolder = `${target.root}/releases/${built.manifest.hash}`;
  const deployed = new Set(built.manifest.files.filter((file) => file.deployed).map(({ path }) => path));
  const files = built.files.filter(({ path }) => deployed.has(path));
  await hdfs.putAll(files.map(({ path, content }) => ({ path: `${releaseFolder}/${path}`, content })));
  const textOf = (path: string): string => String(built.files.find((file) => file.path === path)!.content);
  return {
    hash: built.manifest.hash,
    folder: releaseFolder,
    textOf,
    propertiesOf: (kind, name) => readJobProperties(textOf(layout.properties(kind, name))),
  };
}

function readJobProperties(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
  );
}
