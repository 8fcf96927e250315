import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { howdah, removeFolder, sensorsProject, writeFile } from "../support/command.js";

describe("howdah ingest", () => {
  let project = "";
  const hour = (name: string): string => join(project, "data/landing/lines", `date_ts=${name}`);
  const ingest = (...args: readonly string[]): ReturnType<typeof howdah> => howdah(["ingest", ...args], project);

  beforeEach(() => {
    project = sensorsProject();
    writeFile(join(project, "a.csv"), "sensor,taken,value\na,2021-05-01 00:10,51.5\n");
    writeFile(join(project, "late.csv"), "sensor,taken,value\nb,2021-05-01 00:20,3\n");
  });
  afterEach(() => removeFolder(project));

  it("puts files, then the flag; --add makes stale what was made of the instance", async () => {
    const ended = await ingest("lines", "--instance", "2021-05-01T00:00Z", "a.csv");
    assert.equal(ended.code, 0, ended.err);
    assert.match(ended.out, /^lines 2021-05-01T00:00Z: 1 file, \d+ bytes, in /);
    assert.deepEqual(
      readdirSync(hour("20210501_00")).filter((name) => !name.startsWith("_h")),
      ["_SUCCESS", "a.csv"],
    );
    assert.equal((await howdah(["run"], project)).code, 0);
    const twice = await ingest("lines", "--instance", "2021-05-01T00:00Z", "late.csv");
    assert.equal(twice.code, 2);
    assert.match(twice.err, /--add|--replace/);
    const added = await ingest("lines", "--instance", "2021-05-01T00:00Z", "--add", "late.csv", "--json");
    assert.equal((JSON.parse(added.out) as { files: object[] }).files.length, 2);
    assert.match((await howdah(["run"], project)).out, /ran: collect: lines 20210501_00 changed$/m);
    const same = await ingest("lines", "--instance", "2021-05-01T00:00Z", "--add", "late.csv");
    assert.equal(same.code, 2, "the same content twice");
  });

  it("refuses a gap by name, and accepts it when asked", async () => {
    await ingest("lines", "--instance", "2021-05-01T00:00Z", "a.csv");
    const gap = await ingest("lines", "--instance", "2021-05-01T02:00Z");
    assert.equal(gap.code, 2);
    assert.match(gap.err, /lines has no instance 2021-05-01T01:00Z yet/);
    assert.equal(existsSync(hour("20210501_02")), false);
    assert.equal((await ingest("lines", "--instance", "2021-05-01T02:00Z", "--allow-gap")).code, 0);
  });

  const mistakes: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["an unknown data set", ["line", "--instance", "2021-05-01T00:00Z"], /no data set line, did you mean lines\?/],
    ["a job's data set", ["readings", "--instance", "2021-05-01T00:00Z"], /readings is made by a job/],
    ["no instance", ["lines"], /ingest needs --instance/],
    ["no data set", [], /ingest needs more arguments/],
    ["a bad time", ["lines", "--instance", "2021-05-01"], /--instance 2021-05-01 is no time/],
    [
      "a time off the grid",
      ["lines", "--instance", "2021-05-01T00:30Z"],
      /an instance every 1 hours: 2021-05-01T00:30Z/,
    ],
    ["a file that is not there", ["lines", "--instance", "2021-05-01T00:00Z", "none.csv"], /none\.csv/],
    [
      "--add and --replace together",
      ["lines", "--instance", "2021-05-01T00:00Z", "--add", "--replace", "a.csv"],
      /--replace/,
    ],
  ];
  for (const [what, args, says] of mistakes)
    it(`refuses ${what} with exit code 2, and places nothing`, async () => {
      const ended = await ingest(...args);
      assert.deepEqual([ended.code, ended.out], [2, ""], ended.err);
      assert.match(ended.err, says);
      assert.equal(existsSync(join(hour("20210501_00"), "_SUCCESS")), false);
    });
});
