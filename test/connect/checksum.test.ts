import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Md5Md5Crc, type ChecksumForm } from "#src/connect/webhdfs/checksum.js";
import { crc32c, crcsOf, piecesAtOnce } from "#src/connect/webhdfs/crc32c.js";
import { projectRoot } from "../support/project.js";

/** Bit by bit, as RFC 3720 defines it. */
function reference(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe("connect: checksums of HDFS", () => {
  it("has the CRC-32C of RFC 3720's examples", () => {
    const examples: [Buffer, number][] = [
      [Buffer.alloc(32), 0x8a9136aa],
      [Buffer.alloc(32, 0xff), 0x62a8ab43],
      [Buffer.from("123456789"), 0xe3069283],
      [Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ];
    for (const [data, crc] of examples) {
      assert.equal(crc32c(data, 0, data.length), crc);
      if (data.length % 8 === 0) assert.equal(Buffer.from(crcsOf(data, 0, 1, data.length)).readUInt32BE(), crc);
    }
  });

  it("has the same of many pieces at once, of every length that it takes at once, wherever they begin", () => {
    for (const length of [8, 16, 512, 520, 4096, 65_536]) {
      const pieces = Math.min(piecesAtOnce(length), 200);
      assert.ok(pieces > 0);
      const from = randomInt(9);
      const data = randomBytes(from + pieces * length + randomInt(9));
      const found = Buffer.from(crcsOf(data, from, pieces, length));
      assert.equal(found.length, 4 * pieces);
      for (let i = 0; i < pieces; i++)
        assert.equal(found.readUInt32BE(4 * i), reference(data.subarray(from + i * length, from + (i + 1) * length)));
      const all = piecesAtOnce(length);
      const most = randomBytes(all * length);
      const last = Buffer.from(crcsOf(most, 0, all, length)).readUInt32BE(4 * (all - 1));
      assert.equal(last, reference(most.subarray((all - 1) * length)));
    }
    assert.deepEqual([12, 513].map(piecesAtOnce), [0, 0]);
  });

  it("has the same where there is no WebAssembly", () => {
    const data = Buffer.alloc(3000, "howdah");
    const usual = { type: "CRC32C", bytesPerCrc: 512 } as const;
    const sum = new Md5Md5Crc(usual, 1024);
    sum.update(data);
    const from = pathToFileURL(join(projectRoot, "dist/connect/webhdfs/checksum.js")).href;
    const program = `import { Md5Md5Crc } from ${JSON.stringify(from)};
      const sum = new Md5Md5Crc(${JSON.stringify(usual)}, 1024);
      sum.update(Buffer.alloc(3000, "howdah"));
      console.log(typeof WebAssembly, sum.digest());`;
    const args = ["--jitless", "--input-type=module", "-e", program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(stdout, `undefined ${sum.digest()}\n`, stderr);
  });

  for (const form of [
    { type: "CRC32C", bytesPerCrc: 512 },
    { type: "CRC32C", bytesPerCrc: 100 },
    { type: "CRC32", bytesPerCrc: 512 },
  ] as const satisfies readonly ChecksumForm[])
    it(`has the same of a content in pieces of any length as of the whole: ${form.type}, ${form.bytesPerCrc}`, () => {
      const blockSize = form.bytesPerCrc * 70;
      for (const length of [0, 1, 511, 512, 513, blockSize, blockSize + 1, 5 * blockSize + 77, 1_000_003]) {
        const data = randomBytes(length);
        const whole = new Md5Md5Crc(form, blockSize);
        whole.update(data);
        const inPieces = new Md5Md5Crc(form, blockSize);
        for (let at = 0; at < length;) {
          const end = at + randomInt(1, 3000);
          inPieces.update(data.subarray(at, end));
          at = end;
        }
        const digest = whole.digest();
        assert.equal(inPieces.digest(), digest);
        if (form.type !== "CRC32C" || length === 0 || length > blockSize) continue;
        // One block: the MD5 of the MD5 of its CRCs, and the zeros behind it.
        const crcs: number[] = [];
        for (let at = 0; at < length; at += form.bytesPerCrc)
          crcs.push(reference(data.subarray(at, Math.min(length, at + form.bytesPerCrc))));
        const bytes = Buffer.alloc(4 * crcs.length);
        for (const [i, crc] of crcs.entries()) bytes.writeUInt32BE(crc, 4 * i);
        const block = createHash("md5").update(bytes).digest();
        assert.equal(
          digest,
          createHash("md5")
            .update(Buffer.concat([block, Buffer.alloc(16)]))
            .digest("hex"),
        );
      }
    });
});
