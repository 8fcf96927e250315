import assert from "node:assert/strict";
import { isHowdahError } from "#src/core/errors.js";
import { profileNames, profileOf, profiles } from "#src/oozie/profiles.js";
import { compareVersions } from "#src/oozie/schema/grammar.js";
import { families } from "#src/oozie/schema/table.js";
import { allFamilies } from "./generate.js";

describe("the profiles", () => {
  it("name versions that the table has", () => {
    for (const { name, versions } of profiles) {
      assert.deepEqual(Object.keys(versions).sort(), [...allFamilies].sort(), name);
      for (const family of allFamilies) {
        const version = versions[family];
        if (version !== null) assert.ok(families[family].versions.includes(version), `${name}: ${family} ${version}`);
      }
    }
  });

  it("have what the servers have", () => {
    const columns = [
      "workflow",
      "coordinator",
      "hive2-action",
      "spark-action",
      "spark3-action",
      "shell-action",
    ] as const;
    assert.deepEqual(
      profiles.map(({ name, versions, defaultTimeout, longestNodeName }) =>
        [name, ...columns.map((family) => versions[family] ?? "-"), defaultTimeout, longestNodeName].join(" "),
      ),
      [
        "cdh5.4 0.5 0.4 0.1 0.1 - 0.3 120 50",
        "cdh5.7 0.5 0.4 0.2 0.1 - 0.3 120 50",
        "cdh5.16 0.5 0.4 0.2 0.2 - 0.3 120 128",
        "cdh6.3 1.0 0.5 1.0 1.0 - 1.0 120 128",
        "cdp7.1.9 1.0 0.5 1.0 - 1.0 1.0 120 128",
        "cdp7.3 1.0 0.5 1.0 - 1.0 1.0 120 128",
        "oozie4.1 0.5 0.4 - - - 0.3 10080 50",
        "oozie5.2 1.0 0.5 1.0 1.0 - 1.0 120 128",
      ],
    );
  });

  it("have the launcher element and resource-manager just where the namespaces 1.0 are", () => {
    for (const { name, versions, launcher, resourceManager } of profiles) {
      const newer = compareVersions(versions.workflow!, "1.0") >= 0;
      assert.deepEqual([launcher, resourceManager], newer ? ["element", true] : ["properties", false], name);
    }
  });

  it("tell which functions an older server has in fewer phases, or not at all", () => {
    const ends = { "coord:endOfDays": ["frequency"], "coord:endOfMonths": ["frequency"], "coord:endOfWeeks": [] };
    const oldest = {
      ...ends,
      "coord:dateOffset": ["action", "sla"],
      "coord:dateTzOffset": [],
      "coord:epochTime": [],
    };
    const older: Readonly<Record<string, object>> = {
      "cdh5.4": oldest,
      "cdh5.7": oldest,
      "cdh5.16": ends,
      "oozie4.1": oldest,
    };
    for (const { name, onlyIn } of profiles) assert.deepEqual(onlyIn, older[name] ?? {}, name);
  });

  it("are found by name, and a wrong name gets the right ones", () => {
    for (const name of profileNames) assert.equal(profileOf(name).name, name);
    assert.throws(
      () => profileOf("cdp7.1"),
      (error) =>
        isHowdahError(error) &&
        error.code === "PROFILE" &&
        error.message === "there is no profile cdp7.1, did you mean cdp7.3?" &&
        error.next === `the profiles are ${profileNames.join(", ")}`,
    );
    assert.throws(() => profileOf("constructor"), /there is no profile constructor$/);
  });
});
