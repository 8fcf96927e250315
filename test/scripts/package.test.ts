import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "#src/release/build.js";
import { targetOf } from "#src/project/load.js";
import { startProgram, writeFile, type Ended } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { loadOwnProject, projectRoot } from "../support/project.js";

describe("scripts/package.sh", () => {
  const fresh = freshFolders();
  const pack = (...words: readonly string[]): Promise<Ended> =>
    startProgram(join(projectRoot, "scripts/package.sh"), ["--target", "sandbox", ...words], projectRoot).ended;

  it("makes an archive of the build that tar unpacks, the same bytes each time", async () => {
    const folder = fresh();
    const [one, two] = [join(folder, "one/a.tar.gz"), join(folder, "two.tar.gz")];
    const first = await pack("--out", one, "-D", "end=2012-03-03T00:00Z", "--json");
    assert.equal(first.code, 0, first.err);
    const second = await pack("--out", two, "-D", "end=2012-03-03T00:00Z");
    assert.match(second.out, /^packaged sandbox, release \w{16}: \d+ files, [\d,]+ bytes in /);
    assert.ok(readFileSync(one).equals(readFileSync(two)));

    const made = JSON.parse(first.out) as { folder: string; release: string };
    assert.equal(made.folder, `build-files-${made.release}`);
    const unpacked = await startProgram("tar", ["xzf", one], folder).ended;
    assert.deepEqual([unpacked.code, unpacked.err], [0, ""]);
    const project = await loadOwnProject();
    const given = { end: "2012-03-03T00:00Z" };
    const { files } = build(project, targetOf(project, "cluster", "sandbox"), { given });
    const there = readdirSync(join(folder, made.folder), { recursive: true, withFileTypes: true });
    assert.equal(there.filter((entry) => entry.isFile()).length, files.length);
    for (const { path, content, executable = false } of files) {
      const file = join(folder, made.folder, path);
      assert.ok(readFileSync(file).equals(Buffer.from(content)), path);
      assert.equal((statSync(file).mode & 0o100) !== 0, executable, path);
    }
  });

  it("writes nothing when something is wrong", async () => {
    const folder = fresh();
    const out = join(folder, "a.tar.gz");
    const unknown = await pack("--out", out, "-D", "ent=2012");
    assert.deepEqual([unknown.code, existsSync(out)], [2, false]);
    assert.match(unknown.err, /^error: there is no parameter ent, did you mean end\?/);
    const inTheWay = await pack("--out", join(writeFile(join(folder, "file"), ""), "a.tar.gz"));
    assert.equal(inTheWay.code, 2, inTheWay.err);
    assert.match(inTheWay.err, /^error: cannot write the archive: .*\n {2}where: /);
    assert.deepEqual(readdirSync(folder), ["file"]);
  });

  it("says what to do in a checkout that is not built", async () => {
    const folder = fresh();
    for (const name of ["howdah.sh", "package.sh"])
      writeFile(join(folder, "scripts", name), readFileSync(join(projectRoot, "scripts", name), "utf8"));
    writeFile(join(folder, "package-lock.json"), "{}");
    const ended = await startProgram("bash", [join(folder, "scripts/package.sh")], folder).ended;
    assert.equal(ended.code, 2);
    assert.match(
      ended.err,
      /^error: howdah is not built yet: there is no bundle\/howdah\.js in .*\n {2}next: npm ci\n$/,
    );
  });
});
