import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
import { replaceEntry, zipEntries, zipOf } from "#src/sandbox/zip.js";
import { freshFolders } from "../support/folders.js";

const fileName = fc
  .array(fc.constantFrom("a", "B", "ä", "中", "0", ".", "-", "/x"), { minLength: 1, maxLength: 12 })
  .map((parts) => `f${parts.join("")}`);
const files = fc
  .uniqueArray(fc.tuple(fileName, fc.uint8Array({ maxLength: 400 })), { selector: ([name]) => name, maxLength: 8 })
  .map((pairs) => pairs.map(([name, bytes]) => ({ name, bytes })));
const someFiles = files.filter((list) => list.length > 0);

const contents = (archive: Buffer): Readonly<Record<string, string>> =>
  Object.fromEntries(zipEntries(archive).map(({ name, bytes }) => [name, bytes().toString("hex")]));
const expected = (list: readonly { name: string; bytes: Uint8Array }[]): Readonly<Record<string, string>> =>
  Object.fromEntries(list.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("hex")]));

describe("zip archives", () => {
  const folder = freshFolders();

  it("of ours are read by others, and by us, with the same files", () => {
    fc.assert(
      fc.property(files, (list) => {
        const archive = zipOf(list);
        assert.deepEqual(contents(archive), expected(list));
        const others = Object.entries(unzipSync(archive)).map(([name, bytes]) => ({ name, bytes }));
        assert.deepEqual(expected(others), expected(list));
      }),
      { numRuns: 200 },
    );
  });

  it("of others are read, stored and deflated", () => {
    fc.assert(
      fc.property(files, fc.constantFrom(0 as const, 6 as const), (list, level) => {
        const archive = zipSync(Object.fromEntries(list.map(({ name, bytes }) => [name, bytes])), { level });
        assert.deepEqual(contents(Buffer.from(archive)), expected(list));
      }),
      { numRuns: 200 },
    );
  });

  it("of equal files are equal", () => {
    const list = [{ name: "a", bytes: Buffer.from("x") }];
    assert.deepEqual(zipOf(list), zipOf(list));
  });

  it("get other bytes for one entry, and keep the rest, as often as it is done", () => {
    fc.assert(
      fc.property(someFiles, fc.nat(), fc.uint8Array({ maxLength: 500 }), (list, which, bytes) => {
        const { name } = list[which % list.length]!;
        const once = replaceEntry(zipOf(list), name, bytes);
        const wanted = { ...expected(list), [name]: Buffer.from(bytes).toString("hex") };
        assert.deepEqual(contents(once), wanted);
        const others = Object.entries(unzipSync(once)).map(([path, content]) => ({ name: path, bytes: content }));
        assert.deepEqual(expected(others), wanted);
        const twice = replaceEntry(once, list[0]!.name, Buffer.from("again"));
        assert.deepEqual(contents(twice), { ...wanted, [list[0]!.name]: Buffer.from("again").toString("hex") });
      }),
      { numRuns: 200 },
    );
  });

  it("are read by Python, comments and mended entries included", function () {
    this.timeout(60_000);
    const path = join(folder(), "a.zip");
    const archive = replaceEntry(
      zipOf([{ name: "a/b.txt", bytes: Buffer.from("old") }]),
      "a/b.txt",
      Buffer.from("new"),
    );
    writeFileSync(path, archive);
    const script =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.read('a/b.txt').decode())";
    const { stdout, stderr } = spawnSync("python3", ["-c", script, path], { encoding: "utf8" });
    assert.equal(stdout.trim(), "None new", stderr);
  });

  it("may end with a comment", () => {
    const archive = zipOf([{ name: "a", bytes: Buffer.from("x") }]);
    archive.writeUInt16LE(7, archive.length - 2);
    assert.deepEqual(Object.keys(contents(Buffer.concat([archive, Buffer.from("comment")]))), ["a"]);
  });

  it("that are broken are refused as such, whatever is broken", () => {
    const archive = zipOf([
      { name: "first.txt", bytes: Buffer.from("some text ".repeat(20)) },
      { name: "second.txt", bytes: Buffer.from("other text") },
    ]);
    const good = contents(archive);
    fc.assert(
      fc.property(fc.nat({ max: archive.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Buffer.from(archive);
        broken[at]! ^= change;
        refusedOrRead(broken);
      }),
      { numRuns: 2000 },
    );
    for (let length = 0; length < archive.length; length++)
      assert.throws(() => contents(archive.subarray(0, length)), { code: "BAD_ARCHIVE" }, `${length} bytes`);
    assert.throws(() => contents(Buffer.from("not a zip")), { code: "BAD_ARCHIVE" });
    assert.deepEqual(contents(archive), good);
  });

  it("whose bytes differ from their checksum are refused", () => {
    const archive = Buffer.from(zipSync({ "a.txt": Buffer.from("content") }, { level: 0 }));
    archive[archive.indexOf("content")]! ^= 1;
    assert.throws(() => contents(archive), /a.txt is damaged/);
  });

  it("do not get entries that they do not have", () => {
    assert.throws(() => replaceEntry(zipOf([]), "a", Buffer.from("x")), /there is no a in it/);
  });
});

/** Bytes that matter to no reader may change; everything else must be noticed, in one way. */
function refusedOrRead(archive: Buffer): void {
  try {
    contents(archive);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "BAD_ARCHIVE", String(error));
  }
}
