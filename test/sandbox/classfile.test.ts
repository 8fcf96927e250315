import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { replaceConstants } from "#src/sandbox/classfile.js";
import { freshFolders } from "../support/folders.js";
import { skip } from "../support/skip.js";
import { classFile, readClassFile, type OtherConstant } from "./classfiles.js";

/** Each kind of constant but Utf8: Java Virtual Machine Specification, table 4.4-A. */
const others: readonly OtherConstant[] = [
  ...[3, 4, 9, 10, 11, 12, 17, 18].map((tag) => ({ tag, bytes: 4 })),
  ...[7, 8, 16, 19, 20].map((tag) => ({ tag, bytes: 2 })),
  { tag: 15, bytes: 3 },
  ...[5, 6].map((tag) => ({ tag, bytes: 8, wide: true as const })),
];
const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ";", "$", "L"), maxLength: 30 });
const constants = fc.array(fc.oneof(text, fc.constantFrom(...others)), { maxLength: 40 });

describe("class files", () => {
  const folder = freshFolders();

  it("get other texts for constants, of any length, and keep everything else", () => {
    fc.assert(
      fc.property(constants, text, (list, other) => {
        const texts = list.filter((one) => typeof one === "string");
        fc.pre(texts.length > 0);
        const old = texts[0]!;
        const changed = replaceConstants(classFile(list), new Map([[old, other]]));
        assert.deepEqual(changed, classFile(list.map((one) => (one === old ? other : one))));
      }),
      { numRuns: 500 },
    );
  });

  it("get several at once, so that two can be swapped", () => {
    const swapped = replaceConstants(
      classFile(["a", "bb", "c"]),
      new Map([
        ["a", "bb"],
        ["bb", "a"],
      ]),
    );
    assert.deepEqual(readClassFile(swapped).texts, ["bb", "a", "c"]);
  });

  it("may be a part of a larger buffer", () => {
    const file = classFile(["old"]);
    const around = Buffer.concat([Buffer.from("before"), file, Buffer.from("behind")]);
    const part = new Uint8Array(around.buffer, around.byteOffset + 6, file.length);
    assert.deepEqual(replaceConstants(part, new Map([["old", "new"]])), classFile(["new"]));
  });

  it("without a constant that was to be replaced are refused, by its name", () => {
    assert.throws(
      () =>
        replaceConstants(
          classFile(["a"]),
          new Map([
            ["a", "b"],
            ["c", "d"],
            ["e", "f"],
          ]),
        ),
      /holds no c and no e/,
    );
  });

  it("that are none, or are cut short, or hold an unknown kind are refused", () => {
    const want = new Map([["last", "x"]]);
    assert.throws(() => replaceConstants(Buffer.from("PK.........."), want), /not a class file/);
    assert.throws(() => replaceConstants(Buffer.alloc(0), want), /not a class file/);
    assert.throws(() => replaceConstants(classFile([{ tag: 2, bytes: 2 }, "last"]), want), /unknown kind 2/);
    const file = classFile(["some", { tag: 5, bytes: 8, wide: true }, "last"]);
    const pool = file.length - readClassFile(file).rest.length;
    for (let length = 0; length < pool; length++)
      assert.throws(() => replaceConstants(file.subarray(0, length), want), { code: "BUG" }, `${length} bytes`);
  });

  it("of a real compiler run with the new text", function () {
    if (spawnSync("javac", ["-version"]).error !== undefined) skip(this, "there is no Java compiler");
    const place = folder();
    writeFileSync(
      join(place, "Says.java"),
      'class Says { static final long L = 7_000_000_000L; static double d = 2.5; public static void main(String[] a) { System.out.println("the old text" + L + d); } }',
    );
    assert.equal(spawnSync("javac", ["-d", place, join(place, "Says.java")]).status, 0);
    const file = join(place, "Says.class");
    const constant = /the old text[^\0]*?(?=7|\u0001|$)/.exec(readFileSync(file, "latin1"))![0];
    const found = readClassFile(readFileSync(file)).texts.find((one) => one.startsWith(constant.slice(0, 12)))!;
    mkdirSync(join(place, "mended"));
    const mended = replaceConstants(
      readFileSync(file),
      new Map([[found, found.replace("the old text", "a newer and longer text")]]),
    );
    writeFileSync(join(place, "mended/Says.class"), mended);
    const { stdout, stderr } = spawnSync("java", ["-cp", join(place, "mended"), "Says"], { encoding: "utf8" });
    assert.equal(stdout.trim(), "a newer and longer text70000000002.5", stderr);
    assert.ok(existsSync(file));
  });
});
