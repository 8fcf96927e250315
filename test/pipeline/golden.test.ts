import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "#src/release/build.js";
import { assertGolden } from "../support/golden.js";
import { loadOwnProject, projectRoot } from "../support/project.js";
import { needSchemas } from "../support/xsd.js";
import { goldenTargets } from "./targets.js";

const golden = join(projectRoot, "test", "pipeline", "golden");

describe("the pipeline's build files", () => {
  for (const [name, target] of Object.entries(goldenTargets))
    it(`for ${name} are the golden ones`, async () => {
      const { files, manifest } = build(await loadOwnProject(), { name, target });
      const shown = files
        .filter(({ path }) => /\.(xml|hql|properties)$/.test(path))
        // A release is known by its content, the runner's included, which no golden file should follow.
        .map(({ path, content }) => [path, String(content).replaceAll(manifest.hash, "HASH")] as const);
      assertGolden(join(golden, name), new Map(shown));
    });
});

describe("the golden XML", () => {
  for (const name of Object.keys(goldenTargets))
    it(`for ${name} is what Oozie's own schemas allow (actions spark3, which they lack, taken for spark 1.0)`, async function () {
      const schemas = await needSchemas(this);
      const documents = readdirSync(join(golden, name), { recursive: true, encoding: "utf8" }).filter((path) =>
        path.endsWith(".xml"),
      );
      assert.equal(documents.length, 6);
      for (const path of documents) {
        const text = readFileSync(join(golden, name, path), "utf8");
        const known = text
          .replaceAll("uri:oozie:spark3-action:1.0", "uri:oozie:spark-action:1.0")
          .replaceAll(/(<\/?)spark3\b/g, "$1spark");
        assert.equal(schemas.problem(known), undefined, path);
      }
    });
});
