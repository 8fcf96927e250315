import assert from "node:assert/strict";
import { addPartition, create, hiveScript } from "#src/hive/statements.js";
import { database, parquet, table } from "#src/hive/table.js";
import { derivedName } from "#src/oozie/app/context.js";
import { path, startOfDay, text, wf } from "#src/oozie/el/index.js";
import { parameters, textParameter, timeParameter } from "#src/oozie/parameters.js";
import { hiveText } from "#src/release/scripts.js";

const p = parameters({ value_1: textParameter(), value_2: textParameter(), first: timeParameter() });
const house = database("house");
const rows = table(house, "rows", {
  comment: "as ${value_1} says",
  columns: { a: "string" },
  partitionedBy: { key: "string", other: "string" },
  format: parquet,
  location: path`/rows`,
});
const at = (key: Parameters<typeof addPartition>[1][string], other: typeof key): ReturnType<typeof addPartition> =>
  addPartition(rows, { key, other });

describe("the HiveQL of an action", () => {
  it("gives each value a name of its own, whatever parameters are called", () => {
    const { text: written, variables } = hiveText([at(p.value_2, wf.id), at(text`${wf.user}-x`, startOfDay(p.first))]);
    assert.deepEqual(
      [...variables].map(([name, value]) => [name, value.node.is === "call" ? value.node.fn : derivedName(value)]),
      [
        ["value_2", "value_2"],
        ["value_1", "wf:id"],
        ["value_3", "wf:user"],
        ["startOfDay_first", "howdah:startOfDay"],
      ],
    );
    assert.match(written, /key='\$\{value_2\}', other='\$\{value_1\}'/);
    assert.match(written, /key='\$\{value_3\}-x', other='\$\{startOfDay_first\}'/);
  });

  it("leaves names alone that the user's own text may use", () => {
    const { variables } = hiveText([at(wf.id, wf.user), hiveScript("select '${value_1}'", [p.value_1])]);
    assert.deepEqual([...variables.keys()], ["value_2", "value_3", "value_1"]);
  });

  it("has no variables in comments", () => {
    assert.match(hiveText(create(rows)).text, /COMMENT 'as \\044\{value_1\} says'/);
  });

  it("ends each statement once, also behind a comment", () => {
    const ended = (own: string): string => hiveText([hiveScript(own)]).text;
    assert.equal(ended("select 1"), "select 1;\n");
    assert.equal(ended("select 1;\n"), "select 1;\n");
    assert.equal(ended("select 1 -- one"), "select 1 -- one\n;\n");
    assert.equal(ended("-- one\nselect 1"), "-- one\nselect 1;\n");
  });
});
