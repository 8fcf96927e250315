import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { isHowdahError } from "#src/core/errors.js";
import { appendTo, rawEncoding, readRawFile, type RawCounts, type ResolvedRawFormat } from "#src/local/rawreader.js";
import { brokenFiles, bytesOf, nastyFiles, twoCommas, twoTabs } from "../support/nasty.js";
import { oracleRows, type OracleRow } from "../support/raworacle.js";
import { temporaryFolder } from "../support/spark.js";

describe("the reader of raw files", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function read(
    bytes: string | Uint8Array,
    format: ResolvedRawFormat,
    name = "file",
  ): Promise<{ rows: OracleRow[]; counts: RawCounts }> {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const rows: OracleRow[] = [];
    const counts = await readRawFile(path, name, format, (fields, line, raw, reason) =>
      rows.push({ fields: [...fields], line, raw, reason }),
    );
    return { rows, counts };
  }

  const oracle = (bytes: Uint8Array, format: ResolvedRawFormat): OracleRow[] =>
    oracleRows(bytes, {
      layout: format.layout,
      width: format.width,
      encoding: format.encoding,
      positions: Object.values(format.columns),
      header: format.header !== undefined,
    });

  /** Line, reason and fields, short enough to be written down. */
  async function short(text: string, format: ResolvedRawFormat): Promise<unknown[]> {
    return (await read(bytesOf(text), format)).rows.map(({ line, reason, fields }) => [line, reason ?? fields]);
  }

  it("ends a line at LF, drops one CR before it, and takes other CRs for text", async () => {
    const { rows } = await read("a\tb\tc\r\na\rb\tc\td\r\r\n", twoTabs);
    assert.deepEqual(
      rows.map(({ raw }) => raw),
      ["a\tb\tc", "a\rb\tc\td\r"],
    );
    assert.deepEqual(rows[1]!.fields, ["d\r", "a\rb"]);
  });

  it("takes a last line without LF, and keeps a CR that no LF follows", async () => {
    assert.deepEqual(await short("a\tb\tc\na\tb\tc\r", twoTabs), [
      [1, ["c", "a"]],
      [2, ["c\r", "a"]],
    ]);
  });

  it("rejects a blank line, also where one field is wanted", async () => {
    assert.deepEqual(await short("\r\na\tb\tc\n\n", twoTabs), [
      [1, "columns"],
      [2, ["c", "a"]],
      [3, "columns"],
    ]);
    assert.deepEqual(await short("\n", { ...twoTabs, width: 1, columns: { a: 1 } }), [[1, "columns"]]);
  });

  it("gives the first reason that holds: columns, encoding, quotes", async () => {
    assert.deepEqual(await short('"\\xff,b\n"\\xff",b,"c\na,b,"c\na,b,c\n', twoCommas), [
      [1, "columns"],
      [2, "encoding"],
      [3, "quotes"],
      [4, ["a", "b", "c"]],
    ]);
  });

  it("counts columns as quotes stand, an unclosed one running to its line's end", async () => {
    assert.deepEqual(await short('"a,b",c,d\na,"b,c\na,b,"c,d,e\n"a"b,c,d\n', twoCommas), [
      [1, ["a,b", "c", "d"]],
      [2, "columns"],
      [3, "quotes"],
      [4, "quotes"],
    ]);
  });

  it("takes a quote inside an unquoted field for text, and doubled ones in a quoted field for one", async () => {
    assert.deepEqual(await short('a"b,c"",d\n"a""b","""c""","""""",\n"a""b","""c""",""""""\n', twoCommas), [
      [1, ['a"b', 'c""', "d"]],
      [2, "columns"],
      [3, ['a"b', '"c"', '""']],
    ]);
  });

  it("takes an empty field, empty quotes and \\N for null, and other text as it is", async () => {
    assert.deepEqual(await short('"",\\N,\n , \\N,"\\N"\n', twoCommas), [
      [1, [null, null, null]],
      [2, [" ", " \\N", null]],
    ]);
  });

  it("writes bytes outside the encoding as \\xhh, and only those", async () => {
    const { rows } = await read(bytesOf("é,\\xFF\\xE2\\x82,€\n".toLowerCase()), twoCommas);
    assert.equal(rows[0]!.raw, "é,\\xff\\xe2\\x82,€");
    assert.deepEqual(rows[0]!.fields, [null, null, null]);
    const latin = await read(bytesOf("\\xe9,\\x80,\\xff\n"), { ...twoCommas, encoding: "latin-1" });
    assert.deepEqual(latin.rows[0]!.fields, ["é", "\u0080", "ÿ"]);
  });

  it("drops a byte order mark at the file's start, and counts the header as a line", async () => {
    const { rows, counts } = await read("\ufeffa,b,c\n1,2,3\nx\n", { ...twoCommas, header: ["a", "b", "c"] });
    assert.deepEqual(
      rows.map(({ line, reason }) => [line, reason]),
      [
        [2, null],
        [3, "columns"],
      ],
    );
    assert.deepEqual(counts, { rows: 2, rejected: 1 });
  });

  it("takes an empty file for no rows, with or without a header", async () => {
    for (const bytes of ["", "\ufeff"])
      assert.deepEqual((await read(bytes, { ...twoCommas, header: ["a", "b", "c"] })).counts, { rows: 0, rejected: 0 });
  });

  it("shows both headers when they differ", async () => {
    await assert.rejects(read("a,c,b\n", { ...twoCommas, header: ["a", "b", "c"] }), (error: unknown) => {
      assert.ok(isHowdahError(error));
      assert.equal(error.code, "RAW_HEADER");
      assert.equal(error.exitCode, 1);
      assert.match(error.message, /declared: a,b,c\n {2}found: {4}a,c,b$/);
      return true;
    });
  });

  for (const { name, bytes, format, code } of brokenFiles)
    it(`refuses ${name}`, async () => {
      await assert.rejects(read(bytes, format, name), (error: unknown) => {
        assert.ok(isHowdahError(error));
        assert.equal(error.code, code);
        assert.ok(error.message.includes(name));
        return true;
      });
    });

  it("names a file that is not there, and an encoding that it does not know", async () => {
    const none = join(folder, "none");
    await assert.rejects(
      readRawFile(none, "none", twoTabs, () => undefined),
      { code: "RAW_READ" },
    );
    assert.equal(rawEncoding("latin-1"), "latin-1");
    assert.throws(() => rawEncoding("utf8"), { code: "RAW_ENCODING" });
  });

  for (const { name, bytes, format } of nastyFiles.filter(({ name }) => !name.endsWith(".gz")))
    it(`reads ${name} as plainly reading byte by byte does`, async () => {
      assert.deepEqual((await read(bytes, format)).rows, oracle(bytes, format));
    });

  const part = fc.oneof(
    fc.constantFrom("\n", "\n", "\r\n", "\r", ",", ",", "\t", "\t", '"', '"', '""', '",', ',"', "\\N", "a", "é", "\0"),
    fc.constantFrom(
      "\\xff",
      "\\xc3",
      "\\xa9",
      "\\xe2\\x82",
      "\\xed\\xa0\\x80",
      "\\xef\\xbb\\xbf",
      "\\xf0\\x9f\\x98\\x80",
    ),
  );
  const nasty = fc.array(part, { maxLength: 60 }).map((parts) => bytesOf(parts.join("")));
  const anyFormat = fc.record({
    layout: fc.constantFrom("tsv" as const, "csv" as const),
    width: fc.integer({ min: 1, max: 4 }),
    encoding: fc.constantFrom("utf-8" as const, "latin-1" as const),
  });

  it("reads whatever comes as plainly reading byte by byte does", async () => {
    await fc.assert(
      fc.asyncProperty(nasty, anyFormat, async (bytes, shape) => {
        const columns = { last: shape.width, first: 1 };
        const format: ResolvedRawFormat = { ...shape, header: undefined, columns };
        assert.deepEqual((await read(bytes, format)).rows, oracle(bytes, format));
      }),
      { numRuns: 2000 },
    );
  });

  it("reads a large file in pieces as it would read it whole", async () => {
    // Lines of odd lengths, so that pieces end within lines and within characters.
    const lines = ["é,€€€,😀", "a,b\\xff,c", '"x,""y""",é,', "\r", "a,b,c\r"].map((line) => bytesOf(`${line}\n`));
    const bytes = Buffer.concat(Array.from({ length: 150_000 }, (_, i) => lines[(i * 7 + (i >> 4)) % 5]!));
    assert.ok(bytes.length > 1 << 20);
    const expected = oracle(bytes, twoCommas);
    assert.deepEqual((await read(bytes, twoCommas)).rows, expected);
    const padded = Buffer.concat([gzipSync(bytes, { level: 0 }), Buffer.alloc(3 << 20)]);
    assert.deepEqual((await read(padded, twoCommas, "large.gz")).rows, expected);
    await assert.rejects(read(gzipSync(bytes, { level: 0 }).subarray(0, -9), twoCommas, "large.gz"), {
      code: "RAW_GZIP",
    });
  });

  it("streams a small gzip file that unpacks to a large one", async () => {
    const line = Buffer.from(`${"x".repeat(9_996)}\ty\tz\n`);
    const bytes = gzipSync(Buffer.concat(Array.from({ length: 7_000 }, () => line)));
    assert.ok(bytes.length < 1 << 20);
    const path = join(folder, "bomb.gz");
    writeFileSync(path, bytes);
    let rows = 0;
    await readRawFile(path, "bomb.gz", twoTabs, (fields) => (rows += fields[1]!.length === 9_996 ? 1 : 0));
    assert.equal(rows, 7_000);
  });

  it("fills a table of DuckDB", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(
      "create table t (day varchar, a varchar, b varchar, c varchar, _file varchar, _line integer, _raw varchar, _reason varchar)",
    );
    const appender = await connection.createAppender("t");
    const path = join(folder, "table");
    writeFileSync(path, "a\0,,😀\nx\n");
    await readRawFile(path, "p/table", twoCommas, appendTo(appender, "20210501", "p/table"));
    appender.closeSync();
    assert.deepEqual((await connection.runAndReadAll("from t")).getRowsJson(), [
      ["20210501", "a\0", null, "😀", "p/table", 1, "a\0,,😀", null],
      ["20210501", null, null, null, "p/table", 2, "x", "columns"],
    ]);
    connection.closeSync();
  });
});
