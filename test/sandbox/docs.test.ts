import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultPorts, portsOf } from "#src/sandbox/ports.js";
import { settingsFiles } from "#src/sandbox/settings.js";
import { projectRoot } from "../support/project.js";

describe("docs/sandbox.md", () => {
  const text = readFileSync(join(projectRoot, "docs", "sandbox.md"), "utf8");

  it("has every port, as it is unless it is moved", () => {
    const listed = [...text.matchAll(/\| ([a-z][a-z0-9-]+) \| (\d+) (?=\|)/g)].map(([, name, port]) => [
      name,
      Number(port),
    ]);
    assert.deepEqual(Object.fromEntries(listed), defaultPorts);
    assert.deepEqual(portsOf(0), defaultPorts);
  });

  it("has every file of settings", () => {
    const listed = /FILE is one of ([^.]+)\./.exec(text)![1]!.split(/,\s+/);
    assert.deepEqual(new Set(listed), new Set(settingsFiles));
  });
});
