import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * Fails unless a folder of this repository holds just these files. With `HOWDAH_UPDATE_GOLDEN=1` it is written anew, to
 * be read before it is committed; not in CI.
 */
export function assertGolden(folder: string, files: ReadonlyMap<string, string>): void {
  const isUpdate = process.env["HOWDAH_UPDATE_GOLDEN"] === "1" && process.env["CI"] === undefined;
  if (isUpdate) {
    rmSync(folder, { recursive: true, force: true });
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }
  const kept = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    : [];
  assert.deepEqual([...files.keys()].sort(), kept.sort());
  for (const [path, text] of files) assert.equal(text, readFileSync(join(folder, path), "utf8"), path);
}
