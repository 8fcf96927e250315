import assert from "node:assert/strict";
import { isHowdahError, type HowdahError, ManyErrors } from "#src/core/errors.js";
import { sha256 } from "#src/core/hash.js";
import { cluster, type ClusterOptions, type Project } from "#src/index.js";
import { build, type Build } from "#src/release/build.js";
import { everything, everythingFiles as files } from "./everything.js";
import { projectIn } from "../support/definitions.js";
import { withFolder } from "../support/project.js";
import { needSchemas } from "../support/xsd.js";

const plain: ClusterOptions = {
  profile: "oozie5.2",
  nameNode: "hdfs://nn:8020",
  resourceManager: "rm:8032",
  hiveServer2: "jdbc:hive2://hs:10000/default",
  root: "/user/x/p",
};
const on = (project: Project, more: Partial<ClusterOptions> = {}, given = {}): Build =>
  build(project, { name: "there", target: cluster({ ...plain, ...more }) }, { given });

describe("a build", () => {
  it("writes every kind of definition as Oozie's own schemas allow it", async function () {
    const schemas = await needSchemas(this);
    await withFolder(async (folder) => {
      const project = await projectIn(folder, { "howdah.config.ts": everything, ...files });
      const { files: built, manifest } = on(project, { queue: "q", launcherQueue: "l", hiveSite: true });
      const documents = built.filter(({ path }) => path.endsWith(".xml"));
      assert.deepEqual(
        documents.map(({ path }) => path),
        manifest.applications.map(({ path }) => path).sort(),
      );
      for (const { path, content } of documents) assert.equal(schemas.problem(String(content)), undefined, path);
    });
  });

  it("tells Oozie of the outputs that a coordinator names, in what it promises too, and of no others", async () => {
    await withFolder(async (folder) => {
      const definition = everything.replace(
        "({ nominalTime, shouldEnd: h.hours(1) })",
        "({ nominalTime, shouldEnd: h.hours(1), message: h.text`${writes.told} is late` })",
      );
      const named = definition
        .replace("sla: ({ nominalTime }) => ({ nominalTime,", "sla: ({ nominalTime, writes }) => ({ nominalTime,")
        .replace("unused: logs.current(0) }", "unused: logs.current(0), told: logs.current(1) }");
      const { files: built } = on(await projectIn(folder, { "howdah.config.ts": named, ...files }));
      const text = textOf(built, "oozie/coordinators/coord/coordinator.xml");
      assert.deepEqual(
        [...text.matchAll(/<data-out name="(\w+)"/g)].map(([, name]) => name),
        ["out", "told"],
      );
    });
  });

  it("gives the same bytes twice, and another release for another content", async () => {
    await withFolder(async (folder) => {
      const first = on(await projectIn(folder, { "howdah.config.ts": everything, ...files }));
      const again = on(await projectIn(folder, {}));
      assert.deepEqual([again.manifest, again.files], [first.manifest, first.files]);
      const changed = on(await projectIn(folder, { "bin/count.sh": "echo rows=2\n" }));
      assert.notEqual(changed.manifest.hash, first.manifest.hash);
      assert.equal(on(await projectIn(folder, {}), {}, { many: "5" }).manifest.hash, changed.manifest.hash);
    });
  });

  it("lists every file with its hash and source, and names the project's files as actions do", async () => {
    await withFolder(async (folder) => {
      const { files: built, manifest } = on(await projectIn(folder, { "howdah.config.ts": everything, ...files }));
      assert.deepEqual(
        manifest.files.map(({ path }) => path),
        built.map(({ path }) => path).filter((path) => path !== "manifest.json"),
      );
      for (const { path, sha256: hash, bytes } of manifest.files) {
        const { content } = built.find((file) => file.path === path)!;
        assert.deepEqual([hash, bytes], [sha256(content), Buffer.byteLength(content)], path);
      }
      const workflow = textOf(built, "oozie/workflows/outer/workflow.xml");
      assert.match(workflow, /<file>\$\{release\}\/files\/bin\/count\.sh#count\.sh<\/file>/);
      assert.match(workflow, /<jar>app\.py<\/jar>/);
      assert.equal(textOf(built, "files/bin/count.sh"), files["bin/count.sh"]);
      assert.equal(textOf(built, "oozie/workflows/outer/lib/app.py"), files["jobs/app.py"]);
      assert.match(workflow, /<!-- workflow outer › action count: howdah\.config\.ts:\d+ -->/);
    });
  });

  it("writes properties that Java reads back, defaults and derived ones included", async () => {
    await withFolder(async (folder) => {
      const project = await projectIn(folder, { "howdah.config.ts": everything, ...files });
      const { files: built } = on(project, {}, { first: "2012-03-01T07:00Z", root: "/dätä/x\\y" });
      const text = textOf(built, "oozie/coordinators/coord/job.properties");
      assert.match(text, /^root=\$\{nameNode\}\/d\\u00e4t\\u00e4\/x\\\\y$/m);
      assert.match(text, /^startOfDay_first=2012-03-01T00:00Z$/m);
      assert.match(text, /^many=3$/m);
      assert.match(
        text,
        /^oozie\.coord\.application\.path=\$\{release\}\/oozie\/coordinators\/coord\/coordinator\.xml$/m,
      );
    });
  });

  it("tells of all values that do not fit, of the target and of the command line", async () => {
    await withFolder(async (folder) => {
      const project = await projectIn(folder, { "howdah.config.ts": everything, ...files });
      const told = (work: () => unknown): readonly string[] => problemsOf(work).map(({ code }) => code);
      assert.deepEqual(
        told(() => on(project, { parameters: { many: "few", nobody: 1, root: "below" } })),
        ["PARAMETER_UNKNOWN", "PARAMETER_VALUE", "PARAMETER_VALUE"],
      );
      assert.deepEqual(
        told(() => on(project, {}, { many: "few", nobody: "1" })),
        ["PARAMETER_VALUE", "PARAMETER_UNKNOWN"],
      );
    });
  });

  it("refuses a secret that would be written for the server, without saying it", async () => {
    await withFolder(async (folder) => {
      const definition = everything.replace('arguments: [day, "<&>"]', "arguments: [day, p.token]");
      const project = await projectIn(folder, { "howdah.config.ts": definition, ...files });
      process.env["HOWDAH_TEST_TOKEN"] = "very secret";
      const token = { kind: "secret", from: "environment", variable: "HOWDAH_TEST_TOKEN" } as const;
      const problems = problemsOf(() => on(project, { parameters: { token } }));
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["SECRET_WRITTEN"],
      );
      assert.ok(!problems[0]!.message.includes("very secret"));
    });
  });

  it("says every feature that the profile lacks, where it is used, and what to do", async () => {
    await withFolder(async (folder) => {
      const project = await projectIn(folder, { "howdah.config.ts": everything, ...files });
      const problems = problemsOf(() => on(project, { profile: "oozie4.1" }));
      assert.deepEqual([...new Set(problems.map(({ code }) => code))], ["PROFILE_LACKS"]);
      assert.match(problems.map(({ message }) => message).join("\n"), /workflow outer › action app: .*spark/);
      for (const { where, next } of problems) {
        assert.match(where!, /howdah\.config\.ts:\d+$/);
        assert.ok(next !== undefined && next.length > 10);
      }
    });
  });

  it("refuses a secured cluster without the principals that actions need", async () => {
    await withFolder(async (folder) => {
      const definition = `
        import * as h from "howdah";
        const w = h.workflow("w", {}, () => h.sequence(
          h.hive2("q", [h.hiveScript("select 1")])));
        export default h.defineConfig({ name: "k", definitions: [w], targets: { here: h.folder("data") } });`;
      const project = await projectIn(folder, { "howdah.config.ts": definition });
      const [credential] = problemsOf(() => on(project, { kerberos: true }));
      assert.equal(credential?.code, "CREDENTIAL");
      assert.match(credential.message, /workflow w › action q needs a credential of the type hive2/);
    });
  });
});

function textOf(built: Build["files"], path: string): string {
  const file = built.find((one) => one.path === path);
  assert.ok(file !== undefined, path);
  return String(file.content);
}

function problemsOf(work: () => unknown): readonly HowdahError[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ManyErrors) return error.problems;
    if (isHowdahError(error)) return [error];
    throw error;
  }
  return [];
}
