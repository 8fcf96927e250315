import assert from "node:assert/strict";
import fc from "fast-check";
import { checkElement } from "#src/oozie/schema/check.js";
import { arrange } from "#src/oozie/schema/content.js";
import { elementsIn, elementsOf } from "#src/oozie/schema/entries.js";
import { profileOf } from "#src/oozie/profiles.js";
import { families } from "#src/oozie/schema/table.js";
import { chooseVersions } from "#src/oozie/schema/versions.js";
import { element, familiesIn, namespaceUri, printXml, type Family, type XmlElement } from "#src/oozie/xml.js";
import { needSchemas, type OozieSchemas } from "../../support/xsd.js";
import { allFamilies, Coverage, generate, partsOf, versionsWith, type Versions } from "./generate.js";
import { documentWith, mutations } from "./mutations.js";

/** Cloudera's own: the jar of Apache's client has no schema for it. */
const notApaches: readonly Family[] = ["spark3-action"];
const apaches = allFamilies.filter((family) => !notApaches.includes(family));
const isApaches = (root: XmlElement): boolean => [...familiesIn(root)].every((family) => !notApaches.includes(family));

/** Every namespace and version, and the newest version of the others. */
function* everyVersion(wanted: readonly Family[]): Generator<readonly [Family, Versions]> {
  for (const family of wanted)
    for (const version of families[family].versions)
      yield [
        family,
        new Map(allFamilies.map((other) => [other, families[other].versions.at(-1)!])).set(family, version),
      ];
}

const explain = (root: XmlElement, versions: Versions): string =>
  checkElement(root, versions)
    .map(({ path, why }) => `${path}: ${why}`)
    .join("\n");

