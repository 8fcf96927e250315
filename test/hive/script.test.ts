import assert from "node:assert/strict";
import fc from "fast-check";
import { isHowdahError } from "#src/core/errors.js";
import { splitScript } from "#src/hive/script.js";

const texts = (script: string): readonly string[] => splitScript(script, "a.hql").map(({ text }) => text);

describe("hive: splitting a script", () => {
  it("divides at semicolons, and leaves out what is empty or only comment", () => {
    assert.deepEqual(texts("use a;\n\n;select 1 ; -- done;\n/* ; */ select 2"), ["use a", "select 1", "select 2"]);
    assert.deepEqual(texts("/* a; /* b; */ c; */ select 3;"), ["select 3"]);
    assert.deepEqual(texts("-- nothing;\n/* at all; */ ;; \n"), []);
    assert.deepEqual(texts(""), []);
  });

  it("does not look into strings, names, hints and comments inside of a statement", () => {
    const kept = [
      `select ';' , "a;b", \`odd;\`\`name\` from t`,
      String.raw`select 'it\'s; \\', "say \";\""`,
      "select /*+ mapjoin(a);x */ a -- why; \n from t /* that; */ where b",
      "select '--', '/*' from t",
      "select 'two\nlines;'",
    ];
    assert.deepEqual(texts(kept.map((text) => `${text};`).join("\n")), kept);
  });

  it("takes an escaped semicolon for one that does not end the statement, as Hive's command line does", () => {
    assert.deepEqual(texts(String.raw`set path=a\;b\;c; select 'x\;y'`), ["set path=a;b;c", String.raw`select 'x\;y'`]);
  });

  it("says where each statement begins", () => {
    const places = splitScript("-- head\n  use a; select 1;\r\n/* x\n*/ select\n2", "a.hql").map(({ place }) => place);
    assert.deepEqual(places, [
      { file: "a.hql", line: 2, column: 3 },
      { file: "a.hql", line: 2, column: 10 },
      { file: "a.hql", line: 4, column: 4 },
    ]);
  });

  for (const [what, script, where] of [
    ["string", "select 1;\nselect 'abc;\nselect 2;", "a.hql:2:8"],
    ["string", String.raw`select "abc\"`, "a.hql:1:8"],
    ["name", "select `a from t", "a.hql:1:8"],
    ["comment", "\nselect 1 /* and so on;", "a.hql:2:10"],
    ["comment", "select 1 /* and /* so */ on;", "a.hql:1:10"],
    ["hint", "select /*+ mapjoin(a) from t", "a.hql:1:8"],
  ] as const)
    it(`says where a ${what} begins that does not end: ${script.trim()}`, () => {
      assert.throws(
        () => splitScript(script, "a.hql"),
        (error) => isHowdahError(error) && error.code === "HIVE_SCRIPT" && error.where === where,
      );
    });

  // Statements are made of pieces of which each is whole, so that where they end is known without reading them.
  const piece = fc.oneof(
    fc.constantFrom("select", "1", "from t", "\n", "\t", "a.b", "=", "-", "/", "*", "é", "😀"),
    fc.string().map((text) => `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`),
    fc.string().map((text) => `"${text.replace(/[\\"]/g, (character) => `\\${character}`)}"`),
    fc.string().map((text) => `\`${text.replaceAll("`", "``")}\``),
    fc.string().map((text) => `--${text.replaceAll("\n", "")}\n`),
    fc.string().map((text) => `/* ${text.replace(/[*/]/g, "")} */`),
  );
  const statement = fc.array(piece, { maxLength: 6 }).map((pieces) => `begin ${pieces.join(" ")} end`);
  const filler = fc.constantFrom("", " ", "\n", "\r\n", "-- ;\n", "/* ' ; */", " ; ");

  it("finds the statements that a script was put together from, each at its place", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(filler, statement, filler)), (parts) => {
        const script = parts.map(([before, text, after]) => `${before}${text}${after};`).join("");
        const found = splitScript(script, "a.hql");
        assert.deepEqual(
          found.map(({ text }) => text),
          parts.map(([, text]) => text),
        );
        const lines = script.split("\n");
        for (const { text, place } of found) {
          const rest = [lines[place.line - 1]!.slice(place.column - 1), ...lines.slice(place.line)].join("\n");
          assert.ok(rest.startsWith(text));
        }
      }),
    );
  });

  it("ends on any text whatever, and loses nothing but semicolons, comments and white space", () => {
    const any = fc.string({ unit: fc.constantFrom("'", '"', "`", "\\", ";", "-", "/", "*", "+", "\n", " ", "a") });
    fc.assert(
      fc.property(any, (script) => {
        let found;
        try {
          found = splitScript(script, "a.hql");
        } catch (error) {
          return isHowdahError(error) && error.code === "HIVE_SCRIPT";
        }
        let at = 0;
        for (const { text } of found) {
          assert.equal(text, text.trim());
          for (const character of text) at = script.indexOf(character, at) + 1;
          assert.ok(at > 0);
        }
        return true;
      }),
    );
  });
});
