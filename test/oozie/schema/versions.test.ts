import assert from "node:assert/strict";
import fc from "fast-check";
import { profileNames, profileOf } from "#src/oozie/profiles.js";
import { checkElement } from "#src/oozie/schema/check.js";
import { arrange } from "#src/oozie/schema/content.js";
import { compareVersions } from "#src/oozie/schema/grammar.js";
import { families } from "#src/oozie/schema/table.js";
import { chooseVersions } from "#src/oozie/schema/versions.js";
import { element, familiesIn, printXml, type Family, type XmlElement } from "#src/oozie/xml.js";
import { needSchemas } from "../../support/xsd.js";
import { allFamilies, generate, versionsWith } from "./generate.js";

const at = (line: number): { at: { file: string; line: number }; path: string } => ({
  at: { file: "oozie/workflows.ts", line },
  path: `action on line ${line}`,
});

/** A workflow of actions, one after another. */
function workflow(...actions: readonly XmlElement[]): XmlElement {
  const nodes = actions.map((action, i) =>
    element("action", { name: `a${i}` }, [action, element("ok", { to: "end" }), element("error", { to: "end" })], {
      origin: at(i + 1),
    }),
  );
  const root = element(
    "workflow-app",
    { name: "w" },
    [element("start", { to: "a0" }), ...nodes, element("end", { name: "end" })],
    { family: "workflow" },
  );
  return arrange(root);
}

const yarn = [element("job-tracker", {}, "rm:8032"), element("name-node", {}, "hdfs://nn")];
const spark = (...more: readonly XmlElement[]): XmlElement =>
  element("spark", {}, [element("master", {}, "yarn"), element("name", {}, "s"), element("jar", {}, "x"), ...more], {
    family: "spark-action",
  });
const launcher = element("launcher", {}, [element("queue", {}, "launchers")]);
const setrep = element("fs", {}, [element("setrep", { path: "/x", "replication-factor": "2" })]);
const hive2 = (what: string): XmlElement =>
  element("hive2", {}, [element("jdbc-url", {}, "jdbc:hive2://h"), element(what, {}, "x")], { family: "hive2-action" });