describe("the table of Oozie's XML and the schemas of oozie-client", function () {
  let schemas: OozieSchemas;
  before(async function () {
    this.timeout(120_000);
    schemas = await needSchemas(this);
  });

  it("have the same elements and attributes, but for what the table leaves out", () => {
    /** Actions of the workflow's own namespace, and what only they hold. */
    const leftOut = /^(action\/)?(map-reduce|pig|streaming|pipes)(\/|$)/;
    for (const family of apaches)
      for (const version of families[family].versions) {
        const declared = schemas.declared(namespaceUri(family, version));
        assert.ok(declared !== undefined, `there is no schema for ${family} ${version}`);
        const parts = partsOf(family, version);
        assert.deepEqual(
          [...declared].filter((part) => !parts.has(part) && !leftOut.test(part)),
          family === "coordinator" && version === "0.5" ? ["input-events/and", "input-events/or"] : [],
          `${family} ${version}`,
        );
        // What the schemas let stand in as any element of another namespace.
        const elsewhere = new Set(allFamilies.map((other) => families[other].root));
        assert.deepEqual(
          [...parts].filter((part) => !declared.has(part) && !elsewhere.has(part.replace(/^.*\//, ""))),
          [],
        );
      }
  });

  it("agree on random documents, which have every element and attribute of every version", () => {
    const coverage = new Coverage();
    for (const [i, family] of apaches.entries()) {
      const parameters = { seed: 20120301 + i, numRuns: family === "workflow" ? 400 : 80 };
      fc.assert(
        fc.property(versionsWith({}), fc.gen(), (versions, g) => {
          const root = generate(g, family, versions, { coverage, without: notApaches });
          assert.equal(explain(root, versions), "");
          const xml = printXml(root, versions);
          assert.equal(schemas.problem(xml), undefined, xml);
        }),
        parameters,
      );
    }
    assert.deepEqual(
      coverage.missing(apaches).filter((what) => !what.endsWith(": action/spark3")),
      [],
    );
  });

  it("agree that every element can stand where the table has it", () => {
    for (const [family, versions] of everyVersion(apaches))
      for (const entry of elementsOf(family, versions.get(family)!)) {
        const root = documentWith(family, versions, entry);
        assert.equal(explain(root, versions), "", entry.path);
        assert.equal(schemas.problem(printXml(root, versions)), undefined, entry.path);
      }
  });

  it("agree that children put in disorder are in order again after arranging", () => {
    for (const [i, family] of apaches.entries())
      fc.assert(
        fc.property(versionsWith({}), fc.gen(), (versions, g) => {
          const root = generate(g, family, versions, { without: notApaches });
          const disordered = inDisorder(root, () => g(randomNumber));
          const arranged = arrange(disordered);
          for (const one of [root, disordered, arranged])
            assert.equal(chooseVersions(one, profileOf("oozie5.2")).inOrder, arrange(one) === one);
          const xml = printXml(arranged, versions);
          assert.equal(schemas.problem(xml), undefined, xml);
          assert.equal(explain(arranged, versions), "");
          assert.equal(arrange(arranged), arranged);
          assert.deepEqual(arrange(root), root);
        }),
        { seed: 1700 + i, numRuns: 40 },
      );
  });

  /** Where the table is stricter on purpose: the server would take the document, and then do something else. */
  const stricter: readonly { readonly what: RegExp; readonly because: string }[] = [
    { what: /\/launcher: two /, because: "one of the two would be ignored" },
    {
      what: /\/(memory\.mb|vcores): text "(0|2147483648)"$/,
      because: "JavaActionExecutor refuses 0, and reads an int",
    },
    { what: /: (skip-trash|nocleanup)="[01]"$/, because: "the server compares with the words true and false" },
    { what: /\/combine: (without|too few) data-in$/, because: "nothing to combine" },
    { what: /0\.5 coordinator-app\/input-events: without data-in$/, because: "the schema's choice has optional parts" },
  ];

  it("refuse the same mistakes, made one by one at every element of every version", () => {
    const used = new Set<RegExp>();
    const allowed: string[] = [];
    let count = 0;
    for (const [family, versions] of everyVersion(allFamilies))
      for (const entry of elementsOf(family, versions.get(family)!))
        for (const { what, root } of mutations(family, versions, entry)) {
          count += 1;
          if (explain(root, versions) === "") allowed.push(`the table allows ${what}`);
          if (!isApaches(root)) continue;
          const exception = stricter.find((one) => one.what.test(what))?.what;
          const refused = schemas.problem(printXml(root, versions)) !== undefined;
          if (!refused && exception === undefined) allowed.push(`the schema allows ${what}`);
          if (!refused && exception !== undefined) used.add(exception);
        }
    assert.deepEqual(allowed, []);
    assert.ok(count > 3000, String(count));
    assert.deepEqual(
      stricter.map(({ what }) => what).filter((what) => !used.has(what)),
      [],
    );
  });

  it("differ in what the table leaves out on purpose", () => {
    const versions: Versions = new Map([...[...everyVersion(["coordinator"])].at(-1)![1], ["workflow", "0.5"]]);
    const node = (action: XmlElement): XmlElement =>
      element(
        "workflow-app",
        { name: "w" },
        [
          element("start", { to: "a" }),
          element("action", { name: "a" }, [action, element("ok", { to: "e" }), element("error", { to: "e" })]),
          element("end", { name: "e" }),
        ],
        { family: "workflow" },
      );
    const leftOut: readonly (readonly [because: string, root: XmlElement])[] = [
      [
        "the launcher, which prepares, does not look at skip-trash",
        node(
          element("java", {}, [
            element("prepare", {}, [element("delete", { path: "/x", "skip-trash": "true" })]),
            element("main-class", {}, "Main"),
          ]),
        ),
      ],
      ["any element of another namespace may be an action, the server knows executors only", node(sla)],
      [
        "CoordSubmitXCommand reads data-in only",
        element(
          "coordinator-app",
          { name: "c", frequency: "60", start: "s", end: "e", timezone: "UTC" },
          [
            element("input-events", {}, [element("and")]),
            element("action", {}, [element("workflow", {}, [element("app-path", {}, "/x")])]),
          ],
          { family: "coordinator" },
        ),
      ],
    ];
    for (const [because, root] of leftOut) {
      assert.equal(schemas.problem(printXml(root, versions)), undefined, because);
      assert.notEqual(explain(root, versions), "", because);
    }
  });
});

const sla = element("info", {}, [element("nominal-time", {}, "t"), element("should-end", {}, "t")], { family: "sla" });

describe("the table of Oozie's XML", () => {
  it("has no name twice in the content of one element, which arranging and checking rely on", () => {
    for (const [family, versions] of everyVersion(allFamilies))
      for (const { path, type } of elementsOf(family, versions.get(family)!)) {
        const names = type.holds.is === "children" ? elementsIn(type.holds.particles).map(({ name }) => name) : [];
        assert.deepEqual(names, [...new Set(names)], `${family} ${path}`);
      }
  });
});

describe("the action spark3, for which oozie-client has no schema", () => {
  it("is, in random documents, what the table says by itself: nothing else can be asked", () => {
    const coverage = new Coverage();
    fc.assert(
      fc.property(versionsWith({}), fc.gen(), (versions, g) => {
        const root = generate(g, "spark3-action", versions, { coverage });
        assert.equal(explain(arrange(inDisorder(root, () => g(randomNumber))), versions), "");
      }),
      { seed: 3, numRuns: 80 },
    );
    assert.deepEqual(coverage.missing(["spark3-action"]), []);
  });
});

const randomNumber = (): fc.Arbitrary<number> => fc.nat();

/** The same tree with the children of every element shuffled. */
function inDisorder(one: XmlElement, random: () => number): XmlElement {
  if (typeof one.content === "string") return one;
  const keyed = one.content.map((child) => ({ child: inDisorder(child, random), key: random() % 1000 }));
  return { ...one, content: keyed.sort((a, b) => a.key - b.key).map(({ child }) => child) };
}
