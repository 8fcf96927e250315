import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { recordFile } from "#src/jobs/record.js";
import { standInCluster, type StandIn } from "../connect/namenode.js";
import {
  howdah,
  landReadings,
  removeFolder,
  sensorsProject,
  startCommand,
  writeFile,
  type Ended,
} from "../support/command.js";
import { faultProxy } from "../support/faults.js";
import { until } from "../support/until.js";

const values = '{"alarm_above":"20"}';

describe("howdah ingest --from-folder", () => {
  let hdfs: StandIn;
  let project = "";

  function configure(webHdfs: string): void {
    writeFile(
      join(project, "howdah.config.ts"),
      `import { cluster, defineConfig, folder } from "howdah";
import { sensors } from "./definitions.ts";
export default defineConfig({
  name: "sensors",
  definitions: [sensors],
  defaultTarget: "here",
  targets: {
    here: folder("other", (root) => ({ parameters: { landing: \`\${root}/in\`, data: root }, parameterFiles: [\`\${root}/in/_landing.json\`] })),
    there: cluster({
      profile: "oozie5.2", nameNode: "hdfs://localhost:8020", resourceManager: "localhost:8032",
      root: "/user/ann/sensors", webHdfs: ${JSON.stringify(webHdfs)},
      parameters: { landing: "/in", data: "/data" }, parameterFiles: ["hdfs:///in/_landing.json"],
    }),
  },
});
`,
    );
  }

  const ingest = (...args: readonly string[]): Promise<Ended> =>
    howdah(["ingest", "--from-folder", "data/landing", "--target", "there", ...args], project);
  const paths = (): readonly string[] => [...hdfs.files.keys()];
  /** Hours that have their flag there. */
  const hours = (): readonly string[] =>
    paths().flatMap((path) => /^\/in\/lines\/date_ts=(\w+)\/_SUCCESS$/.exec(path)?.[1] ?? []);
  const left = (): readonly string[] => paths().filter((path) => /\.(new|old|part)\b|locks\/./.test(path));
  async function facts(...args: readonly string[]): Promise<Record<string, unknown>[]> {
    const { code, out, err } = await ingest("--json", ...args);
    assert.equal(code, 0, err);
    return out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  beforeEach(async () => {
    hdfs = await standInCluster();
    project = sensorsProject();
    configure(hdfs.url);
    landReadings(project, {
      "20210501_00": ["a,2021-05-01 00:10,1"],
      "20210501_01": [],
      "20210501_02": ["a,2021-05-01 02:10,3"],
      "20210501_05": ["b,2021-05-01 05:10,4"],
    });
    writeFile(join(project, "data/landing/_landing.json"), values);
  });
  afterEach(async () => {
    removeFolder(project);
    await hdfs.close();
  });

  it("puts every landed hour in order of time, the values first, and says which hours are missing", async () => {
    const { code, out, err } = await ingest();
    assert.equal(code, 0, err);
    assert.match(err, /missing lines: 2021-05-01T03:00Z … 2021-05-01T04:00Z \(2\)/);
    assert.match(out, /^put 4 instances of lines, 3 files, \d+ bytes in [\d.]+ s .*2 instances missing; 4 hours from/);
    assert.deepEqual(hours(), ["20210501_00", "20210501_01", "20210501_02", "20210501_05"]);
    assert.equal(String(hdfs.files.get("/in/_landing.json")), values);
    const [first] = hdfs.seen.flatMap((line, i) => (line.startsWith("dn CREATE /in/lines") ? [i] : []));
    assert.ok(hdfs.seen.findIndex((line) => line.startsWith("dn CREATE /in/_landing.json")) < first!);
    const renames = hdfs.seen.filter((line) => line.startsWith("RENAME /in/lines"));
    assert.deepEqual(renames, [...renames].sort());
    assert.ok(hdfs.files.has(`/in/lines/date_ts=20210501_01/${recordFile}`), "an hour without data");
    assert.deepEqual(left(), []);
  });

  it("puts nothing twice, and only what is missing when it is run again", async () => {
    await ingest("--until", "2021-05-01T02:00Z");
    assert.deepEqual(hours(), ["20210501_00", "20210501_01"]);
    const events = await facts();
    const states = events.filter(({ event }) => event === "ingest.instance").map(({ state }) => state);
    assert.deepEqual(states, ["same", "same", "new", "new"]);
    const before = hdfs.seen.length;
    const done = (await facts()).at(-1)!;
    assert.deepEqual(
      [done["event"], done["instances"], done["values"]],
      ["ingest.done", 0, [{ path: "/in/_landing.json", state: "same" }]],
    );
    const asked = hdfs.seen.slice(before);
    assert.ok(!asked.some((line) => /CREATE \/in|RENAME \/in/.test(line)), asked.join("\n"));
  });

  it("refuses other content before anything is put, also of the same length, and replaces it when asked", async () => {
    await ingest("--from", "2021-05-01T02:00Z", "--until", "2021-05-01T03:00Z");
    const file = "/in/lines/date_ts=20210501_02/a.csv";
    const there = String(hdfs.files.get(file));
    landReadings(project, { "20210501_02": ["a,2021-05-01 02:10,9"] });
    const refused = await ingest();
    assert.equal(refused.code, 2, refused.out);
    assert.match(refused.err, /an instance is there with other content.*lines 2021-05-01T02:00Z; nothing was put/);
    assert.match(refused.err, /--replace/);
    assert.deepEqual([hours(), String(hdfs.files.get(file))], [["20210501_02"], there]);
    const done = await facts("--replace");
    assert.equal(done.at(-1)!["instances"], 4);
    assert.equal(String(hdfs.files.get(file)), there.replace(",3", ",9"));
    assert.deepEqual(left(), []);
  });

  it("refuses a folder landed with other values than those there", async () => {
    hdfs.files.set("/in", undefined).set("/in/_landing.json", Buffer.from('{"alarm_above":"50"}'));
    const { code, err } = await ingest();
    assert.equal(code, 2);
    assert.match(err, /landed with other values: alarm_above is 50 there and 20 here/);
    assert.deepEqual(hours(), []);
  });

  it("lists what it would do, and does nothing", async () => {
    await ingest("--until", "2021-05-01T01:00Z");
    const before = new Map(hdfs.files);
    const { code, out } = await ingest("--dry-run");
    assert.equal(code, 0);
    assert.match(
      out,
      /^is there {2}2021-05-01T00:00Z {2}lines {2}1 file, \d+ bytes {2}\/in\/lines\/date_ts=20210501_00$/m,
    );
    assert.match(out, /^put {7}2021-05-01T05:00Z/m);
    assert.match(out, /^would put 3 instances of lines/m);
    assert.deepEqual(new Map(hdfs.files), before);
  });

  it("leaves whole hours on Ctrl-C, in order, and goes on with the rest", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `20210501_${String(i).padStart(2, "0")}`);
    landReadings(project, Object.fromEntries(names.map((name) => [name, [`a,2021-05-01 00:10,1`]])));
    const proxy = await faultProxy(hdfs.url);
    try {
      // The sixth hour takes longer than a signal needs to be heard.
      proxy.decide = ({ url }) => (url.includes("_05.new") ? { delay: 8000 } : undefined);
      configure(proxy.url);
      const { child, ended } = startCommand(["ingest", "--from-folder", "data/landing", "--target", "there"], project);
      await until(() => hours().length === 5, "five hours");
      proxy.decide = () => undefined;
      child.kill("SIGINT");
      const { code, err } = await ended;
      assert.equal(code, 130, err);
      assert.match(err, /5 of 12 hours to be put are there, whole: the same command goes on/);
      assert.deepEqual([hours(), left()], [names.slice(0, 5), []]);
    } finally {
      await proxy.close();
    }
    configure(hdfs.url);
    assert.equal((await facts()).at(-1)!["instances"], 7);
    assert.deepEqual(hours(), names);
  });

  it("puts them into another folder too", async () => {
    const into = (): Promise<Ended> => howdah(["ingest", "--from-folder", "data/landing", "--target", "here"], project);
    assert.match((await into()).out, /^put 4 instances of lines/);
    assert.deepEqual(readdirSync(join(project, "other/in")).sort(), ["_landing.json", "lines"]);
    assert.ok(existsSync(join(project, "other/in/lines/date_ts=20210501_05/_SUCCESS")));
    assert.match((await into()).out, /^put 0 instances .*4 instances were there/);
  });

  const mistakes: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    [
      "a range without anything",
      ["--from", "2021-06-01T00:00Z", "--until", "2021-06-02T00:00Z"],
      /no complete instance/,
    ],
    [
      "an end before the beginning",
      ["--from", "2021-05-02T00:00Z", "--until", "2021-05-01T00:00Z"],
      /nothing lies between/,
    ],
    ["a single instance", ["--instance", "2021-05-01T00:00Z"], /--instance and --from-folder exclude each other/],
    ["a data set that a job makes", ["readings"], /readings is made by a job/],
    ["hours before the first", ["-D", "first_hour=2021-05-01T01:00Z"], /lines begins at 2021-05-01T01:00Z/],
    ["a gap before the first", ["-D", "first_hour=2021-04-30T23:00Z"], /lines has no instance 2021-04-30T23:00Z yet/],
  ];
  for (const [what, args, says] of mistakes)
    it(`refuses ${what} with exit code 2, and puts nothing`, async () => {
      const { code, out, err } = await ingest(...args);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, says);
      assert.deepEqual(hours(), []);
    });

  it("says what it looked for in a folder that landing did not make", async () => {
    rmSync(join(project, "data/landing/lines"), { recursive: true });
    const { code, err } = await ingest();
    assert.equal(code, 2);
    assert.match(err, /the folder has no complete instance of lines/);
    assert.match(err, /an instance would lie at .*data\/landing\/lines\/date_ts=/);
  });
});
