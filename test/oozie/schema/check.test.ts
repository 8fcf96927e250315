import { extensionActions } from "#src/oozie/schema/actions.js";
import assert from "node:assert/strict";
import { checkElement } from "#src/oozie/schema/check.js";
import { arrange } from "#src/oozie/schema/content.js";
import { families } from "#src/oozie/schema/table.js";
import { childrenOf, element, type XmlElement } from "#src/oozie/xml.js";
import { allFamilies, type Versions } from "./generate.js";

const newest: Versions = new Map(allFamilies.map((family) => [family, families[family].versions.at(-1)!]));

const text = (name: string, content: string): XmlElement => element(name, {}, content);
const action = (name: string, ...content: readonly XmlElement[]): XmlElement =>
  element("action", { name }, [...content, element("ok", { to: "end" }), element("error", { to: "end" })], {
    origin: { at: { file: "w.ts", line: Number(name.slice(1)) }, path: `action ${name}` },
  });
const workflow = (...nodes: readonly XmlElement[]): XmlElement =>
  element("workflow-app", { name: "w" }, [element("start", { to: "a1" }), ...nodes, element("end", { name: "end" })], {
    family: "workflow",
  });
const said = (root: XmlElement): readonly string[] =>
  checkElement(root, newest).map(({ path, why }) => `${path}: ${why}`);

/** Of all actions, as messages list them. */
const kinds = ["sub-workflow", "fs", "java", ...Object.values(extensionActions).map(({ root }) => root)].join(", ");

