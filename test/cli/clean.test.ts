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
    const hours = ["00", "01", "02", "03"].map((hour) => [`20210501_${hour}`, [`a,2021-05-01 ${hour}:10,1`]] as const);
    landReadings(project, Object.fromEntries(hours));
    assert.equal((await howdah(["run", "--as-range"], project)).code, 0);
  });
  after(() => removeFolder(project));

  it("shows first what may go of tables that say what they keep", async () => {
    const ended = await howdah(["clean"], project);
    assert.equal(ended.code, 0);
    assert.match(
      ended.out,
      /^house\.readings {2}20210501_00 … 20210501_01 {2}2 partitions, 2 rows, \d+ bytes\nnothing was changed; --yes does it\n$/,
    );
    assert.equal(flagged().length, 4);
    const json = JSON.parse((await howdah(["clean", "--json"], project)).out) as { done: boolean; tables: object[] };
    assert.deepEqual([json.done, json.tables.length], [false, 1]);
  });

  it("takes rows and flags, never the newest; the hours count as done until somebody says --rerun", async () => {
    assert.match((await howdah(["clean", "--before", "2022-01-01T00:00Z", "--yes"], project)).out, /pruned\n$/);
    assert.deepEqual(flagged(), ["date_ts=20210501_03"]);
    assert.match((await howdah(["clean", "--yes"], project)).out, /^nothing may go\n$/);
    assert.match((await howdah(["run"], project)).out, /^done: 0 ran, 4 were done before/m);
    assert.match((await howdah(["run", "--rerun", "every-hour"], project)).out, /^done: 4 ran/m);
    assert.equal(flagged().length, 4);
  });

  it("refuses a bad time", async () => {
    assert.equal((await howdah(["clean", "--before", "x"], project)).code, 2);
  });
});
