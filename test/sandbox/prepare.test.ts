import assert from "node:assert/strict";
import { hasNameSpace } from "#src/sandbox/prepare.js";
import { writeFile } from "../support/command.js";
import { freshFolders } from "../support/folders.js";

describe("the NameNode's folder", () => {
  const folder = freshFolders();

  it("is formatted once its image is there under its own name, wherever the format was killed", () => {
    const namenode = `${folder()}/namenode`;
    assert.equal(hasNameSpace(namenode), false);
    // What the format writes, in its order.
    for (const [name, done] of [
      ["VERSION", false],
      ["seen_txid", false],
      ["fsimage.ckpt_0000000000000000000", false],
      ["fsimage_0000000000000000000.md5", false],
      ["fsimage_0000000000000000000", true],
    ] as const) {
      writeFile(`${namenode}/current/${name}`, "");
      assert.equal(hasNameSpace(namenode), done, name);
    }
  });

  it("is left as it is where something was written, though its image is gone", () => {
    const namenode = folder();
    writeFile(`${namenode}/current/edits_inprogress_0000000000000000001`, "");
    assert.equal(hasNameSpace(namenode), true);
  });
});
