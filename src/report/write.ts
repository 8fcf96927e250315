import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";
import { HowdahError } from "../core/errors.ts";
import { onDisk, writeByRename } from "../project/disk.ts";
import type { ReportFacts } from "./facts.ts";
import { pageOf } from "./page.ts";

/** Throws `NOT_A_FILE` for a folder, and `NOT_FOUND` where the folder of a file is missing. */
export function refuseFolder(file: string): void {
  if (existsSync(file) && statSync(file).isDirectory())
    throw new HowdahError("cannot write the report: it is a folder, not a file", {
      code: "NOT_A_FILE",
      where: file,
      next: "name a file in it, such as report.html",
    });
  const folder = dirname(file);
  if (!existsSync(folder))
    throw new HowdahError("cannot write the report: there is no such folder", {
      code: "NOT_FOUND",
      where: folder,
      next: "make it first, or name another file",
    });
}

/**
 * Writes the page of a report, whole or not at all; an earlier one is replaced. `lineage` is the project's drawing, as
 * SVG. Gives its size in bytes.
 */
export function writePage(facts: ReportFacts, lineage: string, file: string): number {
  refuseFolder(file);
  const page = pageOf(facts, lineage);
  const aside = `${file}.${randomUUID()}`;
  try {
    onDisk("write the report", file, () => writeByRename(file, aside, page));
  } finally {
    rmSync(aside, { force: true });
  }
  return Buffer.byteLength(page);
}
