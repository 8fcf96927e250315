import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The lines of a landed feed by hour, sorted; bytes as characters, so that no byte is lost. Only complete hours. */
export function landedRows(landing: string, feed: "omniture" | "sales"): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  const folder = join(landing, feed);
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    if (!name.startsWith("date_ts=") || !existsSync(join(folder, name, "_SUCCESS"))) continue;
    const files = readdirSync(join(folder, name)).filter((file) => !/^[._]/.test(file));
    const lines = files.flatMap((file) => dataLines(join(folder, name, file), feed === "sales"));
    rows.set(name.slice("date_ts=".length), lines.sort());
  }
  return rows;
}

function dataLines(path: string, withHeader: boolean): string[] {
  const text = gunzipSync(readFileSync(path)).toString("latin1");
  assert.ok(text.endsWith("\n"), `${path} ends with a newline`);
  const lines = text.slice(0, -1).split("\n");
  if (!withHeader) return lines;
  assert.equal(lines[0], "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country");
  return lines.slice(1);
}

/** The lines that belong to no hour, of both feeds. */
export function unassignedRows(landing: string): string[] {
  const folder = join(landing, "unassigned");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => dataLines(join(folder, name), name.startsWith("sales")))
    .sort();
}

/** Every file below a folder with a hash of its bytes. */
export function fingerprint(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length), createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );
}

/** Holds of a landing at any moment: what stands under a flag is what its record says. */
export function assertFlagsTellTheTruth(landing: string): void {
  for (const feed of ["omniture", "sales"]) {
    const folder = join(landing, feed);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const instance = join(folder, name);
      if (name.startsWith(".") || !existsSync(join(instance, "_SUCCESS"))) continue;
      const { files } = JSON.parse(readFileSync(join(instance, "_howdah.json"), "utf8")) as {
        files: { name: string; sha256: string }[];
      };
      const there = readdirSync(instance).filter((file) => !/^[._]/.test(file));
      assert.deepEqual(
        there.map((file) => [
          file,
          createHash("sha256")
            .update(readFileSync(join(instance, file)))
            .digest("hex"),
        ]),
        files.map(({ name: file, sha256 }) => [file, sha256]),
        instance,
      );
    }
  }
}
