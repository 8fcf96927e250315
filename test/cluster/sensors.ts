import { join } from "node:path";
import type { Instant } from "#src/core/time.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import type { ClusterTarget } from "#src/project/config.js";
import { loadProject, targetOf, type Project } from "#src/project/load.js";
import { build } from "#src/release/build.js";
import { writeCurrent } from "#src/release/current.js";
import type { ClusterAddresses } from "../support/cluster.js";
import { landReadings, removeFolder, sensorsProject, writeFile } from "../support/command.js";
import { TestHdfs } from "./hdfs.js";

/** The project of sensors, prepared further and deployed on a cluster, with readings landed there and in its folder `data`. */
export interface SensorsOn {
  readonly folder: string;
  /** Below which everything lies on HDFS. */
  readonly root: string;
  readonly hdfs: TestHdfs;
  readonly project: Project;
  readonly on: Cluster;
  /** Cancels its batches; removes what lies on HDFS when all went well. */
  end(well: boolean): Promise<void>;
}

export type SensorsSettings = Partial<Pick<ClusterTarget, "webHdfs" | "oozie" | "livy" | "hosts" | "login">>;

const config = (name: string, root: string, at: ClusterAddresses, more: SensorsSettings): string => `
import { cluster, defineConfig, folder } from "howdah";
import { sensors } from "./definitions.ts";
export default defineConfig({ name: "${name}", definitions: [sensors], defaultTarget: "here", targets: {
  here: folder("data", (root) => ({ parameters: { landing: root + "/landing", data: root } })),
  there: cluster({ profile: "oozie5.2", nameNode: "${at.nameNode}", resourceManager: "${at.resourceManager}", root: "${root}",
    webHdfs: "${at.webHdfs}", yarn: "${at.yarn}", oozie: "${at.oozie}", livy: "${at.livy}", jobHistory: "${at.jobHistory}",
    hiveServer2: "${at.hiveServer2}", ...${JSON.stringify(more)},
    sparkOptions: "--conf spark.sql.shuffle.partitions=2",
    parameters: { landing: "${root}/landing", data: "${root}/data", first_hour: "2021-05-01T00:00Z" } }) } });
`;

const rootOf = ({ user }: ClusterAddresses, name: string): string => `/user/${user}/howdah-test/${name}`;

/** Has the project in a folder ask servers at these addresses, some of which may be proxies, with other settings. */
export function configureSensors(folder: string, name: string, at: ClusterAddresses, more: SensorsSettings = {}): void {
  writeFile(join(folder, "howdah.config.ts"), config(name, rootOf(at, name), at, more));
}

export async function sensorsOn(
  at: ClusterAddresses,
  name: string,
  readings: Readonly<Record<string, readonly string[]>>,
  prepare: (folder: string) => void = () => undefined,
): Promise<SensorsOn> {
  const root = rootOf(at, name);
  const hdfs = new TestHdfs(at);
  const folder = sensorsProject();
  configureSensors(folder, name, at);
  prepare(folder);
  landReadings(folder, readings);
  const project = await loadProject(folder);
  const on = openCluster(targetOf(project, "cluster"), { root: folder });
  const { files, manifest } = build(project, { name: on.name, target: on.target });
  await hdfs.putAll(files.map(({ path, content }) => ({ path: `${root}/releases/${manifest.hash}/${path}`, content })));
  await writeCurrent(on, manifest.hash, undefined, Date.now() as Instant);
  await hdfs.putFolder(join(folder, "data/landing"), `${root}/landing`);
  return {
    ...{ folder, root, hdfs, project, on },
    end: async (well) => {
      removeFolder(folder);
      for (const { id, name: own } of await on.livy.list())
        if (own?.startsWith(`${name}~`) === true) await on.livy.cancel(id);
      if (well) await hdfs.remove(root);
      hdfs.close();
      on.close();
    },
  };
}
