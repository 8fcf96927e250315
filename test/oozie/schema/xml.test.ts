import assert from "node:assert/strict";
import fc from "fast-check";
import { isHowdahError } from "#src/core/errors.js";
import { illegalCharacter } from "#src/core/xml.js";
import { childrenOf, element, namespaceUri, printXml, type XmlElement } from "#src/oozie/xml.js";
import { readBack, withDocument, type ReadElement } from "../../support/xsd.js";
import { allFamilies, anyLegalText, versionsWith } from "./generate.js";

const versions = new Map([
  ["workflow", "1.0"],
  ["spark-action", "0.2"],
  ["sla", "0.2"],
] as const);

/** Trees of any shape, with any text; namespaces begin anywhere. */
const anyTree = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc
    .record({
      name: fc.constantFrom("a", "b-c", "_d", "memory.mb"),
      attributes: fc.dictionary(fc.constantFrom("path", "skip-trash", "x"), anyLegalText, { noNullPrototype: true }),
      content: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        anyLegalText,
        fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
      ),
      family: fc.option(fc.constantFrom(...allFamilies), { nil: undefined, freq: 3 }),
      comment: fc.option(anyLegalText, { nil: undefined, freq: 3 }),
    })
    .map(({ name, attributes, content, family, comment }) => element(name, attributes, content, { family, comment })),
})).tree;

const rooted = fc
  .tuple(anyTree, fc.constantFrom(...allFamilies))
  .map(([tree, family]): XmlElement => ({ ...tree, family }));

/** What a reader should see of a tree. */
function expected(one: XmlElement, chosen: ReadonlyMap<string, string>, outer?: string): ReadElement {
  const family = one.family ?? outer!;
  return {
    name: one.name,
    namespace: namespaceUri(family as NonNullable<XmlElement["family"]>, chosen.get(family)!),
    attributes: { ...one.attributes },
    text: typeof one.content === "string" ? one.content : "",
    children: childrenOf(one).map((child) => expected(child, chosen, family)),
  };
}

describe("printing XML", () => {
  it("reads back as the same tree, whatever its texts and attributes hold", () => {
    fc.assert(
      fc.property(rooted, versionsWith({}), (tree, chosen) => {
        assert.deepEqual(
          withDocument(printXml(tree, chosen), ({ root }) => readBack(root)),
          expected(tree, chosen),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same bytes for the same tree", () => {
    fc.assert(
      fc.property(rooted, versionsWith({}), (tree, chosen) => {
        const copy = JSON.parse(JSON.stringify(tree)) as XmlElement;
        assert.equal(printXml(copy, chosen), printXml(tree, chosen));
      }),
      { numRuns: 50 },
    );
  });

  it("is indented for reading, with a namespace only where it begins", () => {
    const tree = element(
      "workflow-app",
      { name: 'the "first" <& only>' },
      [
        element("action", { name: "compute", cred: undefined }, [
          element("spark", {}, [element("master", {}, "yarn"), element("arg", {}, " a < b\r\n")], {
            family: "spark-action",
            comment: "oozie/workflows.ts:12 -- a > b -->",
          }),
          element("ok", { to: "end" }),
          element("info", {}, [element("nominal-time", {}, "${t}")], { family: "sla" }),
        ]),
        element("end", { name: "end" }, []),
      ],
      { family: "workflow", comment: "workflow first" },
    );
    assert.equal(
      printXml(tree, versions),
      `<?xml version="1.0" encoding="UTF-8"?>
<!-- workflow first -->
<workflow-app xmlns="uri:oozie:workflow:1.0" xmlns:sla="uri:oozie:sla:0.2" name="the &quot;first&quot; &lt;&amp; only>">
  <action name="compute">
    <!-- oozie/workflows.ts:12 - - a > b - -> -->
    <spark xmlns="uri:oozie:spark-action:0.2">
      <master>yarn</master>
      <arg> a &lt; b&#13;
</arg>
    </spark>
    <ok to="end"/>
    <sla:info>
      <sla:nominal-time>\${t}</sla:nominal-time>
    </sla:info>
  </action>
  <end name="end"/>
</workflow-app>
`,
    );
  });

  it("refuses characters that XML cannot hold, wherever they stand, and names the first", () => {
    for (const [text, name] of [
      ["\u0000", "U+0000"],
      ["a\u0001\u0002", "U+0001"],
      ["\u000b", "U+000B"],
      ["\u001b[31m", "U+001B"],
      ["😀\ud800x", "U+D800"],
      ["\udc00\ud800", "U+DC00"],
      ["\ufffe", "U+FFFE"],
      ["x\uffff", "U+FFFF"],
    ] as const) {
      assert.equal(illegalCharacter(text), name);
      for (const tree of [
        element("a", {}, text, { family: "workflow" }),
        element("a", { b: text }, "", { family: "workflow" }),
        element("a", {}, "", { family: "workflow", comment: text }),
      ])
        assert.throws(
          () => printXml(tree, versions),
          (error) => isHowdahError(error) && error.code === "BUG" && error.message.includes(name),
        );
    }
    for (const text of ["", "\t\n\r ~\u007f\u0085", "\ud7ff\ue000\ufffd", "😀\u{10ffff}\u{1fffe}"])
      assert.equal(illegalCharacter(text), undefined);
  });

  it("refuses a namespace that no version was chosen for", () => {
    const tree = element("a", {}, [element("shell", {}, "", { family: "shell-action" })], { family: "workflow" });
    assert.throws(() => printXml(tree, versions), /no version is chosen for the namespace shell-action/);
  });
});

describe("an element", () => {
  it("leaves out attributes that are undefined, and changes nothing that it was given", () => {
    const attributes = { x: undefined, y: "" };
    assert.deepEqual(element("a", attributes).attributes, { y: "" });
    assert.deepEqual(Object.keys(attributes), ["x", "y"]);
  });
});
