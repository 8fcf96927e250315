import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as h from "#src/index.js";
import { documentProblems } from "#src/oozie/checks/index.js";
import { profileOf } from "#src/oozie/profiles.js";
import { arrange } from "#src/oozie/schema/content.js";
import { chooseVersions } from "#src/oozie/schema/versions.js";
import type { Decision, Parallel, Sequence } from "#src/oozie/workflow.js";
import { printXml } from "#src/oozie/xml.js";
import { checkFound } from "#src/project/checks/check.js";
import { find } from "#src/project/definitions.js";
import { build } from "#src/release/build.js";
import { everything, everythingFiles } from "../release/everything.js";
import { projectIn } from "../support/definitions.js";
import { documentsOf } from "../support/examples.js";
import { projectRoot, withFolder } from "../support/project.js";
import { askOozie, field } from "./oozie.js";

const profile = profileOf("oozie5.2");

/** Actions of all kinds, named one after another. */
const inner = h.workflow("inner", { day: "string" }, ({ day }) =>
  h.shell("say", { command: "echo", arguments: [day] }),
);
const makers: readonly ((name: string) => h.Action)[] = [
  (name) => h.fs(name, [h.remove("/a"), h.mkdir("/b"), h.chmod("/b", "755", { recursive: true })]),
  (name) => h.shell(name, { command: "echo", arguments: ["a & b"], environment: { A: "<" } }),
  (name) => h.java(name, { mainClass: "a.B", javaOptions: ["-Xmx1g"], launcher: { memory: 100 } }),
  (name) => h.email(name, { to: "a@example.com", subject: "s", body: h.wf.errorMessage() }),
  (name) => h.hive2(name, [h.hiveScript("select 1")]),
  (name) => h.distcp(name, { from: ["/a"], to: "/b" }),
  (name) => h.sparkApplication(name, { application: h.path`/x.py`, prepare: [h.remove("/c")] }),
  (name) => h.subWorkflow(name, inner.with({ day: h.wf.id })),
];

/** What a part consists of, before its nodes have names. */
type Shape =
  | { readonly is: "action"; readonly kind: number; readonly handler: number | undefined }
  | { readonly is: "kill" }
  | {
      readonly is: "sequence" | "parallel" | "decide";
      readonly parts: readonly Shape[];
      readonly handler: number | undefined;
    };

const { shape } = fc.letrec<{ shape: Shape; leaf: Shape; many: Shape }>((tie) => {
  const handler = fc.option(fc.nat({ max: 2 }), { nil: undefined, freq: 2 });
  return {
    shape: fc.oneof({ maxDepth: 4, depthSize: "small" }, tie("leaf"), tie("many"), tie("many")),
    leaf: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ is: fc.constant("action" as const), kind: fc.nat({ max: makers.length - 1 }), handler }),
      },
      { weight: 1, arbitrary: fc.record({ is: fc.constant("kill" as const) }) },
    ),
    many: fc.record({
      is: fc.constantFrom("sequence" as const, "parallel" as const, "decide" as const),
      // Most have enough of them.
      parts: fc.oneof(
        { weight: 30, arbitrary: fc.array(tie("shape"), { minLength: 2, maxLength: 4 }) },
        { weight: 1, arbitrary: fc.array(tie("shape"), { maxLength: 2 }) },
      ),
      handler,
    }),
  };
});

function built(body: Shape, handlers: readonly Shape[]): h.Workflow {
  let count = 0;
  const name = (): string => `n${count++}`;
  const made: h.WorkflowPart[] = [];
  const make = (one: Shape): h.WorkflowPart => {
    if (one.is === "kill") return h.kill(name(), "over");
    const handler = one.handler === undefined ? undefined : made[one.handler];
    const part = ((): h.Action | Sequence | Parallel | Decision => {
      if (one.is === "action") return makers[one.kind]!(name());
      const own = name();
      const parts = one.parts.map(make);
      if (one.is === "sequence") return h.sequence(...parts);
      if (one.is === "parallel") return h.parallel(own, ...parts);
      return h.decide(
        own,
        parts.slice(1).map((then) => h.when(h.equal(h.wf.user, own), then)),
        parts[0],
      );
    })();
    return handler === undefined ? part : part.onError(handler);
  };
  // A handler can have those before it as handlers of its own.
  for (const one of handlers) made.push(make(one));
  return h.workflow("w", {}, () => make(body));
}

/** The workflow's document, and the codes of the errors that the checks find. */
function written(workflow: h.Workflow): { readonly document: string; readonly errors: readonly string[] } {
  const found = find([workflow], []);
  const document = documentsOf(found, "oozie5.2").find(({ name }) => name === workflow.name)!;
  const root = arrange(document.root);
  const problems = [
    ...checkFound(found, { exists: () => true, read: () => undefined }),
    ...documentProblems(profile, [{ ...document, root }]),
  ];
  return {
    document: printXml(root, chooseVersions(root, profile).versions),
    errors: problems.filter(({ severity }) => severity === "error").map(({ code }) => code),
  };
}

