import assert from "node:assert/strict";
import { simpleAuth } from "#src/connect/auth/index.js";
import { WebHdfs } from "#src/connect/webhdfs/index.js";
import { pathOn } from "#src/operate/paths.js";
import { probeAll, signUri, whoMayEnter } from "#src/operate/probe.js";
import { ranges } from "#src/operate/rerun.js";
import { expanded } from "#src/operate/planned.js";
import { launcherTag } from "#src/operate/why/workflow.js";
import { readProperties, propertyLine } from "#src/release/properties.js";
import { standInCluster } from "../connect/namenode.js";

const nameNode = "hdfs://nn:8020";

describe("operate: looking at inputs", () => {
  it("tells a flag that is missing from a folder that is, counting what is there", async () => {
    const cluster = await standInCluster();
    const hdfs = new WebHdfs({ url: cluster.url, auth: simpleAuth("joe") });
    try {
      const folders = ["/", "/data", "/data/1", "/data/2"].map((path) => [path, undefined] as const);
      for (const [path, content] of [
        ...folders,
        ["/data/1/_SUCCESS", Buffer.from("")],
        ["/data/2/a.csv", Buffer.from("x")],
        ["/data/2/_temporary", Buffer.from("")],
      ] as const)
        cluster.files.set(path, content);
      const signs = ["1", "2", "3"].map((name) => ({ folder: `${nameNode}/data/${name}`, flag: "_SUCCESS" }));
      const found = await probeAll(hdfs, { nameNode, user: "joe" }, [
        ...signs,
        { folder: `${nameNode}/data/2`, flag: "" },
        { folder: "s3a://bucket/x", flag: "" },
      ]);
      assert.deepEqual(found, [
        { is: "there" },
        { is: "flag-missing", files: 1, atLeast: false, newest: new Date(1) },
        { is: "folder-missing", nearest: "/data" },
        { is: "there" },
        { is: "elsewhere" },
      ]);
      assert.deepEqual(signs.map(signUri)[0], "hdfs://nn:8020/data/1/_SUCCESS");
    } finally {
      hdfs.close();
      await cluster.close();
    }
  });

  it("says who may enter a folder", () => {
    const guard = (permission: string) => whoMayEnter({ path: "/a", owner: "ann", group: "etl", permission });
    assert.equal(guard("700"), "ann");
    assert.equal(guard("750"), "ann, and the group etl");
    assert.equal(guard("1777"), "everyone");
    assert.equal(guard("0"), "nobody but HDFS's superusers");
  });

  it("finds the path of a URI on the target's name node alone", () => {
    assert.equal(pathOn(nameNode, "hdfs://nn:8020/a/b"), "/a/b");
    assert.equal(pathOn(nameNode, "hdfs:///a"), "/a");
    assert.equal(pathOn(nameNode, "/a"), "/a");
    assert.equal(pathOn(nameNode, "hdfs://nn:80201/a"), undefined);
  });

  it("puts properties in the place of what refers to them, and leaves a circle as it is", () => {
    const configuration = { nameNode, data: "${nameNode}/d", a: "${b}", b: "${a}", open: "${YEAR}" };
    assert.equal(expanded(configuration, "data"), "hdfs://nn:8020/d");
    assert.equal(expanded(configuration, "open"), "${YEAR}");
    assert.equal(expanded(configuration, "a"), "${a}");
    assert.equal(expanded(configuration, "none"), undefined);
  });

  it("writes numbers of actions as ranges", () => {
    assert.equal(ranges([3, 1, 2, 7]), "1-3,7");
    assert.equal(ranges([5]), "5");
  });

  it("reads the properties that a build wrote", () => {
    const values = { plain: "a=b", odd: " #\\n\n\té", unicode: "日" };
    const text = Object.entries(values)
      .map(([name, value]) => propertyLine(name, value))
      .join("\n");
    assert.deepEqual(readProperties(`# head\n${text}\n#none=\n`), values);
  });

  it("knows the tag of what a launcher began", () => {
    const workflow = { id: "0000014-261128105400008-oozie-root-W", parentId: undefined, configuration: {} };
    const id = `${workflow.id}@job`;
    // Oozie's own tag of that action on a real cluster.
    assert.equal(launcherTag(workflow, { id, name: "job" }), "oozie-15eff505898596417e9b4ac7f51a2463");
  });
});
