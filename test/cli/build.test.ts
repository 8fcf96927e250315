import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { howdah, madeProject, writeFile } from "../support/command.js";

const config = (more = ""): string => `
import * as h from "howdah";
const p = h.parameters({ many: h.intParameter({ default: 1 }) });
const w = h.workflow("w", {}, () => h.shell("x", { command: "true", arguments: [p.many] }));
const there = { profile: "oozie5.2", nameNode: "hdfs://nn", resourceManager: "rm", root: "/r" };
export default h.defineConfig({ name: "b", definitions: [w], targets: { here: h.folder("data"), there: h.cluster(there)${more} }, defaultTarget: "here" });
`;

describe("howdah build", () => {
  let root = "";
  beforeEach(() => (root = madeProject({ "howdah.config.ts": config() })));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("writes the only cluster's build files and says what they are, to people and machines alike", async () => {
    const { code, out, err } = await howdah(["build"], root);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(
      out,
      /^workflow w {2}oozie\/workflows\/w\/workflow\.xml\nbuilt there \(oozie5\.2\), release [0-9a-f]{16}: 11 files in build-files\n$/,
    );
    const manifest = JSON.parse(readFileSync(join(root, "build-files", "manifest.json"), "utf8")) as object;
    const again = await howdah(["build", "--json"], root);
    assert.deepEqual(JSON.parse(again.out), { folder: join(root, "build-files"), ...manifest });
  });

  it("takes another folder and values", async () => {
    const { code, out } = await howdah(["build", "--out", "elsewhere", "-D", "many=7"], root);
    assert.equal(code, 0);
    assert.match(out, /in elsewhere$/m);
    assert.match(readFileSync(join(root, "elsewhere", "oozie/workflows/w/job.properties"), "utf8"), /^many=7$/m);
  });

  for (const [what, args, says] of [
    [
      "a folder as target",
      ["--target", "here"],
      /the target here is a folder on this machine, and this needs a cluster: there is there/,
    ],
    ["an unknown target", ["--target", "ther"], /there is no target ther, did you mean there\?/],
    ["a value that does not fit", ["-D", "many=x"], /parameter many: "x" is no whole number of 32 bits/],
    ["an unknown parameter", ["-D", "man=1"], /there is no parameter man, did you mean many\?/],
  ] as const)
    it(`refuses ${what}, and writes nothing`, async () => {
      const { code, err } = await howdah(["build", ...args], root);
      assert.equal(code, 2);
      assert.match(err, says);
      assert.ok(!existsSync(join(root, "build-files")));
    });

  it("refuses a target's settings at their line: an unknown profile, a mistyped setting, a wrong URL", async () => {
    const wrong = `,\n broken: h.cluster({ profile: "cdh5.17", nameNode: "nn:8020", resourceManager: "rm",\n  root: "relative", quue: "q" })`;
    writeFile(join(root, "howdah.config.ts"), config(wrong));
    const { code, err } = await howdah(["build"], root);
    assert.equal(code, 2);
    assert.match(err, /targets\.broken\.profile: must be one of cdh5\.4, .*\n {2}at .*howdah\.config\.ts:7/);
    assert.match(err, /targets\.broken\.nameNode: must be a URL such as hdfs:\/\/host:8020/);
    assert.match(err, /targets\.broken\.root: must be an absolute folder.*\n {2}at .*howdah\.config\.ts:8/);
    assert.match(err, /targets\.broken\.quue: there is no such setting, did you mean queue\?/);
  });

  it("needs a name where there are several clusters", async () => {
    writeFile(join(root, "howdah.config.ts"), config(", other: h.cluster(there)"));
    const { code, err } = await howdah(["build"], root);
    assert.equal(code, 2);
    assert.match(err, /there are there, other/);
  });
});