describe("checking by the table", () => {
  it("reports all mistakes at once, each with its path, its place, why and what to do", () => {
    const spark = element(
      "spark",
      {},
      [
        text("master", "yarn"),
        text("nme", "n"),
        text("jar", "a"),
        text("jar", "b"),
        text("job-xml", "late"),
        element("configuration", {}, [element("property", {}, [text("name", "p")])]),
      ],
      { family: "spark-action" },
    );
    const root = workflow(
      action("a1", spark),
      action("a2", element("fs", { pth: "x" }, [element("delete", { path: "/x\u0007", "skip-trash": "1" })])),
      action("a3", element("java", {}, [element("capture-output", {}, "yes"), text("main-class", "M")])),
      action("a4"),
      element("fork", { name: "1st" }, [element("path", { start: "a1" })]),
      element("join", { name: "j" }),
      element("decision", { name: "d" }, "switch"),
    );
    assert.deepEqual(
      checkElement(root, newest).map(({ code, path, origin, why, next }) => {
        assert.equal(code, "SCHEMA");
        return `${origin?.at.line ?? "-"} ${path}: ${why} → ${next}`;
      }),
      [
        "1 workflow-app/action[a1]/spark/nme: spark has no element nme, did you mean name? → it has job-tracker, resource-manager, name-node, prepare, launcher, job-xml, configuration, master, mode, name, class, jar, spark-opts, arg, file, archive",
        "1 workflow-app/action[a1]/spark/job-xml: job-xml stands behind jar → put it before jar",
        "1 workflow-app/action[a1]/spark/configuration: configuration stands behind jar → put it before jar",
        "1 workflow-app/action[a1]/spark/configuration/property[p]: property lacks value → add value",
        "1 workflow-app/action[a1]/spark: spark lacks name → add name",
        "1 workflow-app/action[a1]/spark: spark has 2 elements jar → leave one of them",
        "2 workflow-app/action[a2]/fs: fs has no attribute pth → it has none",
        "2 workflow-app/action[a2]/fs/delete: attribute path of delete has the character U+0007, which XML cannot hold → take it out",
        "2 workflow-app/action[a2]/fs/delete: attribute skip-trash of delete is not in workflow 1.0 → leave it out, or write for a version that has it",
        "3 workflow-app/action[a3]/java/capture-output: capture-output holds nothing, no text → take the text out",
        "3 workflow-app/action[a3]/java/main-class: main-class stands behind capture-output → put it before capture-output",
        `4 workflow-app/action[a4]: action lacks one of ${kinds} → add one of them`,
        '- workflow-app/fork[1st]: attribute name of fork is "1st": it must be a letter or _, then letters, digits, - and _ → such as node',
        "- workflow-app/fork[1st]: fork has 1 of the elements path that it needs → it needs 2 or more",
        '- workflow-app/join[j]: join lacks the attribute to → add to="node"',
        "- workflow-app/decision[d]: decision holds elements, no text → take the text out",
        "- workflow-app/decision[d]: decision lacks switch → add switch",
      ],
    );
  });

  it("tells apart what excludes each other, what is half there, and what is of another namespace", () => {
    const coordinator = (...inputs: readonly XmlElement[]): XmlElement =>
      element(
        "coordinator-app",
        { name: "c", frequency: "60", start: "s", end: "e", timezone: "UTC" },
        [
          element("input-events", {}, [element("data-in", { name: "d", dataset: "d" }, inputs)]),
          element("action", {}, [element("workflow", {}, [text("app-path", "/x")])]),
        ],
        { family: "coordinator" },
      );
    const dataIn = "coordinator-app/input-events/data-in[d]";
    assert.deepEqual(said(coordinator(text("instance", "i"), text("end-instance", "e"))), [
      `${dataIn}: data-in has instance and end-instance`,
    ]);
    assert.deepEqual(said(coordinator(text("start-instance", "s"))), [`${dataIn}: data-in lacks end-instance`]);
    assert.deepEqual(said(coordinator()), [
      `${dataIn}: data-in lacks one of instance, start-instance and end-instance`,
    ]);
    assert.deepEqual(said(workflow(action("a1", element("shell", {}, [text("exec", "x")])))), [
      "workflow-app/action[a1]/shell: shell is of another namespace than shell-action",
      `workflow-app/action[a1]: action lacks one of ${kinds}`,
    ]);
  });

  it("says where among many of the same name", () => {
    const arguments_ = ["x", "\u0000", "y"].map((word) => text("argument", word));
    const shell = element("shell", {}, [text("exec", "x"), ...arguments_], { family: "shell-action" });
    assert.deepEqual(said(workflow(action("a1", shell))), [
      "workflow-app/action[a1]/shell/argument[2]: argument has the character U+0000, which XML cannot hold",
    ]);
  });

  it("refuses spark3 with the mode in its master, or with a job tracker", () => {
    const spark3 = (...more: readonly XmlElement[]): XmlElement =>
      element("spark3", {}, [...more, text("name", "n"), text("jar", "j")], { family: "spark3-action" });
    assert.deepEqual(said(spark3(text("job-tracker", "rm"), text("master", "yarn-cluster"))), [
      "spark3/job-tracker: spark3 has no element job-tracker",
      'spark3/master: master is "yarn-cluster": it must be yarn with a mode of its own: not yarn-cluster or yarn-client',
      "spark3: spark3 lacks resource-manager",
    ]);
  });

  it("refuses what begins no document", () => {
    for (const root of [
      element("action", { name: "a" }, [], { family: "workflow" }),
      element("workflow-app", { name: "a" }),
      element("workflow-app", { name: "a" }, [], { family: "bundle" }),
    ])
      assert.deepEqual(said(root), [`${root.name}: ${root.name} begins no document of Oozie`]);
  });

  it("does not take long over a name that nearly matches", () => {
    const started = performance.now();
    const name = `${"a".repeat(100_000)}!`;
    assert.equal(said(workflow(element("join", { name, to: name }))).length, 2);
    assert.ok(performance.now() - started < 2000);
  });
});

describe("arranging by the table", () => {
  it("keeps the order of what may stand in any order, and leaves alone what is in order", () => {
    const operations = ["move", "delete", "mkdir", "delete", "touchz"].map((name, i) =>
      element(name, name === "move" ? { source: "/a", target: "/b" } : { path: `/${i}` }),
    );
    const fs = element("fs", {}, [...operations, text("name-node", "hdfs://nn")]);
    const end = element("end", { name: "end" });
    const root = element("workflow-app", { name: "w" }, [end, action("a1", fs), element("start", { to: "a1" })], {
      family: "workflow",
    });
    const arranged = arrange(root);
    assert.deepEqual(said(arranged), []);
    const [start, node, last] = childrenOf(arranged);
    assert.deepEqual([start?.name, last], ["start", end]);
    const done = childrenOf(childrenOf(node!)[0]!);
    assert.deepEqual(done.slice(1), operations);
    assert.equal(arrange(arranged), arranged);
  });
});
