import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { howdah, madeProject, removeFolder } from "../support/command.js";
import { projectRoot } from "../support/project.js";

describe("howdah graph", () => {
  const folders: string[] = [];
  after(() => folders.forEach(removeFolder));
  const project = (files: Readonly<Record<string, string>>): string => {
    const folder = madeProject(files);
    folders.push(folder);
    return folder;
  };

  it("prints text, or what --format says", async () => {
    const text = await howdah(["graph", "prepare-hour"], projectRoot);
    assert.equal(text.code, 0, text.err);
    assert.match(text.out, /^workflow prepare-hour\n\nstart\nregister-raw +HiveQL, 2 statements/);
    const mermaid = await howdah(["graph", "--format", "mermaid"], projectRoot);
    assert.match(mermaid.out, /^---\ntitle: "marketing: who feeds whom"\n---\nflowchart TB\n/);
  });

  it("writes a file in the format of its name, the one that the docs show", async () => {
    const folder = project({});
    const out = join(folder, "lineage.svg");
    const drawn = await howdah(["graph", "--out", out], projectRoot);
    assert.deepEqual([drawn.code, drawn.out], [0, ""]);
    assert.match(drawn.err, /^drawn marketing: who feeds whom: .* 15 tables/);
    assert.equal(readFileSync(out, "utf8"), readFileSync(join(projectRoot, "docs/pictures/lineage.svg"), "utf8"));
  });

  it("gives machines nodes and edges with their places", async () => {
    const { code, out } = await howdah(["graph", "hourly", "--json"], projectRoot);
    assert.equal(code, 0);
    const { nodes, edges, groups } = JSON.parse(out) as Record<string, readonly Record<string, string>[]>;
    const prepare = nodes!.find(({ label }) => label === "prepare");
    assert.match(prepare!["at"]!, /oozie\/jobs\.ts:\d+$/);
    assert.equal(groups!.length, 1);
    assert.ok(edges!.some(({ kind, label }) => kind === "state" && label === "the hour before"));
  });

  it("refuses what it cannot draw or write, and says what to do", async () => {
    const folder = project({});
    mkdirSync(join(folder, "there.svg"));
    const refused = async (args: readonly string[], why: RegExp): Promise<void> => {
      const { code, out, err } = await howdah(["graph", ...args], projectRoot);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(err, why);
    };
    await refused(["prepare-huor"], /there is no bundle, .* prepare-huor, did you mean prepare-hour\?/);
    await refused(["--format", "svgg"], /there is no format svgg, did you mean svg\?/);
    await refused(["--out", "x.png"], /x\.png does not tell in which format[^]*--format/);
    await refused(["--out", join(folder, "none/x.svg")], /cannot write the graph: there is no such file or folder/);
    await refused(["--out", join(folder, "there.svg")], /cannot write the graph: it is a folder/);
    const json = await howdah(["graph", "--json", "--format", "dot"], projectRoot);
    assert.equal(json.code, 2);
    assert.match(json.err, /--json prints the graph's facts/);
  });

  it("draws a project that is not right yet, and refuses an empty one", async () => {
    const config = (definition: string): Readonly<Record<string, string>> => ({
      "howdah.config.ts": `import { bundle, defineConfig, folder, shell, workflow } from "howdah";
export default defineConfig({ name: "x", definitions: [${definition}], targets: { here: folder("data") } });
`,
    });
    const wrong = await howdah(
      ["graph"],
      project(config('workflow("w", {}, () => shell("no name", { command: "" }))')),
    );
    assert.deepEqual([wrong.code, wrong.out], [0, "x: who feeds whom\n\nworkflow w\n"]);
    const empty = await howdah(["graph"], project(config('bundle("none", [])')));
    assert.equal(empty.code, 2);
    assert.match(empty.err, /project x holds nothing that could be drawn\n {2}at .*howdah\.config\.ts:2/);
  });
});
