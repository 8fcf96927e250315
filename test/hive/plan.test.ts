import assert from "node:assert/strict";
import fc from "fast-check";
import { readDescription, type LiveTable } from "#src/hive/described.js";
import { planTables, type DeclaredTables, type LiveTables, type TablePlan } from "#src/hive/plan.js";
import { database, delimited, parquet, quotedCsv, table, view, type TableOptions } from "#src/hive/table.js";
import { literal } from "#src/oozie/el/index.js";

const house = database("house");
const byHour = { date_ts: "string" } as const;

/** A table of the test as it is declared. */
function declared(options: Partial<TableOptions> = {}, uri = "hdfs://nn:8020/data/readings"): DeclaredTables {
  const readings = table(house, "readings", {
    columns: { sensor: "string", value: "int" },
    partitionedBy: byHour,
    format: parquet,
    location: literal("/data/readings"),
    ...options,
  });
  return {
    databases: [{ database: house, location: undefined }],
    tables: [{ table: readings, location: uri }],
    views: [],
  };
}

/** What a metastore has once a plan was carried out. */
function applied(live: LiveTables, { steps }: TablePlan, { tables, views }: DeclaredTables): LiveTables {
  const databases = new Map(live.databases);
  const all = new Map(live.tables);
  for (const { does, name, columns = [], statement } of steps) {
    const declaration = tables.find(({ table: one }) => one.fullName === name);
    if (does === "create-database") databases.set(name, { location: undefined });
    else if (does === "add-columns") {
      const before = all.get(name)!;
      assert.match(statement, before.partitionedBy.length > 0 ? /\) CASCADE$/ : /\)$/);
      all.set(name, { ...before, columns: [...before.columns, ...columns] });
    } else if (declaration !== undefined) {
      assert.ok(!all.has(name), "a table that is there is not created");
      all.set(name, asCreated(declaration));
    } else {
      assert.ok(views.some(({ fullName }) => fullName === name));
      // What Beeline does to lines.
      const query = statement.slice(statement.indexOf(" AS\n") + 4).replace(/^\s+|\s+$/gm, "");
      all.set(name, { ...asView, query });
    }
  }
  return { databases, tables: all };
}

const asView: LiveTable = {
  kind: "view",
  columns: [],
  partitionedBy: [],
  managed: false,
  location: undefined,
  serde: "null",
  serdeProperties: {},
  parameters: {},
  query: "",
};

function asCreated({ table: one, location }: DeclaredTables["tables"][number]): LiveTable {
  const columnsOf = (columns: typeof one.columns): LiveTable["columns"] =>
    Object.entries(columns).map(([name, { type }]) => [name, type]);
  const { format } = one;
  return {
    kind: "table",
    columns: columnsOf(one.columns),
    partitionedBy: columnsOf(one.partitionedBy),
    managed: false,
    location,
    serde: format.kind === "parquet" ? "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" : format.serde,
    serdeProperties: { "serialization.format": "1", ...(format.kind === "text" ? format.properties : {}) },
    parameters:
      format.kind === "text" && format.headerLines > 0 ? { "skip.header.line.count": String(format.headerLines) } : {},
    query: undefined,
  };
}

const nothing: LiveTables = { databases: new Map(), tables: new Map() };

/** What a metastore has in which the test's table was created as declared, but for something. */
function live(change: Partial<LiveTable> = {}, of = declared()): LiveTables {
  return {
    databases: new Map([["house", { location: undefined }]]),
    tables: new Map([["house.readings", { ...asCreated(of.tables[0]!), ...change }]]),
  };
}

function refusal(of: DeclaredTables, there: LiveTables): { readonly why: string; readonly next: string } {
  const { steps, refused } = planTables(of, there);
  assert.deepEqual([steps.length, refused.length], [0, 1]);
  assert.match(refused[0]!.at.file, /plan\.test\.js$/);
  return refused[0]!;
}

