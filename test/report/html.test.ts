import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HowdahError } from "#src/core/errors.js";
import { pageOf } from "#src/report/page.js";
import { writePage } from "#src/report/write.js";
import { freshFolders } from "../support/folders.js";
import { daily, drawing, factsWith, hourly } from "./madefacts.js";

describe("report: the page as a file", () => {
  const folder = freshFolders();
  const small = factsWith([hourly("readings", 3)]);

  it("names no other host and no other file", () => {
    const page = pageOf(small, drawing);
    assert.doesNotMatch(page, /(?:src|href)=["'](?!data:)|url\(|@import|https?:\/\//);
    assert.match(page, /default-src 'none'/);
  });

  it("holds 361 hours of fourteen data sets in less than 2 MB", () => {
    const full = {
      rows: 12_345,
      files: 1,
      bytes: 123_456,
      seconds: 3.394,
      started: "2026-11-28T19:34:44.461Z",
      engine: "duckdb 1.5.6",
    } as const;
    const checks = Array.from({ length: 8 }, (_, i) => ({
      name: `lines attributed and carried on are never more than lines, of kind ${i}`,
      outcome: "passed",
      measured: "12345 and 12345",
    }));
    const names = Array.from({ length: 11 }, (_, i) => `a-data-set-with-a-name-${i}`);
    const dataSets = [
      ...names.map((name) => hourly(name, 361, () => ({ state: "done", ...full, checks }))),
      ...["x", "y", "z"].map((name) => daily(name, 15)),
    ];
    const bytes = Buffer.byteLength(pageOf(factsWith(dataSets), drawing));
    assert.ok(bytes < 2_000_000, `${bytes} bytes`);
  });

  it("puts a drawing of the lineage in its place", () => {
    const [, lineage = ""] = pageOf(small, drawing).split('<h2 id="lineage-title">Lineage</h2>');
    assert.ok(lineage.includes(drawing));
  });

  it("replaces an earlier one, and leaves nothing beside it", () => {
    const file = join(folder(), "report.html");
    writeFileSync(file, "earlier");
    const bytes = writePage(small, drawing, file);
    assert.equal(readFileSync(file).length, bytes);
    assert.deepEqual(readdirSync(join(file, "..")), ["report.html"]);
  });

  it("does not replace a folder, nor make one", () => {
    const place = folder();
    mkdirSync(join(place, "report.html"));
    const codeOf = (file: string): string => {
      try {
        writePage(small, drawing, file);
        return "written";
      } catch (error) {
        return (error as HowdahError).code;
      }
    };
    assert.equal(codeOf(join(place, "report.html")), "NOT_A_FILE");
    assert.equal(codeOf(join(place, "no", "report.html")), "NOT_FOUND");
  });
});
