import { build } from "#src/release/build.js";
import { cluster } from "#src/index.js";
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
  /** With what an application of it is submitted. */
  propertiesOf(kind: AppKind, name: string): Readonly<Record<string, string>>;
}

/** Builds the project as howdah would for a user, and uploads what a deploy would. */
export function release(
  at: ClusterAddresses,
  hdfs: TestHdfs,
  root: string,
  given: Readonly<Record<string, string>>,
): Promise<Release> {
  return withFolder(async (folder) => {
    const { nameNode, resourceManager, hiveServer2 } = at;
    const target = cluster({ profile: "oozie5.2", nameNode, resourceManager, hiveServer2, root });
    const built = build(await projectIn(folder, clusterProject), { name: "cluster", target }, { given });
    const releaseFolder = `${root}/releases/${built.manifest.hash}`;
    const deployed = new Set(built.manifest.files.filter((file) => file.deployed).map(({ path }) => path));
    const files = built.files.filter(({ path }) => deployed.has(path));
    await hdfs.putAll(files.map(({ path, content }) => ({ path: `${releaseFolder}/${path}`, content })));
    return {
      folder: releaseFolder,
      propertiesOf: (kind, name) => {
        const { content } = built.files.find(({ path }) => path === layout.properties(kind, name))!;
        return readJobProperties(String(content));
      },
    };
  });
}

function readJobProperties(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
  );
}
