import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { howdah, landReadings, removeFolder, sensorsProject } from "../support/command.js";

describe("howdah clean", () => {
  let project = "";
  const flagged = (): readonly string[] => {
    const folder = join(project, "data/house/readings");
    return readdirSync(folder).filter((name) => readdirSync(join(folder, name)).includes("_SUCCESS"));
  };
  before(async () => {
    project = sensorsProject();
    // A whole day, and the first hours of the next, which its day still reads.
    const hours = Array.from({ length: 27 }, (_, i) => [`0${1 + Math.floor(i / 24)}`, String(i % 24).padStart(2, "0")]);
    landReadings(
      project,
      Object.fromEntries(hours.map(([day, hour]) => [`202105${day!}_${hour!}`, [`a,2021-05-${day!} ${hour!}:10,1`]])),
    );
    assert.equal((await howdah(["run", "--as-range"], project)).code, 0);
  });
  after(() => removeFolder(project));

  it("shows first what may go of tables that say what they keep", async () => {
    const ended = await howdah(["clean"], project);
    assert.equal(ended.code, 0);
    assert.match(
      ended.out,
      /^house\.readings {2}20210501_00 … 20210501_23 {2}24 partitions, 24 rows, \d+ bytes\nnothing was changed; --yes does it\n$/,
    );
    assert.equal(flagged().length, 27);
    const json = JSON.parse((await howdah(["clean", "--json"], project)).out) as { done: boolean; tables: object[] };
    assert.deepEqual([json.done, json.tables.length], [false, 1]);
  });

  it("takes rows and flags, never what a day to come reads; the hours count as done until somebody says --rerun", async () => {
    assert.match((await howdah(["clean", "--before", "2022-01-01T00:00Z", "--yes"], project)).out, /pruned\n$/);
    assert.deepEqual(flagged(), ["date_ts=20210502_00", "date_ts=20210502_01", "date_ts=20210502_02"]);
    assert.match((await howdah(["clean", "--yes"], project)).out, /^nothing may go\n$/);
    assert.match((await howdah(["run"], project)).out, /^done: 0 ran, 28 were done before/m);
    assert.match((await howdah(["run", "--rerun", "every-hour"], project)).out, /^done: 27 ran/m);
    assert.equal(flagged().length, 27);
  });

  it("refuses a bad time", async () => {
    assert.equal((await howdah(["clean", "--before", "x"], project)).code, 2);
  });
});
