import assert from "node:assert/strict";
import fc from "fast-check";
import { addPartition, create, hiveQl, hiveScript } from "#src/hive/statements.js";
import { database, delimited, parquet, quotedCsv, table, view } from "#src/hive/table.js";
import { isParameter, parameters, pathParameter } from "#src/oozie/parameters.js";
import { literal, path, type ElNode, type Expr } from "#src/oozie/el/index.js";

const p = parameters({ data: pathParameter() });

/** Parameters stay templates. */
function text(value: Expr): string {
  const of = (node: ElNode): string =>
    node.is === "literal"
      ? String(node.value)
      : node.is === "join"
        ? node.parts.map((part) => of(part.node)).join("")
        : "?";
  return isParameter(value) ? `\${${value.name}}` : of(value.node).replace("?", "${data}");
}
const ddl = (...statements: Parameters<typeof hiveQl>[0][]): readonly string[] =>
  statements.map((one) => hiveQl(one, text));

const house = database("house", { comment: "it's ours", location: path`${p.data}/house` });
const readings = table(house, "readings", {
  comment: "a; b",
  columns: { sensor: { type: "string", comment: "C:\\temp" }, value: "decimal(9,2)" },
  partitionedBy: { date_ts: { type: "string", comment: "hour" } },
  format: parquet,
  location: path`${p.data}/house/readings`,
});

describe("HiveQL", () => {
  it("creates databases, tables and views, every table external with its place", () => {
    const lines = table(house, "lines", {
      columns: { a: "string" },
      format: delimited("\t", { headerLines: 1, nullText: "\\N" }),
      location: path`/lines`,
    });
    const csv = table(house, "csv", { columns: { a: "string" }, format: quotedCsv(), location: path`/csv` });
    const named = view(house, "named", { comment: "names", query: "SELECT sensor FROM house.readings" });
    assert.deepEqual(ddl(...create(house, readings, lines, csv, named)), [
      "CREATE DATABASE IF NOT EXISTS house\nCOMMENT 'it\\'s ours'\nLOCATION '${data}/house'",
      [
        "CREATE EXTERNAL TABLE IF NOT EXISTS house.readings (",
        "  sensor string COMMENT 'C:\\\\temp',",
        "  value decimal(9,2)",
        ")",
        "COMMENT 'a\\073 b'",
        "PARTITIONED BY (",
        "  date_ts string COMMENT 'hour'",
        ")",
        "STORED AS PARQUET",
        "LOCATION '${data}/house/readings'",
      ].join("\n"),
      [
        "CREATE EXTERNAL TABLE IF NOT EXISTS house.lines (",
        "  a string",
        ")",
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'",
        "WITH SERDEPROPERTIES ('field.delim' = '\\011', 'serialization.null.format' = '\\\\N')",
        "STORED AS TEXTFILE",
        "LOCATION '/lines'",
        "TBLPROPERTIES ('skip.header.line.count' = '1')",
      ].join("\n"),
      [
        "CREATE EXTERNAL TABLE IF NOT EXISTS house.csv (",
        "  a string",
        ")",
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'",
        `WITH SERDEPROPERTIES ('separatorChar' = ',', 'quoteChar' = '"', 'escapeChar' = '\\000')`,
        "STORED AS TEXTFILE",
        "LOCATION '/csv'",
      ].join("\n"),
      "CREATE OR REPLACE VIEW house.named COMMENT 'names' AS\nSELECT sensor FROM house.readings",
    ]);
  });

  it("creates views of queries without comments and tabs, in which strings mean the same", () => {
    const query = "\nSELECT\ta, -- one; two\n  '--\t;\n  x' AS b/* c */FROM\tt -- end";
    assert.deepEqual(ddl(...create(view(house, "v", { query }))), [
      "CREATE OR REPLACE VIEW house.v AS\nSELECT a,\n'--\\t;\\n  x' AS b FROM t",
    ]);
  });

  it("adds partitions, and leaves the user's own text alone", () => {
    assert.deepEqual(
      ddl(addPartition(readings, { date_ts: "20210501_00" }), hiveScript("MSCK REPAIR TABLE house.readings")),
      [
        "ALTER TABLE house.readings ADD IF NOT EXISTS PARTITION (date_ts='20210501_00')",
        "MSCK REPAIR TABLE house.readings",
      ],
    );
  });

  it("quotes any text so that Hive reads it back, on one line and without semicolons", () => {
    const unquoted = (quoted: string): string =>
      quoted
        .slice(1, -1)
        .replace(/\\(\d{3}|.)/g, (_, code: string) =>
          code.length === 3 ? String.fromCharCode(parseInt(code, 8)) : code,
        );
    const nasty = fc.string({
      unit: fc.constantFrom("'", "\\", ";", "\n", "\u0000", "\t", "0", "7", "a", '"', "`", "é", "${x}"),
    });
    fc.assert(
      fc.property(nasty, (comment) => {
        const [sql] = ddl(...create(database("d", { comment, location: literal("/d") })));
        const quoted = /^CREATE DATABASE IF NOT EXISTS d\nCOMMENT ('.*')\nLOCATION '\/d'$/.exec(sql!)?.[1];
        assert.ok(quoted !== undefined && !/[;\n]/.test(quoted), sql);
        assert.equal(unquoted(quoted), comment);
      }),
    );
  });

  it("refuses names that Hive would change, and a column twice, with the place", () => {
    const where = /ddl\.test\.js:\d+$/;
    const columns = { a: "string" } as const;
    const rest = { format: parquet, location: path`/x` };
    assert.throws(() => database("House"), { code: "HIVE_NAME", where });
    assert.throws(() => table(house, "a-b", { columns, ...rest }), { code: "HIVE_NAME", where });
    assert.throws(() => table(house, "a", { columns: { "a;b": "string" }, ...rest }), { code: "HIVE_NAME", where });
    assert.throws(() => table(house, "a", { columns, partitionedBy: columns, ...rest }), {
      code: "HIVE_COLUMN",
      where,
    });
  });
});
