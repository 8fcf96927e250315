import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cluster as clusterTarget } from "#src/index.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import type { Project } from "#src/project/load.js";
import { build } from "#src/release/build.js";
import { layout, type AppKind } from "#src/release/layout.js";
import { readProperties } from "#src/release/properties.js";
import type { ClusterAddresses } from "../support/cluster.js";
import { projectIn } from "../support/definitions.js";

/** A project whose coordinators wait and fail in every way. `said` is what `mark` makes, so that it can be changed. */
export function operatedFiles(run: string, said = "marks"): Readonly<Record<string, string>> {
  return {
    "howdah.config.ts": `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter(), end: h.timeParameter() });
const set = (name) => h.dataset(name, {
  every: h.hours(1), initial: "2012-03-01T00:00Z", uri: h.path\`\${p.data}/\${name}/\${h.YEAR}\${h.MONTH}\${h.DAY}\${h.HOUR}\`,
});
const raw = set("raw"), sales = set("sales"), closed = set("closed"), mapped = set("mapped");
const mark = h.workflow("mark-${run}", { hour: "string" }, ({ hour }) => h.fs("mark", [
  h.mkdir(h.path\`\${p.data}/mapped/\${hour}\`), h.touch(h.path\`\${p.data}/mapped/\${hour}/_SUCCESS\`), h.mkdir(h.path\`\${p.data}/${said}\`),
]));
const nap = h.workflow("nap-${run}", {}, () => h.shell("nap", { command: "nap.sh", files: ["nap.sh"] }));
const stop = h.workflow("stop-${run}", {}, () => h.shell("stop", { command: "stop.sh", files: ["stop.sh"] }));
const ask = h.workflow("ask-${run}", {}, () => h.hive2("ask", [h.hiveScript("SELECT nothing FROM nowhere.at_all")]));
const job = h.workflow("job-${run}", {}, () => h.sparkApplication("job", { application: "bad.py", arguments: ["password=hunter2secret"] }));
const every = { every: h.hours(1), start: "2012-03-01T00:00Z", timeout: h.days(1) };
const hourly = h.coordinator("hourly-${run}", { ...every, end: p.end,
  reads: { raw: raw.current(0), sales: sales.currentRange(-1, 0), closed: closed.current(0) }, writes: { mapped: mapped.current(0) },
  run: ({ nominalTime, formatTime }) => mark.with({ hour: formatTime(nominalTime, "yyyyMMddHH") }) });
const daily = h.coordinator("daily-${run}", { every: h.days(1), start: "2012-03-01T00:00Z", end: "2012-03-02T00:00Z", timeout: h.days(1),
  reads: { mapped: mapped.currentRange(0, 1) }, run: () => mark.with({ hour: "daily" }) });
const narrow = h.coordinator("narrow-${run}", { ...every, end: "2012-03-01T03:00Z", reads: {}, run: () => nap.with({}) });
const later = h.coordinator("later-${run}", { every: h.hours(1), start: "2099-03-01T00:00Z", end: "2099-03-02T00:00Z", reads: {}, run: () => nap.with({}) });
const failing = h.coordinator("failing-${run}", { ...every, end: "2012-03-01T01:00Z", reads: {}, run: () => stop.with({}) });
export default h.defineConfig({ name: "operated", definitions: [hourly, daily, narrow, later, failing, ask, job], targets: { here: h.folder("data") } });
`,
    "nap.sh": "sleep 40\n",
    "stop.sh": "echo password=hunter2secret\necho going down >&2\nexit 3\n",
    "bad.py": `from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
print("password=hunter2secret")
spark.sql("select nope from range(3)").show()
`,
  };
}

/** A project of its own name, deployed to a folder of its own. */
export interface Operated {
  readonly run: string;
  readonly cluster: Cluster;
  readonly project: Project;
  readonly data: string;
  /** Uploads what the definitions are now. @returns the release's hash */
  deploy(): Promise<string>;
  /** Loads the project anew, from other files. */
  change(files: Readonly<Record<string, string>>): Promise<void>;
  submit(kind: AppKind, name: string): Promise<string>;
  /** Kills what was submitted and removes all files. */
  end(): Promise<void>;
}

export async function operated(at: ClusterAddresses, user = at.user): Promise<Operated> {
  const run = randomBytes(3).toString("hex");
  const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
  const root = `/user/${at.user}/howdah-test/operated-${run}`;
  const data = `${root}/data`;
  const { nameNode, webHdfs, resourceManager, yarn, jobHistory, hiveServer2, oozie, livy } = at;
  const servers = { nameNode, webHdfs, resourceManager, yarn, jobHistory, hiveServer2, oozie, livy };
  const parameters = { data, end: "2012-03-01T02:00Z" };
  const target = clusterTarget({ profile: "oozie5.2", ...servers, root, parameters, login: { user } });
  const cluster = openCluster({ name: "cluster", target }, { root: folder });
  let project = await projectIn(folder, operatedFiles(run));
  const built = () => build(project, { name: "cluster", target });
  const submitted: string[] = [];
  return {
    run,
    cluster,
    data,
    get project() {
      return project;
    },
    deploy: async () => {
      const { manifest, files } = built();
      const content = new Map(files.map((file) => [file.path, file.content]));
      for (const { path } of manifest.files.filter((file) => file.deployed))
        await cluster.hdfs.create(`${root}/releases/${manifest.hash}/${path}`, content.get(path)!, { overwrite: true });
      return manifest.hash;
    },
    change: async (files) => {
      project = await projectIn(folder, files);
    },
    submit: async (kind, name) => {
      const file = built().files.find(({ path }) => path === layout.properties(kind, name))!;
      const id = await cluster.oozie.submit(readProperties(String(file.content)), { start: true });
      submitted.push(id);
      return id;
    },
    end: async () => {
      for (const id of submitted) await cluster.oozie.kill(id);
      await cluster.hdfs.rm(root, { recursive: true, force: true });
      cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
