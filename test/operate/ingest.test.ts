import assert from "node:assert/strict";
import { join } from "node:path";
import { recordFile, type RawRecord } from "#src/jobs/record.js";
import { standInCluster, type StandIn } from "../connect/namenode.js";
import { faultProxy } from "../support/faults.js";
import { howdah, removeFolder, sensorsProject, writeFile, type Ended } from "../support/command.js";

describe("howdah ingest on a cluster", () => {
  let hdfs: StandIn;
  let project = "";
  const hour = (name: string): string => `/data/landing/lines/date_ts=${name}`;
  const below = (folder: string): string[] =>
    [...hdfs.files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  const ingest = (...args: readonly string[]): Promise<Ended> =>
    howdah(["ingest", "lines", "--target", "there", ...args], project);
  const record = (name: string): RawRecord =>
    JSON.parse(String(hdfs.files.get(`${hour(name)}/${recordFile}`))) as RawRecord;

  /** Lets the project know a cluster at an address. */
  function clusterAt(webHdfs: string): void {
    writeFile(
      join(project, "howdah.config.ts"),
      `import { cluster, defineConfig } from "howdah";
import { sensors } from "./definitions.ts";
export default defineConfig({
  name: "sensors",
  definitions: [sensors],
  targets: {
    there: cluster({
      profile: "oozie5.2", nameNode: "hdfs://localhost:8020", resourceManager: "localhost:8032",
      root: "/user/ann/sensors", webHdfs: ${JSON.stringify(webHdfs)},
      parameters: { landing: "/data/landing", data: "/data" },
    }),
  },
});
`,
    );
  }

  beforeEach(async () => {
    hdfs = await standInCluster();
    project = sensorsProject();
    clusterAt(hdfs.url);
    writeFile(join(project, "a.csv"), "sensor,taken,value\na,2021-05-01 00:10,51.5\n");
    writeFile(join(project, "late.csv"), "sensor,taken,value\nb,2021-05-01 00:20,3\n");
  });
  afterEach(async () => {
    removeFolder(project);
    await hdfs.close();
  });

  it("fills an instance beside its place, and brings it in with its record and flag by one rename", async () => {
    const ended = await ingest("--instance", "2021-05-01T00:00Z", "a.csv");
    assert.equal(ended.code, 0, ended.err);
    assert.deepEqual(below(hour("20210501_00")).sort(), ["_SUCCESS", recordFile, "a.csv"]);
    assert.deepEqual(
      record("20210501_00").files.map(({ name, bytes }) => [name, bytes]),
      [["a.csv", 43]],
    );
    const writes = hdfs.seen.filter((line) => line.startsWith("CREATE") && line.includes("date_ts"));
    assert.ok(
      writes.every((line) => line.includes("/.date_ts=20210501_00.new/")),
      writes.join("\n"),
    );
    assert.deepEqual(
      [...hdfs.files.keys()].filter((path) => path.includes("/locks/")),
      [],
    );
  });

  it("refuses what is there and a gap, adds and replaces when asked, the same content not twice", async () => {
    await ingest("--instance", "2021-05-01T00:00Z", "a.csv");
    const twice = await ingest("--instance", "2021-05-01T00:00Z", "a.csv");
    assert.deepEqual([twice.code, /--add/.test(twice.err)], [2, true], twice.err);
    const gap = await ingest("--instance", "2021-05-01T02:00Z", "a.csv");
    assert.equal(gap.code, 2);
    assert.match(gap.err, /no instance 2021-05-01T01:00Z yet/);
    assert.deepEqual(below(hour("20210501_02")), []);
    const added = await ingest("--instance", "2021-05-01T00:00Z", "--add", "late.csv");
    assert.equal(added.code, 0, added.err);
    assert.deepEqual(below(hour("20210501_00")).sort(), ["_SUCCESS", recordFile, "a.csv", "late.csv"]);
    const same = await ingest("--instance", "2021-05-01T00:00Z", "--add", "late.csv");
    assert.deepEqual([same.code, /byte for byte/.test(same.err)], [2, true], same.err);
    assert.deepEqual(below(hour("20210501_00")).sort(), ["_SUCCESS", recordFile, "a.csv", "late.csv"]);
    const replaced = await ingest("--instance", "2021-05-01T00:00Z", "--replace", "late.csv");
    assert.equal(replaced.code, 0, replaced.err);
    assert.deepEqual(below(hour("20210501_00")).sort(), ["_SUCCESS", recordFile, "late.csv"]);
    assert.equal((await ingest("--instance", "2021-05-01T02:00Z", "--allow-gap")).code, 0);
  });

  it("leaves no flag when a write fails, and clears what a killed one left", async () => {
    const proxy = await faultProxy(hdfs.url);
    try {
      proxy.decide = ({ url }) => (url.includes("a.csv") ? { answer: { status: 403, body: "no" } } : undefined);
      clusterAt(proxy.url);
      const refused = await ingest("--instance", "2021-05-01T00:00Z", "a.csv");
      assert.notEqual(refused.code, 0);
      assert.deepEqual(
        [...hdfs.files.keys()].filter((path) => path.includes("date_ts")),
        [],
      );
    } finally {
      await proxy.close();
    }
    clusterAt(hdfs.url);
    hdfs.files.set("/data/landing/lines/.date_ts=20210501_00.new", undefined);
    hdfs.files.set("/data/landing/lines/.date_ts=20210501_00.new/half.csv", Buffer.from("half"));
    assert.equal((await ingest("--instance", "2021-05-01T00:00Z", "a.csv")).code, 0);
    assert.deepEqual(below(hour("20210501_00")).sort(), ["_SUCCESS", recordFile, "a.csv"]);
    assert.deepEqual(
      [...hdfs.files.keys()].filter((path) => path.includes(".new")),
      [],
    );
  });

  it("takes no --data with a cluster", async () => {
    const ended = await ingest("--instance", "2021-05-01T00:00Z", "--data", "x", "a.csv");
    assert.deepEqual([ended.code, /--data names a folder/.test(ended.err)], [2, true], ended.err);
  });
});