describe("hive: declared tables against those that are there", () => {
  it("creates what is missing, databases before tables before views", () => {
    const loud = view(house, "loud", { query: "SELECT sensor FROM house.readings" });
    const { steps, same, refused } = planTables({ ...declared(), views: [loud] }, nothing);
    assert.deepEqual(
      steps.map(({ does, name }) => [does, name]),
      [
        ["create-database", "house"],
        ["create-table", "house.readings"],
        ["create-view", "house.loud"],
      ],
    );
    assert.match(steps[1]!.statement, /LOCATION 'hdfs:\/\/nn:8020\/data\/readings'$/);
    assert.deepEqual([same, refused], [[], []]);
  });

  it("adds columns at the end, in their order, to the partitions too", () => {
    const wider = declared({
      columns: { sensor: "string", value: "int", unit: { type: "string", comment: "it's SI" }, at: "timestamp" },
    });
    const { steps } = planTables(wider, live());
    assert.deepEqual(
      steps.map(({ does, columns, statement }) => ({ does, columns, statement })),
      [
        {
          does: "add-columns",
          columns: [
            ["unit", "string"],
            ["at", "timestamp"],
          ],
          statement:
            "ALTER TABLE house.readings ADD COLUMNS (\n  unit string COMMENT 'it\\'s SI',\n  at timestamp\n) CASCADE",
        },
      ],
    );
    const flat = { partitionedBy: {} };
    const plain = planTables(
      declared({ ...flat, columns: { ...wider.tables[0]!.table.columns } }),
      live({}, declared(flat)),
    );
    assert.ok(!plain.steps[0]!.statement.includes("CASCADE"), "Hive refuses it of a table without partitions");
  });

  it("refuses what would lose rows, each with what is there, what is declared and what to do", () => {
    const cases: readonly (readonly [Partial<TableOptions>, Partial<LiveTable>, RegExp, RegExp])[] = [
      [
        { columns: { sensor: "string" } },
        {},
        /column value int there, and none is declared/,
        /DROP TABLE house.readings/,
      ],
      [{ columns: { sensor: "string", amount: "int" } }, {}, /value int there, where amount is declared/, /beside it/],
      [{ columns: { sensor: "string", value: "bigint" } }, {}, /value as int there, and bigint/, /declare int/],
      [{ columns: { value: "int", sensor: "string" } }, {}, /order sensor, value there/, /order that is there/],
      [{ columns: { unit: "string", sensor: "string", value: "int" } }, {}, /unit among those/, /behind value/],
      [{ partitionedBy: { day: "string" } }, {}, /by date_ts string there, and by day string/, /no partition columns/],
      [{ partitionedBy: {} }, {}, /by date_ts string there, and by nothing/, /no partition columns/],
      [
        {},
        { location: "hdfs://nn:8020/old" },
        /lies at hdfs:\/\/nn:8020\/old, and hdfs:\/\/nn:8020\/data/,
        /MSCK REPAIR/,
      ],
      [{ format: delimited(",") }, {}, /ParquetHiveSerDe there, and .*LazySimpleSerDe is declared/, /DROP TABLE/],
      [{}, { managed: true }, /managed table there/, /'EXTERNAL'='TRUE'/],
      [{}, { kind: "view" }, /is a view there/, /DROP VIEW house.readings/],
    ];
    for (const [options, there, why, next] of cases) {
      const found = refusal(declared(options), live(there));
      assert.match(found.why, why);
      assert.match(found.next, next);
    }
  });

  it("refuses other ways to read text files: delimiters, nulls, header lines", () => {
    const of = (format: TableOptions["format"]): DeclaredTables => declared({ format });
    const tabs = of(delimited("\t", { headerLines: 1 }));
    assert.equal(planTables(tabs, live({}, tabs)).same.length, 2);
    assert.match(
      refusal(tabs, live({}, of(delimited(",", { headerLines: 1 })))).why,
      /field.delim "," there, and "\\t"/,
    );
    assert.match(refusal(tabs, live({}, of(delimited("\t")))).why, /0 header lines in each file there, and 1 are/);
    const nulls = delimited("\t", { headerLines: 1, nullText: "\\N" });
    assert.match(refusal(tabs, live({}, of(nulls))).why, /serialization.null.format .* there, and not set is declared/);
    const csv = of(quotedCsv());
    const wider = declared({ format: quotedCsv(), columns: { sensor: "string", value: "int", unit: "string" } });
    assert.match(refusal(wider, live({}, csv)).why, /adds no columns to tables of .*OpenCSVSerde/);
  });

  it("says first how to keep the files where dropping a table would remove them", () => {
    const parameters = { "external.table.purge": "TRUE" };
    const { next } = refusal(declared({ columns: { sensor: "string" } }), live({ parameters }));
    assert.match(next, /SET TBLPROPERTIES \('external.table.purge'='false'\), then DROP TABLE/);
  });

  it("takes a NameNode's own port, doubled slashes and one at the end for the same place", () => {
    for (const location of ["hdfs://nn/data/readings", "hdfs://NN:8020/data//readings/"])
      assert.equal(planTables(declared(), live({ location })).same.length, 2, location);
    refusal(declared(), live({ location: "hdfs://nn:9000/data/readings" }));
    refusal(declared(), live({ location: "s3a://nn/data/readings" }));
    const located = { ...declared(), databases: [{ database: house, location: "hdfs://nn:8020/house" }] };
    const elsewhere = { ...live(), databases: new Map([["house", { location: "hdfs://nn:8020/elsewhere" }]]) };
    assert.match(refusal(located, elsewhere).why, /database house lies at hdfs:\/\/nn:8020\/elsewhere/);
  });

  it("replaces a view whose query differs, however the same one is laid out", () => {
    const loud = view(house, "loud", { query: "SELECT sensor, 'a  b' AS x\nFROM house.readings -- all\n" });
    const of = { ...declared(), views: [loud] };
    const withView = (query: string): LiveTables => ({
      ...live(),
      tables: new Map([...live().tables, ["house.loud", { ...asView, query }]]),
    });
    assert.deepEqual(planTables(of, withView("SELECT  sensor,\n 'a  b' AS x FROM house.readings")).steps, []);
    for (const query of ["SELECT sensor, 'a b' AS x FROM house.readings", "SELECT sensor FROM house.readings"]) {
      const [step] = planTables(of, withView(query)).steps;
      assert.deepEqual(
        [step?.does, step?.statement.startsWith("CREATE OR REPLACE VIEW house.loud AS")],
        ["replace-view", true],
      );
    }
    const asTable = {
      ...live(),
      tables: new Map([...live().tables, ["house.loud", live().tables.get("house.readings")!]]),
    };
    assert.match(refusal(of, asTable).why, /view house.loud is a table there/);
  });

  it("finds nothing to do in what it has done, and loses no column on the way", () => {
    const names = ["a", "b", "c", "d"] as const;
    const columns = fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom("string", "int", "bigint")), {
        minLength: 1,
        selector: ([name]) => name,
      })
      .map((entries) => Object.fromEntries(entries));
    const format = fc.constantFrom(parquet, delimited("\t"), delimited(",", { headerLines: 2 }), quotedCsv());
    const options = fc.record({
      columns,
      partitionedBy: fc.constantFrom<NonNullable<TableOptions["partitionedBy"]>>({}, byHour),
      format,
    });
    const query = fc.constantFrom("SELECT 1", "select a -- b\nfrom t", "select\t'x\ty  \n  z'", "/*+ h */ select 1");
    fc.assert(
      fc.property(options, fc.option(options), query, fc.boolean(), (now, before, text, hasDatabase) => {
        const of = { ...declared(now), views: [view(house, "v", { query: text })] };
        const bare: LiveTables = hasDatabase ? { ...live(), tables: new Map() } : nothing;
        const there = before === null ? bare : live({}, declared(before));
        const plan = planTables(of, there);
        const after = applied(there, plan, of);
        const again = planTables(of, after);
        assert.deepEqual(again.steps, []);
        assert.deepEqual(again.refused, plan.refused);
        const kept = there.tables.get("house.readings")?.columns ?? [];
        assert.deepEqual(after.tables.get("house.readings")!.columns.slice(0, kept.length), kept);
      }),
    );
  });
});

