import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { targetOf } from "#src/project/load.js";
import { build } from "#src/release/build.js";
import { freshFolders } from "../support/folders.js";
import { loadChangedProject, projectRoot } from "../support/project.js";

describe("docs/deployment.md", () => {
  const fresh = freshFolders();

  it("shows a target of several nodes that the project builds for, beside its others", async () => {
    const [, shown] = /```ts\n(.*?)```/s.exec(readFileSync(join(projectRoot, "docs/deployment.md"), "utf8"))!;
    const project = await loadChangedProject(fresh(), (root) => {
      const file = join(root, "howdah.config.ts");
      const changed = readFileSync(file, "utf8")
        .replace("import { ", "import { cluster, ")
        .replace("targets: {", `targets: {\n${shown}`);
      writeFileSync(file, changed);
    });
    const { manifest, files } = build(project, targetOf(project, "cluster", "cluster"));
    assert.deepEqual([manifest.target, manifest.profile], ["cluster", "cdh5.16"]);
    const properties = String(files.find(({ path }) => path === "oozie/bundles/marketing/job.properties")!.content);
    assert.match(properties, /^nameNode=hdfs:\/\/nameservice1\njobTracker=yarnRM\n/m);
    assert.match(properties, /^queueName=root\.marketing\n/m);
  });
});
