import assert from "node:assert/strict";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import { cluster } from "#src/index.js";
import { clusterValues } from "#src/operate/values.js";
import type { HowdahError } from "#src/core/errors.js";
import { build } from "#src/release/build.js";
import { errorOf, localServers } from "../connect/servers.js";
import { standInCluster, type StandIn } from "../connect/namenode.js";
import { projectIn } from "../support/definitions.js";
import { withFolder } from "../support/project.js";

const config = `
import * as h from "howdah";
const p = h.parameters({ shift: h.intParameter({ default: 0 }), link: h.textParameter(), other: h.textParameter() });
const w = h.workflow("w", {}, () => h.shell("x", { command: "true", arguments: [p.shift, p.link, p.other] }));
export default h.defineConfig({ name: "b", definitions: [w], targets: { here: h.folder("data") } });
`;

describe("operate: values on a cluster", () => {
  const servers = localServers();
  let hdfs: StandIn;
  beforeEach(async () => (hdfs = servers.also(await standInCluster())));

  const opened = (...parameterFiles: string[]): Cluster => {
    const there = { profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", root: "/r" } as const;
    const target = cluster({ ...there, webHdfs: hdfs.url, parameterFiles, login: { user: "ann" } });
    return servers.also(openCluster({ name: "there", target }, { root: "/nowhere" }));
  };

  it("takes what landing recorded on HDFS, after -D and before defaults, and says so", () =>
    withFolder(async (folder) => {
      const project = await projectIn(folder, { "howdah.config.ts": config });
      hdfs.files.set("/data/_landing.json", Buffer.from(`{"shift": 455, "link": "demo", "unknown": "x"}`));
      for (const file of ["hdfs:///data/_landing.json", "hdfs://nn:8020/data/_landing.json"]) {
        const on = opened("hdfs:///data/absent.json", file);
        const values = await clusterValues(project, on, { link: "column" });
        assert.deepEqual(
          ["shift", "link", "other"].map((name) => [values.get(name), values.origin(name)]),
          [
            ["455", `file ${file}`],
            ["column", "command line"],
            [undefined, undefined],
          ],
        );
        // Without the cluster such a file counts as absent.
        const { values: offline } = build(project, { name: on.name, target: on.target });
        assert.deepEqual([offline.get("shift"), offline.origin("shift")], ["0", "default"]);
      }
    }));

  for (const [what, file, content, says] of [
    ["no JSON", "hdfs:///v.json", "{", /^values of parameters: .*JSON/],
    ["no object", "hdfs:///v.json", "[]", /^values of parameters: not an object of texts$/],
    ["another server's", "hdfs://other/v.json", "{}", /the target there keeps its files at hdfs:\/\/nn:8020$/],
  ] as const)
    it(`refuses a file that is ${what}, by its name`, () =>
      withFolder(async (folder) => {
        const project = await projectIn(folder, { "howdah.config.ts": config });
        hdfs.files.set("/v.json", Buffer.from(content));
        const error = (await errorOf(clusterValues(project, opened(file), {}))) as HowdahError;
        assert.deepEqual([error.code, error.where], ["PARAMETER_FILE", file]);
        assert.match(error.message, says);
      }));
});
