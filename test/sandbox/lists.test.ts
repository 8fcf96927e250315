import assert from "node:assert/strict";
import { XmlDocument } from "libxml2-wasm";
import { artifactsOf, coordinate, fileName, parseList, pipRequirement, readList } from "#src/sandbox/lists.js";
import { repositoryPath, type Artifact, type MavenGroup } from "#src/sandbox/lists.js";
import { pomsOf } from "#src/sandbox/maven.js";

const hash = "0123456789abcdef".repeat(4);
const groups: readonly MavenGroup[] = ["hadoop", "hive", "oozie", "livy", "agent"];

describe("lists of packages", () => {
  it("are read by section, comments and empty lines aside", () => {
    const sections = parseList(
      `# a comment\n\n[jars]\na.b:c:1 10 ${hash}\n  a.b:c:1:tests 20 ${hash}  \n[share/x]\nd:e:2 5 ${hash}\n[jars]\nf:g:3 1 ${hash}\n`,
    );
    assert.deepEqual([...sections.keys()], ["jars", "share/x"]);
    assert.deepEqual(sections.get("jars")!.map(coordinate), ["a.b:c:1", "a.b:c:1:tests", "f:g:3"]);
    const tests = sections.get("jars")![1]!;
    assert.deepEqual(tests, { group: "a.b", name: "c", version: "1", classifier: "tests", bytes: 20, sha256: hash });
    assert.equal(repositoryPath(tests), "a/b/c/1/c-1-tests.jar");
  });

  for (const [what, text] of [
    ["outside every section", `a:b:1 1 ${hash}`],
    ["without a hash", "[jars]\na:b:1 1"],
    ["with a short hash", `[jars]\na:b:1 1 ${hash.slice(1)}`],
    ["without a version", `[jars]\na:b 1 ${hash}`],
    ["whose path leaves its folder", `[jars]\na/..:b:1 1 ${hash}`],
  ] as const)
    it(`refuse a line ${what}, by its number`, () => {
      assert.throws(() => parseList(text), new RegExp(`line ${text.split("\n").length} of a package list`));
    });

  for (const group of groups)
    it(`of ${group}: each jar once, no two of one section for the same file, exact versions`, () => {
      const { sections, id } = readList(group);
      assert.match(id, /^[0-9a-f]{10}$/);
      for (const [section, artifacts] of sections) {
        const files = artifacts.map(fileName);
        assert.equal(new Set(files).size, files.length, section);
        for (const { version, bytes } of artifacts) assert.ok(/^[\w.-]*\d[\w.-]*$/.test(version) && bytes > 0, version);
      }
    });

  it("agree on the content of what two of them hold", () => {
    const lists = groups.map((group) => readList(group));
    const seen = new Map<string, Artifact>();
    for (const artifact of lists.flatMap(({ sections }) => [...sections.values()].flat())) {
      const name = coordinate(artifact);
      assert.deepEqual(seen.get(name) ?? artifact, artifact);
      seen.set(name, artifact);
    }
    assert.equal(artifactsOf(lists).length, seen.size);
  });

  it("name one exact PySpark", () => assert.match(pipRequirement(), /^pyspark==\d+\.\d+\.\d+$/));
});

describe("the projects for Maven", () => {
  const all = artifactsOf(groups.map((group) => readList(group)));
  const poms = pomsOf(all);

  it("ask for each jar once, with its classifier, each under a name of its own, and name no repository", () => {
    const asked: string[] = [];
    const copies: string[] = [];
    for (const text of poms.values()) {
      assert.doesNotMatch(text, /<(repositories|pluginRepositories|url)>/);
      for (const [, item] of text.matchAll(/<artifactItem>(.*)<\/artifactItem>/g)) {
        const part = (tag: string): string | undefined => new RegExp(`<${tag}>(.*?)</${tag}>`).exec(item!)?.[1];
        const parts = ["groupId", "artifactId", "version", "classifier"].map(part);
        asked.push(parts.filter((one) => one !== undefined).join(":"));
        copies.push(part("destFileName")!);
      }
    }
    assert.deepEqual(asked.toSorted(), all.map(coordinate).toSorted());
    assert.equal(new Set(copies).size, copies.length);
  });

  it("are well formed, one for each thread, and the first names the others", () => {
    assert.equal(poms.size, 8);
    for (const text of poms.values()) XmlDocument.fromString(text).dispose();
    const modules = [...poms.get("pom.xml")!.matchAll(/<module>(.*?)<\/module>/g)].map(
      ([, name]) => `${name!}/pom.xml`,
    );
    assert.deepEqual(new Set(["pom.xml", ...modules]), new Set(poms.keys()));
  });

  it("share the bytes out evenly", () => {
    const bytes = new Map(all.map((artifact) => [`${artifact.group}-${fileName(artifact)}`, artifact.bytes]));
    const shares = [...poms.values()].map((text) =>
      [...text.matchAll(/<destFileName>(.*?)</g)].reduce((sum, [, name]) => sum + bytes.get(name!)!, 0),
    );
    const largest = Math.max(...all.map((artifact) => artifact.bytes));
    assert.ok(Math.max(...shares) - Math.min(...shares) <= largest, shares.join(", "));
  });

  it("are one for one jar", () => assert.deepEqual([...pomsOf(all.slice(0, 1)).keys()], ["pom.xml"]));
});
