import { join } from "node:path";
import { build } from "#src/release/build.js";
import { assertGolden } from "../support/golden.js";
import { loadOwnProject, projectRoot } from "../support/project.js";
import { goldenTargets } from "./targets.js";

describe("the pipeline's build files", () => {
  for (const [name, target] of Object.entries(goldenTargets))
    it(`for ${name} are the golden ones`, async () => {
      const { files, manifest } = build(await loadOwnProject(), { name, target });
      const shown = files
        .filter(({ path }) => /\.(xml|hql|properties)$/.test(path))
        // A release is known by its content, the runner's included, which no golden file should follow.
        .map(({ path, content }) => [path, String(content).replaceAll(manifest.hash, "HASH")] as const);
      assertGolden(join(projectRoot, "test", "pipeline", "golden", name), new Map(shown));
    });
});
