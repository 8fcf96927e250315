import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Build } from "#src/release/build.js";
import { writeBuild } from "#src/release/write.js";
import { projectRoot } from "../support/project.js";
import { temporaryFolder } from "../support/spark.js";

/** What of a build is written. */
type Written = Pick<Build, "manifest" | "files">;

const built = builtOf("first");

/** A build of a hundred files that all hold one text, that of a manifest with this hash. */
function builtOf(hash: string): Written {
  const content = JSON.stringify({ format: 1, hash, applications: [], files: [] });
  const paths = ["manifest.json", ...Array.from({ length: 99 }, (_, i) => `hive/w${i % 10}/${i}.hql`)];
  return {
    manifest: {
      format: 1,
      project: "p",
      target: "t",
      profile: "oozie5.2",
      root: "/r",
      hash,
      applications: [],
      files: [],
    },
    files: paths.map((path) => ({ path, content, from: "" })),
  };
}

/** The hash that all files of a tree hold; fails for a tree that is not complete. */
function contentOf(folder: string): string {
  const contents = built.files.map(({ path }) => readFileSync(join(folder, path), "utf8"));
  assert.equal(new Set(contents).size, 1);
  return (JSON.parse(contents[0]!) as Build["manifest"]).hash;
}

/** Writes builds into a folder without end, one of the hash `0`, one of `1`, and so on. */
const writer = `
  import { writeBuild } from "#src/release/write.js";
  const [, folder, paths] = process.argv;
  for (let n = 0; ; n++) {
    const content = JSON.stringify({ format: 1, hash: String(n), applications: [], files: [] });
    writeBuild({ files: JSON.parse(paths).map((path) => ({ path, content })) }, folder);
    if (n === 0) console.log("written");
  }`;

async function startWriter(out: string): Promise<ChildProcess> {
  const paths = JSON.stringify(built.files.map(({ path }) => path));
  const args = ["--input-type=module", "--eval", writer, out, paths];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

describe("writing a build", () => {
  let folder = "";
  let out = "";
  beforeEach(() => {
    folder = temporaryFolder();
    out = join(folder, "out");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps the files that are the same, and writes those anew that differ, whoever changed them", () => {
    writeBuild(built, out);
    const [same, changed, gone] = [1, 2, 3].map((i) => join(out, built.files[i]!.path)) as [string, string, string];
    const { ino } = statSync(same);
    writeFileSync(changed, "by hand");
    rmSync(gone);
    writeBuild(built, out);
    assert.equal(contentOf(out), "first");
    assert.equal(statSync(same).ino, ino);
  });

  it("takes the place of the build before, and leaves nothing else behind", () => {
    writeBuild(builtOf("before"), out);
    writeFileSync(join(out, "stale.txt"), "");
    writeBuild(built, out);
    assert.ok(!existsSync(join(out, "stale.txt")));
    assert.deepEqual(readdirSync(folder), ["out"]);
    assert.equal(contentOf(out), "first");
  });

  it("leaves the tree in its place when it is the same, and no other", () => {
    writeBuild(built, out);
    const { ino } = statSync(out);
    writeBuild(built, out);
    assert.equal(statSync(out).ino, ino);
    for (const stale of ["stale.txt", "hive/w3/stale.hql", "hive/w3/stale/"]) {
      const left = join(out, stale);
      if (stale.endsWith("/")) mkdirSync(left);
      else writeFileSync(left, "");
      writeBuild(built, out);
      assert.ok(!existsSync(left), stale);
      assert.equal(contentOf(out), "first");
    }
  });

  it("leaves a folder alone that no build wrote, and the old build when it fails", () => {
    const foreign = join(folder, "foreign");
    mkdirSync(foreign);
    writeFileSync(join(foreign, "mine"), "");
    assert.throws(() => writeBuild(built, foreign), { code: "IN_THE_WAY" });
    assert.deepEqual(readdirSync(foreign), ["mine"]);
    writeBuild(built, out);
    const broken: Written = { ...built, files: [...built.files, { path: "manifest.json/x", content: "", from: "" }] };
    assert.throws(() => writeBuild(broken, out));
    assert.equal(contentOf(out), "first");
    assert.deepEqual(readdirSync(folder).sort(), ["foreign", "out"]);
  });

  for (const manifest of ['{ "name": "a web site" }', "no JSON", "null", "[]"])
    it(`leaves a folder alone whose manifest.json is ${manifest}`, () => {
      mkdirSync(out);
      writeFileSync(join(out, "manifest.json"), manifest);
      writeFileSync(join(out, "index.html"), "");
      assert.throws(() => writeBuild(built, out), { code: "IN_THE_WAY" });
      assert.equal(readFileSync(join(out, "manifest.json"), "utf8"), manifest);
      assert.deepEqual(readdirSync(out).sort(), ["index.html", "manifest.json"]);
    });

  it("leaves a whole tree when it is killed, and the next one clears away what else is left", async function () {
    this.timeout(60_000);
    for (let kill = 0; kill < 5; kill++) {
      const child = await startWriter(out);
      await setTimeout(Math.random() * 60);
      child.kill("SIGKILL");
      await once(child, "exit");
      // Killed between its two renames, it leaves the old tree aside.
      const aside = readdirSync(folder).find((name) => name.startsWith(".out.howdah-old-"));
      contentOf(existsSync(out) ? out : join(folder, aside!));
    }
    writeBuild(built, out);
    assert.equal(contentOf(out), "first");
    assert.deepEqual(readdirSync(folder), ["out"]);
  });

  it("brings back the tree that a killed build has put aside, and leaves alone what a running one writes", () => {
    const [dead, alive] = [2 ** 22 + 1, process.ppid];
    writeBuild(built, out);
    renameSync(out, join(folder, `.out.howdah-old-${dead}`));
    const others = [`.out.howdah-new-${alive}`, `out.old-${dead}`, `out.new-${dead}`, ".outer.howdah-new-1"];
    for (const name of [`.out.howdah-new-${dead}`, ...others]) mkdirSync(join(folder, name));
    const broken: Written = { ...built, files: [...built.files, { path: "manifest.json/x", content: "", from: "" }] };
    assert.throws(() => writeBuild(broken, out));
    assert.equal(contentOf(out), "first");
    assert.deepEqual(readdirSync(folder).sort(), ["out", ...others].sort());
  });

  it("can be done by two at once: the tree of one of them stays", async function () {
    this.timeout(60_000);
    const children = await Promise.all([startWriter(out), startWriter(out)]);
    await setTimeout(1_000);
    for (const child of children) {
      assert.equal(child.exitCode, null);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    writeBuild(built, out);
    assert.equal(contentOf(out), "first");
    assert.deepEqual(readdirSync(folder), ["out"]);
  });

  it("replaces what a link leads to", () => {
    const link = join(folder, "link");
    writeBuild(builtOf("before"), out);
    symlinkSync(out, link);
    writeBuild(built, link);
    assert.equal(readlinkSync(link), out);
    assert.equal(contentOf(out), "first");
    assert.deepEqual(readdirSync(folder).sort(), ["link", "out"]);
  });

  it("says what stands where its folder should", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    assert.throws(() => writeBuild(built, file), { code: "NOT_A_FOLDER" });
    assert.throws(() => writeBuild(built, join(file, "inside")), { code: "NOT_A_FOLDER" });
    assert.deepEqual(readdirSync(folder), ["file"]);
  });
});
