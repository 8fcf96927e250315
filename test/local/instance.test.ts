import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isHowdahError } from "#src/core/errors.js";
import { hashOf } from "#src/core/hash.js";
import type { RawRecord } from "#src/jobs/record.js";
import {
  isComplete,
  isOccupied,
  placeInstance,
  publishInstance,
  rawContent,
  readRaw,
  recoverInstances,
} from "#src/local/instance.js";
import { freshFolders } from "../support/folders.js";
import { skip } from "../support/skip.js";

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
const record = (folder: string): RawRecord =>
  JSON.parse(readFileSync(join(folder, "_howdah.json"), "utf8")) as RawRecord;
const fails = (code: string) => (error: unknown) => isHowdahError(error) && error.code === code;

/** Everything in a folder and its neighbours: nothing may be left over. */
const tree = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).sort();

describe("raw instances", () => {
  const fresh = freshFolders();
  let root: string;
  let folder: string;

  beforeEach(() => {
    root = fresh();
    folder = join(root, "omniture/date_ts=20120301_00");
  });

  function source(name: string, text: string): { path: string } {
    const path = join(root, "sources", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return { path };
  }

  it("places files with their record and flag, and leaves nothing else", () => {
    const placed = placeInstance(folder, [source("b.tsv", "two\n"), source("a.tsv", "one\n")], { mode: "new" });
    assert.deepEqual(placed, {
      format: 1,
      files: [
        { name: "a.tsv", bytes: 4, sha256: sha("one\n") },
        { name: "b.tsv", bytes: 4, sha256: sha("two\n") },
      ],
    });
    assert.deepEqual(record(folder), placed);
    assert.deepEqual(tree(dirname(folder)), [
      basename(folder),
      ...["_SUCCESS", "_howdah.json", "a.tsv", "b.tsv"].map((name) => join(basename(folder), name)),
    ]);
    assert.equal(readFileSync(join(folder, "a.tsv"), "utf8"), "one\n");
  });

  it("places an instance without data, under another flag, or with the folder as its flag", () => {
    placeInstance(folder, [], { mode: "new", doneFlag: "_READY" });
    assert.deepEqual(readdirSync(folder).sort(), ["_READY", "_howdah.json"]);
    const unflagged = join(root, "daily/20120301");
    placeInstance(unflagged, [source("a.csv", "1")], { mode: "new", doneFlag: "" });
    assert.deepEqual(readdirSync(unflagged).sort(), ["_howdah.json", "a.csv"]);
    assert.equal(isComplete(unflagged, ""), true);
    assert.throws(() => placeInstance(unflagged, [], { mode: "new", doneFlag: "" }), fails("INSTANCE_EXISTS"));
  });

  it("gives files of the same name names of their own", () => {
    const placed = placeInstance(folder, [source("x/part.csv.gz", "1"), source("y/part.csv.gz", "2")], { mode: "new" });
    assert.deepEqual(
      placed.files.map(({ name }) => name),
      ["part-2.csv.gz", "part.csv.gz"],
    );
  });

  it("refuses a new instance where one is, and changes nothing", () => {
    placeInstance(folder, [source("a", "1")], { mode: "new" });
    const before = tree(root);
    assert.throws(() => placeInstance(folder, [source("a", "1")], { mode: "new" }), fails("INSTANCE_EXISTS"));
    assert.deepEqual(tree(root), before);
  });

  it("refuses a new instance where another tool is filling the folder", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "half"), "ha");
    assert.equal(isOccupied(folder), true);
    assert.throws(() => placeInstance(folder, [source("a", "1")], { mode: "new" }), fails("INSTANCE_INCOMPLETE"));
    assert.equal(readFileSync(join(folder, "half"), "utf8"), "ha");
  });

  it("takes an empty folder, and one of ignored names alone, for no instance", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "_temporary"), "");
    writeFileSync(join(folder, ".crc"), "");
    assert.equal(isOccupied(folder), false);
    placeInstance(folder, [source("a", "1")], { mode: "new" });
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json", "a"]);
  });

  it("replaces an instance whole, complete or not", () => {
    placeInstance(folder, [source("a", "1"), source("b", "2")], { mode: "new" });
    placeInstance(folder, [source("c", "3")], { mode: "replace" });
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json", "c"]);
    rmSync(join(folder, "_SUCCESS"));
    placeInstance(folder, [], { mode: "replace" });
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json"]);
    assert.deepEqual(readdirSync(dirname(folder)), [basename(folder)]);
  });

  it("replaces an instance by files out of itself", () => {
    placeInstance(folder, [source("a", "1"), source("b", "2")], { mode: "new" });
    placeInstance(folder, [{ path: join(folder, "b") }], { mode: "replace" });
    assert.deepEqual(record(folder).files, [{ name: "b", bytes: 1, sha256: sha("2") }]);
  });

  it("adds a file, under a free name, and lists what is there by its present content", () => {
    placeInstance(folder, [source("part.csv", "1")], { mode: "new" });
    writeFileSync(join(folder, "part.csv"), "changed by another tool");
    const added = placeInstance(folder, [source("late/part.csv", "2")], { mode: "add" });
    assert.deepEqual(added.files, [
      { name: "part-2.csv", bytes: 1, sha256: sha("2") },
      { name: "part.csv", bytes: 23, sha256: sha("changed by another tool") },
    ]);
    assert.deepEqual(record(folder), added);
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json", "part-2.csv", "part.csv"]);
  });

  it("adds to an instance that another tool put, and keeps the content of its flag", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "a"), "1");
    writeFileSync(join(folder, "_SUCCESS"), "by spark");
    placeInstance(folder, [source("b", "2")], { mode: "add" });
    assert.equal(readFileSync(join(folder, "_SUCCESS"), "utf8"), "by spark");
    assert.equal(record(folder).files.length, 2);
  });

  it("refuses to add the same content twice, under whatever name, and changes nothing", () => {
    placeInstance(folder, [source("a", "1")], { mode: "new" });
    const before = tree(root);
    const same = source("other-name", "1");
    assert.throws(() => placeInstance(folder, [source("b", "2"), same], { mode: "add" }), fails("SAME_CONTENT"));
    rmSync(join(root, "sources"), { recursive: true });
    assert.deepEqual(
      tree(root),
      before.filter((name) => !name.startsWith("sources")),
    );
    assert.equal(isComplete(folder), true);
  });

  it("refuses to add to an instance that is not there, or that somebody is filling", () => {
    assert.throws(() => placeInstance(folder, [source("a", "1")], { mode: "add" }), fails("INSTANCE_MISSING"));
    assert.equal(existsSync(folder), false);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "half"), "ha");
    assert.throws(() => placeInstance(folder, [source("a", "1")], { mode: "add" }), fails("INSTANCE_MISSING"));
  });

  it("finishes an addition that was cut off, when it is done again", () => {
    placeInstance(folder, [source("a", "1")], { mode: "new" });
    // What a kill leaves between the file's coming in and the flag's coming back.
    rmSync(join(folder, "_SUCCESS"));
    writeFileSync(join(folder, "b"), "2");
    writeFileSync(join(folder, ".adding-record"), "{");
    writeFileSync(join(folder, ".adding-flag"), "");
    assert.throws(() => placeInstance(folder, [source("b", "2")], { mode: "new" }), fails("INSTANCE_INCOMPLETE"));
    placeInstance(folder, [source("b", "2"), source("c", "3")], { mode: "add" });
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json", "a", "b", "c"]);
    assert.equal(record(folder).files.length, 3);
  });

  it("brings back an instance that a killed replacement had put aside, and clears what it had prepared", () => {
    placeInstance(folder, [source("a", "1")], { mode: "new" });
    const parent = dirname(folder);
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const old = join(parent, `.${basename(folder)}.old-${dead}`);
    publishInstance(folder, old);
    mkdirSync(join(parent, `.${basename(folder)}.new-${dead}`));
    recoverInstances(parent);
    assert.deepEqual(readdirSync(parent), [basename(folder)]);
    assert.equal(isComplete(folder), true);
    assert.equal(readFileSync(join(folder, "a"), "utf8"), "1");
  });

  it("leaves alone what a running process is preparing", () => {
    const parent = dirname(folder);
    const running = join(parent, `.${basename(folder)}.new-${process.ppid}`);
    mkdirSync(running, { recursive: true });
    placeInstance(folder, [source("a", "1")], { mode: "new" });
    assert.equal(existsSync(running), true);
  });

  it("refuses names that engines pass over, folders, and files that are not there, leaving nothing", () => {
    for (const name of ["_part", ".part"])
      assert.throws(() => placeInstance(folder, [source(name, "1")], { mode: "new" }), fails("FILE_NAME"));
    assert.throws(() => placeInstance(folder, [{ path: root }], { mode: "new" }), fails("NOT_A_FILE"));
    assert.throws(
      () => placeInstance(folder, [{ path: join(root, "no") }], { mode: "new" }),
      (error) => {
        assert.ok(fails("NOT_FOUND")(error) && isHowdahError(error));
        assert.equal(error.where, join(root, "no"));
        assert.ok(error.next);
        return true;
      },
    );
    assert.deepEqual(readdirSync(dirname(folder)), []);
  });

  it("says so when a file stands where the folder should", () => {
    writeFileSync(join(root, "omniture"), "");
    assert.throws(
      () => placeInstance(folder, [source("a", "1")], { mode: "new" }),
      (error) => isHowdahError(error),
    );
  });

  it("says so when the folder may not be written", function () {
    if (process.getuid?.() === 0) return skip(this, "root may write everywhere");
    mkdirSync(dirname(folder), { recursive: true });
    chmodSync(dirname(folder), 0o555);
    assert.throws(() => placeInstance(folder, [source("a", "1")], { mode: "new" }), fails("NOT_PERMITTED"));
    chmodSync(dirname(folder), 0o755);
  });

  it("says so when the disk takes no more, and leaves no flag and no part of a file", () => {
    const big = source("big", "x".repeat(3 << 20));
    const script = `
      import { placeInstance } from ${JSON.stringify(import.meta.resolve("#src/local/instance.js"))};
      try { placeInstance(${JSON.stringify(folder)}, [{ path: ${JSON.stringify(big.path)} }], { mode: "new" }); }
      catch (error) { console.log(error.code, error.exitCode); }`;
    // A limit on the size of files stands for the disk's end: the system call fails at the same place.
    const limited = `ulimit -f 1024; exec ${process.execPath} --input-type=module -e '${script}'`;
    const { stdout, stderr } = spawnSync("bash", ["-c", limited], { encoding: "utf8" });
    assert.equal(stdout, "DISK_FULL 1\n", stderr);
    assert.deepEqual(readdirSync(dirname(folder)), []);
  });

  it("is at any kill as it was or complete, and ends right when it is done again", function () {
    this.timeout(60_000);
    const worker = fileURLToPath(new URL("./instance-worker.js", import.meta.url));
    for (const name of ["a", "b", "c"]) source(name, name.repeat(200_000));
    let seen = 0;
    for (let delay = 1; delay <= 40; delay++) {
      const { signal } = spawnSync(process.execPath, [worker, folder, join(root, "sources")], {
        timeout: 40 + delay * 2,
        killSignal: "SIGKILL",
      });
      if (signal === "SIGKILL") seen++;
      // Whatever the moment: under a flag stand the files of one state, whole, with a record that tells the truth.
      if (!existsSync(folder) || !isComplete(folder)) continue;
      const files = readRaw(folder);
      assert.ok([["a"], ["a", "b"], ["c"]].some((names) => names.join() === files.map(({ name }) => name).join()));
      assert.deepEqual(record(folder).files, files);
      for (const { name, sha256 } of files) assert.equal(sha256, sha(name.repeat(200_000)));
    }
    assert.ok(seen > 5, `only ${seen} of 40 were killed`);
    placeInstance(folder, [{ path: join(root, "sources/c") }], { mode: "replace" });
    assert.deepEqual(readdirSync(dirname(folder)), [basename(folder)]);
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json", "c"]);
  });

  it("reads what is there, not what the record says, and passes over folders and ignored names", () => {
    placeInstance(folder, [source("b", "2")], { mode: "new" });
    writeFileSync(join(folder, "B"), "by hand");
    writeFileSync(join(folder, "_metadata"), "");
    writeFileSync(join(folder, ".crc"), "");
    mkdirSync(join(folder, "deeper"));
    assert.deepEqual(readRaw(folder), [
      { name: "B", bytes: 7, sha256: sha("by hand") },
      { name: "b", bytes: 1, sha256: sha("2") },
    ]);
  });

  it("names content by the names and bytes of the files alone", () => {
    placeInstance(folder, [source("b", "2"), source("a", "1")], { mode: "new" });
    assert.equal(
      rawContent(folder),
      hashOf([
        ["a", sha("1")],
        ["b", sha("2")],
      ]),
    );
    const copy = join(root, "copy");
    placeInstance(copy, [source("a", "1"), source("b", "2")], { mode: "new", doneFlag: "_OTHER" });
    assert.equal(rawContent(copy), rawContent(folder));
    writeFileSync(join(copy, "b"), "3");
    assert.notEqual(rawContent(copy), rawContent(folder));
    const empty = join(root, "empty");
    placeInstance(empty, [], { mode: "new" });
    assert.equal(rawContent(empty), hashOf([]));
  });

  it("sorts names as engines and Python do, beyond the first plane of Unicode too", () => {
    // U+FFFD comes before U+1F980 in UTF-8, and behind it in UTF-16.
    placeInstance(folder, [source("\u{1f980}", "1"), source("\ufffd", "2")], { mode: "new" });
    assert.deepEqual(
      readRaw(folder).map(({ name }) => name),
      ["\ufffd", "\u{1f980}"],
    );
  });

  it("hashes a file of many chunks, and thousands of small ones in a moment", () => {
    const text = "0123456789abcdef".repeat(300_000);
    placeInstance(folder, [source("large", text)], { mode: "new" });
    assert.deepEqual(readRaw(folder), [{ name: "large", bytes: text.length, sha256: sha(text) }]);
    const many = join(root, "many");
    mkdirSync(many);
    for (let i = 0; i < 5000; i++) writeFileSync(join(many, `part-${i}`), String(i));
    const start = performance.now();
    assert.equal(readRaw(many).length, 5000);
    assert.ok(performance.now() - start < 3000);
  });
});
