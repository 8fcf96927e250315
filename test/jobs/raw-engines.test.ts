import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import fc from "fast-check";
import { isHowdahError } from "#src/core/errors.js";
import { appendTo, readRawFile, type ResolvedRawFormat } from "#src/local/rawreader.js";
import { brokenFiles, bytesOf, nastyFiles, type NastyFile } from "../support/nasty.js";
import { needPython, runSqlFile, start, supportFile, temporaryFolder } from "../support/spark.js";

type Answer = readonly unknown[] | { readonly code: string; readonly message: string };

describe("raw files on both engines", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let python = "";
  let connection: DuckDBConnection;

  before(async function () {
    python = await needPython(this);
    connection = await (await DuckDBInstance.create()).connect();
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What run_sql.py's parser says of files, without Spark: the executors call the same function. */
  async function byPython(files: readonly NastyFile[]): Promise<Answer[]> {
    const asked = files.map(({ name, bytes, format }) => ({
      name,
      bytes: Buffer.from(bytes).toString("base64"),
      encoding: format.encoding,
      raw: { ...format, header: format.header ?? null, columns: Object.entries(format.columns) },
    }));
    const env = { ...process.env, PYTHONPATH: dirname(runSqlFile), PYTHONDONTWRITEBYTECODE: "1" };
    const run = await start(python, [supportFile("rawread.py")], { env, stdin: JSON.stringify(asked) });
    assert.equal(run.exitCode, 0, run.stderr);
    return JSON.parse(run.stdout) as Answer[];
  }

  /** What stands in DuckDB when Node's reader is done. */
  async function byNode({ name, bytes, format }: NastyFile): Promise<Answer> {
    const path = join(folder, name.endsWith(".gz") ? "file.gz" : "file");
    writeFileSync(path, bytes);
    const columns = Object.keys(format.columns).map((column) => `"${column}" varchar`);
    await connection.run(
      `create or replace table t (${columns.join(", ")}, _file varchar, _line integer, _raw varchar, _reason varchar)`,
    );
    const appender = await connection.createAppender("t");
    try {
      await readRawFile(path, name, format, appendTo(appender, null, name));
    } catch (error) {
      if (isHowdahError(error)) return { code: error.code, message: error.message };
      throw error;
    } finally {
      appender.closeSync();
    }
    const names = Object.keys(format.columns).map((column) => `"${column}"`);
    // In hex: reading texts from DuckDB drops a byte order mark at their start.
    const hex = [...names, "_raw"].map((column) => `hex(encode(${column}))`);
    const rows = (
      await connection.runAndReadAll(`select ${hex.join(", ")}, _line, _reason from t order by _line`)
    ).getRows();
    return rows.map((row) => {
      const texts = row
        .slice(0, -2)
        .map((value) => (value === null ? null : Buffer.from(String(value), "hex").toString()));
      return [texts.slice(0, -1), row.at(-2), texts.at(-1), row.at(-1)];
    });
  }

  async function compare(files: readonly NastyFile[]): Promise<void> {
    const expected = await byPython(files);
    for (const [i, file] of files.entries()) assert.deepEqual(await byNode(file), expected[i], file.name);
  }

  it("gives the same rows of every nasty file", () => compare(nastyFiles));

  it("refuses the same files, with the same code", async () => {
    const expected = await byPython(brokenFiles);
    for (const [i, file] of brokenFiles.entries()) {
      const [ours, theirs] = [await byNode(file), expected[i]!];
      assert.ok("code" in ours && "code" in theirs, file.name);
      assert.deepEqual([ours.code, theirs.code], [file.code, file.code], file.name);
      if (file.code === "RAW_HEADER") assert.equal(ours.message, theirs.message);
    }
  });

  it("gives the same rows of whatever comes", async () => {
    const part = fc.constantFrom(
      ...["\n", "\n", "\r\n", "\r", ",", ",", "\t", '"', '"', '""', '",', ',"', "\\N", "a", "é", "\0", "\u2028"],
      ...["\\xff", "\\xc3", "\\xa9", "\\xe2\\x82", "\\xed\\xa0\\x80", "\\xef\\xbb\\xbf", "\\xf0\\x9f\\x98\\x80"],
    );
    const format: fc.Arbitrary<ResolvedRawFormat> = fc.record({
      layout: fc.constantFrom("tsv" as const, "csv" as const),
      width: fc.integer({ min: 1, max: 4 }),
      header: fc.constant(undefined),
      columns: fc.constant({ first: 1 }),
      encoding: fc.constantFrom("utf-8" as const, "latin-1" as const),
    });
    const bytes = fc.array(part, { maxLength: 60 }).map((parts) => bytesOf(parts.join("")));
    const files = fc.array(fc.record({ name: fc.constant("random"), bytes, format }), { minLength: 50, maxLength: 50 });
    await fc.assert(fc.asyncProperty(files, compare), { numRuns: 5 });
  });
});
