import { closeSync, openSync, readSync } from "node:fs";
import { HowdahError, onDisk } from "howdah";
import { notAWorkbook } from "./errors.ts";

/** How a zip archive begins: with a file, or, an empty one, with its end. */
const zipBeginnings = [Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from([0x50, 0x4b, 5, 6])];
/** How a file of OLE begins: workbooks of Excel 2003 and before, and those with a password ([MS-CFB] 2.2). */
const oleBeginning = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
/** The stream in which such a file holds a workbook with a password ([MS-OFFCRYPTO] 1.3.2). */
const passwordStream = Buffer.from("EncryptedPackage", "utf16le");
const blockBytes = 1 << 20;

/** Whether a file is a workbook, by its first bytes. Throws where it is one that cannot be read, or is named so and is none. */
export function isWorkbook(path: string): boolean {
  return onDisk("read the file", path, () => {
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(oleBeginning.length);
      const length = readSync(file, head);
      if (zipBeginnings.some((beginning) => head.subarray(0, 4).equals(beginning))) return true;
      if (length === head.length && head.equals(oleBeginning)) {
        if (!holds(file, passwordStream)) throw notAWorkbook(path, "it is a workbook of Excel 2003 or before (.xls)");
        throw new HowdahError("the workbook has a password", {
          code: "WORKBOOK_PASSWORD",
          where: path,
          next: "open it in a spreadsheet program, and save it without one",
        });
      }
    } finally {
      closeSync(file);
    }
    if (/\.xlsx$/i.test(path))
      throw notAWorkbook(path, "it is named as a workbook, but is none", "check that it is the right file");
    return false;
  });
}

function holds(file: number, wanted: Buffer): boolean {
  const block = Buffer.alloc(blockBytes);
  for (let at = 0; ; at += blockBytes - wanted.length) {
    const length = readSync(file, block, 0, blockBytes, at);
    if (block.subarray(0, length).includes(wanted)) return true;
    if (length < blockBytes) return false;
  }
}