describe("choosing versions", () => {
  it("takes the lowest that has everything, not the lowest there is", () => {
    for (const [root, family, version] of [
      [workflow(spark(...yarn)), "spark-action", "0.1"],
      [workflow(spark(yarn[0]!)), "spark-action", "0.2"],
      [workflow(spark(...yarn), spark(...yarn, element("file", {}, "f"))), "spark-action", "0.2"],
      [workflow(spark(...yarn, launcher)), "spark-action", "1.0"],
      [workflow(spark(element("resource-manager", {}, "rm"), yarn[1]!)), "spark-action", "1.0"],
      [workflow(spark(...yarn, launcher)), "workflow", "0.5"],
      [workflow(setrep), "workflow", "0.5"],
      [workflow(element("java", {}, [element("main-class", {}, "M"), launcher])), "workflow", "1.0"],
      [workflow(hive2("script")), "hive2-action", "0.1"],
      [workflow(hive2("script"), hive2("query")), "hive2-action", "0.2"],
    ] as const) {
      const { versions, problems } = chooseVersions(root, profileOf("oozie5.2"));
      assert.deepEqual(problems, []);
      assert.equal(versions.get(family), version);
      assert.deepEqual([...versions.keys()], [...familiesIn(root)]);
    }
  });

  it("chooses what validates, while the next lower one does not, by Oozie's own schemas", async function () {
    this.timeout(120_000);
    const schemas = await needSchemas(this);
    let lower = 0;
    for (const [i, family] of allFamilies.filter((one) => one !== "spark3-action").entries())
      fc.assert(
        fc.property(versionsWith({}), fc.gen(), (written, g) => {
          const root = generate(g, family, written, { without: ["spark3-action"] });
          const { versions, problems } = chooseVersions(root, profileOf("oozie5.2"));
          assert.deepEqual(problems, []);
          assert.equal(schemas.problem(printXml(root, versions)), undefined);
          assert.deepEqual(checkElement(root, versions), []);
          for (const [each, version] of versions) {
            assert.ok(compareVersions(version, written.get(each)!) <= 0);
            const known = families[each].versions;
            const next = known[known.indexOf(version) - 1];
            if (next === undefined) continue;
            lower += 1;
            const xml = printXml(root, new Map(versions).set(each, next));
            assert.notEqual(schemas.problem(xml), undefined, `${each} ${next} would do:\n${xml}`);
          }
        }),
        { seed: 50 + i, numRuns: 100 },
      );
    assert.ok(lower > 200, String(lower));
  });

  it("finds a problem exactly where a profile's server has less than is needed, and nothing else is wrong then", () => {
    for (const name of profileNames) {
      const profile = profileOf(name);
      for (const family of ["workflow", "coordinator", "bundle"] as const)
        fc.assert(
          fc.property(versionsWith({}), fc.gen(), (written, g) => {
            const root = generate(g, family, written);
            const { versions, problems } = chooseVersions(root, profile);
            const beyond = [...versions].filter(([each, version]) => {
              const cap = profile.versions[each];
              return cap === null || compareVersions(version, cap) > 0;
            });
            assert.equal(problems.length === 0, beyond.length === 0);
            for (const { code } of problems) assert.equal(code, "PROFILE_LACKS");
            assert.deepEqual(checkElement(root, versions, problems), []);
          }),
          { seed: 7, numRuns: 15 },
        );
    }
  });

  it("names the feature, where it is used first, and what to do", () => {
    const { versions, problems } = chooseVersions(
      workflow(spark(...yarn, launcher), spark(...yarn, launcher), spark(), hive2("query")),
      profileOf("cdh5.4"),
    );
    assert.deepEqual(problems, [
      {
        code: "PROFILE_LACKS",
        path: "workflow-app/action[a0]/spark/launcher",
        origin: at(1),
        why: "cdh5.4 does not know the element launcher of spark: it came with spark-action 1.0, and 0.1 is the highest there (used 2 times)",
        next: "set properties oozie.launcher.* in its configuration, or write for a profile that has it: cdh6.3, oozie5.2",
      },
      {
        code: "PROFILE_LACKS",
        path: "workflow-app/action[a2]/spark",
        origin: at(3),
        why: "cdh5.4 does not know spark without job-tracker: it came with spark-action 0.2, and 0.1 is the highest there",
        next: "give job-tracker to the action, or write for a profile that has it: cdh5.16, cdh6.3, oozie5.2",
      },
      {
        code: "PROFILE_LACKS",
        path: "workflow-app/action[a2]/spark",
        origin: at(3),
        why: "cdh5.4 does not know spark without name-node: it came with spark-action 0.2, and 0.1 is the highest there",
        next: "give name-node to the action, or write for a profile that has it: cdh5.16, cdh6.3, oozie5.2",
      },
      {
        code: "PROFILE_LACKS",
        path: "workflow-app/action[a3]/hive2/query",
        origin: at(4),
        why: "cdh5.4 does not know the element query of hive2: it came with hive2-action 0.2, and 0.1 is the highest there",
        next:
          "put the text into a script, or write for a profile that has it: " +
          "cdh5.7, cdh5.16, cdh6.3, cdp7.1.9, cdp7.3, oozie5.2",
      },
    ]);
    assert.equal(versions.get("spark-action"), "1.0");
  });

  it("says which server has an action that another lacks", () => {
    const lacking = (profile: string, action: XmlElement): readonly (readonly string[])[] =>
      chooseVersions(workflow(action), profileOf(profile)).problems.map(({ path, why, next }) => [path, why, next]);
    for (const profile of ["cdp7.1.9", "cdp7.3"])
      assert.deepEqual(lacking(profile, spark(...yarn)), [
        [
          "workflow-app/action[a0]/spark",
          `${profile} has no action spark`,
          "use the action spark3, or write for a profile that has it: cdh5.4, cdh5.7, cdh5.16, cdh6.3, oozie5.2",
        ],
      ]);
    const spark3 = {
      ...spark(element("resource-manager", {}, "rm")),
      name: "spark3",
      family: "spark3-action" as Family,
    };
    assert.deepEqual(lacking("oozie5.2", spark3), [
      [
        "workflow-app/action[a0]/spark3",
        "oozie5.2 has no action spark3",
        "write for a profile that has it: cdp7.1.9, cdp7.3",
      ],
    ]);
    assert.deepEqual(lacking("oozie4.1", hive2("script"))[0]?.slice(0, 2), [
      "workflow-app/action[a0]/hive2",
      "oozie4.1 has no action hive2",
    ]);
  });

  it("says what of a document no version has together, and the check does not say it again", () => {
    const trashed = element("fs", {}, [element("delete", { path: "/x", "skip-trash": "false" })]);
    const root = workflow(setrep, trashed, element("java", {}, [element("main-class", {}, "M"), launcher]));
    const { versions, problems } = chooseVersions(root, profileOf("oozie5.2"));
    assert.deepEqual(problems, [
      {
        code: "VERSIONS_CLASH",
        path: "workflow-app/action[a0]/fs/setrep",
        origin: at(1),
        why: "the element setrep of fs went after workflow 0.5, and the element launcher of java came with 1.0",
        next: "do without one of them: set the replication in a shell action, or set properties oozie.launcher.* in its configuration",
      },
      {
        code: "VERSIONS_CLASH",
        path: "workflow-app/action[a1]/fs/delete",
        origin: at(2),
        why: "the attribute skip-trash of delete went after workflow 0.5, and the element launcher of java came with 1.0",
        next: "do without one of them: set properties oozie.launcher.* in its configuration",
      },
    ]);
    assert.deepEqual(checkElement(root, versions, problems), []);
    assert.deepEqual(
      checkElement(root, versions).map(({ path, why }) => [path, why]),
      [
        ["workflow-app/action[a0]/fs/setrep", "setrep of fs is not in workflow 1.0"],
        ["workflow-app/action[a1]/fs/delete", "attribute skip-trash of delete is not in workflow 1.0"],
      ],
    );
  });
});
