import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { removeHalfMade } from "#src/sandbox/launch.js";
import { writeFile } from "../support/command.js";
import { freshFolders } from "../support/folders.js";

describe("a server's database", () => {
  const folder = freshFolders();

  it("is made anew where its server was killed while it made it", () => {
    const database = `${folder()}/metastore`;
    removeHalfMade(database);
    writeFile(`${database}/seg0/c10.dat`, "");
    writeFile(`${database}/log/log1.dat`, "");
    removeHalfMade(database);
    assert.equal(existsSync(database), false);
  });

  it("is left alone once it has its properties", () => {
    for (const properties of ["service.properties", "service.propertiesold"]) {
      const database = `${folder()}/${properties}`;
      for (const file of ["seg0/c10.dat", properties]) writeFile(`${database}/${file}`, "");
      removeHalfMade(database);
      assert.equal(existsSync(`${database}/seg0/c10.dat`), true, properties);
    }
  });
});
