import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { startProgram, type Ended } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { projectRoot } from "../support/project.js";

/** npm's `prepare`, which npx runs in a clone that is built already. */
describe("node build.mjs --unless-built", () => {
  const fresh = freshFolders();
  const prepare = (folder: string): Promise<Ended> =>
    startProgram(process.execPath, ["build.mjs", "--unless-built"], folder).ended;

  it("leaves what is built, links the command, and builds what is made of other sources", async () => {
    const folder = fresh();
    const parts = ["src", "dist", "bundle", "build/made-of", "build.mjs", "package.json", "package-lock.json"];
    for (const part of [...parts, "tsconfig.json", "tsconfig.build.json"])
      cpSync(join(projectRoot, part), join(folder, part), { recursive: true });
    mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
    symlinkSync(join(projectRoot, "node_modules/esbuild"), join(folder, "node_modules/esbuild"));
    const made = (): number => statSync(join(folder, "bundle/main.js")).mtimeMs;
    const before = made();
    assert.deepEqual(await prepare(folder), { code: 0, signal: null, out: "", err: "" });
    assert.equal(made(), before);
    assert.equal(readlinkSync(join(folder, "node_modules/.bin/howdah")), "../../bundle/howdah.js");
    // It begins to build, for which it lacks the compiler.
    appendFileSync(join(folder, "src/core/hash.ts"), "// Other than before.\n");
    const begun = await prepare(folder);
    assert.equal(begun.code, 1);
    assert.match(begun.err, /Cannot find module .*\/typescript\/bin\/tsc/);
  });
});