/** A question whether Oozie takes a workflow to whose parameters somebody has given values. */
function question(document: string): readonly string[] {
  const [parameters = ""] = /<parameters>.*<\/parameters>/s.exec(document) ?? [];
  const values = [...parameters.matchAll(/<name>(.*?)<\/name>/g)].map(([, name]) => `${name}=x\n`);
  return ["workflow", field(document), field(values.join(""))];
}

describe("workflows beside Oozie's parser", function () {
  this.timeout(300_000);

  it("are taken where the checks find no error, and refused where they do", async function () {
    const samples = fc.sample(fc.tuple(shape, fc.array(shape, { maxLength: 3 })), 500);
    const all = samples.map(([body, handlers]) => written(built(body, handlers)));
    const answers = await askOozie(
      this,
      all.map(({ document }) => question(document)),
    );
    const counts = { taken: 0, refused: 0 };
    for (const [i, { errors, document }] of all.entries()) {
      const said = `${errors.join(", ")} | ${answers[i]!}\n${JSON.stringify(samples[i])}\n${document}`;
      if (errors.length === 0) assert.equal(answers[i], "ok", said);
      // Oozie does not look at what nothing leads to.
      else if (errors.some((code) => code !== "PARALLEL_NEVER_JOINS")) assert.match(answers[i]!, /^!/, said);
      counts[errors.length === 0 ? "taken" : "refused"] += 1;
    }
    assert.ok(counts.taken > 100 && counts.refused > 10, JSON.stringify(counts));
  });

  it("are refused where no branch leads to the join, and taken where a branch only seems to", async function () {
    const say = (name: string): h.Action => h.shell(name, { command: "echo" });
    const over = (name: string): h.WorkflowPart => h.kill(name, "over");
    const bodies = [
      h.parallel("p", over("a"), over("b")),
      h.parallel(
        "p",
        h.sequence(say("a"), over("b")),
        h.decide("d", [h.when(h.equal("x", "y"), over("c"))], over("e")),
      ),
      h.parallel("p", h.parallel("q", over("a"), over("b")), say("c")),
      h.parallel("p", over("a"), h.parallel("q", over("b"), say("c"))),
      h.parallel("p", over("a"), say("c")),
    ];
    const all = bodies.map((body) => written(h.workflow("w", {}, () => body)));
    const answers = await askOozie(
      this,
      all.map(({ document }) => question(document)),
    );
    const [refused, taken] = [["PARALLEL_NEVER_JOINS"], []];
    assert.deepEqual(
      all.map(({ errors }) => errors),
      [refused, refused, refused, taken, taken],
    );
    assert.deepEqual(
      answers.map((answer) => answer.replace(/:.*/, "")),
      [...Array.from({ length: 3 }, () => "!WorkflowException E0730"), "ok", "ok"],
    );
  });

  it("are taken when they are long or deep", async function () {
    const say = (name: string): h.Action => h.shell(name, { command: "echo" });
    const steps = h.workflow("w", {}, () => h.sequence(...Array.from({ length: 500 }, (_, i) => say(`n${i}`))));
    const nested = (wrap: (inside: h.WorkflowPart, i: number) => h.WorkflowPart): h.Workflow =>
      h.workflow("w", {}, () => Array.from({ length: 200 }, (_, i) => i).reduce(wrap, say("inmost")));
    const deep = [
      steps,
      nested((inside) => h.sequence(inside)),
      nested((inside, i) => h.parallel(`p${i}`, say(`a${i}`), inside)),
      nested((inside, i) => h.decide(`d${i}`, [h.when(h.equal(h.wf.user, "u"), inside)], say(`a${i}`))),
      nested((inside, i) => say(`a${i}`).onError(inside)),
    ];
    const started = performance.now();
    const all = deep.map(written);
    assert.ok(performance.now() - started < 5_000);
    assert.deepEqual(
      all.map(({ errors }) => errors),
      deep.map(() => []),
    );
    assert.deepEqual(
      await askOozie(
        this,
        all.map(({ document }) => question(document)),
      ),
      deep.map(() => "ok"),
    );
  });

  it("are taken as the pipeline's golden files and the project with everything in it have them", async function () {
    const golden = join(projectRoot, "test", "pipeline", "golden");
    const documents = readdirSync(golden, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("workflow.xml"))
      // Cloudera's actions for Spark 3 are unknown to Oozie 5.2.1.
      .map((path) => readFileSync(join(golden, path), "utf8").replaceAll("spark3", "spark"));
    assert.ok(documents.length >= 8);
    await withFolder(async (folder) => {
      const project = await projectIn(folder, { "howdah.config.ts": everything, ...everythingFiles });
      const target = {
        profile: "oozie5.2",
        nameNode: "hdfs://nn:8020",
        resourceManager: "rm:8032",
        root: "/user/x/p",
      } as const;
      const { files } = build(project, {
        name: "there",
        target: h.cluster({ ...target, queue: "q", launcherQueue: "l" }),
      });
      for (const { path, content } of files) if (path.endsWith("workflow.xml")) documents.push(String(content));
    });
    assert.deepEqual(new Set(await askOozie(this, documents.map(question))), new Set(["ok"]));
  });
});