describe("hive: what DESCRIBE FORMATTED says", () => {
  const storage = (serde: string, ...properties: readonly (readonly [string, string])[]) => [
    ["", null, null],
    ["# Storage Information", null, null],
    ["SerDe Library:      ", serde, null],
    ["Storage Desc Params:", null, null],
    ...properties.map(([name, value]) => ["", name.padEnd(20), value.padEnd(20)]),
  ];
  const head = [["# col_name", "data_type", "comment"]];
  const details = (type: string, location: readonly string[]) => [
    ["", null, null],
    ["# Detailed Table Information", null, null],
    ["Owner:              ", "root                ", null],
    ...location.map((uri) => ["Location:           ", uri, null]),
    ["Table Type:         ", type.padEnd(20), null],
    ["Table Parameters:", null, null],
    ["", "EXTERNAL            ", "TRUE                "],
    ["", "skip.header.line.count", "1                   "],
  ];

  it("reads columns, partitions, place and how its files are read", () => {
    const found = readDescription([
      ...head,
      ["a", "string", "# of things"],
      ["", "", "in two lines"],
      ["e", "array<struct<X:int,y:string>>", ""],
      ["", null, null],
      ["# Partition Information", null, null],
      ...head,
      ["date_ts", "string", "hour"],
      ...details("EXTERNAL_TABLE", ["hdfs://nn:8020/t"]),
      ...storage("org.SerDe", ["escapeChar", "\\u0000"], ["field.delim", "\\t"], ["quoteChar", '\\"'], ["x", "\\\\N"]),
    ]);
    assert.deepEqual(found, {
      kind: "table",
      columns: [
        ["a", "string"],
        ["e", "array<struct<x:int,y:string>>"],
      ],
      partitionedBy: [["date_ts", "string"]],
      managed: false,
      location: "hdfs://nn:8020/t",
      serde: "org.SerDe",
      serdeProperties: { escapeChar: "\0", "field.delim": "\t", quoteChar: '"', x: "\\N" },
      parameters: { EXTERNAL: "TRUE", "skip.header.line.count": "1" },
      query: undefined,
    });
    assert.ok(readDescription([...head, ...details("MANAGED_TABLE", ["hdfs://nn/m"])]).managed);
  });

  it("reads a view's query of several lines, as Hive 1 and as later ones write it", () => {
    const lines = (second: readonly (string | null)[]) =>
      readDescription([
        ...head,
        ["u", "string", ""],
        ...details("VIRTUAL_VIEW", []),
        ...storage("null"),
        ["# View Information", null, null],
        ["View Original Text: ", "select url as u,    ", null],
        second,
        ["View Expanded Text: ", "select `t`.`url` as `u`,", null],
        ["", "                    ", "  `t`.`x` from t"],
        ["View Rewrite Enabled:", "No                  ", null],
      ]);
    for (const second of [
      ["", "                    ", "  x from t"],
      ["  x from t", null, null],
    ])
      assert.deepEqual(
        [lines(second).kind, lines(second).query, lines(second).location],
        ["view", "select url as u,\n  x from t", undefined],
      );
  });
});
